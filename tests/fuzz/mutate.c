/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/mutate.h"

#include <stdbool.h>
#include <string.h>
#include <zlib.h>

enum { GZIP_HEADER = 10, GZIP_TRAILER = 8, MOST_CONTENT = 1 << 16 };

static const unsigned char gzip_start[4] = {0x1f, 0x8b, 8, 0};

static bool is_gzip(const uint8_t *data, size_t size)
{
    return size > GZIP_HEADER + GZIP_TRAILER && memcmp(data, gzip_start, sizeof gzip_start) == 0;
}

static void put_number(uint8_t *place, unsigned long number)
{
    for (int i = 0; i < 4; i++) {
        place[i] = (uint8_t)(number >> 8 * i);
    }
}

/* Unpacks and writes checksum and length where the packed data end. Returns the size without what follows, or the old
 * one where they do not end. */
static size_t repair_gzip(uint8_t *data, size_t size)
{
    static unsigned char content[MOST_CONTENT];
    z_stream codec = {.next_in = data + GZIP_HEADER,
                      .avail_in = (uInt)(size - GZIP_HEADER - GZIP_TRAILER),
                      .next_out = content,
                      .avail_out = MOST_CONTENT};
    if (inflateInit2(&codec, -15) != Z_OK) {
        return size;
    }
    bool ends = inflate(&codec, Z_FINISH) == Z_STREAM_END;
    if (ends) {
        size_t count = MOST_CONTENT - codec.avail_out;
        uint8_t *trailer = data + (size - GZIP_TRAILER - codec.avail_in);
        put_number(trailer, crc32(0, content, (uInt)count));
        put_number(trailer + 4, count);
        size -= codec.avail_in;
    }
    inflateEnd(&codec);
    return size;
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t most, unsigned seed, const char *start, size_t start_size)
{
    bool gzip = is_gzip(data, size);
    size = LLVMFuzzerMutate(data, size, most);
    if (seed % 16 == 0) {
        return size;
    }
    if (gzip && size > GZIP_HEADER + GZIP_TRAILER) {
        memcpy(data, gzip_start, sizeof gzip_start);
        return seed % 4 ? repair_gzip(data, size) : size;
    }
    memcpy(data, start, size < start_size ? size : start_size);
    return size;
}
