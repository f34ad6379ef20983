/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/learned.h"

#include "core/array.h"
#include "core/memory.h"
#include "tasks/blur.h"
#include "tasks/denoise_model.h"

#include <math.h>

/* Of the Gaussian that the contrast is taken against. */
enum { REACH_PX = 8 };
static const double contrast_sigma_px = 3;

/* --- what the network sees --- */

size_t ond_learned_place(size_t row, size_t column, size_t width, size_t channels)
{
    return ((row / 2) * (width / 2) + column / 2) * channels + 2 * (row % 2) + column % 2;
}

static void interleave(const ond_learned_view *view, const float *mean, const float *blurred, float *input)
{
    for (size_t row = 0; row < view->height; row++) {
        for (size_t column = 0; column < view->width; column++) {
            size_t i = row * view->width + column;
            float *to = input + ond_learned_place(row, column, view->width, OND_LEARNED_INPUTS);
            to[0] = view->noisy[i] - mean[i];
            to[OND_LEARNED_PHASES] = view->shearlet[i] - view->local[i];
            to[2 * OND_LEARNED_PHASES] = asinhf(mean[i] - blurred[i]);
        }
    }
}

ond_status ond_learned_gather(const ond_learned_view *view, float *mean, float *input)
{
    size_t count = view->height * view->width;
    for (size_t i = 0; i < count; i++) {
        mean[i] = 0.5f * (view->shearlet[i] + view->local[i]);
    }
    float *blurred = ond_memory_allocate(count, sizeof *blurred);
    if (!blurred) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_blur(mean, view->height, view->width, contrast_sigma_px, REACH_PX, blurred);
    if (status == OND_OK) {
        interleave(view, mean, blurred, input);
    }
    ond_memory_free(blurred);
    return status;
}

/* --- the correction --- */

static ond_status correct(const ond_denoise_model *model, const ond_learned_view *view, float *mean, float *input,
                          float *clean)
{
    OND_TRY(ond_learned_gather(view, mean, input));
    float *output = input; /* the input is copied before the output is written */
    OND_TRY(ond_residual_network_apply(model->network, view->height / 2, view->width / 2, input, output));
    for (size_t row = 0; row < view->height; row++) {
        for (size_t column = 0; column < view->width; column++) {
            size_t i = row * view->width + column;
            clean[i] = mean[i] + output[ond_learned_place(row, column, view->width, OND_LEARNED_PHASES)];
        }
    }
    return OND_OK;
}

ond_status ond_denoise_correct(const ond_denoise_model *model, const ond_array *noisy, const ond_array *shearlet,
                               const ond_array *local, ond_array *clean)
{
    OND_TRY(ond_array_resize(clean, 2, noisy->shape));
    ond_learned_view view = {noisy->shape[0], noisy->shape[1], noisy->data, shearlet->data, local->data};
    size_t count = ond_array_count(noisy);
    float *mean = ond_memory_allocate(count, (1 + OND_LEARNED_PLANES) * sizeof *mean);
    if (!mean) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = correct(model, &view, mean, mean + count, clean->data);
    ond_memory_free(mean);
    return status;
}
