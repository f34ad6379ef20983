/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Basis pursuit in Fourier with strided dictionaries against a slow solver in double: the dictionary as a matrix made
 * by its definition, coordinate descent until nothing moves. */

typedef struct problem {
    size_t atoms, channels, filter, stride, height, width, rows, columns;
    ond_border border;
    bool nonnegative, is_masked;
    double *matrix; /* [pixels, codes] */
    double *signal, *weight;
} problem;

static size_t pixel_count(const problem *p)
{
    return p->channels * p->height * p->width;
}

static size_t code_count(const problem *p)
{
    return p->atoms * p->rows * p->columns;
}

/* D[(c, s v + t), (m, v)] = d[m, c, t] */
static void fill_matrix(problem *p, const ond_array *filters)
{
    size_t taps = p->filter * p->filter;
    for (size_t code = 0; code < code_count(p); code++) {
        size_t m = code / (p->rows * p->columns);
        size_t row = code / p->columns % p->rows;
        size_t column = code % p->columns;
        for (size_t k = 0; k < p->channels * taps; k++) {
            size_t y = (p->stride * row + k % taps / p->filter) % p->height;
            size_t x = (p->stride * column + k % p->filter) % p->width;
            size_t pixel = (k / taps * p->height + y) * p->width + x;
            p->matrix[pixel * code_count(p) + code] += (double)filters->data[m * p->channels * taps + k];
        }
    }
}

static double shrink(double value, double threshold, bool nonnegative)
{
    double size = nonnegative ? value - threshold : fabs(value) - threshold;
    return size > 0 ? copysign(size, nonnegative ? 1 : value) : 0;
}

/* min ½‖W (x − D z)‖² + λ‖z‖₁, one coordinate after the other. Returns the objective. */
static double descend(const problem *p, double lambda, double *codes)
{
    size_t pixels = pixel_count(p);
    size_t count = code_count(p);
    double *rest = malloc(pixels * sizeof *rest);
    double largest = 1;
    memset(codes, 0, count * sizeof *codes);
    memcpy(rest, p->signal, pixels * sizeof *rest);
    for (int round = 0; round < 20000 && largest > 1e-9; round++) {
        largest = 0;
        for (size_t k = 0; k < count; k++) {
            double slope = 0;
            double square = 0;
            for (size_t i = 0; i < pixels; i++) {
                double entry = p->matrix[i * count + k];
                slope += p->weight[i] * p->weight[i] * entry * rest[i];
                square += p->weight[i] * p->weight[i] * entry * entry;
            }
            double next = square > 0 ? shrink(codes[k] + slope / square, lambda / square, p->nonnegative) : 0;
            for (size_t i = 0; i < pixels; i++) {
                rest[i] += p->matrix[i * count + k] * (codes[k] - next);
            }
            largest = fmax(largest, fabs(next - codes[k]));
            codes[k] = next;
        }
    }
    double objective = 0;
    for (size_t i = 0; i < pixels; i++) {
        objective += p->weight[i] * p->weight[i] * rest[i] * rest[i] / 2;
    }
    for (size_t k = 0; k < count; k++) {
        objective += lambda * fabs(codes[k]);
    }
    free(rest);
    return objective;
}

static void fill_problem(problem *p, test_random *random, ond_array *signal, ond_array *mask)
{
    p->matrix = calloc(pixel_count(p) * code_count(p), sizeof *p->matrix);
    p->signal = calloc(pixel_count(p), sizeof *p->signal);
    p->weight = calloc(pixel_count(p), sizeof *p->weight);
    for (size_t i = 0; i < pixel_count(p); i++) {
        mask->data[i] = p->is_masked ? (float)(i % 7 == 3 ? 0 : 0.5 + random_uniform(random)) : 1;
        p->weight[i] = (double)mask->data[i];
        p->signal[i] = (double)signal->data[i];
    }
}

static void check(problem *p, uint64_t seed)
{
    const double lambda = 0.3;
    test_random random = {seed};
    size_t filter_shape[4] = {p->atoms, p->channels, p->filter, p->filter};
    size_t signal_shape[3] = {p->channels, p->height, p->width};
    ond_array filters = random_array(&random, 4, filter_shape);
    ond_array signal = random_array(&random, 3, signal_shape);
    ond_array mask = random_array(&random, 3, signal_shape);
    ond_array codes = {0};
    ond_dictionary *dictionary = NULL;
    ond_pursuit_report report;
    ond_pursuit_extras extras = {.mask = p->is_masked ? &mask : NULL};
    ond_pursuit_config config = ond_pursuit_config_default();
    assert_ok(ond_dictionary_create(&filters, p->stride, p->border, &dictionary));
    assert_ok(ond_dictionary_positions(dictionary, p->height, p->width, &p->rows, &p->columns));
    fill_problem(p, &random, &signal, &mask);
    fill_matrix(p, &filters);
    double *wanted = malloc(code_count(p) * sizeof *wanted);
    double objective = descend(p, lambda, wanted);
    config.method = OND_PURSUIT_ADMM;
    config.lambda = lambda;
    config.nonnegative = p->nonnegative;
    config.iterations = 3000;
    config.tolerance = 1e-6;
    assert_ok(ond_pursuit((const ond_dictionary *const *)&dictionary, 1, &signal, &config, &extras, &codes, &report));
    assert_int_equal(ond_array_count(&codes), code_count(p));
    double error = 0;
    double size = 0;
    for (size_t k = 0; k < code_count(p); k++) {
        error += ((double)codes.data[k] - wanted[k]) * ((double)codes.data[k] - wanted[k]);
        size += wanted[k] * wanted[k];
    }
    /* the objective is flat at the minimum: sums of floats; the codes move with the root of that */
    if (fabs(report.layer[0].objective / objective - 1) > 1e-5 || !(error < 1e-5 * size)) {
        fail_msg("stride %zu, %zu channels: objective %.8g, %.8g wanted; codes %.1e off", p->stride, p->channels,
                 report.layer[0].objective, objective, sqrt(error / size));
    }
    free(wanted);
    free(p->matrix);
    free(p->signal);
    free(p->weight);
    ond_array_free(&filters);
    ond_array_free(&signal);
    ond_array_free(&mask);
    ond_array_free(&codes);
    ond_dictionary_destroy(dictionary);
}

static void admm_with_strides_finds_the_minimum(void **state)
{
    (void)state;
    problem problems[] = {
        {.atoms = 4, .channels = 1, .filter = 4, .stride = 2, .height = 12, .width = 10},
        {.atoms = 4, .channels = 1, .filter = 5, .stride = 3, .height = 12, .width = 9, .nonnegative = true},
        {.atoms = 5, .channels = 3, .filter = 4, .stride = 2, .height = 8, .width = 8, .is_masked = true},
        {.atoms = 20, .channels = 1, .filter = 5, .stride = 4, .height = 12, .width = 12},
        /* images that the stride does not divide */
        {.atoms = 4, .channels = 1, .filter = 5, .stride = 2, .height = 13, .width = 11, .border = OND_BORDER_ZERO},
        {.atoms = 3,
         .channels = 2,
         .filter = 4,
         .stride = 3,
         .height = 13,
         .width = 10,
         .border = OND_BORDER_ZERO,
         .is_masked = true},
    };
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        check(&problems[i], 800 + i);
    }
}

static void threads_do_not_change_a_strided_pursuit(void **state)
{
    (void)state;
    test_random random = {820};
    size_t filter_shape[4] = {9, 1, 6, 6};
    size_t shape[2] = {24, 18};
    ond_array filters = random_array(&random, 4, filter_shape);
    ond_array signal = random_array(&random, 2, shape);
    ond_array codes[2] = {{0}, {0}};
    ond_dictionary *dictionary = NULL;
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = OND_PURSUIT_ADMM;
    config.lambda = 0.3;
    config.iterations = 30;
    assert_ok(ond_dictionary_create(&filters, 3, OND_BORDER_CIRCULAR, &dictionary));
    for (int i = 0; i < 2; i++) {
        assert_ok(ond_threads_set(i ? 3 : 1));
        assert_ok(ond_pursuit((const ond_dictionary *const *)&dictionary, 1, &signal, &config, NULL, &codes[i], NULL));
    }
    assert_ok(ond_threads_set(1));
    assert_memory_equal(codes[0].data, codes[1].data, ond_array_count(&codes[0]) * sizeof(float));
    ond_array_free(&filters);
    ond_array_free(&signal);
    ond_array_free(&codes[0]);
    ond_array_free(&codes[1]);
    ond_dictionary_destroy(dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(admm_with_strides_finds_the_minimum),
        cmocka_unit_test(threads_do_not_change_a_strided_pursuit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
