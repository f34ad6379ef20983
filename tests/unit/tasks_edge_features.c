/* SPDX-License-Identifier: BSD-3-Clause */
/* What the learned edges see of turned and mirrored pictures. */
#include "support/test.h"
#include "tasks/edge_model.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 129, PIXELS = SIDE * SIDE, STEP = 5, BORDER = 40, MOST = 1024 };

/* Blobs of colour of several sizes. */
static void draw(float *pixels)
{
    test_random random = {5};
    for (int i = 0; i < 3 * PIXELS; i++) {
        pixels[i] = 0.5F;
    }
    for (int blob = 0; blob < 300; blob++) {
        double row = SIDE * random_uniform(&random), column = SIDE * random_uniform(&random);
        double radius = 2 + 15 * random_uniform(&random) * random_uniform(&random);
        for (int c = 0; c < 3; c++) {
            float value = (float)random_uniform(&random);
            for (int i = 0; i < PIXELS; i++) {
                if (hypot(i / SIDE - row, i % SIDE - column) < radius) {
                    pixels[c * PIXELS + i] = value;
                }
            }
        }
    }
}

static int mirrored(int pixel)
{
    return pixel / SIDE * SIDE + SIDE - 1 - pixel % SIDE;
}

static int turned(int pixel)
{
    return pixel % SIDE * SIDE + SIDE - 1 - pixel / SIDE;
}

static void make_scene(const ond_edge_bank *bank, const float *pixels, size_t channels, ond_edge_scene *scene)
{
    float *copy = malloc(channels * PIXELS * sizeof *copy);
    for (size_t i = 0; i < channels * PIXELS; i++) {
        copy[i] = pixels[i];
    }
    ond_array planes = ond_array_view(copy, channels == 1 ? 2 : 3, (size_t[]){channels == 1 ? SIDE : 3, SIDE, SIDE});
    assert_ok(ond_edge_scene_create(bank, &planes, scene));
    free(copy);
}

/* Differences between features of a picture and those of its image under `move`, over their standard deviation: places
 * between samples are interpolated, so that they agree in the mean only. */
static void compare(size_t channels, int (*move)(int), const size_t *places)
{
    static float pixels[3 * PIXELS], moved[3 * PIXELS];
    static double sums[MOST], squares[MOST], differences[MOST];
    float features[MOST], others[MOST];
    size_t count = ond_edge_feature_count(channels), seen = 0, all = 0;
    ond_edge_bank bank;
    ond_edge_scene scene, other;
    draw(pixels);
    for (int i = 0; i < 3 * PIXELS; i++) {
        moved[i / PIXELS * PIXELS + move(i % PIXELS)] = pixels[i];
    }
    assert_true(count < MOST);
    assert_ok(ond_edge_bank_create(SIDE, SIDE, &bank));
    make_scene(&bank, pixels, channels, &scene);
    make_scene(&bank, moved, channels, &other);
    for (size_t i = 0; i < count; i++) {
        sums[i] = squares[i] = differences[i] = 0;
    }
    for (int row = BORDER; row < SIDE - BORDER; row += STEP) {
        for (int column = BORDER; column < SIDE - BORDER; column += STEP) {
            int to = move(row * SIDE + column);
            ond_edge_features_at(&scene, (size_t)row, (size_t)column, features);
            ond_edge_features_at(&other, (size_t)(to / SIDE), (size_t)(to % SIDE), others);
            ond_edge_frame a = ond_edge_frame_at(&scene, (size_t)row, (size_t)column);
            ond_edge_frame b = ond_edge_frame_at(&other, (size_t)(to / SIDE), (size_t)(to % SIDE));
            double rows = move == turned ? a.normal[1] : a.normal[0];
            double columns = move == turned ? -a.normal[0] : -a.normal[1];
            all++;
            if (fabs(rows - b.normal[0]) + fabs(columns - b.normal[1]) > 1e-6) {
                continue; /* two directions are equally strong */
            }
            seen++;
            for (size_t i = 0; i < count; i++) {
                double value = (double)features[i];
                sums[i] += value;
                squares[i] += value * value;
                differences[i] += fabs((double)others[i] - (double)features[places ? places[i] : i]);
            }
        }
    }
    assert_true(10 * seen > 8 * all);
    for (size_t i = 0; i < count; i++) {
        double mean = sums[i] / (double)seen;
        double deviation = sqrt(fmax(squares[i] / (double)seen - mean * mean, 0));
        double difference = differences[i] / (double)seen;
        if (difference > 0.3 * deviation + 0.01) {
            fail_msg("%zu channels, feature %zu: %g away, its deviation is %g", channels, i, difference, deviation);
        }
    }
    ond_edge_scene_destroy(&scene);
    ond_edge_scene_destroy(&other);
    ond_edge_bank_destroy(&bank);
}

static void turning_leaves_features_alone(void **state)
{
    (void)state;
    compare(1, turned, NULL);
    compare(3, turned, NULL);
}

static void mirroring_exchanges_features(void **state)
{
    (void)state;
    size_t places[MOST];
    for (size_t channels = 1; channels <= 3; channels += 2) {
        ond_edge_feature_mirror(channels, places);
        compare(channels, mirrored, places);
    }
}

/* Mirroring twice is nothing. */
static void mirrors_are_their_own_inverse(void **state)
{
    (void)state;
    size_t places[MOST];
    for (size_t channels = 1; channels <= 3; channels += 2) {
        size_t count = ond_edge_context_count(channels);
        assert_true(count <= MOST);
        ond_edge_context_mirror(channels, places);
        for (size_t i = 0; i < count; i++) {
            assert_true(places[i] < count);
            assert_int_equal(places[places[i]], i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turning_leaves_features_alone),
        cmocka_unit_test(mirroring_exchanges_features),
        cmocka_unit_test(mirrors_are_their_own_inverse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
