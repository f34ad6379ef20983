/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Every shearlet reference: ShearLab3D 1.1 (compact) and FFST (Meyer). Spectra, coefficients, dual weights and the
 * result of hard thresholding within 1e-5. Each case has some bands in full and, of all bands, norms and values at nine
 * places.
 */

static const double tolerance = 1e-5;

/* One entry of the manifest, its bank, and where each of its bands stands in the bank. */
typedef struct reference {
    const char *id;
    json_t *entry;
    ond_filters *bank;
    ond_array image;
    size_t *places;
    size_t count;
} reference;

static double number_of(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static int whole_at(const json_t *array, size_t index)
{
    return (int)json_integer_value(json_array_get(array, index));
}

static bool is_kind(const reference *r, const char *kind)
{
    return strcmp(json_string_value(json_object_get(r->entry, "kind")), kind) == 0;
}

static ond_shearlet_config config_of(const reference *r)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    json_t *shape = json_object_get(r->entry, "shape");
    config.parseval = 0;
    config.scales = (int)number_of(r->entry, "scales");
    config.height = whole_at(shape, 0);
    config.width = whole_at(shape, 1);
    if (is_kind(r, "ffst")) {
        bool smooth = json_is_true(json_object_get(r->entry, "smooth"));
        config.system = smooth ? OND_SHEARLET_MEYER : OND_SHEARLET_MEYER_SIMPLE;
        return config;
    }
    json_t *levels = json_object_get(r->entry, "shearLevels");
    config.shear_levels = 0;
    for (size_t i = 0; i < json_array_size(levels); i++) {
        config.shear_levels = 10 * config.shear_levels + whole_at(levels, i);
    }
    config.full = (int)number_of(r->entry, "full");
    /* the warning says that the image was too small for the larger fan filter */
    const char *warning = json_string_value(json_object_get(r->entry, "warning"));
    bool smaller = warning && text_contains(warning, "automatically set");
    config.directional = smaller ? OND_SHEARLET_CD : OND_SHEARLET_DMAXFLAT4;
    return config;
}

static size_t find_atom(const ond_filters *bank, int scale, int orientation, double angle_rad)
{
    for (size_t i = 0; i < ond_filters_count(bank); i++) {
        ond_filter_info info = ond_filters_info(bank, i);
        if (info.kind == OND_FILTER_BAND_PASS && info.scale == scale && info.orientation == orientation) {
            assert_true(fabs(info.angle_rad - angle_rad) < 1e-12);
            return i;
        }
    }
    fail_msg("no atom of scale %d and orientation %d", scale, orientation);
    return 0;
}

/* ShearLab: cone 1 oscillates along the columns with slope k/2^s, cone 2 along the rows with slope −k/2^s. */
static void place_shearlab(reference *r)
{
    json_t *rows = json_object_get(r->entry, "idx_cone_scale_shear");
    json_t *levels = json_object_get(r->entry, "shearLevels");
    int scales = (int)number_of(r->entry, "scales");
    assert_int_equal(r->count, json_array_size(rows));
    for (size_t i = 0; i < r->count; i++) {
        json_t *row = json_array_get(rows, i);
        int cone = whole_at(row, 0);
        int scale = whole_at(row, 1);
        int k = whole_at(row, 2);
        if (cone == 0) {
            r->places[i] = r->count - 1;
            continue;
        }
        int shears = 1 << whole_at(levels, (size_t)scale - 1);
        int reach = shears - (number_of(r->entry, "full") > 0 ? 0 : 1);
        double slope = (double)k / shears;
        int orientation = cone == 1 ? 2 * reach + 1 + shears - k : reach - k;
        r->places[i] = find_atom(r->bank, scales - scale, orientation, cone == 1 ? atan2(1, slope) : -atan(slope));
    }
}

/* FFST: the low-pass, then each scale in the order of its own circle of 4 · 2^j places. */
static void place_ffst(reference *r)
{
    int scales = (int)number_of(r->entry, "scales");
    size_t first = 1;
    r->places[0] = r->count - 1;
    for (int j = 0; j < scales; j++) {
        int shears = 1 << j;
        int scale = 2 * (scales - 1 - j);
        for (int k = -shears; k <= shears; k++) {
            int place = k <= 0 ? -k : 4 * shears - k;
            place = k == shears ? 3 * shears : place;
            double slope = (double)k / shears;
            r->places[first + (size_t)place] = find_atom(r->bank, scale, 3 * shears - 1 - k, atan2(1, slope));
            if (k > -shears && k < shears) {
                r->places[first + (size_t)(2 * shears + k)] = find_atom(r->bank, scale, k + shears - 1, atan(slope));
            }
        }
        first += 4 * (size_t)shears;
    }
    assert_int_equal(first, r->count);
}

static ond_array read_array(const reference *r, const char *name)
{
    char path[256];
    ond_array array = {0};
    snprintf(path, sizeof path, "refs/shearlets/%s", json_string_value(json_object_get(r->entry, name)));
    assert_ok(ond_array_read(shared_path(path), &array));
    return array;
}

static void prepare(reference *r)
{
    ond_shearlet_config config = config_of(r);
    assert_ok(ond_shearlet_create(&config, &r->bank));
    r->count = (size_t)number_of(r->entry, "nShearlets");
    assert_int_equal(ond_filters_count(r->bank), r->count);
    r->places = test_calloc(r->count, sizeof *r->places);
    r->image = read_array(r, "image");
    if (is_kind(r, "ffst")) {
        place_ffst(r);
    } else {
        place_shearlab(r);
    }
}

static void release(reference *r)
{
    ond_filters_destroy(r->bank);
    ond_array_free(&r->image);
    test_free(r->places);
}

static void near(const reference *r, const char *what, size_t band, double found, double wanted, double unit)
{
    if (!(fabs(found - wanted) <= tolerance * unit)) {
        fail_msg("%s: %s of band %zu is %.9g, %.9g is wanted", r->id, what, band, found, wanted);
    }
}

/* Norms and nine values. */
static void compare_statistics(const reference *r, const char *what, size_t band, const ond_array *found)
{
    json_t *wanted = json_array_get(json_object_get(r->entry, what), band);
    double sum = 0;
    double l1 = 0;
    double squares = 0;
    double largest = 0;
    for (size_t i = 0; i < ond_array_count(found); i++) {
        double value = (double)found->data[i];
        sum += value;
        l1 += fabs(value);
        squares += value * value;
        largest = fmax(largest, fabs(value));
    }
    double unit = number_of(wanted, "l1");
    near(r, what, band, sum, number_of(wanted, "sum"), unit);
    near(r, what, band, l1, unit, unit);
    near(r, what, band, sqrt(squares), number_of(wanted, "l2"), number_of(wanted, "l2"));
    json_t *at = json_object_get(wanted, "at");
    json_t *values = json_object_get(wanted, "val");
    for (size_t i = 0; i < json_array_size(at); i++) {
        double value = json_number_value(json_array_get(values, i));
        near(r, what, band, (double)found->data[whole_at(at, i)], value, largest);
    }
}

/* The bands that are there in full. */
static void compare_bands(const reference *r, const char *list, const char *name, size_t band, const ond_array *found)
{
    json_t *bands = json_object_get(r->entry, list);
    ond_array wanted = read_array(r, name);
    for (size_t i = 0; i < json_array_size(bands); i++) {
        if ((size_t)whole_at(bands, i) == band) {
            ond_array own = ond_array_item(&wanted, i);
            double error = relative_error(found, &own);
            if (error > tolerance) {
                fail_msg("%s: %s of band %zu: relative error %g", r->id, name, band, error);
            }
        }
    }
    ond_array_free(&wanted);
}

static void compare_spectra(const reference *r)
{
    ond_array spectrum = {0};
    json_t *rms = json_object_get(r->entry, "rms");
    for (size_t band = 0; band < r->count; band++) {
        assert_ok(ond_filters_spectrum(r->bank, r->places[band], &spectrum));
        compare_statistics(r, "psi_stats", band, &spectrum);
        compare_bands(r, "psi_bands", "psi", band, &spectrum);
        if (rms) {
            double wanted = json_number_value(json_array_get(rms, band));
            near(r, "rms", band, norm_of(&spectrum) / sqrt((double)ond_array_count(&spectrum)), wanted, wanted);
        }
    }
    ond_array_free(&spectrum);
}

static void compare_coefficients(const reference *r)
{
    ond_array coefficients = {0};
    assert_ok(ond_filters_analysis(r->bank, &r->image, &coefficients));
    for (size_t band = 0; band < r->count; band++) {
        ond_array parts = ond_array_item(&coefficients, r->places[band]);
        ond_array own = ond_array_item(&parts, 0);
        compare_statistics(r, "coeff_stats", band, &own);
        compare_bands(r, "bands", "coeff", band, &own);
    }
    ond_array_free(&coefficients);
}

static void compare_dual(const reference *r)
{
    double lower = 0;
    double upper = 0;
    ond_array sum = {0};
    assert_ok(ond_filters_bounds(r->bank, &lower, &upper));
    near(r, "dual_min", 0, lower, number_of(r->entry, "dual_min"), lower);
    near(r, "dual_max", 0, upper, number_of(r->entry, "dual_max"), upper);
    if (json_is_string(json_object_get(r->entry, "dual"))) {
        ond_array wanted = read_array(r, "dual");
        assert_ok(ond_filters_littlewood_paley(r->bank, &sum));
        assert_true(relative_error(&sum, &wanted) <= tolerance);
        ond_array_free(&wanted);
    }
    ond_array_free(&sum);
}

/* |c| > 3 · 25 · rms in all bands but the low-pass, then the inverse of the frame. */
static void compare_hard_threshold(const reference *r)
{
    ond_array coefficients = {0};
    ond_array spectrum = {0};
    ond_array found = {0};
    ond_array wanted = read_array(r, "hard75");
    assert_ok(ond_filters_analysis(r->bank, &r->image, &coefficients));
    for (size_t index = 0; index + 1 < r->count; index++) {
        ond_array band = ond_array_item(&coefficients, index);
        assert_ok(ond_filters_spectrum(r->bank, index, &spectrum));
        double threshold = 75 * norm_of(&spectrum) / sqrt((double)ond_array_count(&spectrum));
        for (size_t i = 0; i < ond_array_count(&band); i++) {
            band.data[i] = fabs((double)band.data[i]) > threshold ? band.data[i] : 0;
        }
    }
    assert_ok(ond_filters_synthesis(r->bank, &coefficients, &found));
    double error = relative_error(&found, &wanted);
    if (error > tolerance) {
        fail_msg("%s: hard threshold: relative error %g", r->id, error);
    }
    ond_array_free(&coefficients);
    ond_array_free(&spectrum);
    ond_array_free(&found);
    ond_array_free(&wanted);
}

static void compare_parseval(const reference *r)
{
    double lower = 0;
    double upper = 0;
    assert_ok(ond_filters_bounds(r->bank, &lower, &upper));
    near(r, "lower bound", 0, lower, 1, 1);
    near(r, "upper bound", 0, upper, 1, 1);
}

static json_t *manifest;

/* Runs the checks of one kind and returns the number of cases. */
static int compare_all(const char *kind)
{
    int cases = 0;
    const char *id;
    json_t *entry;
    json_object_foreach(manifest, id, entry)
    {
        reference r = {.id = id, .entry = entry};
        if (!is_kind(&r, kind)) {
            continue;
        }
        cases++;
        prepare(&r);
        compare_spectra(&r);
        compare_coefficients(&r);
        if (is_kind(&r, "ffst")) {
            compare_parseval(&r);
        } else {
            compare_dual(&r);
            compare_hard_threshold(&r);
        }
        release(&r);
    }
    return cases;
}

static void compact_shearlets_equal_shearlabs(void **state)
{
    (void)state;
    assert_int_equal(compare_all("shearlab2d"), 6);
}

static void meyer_shearlets_equal_those_of_ffst(void **state)
{
    (void)state;
    assert_int_equal(compare_all("ffst"), 5);
}

int main(void)
{
    skip_without_shared_data();
    json_error_t error;
    manifest = json_load_file(shared_path("refs/shearlets/manifest.json"), 0, &error);
    if (!manifest) {
        fprintf(stderr, "manifest.json, line %d: %s\n", error.line, error.text);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_shearlets_equal_shearlabs),
        cmocka_unit_test(meyer_shearlets_equal_those_of_ffst),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(manifest);
    return failed;
}
