/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_SCATTERING_H
#define OND_SCATTERING_SCATTERING_H

#include "scattering/forward.h"
#include "scattering/plan.h"

#include <pthread.h>

enum { OND_PLANS_KEPT = 8 };

struct ond_scattering {
    ond_filters *filters;
    ond_scattering_config config;
    ond_path_tree tree;
    pthread_mutex_t lock;            /* of the plans and the room, which come and go; all else stays as created */
    ond_plan *plans[OND_PLANS_KEPT]; /* the most recently used first */
    ond_forward_room *room;          /* of the last call, or NULL while one uses it */
};

/* The plan for a size, made now or found; undone by ond_plan_release. */
ond_status ond_scattering_plan(const ond_scattering *scattering, size_t height, size_t width, ond_plan **plan);

/* The same with the transforms that all but ond_scattering_apply want. */
ond_status ond_scattering_complete_plan(const ond_scattering *scattering, size_t height, size_t width, ond_plan **plan);

/* Scratch as wanted, the one that was kept or a new one; and back again, to be kept. */
ond_status ond_scattering_take_room(const ond_scattering *scattering, ond_plan *plan, ond_forward_sharing sharing,
                                    ond_forward_room **room);
void ond_scattering_keep_room(const ond_scattering *scattering, ond_forward_room *room);

/* [height, width] and up to two axes in front as a view in which each image is a channel. */
ond_status ond_scattering_view_images(const ond_array *images, ond_image_view *view);

/* Shape of features: `leading` axes of the images, then [paths, output height, output width]. Returns the rank. */
int ond_scattering_shape(const ond_scattering *scattering, const ond_plan *plan, int leading, const size_t *axes,
                         size_t shape[OND_MAX_RANK]);

/* Normalises the features of image `index`, `samples` for each path, and takes their logarithm, as the config has it.
 * Fails where they are not finite. */
ond_status ond_scattering_finish(const ond_scattering *scattering, size_t index, size_t samples, float *features);

/* Fails where an image holds a NaN or infinity. */
ond_status ond_scattering_check_pixels(ond_channel image);

/* Fails unless the array is [height, width], filled and finite. */
ond_status ond_scattering_check_image(const ond_array *image);

#endif
