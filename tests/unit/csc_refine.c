/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/refine.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { HEIGHT = 20, WIDTH = 17, ATOMS = 6, CHANNELS = 2 };

typedef struct problem {
    ond_dictionary *dictionary;
    ond_operator *operator_;
    ond_array signal, mask, weights;
    ond_lasso lasso;
    ond_lasso_room room;
    float *codes, *start;
} problem;

typedef struct kind {
    size_t stride;
    ond_border border;
    bool is_masked, is_weighted, nonnegative;
} kind;

static problem make(kind k)
{
    test_random random = {31};
    problem p = {0};
    size_t filters[4] = {ATOMS, CHANNELS, 4, 5};
    size_t image[3] = {CHANNELS, HEIGHT, k.border == OND_BORDER_ZERO ? WIDTH : WIDTH - WIDTH % k.stride};
    ond_array values = random_array(&random, 4, filters);
    ond_dictionary *raw = NULL;
    assert_ok(ond_dictionary_create(&values, k.stride, k.border, &raw));
    assert_ok(ond_dictionary_normalize(raw, &p.dictionary, NULL));
    ond_dictionary_destroy(raw);
    ond_array_free(&values);
    assert_ok(ond_operator_create(p.dictionary, image[1], image[2], OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE,
                                  &p.operator_));
    size_t size[1] = {p.operator_->code_size};
    p.signal = random_array(&random, 3, image);
    p.mask = random_array(&random, 3, image);
    p.weights = random_array(&random, 1, size);
    for (size_t i = 0; i < p.operator_->image_size; i++) {
        p.mask.data[i] = fabsf(p.mask.data[i]);
    }
    for (size_t i = 0; i < size[0]; i++) {
        p.weights.data[i] = 0.5f + fabsf(p.weights.data[i]);
    }
    p.lasso = (ond_lasso){.operator_ = p.operator_,
                          .signal = p.signal.data,
                          .mask = k.is_masked ? p.mask.data : NULL,
                          .weights = k.is_weighted ? p.weights.data : NULL,
                          .lambda = 0.8,
                          .nonnegative = k.nonnegative};
    assert_ok(ond_lasso_room_create(p.operator_, &p.room));
    p.codes = ond_memory_allocate_zero(size[0], sizeof *p.codes);
    p.start = ond_memory_allocate_zero(size[0], sizeof *p.start);
    assert_true(p.codes && p.start);
    return p;
}

static void destroy(problem *p)
{
    ond_memory_free(p->codes);
    ond_memory_free(p->start);
    ond_lasso_room_free(&p->room);
    ond_array_free(&p->signal);
    ond_array_free(&p->mask);
    ond_array_free(&p->weights);
    ond_operator_destroy(p->operator_);
    ond_dictionary_destroy(p->dictionary);
}

static double objective_of(problem *p, const float *codes)
{
    ond_layer_report report = {0};
    ond_lasso_evaluate(&p->lasso, codes, &p->room, &report);
    return report.objective;
}

/* Codes of FISTA. */
static void solve(problem *p, int iterations, float *codes)
{
    ond_layer_report report = {0};
    ond_pursuit_config config = ond_pursuit_config_default();
    config.iterations = iterations;
    config.tolerance = 0;
    assert_ok(ond_fista_solve(&p->lasso, &config, codes, NULL, &report));
}

static const kind kinds[] = {
    {1, OND_BORDER_CIRCULAR, false, false, false}, {1, OND_BORDER_ZERO, false, false, false},
    {2, OND_BORDER_CIRCULAR, false, false, false}, {2, OND_BORDER_ZERO, true, true, false},
    {1, OND_BORDER_CIRCULAR, true, false, true},   {1, OND_BORDER_CIRCULAR, false, true, true},
};

/* With the support of the minimum, and wrong values on it, the minimum is found. */
static void values_on_the_right_support_become_right(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        problem p = make(kinds[k]);
        solve(&p, 3000, p.codes);
        double least = objective_of(&p, p.codes);
        for (size_t i = 0; i < p.operator_->code_size; i++) {
            p.start[i] = p.codes[i] * (1.2f + 0.3f * sinf((float)i));
        }
        double begin = objective_of(&p, p.start);
        assert_ok(ond_refine(&p.lasso, p.start));
        double found = objective_of(&p, p.start);
        assert_true(found >= least * (1 - 1e-6));            /* rounding of the sums */
        assert_true(found - least < 0.05 * (begin - least)); /* steps end when they gain next to nothing */
        destroy(&p);
    }
}

static void the_objective_never_rises_and_no_code_changes_its_sign(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        problem p = make(kinds[k]);
        for (int iterations = 1; iterations < 200; iterations *= 2) {
            solve(&p, iterations, p.start);
            memcpy(p.codes, p.start, p.operator_->code_size * sizeof *p.codes);
            assert_ok(ond_refine(&p.lasso, p.codes));
            assert_true(objective_of(&p, p.codes) <= objective_of(&p, p.start) * (1 + 1e-6));
            for (size_t i = 0; i < p.operator_->code_size; i++) {
                assert_true(p.codes[i] == 0 || p.codes[i] * p.start[i] > 0);
            }
        }
        destroy(&p);
    }
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    problem p = make(kinds[0]);
    solve(&p, 20, p.start);
    memcpy(p.codes, p.start, p.operator_->code_size * sizeof *p.codes);
    assert_ok(ond_threads_set(1));
    assert_ok(ond_refine(&p.lasso, p.codes));
    assert_ok(ond_threads_set(3));
    assert_ok(ond_refine(&p.lasso, p.start));
    assert_ok(ond_threads_set(1));
    assert_memory_equal(p.codes, p.start, p.operator_->code_size * sizeof *p.codes);
    destroy(&p);
}

static void codes_that_are_zero_or_dense_stay_as_they_are(void **state)
{
    (void)state;
    problem p = make(kinds[0]);
    assert_ok(ond_refine(&p.lasso, p.codes));
    assert_memory_equal(p.codes, p.start, p.operator_->code_size * sizeof *p.codes);
    for (size_t i = 0; i < p.operator_->code_size; i++) {
        p.codes[i] = p.start[i] = 1 + sinf((float)i);
    }
    assert_ok(ond_refine(&p.lasso, p.codes));
    assert_memory_equal(p.codes, p.start, p.operator_->code_size * sizeof *p.codes);
    destroy(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_on_the_right_support_become_right),
        cmocka_unit_test(the_objective_never_rises_and_no_code_changes_its_sign),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(codes_that_are_zero_or_dense_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
