/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/filters.h"

#include "filters/fold.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

static ond_filters *two_filters(ond_array *spectra)
{
    size_t shape[3] = {2, 6, 8};
    assert_ok(ond_array_resize(spectra, 3, shape));
    memset(spectra->data, 0, 96 * sizeof(float));
    spectra->data[1 * 8 + 2] = 3; /* band: rows −1…1, columns 1…2 */
    spectra->data[5 * 8 + 1] = -2;
    spectra->data[48] = 1; /* low-pass: zero frequency alone */
    ond_filter_info infos[2]
        = {{.kind = OND_FILTER_BAND_PASS, .one_sided = true}, {.kind = OND_FILTER_LOW_PASS, .scale = 1}};
    ond_filters *filters = NULL;
    assert_ok(ond_filters_create("two", spectra, infos, &filters));
    return filters;
}

static void spectra_are_kept_on_their_support_boxes(void **state)
{
    (void)state;
    ond_array spectra = {0};
    ond_filters *filters = two_filters(&spectra);
    ond_box box = filters->filters[0].box;
    assert_int_equal(box.row_begin, -1);
    assert_int_equal(box.row_end, 2);
    assert_int_equal(box.column_begin, 1);
    assert_int_equal(box.column_end, 3);
    assert_int_equal(filters->filters[0].runs[1].begin, filters->filters[0].runs[1].end); /* row 0 is empty */
    assert_true(fabs(ond_filters_support(filters, 0) - 2.0 / 48) < 1e-12);
    ond_array spectrum = {0};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(ond_filters_spectrum(filters, i, &spectrum));
        assert_memory_equal(spectrum.data, spectra.data + 48 * i, 48 * sizeof(float));
    }
    ond_array_free(&spectrum);
    ond_array_free(&spectra);
    ond_filters_destroy(filters);
}

static void table_of_a_bank_is_what_was_given(void **state)
{
    (void)state;
    ond_array spectra = {0};
    ond_filters *filters = two_filters(&spectra);
    assert_string_equal(ond_filters_name(filters), "two");
    assert_int_equal(ond_filters_count(filters), 2);
    assert_int_equal(ond_filters_height(filters), 6);
    assert_int_equal(ond_filters_width(filters), 8);
    assert_int_equal(ond_filters_scales(filters), 1);
    assert_true(ond_filters_info(filters, 0).one_sided);
    assert_int_equal(ond_filters_info(filters, 1).kind, OND_FILTER_LOW_PASS);
    ond_array_free(&spectra);
    ond_filters_destroy(filters);
}

static void littlewood_paley_sum_counts_the_partner(void **state)
{
    (void)state;
    ond_array spectra = {0};
    ond_filters *filters = two_filters(&spectra);
    ond_array sum = {0};
    assert_ok(ond_filters_littlewood_paley(filters, &sum));
    assert_true(fabsf(sum.data[1 * 8 + 2] - 4.5f) < 1e-6f);
    assert_true(fabsf(sum.data[5 * 8 + 6] - 4.5f) < 1e-6f); /* the opposite frequency */
    assert_true(fabsf(sum.data[0] - 1) < 1e-6f);
    ond_array_free(&sum);
    ond_array_free(&spectra);
    ond_filters_destroy(filters);
}

static void folding_is_decimation(void **state)
{
    (void)state;
    test_random random = {4};
    size_t shape[3] = {1, 8, 12};
    ond_array spectra = random_array(&random, 3, shape);
    ond_filter_info info = {.one_sided = true};
    ond_filters *filters = NULL;
    assert_ok(ond_filters_create("noise", &spectra, &info, &filters));
    ond_array image = random_array(&random, 3, (size_t[3]){8, 12, 2});
    ond_complex *data = (ond_complex *)(void *)image.data;
    ond_complex folded[4 * 6];
    ond_filter_fold(&filters->filters[0], (ond_plane){data, 8, 12, 12}, (ond_plane){folded, 4, 6, 6});
    for (size_t a = 0; a < 4; a++) {
        for (size_t b = 0; b < 6; b++) {
            double wanted = 0;
            for (size_t i = 0; i < 4; i++) {
                size_t k = (a + i / 2 * 4) * 12 + b + i % 2 * 6;
                wanted += (double)data[k].re * (double)spectra.data[k];
            }
            assert_true(fabs((double)folded[a * 6 + b].re - wanted) < 1e-5);
        }
    }
    ond_array_free(&image);
    ond_array_free(&spectra);
    ond_filters_destroy(filters);
}

static void misuse_is_refused_in_words(void **state)
{
    (void)state;
    ond_array spectra = {0};
    ond_filters *filters = two_filters(&spectra);
    ond_filters *other = NULL;
    ond_filter_info wrong[2] = {{.kind = OND_FILTER_LOW_PASS}, {.kind = OND_FILTER_BAND_PASS}};
    assert_fails(OND_ERROR_ARGUMENT, "out of order", ond_filters_create("two", &spectra, wrong, &other));
    assert_fails(OND_ERROR_UNSUPPORTED, "7 x 7", ond_filters_remake(filters, 7, 7, &other));
    assert_fails(OND_ERROR_ARGUMENT, "not a frame", ond_filters_dual(filters, &other));
    ond_array spectrum = {0};
    assert_fails(OND_ERROR_ARGUMENT, "outside 0..1", ond_filters_spectrum(filters, 2, &spectrum));
    ond_array image = ond_array_view((float[4]){1, 2, 3, 4}, 2, (size_t[2]){2, 2});
    assert_fails(OND_ERROR_SHAPE, "2 x 2", ond_filters_analysis(filters, &image, &spectrum));
    spectra.data[5] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_filters_create("two", &spectra, wrong, &other));
    assert_null(other);
    ond_filters_destroy(NULL);
    ond_filters_destroy(filters);
    ond_array_free(&spectra);
}

static void bank_without_a_grid_says_so(void **state)
{
    (void)state;
    ond_filters *filters = NULL;
    ond_filters *remade = NULL;
    double lower = 0;
    double upper = 0;
    assert_ok(ond_morlet_create(NULL, &filters));
    assert_int_equal(ond_filters_count(filters), 25);
    assert_int_equal(ond_filters_height(filters), 0);
    assert_fails(OND_ERROR_ARGUMENT, "no grid", ond_filters_bounds(filters, &lower, &upper));
    assert_ok(ond_filters_remake(filters, 40, 48, &remade));
    assert_int_equal(ond_filters_width(remade), 48);
    assert_ok(ond_filters_bounds(remade, &lower, &upper));
    ond_filters_destroy(remade);
    ond_filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spectra_are_kept_on_their_support_boxes),
        cmocka_unit_test(table_of_a_bank_is_what_was_given),
        cmocka_unit_test(littlewood_paley_sum_counts_the_partner),
        cmocka_unit_test(folding_is_decimation),
        cmocka_unit_test(misuse_is_refused_in_words),
        cmocka_unit_test(bank_without_a_grid_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
