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

/* The same for [height, width] and up to two axes in front. */
ond_status ond_scattering_plan_images(const ond_scattering *scattering, const ond_array *images, ond_plan **plan);

/* Shape of their features: the leading axes, then [paths, output height, output width]. Returns the rank. */
int ond_scattering_shape(const ond_scattering *scattering, const ond_plan *plan, const ond_array *images,
                         size_t shape[OND_MAX_RANK]);

/* Fails where an image of the plan's size holds a NaN or infinity; `index` is for the message. */
ond_status ond_scattering_check_pixels(const float *image, const ond_plan *plan, size_t index);

/* Fails unless the array is [height, width], filled and finite. */
ond_status ond_scattering_check_image(const ond_array *image);

#endif
