/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>

static ond_dictionary *make(size_t atoms, size_t channels, size_t height, size_t width, size_t stride,
                            ond_border border)
{
    test_random random = {600};
    size_t shape[4] = {atoms, channels, height, width};
    ond_array filters = random_array(&random, 4, shape);
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create(&filters, stride, border, &dictionary));
    ond_array_free(&filters);
    return dictionary;
}

static void what_cannot_be_a_dictionary_is_refused(void **state)
{
    (void)state;
    float values[2 * 9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    size_t shape[4] = {2, 1, 3, 3};
    ond_array filters = ond_array_view(values, 4, shape);
    ond_dictionary *dictionary = NULL;
    assert_fails(OND_ERROR_ARGUMENT, "atom 1 is all zeros",
                 ond_dictionary_create(&filters, 1, OND_BORDER_ZERO, &dictionary));
    values[12] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_dictionary_create(&filters, 1, OND_BORDER_ZERO, &dictionary));
    values[12] = 1;
    assert_fails(OND_ERROR_ARGUMENT, "stride = 0 is outside 1..3",
                 ond_dictionary_create(&filters, 0, OND_BORDER_ZERO, &dictionary));
    assert_fails(OND_ERROR_ARGUMENT, "stride = 4 is outside 1..3",
                 ond_dictionary_create(&filters, 4, OND_BORDER_ZERO, &dictionary));
    filters.shape[0] = 0;
    assert_fails(OND_ERROR_ARGUMENT, "filters are 0 x 1 x 3 x 3",
                 ond_dictionary_create(&filters, 1, OND_BORDER_ZERO, &dictionary));
    ond_array plane = ond_array_view(values, 2, shape + 2);
    assert_fails(OND_ERROR_SHAPE, "filters are 3 x 3", ond_dictionary_create(&plane, 1, OND_BORDER_ZERO, &dictionary));
    assert_fails(OND_ERROR_SHAPE, "the matrix is 0 x 1 x 3 x 3", ond_dictionary_create_dense(&filters, &dictionary));
    ond_morlet_config config = ond_morlet_config_default();
    ond_filters *bank = NULL;
    assert_ok(ond_morlet_create(&config, &bank));
    assert_fails(OND_ERROR_ARGUMENT, "grid", ond_dictionary_create_bank(bank, &dictionary));
    ond_filters_destroy(bank);
    assert_null(dictionary);
}

static void images_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    float values[3 * 20 * 20] = {0};
    ond_array codes = {0};
    ond_dictionary *dictionary = make(4, 1, 5, 3, 2, OND_BORDER_CIRCULAR);
    size_t small[2] = {4, 20};
    size_t odd[2] = {9, 12};
    size_t color[3] = {3, 10, 10};
    ond_array image = ond_array_view(values, 2, small);
    assert_fails(OND_ERROR_SHAPE, "5 x 3 are larger than the image of 4 x 20",
                 ond_dictionary_adjoint(dictionary, &image, &codes));
    image = ond_array_view(values, 2, odd);
    assert_fails(OND_ERROR_SHAPE, "stride 2 does not divide the image of 9 x 12",
                 ond_dictionary_adjoint(dictionary, &image, &codes));
    image = ond_array_view(values, 3, color);
    assert_fails(OND_ERROR_SHAPE, "the signal is 3 x 10 x 10, [1, height, width] is wanted",
                 ond_dictionary_adjoint(dictionary, &image, &codes));
    size_t vector[1] = {1};
    image = ond_array_view(values, 1, vector);
    assert_fails(OND_ERROR_SHAPE, "the signal is 1,", ond_dictionary_adjoint(dictionary, &image, &codes));
    size_t fit[2] = {10, 12};
    values[7] = INFINITY;
    image = ond_array_view(values, 2, fit);
    assert_fails(OND_ERROR_ARGUMENT, "inf", ond_dictionary_adjoint(dictionary, &image, &codes));
    ond_dictionary_destroy(dictionary);
    dictionary = make(4, 1, 4, 4, 2, OND_BORDER_ZERO);
    image = ond_array_view(values, 2, odd);
    assert_fails(OND_ERROR_SHAPE, "stride 2 does not divide 5 x 8, what filters of 4 x 4 leave of 9 x 12",
                 ond_dictionary_norm(dictionary, 9, 12, &(double){0}));
    ond_dictionary_destroy(dictionary);
    ond_array_free(&codes);
}

static void layers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    ond_dictionary *layers[2] = {make(4, 1, 3, 3, 1, OND_BORDER_CIRCULAR), make(4, 5, 3, 3, 1, OND_BORDER_CIRCULAR)};
    ond_dictionary *product = NULL;
    assert_fails(OND_ERROR_SHAPE, "layer 2 has 5 channels, the 4 atoms of layer 1 are wanted",
                 ond_dictionary_compose((const ond_dictionary *const *)layers, 2, &product));
    assert_fails(OND_ERROR_ARGUMENT, "0 layers",
                 ond_dictionary_compose((const ond_dictionary *const *)layers, 0, &product));
    ond_dictionary_destroy(layers[1]);
    layers[1] = make(3, 4, 2, 2, 1, OND_BORDER_ZERO);
    assert_fails(OND_ERROR_UNSUPPORTED, "different borders",
                 ond_dictionary_compose((const ond_dictionary *const *)layers, 2, &product));
    ond_dictionary_destroy(layers[0]);
    ond_dictionary_destroy(layers[1]);
}

static void a_matrix_takes_vectors_batches_and_images(void **state)
{
    (void)state;
    float matrix[2 * 3] = {1, 2, 3, 4, 5, 6};
    float vectors[2 * 2] = {1, 10, 2, 20};
    size_t matrix_shape[2] = {2, 3};
    size_t batch_shape[2] = {2, 2};
    size_t image_shape[3] = {2, 1, 2};
    ond_array m = ond_array_view(matrix, 2, matrix_shape);
    ond_array batch = ond_array_view(vectors, 2, batch_shape);
    ond_array vector = ond_array_item(&batch, 1);
    ond_array image = ond_array_view((float[]){1, 2, 10, 20}, 3, image_shape);
    ond_array codes = {0};
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create_dense(&m, &dictionary));
    assert_int_equal(ond_dictionary_describe(dictionary).atoms, 3);
    assert_ok(ond_dictionary_adjoint(dictionary, &vector, &codes));
    assert_int_equal(codes.rank, 1);
    assert_true(codes.data[0] == 82 && codes.data[1] == 104 && codes.data[2] == 126);
    assert_ok(ond_dictionary_adjoint(dictionary, &batch, &codes));
    assert_true(codes.rank == 2 && codes.shape[0] == 2 && codes.shape[1] == 3);
    assert_true(codes.data[0] == 41 && codes.data[5] == 126);
    assert_ok(ond_dictionary_adjoint(dictionary, &image, &codes));
    assert_true(codes.rank == 3 && codes.shape[0] == 3 && codes.shape[2] == 2);
    assert_true(codes.data[0] == 41 && codes.data[1] == 82 && codes.data[5] == 126);
    assert_fails(OND_ERROR_SHAPE, "2 x 1 x 2",
                 ond_dictionary_apply(dictionary, &codes, &batch)); /* borrowed, no room */
    ond_dictionary_destroy(dictionary);
    ond_array_free(&codes);
}

static void normalized_atoms_have_norm_one(void **state)
{
    (void)state;
    ond_dictionary *dictionary = make(6, 2, 3, 4, 1, OND_BORDER_ZERO);
    ond_dictionary *unit = NULL;
    ond_array norms = {0};
    ond_array filters = {0};
    ond_array before = {0};
    assert_ok(ond_dictionary_normalize(dictionary, &unit, &norms));
    assert_ok(ond_dictionary_filters(unit, &filters));
    assert_ok(ond_dictionary_filters(dictionary, &before));
    for (size_t m = 0; m < 6; m++) {
        ond_array atom = ond_array_item(&filters, m);
        ond_array old = ond_array_item(&before, m);
        assert_true(fabs(norm_of(&atom) - 1) < 1e-6);
        assert_true(fabs(norm_of(&old) - (double)norms.data[m]) < 1e-6 * norm_of(&old));
    }
    ond_dictionary_destroy(dictionary);
    ond_dictionary_destroy(unit);
    ond_array_free(&norms);
    ond_array_free(&filters);
    ond_array_free(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_a_dictionary_is_refused),
        cmocka_unit_test(images_that_do_not_fit_are_refused),
        cmocka_unit_test(layers_that_do_not_fit_are_refused),
        cmocka_unit_test(a_matrix_takes_vectors_batches_and_images),
        cmocka_unit_test(normalized_atoms_have_norm_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
