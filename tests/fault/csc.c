/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"
#include <stdio.h>

enum { SIZE = 6 };

static ond_status make_strided(size_t atoms, size_t channels, size_t stride, ond_border border,
                               ond_dictionary **dictionary)
{
    static float values[4 * 4 * 9];
    test_random random = {80};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        values[i] = (float)random_normal(&random);
    }
    size_t shape[4] = {atoms, channels, 3, 3};
    ond_array filters = ond_array_view(values, 4, shape);
    return ond_dictionary_create(&filters, stride, border, dictionary);
}

static ond_status make(size_t atoms, size_t channels, ond_border border, ond_dictionary **dictionary)
{
    return make_strided(atoms, channels, 1, border, dictionary);
}

static ond_array picture(void)
{
    static float pixels[SIZE * SIZE];
    static const size_t shape[2] = {SIZE, SIZE};
    test_random random = {81};
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        pixels[i] = (float)random_normal(&random);
    }
    return ond_array_view(pixels, 2, shape);
}

typedef struct pursuit_case {
    ond_pursuit_method method;
    size_t layers;
    bool masked, weighted;
    size_t stride; /* of the first layer */
} pursuit_case;

static ond_status pursue(void *context)
{
    const pursuit_case *c = context;
    ond_dictionary *layers[2] = {NULL, NULL};
    ond_array image = picture();
    ond_array codes[2] = {{0}, {0}};
    ond_array curve = {0};
    size_t one_each[1] = {4};
    float fours[4] = {1, 2, 1, 2};
    ond_array weights[2] = {ond_array_view(fours, 1, one_each), {0}};
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_pursuit_report report;
    ond_pursuit_extras extras = {.curve = &curve};
    extras.mask = c->masked ? &image : NULL;
    extras.weights = c->weighted ? weights : NULL;
    config.method = c->method;
    config.iterations = 12;
    config.terms = 3;
    config.polish = 1;
    ond_array magnitudes = {0};
    ond_status status = ond_array_resize(&magnitudes, 2, image.shape);
    for (size_t i = 0; status == OND_OK && i < SIZE * SIZE; i++) {
        magnitudes.data[i] = image.data[i] * image.data[i];
    }
    extras.mask = c->masked ? &magnitudes : NULL;
    status = status == OND_OK ? make_strided(4, 1, c->stride, OND_BORDER_CIRCULAR, &layers[0]) : status;
    status = status == OND_OK ? make(3, 4, OND_BORDER_CIRCULAR, &layers[1]) : status;
    status = status == OND_OK ? ond_pursuit((const ond_dictionary *const *)layers, c->layers, &image, &config, &extras,
                                            codes, &report)
                              : status;
    for (int i = 0; i < 2; i++) {
        ond_dictionary_destroy(layers[i]);
        ond_array_free(&codes[i]);
    }
    ond_array_free(&curve);
    ond_array_free(&magnitudes);
    return status;
}

static ond_status multiply(void *context)
{
    (void)context;
    ond_dictionary *layers[2] = {NULL, NULL};
    ond_dictionary *product = NULL;
    ond_dictionary *unit = NULL;
    ond_array image = picture();
    ond_array codes = {0};
    ond_array norms = {0};
    double norm = 0;
    ond_status status = make(4, 1, OND_BORDER_ZERO, &layers[0]);
    status = status == OND_OK ? make(3, 4, OND_BORDER_ZERO, &layers[1]) : status;
    status = status == OND_OK ? ond_dictionary_compose((const ond_dictionary *const *)layers, 2, &product) : status;
    status = status == OND_OK ? ond_dictionary_normalize(product, &unit, &norms) : status;
    status = status == OND_OK ? ond_dictionary_adjoint(unit, &image, &codes) : status;
    status = status == OND_OK ? ond_dictionary_norm(layers[0], SIZE, SIZE, &norm) : status;
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
    ond_dictionary_destroy(product);
    ond_dictionary_destroy(unit);
    ond_array_free(&codes);
    ond_array_free(&norms);
    return status;
}

static ond_status from_bank(void *context)
{
    (void)context;
    ond_separable_config config = {2, 9, 7};
    ond_filters *filters = NULL;
    ond_dictionary *dictionary = NULL;
    double norm = 0;
    ond_status status = ond_separable_create(&config, &filters);
    status = status == OND_OK ? ond_dictionary_create_bank(filters, &dictionary) : status;
    status = status == OND_OK ? ond_dictionary_norm(dictionary, 9, 7, &norm) : status;
    ond_filters_destroy(filters);
    ond_dictionary_destroy(dictionary);
    return status;
}

static ond_status smooth(void *context)
{
    (void)context;
    ond_array image = picture();
    ond_array result = {0};
    ond_status status = ond_smooth_part(&image, 5, &result);
    ond_array_free(&result);
    return status;
}

/* Writing and reading, measures, a step of both ways of learning. */
static ond_status learn(void *context)
{
    bool by_consensus = *(const bool *)context;
    ond_dictionary *layers[2] = {NULL, NULL};
    ond_dictionary *learned = NULL;
    ond_learner *learner = NULL;
    ond_array image = picture();
    size_t shape[3] = {1, SIZE, SIZE};
    ond_array images = ond_array_view(image.data, 3, shape);
    ond_learning_config config = ond_learning_config_default();
    config.method = by_consensus ? OND_LEARNING_CONSENSUS : OND_LEARNING_ONLINE;
    config.iterations = 2;
    config.code_iterations = 3;
    ond_status status = make(4, 1, OND_BORDER_CIRCULAR, &layers[0]);
    status = status == OND_OK ? make(3, 4, OND_BORDER_CIRCULAR, &layers[1]) : status;
    status = status == OND_OK
                 ? ond_learner_create((const ond_dictionary *const *)layers, by_consensus ? 1 : 2, &config, &learner)
                 : status;
    if (status == OND_OK) {
        status = by_consensus ? ond_learner_fit(learner, &images, &(ond_learning_report){0})
                              : ond_learner_take(learner, &image, NULL);
    }
    status = status == OND_OK ? ond_learner_dictionary(learner, 0, &learned) : status;
    ond_learner_destroy(learner);
    ond_dictionary_destroy(learned);
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
    return status;
}

/* Kept and taken up again. */
static ond_status keep_learner(void *context)
{
    char note[8];
    ond_dictionary *layers[2] = {NULL, NULL};
    ond_learner *learner = NULL;
    ond_status status = make(4, 1, OND_BORDER_CIRCULAR, &layers[0]);
    status = status == OND_OK ? make(3, 4, OND_BORDER_CIRCULAR, &layers[1]) : status;
    status = status == OND_OK ? ond_learner_create((const ond_dictionary *const *)layers, 2, NULL, &learner) : status;
    status = status == OND_OK ? ond_learner_write(learner, "note", context) : status;
    status = status == OND_OK ? ond_learner_read(learner, context, note, sizeof note) : status;
    ond_learner_destroy(learner);
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
    return status;
}

static ond_status file_and_measures(void *context)
{
    ond_dictionary *layers[OND_MAX_LAYERS] = {NULL};
    ond_dictionary *read[OND_MAX_LAYERS] = {NULL};
    size_t count = 0;
    ond_array image = picture();
    ond_array codes[2] = {{0}, {0}};
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_guarantees guarantees;
    config.method = OND_PURSUIT_THRESHOLD;
    config.lambda = 2;
    ond_status status = make(4, 1, OND_BORDER_CIRCULAR, &layers[0]);
    status = status == OND_OK ? make(3, 4, OND_BORDER_CIRCULAR, &layers[1]) : status;
    const ond_dictionary *const *both = (const ond_dictionary *const *)layers;
    status = status == OND_OK ? ond_dictionary_write(both, 2, context) : status;
    status = status == OND_OK ? ond_dictionary_read(context, read, &count) : status;
    status = status == OND_OK ? ond_pursuit(both, 2, &image, &config, NULL, codes, NULL) : status;
    status = status == OND_OK ? ond_codes_guarantees(both, 2, codes, 0.1, &guarantees) : status;
    for (int i = 0; i < 2; i++) {
        ond_dictionary_destroy(layers[i]);
        ond_dictionary_destroy(read[i]);
        ond_array_free(&codes[i]);
    }
    return status;
}

static void learning_survives_every_failed_allocation(void **state)
{
    (void)state;
    char path[512];
    bool ways[2] = {false, true};
    snprintf(path, sizeof path, "%s", scratch_path("dictionary.safetensors"));
    assert_true(fault_sweep(learn, &ways[0]) > 20);
    assert_true(fault_sweep(learn, &ways[1]) > 20);
    assert_true(fault_sweep(keep_learner, path) > 20);
    assert_true(fault_sweep(file_and_measures, path) > 20);
}

static void dictionaries_survive_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(multiply, NULL) > 10);
    assert_true(fault_sweep(from_bank, NULL) > 10);
    assert_true(fault_sweep(smooth, NULL) > 3);
}

static void pursuits_survive_every_failed_allocation(void **state)
{
    (void)state;
    pursuit_case cases[] = {
        {OND_PURSUIT_THRESHOLD, 2, false, true, 1},   {OND_PURSUIT_FISTA, 1, true, true, 1},
        {OND_PURSUIT_ADMM, 1, true, true, 1},         {OND_PURSUIT_ADMM, 2, false, false, 1},
        {OND_PURSUIT_OMP, 2, false, false, 1},        {OND_PURSUIT_ML_FISTA, 2, false, true, 1},
        {OND_PURSUIT_PROJECTION, 2, false, false, 1}, {OND_PURSUIT_HOLISTIC, 2, false, false, 1},
        {OND_PURSUIT_ADMM, 1, true, true, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(fault_sweep(pursue, &cases[i]) > 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dictionaries_survive_every_failed_allocation),
        cmocka_unit_test(pursuits_survive_every_failed_allocation),
        cmocka_unit_test(learning_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
