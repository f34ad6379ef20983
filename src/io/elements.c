/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/elements.h"

#include <string.h>

/* Bytes of files are aligned to nothing, hence the copies; compilers make plain loads of them. */
#define OND_CONVERTER(name, type)                                                                                      \
    static void name(const unsigned char *bytes, float *values, size_t count)                                          \
    {                                                                                                                  \
        for (size_t i = 0; i < count; i++) {                                                                           \
            type element;                                                                                              \
            memcpy(&element, bytes + i * sizeof element, sizeof element);                                              \
            values[i] = (float)element;                                                                                \
        }                                                                                                              \
    }

OND_CONVERTER(convert_u1, uint8_t)
OND_CONVERTER(convert_i1, int8_t)
OND_CONVERTER(convert_u2, uint16_t)
OND_CONVERTER(convert_i2, int16_t)
OND_CONVERTER(convert_u4, uint32_t)
OND_CONVERTER(convert_i4, int32_t)
OND_CONVERTER(convert_u8, uint64_t)
OND_CONVERTER(convert_i8, int64_t)
OND_CONVERTER(convert_f4, float)
OND_CONVERTER(convert_f8, double)

static void convert_bool(const unsigned char *bytes, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = bytes[i] ? 1 : 0;
    }
}

static const ond_element elements[] = {
    {'u', 1, 0x08, 255, convert_u1},
    {'i', 1, 0x09, 0, convert_i1},
    {'u', 2, 0, 65535, convert_u2},
    {'i', 2, 0x0b, 0, convert_i2},
    {'u', 4, 0, 4294967295.0, convert_u4},
    {'i', 4, 0x0c, 0, convert_i4},
    {'u', 8, 0, 18446744073709551615.0, convert_u8},
    {'i', 8, 0, 0, convert_i8},
    {'f', 4, 0x0d, 0, convert_f4},
    {'f', 8, 0x0e, 0, convert_f8},
    {'b', 1, 0, 0, convert_bool},
};

enum { ELEMENTS = sizeof elements / sizeof elements[0] };

const ond_element *ond_element_find(char kind, unsigned size)
{
    for (size_t i = 0; i < ELEMENTS; i++) {
        if (elements[i].kind == kind && elements[i].size == size) {
            return &elements[i];
        }
    }
    return NULL;
}

const ond_element *ond_element_find_idx(unsigned code)
{
    for (size_t i = 0; i < ELEMENTS; i++) {
        if (code && elements[i].idx == code) {
            return &elements[i];
        }
    }
    return NULL;
}

void ond_elements_swap(unsigned char *bytes, size_t count, unsigned size)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char *element = bytes + i * size;
        for (unsigned low = 0, high = size - 1; low < high; low++, high--) {
            unsigned char kept = element[low];
            element[low] = element[high];
            element[high] = kept;
        }
    }
}

bool ond_machine_is_big_endian(void)
{
    uint16_t one = 1;
    unsigned char first = 0;
    memcpy(&first, &one, 1);
    return first == 0;
}
