/* SPDX-License-Identifier: BSD-3-Clause */
/* What public calls refuse: one line that names what was found and what is wanted. */
#include "support/test.h"

#include <math.h>

/* --- dictionaries in files --- */

/* A dictionary's file of one layer of 2 atoms of 3 x 3 with one text of its metadata. */
static const char *dictionary_file(const char *key, const char *text)
{
    const char *path = scratch_path("refused.safetensors");
    float values[2 * 9];
    ond_array filters = ond_array_view(values, 4, (size_t[]){2, 1, 3, 3});
    ond_tensors *tensors = NULL;
    for (size_t i = 0; i < 2 * 9; i++) {
        values[i] = (float)(i % 5 + 1);
    }
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_tensors_add(tensors, "layers.0.filters", &filters));
    assert_ok(ond_tensors_metadata_set(tensors, key, text));
    assert_ok(ond_tensors_write(tensors, path));
    ond_tensors_destroy(tensors);
    return path;
}

static void dictionaries_with_odd_metadata_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *key, *text, *complaint;
    } odd[] = {
        {"layers.0.stride", "0", "is '0', a whole number of at least 1 is wanted"},
        {"layers.0.stride", "2x", "is '2x', a whole number"},
        {"layers.0.stride", "", "is '', a whole number"},
        {"layers.0.border", "round", "is 'round', 'circular' or 'zero' is wanted"},
        {"layers.0.grid", "3 4", "is '3 4', the filters' size '3 3' is wanted"},
        {"layers.0.grid", "", "is '', the filters' size"},
        {"layers.0.grid", "3 3 3", "is '3 3 3', the filters' size"},
    };
    ond_dictionary *layers[OND_MAX_LAYERS] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_fails(OND_ERROR_FORMAT, odd[i].complaint,
                     ond_dictionary_read(dictionary_file(odd[i].key, odd[i].text), layers, &count));
        assert_null(layers[0]);
    }
    assert_ok(ond_dictionary_read(dictionary_file("layers.0.border", "zero"), layers, &count));
    assert_int_equal(count, 1);
    assert_int_equal(ond_dictionary_describe(layers[0]).border, OND_BORDER_ZERO);
    ond_dictionary_destroy(layers[0]);
    assert_ok(ond_dictionary_read(dictionary_file("layers.0.grid", "3 3"), layers, &count));
    assert_int_equal(ond_dictionary_describe(layers[0]).height, 3);
    ond_dictionary_destroy(layers[0]);
}

static void files_of_other_things_are_no_dictionaries(void **state)
{
    (void)state;
    const char *path = scratch_path("other.safetensors");
    float one = 1;
    ond_array array = ond_array_view(&one, 1, (size_t[]){1});
    ond_tensors *tensors = NULL;
    ond_dictionary *layers[OND_MAX_LAYERS] = {NULL};
    size_t count = 0;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_tensors_add(tensors, "something", &array));
    assert_ok(ond_tensors_write(tensors, path));
    ond_tensors_destroy(tensors);
    assert_fails(OND_ERROR_FORMAT, "no tensor 'layers.0.filters'", ond_dictionary_read(path, layers, &count));
}

/* --- pursuits --- */

static ond_dictionary *unit_matrix(size_t size)
{
    float values[16] = {0};
    ond_dictionary *dictionary = NULL;
    for (size_t i = 0; i < size; i++) {
        values[i * size + i] = 1;
    }
    ond_array matrix = ond_array_view(values, 2, (size_t[]){size, size});
    assert_ok(ond_dictionary_create_dense(&matrix, &dictionary));
    return dictionary;
}

static void homotopy_wants_two_matrices_and_a_falling_sequence(void **state)
{
    (void)state;
    ond_dictionary *three = unit_matrix(3), *four = unit_matrix(4);
    float samples[3] = {0.9F, 0.2F, -0.7F};
    ond_array signal = ond_array_view(samples, 1, (size_t[]){3}), codes = {0};
    assert_fails(OND_ERROR_SHAPE, "found 3 x 3 and 4 x 4", ond_homotopy(three, four, &signal, 5, 1, 0.1, &codes));
    assert_fails(OND_ERROR_ARGUMENT, "falling sequence", ond_homotopy(three, three, &signal, 0, 1, 0.1, &codes));
    assert_fails(OND_ERROR_ARGUMENT, "falling sequence", ond_homotopy(three, three, &signal, 5, 0.1, 1, &codes));
    assert_fails(OND_ERROR_ARGUMENT, "falling sequence",
                 ond_homotopy(three, three, &signal, 5, (double)INFINITY, 1, &codes));
    /* with unit matrices, what is left above the last threshold */
    assert_ok(ond_homotopy(three, three, &signal, 5, 1, 0.25, &codes));
    const double wanted[3] = {0.65, 0, 0};
    for (size_t i = 0; i < 3; i++) {
        assert_true(fabs((double)codes.data[i] - wanted[i]) < 1e-6);
    }
    ond_array_free(&codes);
    ond_dictionary_destroy(three);
    ond_dictionary_destroy(four);
}

static void pursuits_refuse_extras_of_other_methods(void **state)
{
    (void)state;
    ond_dictionary *three = unit_matrix(3);
    const ond_dictionary *layers[1] = {three};
    float samples[3] = {1, 2, 3}, ones[4] = {1, 1, 1, 1};
    ond_array signal = ond_array_view(samples, 1, (size_t[]){3}), codes = {0};
    ond_array mask = ond_array_view(ones, 1, (size_t[]){3}), weights = ond_array_view(ones, 1, (size_t[]){4});
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = OND_PURSUIT_OMP;
    ond_pursuit_extras masked = {.mask = &mask}, weighted = {.weights = &weights};
    assert_fails(OND_ERROR_UNSUPPORTED, "a mask needs one layer and ista, fista or admm, found 1 by omp",
                 ond_pursuit(layers, 1, &signal, &config, &masked, &codes, NULL));
    assert_fails(OND_ERROR_UNSUPPORTED, "weights with omp",
                 ond_pursuit(layers, 1, &signal, &config, &weighted, &codes, NULL));
    config.method = OND_PURSUIT_FISTA;
    assert_fails(OND_ERROR_SHAPE, "weights of layer 1 are 4, [3]",
                 ond_pursuit(layers, 1, &signal, &config, &weighted, &codes, NULL));
    ond_array_free(&codes);
    ond_dictionary_destroy(three);
}

static void guarantees_want_codes_of_the_dictionaries(void **state)
{
    (void)state;
    ond_dictionary *three = unit_matrix(3);
    const ond_dictionary *layers[1] = {three};
    float values[4] = {1, 0, 0, 0};
    ond_array codes = ond_array_view(values, 3, (size_t[]){4, 1, 1});
    ond_guarantees guarantees;
    assert_fails(OND_ERROR_SHAPE, "codes of layer 1 are 4 x 1 x 1, [3, rows, columns]",
                 ond_codes_guarantees(layers, 1, &codes, 0, &guarantees));
    codes.shape[0] = 3;
    assert_fails(OND_ERROR_ARGUMENT, "noise = -1", ond_codes_guarantees(layers, 1, &codes, -1, &guarantees));
    assert_ok(ond_codes_guarantees(layers, 1, &codes, 0, &guarantees));
    ond_dictionary_destroy(three);
}

/* --- banks, scattering, planes --- */

static void banks_that_scatter_nothing_are_refused(void **state)
{
    (void)state;
    float spectra[2 * 16] = {1};
    ond_array array = ond_array_view(spectra, 3, (size_t[]){2, 4, 4});
    ond_filter_info infos[2] = {{.kind = OND_FILTER_BAND_PASS}, {.kind = OND_FILTER_BAND_PASS, .scale = 1}};
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    assert_fails(OND_ERROR_ARGUMENT, "bank is missing", ond_scattering_create(NULL, NULL, &scattering));
    assert_ok(ond_filters_create("flat", &array, infos, &filters));
    assert_fails(OND_ERROR_ARGUMENT, "the bank 'flat' has no single low-pass",
                 ond_scattering_create(filters, NULL, &scattering));
    ond_filters_destroy(filters);
    filters = NULL;
    infos[1].subsampling = 31;
    assert_fails(OND_ERROR_ARGUMENT, "filter 1 has scale 1 and subsampling 31",
                 ond_filters_create("odd", &array, infos, &filters));
    array.rank = 2;
    assert_fails(OND_ERROR_SHAPE, "spectra have 2 axes", ond_filters_create("odd", &array, infos, &filters));
    assert_null(filters);
    assert_null(scattering);
}

static void a_size_is_prepared_or_refused(void **state)
{
    (void)state;
    ond_morlet_config config = ond_morlet_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    config.scales = 4;
    assert_ok(ond_morlet_create(&config, &filters));
    assert_ok(ond_scattering_create(filters, NULL, &scattering));
    assert_ok(ond_scattering_prepare(scattering, 32, 40));
    assert_fails(OND_ERROR_SHAPE, "side of 3 pixels", ond_scattering_prepare(scattering, 3, 40));
    ond_array five = {.rank = 5}, features = {0};
    assert_int_not_equal(ond_scattering_apply(scattering, &five, &features), OND_OK);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

static void planes_without_functions_or_sides_are_refused(void **state)
{
    (void)state;
    ond_planes none = {.count = 1, .height = 4, .width = 4}, view = {0};
    float samples[16] = {0};
    ond_array image = ond_array_view(samples, 2, (size_t[]){4, 4});
    assert_fails(OND_ERROR_ARGUMENT, "the array is missing", ond_planes_view(NULL, &view));
    assert_fails(OND_ERROR_ARGUMENT, "cannot be fetched", ond_image_write_planes(&none, 8, NULL, "/dev/null"));
    assert_ok(ond_planes_view(&image, &view));
    view.store = NULL;
    assert_fails(OND_ERROR_ARGUMENT, "cannot be stored",
                 ond_image_read_planes(OND_SOURCE_DIR "/tests/fuzz/corpus/png_read/basn0g16.png", OND_GRAY, &view));
    view.height = 0;
    assert_fails(OND_ERROR_SHAPE, "is 1 x 0 x 4, sides of at least 1",
                 ond_image_write_planes(&view, 8, NULL, "/dev/null"));
    assert_fails(OND_ERROR_SHAPE, "", ond_planes_create(0, 4, 4, &view));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dictionaries_with_odd_metadata_are_refused),
        cmocka_unit_test(files_of_other_things_are_no_dictionaries),
        cmocka_unit_test(homotopy_wants_two_matrices_and_a_falling_sequence),
        cmocka_unit_test(pursuits_refuse_extras_of_other_methods),
        cmocka_unit_test(guarantees_want_codes_of_the_dictionaries),
        cmocka_unit_test(banks_that_scatter_nothing_are_refused),
        cmocka_unit_test(a_size_is_prepared_or_refused),
        cmocka_unit_test(planes_without_functions_or_sides_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
