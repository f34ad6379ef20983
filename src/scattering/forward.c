/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/forward.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "scattering/cascade.h"

#include <string.h>

/* The averages of one plane of moduli, which comes in groups of sixteen rows. */
static void average_group(const ond_lowpass *lowpass, size_t group, const float *modulus, float *sums)
{
    size_t stride = ond_sample_line_stride(&lowpass->columns);
    ond_sample_lines(&lowpass->columns, modulus, sums + group * OND_LANES * stride);
}

static void store_averages(const ond_forward *call, const ond_lowpass *lowpass, size_t channel, const float *sums)
{
    size_t samples = call->plan->rows.outputs * call->plan->columns.outputs;
    ond_sample_sums(&lowpass->rows, &lowpass->columns, sums, call->features + channel * samples);
}

/* From a filtered layer, turned after the inverse transforms of its columns, to the features of its modulus and, where
 * it has children, to the spectrum of the modulus in the same place. Two groups of rows at a time, which are one
 * complex transform. */
static void finish_layer(const ond_forward *call, size_t channel, int level, float scale, float *plane,
                         const ond_forward_scratch *scratch)
{
    const ond_split_fft *fft = call->plan->split[level];
    const ond_lowpass *lowpass = &call->plan->lowpass[level];
    bool forward = call->tree->nodes[channel].child_count > 0;
    float *first = scratch->moduli;
    float *second = scratch->moduli + fft->real_floats;
    for (size_t group = 0; group < fft->groups; group += 2) {
        const float *turned = plane + group * fft->group_floats;
        bool pair = group + 1 < fft->groups;
        ond_split_rows_modulus(fft, turned, scale, first, scratch->work);
        average_group(lowpass, group, first, scratch->sums);
        if (pair) {
            ond_split_rows_modulus(fft, turned + fft->group_floats, scale, second, scratch->work);
            average_group(lowpass, group + 1, second, scratch->sums);
        }
        if (forward) {
            ond_split_rows_real_forward(fft, group, first, pair ? second : NULL, scratch->strips, scratch->work);
        }
    }
    store_averages(call, lowpass, channel, scratch->sums);
    if (forward) {
        ond_split_columns_forward(fft, scratch->strips, plane, scratch->work);
    }
}

static void follow(const ond_forward *call, size_t channel, ond_split_plane parent, int parent_level,
                   const ond_forward_scratch *scratch)
{
    const ond_plan *plan = call->plan;
    const ond_path_node *node = &call->tree->nodes[channel];
    size_t filter = ond_path_last_filter(&node->path);
    int level = ond_cascade_level(plan, filter, parent_level);
    const ond_split_fft *fft = plan->split[level];
    float *plane = scratch->plane[node->path.order];
    const ond_fold_table *table = plan->folds[filter * OND_MAX_LEVELS + (size_t)parent_level];
    for (size_t strip = 0; strip < fft->all_strips; strip++) {
        ond_fold_strip(table, strip, parent.data, scratch->folded);
        ond_split_strip_backward(fft, strip, scratch->folded, plane, scratch->work);
    }
    finish_layer(call, channel, level, 1 / ((float)parent.height * (float)parent.width), plane, scratch);
    /* Each worker goes to and fro: the filters that the cache still has come first. */
    bool to = channel / call->workers % 2 == 0;
    for (size_t i = 0; i < node->child_count; i++) {
        size_t child = to ? i : node->child_count - 1 - i;
        follow(call, node->first_child + child, ond_split_plane_of(fft, plane), level, scratch);
    }
}

/* The image's own layer; workers share the first one's planes. */
typedef struct beginning {
    const ond_forward *call;
    ond_channel image;
    const ond_forward_scratch *scratch;
    bool forward; /* whether a spectrum is wanted */
} beginning;

/* Sixteen rows of the padded image, those behind its height 0, turned to `lines`, and their averages. */
static void begin_group(const beginning *own, size_t group, float *lines)
{
    const ond_plan *plan = own->call->plan;
    const ond_split_fft *fft = plan->split[0];
    size_t stride = fft->real_floats / OND_LANES;
    size_t first = group * OND_LANES;
    size_t rows = fft->height - first < OND_LANES ? fft->height - first : OND_LANES;
    float *padded = own->scratch[0].plane[0] + first * stride;
    for (size_t row = 0; row < rows; row++) {
        ond_pad_row(&plan->rows, &plan->columns, own->call->padding, own->image, first + row, padded + row * stride);
    }
    memset(padded + rows * stride, 0, (OND_LANES - rows) * stride * sizeof *padded);
    ond_split_turn_rows(fft, padded, stride, lines);
    average_group(&plan->lowpass[0], group, lines, own->scratch[0].sums);
}

/* Two groups of rows, which are one complex transform. */
static ond_status begin_rows(void *context, size_t index, int worker)
{
    const beginning *own = context;
    const ond_split_fft *fft = own->call->plan->split[0];
    const ond_forward_scratch *scratch = &own->scratch[worker];
    size_t group = 2 * index;
    float *second = group + 1 < fft->groups ? scratch->moduli + fft->real_floats : NULL;
    begin_group(own, group, scratch->moduli);
    if (second) {
        begin_group(own, group + 1, second);
    }
    if (own->forward) {
        ond_split_rows_real_forward(fft, group, scratch->moduli, second, own->scratch[0].strips, scratch->work);
    }
    return OND_OK;
}

static ond_status begin_columns(void *context, size_t strip, int worker)
{
    const beginning *own = context;
    ond_split_strip_forward(own->call->plan->split[0], strip, own->scratch[0].strips, own->scratch[0].plane[0],
                            own->scratch[worker].work);
    return OND_OK;
}

static ond_status mirror_rows(void *context, size_t group, int worker)
{
    const beginning *own = context;
    const ond_split_fft *fft = own->call->plan->split[0];
    (void)worker;
    for (size_t row = group * OND_LANES; row < (group + 1) * OND_LANES && row < fft->height; row++) {
        ond_split_mirror_row(fft, row, own->scratch[0].plane[0]);
    }
    return OND_OK;
}

ond_status ond_forward_begin(const ond_forward *call, ond_channel image, const ond_forward_scratch *scratch)
{
    int workers = (int)call->workers;
    const ond_plan *plan = call->plan;
    const ond_split_fft *fft = plan->split[0];
    beginning own = {call, image, scratch, call->tree->nodes[0].child_count > 0};
    OND_TRY(ond_parallel_for((fft->groups + 1) / 2, workers, begin_rows, &own));
    store_averages(call, &plan->lowpass[0], 0, scratch->sums);
    if (own.forward) {
        OND_TRY(ond_parallel_for(fft->strips, workers, begin_columns, &own));
        OND_TRY(ond_parallel_for(fft->groups, workers, mirror_rows, &own));
    }
    return OND_OK;
}

void ond_forward_branch(const ond_forward *call, size_t child, const ond_forward_scratch *image,
                        const ond_forward_scratch *scratch)
{
    ond_split_plane spectrum = ond_split_plane_of(call->plan->split[0], image->plane[0]);
    follow(call, call->tree->nodes[0].first_child + child, spectrum, 0, scratch);
}

/* A layer's plane holds its turned groups or, before and after them, something else. */
static size_t plane_floats(const ond_plan *plan, int depth)
{
    const ond_split_fft *fft = plan->split[depth > 0 ? plan->layer_level[depth] : 0];
    size_t spectrum = depth < plan->order ? fft->height * fft->stride + OND_LANES : 0;
    size_t rows = fft->groups * (depth > 0 ? fft->group_floats : fft->real_floats);
    return spectrum > rows ? spectrum : rows;
}

/* A coarse level may want more than the finest: 6 points are transformed in two stages, 12 in one. */
static size_t work_floats(const ond_plan *plan)
{
    size_t most = 0;
    for (int level = 0; level < plan->levels; level++) {
        size_t wanted = plan->split[level] ? plan->split[level]->work_floats : 0;
        most = wanted > most ? wanted : most;
    }
    return most;
}

/* The image has the largest planes; a layer is as fine as it can be. */
static ond_forward_scratch take_scratch(const ond_plan *plan, bool own_image, ond_arena *arena)
{
    ond_forward_scratch scratch = {0};
    const ond_split_fft *fft = plan->split[0];
    for (int depth = own_image ? 0 : 1; depth <= plan->order; depth++) {
        scratch.plane[depth] = ond_arena_take(arena, plane_floats(plan, depth), sizeof(float));
    }
    scratch.folded = ond_arena_take(arena, fft->height * 2 * OND_LANES, sizeof(float));
    scratch.strips = ond_arena_take(arena, fft->strips * fft->strip_floats, sizeof(float));
    scratch.moduli = ond_arena_take(arena, 2 * fft->real_floats, sizeof(float));
    size_t sums = fft->groups * OND_LANES * ond_sample_line_stride(&plan->lowpass[0].columns);
    scratch.sums = ond_arena_take(arena, sums, sizeof(float));
    scratch.work = ond_arena_take(arena, work_floats(plan), sizeof(float));
    return scratch;
}

static void take_all(const ond_forward_room *room, ond_arena *arena)
{
    for (int worker = 0; worker < room->sharing.workers; worker++) {
        room->scratch[worker] = take_scratch(room->plan, room->sharing.own_image || worker == 0, arena);
        if (room->stacked) {
            room->stacked[worker] = ond_stacked_take_scratch(room->plan, arena);
        }
    }
}

static ond_status fill_room(ond_forward_room *room)
{
    size_t workers = (size_t)room->sharing.workers;
    room->scratch = ond_memory_allocate_zero(workers, sizeof *room->scratch);
    room->stacked = room->sharing.stacks ? ond_memory_allocate_zero(workers, sizeof *room->stacked) : NULL;
    if (!room->scratch || (room->sharing.stacks && !room->stacked)) {
        return OND_ERROR_MEMORY;
    }
    ond_arena arena = {0};
    take_all(room, &arena);
    room->memory = ond_memory_allocate_zero(arena.used, 1);
    if (!room->memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = room->memory};
    take_all(room, &arena);
    return OND_OK;
}

ond_status ond_forward_room_create(ond_plan *plan, ond_forward_sharing sharing, ond_forward_room **room)
{
    ond_forward_room *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_plan_share(plan);
    *made = (ond_forward_room){.plan = plan, .sharing = sharing};
    ond_status status = fill_room(made);
    if (status != OND_OK) {
        ond_forward_room_destroy(made);
        return status;
    }
    *room = made;
    return OND_OK;
}

void ond_forward_room_destroy(ond_forward_room *room)
{
    if (!room) {
        return;
    }
    ond_plan_release(room->plan);
    ond_memory_free(room->memory);
    ond_memory_free(room->scratch);
    ond_memory_free(room->stacked);
    ond_memory_free(room);
}
