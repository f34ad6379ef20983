/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/admm.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

/* Laws of pursuits on seeded random problems. */

static ond_dictionary *random_filters(test_random *random, size_t atoms, size_t channels, size_t size, size_t stride,
                                      ond_border border)
{
    size_t shape[4] = {atoms, channels, size, size};
    ond_array filters = random_array(random, 4, shape);
    ond_dictionary *raw = NULL;
    ond_dictionary *unit = NULL;
    assert_ok(ond_dictionary_create(&filters, stride, border, &raw));
    assert_ok(ond_dictionary_normalize(raw, &unit, NULL));
    ond_dictionary_destroy(raw);
    ond_array_free(&filters);
    return unit;
}

static double objective_after(const ond_dictionary *dictionary, const ond_array *signal, ond_pursuit_method method,
                              int iterations, double *gap)
{
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_pursuit_report report;
    ond_array codes = {0};
    config.method = method;
    config.lambda = 0.2;
    config.iterations = iterations;
    config.tolerance = 0;
    assert_ok(ond_pursuit(&dictionary, 1, signal, &config, NULL, &codes, &report));
    *gap = report.layer[0].gap;
    ond_array_free(&codes);
    return report.layer[0].objective;
}

static void the_objective_of_ista_never_rises(void **state)
{
    (void)state;
    test_random random = {700};
    for (int trial = 0; trial < 6; trial++) {
        size_t stride = trial % 2 ? 2 : 1;
        ond_border border = trial % 3 ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR;
        ond_dictionary *dictionary = random_filters(&random, 5, 2, 4, stride, border);
        size_t shape[3] = {2, 16, 12};
        ond_array signal = random_array(&random, 3, shape);
        double before = inner_product(&signal, &signal) / 2;
        for (int iterations = 1; iterations < 60; iterations += 1 + iterations / 8) {
            double gap = 0;
            double now = objective_after(dictionary, &signal, OND_PURSUIT_ISTA, iterations, &gap);
            assert_true(now <= before * (1 + 1e-6)); /* rounding of the sums */
            assert_true(gap >= 0);
            before = now;
        }
        ond_array_free(&signal);
        ond_dictionary_destroy(dictionary);
    }
}

/* The certificate is one: objective − gap bounds the minimum from below. */
static void the_gap_bounds_the_distance_to_the_minimum(void **state)
{
    (void)state;
    test_random random = {701};
    for (int trial = 0; trial < 5; trial++) {
        ond_dictionary *dictionary = random_filters(&random, 6, 1, 3, 1, OND_BORDER_CIRCULAR);
        size_t shape[2] = {14, 11};
        ond_array signal = random_array(&random, 2, shape);
        double gap = 0;
        double minimum = objective_after(dictionary, &signal, OND_PURSUIT_FISTA, 3000, &gap);
        assert_true(gap < 1e-4 * minimum);
        for (int iterations = 1; iterations < 200; iterations *= 3) {
            double objective = objective_after(dictionary, &signal, OND_PURSUIT_ISTA, iterations, &gap);
            assert_true(objective - gap <= minimum * (1 + 1e-6));
            assert_true(objective >= minimum * (1 - 1e-6));
        }
        ond_array_free(&signal);
        ond_dictionary_destroy(dictionary);
    }
}

static double squared_distance(const float *x, const float *y, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
    }
    return sum;
}

/* The support is found long before the values, which are refined on it in the end. */
static void few_iterations_of_admm_come_near_the_minimum(void **state)
{
    (void)state;
    test_random random = {720};
    for (int trial = 0; trial < 3; trial++) {
        ond_dictionary *dictionary = random_filters(&random, 8, 1, 6, 1, OND_BORDER_CIRCULAR);
        size_t shape[3] = {1, 48, 60};
        ond_array signal = random_array(&random, 3, shape);
        for (size_t i = 0; i < ond_array_count(&signal); i++) {
            signal.data[i] *= 0.3F + 0.1F * (float)trial;
        }
        double gap = 0;
        double least = objective_after(dictionary, &signal, OND_PURSUIT_ADMM, 1000, &gap);
        double soon = objective_after(dictionary, &signal, OND_PURSUIT_ADMM, 15, &gap);
        assert_true(soon - least <= 1e-3 * least);
        assert_true(soon - gap <= least * (1 + 1e-6)); /* rounding of the sums */
        ond_array_free(&signal);
        ond_dictionary_destroy(dictionary);
    }
}

/* Without relaxation ‖y − y*‖² + ‖u − u*‖² falls with every step (Boyd et al. 2011, appendix A). */
static void the_merit_of_admm_never_rises(void **state)
{
    (void)state;
    test_random random = {702};
    ond_dictionary *dictionary = random_filters(&random, 6, 1, 4, 1, OND_BORDER_CIRCULAR);
    size_t shape[2] = {16, 16};
    ond_array signal = random_array(&random, 2, shape);
    ond_operator *operator_ = NULL;
    ond_admm *admm = NULL;
    ond_pursuit_config config = ond_pursuit_config_default();
    config.rho = 1;
    config.relaxation = 1;
    assert_ok(ond_operator_create(dictionary, 16, 16, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE, &operator_));
    ond_lasso lasso = {.operator_ = operator_, .signal = signal.data, .lambda = 0.2};
    size_t count = operator_->code_size;
    ond_array limit[2] = {{0}, {0}};
    ond_array now[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        assert_ok(ond_array_resize(&limit[i], 1, &count));
        assert_ok(ond_array_resize(&now[i], 1, &count));
    }
    assert_ok(ond_admm_create(&lasso, &config, &admm));
    for (int i = 0; i < 6000; i++) {
        assert_ok(ond_admm_step(admm));
    }
    ond_admm_codes(admm, limit[0].data);
    ond_admm_duals(admm, limit[1].data);
    ond_admm_destroy(admm);
    assert_ok(ond_admm_create(&lasso, &config, &admm));
    double before = HUGE_VAL;
    double first = 0;
    for (int i = 0; i < 200; i++) {
        assert_ok(ond_admm_step(admm));
        ond_admm_codes(admm, now[0].data);
        ond_admm_duals(admm, now[1].data);
        double merit
            = squared_distance(now[0].data, limit[0].data, count) + squared_distance(now[1].data, limit[1].data, count);
        first = i == 0 ? merit : first;
        assert_true(merit <= before + 1e-6 * first);
        before = merit;
    }
    assert_true(before < 1e-2 * first);
    ond_admm_destroy(admm);
    ond_operator_destroy(operator_);
    ond_dictionary_destroy(dictionary);
    ond_array_free(&signal);
    for (int i = 0; i < 2; i++) {
        ond_array_free(&limit[i]);
        ond_array_free(&now[i]);
    }
}

/* Forty steps with a penalty that changes; `limit` is that of lists of nonzeros, 0 the problem's own. */
static void take_steps(const ond_lasso *lasso, size_t limit, int reload_every, ond_array *codes)
{
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_admm *admm = NULL;
    config.rho = 3;
    assert_ok(ond_admm_create(lasso, &config, &admm));
    assert_true(admm->spike_limit > 50);
    admm->spike_limit = limit > 0 ? limit : admm->spike_limit;
    for (int i = 0; i < 40; i++) {
        if (i % 8 == 5) {
            ond_admm_rescale(admm, 0.9);
        }
        assert_ok(ond_admm_step(admm));
        if (reload_every > 0 && i % reload_every == 0) {
            ond_admm_reload(admm);
        }
    }
    assert_ok(ond_array_resize(codes, 1, &lasso->operator_->code_size));
    ond_admm_codes(admm, codes->data);
    ond_admm_destroy(admm);
}

/* Images of codes come from lists of nonzeros, from transforms, or (anew) from the state: rounding apart, the iterates
 * are the same. A step does not enlarge distances, so that 40 roundings of 1e-6 are what may add up. */
static void images_of_codes_do_not_depend_on_how_they_are_made(void **state)
{
    (void)state;
    test_random random = {711};
    for (int trial = 0; trial < 6; trial++) {
        size_t channels = (size_t)trial % 3 + 1;
        ond_border border = trial % 2 ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR;
        ond_dictionary *dictionary = random_filters(&random, 6, channels, 5, 1, border);
        size_t shape[3] = {channels, 22, 27};
        ond_array signal = random_array(&random, 3, shape);
        ond_array mask = random_array(&random, 3, shape);
        ond_operator *operator_ = NULL;
        assert_ok(ond_operator_create(dictionary, 22, 27, OND_PRODUCTS_DIRECT, OND_PLANNING_ESTIMATE, &operator_));
        for (size_t i = 0; i < ond_array_count(&mask); i++) {
            mask.data[i] = mask.data[i] > 0;
        }
        ond_lasso lasso = {.operator_ = operator_, .signal = signal.data, .lambda = 0.5, .nonnegative = trial == 4};
        lasso.mask = trial >= 3 ? mask.data : NULL;
        ond_array usual = {0};
        ond_array other = {0};
        take_steps(&lasso, 0, 0, &usual);
        static const struct {
            size_t limit;
            int reload_every;
        } ways[] = {{1, 0}, {40, 0}, {0, 1}, {0, 7}, {1, 7}};
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
            take_steps(&lasso, ways[i].limit, ways[i].reload_every, &other);
            assert_true(relative_error(&other, &usual) < 4e-5);
        }
        ond_operator_destroy(operator_);
        ond_dictionary_destroy(dictionary);
        ond_array_free(&signal);
        ond_array_free(&mask);
        ond_array_free(&usual);
        ond_array_free(&other);
    }
}

static void admm_and_fista_agree_and_threads_do_not_matter(void **state)
{
    (void)state;
    test_random random = {703};
    for (int trial = 0; trial < 4; trial++) {
        ond_border border = trial % 2 ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR;
        ond_dictionary *dictionary = random_filters(&random, 7, trial < 2 ? 1 : 3, 5, 1, border);
        const ond_dictionary *layers[1] = {dictionary};
        size_t shape[3] = {trial < 2 ? 1 : 3, 20, 17};
        ond_array signal = random_array(&random, 3, shape);
        ond_array by_fista = {0};
        ond_array by_admm = {0};
        ond_array by_threads = {0};
        ond_pursuit_report fista;
        ond_pursuit_report admm;
        ond_pursuit_config config = ond_pursuit_config_default();
        config.lambda = 0.3;
        config.iterations = 3000;
        config.tolerance = 1e-5;
        config.nonnegative = trial == 1;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &by_fista, &fista));
        config.method = OND_PURSUIT_ADMM;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &by_admm, &admm));
        double ratio = fista.layer[0].objective / admm.layer[0].objective;
        if (fabs(ratio - 1) >= 1e-5) {
            fail_msg("%d: %.9g after %d, %.9g after %d", trial, fista.layer[0].objective, fista.layer[0].iterations,
                     admm.layer[0].objective, admm.layer[0].iterations);
        }
        assert_true(relative_error(&by_admm, &by_fista) < 1e-2);
        assert_ok(ond_threads_set(3));
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &by_threads, NULL));
        assert_ok(ond_threads_set(1));
        assert_memory_equal(by_admm.data, by_threads.data, ond_array_count(&by_admm) * sizeof(float));
        ond_array_free(&signal);
        ond_array_free(&by_fista);
        ond_array_free(&by_admm);
        ond_array_free(&by_threads);
        ond_dictionary_destroy(dictionary);
    }
}

/* Convolutional matching pursuit against the textbook on the same dictionary as a matrix. */
static void local_updates_give_the_textbook_pursuit(void **state)
{
    (void)state;
    test_random random = {704};
    for (int trial = 0; trial < 6; trial++) {
        ond_border border = trial % 2 ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR;
        size_t stride = trial < 3 ? 1 : 2;
        ond_dictionary *dictionary = random_filters(&random, 3, 2, 4, stride, border);
        ond_dictionary *matrix = NULL;
        size_t shape[3] = {2, 8, 10};
        ond_array signal = random_array(&random, 3, shape);
        size_t pixels = ond_array_count(&signal);
        size_t rows;
        size_t columns;
        assert_ok(ond_dictionary_positions(dictionary, 8, 10, &rows, &columns));
        size_t sizes[2] = {pixels, 3 * rows * columns};
        size_t code_shape[3] = {3, rows, columns};
        ond_array dense = {0};
        ond_array one = {0};
        ond_array image = {0};
        assert_ok(ond_array_resize(&dense, 2, sizes));
        assert_ok(ond_array_resize(&one, 3, code_shape));
        memset(one.data, 0, sizes[1] * sizeof(float));
        for (size_t k = 0; k < sizes[1]; k++) {
            one.data[k] = 1;
            assert_ok(ond_dictionary_apply(dictionary, &one, &image));
            one.data[k] = 0;
            for (size_t i = 0; i < pixels; i++) {
                dense.data[i * sizes[1] + k] = image.data[i];
            }
        }
        assert_ok(ond_dictionary_create_dense(&dense, &matrix));
        const ond_dictionary *layers[2] = {dictionary, matrix};
        ond_array vector = ond_array_view(signal.data, 1, &pixels);
        ond_array found = {0};
        ond_array wanted = {0};
        ond_pursuit_config config = ond_pursuit_config_default();
        ond_pursuit_report report[2];
        config.method = OND_PURSUIT_OMP;
        config.terms = 20;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &found, &report[0]));
        assert_ok(ond_pursuit(layers + 1, 1, &vector, &config, NULL, &wanted, &report[1]));
        ond_array flat = ond_array_view(found.data, 1, &sizes[1]);
        assert_true(relative_error(&flat, &wanted) < 1e-5);
        assert_int_equal(report[0].layer[0].nonzeros, 20);
        assert_true(fabs(report[0].layer[0].residual - report[1].layer[0].residual) < 1e-5 * norm_of(&signal));
        ond_dictionary_destroy(dictionary);
        ond_dictionary_destroy(matrix);
        ond_array_free(&signal);
        ond_array_free(&dense);
        ond_array_free(&one);
        ond_array_free(&image);
        ond_array_free(&found);
        ond_array_free(&wanted);
    }
}

/* Non-negative layered thresholding is a network of rectifiers with biases −λ w. */
static void thresholding_is_the_forward_pass(void **state)
{
    (void)state;
    test_random random = {705};
    ond_dictionary *layers[2]
        = {random_filters(&random, 6, 2, 3, 2, OND_BORDER_ZERO), random_filters(&random, 5, 6, 2, 1, OND_BORDER_ZERO)};
    size_t shape[3] = {2, 11, 13};
    ond_array signal = random_array(&random, 3, shape);
    ond_array codes[2] = {{0}, {0}};
    ond_array weights[2];
    ond_pursuit_config config = ond_pursuit_config_default();
    double lambdas[2] = {0.3, 0.05};
    for (size_t i = 0; i < 2; i++) {
        size_t atoms = i == 0 ? 6 : 5;
        weights[i] = random_array(&random, 1, &atoms);
        for (size_t m = 0; m < atoms; m++) {
            weights[i].data[m] *= weights[i].data[m];
        }
    }
    ond_pursuit_extras extras = {.lambdas = lambdas, .weights = weights};
    config.method = OND_PURSUIT_THRESHOLD;
    config.nonnegative = 1;
    assert_ok(ond_pursuit((const ond_dictionary *const *)layers, 2, &signal, &config, &extras, codes, NULL));
    ond_array input = signal;
    for (size_t i = 0; i < 2; i++) {
        ond_array made = {0};
        assert_ok(ond_dictionary_adjoint(layers[i], &input, &made));
        size_t plane = made.shape[1] * made.shape[2];
        for (size_t k = 0; k < ond_array_count(&made); k++) {
            float bias = -(float)lambdas[i] * weights[i].data[k / plane];
            made.data[k] = made.data[k] + bias > 0 ? made.data[k] + bias : 0;
        }
        assert_memory_equal(made.data, codes[i].data, ond_array_count(&made) * sizeof(float));
        ond_array_free(&made);
        input = codes[i];
    }
    for (size_t i = 0; i < 2; i++) {
        ond_dictionary_destroy(layers[i]);
        ond_array_free(&codes[i]);
        ond_array_free(&weights[i]);
    }
    ond_array_free(&signal);
}

/* From the largest correlation on all codes are zero; a share of it is what the report says. */
static void a_share_is_of_the_penalty_that_leaves_nothing(void **state)
{
    (void)state;
    test_random random = {712};
    static const ond_pursuit_method methods[] = {OND_PURSUIT_FISTA, OND_PURSUIT_ADMM};
    for (size_t trial = 0; trial < 4; trial++) {
        ond_dictionary *dictionary = random_filters(&random, 5, 1, 4, 1, OND_BORDER_ZERO);
        const ond_dictionary *layers[1] = {dictionary};
        size_t shape[3] = {1, 15, 13};
        ond_array signal = random_array(&random, 3, shape);
        ond_array codes = {0};
        ond_pursuit_report report;
        ond_pursuit_config config = ond_pursuit_config_default();
        config.method = methods[trial % 2];
        config.nonnegative = trial >= 2;
        config.tolerance = 1e-6;
        config.iterations = 3000;
        assert_ok(ond_dictionary_adjoint(dictionary, &signal, &codes));
        double largest = 0;
        for (size_t i = 0; i < ond_array_count(&codes); i++) {
            double value = (double)codes.data[i];
            largest = fmax(largest, config.nonnegative ? value : fabs(value));
        }
        config.share = 0.25;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &codes, &report));
        assert_true(fabs(report.layer[0].lambda / (0.25 * largest) - 1) < 1e-5);
        assert_true(report.layer[0].nonzeros > 3);
        config.share = 0.99;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &codes, &report));
        assert_true(report.layer[0].nonzeros >= 1 && report.layer[0].nonzeros < 20);
        config.share = 0;
        config.lambda = 1.001 * largest;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &codes, &report));
        assert_int_equal(report.layer[0].nonzeros, 0);
        memset(signal.data, 0, ond_array_count(&signal) * sizeof *signal.data); /* no correlation: `lambda` */
        config.share = 0.5;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &codes, &report));
        assert_true(fabs(report.layer[0].lambda - config.lambda) < 1e-12 * config.lambda);
        ond_array_free(&signal);
        ond_array_free(&codes);
        ond_dictionary_destroy(dictionary);
    }
}

static void bad_requests_are_refused_with_their_reason(void **state)
{
    (void)state;
    test_random random = {706};
    ond_dictionary *dictionary = random_filters(&random, 4, 1, 4, 2, OND_BORDER_CIRCULAR);
    const ond_dictionary *layers[1] = {dictionary};
    size_t shape[2] = {8, 8};
    ond_array signal = random_array(&random, 2, shape);
    ond_array codes = {0};
    double zero = 0;
    ond_pursuit_extras extras = {.lambdas = &zero};
    ond_pursuit_config config = ond_pursuit_config_default();
    config.lambda = -1;
    assert_fails(OND_ERROR_ARGUMENT, "lambda = -1 is outside",
                 ond_pursuit(layers, 1, &signal, &config, NULL, &codes, NULL));
    config = ond_pursuit_config_default();
    assert_fails(OND_ERROR_ARGUMENT, "lambda = 0 of layer 1 is not positive",
                 ond_pursuit(layers, 1, &signal, &config, &extras, &codes, NULL));
    ond_dictionary *wide = random_filters(&random, 4, 5, 4, 4, OND_BORDER_CIRCULAR);
    size_t wide_shape[3] = {5, 8, 8};
    ond_array wide_signal = random_array(&random, 3, wide_shape);
    config.method = OND_PURSUIT_ADMM;
    assert_fails(OND_ERROR_UNSUPPORTED, "admm with 5 channels and stride 4, at most 64 of",
                 ond_pursuit((const ond_dictionary *const *)&wide, 1, &wide_signal, &config, NULL, &codes, NULL));
    assert_fails(OND_ERROR_SHAPE, "the signal is 5 x 8 x 8, [1, height, width] is wanted",
                 ond_pursuit(layers, 1, &wide_signal, &config, NULL, &codes, NULL));
    ond_dictionary_destroy(wide);
    ond_array_free(&wide_signal);
    config.method = OND_PURSUIT_HOLISTIC;
    assert_fails(OND_ERROR_UNSUPPORTED, "1 layers, 2 are wanted",
                 ond_pursuit(layers, 1, &signal, &config, NULL, &codes, NULL));
    config.method = OND_PURSUIT_OMP;
    config.nonnegative = 1;
    assert_fails(OND_ERROR_UNSUPPORTED, "non-negative codes by omp",
                 ond_pursuit(layers, 1, &signal, &config, NULL, &codes, NULL));
    config = ond_pursuit_config_default();
    extras = (ond_pursuit_extras){.mask = &codes};
    signal.data[3] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_pursuit(layers, 1, &signal, &config, NULL, &codes, NULL));
    signal.data[3] = 0;
    float three[3] = {1, 1, -1};
    size_t count = 3;
    ond_array mask = ond_array_view(three, 1, &count);
    extras = (ond_pursuit_extras){.mask = &mask};
    assert_fails(OND_ERROR_SHAPE, "the mask is 3, the image 8 x 8",
                 ond_pursuit(layers, 1, &signal, &config, &extras, &codes, NULL));
    count = 4;
    float four[4] = {1, 1, -1, 1};
    ond_array weights = ond_array_view(four, 1, &count);
    extras = (ond_pursuit_extras){.weights = &weights};
    assert_fails(OND_ERROR_ARGUMENT, "weights hold -1",
                 ond_pursuit(layers, 1, &signal, &config, &extras, &codes, NULL));
    ond_array_free(&signal);
    ond_array_free(&codes);
    ond_dictionary_destroy(dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_objective_of_ista_never_rises),
        cmocka_unit_test(the_gap_bounds_the_distance_to_the_minimum),
        cmocka_unit_test(few_iterations_of_admm_come_near_the_minimum),
        cmocka_unit_test(the_merit_of_admm_never_rises),
        cmocka_unit_test(images_of_codes_do_not_depend_on_how_they_are_made),
        cmocka_unit_test(admm_and_fista_agree_and_threads_do_not_matter),
        cmocka_unit_test(local_updates_give_the_textbook_pursuit),
        cmocka_unit_test(thresholding_is_the_forward_pass),
        cmocka_unit_test(a_share_is_of_the_penalty_that_leaves_nothing),
        cmocka_unit_test(bad_requests_are_refused_with_their_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
