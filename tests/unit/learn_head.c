/* SPDX-License-Identifier: BSD-3-Clause */
/* Heads of every kind on samples whose classes are known. */
#include "core/array.h"
#include "learn/head.h"
#include "learn/lapack.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 240, CLASSES = 3, FEATURES = 12 };

static const ond_head_kind kinds[]
    = {OND_HEAD_NETWORK, OND_HEAD_KERNEL, OND_HEAD_LINEAR, OND_HEAD_RIDGE, OND_HEAD_AFFINE};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Class k moves along two directions of its own about a mean of its own; all positive, as scattering is. */
static void make_samples(uint64_t seed, size_t count, ond_array *features, ond_array *labels)
{
    test_random random = {seed};
    assert_ok(ond_array_resize(features, 3, (size_t[]){count, 3, FEATURES / 3}));
    assert_ok(ond_array_resize(labels, 1, (size_t[]){count}));
    for (size_t row = 0; row < count; row++) {
        size_t label = row % CLASSES;
        double along[2] = {random_normal(&random), random_normal(&random)};
        for (size_t i = 0; i < FEATURES; i++) {
            double value = 6 + ((i + label) % 3 == 0 ? 1.2 : 0) + 0.3 * random_normal(&random);
            value += i / 2 == label ? along[i % 2] : 0;
            features->data[row * FEATURES + i] = (float)fabs(value);
        }
        labels->data[row] = (float)label;
    }
}

static ond_head_config small_config(ond_head_kind kind)
{
    ond_head_config config = ond_head_config_default();
    config.kind = kind;
    config.components = 8;
    config.hidden1 = 16;
    config.epochs = 20;
    config.batch = 16;
    config.rate = 0.01;
    config.dropout = 0; /* 16 numbers are few already */
    config.validation = 0.2;
    return config;
}

static double error_of(const ond_head *head, const ond_array *features, const ond_array *labels)
{
    ond_array scores = {0};
    size_t wrong = 0;
    assert_ok(ond_head_predict(head, features, &scores));
    assert_int_equal(scores.shape[1], CLASSES);
    for (size_t row = 0; row < scores.shape[0]; row++) {
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            assert_true(scores.data[row * CLASSES + k] >= 0);
            sum += (double)scores.data[row * CLASSES + k];
        }
        assert_true(fabs(sum - 1) < 1e-6);
        wrong += (float)ond_decide(scores.data + row * CLASSES, CLASSES) != labels->data[row];
    }
    size_t rows = scores.shape[0];
    ond_array_free(&scores);
    return (double)wrong / (double)rows;
}

typedef struct fixture {
    ond_array features, labels, test, test_labels;
} fixture;

static int set_up(void **state)
{
    static fixture data;
    make_samples(1, SAMPLES, &data.features, &data.labels);
    make_samples(2, 600, &data.test, &data.test_labels);
    *state = &data;
    return 0;
}

static int tear_down(void **state)
{
    fixture *data = *state;
    ond_array_free(&data->features);
    ond_array_free(&data->labels);
    ond_array_free(&data->test);
    ond_array_free(&data->test_labels);
    return 0;
}

static ond_head *fit(const fixture *data, const ond_head_config *config)
{
    ond_head *head = NULL;
    assert_ok(ond_head_fit(&data->features, &data->labels, config, NULL, &head));
    return head;
}

static void assert_same_scores(const fixture *data, const ond_head *a, const ond_head *b)
{
    ond_array x = {0}, y = {0};
    assert_ok(ond_head_predict(a, &data->test, &x));
    assert_ok(ond_head_predict(b, &data->test, &y));
    assert_int_equal(ond_array_count(&x), ond_array_count(&y));
    assert_memory_equal(x.data, y.data, ond_array_count(&x) * sizeof(float));
    ond_array_free(&x);
    ond_array_free(&y);
}

static void every_kind_learns(void **state)
{
    const fixture *data = *state;
    for (int map = OND_FEATURE_ROOT; map <= OND_FEATURE_LOG; map++) {
        for (size_t i = 0; i < KINDS; i++) {
            ond_head_config config = small_config(kinds[i]);
            config.map = (ond_feature_map)map;
            config.whiten = map == OND_FEATURE_NONE;
            config.components = map == OND_FEATURE_LOG ? 0 : 8;
            config.balance = map == OND_FEATURE_LOG;
            ond_head *head = fit(data, &config);
            double error = error_of(head, &data->test, &data->test_labels);
            if (error > 0.05) {
                fail_msg("map %d, kind %d: error %g", map, (int)kinds[i], error);
            }
            assert_true(ond_head_validation_error(head) < 0.1);
            assert_int_equal(ond_head_classes(head), CLASSES);
            assert_int_equal(ond_head_inputs(head), FEATURES);
            ond_head_destroy(head);
        }
    }
}

static void choices_are_filled_in(void **state)
{
    const fixture *data = *state;
    for (int folds = 0; folds <= 3; folds += 3) {
        for (size_t i = 1; i < KINDS; i++) {
            ond_head_config config = small_config(kinds[i]);
            config.folds = folds;
            ond_head *head = fit(data, &config);
            ond_head_config used = ond_head_config_used(head);
            assert_true(kinds[i] == OND_HEAD_AFFINE || used.penalty > 0);
            assert_true(kinds[i] != OND_HEAD_KERNEL || used.width > 0);
            assert_true(kinds[i] != OND_HEAD_AFFINE || used.dimensions > 0);
            /* What is chosen already stays. */
            ond_head *again = fit(data, &used);
            assert_true(ond_head_config_used(again).penalty == used.penalty);
            assert_true(ond_head_config_used(again).dimensions == used.dimensions);
            ond_head_destroy(again);
            ond_head_destroy(head);
        }
    }
    ond_head_config config = small_config(OND_HEAD_NETWORK);
    config.epochs = 0;
    ond_head *by_number = fit(data, &config);
    assert_int_equal(ond_head_config_used(by_number).epochs, 4000 / (SAMPLES / 16));
    ond_head_destroy(by_number);
    config.folds = 3;
    config.epochs = 6;
    ond_head *head = fit(data, &config);
    assert_true(error_of(head, &data->test, &data->test_labels) < 0.1);
    assert_true(ond_head_validation_error(head) < 0.1);
    ond_head_destroy(head);
}

static void training_twice_gives_the_same_bits_on_any_threads(void **state)
{
    const fixture *data = *state;
    for (size_t i = 0; i < KINDS; i++) {
        ond_head_config config = small_config(kinds[i]);
        config.centers = 100; /* fewer than samples */
        config.dropout = 0.2;
        ond_head *once = fit(data, &config);
        assert_ok(ond_threads_set(3));
        ond_head *again = fit(data, &config);
        assert_ok(ond_threads_set(1));
        assert_same_scores(data, once, again);
        ond_head_destroy(once);
        ond_head_destroy(again);
    }
}

static void heads_are_read_as_they_were_written(void **state)
{
    const fixture *data = *state;
    const char *path = scratch_path("head.safetensors");
    for (size_t i = 0; i < KINDS; i++) {
        for (int components = 0; components <= 8; components += 8) {
            ond_head_config config = small_config(kinds[i]);
            config.map = OND_FEATURE_LOG;
            config.components = components;
            config.centers = components ? 100 : 6000;
            ond_head *head = fit(data, &config), *read = NULL;
            assert_ok(ond_head_write(head, path));
            assert_ok(ond_head_read(path, &read));
            assert_same_scores(data, head, read);
            ond_head_config a = ond_head_config_used(head), b = ond_head_config_used(read);
            for (const ond_option *option = ond_head_options(); option->name; option++) {
                assert_true(ond_option_value(option, &a) == ond_option_value(option, &b));
            }
            assert_true(ond_head_validation_error(head) == ond_head_validation_error(read));
            ond_head_destroy(head);
            ond_head_destroy(read);
        }
    }
}

/* Every tensor of a model left out, or every text: a clear failure, never a crash. */
static void damaged_heads_are_refused(void **state)
{
    const fixture *data = *state;
    for (size_t i = 0; i < KINDS; i++) {
        ond_head_config config = small_config(kinds[i]);
        ond_head *head = fit(data, &config), *read = NULL;
        ond_tensors *whole = NULL;
        assert_ok(ond_tensors_create(&whole));
        assert_ok(ond_head_to_tensors(head, "head", whole));
        for (size_t missing = 0; missing < ond_tensors_count(whole); missing++) {
            ond_tensors *part = NULL;
            assert_ok(ond_tensors_create(&part));
            for (size_t k = 0; k < ond_tensors_count(whole); k++) {
                if (k != missing) {
                    assert_ok(ond_tensors_add(part, ond_tensors_name(whole, k), ond_tensors_array(whole, k)));
                }
            }
            for (size_t k = 0; k < ond_tensors_metadata_count(whole); k++) {
                const char *key = ond_tensors_metadata_key(whole, k);
                assert_ok(ond_tensors_metadata_set(part, key, ond_tensors_metadata(whole, key)));
            }
            const char *name = ond_tensors_name(whole, missing);
            ond_status status = ond_head_from_tensors(part, "head", &read);
            if (strcmp(name, "head.directions") != 0) {
                assert_int_equal(status, OND_ERROR_FORMAT);
            } else if (status == OND_OK) { /* spaces of dimension 0 */
                ond_head_destroy(read);
            }
            ond_tensors_destroy(part);
        }
        assert_fails(OND_ERROR_FORMAT, "no head 'tail'", ond_head_from_tensors(whole, "tail", &read));
        assert_ok(ond_tensors_metadata_set(whole, "head.format", "2"));
        assert_fails(OND_ERROR_FORMAT, "of format 2, this library reads format 1",
                     ond_head_from_tensors(whole, "head", &read));
        ond_tensors_destroy(whole);
        ond_head_destroy(head);
    }
}

/* Raw scores at x + step e_i and x − step e_i. */
static void derivatives_are_those_of_the_raw_scores(void **state)
{
    const fixture *data = *state;
    for (size_t i = 0; i < KINDS; i++) {
        for (int map = OND_FEATURE_ROOT; map <= OND_FEATURE_LOG; map++) {
            ond_head_config config = small_config(kinds[i]);
            config.map = (ond_feature_map)map;
            config.components = map == OND_FEATURE_NONE ? 0 : 8;
            config.activation = OND_ACTIVATION_TANH;
            config.penalty = 0.1; /* small ones make large weights that cancel: float differences would drown */
            config.width = 1;
            ond_head *head = fit(data, &config);
            float x[FEATURES], slope[CLASSES] = {0.7F, -1, 0.4F}, gradient[FEATURES], z[FEATURES], raw[CLASSES];
            memcpy(x, data->test.data, sizeof x);
            assert_ok(ond_head_derive(head, x, slope, gradient));
            const double step = 0.02;
            for (size_t k = 0; k < FEATURES; k++) {
                double sums[2] = {0, 0};
                for (int side = 0; side < 2; side++) {
                    x[k] = data->test.data[k] + (float)(side ? -step : step);
                    ond_rows rows = {x, FEATURES, NULL, 1};
                    assert_ok(ond_prepare_apply(head->prepare, &rows, z));
                    assert_ok(ond_head_raw(head, z, 1, raw));
                    for (size_t c = 0; c < CLASSES; c++) {
                        sums[side] += (double)slope[c] * (double)raw[c];
                    }
                }
                x[k] = data->test.data[k];
                double wanted = (sums[0] - sums[1]) / (2 * step);
                /* step² of curvature, and float scores of about 1 divided by the step */
                if (fabs(wanted - (double)gradient[k]) > 2e-3 * (1 + fabs(wanted))) {
                    fail_msg("kind %d, map %d, feature %zu: %g, %g is wanted", (int)kinds[i], map, k,
                             (double)gradient[k], wanted);
                }
            }
            ond_head_destroy(head);
        }
    }
}

typedef struct stopper {
    int after, calls, steps;
} stopper;

static bool stop_after(void *context, const ond_head_progress *progress)
{
    stopper *s = context;
    s->calls++;
    s->steps = progress->steps;
    assert_true(progress->step >= 1 && progress->step <= progress->steps);
    return s->calls != s->after;
}

static void interrupted_training_goes_on_with_the_same_bits(void **state)
{
    const fixture *data = *state;
    ond_head_config config = small_config(OND_HEAD_NETWORK);
    config.dropout = 0.3;
    for (int patience = 0; patience <= 4; patience += 4) {
        config.patience = patience;
        ond_head *whole = fit(data, &config), *part = NULL, *resumed = NULL;
        const char *path = scratch_path("checkpoint.safetensors");
        stopper stop = {.after = 3};
        ond_head_course course = {stop_after, &stop, path};
        unlink(path);
        assert_ok(ond_head_fit(&data->features, &data->labels, &config, &course, &part));
        assert_int_equal(stop.calls, 3);
        stop = (stopper){.after = -1};
        assert_ok(ond_head_fit(&data->features, &data->labels, &config, &course, &resumed));
        assert_true(stop.calls <= config.epochs - 3);
        assert_same_scores(data, whole, resumed);
        ond_head_destroy(resumed);
        assert_ok(ond_head_fit(&data->features, &data->labels, &config, &course, &resumed)); /* nothing left to do */
        assert_same_scores(data, whole, resumed);
        ond_head_destroy(resumed);
        ond_head_config other = config;
        other.rate = 0.02;
        assert_fails(OND_ERROR_FORMAT, "rate = 0.01, not 0.02",
                     ond_head_fit(&data->features, &data->labels, &other, &course, &resumed));
        assert_fails(OND_ERROR_FORMAT, "of another training",
                     ond_head_fit(&data->test, &data->test_labels, &config, &course, &resumed));
        assert_int_equal(truncate(path, 500), 0);
        assert_fails(OND_ERROR_FORMAT, "checkpoint.safetensors: ",
                     ond_head_fit(&data->features, &data->labels, &config, &course, &resumed));
        ond_head_destroy(whole);
        ond_head_destroy(part);
    }
}

static void bad_samples_are_named(void **state)
{
    const fixture *data = *state;
    ond_head *head = NULL;
    ond_array features = {0}, labels = {0}, scores = {0};
    ond_head_config config = small_config(OND_HEAD_RIDGE);
    make_samples(3, 30, &features, &labels);
    assert_fails(OND_ERROR_SHAPE, "the labels are 240 for 30 samples",
                 ond_head_fit(&features, &data->labels, &config, NULL, &head));
    assert_fails(OND_ERROR_ARGUMENT, "labels is missing", ond_head_fit(&features, NULL, &config, NULL, &head));
    labels.data[7] = 0.5F;
    assert_fails(OND_ERROR_ARGUMENT, "the label of sample 7 is 0.5",
                 ond_head_fit(&features, &labels, &config, NULL, &head));
    labels.data[7] = -1;
    assert_fails(OND_ERROR_ARGUMENT, "is -1", ond_head_fit(&features, &labels, &config, NULL, &head));
    labels.data[7] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "is nan", ond_head_fit(&features, &labels, &config, NULL, &head));
    labels.data[7] = 4;
    assert_fails(OND_ERROR_ARGUMENT, "class 3 has 0 samples", ond_head_fit(&features, &labels, &config, NULL, &head));
    labels.data[7] = 3;
    assert_fails(OND_ERROR_ARGUMENT, "class 3 has 1 sample,", ond_head_fit(&features, &labels, &config, NULL, &head));
    labels.data[7] = 1;
    features.data[5] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "features", ond_head_fit(&features, &labels, &config, NULL, &head));
    features.data[5] = 1;
    config.folds = 1;
    assert_fails(OND_ERROR_ARGUMENT, "folds = 1", ond_head_fit(&features, &labels, &config, NULL, &head));
    config.folds = 0;
    config.epochs = -1;
    assert_fails(OND_ERROR_ARGUMENT, "epochs = -1", ond_head_fit(&features, &labels, &config, NULL, &head));
    config.epochs = 1;
    assert_ok(ond_head_fit(&features, &labels, &config, NULL, &head));
    features.shape[2] = 2;
    assert_fails(OND_ERROR_SHAPE, "samples of 12 numbers", ond_head_predict(head, &features, &scores));
    memset(labels.data, 0, 30 * sizeof(float));
    features.shape[2] = 4;
    ond_head *none = NULL;
    assert_fails(OND_ERROR_ARGUMENT, "at least two classes", ond_head_fit(&features, &labels, &config, NULL, &none));
    ond_head_destroy(head);
    ond_array_free(&features);
    ond_array_free(&labels);
    ond_array_free(&scores);
}

/* Features that never move, two of one kind, hardly any samples. */
static void poor_samples_are_learned_from(void **state)
{
    (void)state;
    float values[6 * 4] = {1, 5, 0, 0, 1, 5, 0, 0, 1, 5, 0, 0, 1, 7, 0, 0, 1, 7, 0, 0, 1, 7, 0, 0};
    float numbers[6] = {0, 0, 0, 1, 1, 1};
    ond_array features = ond_array_view(values, 2, (size_t[]){6, 4});
    ond_array labels = ond_array_view(numbers, 1, (size_t[]){6}), scores = {0};
    for (size_t i = 0; i < KINDS; i++) {
        for (int components = 0; components <= 4; components += 4) {
            ond_head_config config = small_config(kinds[i]);
            config.components = components;
            config.whiten = components > 0;
            config.folds = components ? 5 : 0; /* more than a class has samples */
            config.epochs = 100;
            ond_head *head = NULL;
            assert_ok(ond_head_fit(&features, &labels, &config, NULL, &head));
            assert_ok(ond_head_predict(head, &features, &scores));
            for (size_t row = 0; row < 6; row++) {
                if (ond_decide(scores.data + 2 * row, 2) != (size_t)numbers[row]) {
                    fail_msg("kind %d, %d components, sample %zu", (int)kinds[i], components, row);
                }
            }
            ond_head_destroy(head);
        }
    }
    ond_array_free(&scores);
}

/* Nothing tells the classes apart, and nothing is divided by what is 0. */
static void samples_that_are_all_the_same_give_finite_scores(void **state)
{
    (void)state;
    float values[6 * 2] = {0}, numbers[6] = {0, 1, 0, 1, 0, 1};
    ond_array features = ond_array_view(values, 2, (size_t[]){6, 2});
    ond_array labels = ond_array_view(numbers, 1, (size_t[]){6}), scores = {0};
    for (size_t i = 0; i < KINDS; i++) {
        for (int components = 0; components <= 1; components++) {
            ond_head_config config = small_config(kinds[i]);
            config.components = components;
            config.epochs = 1;
            ond_head *head = NULL;
            assert_ok(ond_head_fit(&features, &labels, &config, NULL, &head));
            assert_ok(ond_head_predict(head, &features, &scores));
            assert_ok(ond_array_check_finite(&scores, "scores"));
            ond_head_destroy(head);
        }
    }
    ond_array_free(&scores);
}

/* Each sample is then like no other. */
static void kernels_may_be_as_narrow_as_numbers_are(void **state)
{
    (void)state;
    ond_array features = {0}, labels = {0}, scores = {0};
    make_samples(7, 30, &features, &labels);
    ond_head_config config = small_config(OND_HEAD_KERNEL);
    config.width = 1e-30;
    for (config.centers = 10; config.centers <= 30; config.centers += 20) {
        ond_head *head = NULL;
        assert_ok(ond_head_fit(&features, &labels, &config, NULL, &head));
        assert_ok(ond_head_predict(head, &features, &scores));
        ond_head_destroy(head);
    }
    ond_array_free(&features);
    ond_array_free(&labels);
    ond_array_free(&scores);
}

static void features_that_are_too_large_are_an_error(void **state)
{
    (void)state;
    ond_array features = {0}, labels = {0}, scores = {0};
    make_samples(5, SAMPLES, &features, &labels);
    for (size_t i = 0; i < KINDS; i++) {
        ond_head_config config = small_config(kinds[i]);
        config.epochs = 1;
        ond_head *head = NULL;
        assert_ok(ond_head_fit(&features, &labels, &config, NULL, &head));
        ond_array one = ond_array_view(features.data, 2, (size_t[]){1, FEATURES});
        float kept = one.data[0];
        one.data[0] = FLT_MAX;
        ond_status status = ond_head_predict(head, &one, &scores);
        if (status == OND_OK) {
            assert_ok(ond_array_check_finite(&scores, "scores"));
        } else {
            assert_int_equal(status, OND_ERROR_ARGUMENT);
            assert_non_null(strstr(ond_error_message(), "too large"));
        }
        one.data[0] = kept;
        ond_head_destroy(head);
    }
    ond_array_free(&features);
    ond_array_free(&labels);
    ond_array_free(&scores);
}

/* --- the mathematics --- */

static void eigenvectors_are_orthonormal_and_falling(void **state)
{
    (void)state;
    enum { N = 40, FEW = 7 };
    test_random random = {5};
    static double x[90 * N], gram[N * N], copy[N * N], values[FEW], vectors[FEW * N];
    for (size_t i = 0; i < 90 * N; i++) {
        x[i] = random_normal(&random);
    }
    ond_gram_add_symmetric(x, N, 90, gram);
    ond_gram_mirror(gram, N);
    memcpy(copy, gram, sizeof copy);
    assert_ok(ond_eigen_largest(copy, N, FEW, values, vectors));
    for (size_t a = 0; a < FEW; a++) {
        assert_true(a == 0 || values[a] <= values[a - 1]);
        for (size_t i = 0; i < N; i++) {
            double product = 0;
            for (size_t k = 0; k < N; k++) {
                product += gram[i * N + k] * vectors[a * N + k];
            }
            assert_true(fabs(product - values[a] * vectors[a * N + i]) < 1e-11 * values[0]);
        }
        for (size_t b = 0; b <= a; b++) {
            double product = 0;
            for (size_t k = 0; k < N; k++) {
                product += vectors[a * N + k] * vectors[b * N + k];
            }
            assert_true(fabs(product - (a == b ? 1 : 0)) < 1e-12);
        }
    }
}

/* With all samples as centres both systems have the same solution. */
static void fewer_centers_agree_with_all_where_they_are_all(void **state)
{
    (void)state;
    enum { N = 30 };
    test_random random = {6};
    static double points[N], kernel[N * N], exact[N * N], gram[N * N], b[N], alpha[N];
    for (size_t i = 0; i < N; i++) {
        points[i] = (double)i + 0.5 * random_uniform(&random);
        b[i] = random_normal(&random);
    }
    for (size_t i = 0; i < N * N; i++) {
        double distance = points[i / N] - points[i % N];
        kernel[i] = exp(-distance * distance);
    }
    memcpy(exact, kernel, sizeof exact);
    ond_gram_add_symmetric(kernel, N, N, gram);
    ond_gram_mirror(gram, N);
    bool definite = false;
    for (size_t i = 0; i < N; i++) {
        exact[i * N + i] += 0.01;
        for (size_t k = 0; k < N; k++) {
            alpha[i] += kernel[i * N + k] * b[k];
        }
    }
    assert_ok(ond_solve_definite(exact, N, b, 1, &definite));
    assert_true(definite);
    assert_ok(ond_solve_nystrom(kernel, gram, N, 0.01, alpha, 1, &definite));
    assert_true(definite);
    for (size_t i = 0; i < N; i++) {
        assert_true(fabs(alpha[i] - b[i]) < 1e-4); /* 1e-7 is added to the kernel */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_learns),
        cmocka_unit_test(choices_are_filled_in),
        cmocka_unit_test(training_twice_gives_the_same_bits_on_any_threads),
        cmocka_unit_test(heads_are_read_as_they_were_written),
        cmocka_unit_test(damaged_heads_are_refused),
        cmocka_unit_test(derivatives_are_those_of_the_raw_scores),
        cmocka_unit_test(interrupted_training_goes_on_with_the_same_bits),
        cmocka_unit_test(bad_samples_are_named),
        cmocka_unit_test(poor_samples_are_learned_from),
        cmocka_unit_test(samples_that_are_all_the_same_give_finite_scores),
        cmocka_unit_test(kernels_may_be_as_narrow_as_numbers_are),
        cmocka_unit_test(features_that_are_too_large_are_an_error),
        cmocka_unit_test(eigenvectors_are_orthonormal_and_falling),
        cmocka_unit_test(fewer_centers_agree_with_all_where_they_are_all),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
