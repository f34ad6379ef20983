/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "filters/fold.h"
#include "filters/fold_points.h"
#include "filters/fold_table.h"
#include "support/test.h"

#include <ondelet/wavelets.h>

#include <math.h>

/* The same random image as an interleaved plane and as a split one. */
typedef struct two_images {
    ond_complex *complex;
    float *split;
    ond_split_plane plane;
} two_images;

static two_images make_images(test_random *random, size_t height, size_t width)
{
    size_t gap = ond_lane_groups(width / 2) * OND_LANES - width / 2;
    size_t stride = 2 * ond_lane_groups(width + gap) * OND_LANES;
    two_images images = {
        .complex = ond_memory_allocate_zero(height * width, sizeof(ond_complex)),
        .split = ond_memory_allocate_zero(height * stride + OND_LANES, sizeof(float)),
    };
    images.plane = (ond_split_plane){images.split, height, width, stride, gap};
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            ond_complex z = {(float)random_normal(random), (float)random_normal(random)};
            images.complex[row * width + column] = z;
            size_t place = row * stride + column + (column < width / 2 ? 0 : gap);
            images.split[place] = z.re;
            images.split[place + stride / 2] = z.im;
        }
    }
    return images;
}

/* A stack whose sixteen images are one: every lane gets the bits that the strips have. */
static void compare_points(const ond_filter *filter, const two_images *images, const ond_fold_table *table)
{
    ond_split_plane plane = images->plane;
    ond_stacked_grid grid = {plane.height, plane.width, 2 * plane.width * OND_LANES, plane.width * OND_LANES};
    ond_fold_points *points = NULL;
    assert_ok(ond_fold_points_create(filter, grid, table->height, table->width, &points));
    float *stack = ond_memory_allocate(plane.height, grid.stride * sizeof *stack);
    float *column = ond_memory_allocate_zero(2 * table->height * OND_LANES, sizeof *column);
    float *strip = ond_memory_allocate_zero(2 * table->height * OND_LANES, sizeof *strip);
    for (size_t i = 0; i < plane.height * grid.stride; i++) {
        size_t c = i % grid.imaginary / OND_LANES;
        size_t place = c + (c < plane.width / 2 ? 0 : plane.gap);
        place += i % grid.stride / grid.imaginary * (plane.stride / 2);
        stack[i] = images->split[i / grid.stride * plane.stride + place];
    }
    for (size_t c = 0; c < table->width; c++) {
        ond_fold_column(points, c, stack, column);
        ond_fold_strip(table, c / OND_LANES, images->split, strip);
        for (size_t i = 0; i < 2 * table->height * OND_LANES; i++) {
            assert_true(column[i] == strip[i / OND_LANES * OND_LANES + c % OND_LANES]);
        }
    }
    ond_memory_free(stack);
    ond_memory_free(column);
    ond_memory_free(strip);
    ond_fold_points_destroy(points);
}

/* Values read from the mirror image are the same values. */
static void compare_mirrored(const ond_filter *filter, const ond_filter *mirror, const two_images *images,
                             const ond_fold_table *table)
{
    ond_fold_table *mirrored = NULL;
    assert_ok(ond_fold_table_create(filter, mirror, images->plane, table->height, table->width, &mirrored));
    assert_true(mirrored->mirrored == (mirrored->ahead > 0)); /* small tables keep their own */
    size_t count = 2 * table->height * OND_LANES;
    float *strips = ond_memory_allocate_zero(2 * count, sizeof *strips);
    for (size_t s = 0; s < table->strips; s++) {
        ond_fold_strip(table, s, images->split, strips);
        ond_fold_strip(mirrored, s, images->split, strips + count);
        assert_memory_equal(strips, strips + count, count * sizeof *strips);
    }
    ond_memory_free(strips);
    ond_fold_table_destroy(mirrored);
}

static const ond_filter *mirror_of(const ond_filters *bank, const ond_filter *filter)
{
    for (const ond_filter *other = bank->filters; other < filter; other++) {
        if (other->info.scale == filter->info.scale && ond_filter_mirrors(filter, other)) {
            return other;
        }
    }
    return NULL;
}

static void compare(const ond_filters *bank, size_t index, const two_images *images, size_t height, size_t width)
{
    const ond_filter *filter = &bank->filters[index];
    const ond_filter *mirror = mirror_of(bank, filter);
    ond_fold_table *table = NULL;
    assert_ok(ond_fold_table_create(filter, NULL, images->plane, height, width, &table));
    if (mirror) {
        compare_mirrored(filter, mirror, images, table);
    }
    ond_complex *wanted = ond_memory_allocate_zero(height * width, sizeof *wanted);
    float *strip = ond_memory_allocate_zero(2 * height * OND_LANES, sizeof *strip);
    ond_filter_fold(filter,
                    (ond_plane){images->complex, images->plane.height, images->plane.width, images->plane.width},
                    (ond_plane){wanted, height, width, width});
    for (size_t s = 0; s < table->strips; s++) {
        ond_fold_strip(table, s, images->split, strip);
        for (size_t row = 0; row < height; row++) {
            for (size_t lane = 0; lane < OND_LANES && s * OND_LANES + lane < width; lane++) {
                ond_complex z = wanted[row * width + s * OND_LANES + lane];
                /* up to sixteen terms, in another order */
                assert_true(fabsf(strip[row * OND_LANES + lane] - z.re) < 2e-6F);
                assert_true(fabsf(strip[(height + row) * OND_LANES + lane] - z.im) < 2e-6F);
            }
        }
    }
    compare_points(filter, images, table);
    ond_memory_free(wanted);
    ond_memory_free(strip);
    ond_fold_table_destroy(table);
}

static void tables_fold_as_filters_do(void **state)
{
    (void)state;
    test_random random = {4};
    static const size_t grids[][2] = {{40, 56}, {80, 68}, {36, 24}, {196, 168}, {164, 204}}; /* two are not small */
    for (size_t g = 0; g < sizeof grids / sizeof grids[0]; g++) {
        ond_morlet_config config = ond_morlet_config_default();
        config.scales = 2;
        config.height = (int)grids[g][0];
        config.width = (int)grids[g][1];
        ond_filters *bank = NULL;
        assert_ok(ond_morlet_create(&config, &bank));
        for (size_t level = 0; level < 2; level++) { /* of the image; the plane's is 0, 1 or 2 more */
            two_images images = make_images(&random, grids[g][0] >> level, grids[g][1] >> level);
            for (size_t filter = 0; filter < bank->count; filter++) {
                for (size_t more = 0; more + level <= 2; more++) {
                    compare(bank, filter, &images, images.plane.height >> more, images.plane.width >> more);
                }
            }
            ond_memory_free(images.complex);
            ond_memory_free(images.split);
        }
        ond_filters_destroy(bank);
    }
}

/* Those of Morlet wavelets at angles θ and −θ, and no others. */
static void mirror_images_are_found(void **state)
{
    (void)state;
    static const int grids[][2] = {{64, 64}, {75, 81}, {48, 90}};
    for (size_t g = 0; g < sizeof grids / sizeof grids[0]; g++) {
        ond_morlet_config config = ond_morlet_config_default();
        config.height = grids[g][0];
        config.width = grids[g][1];
        ond_filters *bank = NULL;
        assert_ok(ond_morlet_create(&config, &bank));
        for (size_t i = 0; i + 1 < bank->count; i++) {
            const ond_filter *filter = &bank->filters[i];
            const ond_filter *mirror = mirror_of(bank, filter);
            bool wanted = filter->info.angle_rad < 0 && filter->info.angle_rad > -1.5;
            assert_true(wanted == (mirror != NULL));
            assert_true(!mirror || fabs(mirror->info.angle_rad + filter->info.angle_rad) < 1e-12);
        }
        ond_filters_destroy(bank);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mirror_images_are_found),
        cmocka_unit_test(tables_fold_as_filters_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
