/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/stacked.h"

#include "scattering/cascade.h"

#include <string.h>

/* The rows of a layer in the order of split.h: sixteen with their partners, which lie sixteen below. */
typedef void row_maker(const ond_stacked_call *call, size_t row, float *modulus, const ond_stacked_scratch *scratch,
                       const void *context);

/* The first of the next pair: behind sixteen rows their partners were done. */
static size_t row_after(size_t row)
{
    bool is_last = (row + 1) % OND_LANES == 0;
    return row + 1 + (is_last ? OND_LANES : 0);
}

/* Averages the rows and, where `forward`, transforms them. */
static void pass_rows(const ond_stacked_call *call, int level, bool forward, row_maker *make, const void *context,
                      const ond_stacked_scratch *scratch)
{
    const ond_stacked_fft *fft = &call->plan->stacked[level];
    const ond_sampler *columns = &call->plan->lowpass[level].columns;
    size_t height = fft->split->height;
    size_t step = ond_sample_stacked_stride(columns);
    float *first = scratch->moduli;
    float *second = scratch->moduli + fft->split->real_floats;
    for (size_t row = 0; row < height; row = row_after(row)) {
        size_t partner = row + OND_LANES;
        make(call, row, first, scratch, context);
        ond_sample_stacked_row(columns, first, scratch->sums + row * step);
        if (partner < height) {
            make(call, partner, second, scratch, context);
            ond_sample_stacked_row(columns, second, scratch->sums + partner * step);
        } else {
            memset(second, 0, fft->split->width * OND_LANES * sizeof *second);
        }
        if (forward) {
            bool paired = partner / OND_LANES < fft->split->groups;
            ond_stacked_rows_real_forward(fft, row, first, paired ? second : first, scratch->half, scratch->work);
        }
    }
}

static void store_averages(const ond_stacked_call *call, int level, size_t channel, const ond_stacked_scratch *scratch)
{
    const ond_lowpass *lowpass = &call->plan->lowpass[level];
    size_t samples = lowpass->rows.outputs * lowpass->columns.outputs;
    ond_sample_stacked_sums(&lowpass->rows, &lowpass->columns, scratch->sums, scratch->samples);
    for (size_t begin = 0; begin < samples; begin += OND_LANES) {
        _Alignas(OND_ALIGNMENT) float turned[OND_TILE];
        size_t count = samples - begin < OND_LANES ? samples - begin : OND_LANES;
        ond_lines_turn(scratch->samples + begin * OND_LANES, OND_LANES, turned);
        for (size_t image = 0; image < call->count; image++) {
            memcpy(call->features + image * call->feature_size + channel * samples + begin, turned + image * OND_LANES,
                   count * sizeof *turned);
        }
    }
}

typedef struct filtered {
    const ond_stacked_fft *fft;
    const float *stack;
    float scale;
} filtered;

static void make_modulus(const ond_stacked_call *call, size_t row, float *modulus, const ond_stacked_scratch *scratch,
                         const void *context)
{
    (void)call;
    const filtered *layer = context;
    ond_stacked_row_modulus(layer->fft, layer->stack + row * layer->fft->stride, layer->scale, modulus, scratch->work);
}

static void follow(const ond_stacked_call *call, size_t channel, const float *parent, int parent_level,
                   const ond_stacked_scratch *scratch)
{
    const ond_plan *plan = call->plan;
    const ond_path_node *node = &call->tree->nodes[channel];
    size_t filter = ond_path_last_filter(&node->path);
    int level = ond_cascade_level(plan, filter, parent_level);
    const ond_split_fft *above = plan->split[parent_level];
    const ond_stacked_fft *fft = &plan->stacked[level];
    const ond_fold_points *points = plan->points[filter * OND_MAX_LEVELS + (size_t)parent_level];
    float *stack = scratch->stack[node->path.order];
    bool forward = node->child_count > 0;
    for (size_t column = 0; column < fft->split->width; column++) {
        ond_fold_column(points, column, parent, scratch->folded);
        ond_stacked_column_backward(fft, column, scratch->folded, stack, scratch->work);
    }
    filtered layer = {fft, stack, 1 / ((float)above->height * (float)above->width)};
    pass_rows(call, level, forward, make_modulus, &layer, scratch);
    store_averages(call, level, channel, scratch);
    if (forward) {
        ond_stacked_columns_forward(fft, scratch->half, stack, scratch->work);
    }
    for (size_t child = 0; child < node->child_count; child++) {
        follow(call, node->first_child + child, stack, level, scratch);
    }
}

/* Padded images lie where their spectra will be. */
static void make_image_row(const ond_stacked_call *call, size_t row, float *samples, const ond_stacked_scratch *scratch,
                           const void *context)
{
    const float *padded = context;
    const ond_split_fft *fft = call->plan->split[0];
    size_t stride = fft->real_floats / OND_LANES;
    (void)scratch;
    for (size_t strip = 0; strip < fft->all_strips; strip++) {
        ond_lines_turn(padded + row * stride + strip * OND_LANES, fft->height * stride, samples + strip * OND_TILE);
    }
}

/* Lanes without an image of their own repeat the last. */
static void pad_images(const ond_stacked_call *call, float *padded)
{
    const ond_plan *plan = call->plan;
    const ond_split_fft *fft = plan->split[0];
    size_t stride = fft->real_floats / OND_LANES;
    for (size_t lane = 0; lane < OND_LANES; lane++) {
        size_t image = call->first + (lane < call->count ? lane : call->count - 1);
        ond_pad(&plan->rows, &plan->columns, call->padding, (ond_channel){call->images, image},
                padded + lane * fft->height * stride, stride);
    }
}

void ond_stacked_apply(const ond_stacked_call *call, const ond_stacked_scratch *scratch)
{
    const ond_path_node *root = &call->tree->nodes[0];
    float *image = scratch->stack[0];
    pad_images(call, image);
    pass_rows(call, 0, root->child_count > 0, make_image_row, image, scratch);
    store_averages(call, 0, 0, scratch);
    if (root->child_count > 0) {
        ond_stacked_columns_forward(&call->plan->stacked[0], scratch->half, image, scratch->work);
    }
    for (size_t child = 0; child < root->child_count; child++) {
        follow(call, root->first_child + child, image, 0, scratch);
    }
}

/* The image has the largest planes; a coarse level may want more work than the finest. */
ond_stacked_scratch ond_stacked_take_scratch(const ond_plan *plan, ond_arena *arena)
{
    ond_stacked_scratch scratch = {0};
    const ond_stacked_fft *fft = &plan->stacked[0];
    const ond_split_fft *split = plan->split[0];
    size_t work = 0;
    for (int level = 0; level < plan->levels; level++) {
        work = ond_lines_larger(work, plan->split[level]->work_floats);
    }
    for (int depth = 0; depth <= plan->order; depth++) {
        int level = depth > 0 ? plan->layer_level[depth] : 0;
        scratch.stack[depth] = ond_arena_take(arena, plan->stacked[level].floats, sizeof(float));
    }
    scratch.folded = ond_arena_take(arena, split->height * 2 * OND_LANES, sizeof(float));
    scratch.half = ond_arena_take(arena, fft->half_floats, sizeof(float));
    scratch.moduli = ond_arena_take(arena, 2 * split->real_floats, sizeof(float));
    size_t sums = ond_sample_stacked_stride(&plan->lowpass[0].columns);
    scratch.sums = ond_arena_take(arena, split->height * sums, sizeof(float));
    size_t samples = ond_lane_groups(plan->rows.outputs * plan->columns.outputs) * OND_TILE;
    scratch.samples = ond_arena_take(arena, samples, sizeof(float));
    scratch.work = ond_arena_take(arena, work, sizeof(float));
    return scratch;
}
