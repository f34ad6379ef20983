/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/elements.h"

#include "core/memory.h"
#include "core/vector.h"

#include <float.h>
#include <math.h>
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

static float float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
static float half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t exponent = half >> 10 & 31, fraction = half & 0x3ff;
    if (exponent == 0) {
        float small = (float)fraction * 0x1p-24f;
        return sign ? -small : small;
    }
    exponent = exponent == 31 ? 255 : exponent + 127 - 15;
    return float_from_bits(sign | exponent << 23 | fraction << 13);
}

static void convert_f2(const unsigned char *bytes, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + 2 * i, sizeof half);
        values[i] = half_to_float(half);
    }
}

/* Rounded by adding in a sum whose last bit is the last that binary16 keeps: the addition ties to even. */
static uint16_t float_to_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    float size = float_from_bits(bits & 0x7fffffff);
    if (!(size < 65520)) { /* half a step above the largest */
        return (uint16_t)(sign | (size == size ? 0x7c00 : 0x7e00));
    }
    uint32_t exponent = (bits & 0x7fffffff) >> 23;
    exponent = exponent < 127 - 14 ? 127 - 14 : exponent; /* below it are the denormals, all of one step */
    float lift = float_from_bits((exponent + 13) << 23);
    float rounded = size + lift;
    memcpy(&bits, &rounded, sizeof bits);
    return (uint16_t)(sign | (((exponent - (127 - 15) - 1) << 10) + (bits & 0xfff)));
}

void ond_elements_to_half(const float *values, size_t count, unsigned char *bytes)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t half = float_to_half(values[i]);
        memcpy(bytes + 2 * i, &half, sizeof half);
    }
}

void ond_elements_round_to_half(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = half_to_float(float_to_half(values[i]));
    }
}

/* The upper half of a float. */
static void convert_bfloat16(const unsigned char *bytes, float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t upper;
        memcpy(&upper, bytes + 2 * i, sizeof upper);
        values[i] = float_from_bits((uint32_t)upper << 16);
    }
}

static const ond_element bfloat16 = {0, 2, 0, 0, convert_bfloat16};

static const ond_element elements[] = {
    {'u', 1, 0x08, 255, convert_u1},
    {'i', 1, 0x09, 0, convert_i1},
    {'u', 2, 0, 65535, convert_u2},
    {'i', 2, 0x0b, 0, convert_i2},
    {'u', 4, 0, 4294967295.0, convert_u4},
    {'i', 4, 0x0c, 0, convert_i4},
    {'u', 8, 0, 18446744073709551615.0, convert_u8},
    {'i', 8, 0, 0, convert_i8},
    {'f', 2, 0, 0, convert_f2},
    {'f', 4, 0x0d, 0, convert_f4},
    {'f', 8, 0x0e, 0, convert_f8},
    {'b', 1, 0, 0, convert_bool},
};

enum { CHUNK_SIZE = 1 << 14 }; /* bytes converted at a time; a multiple of every element's size */

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

const ond_element *ond_element_bfloat16(void)
{
    return &bfloat16;
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

/* What was finite as 8 bytes is so as 4. */
static ond_status check_narrowed(const unsigned char *chunk, const float *values, size_t count)
{
    size_t bad = ond_vector_find_nonfinite(values, count);
    for (; bad < count; bad++) {
        double element;
        memcpy(&element, chunk + bad * sizeof element, sizeof element);
        if (isfinite(element) && !isfinite(values[bad])) {
            return ond_fail(OND_ERROR_UNSUPPORTED, "it holds %g: numbers up to %g are wanted", element,
                            (double)FLT_MAX);
        }
    }
    return OND_OK;
}

ond_status ond_elements_take(ond_stream *stream, const ond_element *element, bool swapped, float *values, size_t count)
{
    unsigned char chunk[CHUNK_SIZE];
    size_t most = CHUNK_SIZE / element->size;
    for (size_t done = 0; done < count;) {
        size_t piece = count - done < most ? count - done : most;
        size_t taken = 0;
        OND_TRY(ond_stream_read(stream, chunk, piece * element->size, &taken));
        if (taken < piece * element->size) {
            return ond_fail(OND_ERROR_FORMAT, "the file is truncated: its data ends before its header says");
        }
        if (swapped) {
            ond_elements_swap(chunk, piece, element->size);
        }
        element->convert(chunk, values + done, piece);
        if (element->kind == 'f' && element->size == sizeof(double)) {
            OND_TRY(check_narrowed(chunk, values + done, piece));
        }
        done += piece;
    }
    return OND_OK;
}

ond_status ond_elements_take_growing(ond_stream *stream, const ond_element *element, bool swapped, size_t count,
                                     float **values)
{
    size_t held = 0;
    while (held < count) {
        size_t room = held ? held : OND_ELEMENTS_TRUSTED;
        size_t capacity = room < count - held ? held + room : count;
        float *larger = ond_memory_allocate(capacity, sizeof *larger);
        if (!larger) {
            return OND_ERROR_MEMORY;
        }
        if (held > 0) {
            memcpy(larger, *values, held * sizeof *larger);
        }
        ond_memory_free(*values);
        *values = larger;
        OND_TRY(ond_elements_take(stream, element, swapped, larger + held, capacity - held));
        held = capacity;
    }
    return OND_OK;
}
