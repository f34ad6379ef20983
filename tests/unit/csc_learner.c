/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 12, IMAGES = 7 };

static void make_layers(ond_dictionary *layers[2])
{
    ond_dictionary_info first = {.atoms = 4, .channels = 1, .filter_height = 3, .filter_width = 3, .stride = 1};
    ond_dictionary_info second = {.atoms = 3, .channels = 4, .filter_height = 2, .filter_width = 2, .stride = 1};
    assert_ok(ond_dictionary_random(&first, 1, &layers[0]));
    assert_ok(ond_dictionary_random(&second, 2, &layers[1]));
}

static ond_learner *make_learner(const ond_learning_config *config)
{
    ond_dictionary *layers[2];
    ond_learner *learner = NULL;
    make_layers(layers);
    assert_ok(ond_learner_create((const ond_dictionary *const *)layers, 2, config, &learner));
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
    return learner;
}

static ond_learning_config small_config(void)
{
    ond_learning_config config = ond_learning_config_default();
    config.code_iterations = 10;
    config.lambda = 0.3;
    config.sparsity = 0.5; /* deeper atoms get zeros */
    return config;
}

static void take(ond_learner *learner, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        test_random random = {900 + i};
        ond_array image = random_array(&random, 2, (size_t[2]){SIDE, SIDE + i % 2});
        ond_learning_report report = {0};
        assert_ok(ond_learner_take(learner, &image, &report));
        assert_true(report.objective > 0 && report.residual > 0);
        assert_true(report.filled > 0 && report.filled <= 1);
        ond_array_free(&image);
    }
}

static void assert_same_learned(const ond_learner *a, const ond_learner *b)
{
    for (size_t i = 0; i < 2; i++) {
        ond_dictionary *layers[2];
        ond_array filters[2] = {{0}, {0}};
        assert_ok(ond_learner_dictionary(a, i, &layers[0]));
        assert_ok(ond_learner_dictionary(b, i, &layers[1]));
        for (size_t k = 0; k < 2; k++) {
            assert_ok(ond_dictionary_filters(layers[k], &filters[k]));
            ond_dictionary_destroy(layers[k]);
        }
        assert_int_equal(ond_array_count(&filters[0]), ond_array_count(&filters[1]));
        assert_memory_equal(filters[0].data, filters[1].data, ond_array_count(&filters[0]) * sizeof(float));
        ond_array_free(&filters[0]);
        ond_array_free(&filters[1]);
    }
}

static void learning_goes_on_to_the_same_bits(void **state)
{
    (void)state;
    const char *path = scratch_path("learner");
    ond_learning_config config = small_config();
    ond_learner *whole = make_learner(&config);
    take(whole, 0, IMAGES);
    ond_learner *learner = make_learner(&config);
    for (size_t i = 0; i < IMAGES; i++) {
        char note[8];
        take(learner, i, i + 1);
        assert_ok(ond_learner_write(learner, "a note", path));
        ond_learner_destroy(learner);
        learner = make_learner(&config);
        assert_ok(ond_learner_read(learner, path, note, sizeof note));
        assert_string_equal(note, "a note");
    }
    assert_same_learned(whole, learner);
    ond_learner_destroy(whole);
    ond_learner_destroy(learner);
    (void)unlink(path);
}

static void what_is_of_another_learner_is_refused(void **state)
{
    (void)state;
    const char *path = scratch_path("learner");
    char note[8];
    ond_learning_config config = small_config();
    ond_learner *learner = make_learner(&config);
    assert_ok(ond_learner_write(learner, "note", path));
    assert_fails(OND_ERROR_FORMAT, "note has 4 bytes, at most 3", ond_learner_read(learner, path, note, 4));
    assert_fails(OND_ERROR_IO, "cannot open", ond_learner_read(learner, scratch_path("nothing"), note, sizeof note));
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_learner_read(learner, NULL, note, sizeof note));
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_learner_write(learner, NULL, path));

    ond_dictionary *layers[2];
    ond_learner *shallow = NULL;
    make_layers(layers);
    assert_ok(ond_learner_create((const ond_dictionary *const *)layers, 1, &config, &shallow));
    assert_fails(OND_ERROR_FORMAT, "more than 1 layers", ond_learner_read(shallow, path, note, sizeof note));
    assert_ok(ond_learner_write(shallow, "note", path));
    assert_fails(OND_ERROR_FORMAT, "layer1.shape", ond_learner_read(learner, path, note, sizeof note));
    ond_learner *second = NULL;
    ond_dictionary_info other = {.atoms = 5, .channels = 1, .filter_height = 3, .filter_width = 3, .stride = 1};
    ond_dictionary *five = NULL;
    assert_ok(ond_dictionary_random(&other, 1, &five));
    assert_ok(ond_learner_create((const ond_dictionary *const *)&five, 1, &config, &second));
    assert_fails(OND_ERROR_FORMAT, "of 4 atoms of 3 x 3 in layer 1, not 5 of 3 x 3",
                 ond_learner_read(second, path, note, sizeof note));
    config.lambda = 0.4;
    ond_learner_destroy(learner);
    learner = make_learner(&config);
    assert_fails(OND_ERROR_FORMAT, "of a training with lambda = 0.3, not 0.4",
                 ond_learner_read(learner, path, note, sizeof note));
    ond_learner_destroy(learner);
    ond_learner_destroy(shallow);
    ond_learner_destroy(second);
    ond_dictionary_destroy(five);
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
    (void)unlink(path);
}

static ond_array filters_of(const ond_learner *learner, size_t layer)
{
    ond_dictionary *dictionary = NULL;
    ond_array filters = {0};
    assert_ok(ond_learner_dictionary(learner, layer, &dictionary));
    assert_ok(ond_dictionary_filters(dictionary, &filters));
    ond_dictionary_destroy(dictionary);
    return filters;
}

/* Twice the gradient and twice the curvature: an image twice is the image once. */
static void a_batch_of_copies_teaches_what_one_image_does(void **state)
{
    (void)state;
    ond_learning_config config = small_config();
    config.sparsity = 0;
    ond_learner *once = make_learner(&config);
    ond_learner *twice = make_learner(&config);
    for (uint64_t i = 0; i < 3; i++) {
        test_random random = {950 + i};
        ond_array image = random_array(&random, 2, (size_t[2]){SIDE, SIDE});
        ond_array copies = {0};
        ond_learning_report told[2];
        assert_ok(ond_array_resize(&copies, 4, (size_t[4]){2, 1, SIDE, SIDE}));
        memcpy(copies.data, image.data, SIDE * SIDE * sizeof(float));
        memcpy(copies.data + SIDE * SIDE, image.data, SIDE * SIDE * sizeof(float));
        assert_ok(ond_learner_take(once, &image, &told[0]));
        assert_ok(ond_learner_take(twice, &copies, &told[1]));
        assert_true(fabs(told[0].objective / told[1].objective - 1) < 1e-4);
        assert_true(fabs(told[0].residual / told[1].residual - 1) < 1e-4);
        ond_array_free(&image);
        ond_array_free(&copies);
    }
    for (size_t layer = 0; layer < 2; layer++) {
        ond_array filters[2] = {filters_of(once, layer), filters_of(twice, layer)};
        assert_true(relative_error(&filters[0], &filters[1]) < 1e-4); /* of three codings in float */
        ond_array_free(&filters[0]);
        ond_array_free(&filters[1]);
    }
    ond_learner_destroy(once);
    ond_learner_destroy(twice);
}

/* A layer's change passes through those before it, whose norms are far above 1 where filters overlap: steps that did
 * not know of them would throw deeper atoms about. */
static void three_layers_learn_an_image_steadily(void **state)
{
    (void)state;
    ond_dictionary_info infos[3] = {
        {.atoms = 8, .channels = 1, .filter_height = 6, .filter_width = 6, .stride = 2, .border = OND_BORDER_ZERO},
        {.atoms = 12, .channels = 8, .filter_height = 3, .filter_width = 3, .stride = 1, .border = OND_BORDER_ZERO},
        {.atoms = 20, .channels = 12, .filter_height = 4, .filter_width = 4, .stride = 1, .border = OND_BORDER_ZERO}};
    ond_dictionary *layers[3];
    ond_learner *learner = NULL;
    ond_learning_config config = ond_learning_config_default();
    test_random random = {960};
    ond_array image = random_array(&random, 2, (size_t[2]){16, 16});
    ond_learning_report report = {0};
    config.lambda = 0.5;
    config.step = 0.3; /* a third for each layer */
    config.offset = 1e6;
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(ond_dictionary_random(&infos[i], i, &layers[i]));
    }
    assert_ok(ond_learner_create((const ond_dictionary *const *)layers, 3, &config, &learner));
    double first = 0;
    double before = HUGE_VAL;
    for (int i = 0; i < 40; i++) {
        assert_ok(ond_learner_take(learner, &image, &report));
        assert_true(report.objective < 1.02 * before); /* what normalising the atoms may cost */
        first = i == 0 ? report.objective : first;
        before = report.objective;
    }
    assert_true(report.objective < 0.2 * first);
    ond_learner_destroy(learner);
    for (size_t i = 0; i < 3; i++) {
        ond_dictionary_destroy(layers[i]);
    }
    ond_array_free(&image);
}

/* Two of sixteen entries; the layer below is free of it. */
static void deeper_atoms_keep_their_share_of_entries(void **state)
{
    (void)state;
    ond_learning_config config = small_config();
    config.sparsity = 0;
    config.filled = 0.14;
    config.share = 0.3;
    config.nonnegative = 1;
    ond_learner *learner = make_learner(&config);
    for (size_t round = 0; round < 3; round++) {
        ond_array filters = filters_of(learner, 1);
        size_t size = ond_array_count(&filters) / filters.shape[0];
        for (size_t m = 0; m < filters.shape[0]; m++) {
            size_t filled = 0;
            double square = 0;
            for (size_t i = 0; i < size; i++) {
                filled += filters.data[m * size + i] != 0;
                square += (double)filters.data[m * size + i] * (double)filters.data[m * size + i];
            }
            assert_int_equal(filled, 2);
            assert_true(fabs(square - 1) < 1e-5);
        }
        ond_array_free(&filters);
        take(learner, round, round + 1);
    }
    ond_learner_destroy(learner);
}

static void what_cannot_be_learned_is_refused(void **state)
{
    (void)state;
    ond_learning_config config = small_config();
    ond_learner *learner = make_learner(&config);
    ond_dictionary *dictionary = NULL;
    ond_dictionary_info none = {.atoms = 0, .channels = 1, .filter_height = 3, .filter_width = 3, .stride = 1};
    assert_fails(OND_ERROR_ARGUMENT, "0 atoms", ond_dictionary_random(&none, 1, &dictionary));
    assert_fails(OND_ERROR_ARGUMENT, "layer 2 of 2", ond_learner_dictionary(learner, 2, &dictionary));
    float values[2 * 16] = {1};
    ond_array two = ond_array_view(values, 4, (size_t[4]){2, 1, 4, 4});
    ond_array colors = ond_array_view(values, 4, (size_t[4]){1, 2, 4, 4});
    assert_fails(OND_ERROR_SHAPE, "the image is 1 x 2 x 4 x 4", ond_learner_take(learner, &colors, NULL));
    assert_fails(OND_ERROR_UNSUPPORTED, "one image after the other", ond_learner_fit(learner, &two, NULL));
    ond_learner_destroy(learner);

    ond_dictionary *layers[2];
    make_layers(layers);
    config.method = OND_LEARNING_CONSENSUS;
    assert_fails(OND_ERROR_UNSUPPORTED, "consensus learning of 2 layers",
                 ond_learner_create((const ond_dictionary *const *)layers, 2, &config, &learner));
    assert_ok(ond_learner_create((const ond_dictionary *const *)layers, 1, &config, &learner));
    assert_fails(OND_ERROR_UNSUPPORTED, "all images at once", ond_learner_take(learner, &two, NULL));
    ond_learner_destroy(learner);
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learning_goes_on_to_the_same_bits),
        cmocka_unit_test(what_is_of_another_learner_is_refused),
        cmocka_unit_test(a_batch_of_copies_teaches_what_one_image_does),
        cmocka_unit_test(three_layers_learn_an_image_steadily),
        cmocka_unit_test(deeper_atoms_keep_their_share_of_entries),
        cmocka_unit_test(what_cannot_be_learned_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
