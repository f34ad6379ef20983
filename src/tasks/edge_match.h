/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_MATCH_H
#define OND_TASKS_EDGE_MATCH_H

#include "core/status.h"

#include <stdint.h>

/* Pixels of two maps that may be partners: those no farther apart than the radius, nearest first. */
typedef struct ond_neighbourhood {
    int32_t (*offsets)[2]; /* row, column */
    size_t count;
} ond_neighbourhood;

ond_status ond_neighbourhood_create(double radius, ond_neighbourhood *neighbourhood);
void ond_neighbourhood_destroy(ond_neighbourhood *neighbourhood);

enum { OND_UNMATCHED = -1 };

/* Matching of detected pixels ("left") with those of one truth map ("right"). Made once for maps of one size. */
typedef struct ond_matcher {
    size_t height, width;
    const ond_neighbourhood *near;
    int32_t largest_squared; /* distance */
    int32_t *right_at;       /* number of the truth pixel at each place; OND_UNMATCHED elsewhere */
    size_t left_count;
    const int32_t (*left_places)[2];
    int32_t *left_partner, *right_partner;
    int32_t *begin, *neighbours; /* of left pixel i: neighbours[begin[i]…begin[i + 1] − 1], nearest first */
    size_t neighbour_capacity;
    int32_t *layer, *queue, *cursor, *path;
} ond_matcher;

ond_status ond_matcher_create(size_t height, size_t width, const ond_neighbourhood *near, ond_matcher *matcher);
void ond_matcher_destroy(ond_matcher *matcher);

/* Pairs as many pixels as can be paired, near ones rather than far ones: left_partner and right_partner hold the
 * result. Places are (row, column). */
ond_status ond_matcher_run(ond_matcher *matcher, const int32_t (*left_places)[2], size_t left_count,
                           const int32_t (*right_places)[2], size_t right_count);

#endif
