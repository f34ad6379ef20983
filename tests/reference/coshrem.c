/* SPDX-License-Identifier: BSD-3-Clause */
/* The edge measure of complex shearlets against maps that PyCoShREM gave with its defaults. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME = 128 };

static const double pi = 3.14159265358979323846;

static void read_array(const char *image, const char *kind, ond_array *array)
{
    char name[NAME];
    snprintf(name, sizeof name, "refs/shearlets/%s_%s128%s.npy", kind[0] ? "coshrem_edge" : "img", image, kind);
    assert_ok(ond_array_read(shared_path(name), array));
}

/* Brightness of the vectors is 0…255. */
static void measure(const char *name, ond_edge_map *map)
{
    ond_edge_config config = ond_edge_config_default();
    ond_array image = {0};
    config.method = OND_EDGE_COSHREM;
    read_array(name, "", &image);
    for (size_t i = 0; i < image.shape[0] * image.shape[1]; i++) {
        image.data[i] /= 255;
    }
    assert_ok(ond_edges(&image, &config, NULL, map));
    ond_array_free(&image);
}

/* The strengths agree everywhere. Differences beyond single precision come from pixels where two directions have the
 * same response to rounding. */
static void check_strength(const char *name, const ond_edge_map *map)
{
    ond_array edge = {0};
    read_array(name, "_edge", &edge);
    double worst = 0;
    for (size_t i = 0; i < edge.shape[0] * edge.shape[1]; i++) {
        worst = fmax(worst, fabs((double)map->strength.data[i] - (double)edge.data[i]));
    }
    if (worst > 1e-3) {
        fail_msg("%s: a strength differs by %g", name, worst);
    }
    ond_array_free(&edge);
}

/* Directions, which the vectors give along the edge, agree but for those between 26 and 64 or 116 and 154 degrees:
 * there the other program interpolates across its doubled diagonals, and mirrors one of its ten directions (a line at
 * 117 degrees is said to be at 153); ours are checked on drawn lines. */
static void check_direction(const char *name, const ond_edge_map *map, double tolerance)
{
    ond_array along = {0};
    read_array(name, "_ori", &along);
    size_t compared = 0;
    for (size_t i = 0; i < along.shape[0] * along.shape[1]; i++) {
        double own = fmod(180 / pi * (double)map->normal_rad.data[i] + 90, 180), theirs = (double)along.data[i];
        bool is_doubtful = (own > 26 && own < 64) || (own > 116 && own < 154);
        if (theirs < 0 || is_doubtful || map->strength.data[i] <= 0) {
            continue;
        }
        double difference = fabs(remainder(own - theirs, 180));
        if (difference > tolerance) {
            fail_msg("%s: pixel %zu has direction %g, expected is %g", name, i, own, theirs);
        }
        compared++;
    }
    assert_true(compared > 200);
    ond_array_free(&along);
}

static void maps_agree(void **state)
{
    (void)state;
    ond_edge_map map = {0};
    measure("camera", &map);
    check_strength("camera", &map);
    check_direction("camera", &map, 1.01); /* given in whole degrees */
    measure("cartoon", &map);
    check_strength("cartoon", &map);
    check_direction("cartoon", &map, 1e-3);
    ond_edge_map_free(&map);
}

/* A step across the middle of a picture, seen away from the borders, which are joined to each other. Between 22 and 68
 * degrees the published method sees steps twice: it puts filters that oscillate along rows and along columns on
 * different pixels. */
static void drawn_lines_have_their_direction(void **state)
{
    (void)state;
    enum { SIDE = 128, FINE = 8 };
    static float pixels[SIDE * SIDE];
    ond_edge_config config = ond_edge_config_default();
    ond_edge_map map = {0};
    config.method = OND_EDGE_COSHREM;
    for (int degrees = 72; degrees < 200; degrees += 12) {
        double normal[2] = {cos(degrees * pi / 180), sin(degrees * pi / 180)};
        for (int i = 0; i < SIDE * SIDE; i++) {
            double part = 0;
            for (int k = 0; k < FINE * FINE; k++) {
                double row = i / SIDE - 63.5 + ((double)(k / FINE) + 0.5) / FINE - 0.5;
                double column = i % SIDE - 63.5 + ((double)(k % FINE) + 0.5) / FINE - 0.5;
                part += row * normal[0] + column * normal[1] > 0;
            }
            pixels[i] = (float)(0.2 + 0.6 * part / (FINE * FINE));
        }
        ond_array image = ond_array_view(pixels, 2, (size_t[]){SIDE, SIDE});
        assert_ok(ond_edges(&image, &config, NULL, &map));
        double worst = 0;
        int count = 0;
        for (int row = 60; row < 68; row++) {
            for (int column = 60; column < 68; column++) {
                if (map.strength.data[row * SIDE + column] > 0.4F) {
                    double found = (double)map.normal_rad.data[row * SIDE + column] * 180 / pi;
                    worst = fmax(worst, fabs(remainder(found - degrees, 180)));
                    count++;
                }
            }
        }
        if (worst > 5 || count < 4) {
            fail_msg("a step with normal %d degrees is seen at %d pixels, up to %.1f degrees off", degrees, count,
                     worst);
        }
    }
    ond_edge_map_free(&map);
}

int main(void)
{
    skip_without_shared_data();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_agree),
        cmocka_unit_test(drawn_lines_have_their_direction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
