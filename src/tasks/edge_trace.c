/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"

#include <ondelet/edges.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Points on either side that a contour's curvature is measured with. */
enum { CURVATURE_REACH = 5, NEIGHBOURS = 8 };

typedef struct tracer {
    const ond_edge_map *map;
    size_t height, width;
    const float *binary;
    uint8_t *used;
    ond_contours *contours;
} tracer;

/* Straight neighbours first: a line does not cut corners that it goes round. */
static const int steps[NEIGHBOURS][2] = {{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {1, 1}, {1, -1}, {-1, -1}, {-1, 1}};

/* The set pixel in a direction, or false. */
static bool neighbour(const tracer *own, size_t pixel, int direction, size_t *found)
{
    ptrdiff_t row = (ptrdiff_t)(pixel / own->width) + steps[direction][0];
    ptrdiff_t column = (ptrdiff_t)(pixel % own->width) + steps[direction][1];
    if (row < 0 || column < 0 || row >= (ptrdiff_t)own->height || column >= (ptrdiff_t)own->width) {
        return false;
    }
    *found = (size_t)row * own->width + (size_t)column;
    return own->binary[*found] > 0.5F;
}

/* How many lines leave a pixel: changes from unset to set around it. */
static int branches(const tracer *own, size_t pixel)
{
    static const int around[NEIGHBOURS] = {0, 4, 1, 5, 2, 6, 3, 7};
    bool set[NEIGHBOURS];
    int count = 0, total = 0;
    size_t other;
    for (int i = 0; i < NEIGHBOURS; i++) {
        set[i] = neighbour(own, pixel, around[i], &other);
        total += set[i];
    }
    for (int i = 0; i < NEIGHBOURS; i++) {
        count += !set[i] && set[(i + 1) % NEIGHBOURS];
    }
    return total == NEIGHBOURS ? 1 : count;
}

static ond_contour_point point_at(const tracer *own, size_t pixel)
{
    const ond_edge_map *map = own->map;
    float angle = map->normal_rad.data[pixel], offset = map->offset_px.data[pixel];
    return (ond_contour_point){
        .row = (float)(pixel / own->width) + offset * cosf(angle),
        .column = (float)(pixel % own->width) + offset * sinf(angle),
        .strength = map->strength.data[pixel],
        .normal_rad = angle,
        .curvature = NAN,
    };
}

/* Goes on from a pixel while there is one that no contour has. A junction ends the contour, which keeps it. */
static void follow(tracer *own, size_t start)
{
    ond_contours *all = own->contours;
    ond_contour *contour = &all->items[all->count];
    size_t pixel = start, next;
    *contour = (ond_contour){.begin = all->point_count};
    bool more = true;
    while (more) {
        own->used[pixel] = 1;
        all->points[all->point_count++] = point_at(own, pixel);
        contour->count++;
        more = false;
        if (pixel != start && branches(own, pixel) > 2) {
            break;
        }
        for (int d = 0; !more && d < NEIGHBOURS; d++) {
            if (neighbour(own, pixel, d, &next) && !own->used[next]) {
                pixel = next;
                more = true;
            }
        }
    }
    size_t last = pixel;
    for (int d = 0; contour->count > 3 && d < NEIGHBOURS; d++) {
        contour->closed |= neighbour(own, last, d, &next) && next == start;
    }
    all->count++;
}

/* Lines with ends first, then those that start at junctions, then closed ones. */
static void follow_all(tracer *own)
{
    size_t pixels = own->height * own->width;
    for (int pass = 0; pass < 3; pass++) {
        for (size_t i = 0; i < pixels; i++) {
            if (own->binary[i] > 0.5F && !own->used[i]) {
                int count = branches(own, i);
                if (pass == 2 || (pass == 0 && count <= 1) || (pass == 1 && count > 2)) {
                    follow(own, i);
                }
            }
        }
    }
}

/* The circle through a point and two others: 4 area / (product of the sides). */
static float circle_curvature(const ond_contour_point *a, const ond_contour_point *b, const ond_contour_point *c)
{
    double ab[2] = {(double)(b->row - a->row), (double)(b->column - a->column)};
    double bc[2] = {(double)(c->row - b->row), (double)(c->column - b->column)};
    double ac[2] = {ab[0] + bc[0], ab[1] + bc[1]};
    double sides = hypot(ab[0], ab[1]) * hypot(bc[0], bc[1]) * hypot(ac[0], ac[1]);
    return sides > 0 ? (float)(2 * (ab[0] * bc[1] - ab[1] * bc[0]) / sides) : NAN;
}

static void measure_curvature(const ond_contours *contours, const ond_contour *contour)
{
    ond_contour_point *points = contours->points + contour->begin;
    size_t count = contour->count, reach = CURVATURE_REACH;
    for (size_t i = 0; i < count; i++) {
        bool inside = i >= reach && i + reach < count;
        if (inside || (contour->closed && count > 3 * reach)) {
            points[i].curvature
                = circle_curvature(&points[(i + count - reach) % count], &points[i], &points[(i + reach) % count]);
        }
    }
}

static int compare_contours(const void *a, const void *b)
{
    const ond_contour *x = a, *y = b;
    int order = (x->count < y->count) - (x->count > y->count);
    return order ? order : (x->begin > y->begin) - (x->begin < y->begin);
}

static ond_status check(const ond_edge_map *map, const ond_array *binary)
{
    OND_TRY(ond_array_check_filled(&map->strength, "the edge map"));
    OND_TRY(ond_array_check_filled(binary, "the binary map"));
    const size_t *size = map->strength.shape;
    if (binary->rank != 2 || binary->shape[0] != size[0] || binary->shape[1] != size[1]) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the binary map is %s, the edge map %zu x %zu",
                        ond_shape_text(binary->rank, binary->shape, text), size[0], size[1]);
    }
    return OND_OK;
}

static ond_status trace(tracer *own)
{
    size_t pixels = own->height * own->width, set = 0;
    for (size_t i = 0; i < pixels; i++) {
        set += own->binary[i] > 0.5F;
    }
    own->contours->items = ond_memory_allocate(set, sizeof *own->contours->items);
    own->contours->points = ond_memory_allocate(set, sizeof *own->contours->points);
    own->used = ond_memory_allocate_zero(pixels, 1);
    if (!own->contours->items || !own->contours->points || !own->used) {
        return OND_ERROR_MEMORY;
    }
    follow_all(own);
    for (size_t i = 0; i < own->contours->count; i++) {
        measure_curvature(own->contours, &own->contours->items[i]);
    }
    qsort(own->contours->items, own->contours->count, sizeof *own->contours->items, compare_contours);
    return OND_OK;
}

ond_status ond_edge_trace(const ond_edge_map *map, const ond_array *binary, ond_contours *contours)
{
    OND_TRY(check(map, binary));
    ond_contours made = {0};
    tracer own = {map, binary->shape[0], binary->shape[1], binary->data, NULL, &made};
    ond_status status = trace(&own);
    ond_memory_free(own.used);
    if (status != OND_OK) {
        ond_contours_free(&made);
        return status;
    }
    *contours = made;
    return OND_OK;
}

void ond_contours_free(ond_contours *contours)
{
    if (contours) {
        ond_memory_free(contours->items);
        ond_memory_free(contours->points);
        *contours = (ond_contours){0};
    }
}
