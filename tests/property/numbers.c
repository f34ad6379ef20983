/* SPDX-License-Identifier: BSD-3-Clause */
/* Odd numbers through every public transform: what comes out is finite, or the error says which number was wrong. */
#include "support/support.h"
#include "support/test.h"

#include <ondelet/ondelet.h>

#include <float.h>
#include <math.h>
#include <string.h>

enum { SIDE = 32, MOST = SIDE * SIDE };

typedef ond_status (*transform)(const ond_array *image, ond_array *result);

static ond_status scatter(const ond_array *image, ond_array *result)
{
    ond_morlet_config config = ond_morlet_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    config.scales = image->shape[0] < 4 || image->shape[1] < 4 ? 1 : 2;
    config.orientations = 3;
    ond_status status = ond_morlet_create(&config, &filters);
    status = status ? status : ond_scattering_create(filters, NULL, &scattering);
    status = status ? status : ond_scattering_apply(scattering, image, result);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
    return status;
}

static ond_status measure(const ond_array *image, ond_array *result)
{
    ond_morlet_config morlet = ond_morlet_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_scattering_energy energy = {0};
    morlet.scales = 1;
    ond_status status = ond_morlet_create(&morlet, &filters);
    status = status ? status : ond_scattering_create(filters, NULL, &scattering);
    status = status ? status : ond_scattering_measure_energy(scattering, image, &energy);
    status = status ? status : ond_array_resize(result, 1, (size_t[1]){4});
    if (status == OND_OK) {
        double energies[4] = {energy.image, energy.averaged[0], energy.discarded, energy.propagated};
        for (int i = 0; i < 4; i++) {
            result->data[i] = isfinite(energies[i]) ? 1 : NAN; /* squares: larger than float's range */
        }
    }
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
    return status;
}

static ond_status shear(const ond_array *image, ond_array *result)
{
    ond_shearlet_config config = ond_shearlet_config_default();
    ond_filters *filters = NULL;
    config.scales = 2;
    config.height = (int)image->shape[0];
    config.width = (int)image->shape[1];
    ond_status status = ond_shearlet_create(&config, &filters);
    status = status ? status : ond_filters_analysis(filters, image, result);
    ond_filters_destroy(filters);
    return status;
}

static ond_status decompose(const ond_array *image, ond_array *result)
{
    ond_dwt *dwt = NULL;
    ond_status status = ond_dwt_create(NULL, image->shape[0], image->shape[1], &dwt);
    status = status ? status : ond_dwt_analysis(dwt, image, result);
    ond_dwt_destroy(dwt);
    return status;
}

static ond_status threshold(const ond_array *image, ond_array *result)
{
    ond_separable_config config = {2, 0, 0};
    ond_threshold_config rule = ond_threshold_config_default();
    ond_filters *filters = NULL;
    rule.value = 0.1;
    ond_status status = ond_separable_create(&config, &filters);
    status = status ? status : ond_threshold(filters, image, &rule, result, NULL);
    ond_filters_destroy(filters);
    return status;
}

static ond_status inpaint(const ond_array *image, ond_array *result)
{
    ond_separable_config config = {2, 0, 0};
    ond_inpaint_config few = ond_inpaint_config_default();
    ond_filters *filters = NULL;
    float known[MOST];
    size_t shape[2] = {image->shape[0], image->shape[1]};
    few.iterations = 5;
    for (size_t i = 0; i < MOST; i++) {
        known[i] = i % 3 != 2; /* not the places of bad numbers, which are then an error */
    }
    ond_array mask = ond_array_view(known, 2, shape);
    ond_status status = ond_separable_create(&config, &filters);
    status = status ? status : ond_inpaint(filters, image, &mask, &few, result);
    ond_filters_destroy(filters);
    return status;
}

static ond_status denoise(const ond_array *image, ond_array *result)
{
    return ond_denoise(image, NULL, result, NULL);
}

static ond_status find_edges(const ond_array *image, ond_array *result)
{
    ond_edge_map map = {0};
    ond_status status = ond_edges(image, NULL, NULL, &map);
    status = status ? status : ond_array_resize(result, 2, map.strength.shape);
    if (status == OND_OK) {
        memcpy(result->data, map.strength.data, ond_array_count(result) * sizeof(float));
    }
    ond_edge_map_free(&map);
    return status;
}

static ond_status code(const ond_array *image, ond_array *result)
{
    test_random random = {5};
    ond_array atoms = random_array(&random, 4, (size_t[4]){4, 1, 3, 3});
    ond_dictionary *dictionary = NULL;
    ond_status status = ond_dictionary_create(&atoms, 1, OND_BORDER_CIRCULAR, &dictionary);
    const ond_dictionary *layers[1] = {dictionary};
    status = status ? status : ond_pursuit(layers, 1, image, NULL, NULL, result, NULL);
    ond_dictionary_destroy(dictionary);
    ond_array_free(&atoms);
    return status;
}

static ond_status extract(const ond_array *image, ond_array *result)
{
    ond_extractor_config config = ond_extractor_config_default();
    ond_extractor *extractor = NULL;
    config.morlet.scales = 1;
    config.morlet.orientations = 2;
    ond_status status = ond_extractor_create(&config, &extractor);
    status = status ? status : ond_extractor_apply(extractor, image, result);
    ond_extractor_destroy(extractor);
    return status;
}

/* A head trained on ordinary numbers decides on odd ones. */
static ond_status decide(const ond_array *image, ond_array *result)
{
    test_random random = {6};
    ond_array samples = random_array(&random, 2, (size_t[2]){12, image->shape[1]});
    float classes[12] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    ond_array labels = ond_array_view(classes, 1, (size_t[1]){12});
    ond_head_config config = ond_head_config_default();
    ond_head *head = NULL;
    config.kind = OND_HEAD_RIDGE;
    ond_status status = ond_head_fit(&samples, &labels, &config, NULL, &head);
    status = status ? status : ond_head_predict(head, image, result);
    ond_head_destroy(head);
    ond_array_free(&samples);
    return status;
}

static ond_status smooth(const ond_array *image, ond_array *result)
{
    return ond_smooth_part(image, 5, result);
}

static ond_status resize(const ond_array *image, ond_array *result)
{
    return ond_image_resize(image, 13, 50, result);
}

static const struct {
    const char *name;
    transform run;
} transforms[] = {
    {"scattering", scatter}, {"shearlets", shear},  {"dwt", decompose},  {"threshold", threshold}, {"inpaint", inpaint},
    {"denoise", denoise},    {"edges", find_edges}, {"pursuit", code},   {"extractor", extract},   {"head", decide},
    {"smooth part", smooth}, {"resize", resize},    {"energy", measure},
};

enum { TRANSFORMS = sizeof transforms / sizeof transforms[0] };

static float ramp(size_t i)
{
    return (float)(i * 37 % 101) / 100;
}

/* The kinds of image that the transforms must take. */
static float plain_sample(int kind, size_t i)
{
    switch (kind) {
    case 0:
        return 0;
    case 1:
        return 0.3F;
    case 2:
        return -1e6F;
    case 3:
        return 1e6F * ramp(i);
    case 4:
        return FLT_MIN * ramp(i); /* denormals */
    case 5:
        return FLT_TRUE_MIN;
    case 6:
        return 65535 * ramp(i);
    case 7:
        return i == 40 ? 1e6F : 0;
    case 8:
        return 1e6F + ramp(i); /* a small signal on a large constant */
    case 9:
        return ramp(i) - 0.5F;
    case 10:
        return i % 2 ? 1e15F : -1e15F;
    default:
        return 1e-20F * ramp(i);
    }
}

enum { PLAIN_KINDS = 12 };

static void expect_finite(const char *name, int kind, const ond_array *result)
{
    for (size_t i = 0; i < ond_array_count(result); i++) {
        if (!isfinite(result->data[i])) {
            fail_msg("%s of numbers of kind %d: element %zu is %g", name, kind, i, (double)result->data[i]);
        }
    }
}

static void finite_numbers_give_finite_results(void **state)
{
    (void)state;
    static float samples[MOST];
    for (size_t t = 0; t < TRANSFORMS; t++) {
        for (int kind = 0; kind < PLAIN_KINDS; kind++) {
            for (size_t i = 0; i < MOST; i++) {
                samples[i] = plain_sample(kind, i);
            }
            ond_array image = ond_array_view(samples, 2, (size_t[2]){SIDE, SIDE});
            ond_array result = {0};
            if (transforms[t].run(&image, &result)) {
                fail_msg("%s of numbers of kind %d: %s", transforms[t].name, kind, ond_error_message());
            }
            expect_finite(transforms[t].name, kind, &result);
            ond_array_free(&result);
        }
    }
}

static void numbers_that_are_none_are_named(void **state)
{
    (void)state;
    static float samples[MOST];
    const float bad[] = {NAN, INFINITY, -INFINITY};
    const size_t places[] = {0, 3 * SIDE + 7, MOST - 1};
    for (size_t t = 0; t < TRANSFORMS; t++) {
        for (size_t k = 0; k < 9; k++) {
            for (size_t i = 0; i < MOST; i++) {
                samples[i] = ramp(i);
            }
            samples[places[k / 3]] = bad[k % 3];
            ond_array image = ond_array_view(samples, 2, (size_t[2]){SIDE, SIDE});
            ond_array result = {0};
            ond_status status = transforms[t].run(&image, &result);
            const char *word = isnan(bad[k % 3]) ? "nan" : "inf";
            if (status != OND_ERROR_ARGUMENT || !strstr(ond_error_message(), word)) {
                fail_msg("%s of %s: %s: %s", transforms[t].name, word, ond_status_name(status), ond_error_message());
            }
            ond_array_free(&result);
        }
    }
}

/* Near the end of the range: an error that says so, or a finite result. */
static void huge_numbers_do_not_become_infinities(void **state)
{
    (void)state;
    static float samples[MOST];
    for (size_t t = 0; t < TRANSFORMS; t++) {
        for (int sign = 0; sign < 2; sign++) {
            for (size_t i = 0; i < MOST; i++) {
                samples[i] = sign && i % 2 ? -FLT_MAX : FLT_MAX * (0.5F + ramp(i) / 2);
            }
            ond_array image = ond_array_view(samples, 2, (size_t[2]){SIDE, SIDE});
            ond_array result = {0};
            ond_status status = transforms[t].run(&image, &result);
            if (status == OND_OK) {
                expect_finite(transforms[t].name, -1, &result);
            } else if (status != OND_ERROR_ARGUMENT) {
                fail_msg("%s of huge numbers: %s: %s", transforms[t].name, ond_status_name(status),
                         ond_error_message());
            }
            ond_array_free(&result);
        }
    }
}

static void images_of_one_row_or_column_or_pixel(void **state)
{
    (void)state;
    static float samples[MOST];
    const size_t shapes[][2] = {{1, 1}, {1, 2}, {2, 1}, {1, 31}, {31, 1}, {2, 2}, {3, 17}};
    for (size_t i = 0; i < MOST; i++) {
        samples[i] = ramp(i);
    }
    for (size_t t = 0; t < TRANSFORMS; t++) {
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            ond_array image = ond_array_view(samples, 2, shapes[s]);
            ond_array result = {0};
            ond_status status = transforms[t].run(&image, &result);
            if (status == OND_OK) {
                expect_finite(transforms[t].name, (int)s, &result);
            } else if (status != OND_ERROR_SHAPE || !ond_error_message()[0]) {
                fail_msg("%s of %zu x %zu: %s: %s", transforms[t].name, shapes[s][0], shapes[s][1],
                         ond_status_name(status), ond_error_message());
            }
            ond_array_free(&result);
        }
    }
}

static double largest_difference(const ond_array *a, const ond_array *b)
{
    double largest = 0;
    for (size_t i = 0; i < ond_array_count(a); i++) {
        largest = fmax(largest, fabs((double)a->data[i] - (double)b->data[i]));
    }
    return largest;
}

/* The same picture as bytes, as 16-bit samples (v 257) and as floats. */
static void depths_give_the_same_features_and_edges(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    static uint16_t words[MOST];
    static float floats[MOST];
    for (size_t i = 0; i < MOST; i++) {
        bytes[i] = (uint8_t)(i * i % 251);
        words[i] = (uint16_t)(257 * bytes[i]);
        floats[i] = (float)bytes[i] / 255;
    }
    ond_image_view views[3] = {{.data = bytes, .type = OND_SAMPLE_U8, .height = SIDE, .width = SIDE},
                               {.data = words, .type = OND_SAMPLE_U16, .height = SIDE, .width = SIDE},
                               {.data = floats, .type = OND_SAMPLE_F32, .height = SIDE, .width = SIDE}};
    const transform compared[] = {scatter, find_edges, shear};
    for (size_t t = 0; t < sizeof compared / sizeof compared[0]; t++) {
        ond_array results[3] = {{0}, {0}, {0}};
        for (int i = 0; i < 3; i++) {
            ond_array image = {0};
            assert_ok(ond_image_view_read(&views[i], &image));
            assert_ok(compared[t](&image, &results[i]));
            ond_array_free(&image);
        }
        assert_true(largest_difference(&results[0], &results[1]) <= 1e-6);
        assert_true(largest_difference(&results[0], &results[2]) <= 1e-6);
        for (int i = 0; i < 3; i++) {
            ond_array_free(&results[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finite_numbers_give_finite_results),
        cmocka_unit_test(numbers_that_are_none_are_named),
        cmocka_unit_test(huge_numbers_do_not_become_infinities),
        cmocka_unit_test(images_of_one_row_or_column_or_pixel),
        cmocka_unit_test(depths_give_the_same_features_and_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
