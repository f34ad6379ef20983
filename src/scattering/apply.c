/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/view.h"
#include "scattering/cascade.h"
#include "scattering/forward.h"
#include "scattering/scattering.h"

#include <math.h>

/* A call of ond_scattering_apply. */
typedef struct batch {
    const ond_scattering *scattering;
    ond_plan *plan;
    const ond_image_view *images; /* each image is a channel */
    float *features;
    size_t feature_size;    /* floats of one image's features */
    ond_scratch *scratch;   /* one per worker */
    ond_forward_room *room; /* instead, where the plan has split transforms */
    size_t stacks;          /* the first images in stacks of up to sixteen, then those that go alone */
    size_t stacked;         /* images in stacks */
} batch;

/* Where the samples of one image's paths go. */
typedef struct target {
    const ond_plan *plan;
    float *features;
} target;

static ond_status store_samples(void *context, const ond_propagated *propagated, ond_scratch *scratch)
{
    const target *to = context;
    const ond_plan *plan = to->plan;
    size_t samples = plan->rows.outputs * plan->columns.outputs;
    ond_lowpass_apply(&plan->lowpass[propagated->level], propagated->modulus, plan->fft[propagated->level]->real_stride,
                      propagated->spectrum, scratch->lowpass, to->features + propagated->channel * samples);
    return OND_OK;
}

static ond_cascade cascade_of(const batch *call, target *to)
{
    return (ond_cascade){
        .plan = call->plan,
        .tree = &call->scattering->tree,
        .leaf_spectra = !call->plan->lowpass[0].separable,
        .visitor = store_samples,
        .context = to,
    };
}

/* Order m divided by its parent of order m − 1, from the highest order down so that parents are still undivided. */
static void normalize(const ond_path_tree *tree, float floor, size_t samples, float *features)
{
    for (size_t channel = tree->count; channel-- > 0 && tree->nodes[channel].path.order >= 2;) {
        const float *parent = features + tree->nodes[channel].path.parent * samples;
        float *child = features + channel * samples;
        for (size_t i = 0; i < samples; i++) {
            child[i] /= fmaxf(parent[i], 0) + floor;
        }
    }
}

static void take_logarithm(float floor, size_t count, float *features)
{
    for (size_t i = 0; i < count; i++) {
        features[i] = logf(fmaxf(features[i], 0) + floor);
    }
}

ond_status ond_scattering_finish(const ond_scattering *scattering, size_t index, size_t samples, float *features)
{
    const ond_scattering_config *config = &scattering->config;
    size_t count = scattering->tree.count * samples;
    size_t bad = ond_vector_find_nonfinite(features, count);
    if (bad < count) {
        return ond_fail(OND_ERROR_ARGUMENT, "image %zu overflows: its path %zu is %g", index, bad / samples,
                        (double)features[bad]);
    }
    if (config->normalize) {
        normalize(&scattering->tree, (float)config->log_floor, samples, features);
    }
    if (config->log) {
        take_logarithm((float)config->log_floor, count - samples, features + samples);
    }
    return OND_OK;
}

static ond_status finish_image(const batch *call, size_t index)
{
    return ond_scattering_finish(call->scattering, index, call->plan->rows.outputs * call->plan->columns.outputs,
                                 call->features + index * call->feature_size);
}

static ond_status check_image(const batch *call, size_t index)
{
    return ond_scattering_check_pixels((ond_channel){call->images, index});
}

static ond_forward forward_of(const batch *call, size_t index, int workers)
{
    return (ond_forward){call->plan, &call->scattering->tree, call->scattering->config.padding,
                         call->features + index * call->feature_size, (size_t)workers};
}

static ond_status go_forward(const batch *call, size_t index, int worker)
{
    const ond_forward_scratch *scratch = &call->room->scratch[worker];
    OND_TRY(check_image(call, index));
    ond_forward forward = forward_of(call, index, 1);
    OND_TRY(ond_forward_begin(&forward, (ond_channel){call->images, index}, scratch));
    for (size_t child = 0; child < forward.tree->nodes[0].child_count; child++) {
        ond_forward_branch(&forward, child, scratch, scratch);
    }
    return finish_image(call, index);
}

static ond_status go_forward_stacked(const batch *call, size_t first, size_t count, int worker)
{
    for (size_t index = first; index < first + count; index++) {
        OND_TRY(check_image(call, index));
    }
    ond_stacked_call stack = {
        .plan = call->plan,
        .tree = &call->scattering->tree,
        .padding = call->scattering->config.padding,
        .images = call->images,
        .first = first,
        .count = count,
        .features = call->features + first * call->feature_size,
        .feature_size = call->feature_size,
    };
    ond_stacked_apply(&stack, &call->room->stacked[worker]);
    for (size_t index = first; index < first + count; index++) {
        OND_TRY(finish_image(call, index));
    }
    return OND_OK;
}

static ond_status go_forward_task(void *context, size_t index, int worker)
{
    const batch *call = context;
    if (index >= call->stacks) {
        return go_forward(call, call->stacked + index - call->stacks, worker);
    }
    size_t first = index * OND_LANES;
    size_t left = call->stacked - first;
    return go_forward_stacked(call, first, left < OND_LANES ? left : OND_LANES, worker);
}

typedef struct forward_branch {
    const ond_forward *forward;
    const ond_forward_scratch *scratch;
} forward_branch;

static ond_status go_forward_branch(void *context, size_t index, int worker)
{
    const forward_branch *call = context;
    ond_forward_branch(call->forward, index, &call->scratch[0], &call->scratch[worker]);
    return OND_OK;
}

static ond_status go_forward_by_paths(const batch *call, size_t index, int workers)
{
    OND_TRY(check_image(call, index));
    ond_forward forward = forward_of(call, index, workers);
    OND_TRY(ond_forward_begin(&forward, (ond_channel){call->images, index}, call->room->scratch));
    forward_branch branches = {&forward, call->room->scratch};
    OND_TRY(ond_parallel_for(forward.tree->nodes[0].child_count, workers, go_forward_branch, &branches));
    return finish_image(call, index);
}

static ond_status do_image(void *context, size_t index, int worker)
{
    const batch *call = context;
    OND_TRY(check_image(call, index));
    target to = {call->plan, call->features + index * call->feature_size};
    ond_cascade cascade = cascade_of(call, &to);
    OND_TRY(ond_cascade_walk(&cascade, (ond_channel){call->images, index}, call->scattering->config.padding,
                             &call->scratch[worker]));
    return finish_image(call, index);
}

typedef struct branch_call {
    const ond_cascade *cascade;
    ond_scratch *scratch;
} branch_call;

static ond_status do_branch(void *context, size_t index, int worker)
{
    const branch_call *call = context;
    return ond_cascade_branch(call->cascade, index, &call->scratch[0], &call->scratch[worker]);
}

/* Fewer images than threads: the first-order paths of each are shared out. */
static ond_status do_image_by_paths(const batch *call, size_t index, int workers)
{
    OND_TRY(check_image(call, index));
    target to = {call->plan, call->features + index * call->feature_size};
    ond_cascade cascade = cascade_of(call, &to);
    OND_TRY(ond_cascade_begin(&cascade, (ond_channel){call->images, index}, call->scattering->config.padding,
                              &call->scratch[0]));
    branch_call branches = {&cascade, call->scratch};
    OND_TRY(ond_parallel_for(call->scattering->tree.nodes[0].child_count, workers, do_branch, &branches));
    return finish_image(call, index);
}

/* How the images are shared out. */
typedef struct division {
    size_t images;
    int workers;
    bool over_images; /* else over the first-order paths of each */
} division;

/* A stack takes about as long as eight images alone, however few it holds. */
static void choose_stacks(batch *call, division divided)
{
    enum { WORTHWHILE = 10 };
    if (call->plan->points && divided.over_images && divided.images >= WORTHWHILE * (size_t)divided.workers) {
        size_t left = divided.images % OND_LANES;
        call->stacked = left < WORTHWHILE ? divided.images - left : divided.images;
        call->stacks = ond_lane_groups(call->stacked);
    }
}

static ond_status run_forward(batch *call, division divided)
{
    choose_stacks(call, divided);
    ond_forward_sharing sharing = {divided.workers, divided.over_images, call->stacks > 0};
    OND_TRY(ond_scattering_take_room(call->scattering, call->plan, sharing, &call->room));
    size_t tasks = call->stacks + divided.images - call->stacked;
    ond_status status = divided.over_images ? ond_parallel_for(tasks, divided.workers, go_forward_task, call) : OND_OK;
    for (size_t index = 0; !divided.over_images && index < divided.images && status == OND_OK; index++) {
        status = go_forward_by_paths(call, index, divided.workers);
    }
    if (status == OND_OK) {
        ond_scattering_keep_room(call->scattering, call->room);
    } else {
        ond_forward_room_destroy(call->room); /* an overflow may have left infinities */
    }
    return status;
}

static ond_status run_cascade(batch *call, division divided)
{
    call->scratch = ond_memory_allocate_zero((size_t)divided.workers, sizeof *call->scratch);
    void *memory = call->scratch
                       ? ond_plan_allocate_scratch(call->plan, divided.workers, divided.over_images, call->scratch)
                       : NULL;
    ond_status status = memory ? OND_OK : OND_ERROR_MEMORY;
    if (memory && divided.over_images) {
        status = ond_parallel_for(divided.images, divided.workers, do_image, call);
    }
    for (size_t index = 0; memory && !divided.over_images && index < divided.images && status == OND_OK; index++) {
        status = do_image_by_paths(call, index, divided.workers);
    }
    ond_memory_free(memory);
    ond_memory_free(call->scratch);
    return status;
}

static ond_status do_batch(batch *call, size_t count)
{
    division divided = {.images = count, .over_images = count >= (size_t)ond_threads()};
    divided.workers = ond_parallel_workers(divided.over_images ? count : call->scattering->tree.nodes[0].child_count);
    return call->plan->split[0] ? run_forward(call, divided) : run_cascade(call, divided);
}

/* `axes` are the leading axes of the output, which hold as many images as the view has channels. */
static ond_status apply_to_view(const ond_scattering *scattering, const ond_image_view *images, int leading,
                                const size_t *axes, ond_array *features)
{
    ond_plan *plan = NULL;
    OND_TRY(ond_scattering_plan(scattering, images->height, images->width, &plan));
    size_t shape[OND_MAX_RANK];
    int rank = ond_scattering_shape(scattering, plan, leading, axes, shape);
    ond_status status = ond_array_resize(features, rank, shape);
    if (status == OND_OK) {
        batch call = {
            .scattering = scattering,
            .plan = plan,
            .images = images,
            .features = features->data,
            .feature_size = scattering->tree.count * plan->rows.outputs * plan->columns.outputs,
        };
        status = do_batch(&call, images->channels);
    }
    ond_plan_release(plan);
    return status;
}

ond_status ond_scattering_apply(const ond_scattering *scattering, const ond_array *images, ond_array *features)
{
    ond_image_view view;
    OND_TRY(ond_scattering_view_images(images, &view));
    return apply_to_view(scattering, &view, images->rank - 2, images->shape, features);
}

ond_status ond_scattering_apply_view(const ond_scattering *scattering, const ond_image_view *image, ond_array *features)
{
    ond_image_view view;
    OND_TRY(ond_view_prepare(image, &view));
    return apply_to_view(scattering, &view, view.channels > 1, &view.channels, features);
}
