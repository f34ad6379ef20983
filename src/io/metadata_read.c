/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/metadata.h"

#include <string.h>
#include <zlib.h>

/* What is longer is left out: no camera writes as much. */
enum { LONGEST = 1 << 24, SIGNATURE_SIZE = 8, LARGEST_SEGMENT = 65535 };
enum { MOST_PACKED = 1032 }; /* bytes that deflate makes of one (zlib's technical notes) */

static ond_status skip(ond_stream *stream, size_t bytes, bool *end)
{
    unsigned char scratch[4096];
    while (bytes > 0 && !*end) {
        size_t part = bytes < sizeof scratch ? bytes : sizeof scratch;
        size_t taken = 0;
        OND_TRY(ond_stream_read(stream, scratch, part, &taken));
        *end = taken < part;
        bytes -= part;
    }
    return OND_OK;
}

/* --- PNG (W3C Recommendation, second edition, 11.3) --- */

/* "name", 0, method 0, deflated profile. A damaged one is left out. */
static ond_status add_packed_profile(ond_metadata *metadata, const unsigned char *data, size_t size)
{
    const unsigned char *end = memchr(data, 0, size < 80 ? size : 80);
    if (!end || end + 2 > data + size || end[1] != 0 || metadata->knows_profile) {
        return OND_OK;
    }
    metadata->knows_profile = true;
    uLongf length = size < LONGEST / MOST_PACKED ? size * MOST_PACKED : LONGEST;
    unsigned char *profile = ond_memory_allocate(length, 1);
    if (!profile) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = OND_OK;
    if (uncompress(profile, &length, end + 2, (uLong)(data + size - end - 2)) == Z_OK && length > 0) {
        status = ond_metadata_add(metadata, OND_METADATA_PROFILE, NULL, profile, length);
    }
    ond_memory_free(profile);
    return status;
}

static ond_status add_chunk(ond_metadata *metadata, const char *type, const unsigned char *data, size_t size)
{
    static const char kept[][5] = {"gAMA", "cHRM", "sRGB", "tEXt", "zTXt", "iTXt"};
    if (memcmp(type, "iCCP", 4) == 0) {
        return add_packed_profile(metadata, data, size);
    }
    if (memcmp(type, "eXIf", 4) == 0) {
        return ond_metadata_add(metadata, OND_METADATA_EXIF, NULL, data, size);
    }
    if (memcmp(type, "pHYs", 4) == 0) {
        return size == 9 ? ond_metadata_add(metadata, OND_METADATA_DENSITY, NULL, data, size) : OND_OK;
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        if (memcmp(type, kept[i], 4) == 0) {
            return ond_metadata_add(metadata, OND_METADATA_CHUNK, type, data, size);
        }
    }
    return OND_OK;
}

/* The chunk's data and checksum; `header` holds its type behind its length. */
static ond_status take_chunk(ond_stream *stream, ond_metadata *metadata, const unsigned char *header, size_t size,
                             bool *end)
{
    size_t taken = 0;
    unsigned char *data = ond_memory_allocate(size + 4, 1);
    if (!data) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_stream_read(stream, data, size + 4, &taken);
    *end = taken < size + 4;
    if (status == OND_OK && !*end) {
        uLong sum = crc32(crc32(0, header + 4, 4), data, (uInt)size);
        bool whole = ond_metadata_number(data + size) == (uint32_t)sum && size > 0;
        status = whole ? add_chunk(metadata, (const char *)header + 4, data, size) : OND_OK;
    }
    ond_memory_free(data);
    return status;
}

ond_status ond_metadata_read_png(ond_stream *stream, ond_metadata *metadata)
{
    bool end = false;
    OND_TRY(skip(stream, SIGNATURE_SIZE, &end));
    while (!end) {
        unsigned char header[8];
        size_t taken = 0;
        OND_TRY(ond_stream_read(stream, header, sizeof header, &taken));
        if (taken < sizeof header || memcmp(header + 4, "IEND", 4) == 0) {
            return OND_OK;
        }
        size_t size = ond_metadata_number(header);
        uint64_t left = 0;
        bool exists = !ond_stream_remaining(stream, &left) || size <= left;
        bool wanted = exists && size <= LONGEST && memcmp(header + 4, "IDAT", 4) != 0;
        OND_TRY(wanted ? take_chunk(stream, metadata, header, size, &end) : skip(stream, size + 4, &end));
    }
    return OND_OK;
}

/* --- JPEG (ITU-T T.81, B.1.1; JFIF 1.02; Exif 2.3, 4.5.4; ICC.1:2010, B.4) --- */

static bool starts_with(const unsigned char *data, size_t size, const char *text, size_t length)
{
    return size >= length && memcmp(data, text, length) == 0;
}

static ond_status add_density(ond_metadata *metadata, const unsigned char *data, size_t size)
{
    static const double per_metre[] = {0, 1 / 0.0254, 100}; /* units: none, inch, centimetre */
    if (size < 12 || data[7] > 2) {
        return OND_OK;
    }
    unsigned char density[9] = {[8] = data[7] > 0};
    double factor = data[7] > 0 ? per_metre[data[7]] : 1;
    ond_metadata_put_number((uint32_t)((data[8] << 8 | data[9]) * factor + 0.5), density);
    ond_metadata_put_number((uint32_t)((data[10] << 8 | data[11]) * factor + 0.5), density + 4);
    return ond_metadata_add(metadata, OND_METADATA_DENSITY, NULL, density, sizeof density);
}

/* A profile comes in up to 255 numbered parts, in order in every file that was not made to confuse. */
static ond_status add_profile_part(ond_metadata *metadata, const unsigned char *data, size_t size)
{
    enum { PART_HEADER = 14 };
    size_t last = metadata->count;
    ond_metadata_item *before = last > 0 ? &metadata->items[last - 1] : NULL;
    if (size <= PART_HEADER) {
        return OND_OK;
    }
    if (data[12] > 1 && (!before || before->kind != OND_METADATA_PROFILE || data[12] != before->parts + 1)) {
        return OND_OK;
    }
    if (data[12] <= 1) {
        return ond_metadata_add(metadata, OND_METADATA_PROFILE, NULL, data + PART_HEADER, size - PART_HEADER);
    }
    unsigned char *joined = ond_memory_allocate(before->size + size - PART_HEADER, 1);
    if (!joined) {
        return OND_ERROR_MEMORY;
    }
    memcpy(joined, before->data, before->size);
    memcpy(joined + before->size, data + PART_HEADER, size - PART_HEADER);
    ond_memory_free(before->data);
    before->data = joined;
    before->size += size - PART_HEADER;
    before->parts++;
    metadata->bytes += size - PART_HEADER;
    return OND_OK;
}

static ond_status add_segment(ond_metadata *metadata, int marker, const unsigned char *data, size_t size)
{
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
    if (marker == 0xe0 && starts_with(data, size, "JFIF", 5)) {
        return add_density(metadata, data, size);
    }
    if (marker == 0xe1 && starts_with(data, size, "Exif\0", 6) && size > 6) {
        return ond_metadata_add(metadata, OND_METADATA_EXIF, NULL, data + 6, size - 6);
    }
    if (marker == 0xe1 && starts_with(data, size, xmp, sizeof xmp)) {
        return ond_metadata_add(metadata, OND_METADATA_XMP, NULL, data + sizeof xmp, size - sizeof xmp);
    }
    if (marker == 0xe2 && starts_with(data, size, "ICC_PROFILE", 12)) {
        return add_profile_part(metadata, data, size);
    }
    if (marker == 0xfe && size > 0) {
        return ond_metadata_add(metadata, OND_METADATA_COMMENT, NULL, data, size);
    }
    return OND_OK;
}

/* The next marker, after fill bytes; −1 at the end or where something else stands. */
static ond_status next_marker(ond_stream *stream, int *marker)
{
    OND_TRY(ond_stream_byte(stream, marker));
    if (*marker != 0xff) {
        *marker = -1;
        return OND_OK;
    }
    while (*marker == 0xff) {
        OND_TRY(ond_stream_byte(stream, marker));
    }
    return OND_OK;
}

static ond_status read_segments(ond_stream *stream, unsigned char *data, ond_metadata *metadata)
{
    bool end = false;
    OND_TRY(skip(stream, 2, &end));
    while (!end) {
        int marker = -1;
        unsigned char length[2];
        size_t taken = 0;
        OND_TRY(next_marker(stream, &marker));
        if (marker < 0 || marker == 0xda || marker == 0xd9) {
            return OND_OK;
        }
        OND_TRY(ond_stream_read(stream, length, sizeof length, &taken));
        size_t size = taken == 2 ? (size_t)(length[0] << 8 | length[1]) : 0;
        if (size < 2) {
            return OND_OK;
        }
        OND_TRY(ond_stream_read(stream, data, size - 2, &taken));
        end = taken < size - 2;
        if (!end) {
            OND_TRY(add_segment(metadata, marker, data, size - 2));
        }
    }
    return OND_OK;
}

ond_status ond_metadata_read_jpeg(ond_stream *stream, ond_metadata *metadata)
{
    unsigned char *data = ond_memory_allocate(LARGEST_SEGMENT, 1);
    if (!data) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = read_segments(stream, data, metadata);
    ond_memory_free(data);
    return status;
}
