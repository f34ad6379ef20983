/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/relevance.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { SIDE = 16, COUNT = 36, CLASSES = 3 };

/* Waves down, across and both, with noise; labels 0, 1, 2 by turns. */
static ond_array waves(test_random *random, ond_array *labels)
{
    ond_array images = random_array(random, 3, (size_t[3]){COUNT, SIDE, SIDE});
    *labels = random_array(random, 1, (size_t[1]){COUNT});
    for (size_t i = 0; i < COUNT; i++) {
        double phase = 6 * random_uniform(random);
        labels->data[i] = (float)(i % CLASSES);
        for (size_t k = 0; k < SIDE * SIDE; k++) {
            double row = i % CLASSES == 1 ? 0 : (double)(k / SIDE);
            double column = i % CLASSES == 0 ? 0 : (double)(k % SIDE);
            float *pixel = &images.data[i * SIDE * SIDE + k];
            *pixel = (float)(sin(1.2 * (row + column) + phase) + 0.1 * (double)*pixel);
        }
    }
    return images;
}

static ond_model_config config_of(ond_head_kind kind)
{
    ond_model_config config = ond_model_config_default();
    config.extractor.morlet.scales = 2;
    config.extractor.morlet.orientations = 4;
    config.head.kind = kind;
    config.head.epochs = 60;
    config.head.batch = 6;
    config.head.rate = 5e-3;
    config.head.hidden1 = 12;
    return config;
}

static size_t wrong_decisions(const ond_array *scores, const ond_array *labels)
{
    size_t wrong = 0;
    for (size_t i = 0; i < scores->shape[0]; i++) {
        const float *row = scores->data + i * CLASSES;
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++) {
            sum += (double)row[k];
            wrong += row[k] > row[(size_t)labels->data[i]];
        }
        assert_true(fabs(sum - 1) < 1e-5);
    }
    return wrong;
}

static void fit_write_read_predict(void **state)
{
    (void)state;
    for (int kind = OND_HEAD_NETWORK; kind <= OND_HEAD_AFFINE; kind++) {
        test_random random = {90};
        ond_array labels;
        ond_array images = waves(&random, &labels);
        ond_array other_labels;
        ond_array others = waves(&random, &other_labels);
        ond_model_config config = config_of((ond_head_kind)kind);
        ond_model *model = NULL;
        ond_model *again = NULL;
        ond_array scores = {0};
        ond_array same = {0};
        assert_ok(ond_model_fit(&images, &labels, &config, &model));
        assert_int_equal(ond_model_classes(model), CLASSES);
        assert_string_equal(ond_model_class_name(model, 2), "2");
        assert_ok(ond_model_predict(model, &others, &scores));
        assert_int_equal(wrong_decisions(&scores, &other_labels), 0);
        const char *path = scratch_path("model.safetensors");
        assert_ok(ond_model_write(model, path));
        assert_ok(ond_model_read(path, &again));
        assert_ok(ond_model_predict(again, &others, &same));
        assert_memory_equal(same.data, scores.data, COUNT * CLASSES * sizeof(float));
        ond_array one = ond_array_item(&others, 5);
        assert_ok(ond_model_predict(again, &one, &same));
        assert_int_equal(same.shape[0], 1);
        for (size_t k = 0; k < CLASSES; k++) { /* products of one row may be summed in another order */
            assert_true(fabs((double)same.data[k] - (double)scores.data[5 * CLASSES + k]) < 1e-4);
        }
        ond_model_destroy(model);
        ond_model_destroy(again);
        ond_array *all[] = {&images, &labels, &others, &other_labels, &scores, &same};
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            ond_array_free(all[i]);
        }
    }
}

static ond_model *fitted(ond_head_kind kind, ond_array *images)
{
    test_random random = {91};
    ond_array labels;
    ond_model *model = NULL;
    *images = waves(&random, &labels);
    ond_model_config config = config_of(kind);
    config.head.map = OND_FEATURE_NONE; /* a root has no derivative at 0 */
    assert_ok(ond_model_fit(images, &labels, &config, &model));
    ond_array_free(&labels);
    return model;
}

static ond_array explained(const ond_model *model, const ond_array *image, float class, ond_relevance_rule rule)
{
    ond_array relevance = {0};
    ond_array classes = ond_array_view(&class, 1, (size_t[1]){1});
    assert_ok(ond_model_explain(model, image, &classes, rule, &relevance));
    return relevance;
}

/* Raw scores of one row are what the ε-rule shares out, less what biases and ε take: with the biases of a linear head
 * at 0 and no means the shares add up. */
static void relevance_is_conserved_without_biases(void **state)
{
    (void)state;
    test_random random = {92};
    ond_array images;
    ond_model *model = fitted(OND_HEAD_LINEAR, &images);
    union {
        const ond_head *given;
        ond_head *own;
    } head = {ond_model_head(model)};
    size_t inputs = head.own->prepare->inputs;
    memset(head.own->prepare->mean, 0, inputs * sizeof(float));
    memset(ond_network_biases(head.own->network, 1), 0, CLASSES * sizeof(float));
    ond_array x = random_array(&random, 1, &inputs);
    ond_array relevance = random_array(&random, 1, &inputs);
    float *z = random_array(&random, 1, &inputs).data;
    float raw[CLASSES];
    ond_rows one = {.features = x.data, .columns = inputs, .items = NULL, .count = 1};
    assert_ok(ond_prepare_apply(head.own->prepare, &one, z));
    assert_ok(ond_head_raw(head.own, z, 1, raw));
    assert_ok(ond_head_relevance(head.own, x.data, 1, relevance.data));
    double sum = 0;
    for (size_t i = 0; i < inputs; i++) {
        sum += (double)relevance.data[i];
    }
    double wanted = (double)raw[1] - ((double)raw[0] + (double)raw[2]) / 2;
    double size = fabs((double)raw[0]) + fabs((double)raw[1]) + fabs((double)raw[2]);
    assert_true(fabs(sum - wanted) < 0.1 * size); /* each of the two divisions by z + ε takes up to some per cent */
    ond_array view = ond_array_view(z, 1, &inputs);
    view.borrowed = false;
    ond_array_free(&view);
    ond_array_free(&x);
    ond_array_free(&relevance);
    ond_array_free(&images);
    ond_model_destroy(model);
}

/* Sensitivity is the size of the gradient of the log score: finite differences of the model itself, for a class that is
 * unlikely, since 1 − p of a likely one has few digits. Scores are floats: 1e-7 of the raw ones, times a sharpness of
 * up to 1000, over a step of 4e-3, is what the tolerance is for. */
static void sensitivity_is_the_gradient_of_the_score(void **state)
{
    (void)state;
    ond_array images;
    ond_model *model = fitted(OND_HEAD_KERNEL, &images);
    ond_array image = ond_array_item(&images, 4);
    ond_array map = explained(model, &image, 0, OND_RELEVANCE_SENSITIVITY);
    ond_array scores = {0};
    double largest = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        largest = fmax(largest, (double)map.data[i]);
    }
    for (size_t i = 7; i < SIDE * SIDE; i += 31) {
        const float step = 2e-3F;
        float kept = image.data[i];
        image.data[i] = kept + step;
        assert_ok(ond_model_predict(model, &image, &scores));
        double ahead = log((double)scores.data[0]);
        image.data[i] = kept - step;
        assert_ok(ond_model_predict(model, &image, &scores));
        double slope = (ahead - log((double)scores.data[0])) / (2 * (double)step);
        image.data[i] = kept;
        assert_true(fabs(fabs(slope) - (double)map.data[i]) < 0.03 * largest);
    }
    ond_array_free(&images);
    ond_array_free(&map);
    ond_array_free(&scores);
    ond_model_destroy(model);
}

/* A wave in one half of a gray image: what speaks for its class lies there. */
static void relevance_lies_where_the_pattern_is(void **state)
{
    (void)state;
    for (int kind = OND_HEAD_NETWORK; kind <= OND_HEAD_AFFINE; kind++) {
        ond_array images;
        ond_model *model = fitted((ond_head_kind)kind, &images);
        ond_array image = ond_array_item(&images, 4);
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            image.data[i] = i % SIDE < SIDE / 2 ? image.data[i] : 0;
        }
        ond_array map = explained(model, &image, 1, OND_RELEVANCE_LAYERS);
        double inside = 0;
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            assert_true(i % SIDE < SIDE / 2 || map.data[i] == 0);
            inside += fabs((double)map.data[i]);
        }
        assert_true(inside > 0);
        ond_array_free(&images);
        ond_array_free(&map);
        ond_model_destroy(model);
    }
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    test_random random = {93};
    ond_array images;
    ond_model *model = fitted(OND_HEAD_RIDGE, &images);
    ond_model *other = NULL;
    ond_array scores = {0};
    ond_array large = random_array(&random, 2, (size_t[2]){24, 16});
    assert_fails(OND_ERROR_SHAPE, "images of 24 x 16 have", ond_model_predict(model, &large, &scores));
    ond_array labels = random_array(&random, 1, (size_t[1]){COUNT});
    assert_fails(OND_ERROR_ARGUMENT, "label", ond_model_fit(&images, &labels, NULL, &other));
    labels.shape[0] = 5;
    assert_fails(OND_ERROR_SHAPE, "as many labels as images", ond_model_fit(&images, &labels, NULL, &other));
    float class = 7;
    ond_array classes = ond_array_view(&class, 1, (size_t[1]){1});
    ond_array image = ond_array_item(&images, 0);
    assert_fails(OND_ERROR_ARGUMENT, "class 0 is 7",
                 ond_model_explain(model, &image, &classes, OND_RELEVANCE_LAYERS, &scores));
    assert_fails(OND_ERROR_IO, "nothing.safetensors", ond_model_read(scratch_path("nothing.safetensors"), &other));
    labels.shape[0] = COUNT;
    ond_array_free(&images);
    ond_array_free(&large);
    ond_array_free(&labels);
    ond_array_free(&scores);
    ond_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_write_read_predict),
        cmocka_unit_test(relevance_is_conserved_without_biases),
        cmocka_unit_test(sensitivity_is_the_gradient_of_the_score),
        cmocka_unit_test(relevance_lies_where_the_pattern_is),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
