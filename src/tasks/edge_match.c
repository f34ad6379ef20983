/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_match.h"

#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* By distance, then from top to bottom and left to right. */
static int compare_offsets(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    int32_t order = (x[0] * x[0] + x[1] * x[1]) - (y[0] * y[0] + y[1] * y[1]);
    order = order ? order : x[0] - y[0];
    order = order ? order : x[1] - y[1];
    return (order > 0) - (order < 0);
}

ond_status ond_neighbourhood_create(double radius, ond_neighbourhood *neighbourhood)
{
    int32_t reach = (int32_t)floor(radius);
    size_t side = 2 * (size_t)reach + 1;
    *neighbourhood = (ond_neighbourhood){0};
    neighbourhood->offsets = ond_memory_allocate(side * side, sizeof *neighbourhood->offsets);
    if (!neighbourhood->offsets) {
        return OND_ERROR_MEMORY;
    }
    for (int32_t row = -reach; row <= reach; row++) {
        for (int32_t column = -reach; column <= reach; column++) {
            if ((double)row * row + (double)column * column <= radius * radius) {
                int32_t *offset = neighbourhood->offsets[neighbourhood->count++];
                offset[0] = row;
                offset[1] = column;
            }
        }
    }
    qsort(neighbourhood->offsets, neighbourhood->count, sizeof *neighbourhood->offsets, compare_offsets);
    return OND_OK;
}

void ond_neighbourhood_destroy(ond_neighbourhood *neighbourhood)
{
    ond_memory_free(neighbourhood->offsets);
    *neighbourhood = (ond_neighbourhood){0};
}

ond_status ond_matcher_create(size_t height, size_t width, const ond_neighbourhood *near, ond_matcher *matcher)
{
    size_t count = height * width;
    *matcher = (ond_matcher){.height = height, .width = width, .near = near};
    const int32_t *farthest = near->offsets[near->count - 1];
    matcher->largest_squared = farthest[0] * farthest[0] + farthest[1] * farthest[1];
    if (count >= INT32_MAX) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "maps of %zu x %zu pixels, at most 2^31 - 2 can be matched", height,
                        width);
    }
    int32_t **const arrays[] = {&matcher->right_at, &matcher->left_partner, &matcher->right_partner, &matcher->begin,
                                &matcher->layer,    &matcher->queue,        &matcher->cursor,        &matcher->path};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        *arrays[i] = ond_memory_allocate(count + 1, sizeof(int32_t));
        if (!*arrays[i]) {
            ond_matcher_destroy(matcher);
            return OND_ERROR_MEMORY;
        }
    }
    for (size_t i = 0; i < count; i++) {
        matcher->right_at[i] = OND_UNMATCHED;
    }
    return OND_OK;
}

void ond_matcher_destroy(ond_matcher *matcher)
{
    int32_t *const arrays[]
        = {matcher->right_at, matcher->left_partner, matcher->right_partner, matcher->begin, matcher->neighbours,
           matcher->layer,    matcher->queue,        matcher->cursor,        matcher->path};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        ond_memory_free(arrays[i]);
    }
    *matcher = (ond_matcher){0};
}

/* The truth pixel at an offset from a place, or OND_UNMATCHED. */
static int32_t right_near(const ond_matcher *matcher, const int32_t place[2], const int32_t offset[2])
{
    int32_t row = place[0] + offset[0], column = place[1] + offset[1];
    bool inside = row >= 0 && column >= 0 && (size_t)row < matcher->height && (size_t)column < matcher->width;
    return inside ? matcher->right_at[(size_t)row * matcher->width + (size_t)column] : OND_UNMATCHED;
}

static ond_status reserve_neighbours(ond_matcher *matcher, size_t count)
{
    if (count <= matcher->neighbour_capacity) {
        return OND_OK;
    }
    if (count >= INT32_MAX) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "%zu pairs of near pixels, at most 2^31 - 2 can be matched", count);
    }
    ond_memory_free(matcher->neighbours);
    matcher->neighbour_capacity = 0;
    matcher->neighbours = ond_memory_allocate(count, sizeof *matcher->neighbours);
    if (!matcher->neighbours) {
        return OND_ERROR_MEMORY;
    }
    matcher->neighbour_capacity = count;
    return OND_OK;
}

/* The graph: counted first, then listed. */
static ond_status list_neighbours(ond_matcher *matcher)
{
    const ond_neighbourhood *near = matcher->near;
    size_t count = 0;
    for (size_t i = 0; i < matcher->left_count; i++) {
        for (size_t k = 0; k < near->count; k++) {
            count += right_near(matcher, matcher->left_places[i], near->offsets[k]) != OND_UNMATCHED;
        }
    }
    OND_TRY(reserve_neighbours(matcher, count));
    count = 0;
    for (size_t i = 0; i < matcher->left_count; i++) {
        matcher->begin[i] = (int32_t)count;
        for (size_t k = 0; k < near->count; k++) {
            int32_t right = right_near(matcher, matcher->left_places[i], near->offsets[k]);
            if (right != OND_UNMATCHED) {
                matcher->neighbours[count++] = right;
            }
        }
    }
    matcher->begin[matcher->left_count] = (int32_t)count;
    return OND_OK;
}

static void pair(ond_matcher *matcher, int32_t left, int32_t right)
{
    matcher->left_partner[left] = right;
    matcher->right_partner[right] = left;
}

/* Near pixels first: nearly a maximum matching, and of small total distance. */
static void match_greedily(ond_matcher *matcher)
{
    for (size_t k = 0; k < matcher->near->count; k++) {
        for (size_t i = 0; i < matcher->left_count; i++) {
            if (matcher->left_partner[i] != OND_UNMATCHED) {
                continue;
            }
            int32_t right = right_near(matcher, matcher->left_places[i], matcher->near->offsets[k]);
            if (right != OND_UNMATCHED && matcher->right_partner[right] == OND_UNMATCHED) {
                pair(matcher, (int32_t)i, right);
            }
        }
    }
}

/* Layers of the left pixels by the length of the shortest alternating path from a free one. Returns whether a free
 * right pixel can be reached. */
static bool find_layers(ond_matcher *matcher)
{
    size_t head = 0, tail = 0;
    bool reached = false;
    for (size_t i = 0; i < matcher->left_count; i++) {
        bool is_free = matcher->left_partner[i] == OND_UNMATCHED;
        matcher->layer[i] = is_free ? 0 : OND_UNMATCHED;
        matcher->cursor[i] = matcher->begin[i];
        if (is_free) {
            matcher->queue[tail++] = (int32_t)i;
        }
    }
    while (head < tail) {
        int32_t left = matcher->queue[head++];
        for (int32_t k = matcher->begin[left]; k < matcher->begin[left + 1]; k++) {
            int32_t next = matcher->right_partner[matcher->neighbours[k]];
            if (next == OND_UNMATCHED) {
                reached = true;
            } else if (matcher->layer[next] == OND_UNMATCHED) {
                matcher->layer[next] = matcher->layer[left] + 1;
                matcher->queue[tail++] = next;
            }
        }
    }
    return reached;
}

/* Follows the layers from a free left pixel to a free right one, and turns the pairs on the way. The path holds the
 * left pixels; the cursor of each stands on the right pixel that it goes through. */
static void augment(ond_matcher *matcher, int32_t start)
{
    size_t depth = 0;
    matcher->path[0] = start;
    for (;;) {
        int32_t left = matcher->path[depth];
        if (matcher->cursor[left] == matcher->begin[left + 1]) { /* a dead end for good */
            if (depth == 0) {
                return;
            }
            matcher->cursor[matcher->path[--depth]]++;
            continue;
        }
        int32_t next = matcher->right_partner[matcher->neighbours[matcher->cursor[left]]];
        if (next == OND_UNMATCHED) {
            break;
        }
        if (matcher->layer[next] == matcher->layer[left] + 1) {
            matcher->path[++depth] = next;
        } else {
            matcher->cursor[left]++;
        }
    }
    for (size_t i = depth + 1; i-- > 0;) {
        int32_t left = matcher->path[i];
        pair(matcher, left, matcher->neighbours[matcher->cursor[left]]);
        matcher->layer[left] = OND_UNMATCHED; /* paths of one round do not meet */
    }
}

static int32_t squared_distance(const int32_t a[2], const int32_t b[2])
{
    return (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
}

/* A free left pixel takes the place of a farther partner, which then looks for another place itself, and so on: the
 * number of pairs stays, distances only fall. */
static void settle_left(ond_matcher *matcher, const int32_t (*right_places)[2], int32_t left)
{
    while (left != OND_UNMATCHED) {
        const int32_t *place = matcher->left_places[left];
        int32_t gain = 0, chosen = OND_UNMATCHED;
        for (int32_t k = matcher->begin[left]; k < matcher->begin[left + 1]; k++) {
            int32_t right = matcher->neighbours[k], rival = matcher->right_partner[right];
            int32_t saved = squared_distance(matcher->left_places[rival], right_places[right])
                            - squared_distance(place, right_places[right]);
            if (saved > gain) {
                gain = saved;
                chosen = right;
            }
        }
        if (chosen == OND_UNMATCHED) {
            return;
        }
        int32_t rival = matcher->right_partner[chosen];
        matcher->left_partner[rival] = OND_UNMATCHED;
        pair(matcher, left, chosen);
        left = rival;
    }
}

/* Two pairs exchange partners where both stay near and the sum of squared distances falls; a pair's left pixel moves to
 * a free right pixel that is nearer. Returns whether anything changed. */
static bool exchange(ond_matcher *matcher, const int32_t (*right_places)[2], int32_t left)
{
    const int32_t *place = matcher->left_places[left];
    int32_t own = matcher->left_partner[left], before = squared_distance(place, right_places[own]);
    for (int32_t k = matcher->begin[left]; k < matcher->begin[left + 1]; k++) {
        int32_t right = matcher->neighbours[k], rival = matcher->right_partner[right];
        int32_t after = squared_distance(place, right_places[right]);
        if (after >= before) {
            return false; /* neighbours are sorted */
        }
        if (rival == OND_UNMATCHED) {
            matcher->right_partner[own] = OND_UNMATCHED;
            pair(matcher, left, right);
            return true;
        }
        const int32_t *other = matcher->left_places[rival];
        int32_t rival_after = squared_distance(other, right_places[own]);
        bool near = rival_after <= matcher->largest_squared;
        if (near && after + rival_after < before + squared_distance(other, right_places[right])) {
            pair(matcher, left, right);
            pair(matcher, rival, own);
            return true;
        }
    }
    return false;
}

/* Among the matchings of this size, looks for one of small total squared distance. */
static void improve(ond_matcher *matcher, const int32_t (*right_places)[2])
{
    enum { ROUNDS = 8 };
    bool changed = true;
    for (int round = 0; changed && round < ROUNDS; round++) {
        changed = false;
        for (size_t i = 0; i < matcher->left_count; i++) {
            if (matcher->left_partner[i] == OND_UNMATCHED) {
                settle_left(matcher, right_places, (int32_t)i);
            } else {
                changed |= exchange(matcher, right_places, (int32_t)i);
            }
        }
    }
}

ond_status ond_matcher_run(ond_matcher *matcher, const int32_t (*left_places)[2], size_t left_count,
                           const int32_t (*right_places)[2], size_t right_count)
{
    matcher->left_places = left_places;
    matcher->left_count = left_count;
    for (size_t i = 0; i < left_count; i++) {
        matcher->left_partner[i] = OND_UNMATCHED;
    }
    for (size_t i = 0; i < right_count; i++) {
        matcher->right_at[(size_t)right_places[i][0] * matcher->width + (size_t)right_places[i][1]] = (int32_t)i;
        matcher->right_partner[i] = OND_UNMATCHED;
    }
    ond_status status = list_neighbours(matcher);
    if (status == OND_OK) {
        match_greedily(matcher);
        while (find_layers(matcher)) {
            for (size_t i = 0; i < left_count; i++) {
                if (matcher->left_partner[i] == OND_UNMATCHED) {
                    augment(matcher, (int32_t)i);
                }
            }
        }
        improve(matcher, right_places);
    }
    for (size_t i = 0; i < right_count; i++) {
        matcher->right_at[(size_t)right_places[i][0] * matcher->width + (size_t)right_places[i][1]] = OND_UNMATCHED;
    }
    return status;
}
