/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/metadata.h"

#include "core/memory.h"

#include <string.h>

/* Of the ICC profile's header (ICC.1:2010, 7.2): the colours that it is for. */
enum { PROFILE_COLORS = 16, PROFILE_HEADER = 128 };

/* A file of a few megabytes could hold a million tiny texts, or unpack to many gigabytes of profiles. */
enum { MOST_ITEMS = 1000, MOST_BYTES = 1 << 26, FEW_ITEMS = 16 };

uint32_t ond_metadata_number(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void ond_metadata_put_number(uint32_t number, unsigned char *bytes)
{
    for (int i = 0; i < 4; i++) {
        bytes[i] = (unsigned char)(number >> (24 - 8 * i));
    }
}

bool ond_profile_suits(const ond_metadata_item *profile, int channels)
{
    const char *wanted = channels <= 2 ? "GRAY" : "RGB ";
    return profile->size >= PROFILE_HEADER && memcmp(profile->data + PROFILE_COLORS, wanted, 4) == 0;
}

const ond_metadata_item *ond_metadata_find(const ond_metadata *metadata, ond_metadata_kind kind)
{
    for (size_t i = 0; metadata && i < metadata->count; i++) {
        if (metadata->items[i].kind == kind) {
            return &metadata->items[i];
        }
    }
    return NULL;
}

/* Texts and comments may be many. */
static bool is_there_already(const ond_metadata *metadata, ond_metadata_kind kind, const char *chunk)
{
    if (kind != OND_METADATA_CHUNK) {
        return kind != OND_METADATA_COMMENT && ond_metadata_find(metadata, kind);
    }
    bool text = memcmp(chunk + 1, "EXt", 3) == 0 || memcmp(chunk + 1, "TXt", 3) == 0;
    for (size_t i = 0; !text && i < metadata->count; i++) {
        if (memcmp(metadata->items[i].chunk, chunk, 4) == 0) {
            return true;
        }
    }
    return false;
}

static ond_status make_room(ond_metadata *metadata)
{
    if (metadata->count < metadata->capacity) {
        return OND_OK;
    }
    size_t capacity = metadata->capacity ? 2 * metadata->capacity : FEW_ITEMS;
    ond_metadata_item *items = ond_memory_allocate(capacity, sizeof *items);
    if (!items) {
        return OND_ERROR_MEMORY;
    }
    if (metadata->count > 0) {
        memcpy(items, metadata->items, metadata->count * sizeof *items);
    }
    ond_memory_free(metadata->items);
    metadata->items = items;
    metadata->capacity = capacity;
    return OND_OK;
}

ond_status ond_metadata_add(ond_metadata *metadata, ond_metadata_kind kind, const char *chunk,
                            const unsigned char *data, size_t size)
{
    ond_metadata_item item = {.kind = kind, .size = size, .parts = 1};
    if (metadata->count >= MOST_ITEMS || metadata->bytes + size > MOST_BYTES
        || is_there_already(metadata, kind, chunk)) {
        return OND_OK;
    }
    if (chunk) {
        memcpy(item.chunk, chunk, 4);
    }
    OND_TRY(make_room(metadata));
    item.data = ond_memory_allocate(size, 1);
    if (!item.data) {
        return OND_ERROR_MEMORY;
    }
    memcpy(item.data, data, size);
    metadata->items[metadata->count++] = item;
    metadata->bytes += size;
    return OND_OK;
}

static ond_status read_stream(ond_stream *stream, ond_metadata *metadata)
{
    const unsigned char *bytes = NULL;
    size_t count = 0;
    OND_TRY(ond_stream_peek(stream, &bytes, &count));
    if (count >= 4 && memcmp(bytes, "\x89PNG", 4) == 0) {
        return ond_metadata_read_png(stream, metadata);
    }
    if (count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff) {
        return ond_metadata_read_jpeg(stream, metadata);
    }
    return OND_OK;
}

ond_status ond_metadata_read(const char *path, ond_metadata **metadata)
{
    if (!path) {
        return ond_fail(OND_ERROR_ARGUMENT, "the path is missing");
    }
    ond_metadata *made = ond_memory_allocate_zero(1, sizeof *made);
    ond_stream *stream = NULL;
    ond_status status = made ? ond_stream_open(path, &stream) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = read_stream(stream, made);
        ond_stream_close(stream);
    }
    if (status != OND_OK) {
        ond_metadata_destroy(made);
        return ond_fail_prefix(status, "%s: ", ond_stream_name(path));
    }
    *metadata = made;
    return OND_OK;
}

void ond_metadata_destroy(ond_metadata *metadata)
{
    if (!metadata) {
        return;
    }
    for (size_t i = 0; i < metadata->count; i++) {
        ond_memory_free(metadata->items[i].data);
    }
    ond_memory_free(metadata->items);
    ond_memory_free(metadata);
}
