/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <malloc.h>
#include <math.h>
#include <string.h>

static ond_scattering *make(int scales, int orientations, const ond_scattering_config *config)
{
    ond_morlet_config bank = ond_morlet_config_default();
    bank.scales = scales;
    bank.orientations = orientations;
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    assert_ok(ond_morlet_create(&bank, &filters));
    assert_ok(ond_scattering_create(filters, config, &scattering));
    ond_filters_destroy(filters); /* shared by the plan */
    return scattering;
}

static ond_scattering *make_padded(int scales, int orientations, int order, ond_padding padding)
{
    ond_scattering_config config = ond_scattering_config_default();
    config.order = order;
    config.padding = padding;
    return make(scales, orientations, &config);
}

static void paths_are_numbered_like_kymatios(void **state)
{
    (void)state;
    enum { J = 3, L = 5 };
    ond_scattering *scattering = make_padded(J, L, 2, OND_PADDING_REFLECT);
    assert_int_equal(ond_scattering_paths(scattering), 1 + L * J + L * L * J * (J - 1) / 2);
    for (size_t channel = 0; channel < ond_scattering_paths(scattering); channel++) {
        ond_scattering_path path = ond_scattering_path_at(scattering, channel);
        if (path.order == 1) {
            assert_int_equal(channel, 1 + path.scale[0] * L + path.orientation[0]);
        }
        if (path.order == 2) {
            int before = 0;
            for (int j = 0; j < path.scale[0]; j++) {
                before += J - 1 - j;
            }
            int wanted = 1 + L * J + L * L * before + path.orientation[0] * L * (J - 1 - path.scale[0])
                         + (path.scale[1] - path.scale[0] - 1) * L + path.orientation[1];
            assert_int_equal(channel, wanted);
            assert_int_equal(path.parent, 1 + path.filter[0]);
        }
    }
    ond_scattering_destroy(scattering);
}

static void deeper_orders_have_as_many_paths_as_the_book_says(void **state)
{
    (void)state;
    enum { J = 5, L = 2 };
    size_t wanted[] = {1, 1 + 10, 11 + 40, 51 + 80, 131 + 80}; /* Σ L^m (J choose m) */
    for (int order = 0; order <= 4; order++) {
        ond_scattering *scattering = make_padded(J, L, order, OND_PADDING_REFLECT);
        assert_int_equal(ond_scattering_paths(scattering), wanted[order]);
        ond_scattering_destroy(scattering);
    }
}

static void geometry_holds_the_image_and_its_outputs(void **state)
{
    (void)state;
    for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_PERIODIC; padding++) {
        ond_scattering *scattering = make_padded(3, 2, 1, (ond_padding)padding);
        for (size_t size = 8; size < 90; size++) {
            ond_scattering_geometry g;
            assert_ok(ond_scattering_describe(scattering, size, 8, &g));
            bool kymatio = padding == OND_PADDING_KYMATIO;
            assert_int_equal(g.output_height, kymatio ? size / 8 : (size + 7) / 8);
            assert_int_equal(g.stride, 8);
            assert_true(g.padded_height >= size && (padding == OND_PADDING_PERIODIC || g.padded_height % 8 == 0));
            assert_true(g.first_row >= 0 && (size_t)g.first_row + 8 * (g.output_height - 1) < size);
        }
        ond_scattering_destroy(scattering);
    }
}

/* A period of 2^J lies between the outer outputs and the ends of the padded axis, and of zeros around the image. */
static void padding_is_a_period_or_more(void **state)
{
    (void)state;
    for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_ZERO; padding += OND_PADDING_ZERO) {
        ond_scattering *scattering = make_padded(5, 2, 1, (ond_padding)padding);
        for (size_t size = 32; size < 300; size++) {
            ond_scattering_geometry g;
            assert_ok(ond_scattering_describe(scattering, size, 1024, &g));
            assert_true(g.padded_height >= (g.output_height + 1) * 32);
            assert_true(padding != OND_PADDING_ZERO || g.padded_height >= size + 32);
            assert_int_equal(g.padded_width, (padding == OND_PADDING_ZERO ? 35 : 33) * 32); /* 34 = 2 · 17 is dear */
        }
        ond_scattering_destroy(scattering);
    }
}

static void shapes_follow_the_leading_axes(void **state)
{
    (void)state;
    test_random random = {5};
    ond_scattering *scattering = make_padded(2, 4, 2, OND_PADDING_REFLECT);
    size_t shape[4] = {2, 3, 20, 17};
    ond_array images = random_array(&random, 4, shape);
    ond_array features = {0};
    assert_ok(ond_scattering_apply(scattering, &images, &features));
    size_t wanted[5] = {2, 3, 25, 5, 5};
    assert_int_equal(features.rank, 5);
    assert_memory_equal(features.shape, wanted, sizeof wanted);
    ond_array image = ond_array_view(images.data, 2, shape + 2);
    float place[25 * 25];
    ond_array borrowed = ond_array_view(place, 3, wanted + 2);
    assert_ok(ond_scattering_apply(scattering, &image, &borrowed));
    assert_memory_equal(place, features.data, sizeof place);
    borrowed.shape[0] = 24;
    assert_fails(OND_ERROR_SHAPE, "24 x 5 x 5", ond_scattering_apply(scattering, &image, &borrowed));
    ond_array_free(&images);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
}

static void global_averaging_is_the_mean_of_the_image(void **state)
{
    (void)state;
    test_random random = {6};
    ond_scattering_config config = ond_scattering_config_default();
    config.averaging = OND_AVERAGING_GLOBAL;
    config.order = 1;
    for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_PERIODIC; padding++) {
        config.padding = (ond_padding)padding;
        ond_scattering *scattering = make(2, 3, &config);
        ond_array image = random_array(&random, 2, (size_t[2]){19, 24});
        ond_array features = {0};
        assert_ok(ond_scattering_apply(scattering, &image, &features));
        double mean = 0;
        for (size_t i = 0; i < 19 * 24; i++) {
            mean += (double)image.data[i] / (19 * 24);
        }
        assert_int_equal(ond_array_count(&features), 7);
        assert_true(fabs((double)features.data[0] - mean) < 1e-6);
        ond_array_free(&image);
        ond_array_free(&features);
        ond_scattering_destroy(scattering);
    }
}

static void logarithm_and_normalization_are_what_they_say(void **state)
{
    (void)state;
    test_random random = {7};
    ond_scattering_config config = ond_scattering_config_default();
    ond_array image = random_array(&random, 2, (size_t[2]){32, 32});
    ond_array plain = {0};
    ond_array changed = {0};
    ond_scattering *scattering = make(3, 2, &config);
    assert_ok(ond_scattering_apply(scattering, &image, &plain));
    ond_scattering_destroy(scattering);
    config.log = 1;
    config.normalize = 1;
    config.log_floor = 1e-3;
    scattering = make(3, 2, &config);
    assert_ok(ond_scattering_apply(scattering, &image, &changed));
    size_t samples = plain.shape[1] * plain.shape[2];
    for (size_t i = 0; i < ond_array_count(&plain); i++) {
        ond_scattering_path path = ond_scattering_path_at(scattering, i / samples);
        double value = (double)plain.data[i];
        if (path.order == 2) {
            value /= (double)plain.data[path.parent * samples + i % samples] + 1e-3;
        }
        double wanted = path.order > 0 ? log(fmax(value, 0) + 1e-3) : value;
        assert_true(fabs((double)changed.data[i] - wanted) < 1e-4);
    }
    ond_array_free(&image);
    ond_array_free(&plain);
    ond_array_free(&changed);
    ond_scattering_destroy(scattering);
}

typedef struct walk {
    const ond_array *features;
    size_t visited;
    bool seen[64];
} walk;

static ond_status compare_step(void *context, const ond_scattering_step *step)
{
    walk *w = context;
    assert_true(step->channel == 0 || w->seen[step->path.parent]);
    w->seen[step->channel] = true;
    w->visited++;
    ond_array wanted = ond_array_item(w->features, step->channel);
    for (size_t i = 0; i < ond_array_count(&wanted); i++) { /* sums in another order */
        assert_true(fabsf(step->averaged.data[i] - wanted.data[i]) <= 2e-6F * fabsf(wanted.data[i]) + 1e-7F);
    }
    assert_int_equal(step->propagated.rank, 2);
    for (size_t i = 0; step->channel > 0 && i < ond_array_count(&step->propagated); i++) {
        assert_true(step->propagated.data[i] >= 0);
    }
    return w->visited == 20 ? OND_ERROR_UNSUPPORTED : OND_OK;
}

static void visitor_sees_every_path_after_its_parent_and_can_stop(void **state)
{
    (void)state;
    test_random random = {8};
    ond_scattering *scattering = make_padded(3, 2, 2, OND_PADDING_REFLECT); /* 19 paths */
    ond_array image = random_array(&random, 2, (size_t[2]){30, 33});
    ond_array features = {0};
    assert_ok(ond_scattering_apply(scattering, &image, &features));
    walk w = {.features = &features};
    assert_ok(ond_scattering_visit(scattering, &image, compare_step, &w));
    assert_int_equal(w.visited, 19);
    assert_int_equal(ond_scattering_visit(scattering, &image, compare_step, &w), OND_ERROR_UNSUPPORTED);
    assert_int_equal(w.visited, 20);
    ond_array_free(&image);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
}

static void bad_images_are_named(void **state)
{
    (void)state;
    ond_scattering *scattering = make_padded(3, 2, 2, OND_PADDING_REFLECT);
    ond_array features = {0};
    ond_array images = {0};
    size_t small[2] = {7, 20};
    assert_ok(ond_array_resize(&images, 2, small));
    memset(images.data, 0, 140 * sizeof(float));
    assert_fails(OND_ERROR_SHAPE, "2^3 = 8 is larger than the image's side of 7 pixels",
                 ond_scattering_apply(scattering, &images, &features));
    size_t three[3] = {3, 9, 8};
    assert_ok(ond_array_resize(&images, 3, three));
    memset(images.data, 0, 216 * sizeof(float));
    images.data[72 + 8 + 3] = NAN;
    images.data[144] = INFINITY;
    for (int threads = 1; threads <= 3; threads++) {
        assert_ok(ond_threads_set(threads));
        assert_fails(OND_ERROR_ARGUMENT, "image 1 holds nan at row 1, column 3",
                     ond_scattering_apply(scattering, &images, &features));
    }
    assert_ok(ond_threads_set(1));
    images.data[72 + 8 + 3] = 3e38f;
    images.data[72 + 8 + 4] = -3e38f;
    images.data[144] = 0;
    assert_fails(OND_ERROR_ARGUMENT, "overflows", ond_scattering_apply(scattering, &images, &features));
    ond_array empty = {0};
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_scattering_apply(scattering, &empty, &features));
    ond_array_free(&images);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
    ond_scattering_destroy(NULL);
}

static void ten_sizes_take_turns_in_one_plan(void **state)
{
    (void)state;
    test_random random = {9};
    ond_scattering *scattering = make_padded(2, 2, 1, OND_PADDING_REFLECT);
    for (size_t turn = 0; turn < 3; turn++) {
        for (size_t size = 16; size < 26; size++) {
            ond_array image = random_array(&random, 2, (size_t[2]){size, size});
            ond_array features = {0};
            assert_ok(ond_scattering_apply(scattering, &image, &features));
            assert_int_equal(features.shape[1], (size + 3) / 4);
            ond_array_free(&image);
            ond_array_free(&features);
        }
    }
    ond_scattering_destroy(scattering);
}

/* The finest scale of a bank need not be 0: layer 1 then still has the finest resolution. */
static void banks_may_start_at_a_coarser_scale(void **state)
{
    (void)state;
    test_random random = {10};
    size_t shape[3] = {3, 32, 32};
    ond_array spectra = random_array(&random, 3, shape);
    ond_filter_info infos[3] = {
        {.scale = 1, .one_sided = true},
        {.scale = 3, .subsampling = 2, .one_sided = true},
        {.kind = OND_FILTER_LOW_PASS, .scale = 4},
    };
    for (size_t i = 0; i < ond_array_count(&spectra); i++) {
        spectra.data[i] = fabsf(spectra.data[i]) + 0.1f; /* no symmetry, so that the low-pass is not separable */
    }
    ond_scattering_config config = ond_scattering_config_default();
    config.padding = OND_PADDING_PERIODIC;
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array image = random_array(&random, 2, shape + 1);
    ond_array first = {0};
    ond_array second = {0};
    assert_ok(ond_filters_create("coarse", &spectra, infos, &filters));
    assert_ok(ond_scattering_create(filters, &config, &scattering));
    assert_ok(ond_scattering_apply(scattering, &image, &first));
    config.oversampling = 4; /* every layer at full resolution: the same samples, but for aliasing at order 2 */
    ond_scattering_destroy(scattering);
    assert_ok(ond_scattering_create(filters, &config, &scattering));
    assert_ok(ond_scattering_apply(scattering, &image, &second));
    assert_int_equal(first.shape[0], 4);
    for (size_t i = 0; i < first.shape[1] * first.shape[2]; i++) {
        size_t place = (i / first.shape[2] * 32 + i % first.shape[2]) * 16;
        float wanted = second.data[1 * 1024 + place];
        assert_true(fabsf(first.data[first.shape[1] * first.shape[2] + i] - wanted) < 1e-4f * fabsf(wanted) + 1e-5f);
    }
    ond_array_free(&spectra);
    ond_array_free(&image);
    ond_array_free(&first);
    ond_array_free(&second);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

/* Bytes in use, or 0 where nobody counts them. */
static size_t bytes_in_use(void)
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/* At 576 x 576, as 512 x 512 is padded, the spectra of 40 filters take 20 MB and the planes of one worker 8 MB. */
static void a_plan_is_little_more_than_its_bank(void **state)
{
    (void)state;
    test_random random = {5};
    size_t shape[] = {512, 512};
    ond_scattering *scattering = make(5, 8, NULL);
    ond_array image = random_array(&random, 2, shape);
    ond_array features = {0};
    size_t before = bytes_in_use();
    assert_ok(ond_scattering_apply(scattering, &image, &features));
    size_t bytes = bytes_in_use() - before;
    ond_array_free(&image);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
    if (before == 0) {
        skip();
    }
    assert_true(bytes > 20000000 && bytes < 36000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_numbered_like_kymatios),
        cmocka_unit_test(deeper_orders_have_as_many_paths_as_the_book_says),
        cmocka_unit_test(geometry_holds_the_image_and_its_outputs),
        cmocka_unit_test(padding_is_a_period_or_more),
        cmocka_unit_test(shapes_follow_the_leading_axes),
        cmocka_unit_test(global_averaging_is_the_mean_of_the_image),
        cmocka_unit_test(logarithm_and_normalization_are_what_they_say),
        cmocka_unit_test(visitor_sees_every_path_after_its_parent_and_can_stop),
        cmocka_unit_test(bad_images_are_named),
        cmocka_unit_test(banks_may_start_at_a_coarser_scale),
        cmocka_unit_test(ten_sizes_take_turns_in_one_plan),
        cmocka_unit_test(a_plan_is_little_more_than_its_bank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
