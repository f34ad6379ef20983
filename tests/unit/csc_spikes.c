/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/spikes.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { HEIGHT = 9, WIDTH = 13, ATOMS = 3, CHANNELS = 2 };

static ond_taps taps_of(const ond_dictionary *dictionary)
{
    ond_taps taps = ond_taps_measure(dictionary, HEIGHT, WIDTH);
    taps.values = ond_memory_allocate(ond_taps_size(&taps), sizeof *taps.values);
    assert_non_null(taps.values);
    ond_taps_load(&taps, dictionary);
    return taps;
}

static ond_dictionary *filters_of(size_t height, size_t width)
{
    test_random random = {77};
    size_t shape[4] = {ATOMS, CHANNELS, height, width};
    ond_array filters = random_array(&random, 4, shape);
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create(&filters, 1, OND_BORDER_CIRCULAR, &dictionary));
    ond_array_free(&filters);
    return dictionary;
}

/* The sum of one shifted filter, wrapped around, in double. */
static void add_slowly(const ond_dictionary *dictionary, size_t atom, size_t row, size_t column, double value,
                       double *image)
{
    const ond_dictionary_info *info = &dictionary->info;
    const float *filter = dictionary->values + atom * ond_atom_size(dictionary);
    for (size_t i = 0; i < ond_atom_size(dictionary); i++) {
        size_t tap = i % (info->filter_height * info->filter_width);
        size_t y = (row + tap / info->filter_width) % HEIGHT;
        size_t x = (column + tap % info->filter_width) % WIDTH;
        size_t channel = i / (info->filter_height * info->filter_width);
        image[(channel * HEIGHT + y) * WIDTH + x] += value * (double)filter[i];
    }
}

/* Filters of all sorts of widths at every place of the image. */
static void check_sums(size_t filter_height, size_t filter_width)
{
    ond_dictionary *dictionary = filters_of(filter_height, filter_width);
    ond_taps taps = taps_of(dictionary);
    float *images = ond_memory_allocate_zero(CHANNELS, ond_taps_padded(&taps) * sizeof *images);
    double wanted[CHANNELS * HEIGHT * WIDTH] = {0};
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        float value = sinf((float)i);
        ond_spike spike = {(uint32_t)(i / WIDTH * taps.padded_width + i % WIDTH), value};
        ond_taps_add(&taps, i % ATOMS, &spike, 1, images);
        add_slowly(dictionary, i % ATOMS, i / WIDTH, i % WIDTH, (double)value, wanted);
    }
    for (size_t line = 0; line < CHANNELS * HEIGHT; line++) {
        float sum[WIDTH] = {0};
        ond_taps_fold_row(&taps, images + line / HEIGHT * ond_taps_padded(&taps), line % HEIGHT, sum);
        for (size_t i = 0; i < WIDTH; i++) {
            assert_true(fabs((double)sum[i] - wanted[line * WIDTH + i])
                        < 1e-4); /* sums of a hundred floats of about 1 */
        }
    }
    ond_memory_free(images);
    ond_memory_free(taps.values);
    ond_dictionary_destroy(dictionary);
}

static void sums_of_shifted_filters_wrap_around(void **state)
{
    (void)state;
    check_sums(1, 1);
    check_sums(4, 7);
    check_sums(3, 8);
    check_sums(HEIGHT, WIDTH);
}

static void products_are_adjoint_to_sums(void **state)
{
    (void)state;
    enum { SPIKES = 5 };
    test_random random = {5};
    ond_dictionary *dictionary = filters_of(4, 11);
    ond_taps taps = taps_of(dictionary);
    size_t shape[1] = {CHANNELS * ond_taps_padded(&taps)};
    ond_array given = random_array(&random, 1, shape);
    float *sum = ond_memory_allocate_zero(shape[0], sizeof *sum);
    ond_spike spikes[SPIKES];
    for (size_t i = 0; i < SPIKES; i++) {
        spikes[i] = (ond_spike){(uint32_t)((i + 1) * taps.padded_width + 2 * i), cosf((float)i)};
    }
    float products[SPIKES];
    ond_taps_add(&taps, 1, spikes, SPIKES, sum);
    ond_taps_correlate(&taps, 1, spikes, SPIKES, given.data, products);
    double left = 0;
    double right = 0;
    for (size_t i = 0; i < shape[0]; i++) {
        left += (double)sum[i] * (double)given.data[i];
    }
    for (size_t i = 0; i < SPIKES; i++) {
        right += (double)spikes[i].value * (double)products[i];
    }
    assert_true(fabs(left - right) < 1e-4); /* a few hundred products of about 1 */
    ond_memory_free(sum);
    ond_array_free(&given);
    ond_memory_free(taps.values);
    ond_dictionary_destroy(dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[]
        = {cmocka_unit_test(sums_of_shifted_filters_wrap_around), cmocka_unit_test(products_are_adjoint_to_sums)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
