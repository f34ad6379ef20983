/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_CASCADE_H
#define OND_SCATTERING_CASCADE_H

#include "scattering/plan.h"

/* One U[p]x on its way through the cascade. */
typedef struct ond_propagated {
    size_t channel;
    int level;
    const float *modulus; /* every 2^level-th pixel of the padded image; stride as in the plan's FFT of the level */
    ond_plane spectrum;   /* `data` NULL where nothing asked for it */
} ond_propagated;

/* From a filtered layer to its modulus: layer.modulus = scale |IDFT(layer.plane)|; layer.plane keeps the inverse
 * transform, not normalised. With `forward` layer.spectrum becomes the whole spectrum of the modulus. */
void ond_cascade_modulus(const ond_fft *fft, ond_layer layer, float scale, bool forward);

/* The resolution of a filter's output when its input has `parent_level`. */
int ond_cascade_level(const ond_plan *plan, size_t filter, int parent_level);

/* Called for every path after its parent. */
typedef ond_status (*ond_cascade_visitor)(void *context, const ond_propagated *propagated, ond_scratch *scratch);

/* A walk over the tree of paths of one image. */
typedef struct ond_cascade {
    const ond_plan *plan;
    const ond_path_tree *tree;
    bool leaf_spectra; /* whether paths without children need their spectrum too */
    ond_cascade_visitor visitor;
    void *context;
} ond_cascade;

/* Pads the image, transforms it, and visits order 0. The padded image and its spectrum stay in layer 0 of the scratch.
 */
ond_status ond_cascade_begin(const ond_cascade *cascade, ond_channel image, ond_padding padding, ond_scratch *scratch);

/* One filter on the image, and everything that follows from it: `child` counts the first-order paths. `image` is the
 * scratch that ond_cascade_begin filled, which several workers may read. */
ond_status ond_cascade_branch(const ond_cascade *cascade, size_t child, const ond_scratch *image, ond_scratch *scratch);

/* ond_cascade_begin and then every branch. */
ond_status ond_cascade_walk(const ond_cascade *cascade, ond_channel image, ond_padding padding, ond_scratch *scratch);

#endif
