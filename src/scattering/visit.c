/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/view.h"
#include "scattering/cascade.h"
#include "scattering/scattering.h"

#include <string.h>

/* A call of ond_scattering_visit. */
typedef struct visit {
    const ond_scattering *scattering;
    const ond_plan *plan;
    ond_scattering_visitor visitor;
    void *context;
    float *copy;    /* of the propagated plane, rows without padding */
    float *samples; /* of the averaged one */
} visit;

static ond_array contiguous(const ond_fft *fft, const float *plane, float *copy)
{
    for (size_t row = 0; row < fft->height; row++) {
        memcpy(copy + row * fft->width, plane + row * fft->real_stride, fft->width * sizeof *copy);
    }
    size_t shape[2] = {fft->height, fft->width};
    return ond_array_view(copy, 2, shape);
}

static ond_status hand_over(void *context, const ond_propagated *propagated, ond_scratch *scratch)
{
    const visit *call = context;
    const ond_plan *plan = call->plan;
    const ond_fft *fft = plan->fft[propagated->level];
    size_t shape[2] = {plan->rows.outputs, plan->columns.outputs};
    ond_lowpass_apply(&plan->lowpass[propagated->level], propagated->modulus, fft->real_stride, propagated->spectrum,
                      scratch->lowpass, call->samples);
    ond_scattering_step step = {
        .channel = propagated->channel,
        .path = call->scattering->tree.nodes[propagated->channel].path,
        .propagated = contiguous(fft, propagated->modulus, call->copy),
        .subsampling = propagated->level,
        .averaged = ond_array_view(call->samples, 2, shape),
    };
    return call->visitor(call->context, &step);
}

static ond_status walk(visit *call, const ond_array *image)
{
    const ond_plan *plan = call->plan;
    ond_scratch scratch;
    void *memory = ond_plan_allocate_scratch(plan, 1, true, &scratch);
    call->copy = ond_memory_allocate(plan->rows.padded, plan->columns.padded * sizeof(float));
    call->samples = ond_memory_allocate(plan->rows.outputs, plan->columns.outputs * sizeof(float));
    ond_status status = memory && call->copy && call->samples ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        ond_cascade cascade = {
            .plan = plan,
            .tree = &call->scattering->tree,
            .leaf_spectra = !plan->lowpass[0].separable,
            .visitor = hand_over,
            .context = call,
        };
        ond_image_view view = ond_view_of_planes(image->data, 1, plan->height, plan->width);
        status = ond_cascade_walk(&cascade, (ond_channel){&view, 0}, call->scattering->config.padding, &scratch);
    }
    ond_memory_free(memory);
    ond_memory_free(call->copy);
    ond_memory_free(call->samples);
    return status;
}

ond_status ond_scattering_visit(const ond_scattering *scattering, const ond_array *image,
                                ond_scattering_visitor visitor, void *context)
{
    OND_TRY(ond_scattering_check_image(image));
    ond_plan *plan = NULL;
    OND_TRY(ond_scattering_complete_plan(scattering, image->shape[0], image->shape[1], &plan));
    visit call = {.scattering = scattering, .plan = plan, .visitor = visitor, .context = context};
    ond_status status = walk(&call, image);
    ond_plan_release(plan);
    return status;
}
