/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/backward.h"

#include "core/memory.h"
#include "core/parallel.h"

#include <math.h>
#include <string.h>

/* The cascade and its transpose, depth first: U[p]x is made, its children leave their part of the gradient with respect
 * to its spectrum, then what arrives at U[p]x goes back through modulus and filter. With DFT and inverse not normalised
 * the transpose of each is the other; gradients with respect to spectra are kept conjugate, so that the inverse
 * transforms that the cascade has planned serve both ways: conj(DFT(v)) = IDFT(conj(v)). */

static ond_plane plane_of(const ond_fft *fft, ond_complex *data)
{
    return (ond_plane){data, fft->height, fft->width, fft->complex_stride};
}

static bool wants_samples(const ond_scattering_config *config)
{
    return config->log || config->normalize;
}

/* From the feature's cotangent to that of S[p]x and, through normalisation, to that of its parent. */
static void enter_cotangent(const ond_backward *call, const ond_path_node *node, size_t channel,
                            const ond_backward_layer *parent, const ond_backward_layer *own)
{
    const ond_scattering_config *config = &call->scattering->config;
    size_t count = call->plan->rows.outputs * call->plan->columns.outputs;
    const float *given = call->cotangent + channel * count;
    bool divided = config->normalize && node->path.order >= 2;
    for (size_t i = 0; i < count; i++) {
        double cotangent = (double)given[i];
        double divisor = divided ? fmax((double)parent->samples[i], 0) + config->log_floor : 1;
        double value = wants_samples(config) ? (double)own->samples[i] / divisor : 0;
        if (config->log && node->path.order >= 1) {
            cotangent = value > 0 ? cotangent / (value + config->log_floor) : 0;
        }
        own->cotangent[i] = (float)(cotangent / divisor);
        if (divided && parent->samples[i] > 0) {
            parent->cotangent[i] -= (float)(cotangent * value / divisor);
        }
    }
}

static void clear_plane(ond_plane plane)
{
    memset(plane.data, 0, plane.height * plane.stride * sizeof *plane.data);
}

/* sum += Re IDFT(conj(spectrum)); `spectrum` is destroyed. */
static void add_real_part(const ond_fft *fft, ond_complex *spectrum, float *sum)
{
    for (size_t row = 0; row < fft->height; row++) {
        ond_complex *line = spectrum + row * fft->complex_stride;
        for (size_t column = 0; column < fft->width; column++) {
            line[column].im = -line[column].im;
        }
    }
    ond_fft_backward(fft, spectrum);
    for (size_t row = 0; row < fft->height; row++) {
        const ond_complex *line = spectrum + row * fft->complex_stride;
        for (size_t column = 0; column < fft->width; column++) {
            sum[row * fft->real_stride + column] += line[column].re;
        }
    }
}

static void clear_rows(const ond_fft *fft, float *plane)
{
    memset(plane, 0, fft->height * fft->real_stride * sizeof *plane);
}

/* What arrives at U[p]x, from its low-pass and its children, into layer.modulus. */
static void gather(const ond_plan *plan, int level, bool has_children, ond_layer layer,
                   const ond_backward_layer *backward, float *scratch)
{
    const ond_fft *fft = plan->fft[level];
    const ond_lowpass *lowpass = &plan->lowpass[level];
    if (!lowpass->separable) {
        clear_rows(fft, layer.modulus);
    }
    ond_lowpass_adjoint(lowpass, backward->cotangent, scratch, layer.modulus, fft->real_stride,
                        plane_of(fft, backward->spectrum));
    if (has_children || !lowpass->separable) {
        add_real_part(fft, backward->spectrum, layer.modulus);
    }
}

/* Back through the modulus: layer.plane, which holds the filtered image, becomes the conjugate of the gradient with
 * respect to the folded spectrum. */
static void leave_modulus(const ond_fft *fft, ond_layer layer, float scale)
{
    for (size_t group = 0; group < fft->height; group += fft->group) {
        ond_complex *plane = layer.plane + group * fft->complex_stride;
        for (size_t row = 0; row < fft->group; row++) {
            ond_vector_modulus_adjoint(plane + row * fft->complex_stride, scale,
                                       layer.modulus + (group + row) * fft->real_stride, fft->width);
        }
        ond_fft_run(fft, OND_FFT_ROWS_BACKWARD, plane);
    }
    ond_fft_run(fft, OND_FFT_COLUMNS_BACKWARD, layer.plane);
}

static int level_of(const ond_backward *call, size_t channel, int parent_level)
{
    const ond_path_node *node = &call->scattering->tree.nodes[channel];
    return ond_cascade_level(call->plan, ond_path_last_filter(&node->path), parent_level);
}

static void add_to_parent(const ond_backward *call, size_t channel, int level, ond_layer layer, ond_plane gradient)
{
    const ond_path_node *node = &call->scattering->tree.nodes[channel];
    ond_filter_unfold(&call->plan->bank->filters[ond_path_last_filter(&node->path)],
                      plane_of(call->plan->fft[level], layer.plane), gradient);
}

/* One path and all below it. Leaves in layer.plane what its parent's gradient is made of. */
static void go_back(const ond_backward *call, size_t channel, ond_plane parent, int parent_level,
                    ond_backward_scratch *scratch)
{
    const ond_plan *plan = call->plan;
    const ond_path_node *node = &call->scattering->tree.nodes[channel];
    int order = node->path.order;
    int level = level_of(call, channel, parent_level);
    const ond_fft *fft = plan->fft[level];
    const ond_lowpass *lowpass = &plan->lowpass[level];
    ond_layer layer = scratch->forward.layer[order];
    ond_backward_layer *own = &scratch->layer[order];
    ond_plane spectrum = plane_of(fft, layer.spectrum);
    bool has_children = node->child_count > 0;
    bool sampled = wants_samples(&call->scattering->config);
    float scale = 1 / ((float)parent.height * (float)parent.width);

    ond_filter_fold(&plan->bank->filters[ond_path_last_filter(&node->path)], parent, plane_of(fft, layer.plane));
    ond_cascade_modulus(fft, layer, scale, has_children || (sampled && !lowpass->separable));
    if (sampled) {
        ond_lowpass_apply(lowpass, layer.modulus, fft->real_stride, spectrum, scratch->forward.lowpass, own->samples);
    }
    enter_cotangent(call, node, channel, own - 1, own);
    if (has_children || !lowpass->separable) {
        clear_plane(plane_of(fft, own->spectrum));
    }
    for (size_t child = node->first_child; child < node->first_child + node->child_count; child++) {
        go_back(call, child, spectrum, level, scratch);
        add_to_parent(call, child, level_of(call, child, level), scratch->forward.layer[order + 1],
                      plane_of(fft, own->spectrum));
    }
    gather(plan, level, has_children, layer, own, scratch->forward.lowpass);
    leave_modulus(fft, layer, scale);
}

/* Neighbouring first-order branches, one for each scratch. */
typedef struct branches {
    const ond_backward *call;
    size_t first;
    ond_backward_scratch *scratch;
} branches;

static ond_status go_back_branch(void *context, size_t index, int worker)
{
    (void)worker; /* the scratch goes with the branch: its result waits there to be added in order */
    const branches *some = context;
    const ond_plan *plan = some->call->plan;
    ond_plane image = plane_of(plan->fft[0], some->scratch[0].forward.layer[0].spectrum);
    go_back(some->call, some->first + index, image, 0, &some->scratch[index]);
    return OND_OK;
}

static ond_status go_back_from_root(const ond_backward *call, int workers, ond_backward_scratch *scratch)
{
    const ond_path_node *root = &call->scattering->tree.nodes[0];
    ond_plane gradient = plane_of(call->plan->fft[0], scratch[0].layer[0].spectrum);
    size_t end = root->first_child + root->child_count;
    for (size_t first = root->first_child; first < end; first += (size_t)workers) {
        size_t count = end - first < (size_t)workers ? end - first : (size_t)workers;
        branches some = {call, first, scratch};
        OND_TRY(ond_parallel_for(count, workers, go_back_branch, &some));
        for (size_t i = 0; i < count; i++) {
            add_to_parent(call, first + i, level_of(call, first + i, 0), scratch[i].forward.layer[1], gradient);
        }
    }
    return OND_OK;
}

ond_status ond_backward_image(const ond_backward *call, ond_channel image, int workers, ond_backward_scratch *scratch,
                              float *gradient)
{
    const ond_plan *plan = call->plan;
    const ond_path_node *root = &call->scattering->tree.nodes[0];
    const ond_fft *fft = plan->fft[0];
    ond_padding padding = call->scattering->config.padding;
    ond_layer layer = scratch[0].forward.layer[0];
    ond_backward_layer *own = &scratch[0].layer[0];
    bool has_children = root->child_count > 0;
    if (has_children) {
        ond_pad(&plan->rows, &plan->columns, padding, image, layer.modulus, fft->real_stride);
        ond_fft_real_forward(fft, layer.modulus, layer.spectrum);
        ond_fft_mirror(fft, layer.spectrum);
    }
    size_t count = plan->rows.outputs * plan->columns.outputs;
    memcpy(own->cotangent, call->cotangent, count * sizeof *own->cotangent); /* order 0 is never divided */
    clear_plane(plane_of(fft, own->spectrum));
    OND_TRY(go_back_from_root(call, workers, scratch));
    gather(plan, 0, has_children, layer, own, scratch[0].forward.lowpass);
    ond_pad_adjoint(&plan->rows, &plan->columns, padding, layer.modulus, fft->real_stride, gradient);
    return OND_OK;
}

static void take_backward(const ond_plan *plan, bool own_image, ond_arena *arena, ond_backward_scratch *scratch)
{
    size_t samples = plan->rows.outputs * plan->columns.outputs;
    for (int depth = own_image ? 0 : 1; depth <= plan->order; depth++) {
        const ond_fft *fft = plan->fft[depth > 0 ? plan->layer_level[depth] : 0];
        scratch->layer[depth] = (ond_backward_layer){
            .spectrum = ond_arena_take(arena, fft->height * fft->complex_stride, sizeof(ond_complex)),
            .samples = ond_arena_take(arena, samples, sizeof(float)),
            .cotangent = ond_arena_take(arena, samples, sizeof(float)),
        };
    }
}

static void take_all(const ond_plan *plan, int workers, bool own_image, ond_arena *arena, ond_backward_scratch *scratch)
{
    for (int worker = 0; worker < workers; worker++) {
        scratch[worker].forward = ond_plan_take_scratch(plan, own_image || worker == 0, arena);
        take_backward(plan, own_image || worker == 0, arena, &scratch[worker]);
    }
}

void *ond_backward_allocate_scratch(const ond_plan *plan, int workers, bool own_image, ond_backward_scratch *scratch)
{
    ond_arena arena = {0};
    take_all(plan, workers, own_image, &arena, scratch);
    arena.base = ond_memory_allocate_zero(arena.used, 1);
    arena.used = 0;
    if (arena.base) {
        take_all(plan, workers, own_image, &arena, scratch);
    }
    return arena.base;
}
