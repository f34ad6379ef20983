/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The cascade once more, slow and in double: direct convolutions at full resolution, decimation by picking samples. It
 * knows the bank's spectra and nothing else of the library's way of working, so that resolutions, folding, cropping and
 * low-pass matrices are all put to the test. Order 2 on small images. */

typedef double complex number;

typedef struct oracle {
    size_t height, width;
    number *exponential_rows, *exponential_columns; /* e^{2πi k/n} */
} oracle;

/* Direct inverse or forward transform along both axes. */
static void transform(const oracle *o, const number *from, number *to, int sign)
{
    number *middle = calloc(o->height * o->width, sizeof *middle);
    for (size_t row = 0; row < o->height; row++) {
        for (size_t f = 0; f < o->width; f++) {
            number sum = 0;
            for (size_t v = 0; v < o->width; v++) {
                number e = o->exponential_columns[f * v % o->width];
                sum += from[row * o->width + v] * (sign > 0 ? e : conj(e));
            }
            middle[row * o->width + f] = sum;
        }
    }
    for (size_t column = 0; column < o->width; column++) {
        for (size_t f = 0; f < o->height; f++) {
            number sum = 0;
            for (size_t u = 0; u < o->height; u++) {
                number e = o->exponential_rows[f * u % o->height];
                sum += middle[u * o->width + column] * (sign > 0 ? e : conj(e));
            }
            to[f * o->width + column] = sum;
        }
    }
    free(middle);
}

static void filter(const oracle *o, const number *spectrum, const ond_array *gain, number *result)
{
    size_t count = o->height * o->width;
    number *product = calloc(count, sizeof *product);
    for (size_t i = 0; i < count; i++) {
        product[i] = spectrum[i] * (double)gain->data[i] / (double)count;
    }
    transform(o, product, result, 1);
    free(product);
}

static number *exponentials(size_t count)
{
    number *e = calloc(count, sizeof *e);
    for (size_t k = 0; k < count; k++) {
        double angle = 2 * acos(-1.0) * (double)k / (double)count;
        e[k] = cos(angle) + sin(angle) * (number)I;
    }
    return e;
}

typedef struct setting {
    bool spline;
    size_t height, width;
    int scales, orientations;
} setting;

/* Compares one path: U at full resolution against S of the library at the sampled pixels. */
static void compare_samples(const oracle *o, const number *modulus, const ond_array *low, const ond_array *features,
                            size_t channel, size_t stride)
{
    size_t count = o->height * o->width;
    number *spectrum = calloc(count, sizeof *spectrum);
    number *averaged = calloc(count, sizeof *averaged);
    transform(o, modulus, spectrum, -1);
    filter(o, spectrum, low, averaged);
    size_t rows = features->shape[1];
    size_t columns = features->shape[2];
    for (size_t i = 0; i < rows * columns; i++) {
        double wanted = creal(averaged[i / columns * stride * o->width + i % columns * stride]);
        assert_true(fabs((double)features->data[channel * rows * columns + i] - wanted) < 3e-6);
    }
    free(spectrum);
    free(averaged);
}

static void modulus_of_band(const oracle *o, const number *from, const ond_filters *bank, size_t index, number *modulus)
{
    size_t count = o->height * o->width;
    ond_array gain = {0};
    number *spectrum = calloc(count, sizeof *spectrum);
    assert_ok(ond_filters_spectrum(bank, index, &gain));
    transform(o, from, spectrum, -1);
    filter(o, spectrum, &gain, modulus);
    for (size_t i = 0; i < count; i++) {
        modulus[i] = cabs(modulus[i]);
    }
    free(spectrum);
    ond_array_free(&gain);
}

static ond_filters *bank_on_grid(const setting *s)
{
    ond_filters *bank = NULL;
    ond_morlet_config morlet = {s->scales, s->orientations, OND_MORLET_KYMATIO, (int)s->height, (int)s->width};
    ond_spline_config spline = {s->scales, s->orientations, (int)s->height, (int)s->width};
    assert_ok(s->spline ? ond_spline_create(&spline, &bank) : ond_morlet_create(&morlet, &bank));
    return bank;
}

static void compare_all_paths(const setting *s, const ond_filters *bank, const ond_scattering *scattering,
                              const ond_array *image, const ond_array *features)
{
    size_t count = s->height * s->width;
    oracle o = {s->height, s->width, exponentials(s->height), exponentials(s->width)};
    number *x = calloc(3 * count, sizeof *x);
    ond_array low = {0};
    assert_ok(ond_filters_spectrum(bank, ond_filters_count(bank) - 1, &low));
    for (size_t i = 0; i < count; i++) {
        x[i] = (double)image->data[i];
    }
    for (size_t channel = 0; channel < ond_scattering_paths(scattering); channel++) {
        ond_scattering_path path = ond_scattering_path_at(scattering, channel);
        number *u = x;
        for (int m = 0; m < path.order; m++) {
            number *next = x + (size_t)(m + 1) * count;
            modulus_of_band(&o, u, bank, path.filter[m], next);
            u = next;
        }
        compare_samples(&o, u, &low, features, channel, (size_t)1 << s->scales);
    }
    ond_array_free(&low);
    free(x);
    free(o.exponential_rows);
    free(o.exponential_columns);
}

/* Without subsampling of the layers nothing is approximated: every value must agree. `oversampling` is the number of
 * scales; the oracle's strides are picked out by hand. */
static void undecimated_cascade_equals_the_slow_one(void **state)
{
    (void)state;
    const setting settings[] = {
        {false, 16, 16, 2, 3}, {false, 15, 18, 2, 3}, {true, 16, 20, 2, 3}, {true, 13, 16, 3, 2}, {false, 16, 12, 3, 1},
    };
    test_random random = {40};
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const setting *s = &settings[i];
        ond_scattering_config config = ond_scattering_config_default();
        config.padding = OND_PADDING_PERIODIC;
        config.oversampling = s->scales;
        ond_filters *bank = bank_on_grid(s);
        ond_scattering *scattering = NULL;
        ond_array image = random_array(&random, 2, (size_t[2]){s->height, s->width});
        ond_array all = {0};
        assert_ok(ond_scattering_create(bank, &config, &scattering));
        assert_ok(ond_scattering_apply(scattering, &image, &all));
        /* every 2^J-th sample of the dense output */
        size_t stride = (size_t)1 << s->scales;
        size_t rows = (s->height + stride - 1) / stride;
        size_t columns = (s->width + stride - 1) / stride;
        ond_array picked = {0};
        assert_ok(ond_array_resize(&picked, 3, (size_t[3]){all.shape[0], rows, columns}));
        for (size_t k = 0; k < ond_array_count(&picked); k++) {
            size_t channel = k / (rows * columns);
            size_t row = k / columns % rows * stride;
            picked.data[k] = all.data[(channel * s->height + row) * s->width + k % columns * stride];
        }
        compare_all_paths(s, bank, scattering, &image, &picked);
        ond_array_free(&image);
        ond_array_free(&all);
        ond_array_free(&picked);
        ond_scattering_destroy(scattering);
        ond_filters_destroy(bank);
    }
}

/* Order 0 of a low-pass that is not separable: folded to the output grid, which is exact decimation. */
static void folded_low_pass_is_exact_decimation(void **state)
{
    (void)state;
    const setting s = {true, 16, 24, 3, 4};
    test_random random = {41};
    ond_scattering_config config = ond_scattering_config_default();
    config.padding = OND_PADDING_PERIODIC;
    config.order = 0;
    ond_filters *bank = bank_on_grid(&s);
    ond_scattering *scattering = NULL;
    ond_array image = random_array(&random, 2, (size_t[2]){s.height, s.width});
    ond_array features = {0};
    assert_ok(ond_scattering_create(bank, &config, &scattering));
    assert_ok(ond_scattering_apply(scattering, &image, &features));
    compare_all_paths(&s, bank, scattering, &image, &features);
    ond_array_free(&image);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(bank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undecimated_cascade_equals_the_slow_one),
        cmocka_unit_test(folded_low_pass_is_exact_decimation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
