/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_read_picture(data, size);
    return 0;
}

#ifdef OND_FUZZING
#include "fuzz/mutate.h"
#include <zlib.h>

enum { SIGNATURE_SIZE = 8, CHUNK_SIZE = 12 };

static uint32_t number_at(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

/* Changed chunks get the checksum that fits them, or hardly an input would come past it. */
static void repair_checksums(uint8_t *data, size_t size)
{
    for (size_t place = SIGNATURE_SIZE; place + CHUNK_SIZE <= size;) {
        size_t length = number_at(data + place);
        if (length > size - place - CHUNK_SIZE) {
            break;
        }
        uint8_t *end = data + place + 8 + length;
        uint32_t checksum = (uint32_t)crc32(0, data + place + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++) {
            end[i] = (uint8_t)(checksum >> (24 - 8 * i));
        }
        place += CHUNK_SIZE + length;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    size = fuzz_mutate(data, size, most, seed, "\x89PNG\r\n\x1a\n", SIGNATURE_SIZE);
    if (seed % 8) {
        repair_checksums(data, size);
    }
    return size;
}
#endif
