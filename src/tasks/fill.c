/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/fill.h"

#include "core/memory.h"

#include <math.h>

enum { LEVELS = 64 };

/* Means of known pixels; `weight` is 0 where there is none and grows to 1 with their number. */
typedef struct fill_level {
    size_t height, width;
    float *value, *weight;
} fill_level;

static size_t half_of(size_t size)
{
    return size - size / 2;
}

static int plan_levels(size_t height, size_t width, fill_level levels[LEVELS])
{
    int count = 1;
    levels[0] = (fill_level){.height = height, .width = width};
    while (count < LEVELS && (levels[count - 1].height > 1 || levels[count - 1].width > 1)) {
        levels[count]
            = (fill_level){.height = half_of(levels[count - 1].height), .width = half_of(levels[count - 1].width)};
        count++;
    }
    return count;
}

static void take_levels(ond_arena *arena, int count, fill_level levels[LEVELS])
{
    for (int i = 0; i < count; i++) {
        size_t pixels = levels[i].height * levels[i].width;
        levels[i].value = ond_arena_take(arena, pixels, sizeof(float));
        levels[i].weight = ond_arena_take(arena, pixels, sizeof(float));
    }
}

/* One pixel of the coarser level from the up to four below it. */
static void gather(const fill_level *fine, size_t row, size_t column, const fill_level *coarse)
{
    double sum = 0;
    double weight = 0;
    for (size_t r = 2 * row; r < 2 * row + 2 && r < fine->height; r++) {
        for (size_t c = 2 * column; c < 2 * column + 2 && c < fine->width; c++) {
            size_t i = r * fine->width + c;
            sum += (double)fine->weight[i] * (double)fine->value[i];
            weight += (double)fine->weight[i];
        }
    }
    size_t i = row * coarse->width + column;
    coarse->value[i] = weight > 0 ? (float)(sum / weight) : 0;
    coarse->weight[i] = (float)fmin(weight, 1);
}

/* The coarser pixels around the middle of a finer one along one axis, and the share of the second. */
typedef struct neighbours {
    size_t first, second;
    float share;
} neighbours;

static neighbours find_neighbours(size_t position, size_t coarse_size)
{
    size_t own = position / 2;
    bool before = position % 2 == 0;
    if ((before && own == 0) || (!before && own + 1 == coarse_size)) {
        return (neighbours){own, own, 0};
    }
    return before ? (neighbours){own - 1, own, 0.75F} : (neighbours){own, own + 1, 0.25F};
}

static float interpolate(const fill_level *coarse, size_t row, size_t column)
{
    neighbours r = find_neighbours(row, coarse->height);
    neighbours c = find_neighbours(column, coarse->width);
    const float *above = coarse->value + r.first * coarse->width;
    const float *below = coarse->value + r.second * coarse->width;
    float upper = above[c.first] + c.share * (above[c.second] - above[c.first]);
    float lower = below[c.first] + c.share * (below[c.second] - below[c.first]);
    return upper + r.share * (lower - upper);
}

static void gather_level(const fill_level *fine, const fill_level *coarse)
{
    for (size_t row = 0; row < coarse->height; row++) {
        for (size_t column = 0; column < coarse->width; column++) {
            gather(fine, row, column, coarse);
        }
    }
}

/* Mixes in what the coarser level says, where the finer one is not sure. */
static void spread_level(const fill_level *coarse, const fill_level *fine)
{
    for (size_t row = 0; row < fine->height; row++) {
        for (size_t column = 0; column < fine->width; column++) {
            size_t i = row * fine->width + column;
            if (fine->weight[i] < 1) {
                float other = interpolate(coarse, row, column);
                fine->value[i] = other + fine->weight[i] * (fine->value[i] - other);
            }
        }
    }
}

static void fill(const uint8_t *known, float *plane, int count, fill_level levels[LEVELS])
{
    size_t pixels = levels[0].height * levels[0].width;
    for (size_t i = 0; i < pixels; i++) {
        levels[0].value[i] = known[i] ? plane[i] : 0;
        levels[0].weight[i] = known[i] ? 1 : 0;
    }
    for (int i = 1; i < count; i++) {
        gather_level(&levels[i - 1], &levels[i]);
    }
    for (int i = count - 1; i > 0; i--) {
        spread_level(&levels[i], &levels[i - 1]);
    }
    for (size_t i = 0; i < pixels; i++) {
        plane[i] = known[i] ? plane[i] : levels[0].value[i];
    }
}

ond_status ond_fill_missing(size_t height, size_t width, const uint8_t *known, float *plane)
{
    fill_level levels[LEVELS];
    int count = plan_levels(height, width, levels);
    ond_arena arena = {0};
    take_levels(&arena, count, levels);
    void *memory = ond_memory_allocate(arena.used, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = memory};
    take_levels(&arena, count, levels);
    fill(known, plane, count, levels);
    ond_memory_free(memory);
    return OND_OK;
}
