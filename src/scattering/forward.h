/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_FORWARD_H
#define OND_SCATTERING_FORWARD_H

#include "scattering/stacked.h"

/* The cascade of cascade.h for features alone, sixteen lines at a time (fft/split.h): nothing is kept but spectra that
 * children need, and moduli are averaged while they are in the cache. For plans with `split` transforms. */

/* Everything one worker needs. */
typedef struct ond_forward_scratch {
    /* Per layer: first its turned groups (of the image: its padded rows), then the spectrum of its moduli, for layers
     * that have children. That of the image is worker 0's, or each's. */
    float *plane[OND_MAX_ORDER + 1];
    float *folded; /* a strip */
    float *strips;
    float *moduli; /* of two groups of rows */
    float *sums;   /* averaged along rows */
    float *work;
} ond_forward_scratch;

/* One image on its way. */
typedef struct ond_forward {
    const ond_plan *plan;
    const ond_path_tree *tree;
    ond_padding padding;
    float *features; /* of the image */
    size_t workers;  /* that share its paths */
} ond_forward;

/* How a call is shared out. */
typedef struct ond_forward_sharing {
    int workers;
    bool own_image; /* whether each worker has the planes of an image, else the first alone */
    bool stacks;    /* whether there are stacks of images (stacked.h) */
} ond_forward_sharing;

/* The scratch of a call. An object keeps that of its last one: clearing it anew takes a tenth of the time of a large
 * image. */
typedef struct ond_forward_room {
    ond_plan *plan; /* a share */
    ond_forward_sharing sharing;
    ond_forward_scratch *scratch; /* per worker */
    ond_stacked_scratch *stacked; /* per worker, where there are stacks */
    void *memory;
} ond_forward_room;

ond_status ond_forward_room_create(ond_plan *plan, ond_forward_sharing sharing, ond_forward_room **room);
void ond_forward_room_destroy(ond_forward_room *room);

/* Pads the image and averages it; leaves its spectrum in the first worker's scratch. */
ond_status ond_forward_begin(const ond_forward *call, ond_channel image, const ond_forward_scratch *scratch);

/* One filter on the image, and all that follows; as ond_cascade_branch. */
void ond_forward_branch(const ond_forward *call, size_t child, const ond_forward_scratch *image,
                        const ond_forward_scratch *scratch);

#endif
