/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_THIN_H
#define OND_TASKS_EDGE_THIN_H

#include "core/status.h"

#include <stdint.h>

/* Scratch for maps of height x width. */
typedef struct ond_thinner {
    size_t height, width, stride; /* stride = width + 2: maps have a border of zeros, so that each pixel has eight
                                     neighbours */
    uint8_t *map;                 /* (height + 2) x stride; 1 where set. What is thinned */
    uint32_t *active, *removed;   /* positions in the map */
} ond_thinner;

ond_status ond_thinner_create(size_t height, size_t width, ond_thinner *thinner);
void ond_thinner_destroy(ond_thinner *thinner);

/* Thins the map in place. */
void ond_thinner_run(ond_thinner *thinner);

#endif
