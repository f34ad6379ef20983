/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_LEARNED_H
#define OND_TASKS_LEARNED_H

#include "learn/residual_network.h"

#include <ondelet/denoise.h>

enum {
    OND_LEARNED_PHASES = 4, /* of the two-fold subsampling: half the height and width, four times the channels */
    OND_LEARNED_PLANES = 3, /* residual of the mean opinion, difference of the opinions, contrast of their mean */
    OND_LEARNED_INPUTS = OND_LEARNED_PLANES * OND_LEARNED_PHASES
};

/* What the network is asked about: planes [height, width] with even sides, in units of the noise. */
typedef struct ond_learned_view {
    size_t height, width;
    const float *noisy, *shearlet, *local;
} ond_learned_view;

/* The mean opinion [height, width] and the network's input [height/2, width/2, 12]. */
ond_status ond_learned_gather(const ond_learned_view *view, float *mean, float *input);

/* Where pixel (row, column) lies in a picture [height/2, width/2, channels], four phases for each plane. */
size_t ond_learned_place(size_t row, size_t column, size_t width, size_t channels);

/* The mean of two opinions on a noisy plane, corrected. All planes have even sides and are in units of the noise;
 * `clean` may be an opinion. */
ond_status ond_denoise_correct(const ond_denoise_model *model, const ond_array *noisy, const ond_array *shearlet,
                               const ond_array *local, ond_array *clean);

#endif
