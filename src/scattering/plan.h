/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_PLAN_H
#define OND_SCATTERING_PLAN_H

#include "core/memory.h"
#include "fft/stacked.h"
#include "filters/fold_points.h"
#include "filters/fold_table.h"
#include "scattering/lowpass.h"
#include "scattering/paths.h"

#include <stdatomic.h>

enum { OND_MAX_LEVELS = 32 };

/* Planes of one layer of the cascade. */
typedef struct ond_layer {
    ond_complex *plane; /* filtered */
    float *modulus;
    ond_complex *spectrum; /* of the modulus */
} ond_layer;

/* Everything one worker needs for one image. Layer 0 is the padded image. */
typedef struct ond_scratch {
    ond_layer layer[OND_MAX_ORDER + 1];
    float *lowpass;
} ond_scratch;

/* Everything that images of one size need, decided once. */
typedef struct ond_plan {
    atomic_int owners;
    size_t height, width;
    ond_axis rows, columns;
    ond_filters *bank; /* on the padded grid */
    int levels;        /* resolutions in use */
    int *filter_level; /* per filter: the resolution that its output is sampled at */
    ond_planning planning;
    ond_fft *fft[OND_MAX_LEVELS];         /* in a plan that is complete */
    ond_split_fft *split[OND_MAX_LEVELS]; /* NULL where forward.h has no transforms for the sizes */
    ond_fold_table **folds; /* [filters, OND_MAX_LEVELS]: of a filter behind a parent's resolution; some are NULL */
    ond_stacked_fft stacked[OND_MAX_LEVELS];
    ond_fold_points **points; /* as folds; NULL where images are too large for stacks */
    ond_lowpass lowpass[OND_MAX_LEVELS];
    int layer_level[OND_MAX_ORDER + 1]; /* the finest resolution that a layer can have */
    int order;
} ond_plan;

/* @param filters  any bank of the family; used as it is when its grid is the padded size, else remade */
ond_status ond_plan_create(const ond_filters *filters, const ond_scattering_config *config, size_t height, size_t width,
                           ond_plan **plan);

/* Makes what features alone do not need: the transforms of cascade.h. The caller holds the lock of the plan's object.
 */
ond_status ond_plan_complete(ond_plan *plan);

/* Plans are shared: each share is undone by a release, the last of which frees. */
void ond_plan_share(ond_plan *plan);
void ond_plan_release(ond_plan *plan);

/* Cuts one worker's scratch from an arena, or measures it. */
ond_scratch ond_plan_take_scratch(const ond_plan *plan, bool own_image, ond_arena *arena);

/* Scratch for `workers` in one block, or NULL.
 * @param scratch  one entry per worker
 * @param own_image  whether each worker has a layer 0; otherwise the first alone */
void *ond_plan_allocate_scratch(const ond_plan *plan, int workers, bool own_image, ond_scratch *scratch);

#endif
