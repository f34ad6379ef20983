/* SPDX-License-Identifier: BSD-3-Clause */
/* Basins and closed contours of small maps, against definitions followed slowly. */
#include "support/test.h"
#include "tasks/edge_regions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HEIGHT = 24, WIDTH = 31, PIXELS = HEIGHT * WIDTH, MOST_BASINS = PIXELS };

static float map[PIXELS], closed[PIXELS];
static uint32_t basin_of[PIXELS];

static void clear(float value)
{
    for (int i = 0; i < PIXELS; i++) {
        map[i] = value;
    }
}

static void draw_random(uint64_t seed)
{
    test_random random = {seed};
    for (int i = 0; i < PIXELS; i++) {
        double wave = sin(0.5 * (i / WIDTH) + (double)seed) * sin(0.4 * (i % WIDTH));
        map[i] = (float)(0.5 + 0.3 * wave + 0.2 * random_uniform(&random));
    }
}

static void a_line_without_two_sides_is_not_closed(void **state)
{
    (void)state;
    clear(0);
    for (int column = 5; column < 20; column++) {
        map[12 * WIDTH + column] = 0.8F;
    }
    uint32_t count;
    assert_ok(ond_edge_basins(map, HEIGHT, WIDTH, basin_of, &count));
    assert_int_equal(count, 1);
    assert_ok(ond_edge_closed(map, HEIGHT, WIDTH, closed));
    for (int i = 0; i < PIXELS; i++) {
        assert_true(closed[i] == 0);
    }
}

/* A square of side 12 with a gap: both sides meet there, and the mean over the whole border counts. */
static void a_gap_is_bridged(void **state)
{
    (void)state;
    clear(0);
    double sum = 0, pairs = 0;
    for (int i = 0; i < 12; i++) {
        float value = i == 6 ? 0.1F : 0.8F;
        map[(6 + i) * WIDTH + 6] = map[(6 + i) * WIDTH + 17] = map[17 * WIDTH + 6 + i] = 0.8F;
        map[6 * WIDTH + 6 + i] = value;
    }
    uint32_t count;
    assert_ok(ond_edge_basins(map, HEIGHT, WIDTH, basin_of, &count));
    assert_int_equal(count, 2);
    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            int i = row * WIDTH + column;
            if (column + 1 < WIDTH && basin_of[i] != basin_of[i + 1]) {
                sum += fmax((double)map[i], (double)map[i + 1]), pairs++;
            }
            if (row + 1 < HEIGHT && basin_of[i] != basin_of[i + WIDTH]) {
                sum += fmax((double)map[i], (double)map[i + WIDTH]), pairs++;
            }
        }
    }
    assert_ok(ond_edge_closed(map, HEIGHT, WIDTH, closed));
    assert_true(fabs((double)closed[12 * WIDTH + 6] - sum / pairs) < 1e-6);
    assert_true(sum / pairs > 0.7);
    assert_true(closed[6 * WIDTH + 12] == closed[12 * WIDTH + 6]);
    assert_true(closed[12 * WIDTH + 12] == 0);
}

/* --- the slow way --- */

static double sums[MOST_BASINS][MOST_BASINS];
static int lengths[MOST_BASINS][MOST_BASINS];
static uint32_t now[MOST_BASINS];
static float expected[PIXELS];

static void add_borders(uint32_t count)
{
    memset(sums, 0, sizeof sums);
    memset(lengths, 0, sizeof lengths);
    for (uint32_t i = 0; i < count; i++) {
        now[i] = i;
    }
    for (int i = 0; i < PIXELS; i++) {
        int others[2] = {(i + 1) % WIDTH ? i + 1 : i, i / WIDTH + 1 < HEIGHT ? i + WIDTH : i};
        for (int k = 0; k < 2; k++) {
            uint32_t a = basin_of[i], b = basin_of[others[k]];
            double value = fmax((double)map[i], (double)map[others[k]]);
            if (a != b) {
                sums[a][b] += value, sums[b][a] += value;
                lengths[a][b]++, lengths[b][a]++;
            }
        }
    }
}

/* Draws the borders that vanish with the merging of regions a and b. */
static void draw_vanishing(uint32_t a, uint32_t b, float height)
{
    for (int i = 0; i < PIXELS; i++) {
        int others[2] = {(i + 1) % WIDTH ? i + 1 : i, i / WIDTH + 1 < HEIGHT ? i + WIDTH : i};
        for (int k = 0; k < 2; k++) {
            uint32_t x = now[basin_of[i]], y = now[basin_of[others[k]]];
            if ((x == a && y == b) || (x == b && y == a)) {
                float *to = &expected[map[i] >= map[others[k]] ? i : others[k]];
                *to = fmaxf(*to, height);
            }
        }
    }
}

static void merge_slowly(uint32_t count)
{
    double height = 0;
    memset(expected, 0, sizeof expected);
    add_borders(count);
    for (;;) {
        double least = HUGE_VAL;
        uint32_t a = 0, b = 0;
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t k = 0; k < i; k++) {
                if (lengths[i][k] && sums[i][k] / lengths[i][k] < least) {
                    least = sums[i][k] / lengths[i][k];
                    a = k, b = i;
                }
            }
        }
        if (!isfinite(least)) {
            return;
        }
        height = fmax(height, least);
        draw_vanishing(a, b, (float)height);
        sums[a][b] = sums[b][a] = lengths[a][b] = lengths[b][a] = 0;
        for (uint32_t i = 0; i < count; i++) {
            sums[a][i] += sums[b][i], sums[i][a] = sums[a][i];
            lengths[a][i] += lengths[b][i], lengths[i][a] = lengths[a][i];
            sums[b][i] = sums[i][b] = 0;
            lengths[b][i] = lengths[i][b] = 0;
            now[i] = now[i] == b ? a : now[i];
        }
    }
}

static void contours_are_those_of_slow_merging(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        draw_random(seed);
        uint32_t count;
        assert_ok(ond_edge_basins(map, HEIGHT, WIDTH, basin_of, &count));
        assert_true(count > 20 && count < MOST_BASINS);
        merge_slowly(count);
        assert_ok(ond_edge_closed(map, HEIGHT, WIDTH, closed));
        for (int i = 0; i < PIXELS; i++) {
            if (fabsf(closed[i] - expected[i]) > 1e-6F) {
                fail_msg("seed %d, pixel %d: %g, expected is %g", (int)seed, i, (double)closed[i], (double)expected[i]);
            }
        }
    }
}

/* Every pixel reaches its basin's minimum downhill or on the level, without leaving the basin: basins are connected,
 * and no two minima share one. */
static void basins_cover_the_map(void **state)
{
    (void)state;
    static int seen[MOST_BASINS];
    draw_random(9);
    uint32_t count;
    assert_ok(ond_edge_basins(map, HEIGHT, WIDTH, basin_of, &count));
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < PIXELS; i++) {
        assert_true(basin_of[i] < count);
        seen[basin_of[i]] = 1;
    }
    for (uint32_t i = 0; i < count; i++) {
        assert_true(seen[i]);
    }
    int labels[PIXELS], parts = 0;
    memset(labels, 0, sizeof labels);
    for (int start = 0; start < PIXELS; start++) {
        int waiting[PIXELS], last = 0;
        if (labels[start]) {
            continue;
        }
        labels[start] = ++parts;
        waiting[last++] = start;
        while (last) {
            int i = waiting[--last];
            int around[4] = {i % WIDTH ? i - 1 : i, (i + 1) % WIDTH ? i + 1 : i, i >= WIDTH ? i - WIDTH : i,
                             i + WIDTH < PIXELS ? i + WIDTH : i};
            for (int k = 0; k < 4; k++) {
                if (!labels[around[k]] && basin_of[around[k]] == basin_of[i]) {
                    labels[around[k]] = parts;
                    waiting[last++] = around[k];
                }
            }
        }
    }
    assert_int_equal(parts, count);
}

static void tiny_maps_are_fine(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}};
    draw_random(3);
    for (size_t k = 0; k < 4; k++) {
        assert_ok(ond_edge_closed(map, sizes[k][0], sizes[k][1], closed));
    }
    clear(1);
    assert_ok(ond_edge_closed(map, HEIGHT, WIDTH, closed));
    assert_true(closed[0] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_without_two_sides_is_not_closed),
        cmocka_unit_test(a_gap_is_bridged),
        cmocka_unit_test(contours_are_those_of_slow_merging),
        cmocka_unit_test(basins_cover_the_map),
        cmocka_unit_test(tiny_maps_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
