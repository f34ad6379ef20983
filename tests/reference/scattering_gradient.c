/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

/* The adjoint against finite differences of a slow cascade in double that knows the bank's spectra only: circular
 * convolutions by direct sums on an undecimated torus, logarithm and normalisation written out. */

enum { HEIGHT = 12, WIDTH = 16, COUNT = HEIGHT * WIDTH, MOST_PATHS = 32, DIRECTIONS = 6 };

typedef double complex number;

/* One axis of a direct transform: `count` lines of `size` samples that lie `step` apart, lines `next` apart. */
static void transform_axis(number *data, size_t count, size_t next, size_t size, size_t step, int sign)
{
    number line[WIDTH];
    for (size_t l = 0; l < count; l++) {
        for (size_t f = 0; f < size; f++) {
            line[f] = 0;
            for (size_t u = 0; u < size; u++) {
                double angle = 2 * acos(-1.0) * (double)(f * u % size) / (double)size;
                line[f] += data[l * next + u * step] * (cos(angle) + sign * sin(angle) * (number)I);
            }
        }
        for (size_t f = 0; f < size; f++) {
            data[l * next + f * step] = line[f];
        }
    }
}

static void transform(number *data, int sign)
{
    transform_axis(data, HEIGHT, WIDTH, WIDTH, 1, sign);
    transform_axis(data, WIDTH, 1, HEIGHT, WIDTH, sign);
}

typedef struct oracle {
    ond_scattering *scattering;
    ond_scattering_config config;
    ond_array spectra[16];
    size_t filters;
} oracle;

static void filter(const oracle *o, const number *spectrum, size_t index, number *result)
{
    for (size_t i = 0; i < COUNT; i++) {
        result[i] = spectrum[i] * (double)o->spectra[index].data[i] / COUNT;
    }
    transform(result, 1);
}

/* S[p]x at every pixel for all paths, and ⟨cotangent, features⟩ with the features made of it. */
static double functional(const oracle *o, const double *x, const ond_array *cotangent)
{
    static number spectrum[MOST_PATHS][COUNT];
    static double averaged[MOST_PATHS][COUNT];
    double sum = 0;
    for (size_t channel = 0; channel < ond_scattering_paths(o->scattering); channel++) {
        ond_scattering_path path = ond_scattering_path_at(o->scattering, channel);
        number *own = spectrum[channel];
        number low[COUNT];
        for (size_t i = 0; path.order == 0 && i < COUNT; i++) {
            own[i] = x[i];
        }
        if (path.order > 0) {
            filter(o, spectrum[path.parent], path.filter[path.order - 1], own);
        }
        for (size_t i = 0; path.order > 0 && i < COUNT; i++) {
            own[i] = cabs(own[i]);
        }
        transform(own, -1);
        filter(o, own, o->filters - 1, low);
        for (size_t i = 0; i < COUNT; i++) {
            averaged[channel][i] = creal(low[i]);
            double value = averaged[channel][i];
            if (o->config.normalize && path.order >= 2) {
                value /= fmax(averaged[path.parent][i], 0) + o->config.log_floor;
            }
            if (o->config.log && path.order >= 1) {
                value = log(fmax(value, 0) + o->config.log_floor);
            }
            sum += value * (double)cotangent->data[channel * COUNT + i];
        }
    }
    return sum;
}

static void prepare(oracle *o, bool spline, int trial)
{
    ond_filters *bank = NULL;
    ond_morlet_config morlet = {2, 3, OND_MORLET_KYMATIO, HEIGHT, WIDTH};
    ond_spline_config cubic = {2, 3, HEIGHT, WIDTH};
    assert_ok(spline ? ond_spline_create(&cubic, &bank) : ond_morlet_create(&morlet, &bank));
    o->config = ond_scattering_config_default();
    o->config.padding = OND_PADDING_PERIODIC;
    o->config.oversampling = 2;
    o->config.log = trial % 2;
    o->config.normalize = trial / 2;
    o->config.log_floor = 0.03;
    assert_ok(ond_scattering_create(bank, &o->config, &o->scattering));
    o->filters = ond_filters_count(bank);
    for (size_t i = 0; i < o->filters; i++) {
        o->spectra[i] = (ond_array){0};
        assert_ok(ond_filters_spectrum(bank, i, &o->spectra[i]));
    }
    ond_filters_destroy(bank);
}

/* Central differences in double with a step of 1e-5 err by 1e-10; what is left is float rounding of the adjoint, which
 * is largest where a coefficient is small and its phase uncertain. */
static void compare_directions(const oracle *o, test_random *random)
{
    const double step = 1e-5;
    ond_array image = random_array(random, 2, (size_t[2]){HEIGHT, WIDTH});
    ond_array cotangent = random_array(random, 3, (size_t[3]){ond_scattering_paths(o->scattering), HEIGHT, WIDTH});
    ond_array gradient = {0};
    assert_ok(ond_scattering_adjoint(o->scattering, &image, &cotangent, &gradient));
    for (int direction = 0; direction < DIRECTIONS; direction++) {
        ond_array v = random_array(random, 2, image.shape);
        double ahead[COUNT];
        double behind[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            ahead[i] = (double)image.data[i] + step * (double)v.data[i];
            behind[i] = (double)image.data[i] - step * (double)v.data[i];
        }
        double wanted = (functional(o, ahead, &cotangent) - functional(o, behind, &cotangent)) / (2 * step);
        assert_true(fabs(inner_product(&gradient, &v) - wanted) < 1e-5 * norm_of(&gradient) * norm_of(&v));
        ond_array_free(&v);
    }
    ond_array_free(&image);
    ond_array_free(&cotangent);
    ond_array_free(&gradient);
}

static void adjoint_is_the_gradient_of_the_slow_cascade(void **state)
{
    (void)state;
    test_random random = {42};
    for (int trial = 0; trial < 8; trial++) {
        oracle o;
        prepare(&o, trial / 4, trial % 4);
        compare_directions(&o, &random);
        for (size_t i = 0; i < o.filters; i++) {
            ond_array_free(&o.spectra[i]);
        }
        ond_scattering_destroy(o.scattering);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adjoint_is_the_gradient_of_the_slow_cascade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
