/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_SCATTERING_H
#define OND_SCATTERING_SCATTERING_H

#include "scattering/plan.h"

#include <pthread.h>

enum { OND_PLANS_KEPT = 8 };

struct ond_scattering {
    ond_filters *filters;
    ond_scattering_config config;
    ond_path_tree tree;
    pthread_mutex_t lock;            /* of the plans, which come and go; everything else stays as created */
    ond_plan *plans[OND_PLANS_KEPT]; /* the most recently used first */
};

/* The plan for a size, made now or found; undone by ond_plan_release. */
ond_status ond_scattering_plan(const ond_scattering *scattering, size_t height, size_t width, ond_plan **plan);

/* Fails unless the array is [height, width], filled and finite. */
ond_status ond_scattering_check_image(const ond_array *image);

#endif
