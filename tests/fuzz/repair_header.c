/* SPDX-License-Identifier: BSD-3-Clause */
/* A changed safetensors header gets the length that fits it, or hardly an input would come past it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

enum { LENGTH_SIZE = 8 };

/* Where the brace that opens at data[8] closes; 0 when it does not. */
static size_t header_end(const uint8_t *data, size_t size)
{
    bool text = false;
    size_t depth = 0;
    for (size_t i = LENGTH_SIZE; i < size; i++) {
        if (data[i] == '"' && data[i - 1] != '\\') {
            text = !text;
        } else if (!text && data[i] == '{') {
            depth++;
        } else if (!text && data[i] == '}' && depth > 0 && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, most);
    size_t end = size > LENGTH_SIZE && seed % 8 ? header_end(data, size) : 0;
    for (size_t i = 0; end && i < LENGTH_SIZE; i++) {
        data[i] = (uint8_t)((uint64_t)(end - LENGTH_SIZE) >> 8 * i);
    }
    return size;
}
