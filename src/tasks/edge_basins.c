/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "tasks/edge_regions.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LEVELS = 256, NEIGHBOURS = 4 };

static const uint32_t none = UINT32_MAX;

/* One flooding. Pixels wait in a queue for each level, linked through `next`. */
typedef struct flood {
    size_t height, width;
    uint8_t *level;
    uint32_t *basin_of, *next;
    uint32_t first[LEVELS], last[LEVELS];
} flood;

static size_t neighbours_of(const flood *own, size_t pixel, size_t places[NEIGHBOURS])
{
    size_t row = pixel / own->width, column = pixel % own->width, count = 0;
    if (row > 0) {
        places[count++] = pixel - own->width;
    }
    if (column > 0) {
        places[count++] = pixel - 1;
    }
    if (column + 1 < own->width) {
        places[count++] = pixel + 1;
    }
    if (row + 1 < own->height) {
        places[count++] = pixel + own->width;
    }
    return count;
}

/* Gives the plateau of a pixel the number `basin`; false where it has a lower neighbour. `waiting` has room for all. */
static bool take_plateau(flood *own, size_t start, uint32_t basin, uint32_t *waiting)
{
    size_t places[NEIGHBOURS], count = 1;
    bool lowest = true;
    waiting[0] = (uint32_t)start;
    own->basin_of[start] = basin;
    for (size_t done = 0; done < count; done++) {
        size_t around = neighbours_of(own, waiting[done], places);
        for (size_t k = 0; k < around; k++) {
            size_t to = places[k];
            lowest = lowest && own->level[to] >= own->level[start];
            if (own->level[to] == own->level[start] && own->basin_of[to] != basin) {
                own->basin_of[to] = basin;
                waiting[count++] = (uint32_t)to;
            }
        }
    }
    return lowest;
}

static void enqueue(flood *own, size_t pixel, uint8_t level)
{
    own->next[pixel] = none;
    if (own->first[level] == none) {
        own->first[level] = (uint32_t)pixel;
    } else {
        own->next[own->last[level]] = (uint32_t)pixel;
    }
    own->last[level] = (uint32_t)pixel;
}

/* Numbers the minima; pixels elsewhere get `none`. */
static uint32_t find_minima(flood *own, uint32_t *waiting)
{
    /* Plateaus that are no minima keep a number above all others until all are seen. */
    size_t pixels = own->height * own->width;
    uint32_t count = 0, refused = none - 1;
    for (size_t i = 0; i < pixels; i++) {
        if (own->basin_of[i] == none && !take_plateau(own, i, refused, waiting)) {
            refused--;
        } else if (own->basin_of[i] == refused) {
            take_plateau(own, i, count++, waiting);
        }
    }
    for (size_t i = 0; i < pixels; i++) {
        own->basin_of[i] = own->basin_of[i] < count ? own->basin_of[i] : none;
    }
    return count;
}

/* Takes pixels from the lowest queue on; each gives its number to neighbours that have none. */
static void spread(flood *own)
{
    size_t places[NEIGHBOURS];
    for (size_t level = 0; level < LEVELS;) {
        uint32_t pixel = own->first[level];
        if (pixel == none) {
            level++;
            continue;
        }
        own->first[level] = own->next[pixel];
        size_t around = neighbours_of(own, pixel, places);
        for (size_t k = 0; k < around; k++) {
            size_t to = places[k];
            if (own->basin_of[to] == none) {
                own->basin_of[to] = own->basin_of[pixel];
                enqueue(own, to, own->level[to] > level ? own->level[to] : (uint8_t)level);
            }
        }
    }
}

ond_status ond_edge_basins(const float *map, size_t height, size_t width, uint32_t *basin_of, uint32_t *count)
{
    size_t pixels = height * width;
    if (pixels >= UINT32_MAX / 2) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "a map of %zu x %zu pixels, fewer than 2^31 can have regions", height,
                        width);
    }
    flood own = {.height = height, .width = width, .basin_of = basin_of};
    own.level = ond_memory_allocate(pixels, sizeof *own.level);
    own.next = ond_memory_allocate(pixels, sizeof *own.next);
    ond_status status = own.level && own.next ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        memset(own.first, 0xff, sizeof own.first);
        memset(basin_of, 0xff, pixels * sizeof *basin_of);
        for (size_t i = 0; i < pixels; i++) {
            own.level[i] = (uint8_t)lrintf(fminf(fmaxf(map[i], 0), 1) * (LEVELS - 1));
        }
        *count = find_minima(&own, own.next);
        for (size_t i = 0; i < pixels; i++) {
            if (basin_of[i] != none) {
                enqueue(&own, i, own.level[i]);
            }
        }
        spread(&own);
    }
    ond_memory_free(own.level);
    ond_memory_free(own.next);
    return status;
}
