/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"
#include "tasks/edge_match.h"

#include <math.h>
#include <string.h>

enum { SIDE = 12, PIXELS = SIDE * SIDE };

static const size_t shape[2] = {SIDE, SIDE};
static const size_t truth_shape[3] = {1, SIDE, SIDE};

static bool is_set(const float *map, int row, int column)
{
    return row >= 0 && column >= 0 && row < SIDE && column < SIDE && map[row * SIDE + column] > 0.5F;
}

/* Number of 8-connected parts of the set pixels (or of the 4-connected parts of the others, with the outside). */
static void flood(const float *map, bool set, bool *seen, int row, int column)
{
    if (row < -1 || column < -1 || row > SIDE || column > SIDE || seen[(row + 1) * (SIDE + 2) + column + 1]
        || is_set(map, row, column) != set) {
        return;
    }
    seen[(row + 1) * (SIDE + 2) + column + 1] = true;
    for (int i = -1; i <= 1; i++) {
        for (int k = -1; k <= 1; k++) {
            if ((i || k) && (set || !i || !k)) {
                flood(map, set, seen, row + i, column + k);
            }
        }
    }
}

static int parts(const float *map, bool set)
{
    bool seen[(SIDE + 2) * (SIDE + 2)] = {false};
    int count = 0;
    for (int row = -1; row <= SIDE; row++) {
        for (int column = -1; column <= SIDE; column++) {
            if (is_set(map, row, column) == set && !seen[(row + 1) * (SIDE + 2) + column + 1]) {
                flood(map, set, seen, row, column);
                count++;
            }
        }
    }
    return count;
}

static void fill_random(test_random *random, double share, float *map)
{
    for (int i = 0; i < PIXELS; i++) {
        map[i] = random_uniform(random) < share ? 1 : 0;
    }
}

static void thinning_keeps_what_is_connected_and_goes_no_further(void **state)
{
    (void)state;
    test_random random = {5};
    ond_array thinned = {0}, again = {0};
    for (int trial = 0; trial < 200; trial++) {
        float map[PIXELS];
        fill_random(&random, 0.3 + 0.003 * trial, map);
        ond_array binary = ond_array_view(map, 2, shape);
        assert_ok(ond_edge_thin(&binary, &thinned));
        for (int i = 0; i < PIXELS; i++) {
            assert_true(thinned.data[i] <= map[i]);
        }
        assert_int_equal(parts(map, true), parts(thinned.data, true));
        assert_int_equal(parts(map, false), parts(thinned.data, false));
        assert_ok(ond_edge_thin(&thinned, &again));
        assert_memory_equal(thinned.data, again.data, sizeof map);
    }
    ond_array_free(&thinned);
    ond_array_free(&again);
}

static void thinning_makes_a_bar_a_line(void **state)
{
    (void)state;
    float map[PIXELS] = {0};
    for (int row = 3; row < 8; row++) {
        for (int column = 1; column < SIDE - 1; column++) {
            map[row * SIDE + column] = 1;
        }
    }
    ond_array binary = ond_array_view(map, 2, shape), thinned = {0};
    assert_ok(ond_edge_thin(&binary, &thinned));
    for (int column = 4; column < SIDE - 4; column++) {
        for (int row = 0; row < SIDE; row++) {
            assert_int_equal(thinned.data[row * SIDE + column] > 0, row == 5);
        }
    }
    ond_array_free(&thinned);
}

/* The slow way: one augmenting path after the other, by recursion over all pixels. */
typedef struct slow_matching {
    const int32_t (*left)[2], (*right)[2];
    int left_count, right_count;
    double radius;
    int partner[PIXELS];
    bool seen[PIXELS];
} slow_matching;

static bool slow_augment(slow_matching *own, int left)
{
    for (int r = 0; r < own->right_count; r++) {
        double distance = hypot(own->left[left][0] - own->right[r][0], own->left[left][1] - own->right[r][1]);
        if (distance > own->radius || own->seen[r]) {
            continue;
        }
        own->seen[r] = true;
        if (own->partner[r] < 0 || slow_augment(own, own->partner[r])) {
            own->partner[r] = left;
            return true;
        }
    }
    return false;
}

static int list_places(const float *map, int32_t (*places)[2])
{
    int count = 0;
    for (int i = 0; i < PIXELS; i++) {
        if (map[i] > 0.5F) {
            places[count][0] = i / SIDE;
            places[count++][1] = i % SIDE;
        }
    }
    return count;
}

static void as_many_pixels_are_paired_as_can_be(void **state)
{
    (void)state;
    test_random random = {6};
    ond_neighbourhood near;
    ond_matcher matcher;
    const double radius = 2.3;
    assert_ok(ond_neighbourhood_create(radius, &near));
    assert_int_equal(near.count, 21);
    assert_ok(ond_matcher_create(SIDE, SIDE, &near, &matcher));
    for (int trial = 0; trial < 300; trial++) {
        float maps[2][PIXELS];
        int32_t places[2][PIXELS][2];
        fill_random(&random, random_uniform(&random), maps[0]);
        fill_random(&random, random_uniform(&random), maps[1]);
        int left = list_places(maps[0], places[0]), right = list_places(maps[1], places[1]);
        slow_matching slow = {.left = (const int32_t(*)[2])places[0],
                              .right = (const int32_t(*)[2])places[1],
                              .left_count = left,
                              .right_count = right,
                              .radius = radius};
        memset(slow.partner, -1, sizeof slow.partner);
        int wanted = 0, found = 0;
        for (int i = 0; i < left; i++) {
            memset(slow.seen, 0, sizeof slow.seen);
            wanted += slow_augment(&slow, i);
        }
        assert_ok(ond_matcher_run(&matcher, slow.left, (size_t)left, slow.right, (size_t)right));
        for (int i = 0; i < left; i++) {
            int r = matcher.left_partner[i];
            found += r >= 0;
            if (r >= 0) {
                assert_int_equal(matcher.right_partner[r], i);
                assert_true(hypot(places[0][i][0] - places[1][r][0], places[0][i][1] - places[1][r][1]) <= radius);
            }
        }
        assert_int_equal(found, wanted);
    }
    ond_matcher_destroy(&matcher);
    ond_neighbourhood_destroy(&near);
}

/* A column of pixels, and annotators who drew it 0, 1 and 3 pixels beside. */
static void counts_are_those_of_a_hand_made_case(void **state)
{
    (void)state;
    float map[PIXELS] = {0}, drawn[3 * PIXELS] = {0};
    static const int shifts[3] = {0, 1, 3};
    for (int row = 0; row < SIDE; row++) {
        map[row * SIDE + 4] = row < 9 ? 0.8F : 0.3F;
        for (int a = 0; a < 3; a++) {
            drawn[a * PIXELS + row * SIDE + 4 + shifts[a]] = 1;
        }
    }
    ond_array strength = ond_array_view(map, 2, shape);
    ond_array truth = ond_array_view(drawn, 3, (size_t[]){3, SIDE, SIDE});
    const double thresholds[3] = {0.2, 0.5, 0.9};
    ond_edge_counts counts[3];
    double distance = 1.1 / hypot(SIDE, SIDE);
    assert_ok(ond_edge_benchmark(&strength, &truth, thresholds, 3, distance, counts));
    assert_true(counts[0].truth == 3 * SIDE && counts[0].detected == SIDE);
    assert_true(counts[0].truth_matched == 2 * SIDE && counts[0].detected_matched == SIDE);
    /* 9 detected pixels; one more drawn pixel is near but has no partner left */
    assert_true(counts[1].detected == 9 && counts[1].truth_matched == 18 && counts[1].detected_matched == 9);
    assert_true(counts[2].detected == 0 && counts[2].truth_matched == 0);

    ond_edge_point curve[3];
    ond_edge_score score;
    assert_ok(ond_edge_score_set(counts, 1, thresholds, 3, curve, &score));
    assert_true(fabs(curve[0].recall - 2.0 / 3) < 1e-12 && curve[0].precision == 1);
    assert_true(fabs(score.best.f_score - 0.8) < 1e-12 && fabs(score.best.threshold - 0.2) < 1e-6);
    assert_true(fabs(score.best_each.f_score - 0.8) < 1e-12);
    /* precision 1 for recalls 0.5 … 0.66; a line from (0, 0) to (0.5, 1) before */
    double area = 17.0 + (50.0 * 49 / 2) / 50;
    assert_true(fabs(score.average_precision - area / 100) < 1e-9);
}

static void each_picture_has_its_best_threshold(void **state)
{
    (void)state;
    const double thresholds[2] = {0.25, 0.75};
    ond_edge_counts counts[4] = {{10, 10, 10, 10}, {5, 10, 5, 5}, {10, 10, 10, 30}, {10, 10, 10, 10}};
    ond_edge_score score;
    assert_ok(ond_edge_score_set(counts, 2, thresholds, 2, NULL, &score));
    assert_true(score.best_each.f_score == 1);
    assert_true(score.best.f_score < 1);
}

static void threads_do_not_change_counts(void **state)
{
    (void)state;
    test_random random = {8};
    float map[PIXELS], drawn[PIXELS];
    double thresholds[20];
    for (int i = 0; i < PIXELS; i++) {
        map[i] = (float)random_uniform(&random);
    }
    fill_random(&random, 0.3, drawn);
    for (int i = 0; i < 20; i++) {
        thresholds[i] = (double)i / 20;
    }
    ond_array strength = ond_array_view(map, 2, shape), truth = ond_array_view(drawn, 3, truth_shape);
    ond_edge_counts one[20], three[20];
    assert_ok(ond_edge_benchmark(&strength, &truth, thresholds, 20, 0.1, one));
    assert_ok(ond_threads_set(3));
    assert_ok(ond_edge_benchmark(&strength, &truth, thresholds, 20, 0.1, three));
    assert_ok(ond_threads_set(1));
    assert_memory_equal(one, three, sizeof one);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    float map[PIXELS] = {0};
    const double threshold = 0.5;
    ond_edge_counts counts;
    ond_edge_score score;
    ond_array strength = ond_array_view(map, 2, shape), truth = ond_array_view(map, 3, truth_shape), empty = {0};
    ond_array other = ond_array_view(map, 3, (size_t[]){1, SIDE, SIDE - 1});
    assert_fails(OND_ERROR_SHAPE, "12 x 11", ond_edge_benchmark(&strength, &other, &threshold, 1, 0.01, &counts));
    assert_fails(OND_ERROR_ARGUMENT, "the truth", ond_edge_benchmark(&strength, &empty, &threshold, 1, 0.01, &counts));
    assert_fails(OND_ERROR_ARGUMENT, "distance = 0.2",
                 ond_edge_benchmark(&strength, &truth, &threshold, 1, 0.2, &counts));
    assert_fails(OND_ERROR_ARGUMENT, "0 pictures", ond_edge_score_set(&counts, 0, &threshold, 1, NULL, &score));
    assert_fails(OND_ERROR_SHAPE, "height x width", ond_edge_thin(&truth, &empty));
    map[7] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "the edge map",
                 ond_edge_benchmark(&strength, &truth, &threshold, 1, 0.01, &counts));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thinning_keeps_what_is_connected_and_goes_no_further),
        cmocka_unit_test(thinning_makes_a_bar_a_line),
        cmocka_unit_test(as_many_pixels_are_paired_as_can_be),
        cmocka_unit_test(counts_are_those_of_a_hand_made_case),
        cmocka_unit_test(each_picture_has_its_best_threshold),
        cmocka_unit_test(threads_do_not_change_counts),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
