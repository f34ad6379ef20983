/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/draw.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned fuzz_byte(fuzz_bytes *bytes)
{
    return bytes->used < bytes->size ? bytes->data[bytes->used++] : 0;
}

unsigned fuzz_below(fuzz_bytes *bytes, unsigned count)
{
    return fuzz_byte(bytes) % count;
}

double fuzz_number(fuzz_bytes *bytes)
{
    static const float special[] = {0,        -0.0F,     1,      -1,    FLT_MIN / 8, FLT_MAX, -FLT_MAX, NAN,
                                    INFINITY, -INFINITY, 1e-30F, 1e30F, 65535,       1e6F,    0.5F,     3};
    unsigned byte = fuzz_byte(bytes);
    return byte < sizeof special / sizeof special[0] ? (double)special[byte] : ((double)byte - 128) / 16;
}

static int draw_int(fuzz_bytes *bytes, const ond_option *option)
{
    enum { SMALL_RANGE = 6 };
    unsigned byte = fuzz_byte(bytes);
    double range = option->maximum - option->minimum;
    switch (byte % 16) {
    case 0:
        return option->minimum > INT_MIN ? (int)(option->minimum - 1) : INT_MIN;
    case 1:
        return option->maximum < INT_MAX ? (int)(option->maximum + 1) : INT_MAX;
    case 2:
        return INT_MIN;
    case 3:
        return (int)option->preset <= SMALL_RANGE ? (int)option->preset : (int)option->minimum;
    default:
        return (int)(option->minimum + fmin(range, byte % SMALL_RANGE));
    }
}

static double draw_real(fuzz_bytes *bytes, const ond_option *option)
{
    switch (fuzz_below(bytes, 8)) {
    case 0:
        return option->minimum;
    case 1:
        return option->maximum;
    case 2:
        return fuzz_number(bytes);
    case 3:
    case 4:
        return option->minimum + fuzz_byte(bytes) / 64.0;
    default:
        return option->preset;
    }
}

void fuzz_config(fuzz_bytes *bytes, const ond_option *options, void *config)
{
    ond_options_default(options, config);
    for (const ond_option *option = options; option->name; option++) {
        char *field = (char *)config + option->offset;
        bool small = option->preset - option->minimum < 16;
        if (strcmp(option->name, "planning") == 0 || (small && fuzz_below(bytes, 2))) {
            continue;
        }
        if (option->kind == OND_OPTION_REAL) {
            double value = draw_real(bytes, option);
            memcpy(field, &value, sizeof value);
        } else {
            int value = draw_int(bytes, option);
            memcpy(field, &value, sizeof value);
        }
    }
}

static float draw_sample(fuzz_bytes *bytes, unsigned kind, uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    float noise = (float)(*state >> 8) / (float)(1 << 24);
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return 0.25F;
    case 2:
        return noise * 1e6F;
    case 3:
        return noise * FLT_MAX;
    case 4:
        return noise * FLT_MIN;
    case 5:
        return (float)fuzz_number(bytes);
    default:
        return noise;
    }
}

ond_array fuzz_array(fuzz_bytes *bytes, int rank, const size_t *shape)
{
    ond_array array = {0};
    fuzz_check_status(ond_array_resize(&array, rank, shape));
    unsigned kind = fuzz_below(bytes, 16);
    uint32_t state = fuzz_byte(bytes);
    size_t count = ond_array_count(&array);
    for (size_t i = 0; i < count; i++) {
        array.data[i] = draw_sample(bytes, kind, &state);
    }
    if (count > 0 && fuzz_below(bytes, 8) == 7) {
        array.data[fuzz_byte(bytes) % count] = (float)fuzz_number(bytes);
    }
    return array;
}

ond_array fuzz_image(fuzz_bytes *bytes, unsigned most)
{
    size_t shape[3] = {1, 1 + fuzz_below(bytes, most), 1 + fuzz_below(bytes, most)};
    unsigned planes = fuzz_below(bytes, 16);
    if (planes == 15) {
        shape[1 + fuzz_below(bytes, 2)] = 0;
    }
    shape[0] = planes % 8;
    return shape[0] >= 1 && shape[0] <= 4 ? fuzz_array(bytes, 3, shape) : fuzz_array(bytes, 2, shape + 1);
}

void fuzz_check_finite(const ond_array *array)
{
    size_t count = ond_array_count(array);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(array->data[i])) {
            fprintf(stderr, "element %zu of %zu is %g\n", i, count, (double)array->data[i]);
            abort();
        }
    }
}

bool fuzz_check(ond_status status, const ond_array *output)
{
    fuzz_check_status(status);
    if (status == OND_OK) {
        fuzz_check_finite(output);
    }
    return status == OND_OK;
}

int fuzz_one_use(const uint8_t *data, size_t size, const fuzz_use *uses, size_t count, unsigned most_side)
{
    fuzz_bytes bytes = {data, size, 0};
    unsigned use = fuzz_below(&bytes, (unsigned)count);
    ond_array image = fuzz_image(&bytes, most_side);
    uses[use](&bytes, &image);
    ond_array_free(&image);
    return 0;
}
