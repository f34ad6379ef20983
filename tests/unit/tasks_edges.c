/* SPDX-License-Identifier: BSD-3-Clause */
/* Edges of shapes whose borders are known. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 160, PIXELS = SIDE * SIDE, FINE = 8 };

static const double pi = 3.14159265358979323846;
static const size_t shape[2] = {SIDE, SIDE};

typedef enum figure_kind { CIRCLE, ELLIPSE, POLYGON } figure_kind;

/* A figure around the middle of the image. */
typedef struct figure {
    figure_kind kind;
    double size, turn; /* radius, or half axes size and size/2; rotation */
} figure;

static const double middle = (SIDE - 1) / 2.0 + 0.23;

static void to_own(const figure *f, double row, double column, double own[2])
{
    double y = row - middle, x = column - middle;
    own[0] = y * cos(f->turn) + x * sin(f->turn);
    own[1] = -y * sin(f->turn) + x * cos(f->turn);
}

enum { CORNERS = 5 };

static void corner(const figure *f, int i, double at[2])
{
    at[0] = f->size * cos(2 * pi * i / CORNERS);
    at[1] = f->size * sin(2 * pi * i / CORNERS);
}

/* Signed distance (negative inside) and the direction across the border nearest to a point, in the figure's own axes.
 */
static double distance_to(const figure *f, const double p[2], double *normal)
{
    if (f->kind == CIRCLE) {
        *normal = atan2(p[1], p[0]);
        return hypot(p[0], p[1]) - f->size;
    }
    double nearest = 1e9, inside = -1;
    enum { PARTS = 2000 };
    for (int i = 0; i < (f->kind == POLYGON ? CORNERS : PARTS); i++) {
        double a[2], b[2];
        if (f->kind == POLYGON) {
            corner(f, i, a);
            corner(f, i + 1, b);
        } else {
            double t = 2 * pi * i / PARTS, u = 2 * pi * (i + 1) / PARTS;
            a[0] = f->size * cos(t), a[1] = f->size / 2 * sin(t);
            b[0] = f->size * cos(u), b[1] = f->size / 2 * sin(u);
        }
        double d[2] = {b[0] - a[0], b[1] - a[1]}, q[2] = {p[0] - a[0], p[1] - a[1]};
        double t = fmin(fmax((q[0] * d[0] + q[1] * d[1]) / (d[0] * d[0] + d[1] * d[1]), 0), 1);
        double distance = hypot(q[0] - t * d[0], q[1] - t * d[1]);
        if (d[0] * q[1] - d[1] * q[0] < 0) {
            inside = 1;
        }
        if (distance < nearest) {
            nearest = distance;
            *normal = atan2(-d[0], d[1]);
        }
    }
    return inside * nearest;
}

static double coverage(const figure *f, int row, int column)
{
    int inside = 0;
    for (int i = 0; i < FINE * FINE; i++) {
        double own[2], half = 0.5 - 0.5 / FINE;
        to_own(f, row - half + (double)(i / FINE) / FINE, column - half + (double)(i % FINE) / FINE, own);
        double ratio = own[0] * own[0] / (f->size * f->size) + own[1] * own[1] / (f->size * f->size / 4);
        bool in = f->kind == ELLIPSE && ratio < 1;
        if (f->kind == CIRCLE) {
            in = hypot(own[0], own[1]) < f->size;
        } else if (f->kind == POLYGON) {
            in = true;
            for (int k = 0; k < CORNERS; k++) {
                double a[2], b[2];
                corner(f, k, a);
                corner(f, k + 1, b);
                in = in && (b[0] - a[0]) * (own[1] - a[1]) - (b[1] - a[1]) * (own[0] - a[0]) > 0;
            }
        }
        inside += in;
    }
    return (double)inside / (FINE * FINE);
}

/* The figure with white noise, 20 dB below the picture's variance. */
static void draw(const figure *f, bool noisy, float *pixels)
{
    test_random random = {77};
    double sum = 0, squares = 0;
    for (int i = 0; i < PIXELS; i++) {
        double value = 0.25 + 0.5 * coverage(f, i / SIDE, i % SIDE);
        pixels[i] = (float)value;
        sum += value;
        squares += value * value;
    }
    double deviation = sqrt(squares / PIXELS - sum / PIXELS * sum / PIXELS);
    for (int i = 0; i < PIXELS && noisy; i++) {
        pixels[i] += (float)(0.1 * deviation * random_normal(&random));
    }
}

typedef struct found {
    ond_edge_map map;
    ond_array binary;
    ond_contours contours;
} found;

static void find(const float *pixels, size_t height, size_t width, const ond_edge_config *config, found *result)
{
    float *copy = malloc(height * width * sizeof *copy);
    memcpy(copy, pixels, height * width * sizeof *copy);
    ond_array image = ond_array_view(copy, 2, (size_t[]){height, width});
    assert_ok(ond_edges(&image, config, NULL, &result->map));
    assert_ok(ond_edge_select(&result->map, &result->binary));
    assert_ok(ond_edge_trace(&result->map, &result->binary, &result->contours));
    free(copy);
}

static void release(found *result)
{
    ond_edge_map_free(&result->map);
    ond_array_free(&result->binary);
    ond_contours_free(&result->contours);
    *result = (found){0};
}

static double angle_between(double a, double b)
{
    double turn = fabs(remainder(a - b, pi));
    return turn;
}

/* Mean errors of a figure's contour; corners are left out of the direction, where there is none. */
static void check_figure(const figure *f, bool noisy)
{
    static float pixels[PIXELS];
    found result = {0};
    draw(f, noisy, pixels);
    find(pixels, SIDE, SIDE, NULL, &result);
    double position = 0, direction = 0, straight = 0;
    for (size_t i = 0; i < result.contours.point_count; i++) {
        const ond_contour_point *point = &result.contours.points[i];
        double own[2], normal = 0;
        to_own(f, (double)point->row, (double)point->column, own);
        position += fabs(distance_to(f, own, &normal));
        double nearest = 1e9;
        for (int k = 0; k < CORNERS && f->kind == POLYGON; k++) {
            double at[2];
            corner(f, k, at);
            nearest = fmin(nearest, hypot(own[0] - at[0], own[1] - at[1]));
        }
        if (nearest > 10) {
            direction += angle_between((double)point->normal_rad, normal + f->turn);
            straight++;
        }
    }
    position /= (double)result.contours.point_count;
    direction *= 180 / pi / straight;
    double length = f->kind == CIRCLE    ? 2 * pi * f->size
                    : f->kind == ELLIPSE ? 4.844 * f->size
                                         : 2 * CORNERS * f->size * sin(pi / CORNERS);
    double share = (double)result.contours.point_count / length;
    if (position > 0.3 || direction > 3 || share < 0.75 || share > 1.05 || result.contours.count > 3 * CORNERS) {
        fail_msg("figure %d of size %g, turned by %g: position %.3f px, direction %.2f degrees, %zu contours of %zu "
                 "points, length %.0f",
                 f->kind, f->size, f->turn, position, direction, result.contours.count, result.contours.point_count,
                 length);
    }
    release(&result);
}

static void borders_are_found_where_they_are(void **state)
{
    (void)state;
    for (int noisy = 0; noisy < 2; noisy++) {
        for (double size = 20; size <= 60; size += 20) {
            check_figure(&(figure){CIRCLE, size, 0}, noisy);
            check_figure(&(figure){POLYGON, size, 0.3}, noisy);
        }
        check_figure(&(figure){ELLIPSE, 60, 0.7}, noisy);
    }
}

static void turning_the_picture_turns_the_edges(void **state)
{
    (void)state;
    for (double turn = 0; turn < 1.5; turn += 0.13) {
        check_figure(&(figure){POLYGON, 55, turn}, true);
        check_figure(&(figure){ELLIPSE, 60, turn}, true);
    }
}

static void curvature_is_that_of_the_circle(void **state)
{
    (void)state;
    static float pixels[PIXELS];
    found result = {0};
    figure f = {CIRCLE, 40, 0};
    draw(&f, false, pixels);
    find(pixels, SIDE, SIDE, NULL, &result);
    assert_true(result.contours.items[0].closed);
    double sum = 0, count = 0;
    for (size_t i = 0; i < result.contours.items[0].count; i++) {
        double curvature = (double)result.contours.points[i].curvature;
        if (isfinite(curvature)) {
            sum += curvature;
            count++;
        }
    }
    assert_true(count > 200);
    assert_true(fabs(fabs(sum / count) - 1.0 / 40) < 0.1 / 40);
    release(&result);
}

/* Strength at a place of a map. */
static float at(const ond_array *map, size_t row, size_t column)
{
    return map->data[row * map->shape[1] + column];
}

static void ridges_are_on_lines_and_edges_on_steps(void **state)
{
    (void)state;
    static float pixels[PIXELS];
    ond_edge_config ridges = ond_edge_config_default();
    ridges.kind = OND_EDGE_RIDGES;
    for (int i = 0; i < PIXELS; i++) {
        int column = i % SIDE;
        pixels[i] = (column >= 40 && column < 43 ? 0.8F : 0.2F) + (column >= 110 ? 0.5F : 0);
    }
    found lines = {0}, steps = {0};
    find(pixels, SIDE, SIDE, &ridges, &lines);
    find(pixels, SIDE, SIDE, NULL, &steps);
    for (size_t row = 20; row < SIDE - 20; row++) {
        assert_true(at(&lines.binary, row, 41) == 1);
        assert_true(at(&steps.binary, row, 41) == 0);
        assert_true(at(&steps.binary, row, 109) + at(&steps.binary, row, 110) == 1);
        for (size_t column = 100; column < 120; column++) {
            assert_true(at(&lines.binary, row, column) == 0);
        }
    }
    release(&lines);
    release(&steps);
}

/* Pixels of the binary map on a square around a place, which every arm crosses: runs of them. */
static int arms_around(const ond_array *binary, int row, int column, int reach)
{
    int count = 0;
    bool before = false, first = false;
    for (int i = 0; i < 8 * reach; i++) {
        int side = i / (2 * reach), along = i % (2 * reach) - reach;
        int y = side == 0 ? -reach : side == 1 ? along : side == 2 ? reach : -along;
        int x = side == 0 ? along : side == 1 ? reach : side == 2 ? -along : -reach;
        bool set = at(binary, (size_t)(row + y), (size_t)(column + x)) > 0;
        first = i == 0 ? set : first;
        count += set && !before && i > 0;
        before = set;
    }
    return count + (first && !before);
}

static void junctions_are_not_lost(void **state)
{
    (void)state;
    static float pixels[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        int row = i / SIDE, column = i % SIDE;
        pixels[i] = row < SIDE / 2 ? 0.2F : column < SIDE / 2 ? 0.5F : 0.9F; /* a T */
    }
    found result = {0};
    find(pixels, SIDE, SIDE, NULL, &result);
    assert_int_equal(arms_around(&result.binary, SIDE / 2, SIDE / 2, 12), 3);
    release(&result);
    for (int i = 0; i < PIXELS; i++) {
        double turn = atan2((double)(i / SIDE) - 80.3, (double)(i % SIDE) - 80.3);
        pixels[i] = (float)(0.2 + 0.3 * floor((turn + pi) / (2 * pi / 3 + 1e-9))); /* a Y */
    }
    find(pixels, SIDE, SIDE, NULL, &result);
    assert_int_equal(arms_around(&result.binary, SIDE / 2, SIDE / 2, 12), 3);
    release(&result);
}

static void noise_alone_has_no_edges(void **state)
{
    (void)state;
    static float pixels[PIXELS];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        test_random random = {seed};
        for (int i = 0; i < PIXELS; i++) {
            pixels[i] = (float)(0.5 + 0.1 * random_normal(&random));
        }
        for (int kind = 0; kind < 2; kind++) {
            ond_edge_config config = ond_edge_config_default();
            config.kind = kind ? OND_EDGE_RIDGES : OND_EDGE_STEPS;
            found result = {0};
            find(pixels, SIDE, SIDE, &config, &result);
            assert_int_equal(result.contours.point_count, 0);
            release(&result);
        }
    }
}

static void brightness_and_contrast_do_not_count(void **state)
{
    (void)state;
    static float pixels[PIXELS], changed[PIXELS];
    figure f = {POLYGON, 50, 0.2};
    draw(&f, true, pixels);
    found first = {0}, second = {0};
    find(pixels, SIDE, SIDE, NULL, &first);
    static const float factors[3] = {0.2F, 4, 1000}, summands[3] = {0.5F, -7, 0};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < PIXELS; i++) {
            changed[i] = factors[k] * pixels[i] + summands[k];
        }
        find(changed, SIDE, SIDE, NULL, &second);
        int different = 0;
        for (int i = 0; i < PIXELS; i++) {
            different += first.binary.data[i] != second.binary.data[i];
        }
        assert_true(different <= 2); /* ties are broken by rounding */
        release(&second);
    }
    release(&first);
}

static void any_size_and_constant_images_are_fine(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {1, 50}, {50, 1}, {2, 3}, {7, 200}};
    static float pixels[1400];
    static const ond_edge_method methods[3] = {OND_EDGE_MEASURE, OND_EDGE_GRADIENT, OND_EDGE_COSHREM};
    for (int method = 0; method < 3; method++) {
        ond_edge_config config = ond_edge_config_default();
        config.method = methods[method];
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            found result = {0};
            for (size_t i = 0; i < 1400; i++) {
                pixels[i] = 0.7F;
            }
            find(pixels, sizes[k][0], sizes[k][1], &config, &result);
            assert_int_equal(result.map.strength.shape[0], sizes[k][0]);
            assert_int_equal(result.map.strength.shape[1], sizes[k][1]);
            assert_int_equal(result.contours.point_count, 0);
            release(&result);
        }
    }
}

static void threads_do_not_change_edges(void **state)
{
    (void)state;
    static float pixels[PIXELS];
    figure f = {ELLIPSE, 60, 1};
    draw(&f, true, pixels);
    found one = {0}, three = {0};
    find(pixels, SIDE, SIDE, NULL, &one);
    assert_ok(ond_threads_set(3));
    find(pixels, SIDE, SIDE, NULL, &three);
    assert_ok(ond_threads_set(1));
    assert_memory_equal(one.map.strength.data, three.map.strength.data, sizeof pixels);
    assert_memory_equal(one.map.offset_px.data, three.map.offset_px.data, sizeof pixels);
    release(&one);
    release(&three);
}

static void colors_of_one_brightness_have_an_edge(void **state)
{
    (void)state;
    static float pixels[3 * PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        bool right = i % SIDE >= 80;
        pixels[i] = right ? 0.6F : 0.4F;
        pixels[PIXELS + i] = right ? 0.4F : 0.6F;
        pixels[2 * PIXELS + i] = 0.5F;
    }
    ond_array image = ond_array_view(pixels, 3, (size_t[]){3, SIDE, SIDE}), binary = {0};
    ond_edge_map map = {0};
    assert_ok(ond_edges(&image, NULL, NULL, &map));
    assert_ok(ond_edge_select(&map, &binary));
    for (size_t row = 10; row < SIDE - 10; row++) {
        assert_true(at(&binary, row, 79) + at(&binary, row, 80) == 1);
    }
    ond_edge_map_free(&map);
    ond_array_free(&binary);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static float pixels[PIXELS];
    ond_array image = ond_array_view(pixels, 2, shape), five = ond_array_view(pixels, 3, (size_t[]){5, 8, 8});
    ond_array line = ond_array_view(pixels, 1, shape), binary = {0};
    ond_edge_map map = {0};
    ond_contours contours = {0};
    ond_edge_config config = ond_edge_config_default();
    assert_fails(OND_ERROR_SHAPE, "5 channels", ond_edges(&five, NULL, NULL, &map));
    assert_fails(OND_ERROR_SHAPE, "the image is 160", ond_edges(&line, NULL, NULL, &map));
    assert_fails(OND_ERROR_ARGUMENT, "the edge map", ond_edge_select(&map, &binary));
    config.low = 0.8;
    config.high = 0.3;
    assert_fails(OND_ERROR_ARGUMENT, "low = 0.8 is above high = 0.3", ond_edges(&image, &config, NULL, &map));
    config = ond_edge_config_default();
    config.method = OND_EDGE_LEARNED;
    assert_fails(OND_ERROR_ARGUMENT, "no model", ond_edges(&image, &config, NULL, &map));
    config.method = OND_EDGE_GRADIENT;
    config.kind = OND_EDGE_RIDGES;
    assert_fails(OND_ERROR_UNSUPPORTED, "gradient finds no ridges", ond_edges(&image, &config, NULL, &map));
    assert_ok(ond_edges(&image, NULL, NULL, &map));
    assert_fails(OND_ERROR_SHAPE, "the edge map 160 x 160", ond_edge_trace(&map, &five, &contours));
    pixels[3] = INFINITY;
    assert_fails(OND_ERROR_ARGUMENT, "the image", ond_edges(&image, NULL, NULL, &map));
    ond_edge_map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borders_are_found_where_they_are),
        cmocka_unit_test(turning_the_picture_turns_the_edges),
        cmocka_unit_test(curvature_is_that_of_the_circle),
        cmocka_unit_test(ridges_are_on_lines_and_edges_on_steps),
        cmocka_unit_test(junctions_are_not_lost),
        cmocka_unit_test(noise_alone_has_no_edges),
        cmocka_unit_test(brightness_and_contrast_do_not_count),
        cmocka_unit_test(any_size_and_constant_images_are_fine),
        cmocka_unit_test(threads_do_not_change_edges),
        cmocka_unit_test(colors_of_one_brightness_have_an_edge),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
