/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/plan.h"

#include "core/memory.h"

enum { LARGEST_STACK = 64 * 64 };

static bool is_band_pass(const ond_filters *filters, size_t index)
{
    return filters->filters[index].info.kind == OND_FILTER_BAND_PASS;
}

/* A filter's output is sampled as its bank allows, less the oversampling, as far as the sizes can be halved, and never
 * more densely than a finer filter's. */
static ond_status choose_levels(ond_plan *plan, const ond_filters *filters, const ond_scattering_config *config)
{
    plan->filter_level = ond_memory_allocate_zero(filters->count, sizeof *plan->filter_level);
    if (!plan->filter_level) {
        return OND_ERROR_MEMORY;
    }
    int halvings = plan->rows.levels < plan->columns.levels ? plan->rows.levels : plan->columns.levels;
    int highest = 0;
    int depth = 0; /* that the filter can stand at: one more than there are finer scales */
    int scale = -1;
    for (size_t i = 0; i < filters->count && is_band_pass(filters, i); i++) {
        int level = filters->filters[i].info.subsampling - config->oversampling;
        level = level < halvings ? level : halvings;
        highest = level > highest ? level : highest;
        plan->filter_level[i] = highest;
        if (filters->filters[i].info.scale > scale) {
            scale = filters->filters[i].info.scale;
            depth++;
            if (depth <= OND_MAX_ORDER) {
                plan->layer_level[depth] = highest; /* the finest that comes to this layer: levels only grow */
            }
        }
    }
    plan->levels = highest + 1;
    return OND_OK;
}

static ond_status adopt_bank(ond_plan *plan, const ond_filters *filters)
{
    if (filters->height == plan->rows.padded && filters->width == plan->columns.padded) {
        plan->bank = ond_filters_share(filters);
        return OND_OK;
    }
    return ond_filters_remake(filters, plan->rows.padded, plan->columns.padded, &plan->bank);
}

static ond_status create_lowpasses(ond_plan *plan, const ond_scattering_config *config)
{
    for (int level = 0; level < plan->levels; level++) {
        OND_TRY(ond_lowpass_create(plan->bank, &plan->rows, &plan->columns, level, config, &plan->lowpass[level]));
    }
    return OND_OK;
}

ond_status ond_plan_complete(ond_plan *plan)
{
    for (int level = 0; level < plan->levels; level++) {
        if (!plan->fft[level]) {
            OND_TRY(ond_fft_create(plan->rows.padded >> level, plan->columns.padded >> level,
                                   OND_FFT_REAL_FORWARD | OND_FFT_BACKWARD, plan->planning, &plan->fft[level]));
        }
    }
    return OND_OK;
}

/* An earlier filter of the same scale that is the mirror image; NULL: none. */
static const ond_filter *find_mirror(const ond_filters *bank, size_t filter)
{
    const ond_filter *wanted = &bank->filters[filter];
    for (const ond_filter *other = wanted; other > bank->filters && other[-1].info.scale == wanted->info.scale;) {
        other--;
        if (ond_filter_mirrors(wanted, other)) {
            return other;
        }
    }
    return NULL;
}

static ond_status create_fold(ond_plan *plan, size_t filter, const ond_filter *mirror, int parent_level)
{
    ond_fold_table **table = &plan->folds[filter * OND_MAX_LEVELS + (size_t)parent_level];
    int level = plan->filter_level[filter] > parent_level ? plan->filter_level[filter] : parent_level;
    if (*table) {
        return OND_OK;
    }
    return ond_fold_table_create(&plan->bank->filters[filter], mirror,
                                 ond_split_plane_of(plan->split[parent_level], NULL), plan->split[level]->height,
                                 plan->split[level]->width, table);
}

/* Of every filter on the image and behind each filter of a finer scale. */
static ond_status create_folds(ond_plan *plan)
{
    const ond_filters *bank = plan->bank;
    plan->folds = ond_memory_allocate_zero(bank->count, OND_MAX_LEVELS * sizeof(ond_fold_table *));
    if (!plan->folds) {
        return OND_ERROR_MEMORY;
    }
    for (size_t filter = 0; filter < bank->count && is_band_pass(bank, filter) && plan->order > 0; filter++) {
        const ond_filter *mirror = find_mirror(bank, filter);
        OND_TRY(create_fold(plan, filter, mirror, 0));
        for (size_t i = 0; plan->order > 1 && bank->filters[i].info.scale < bank->filters[filter].info.scale; i++) {
            OND_TRY(create_fold(plan, filter, mirror, plan->filter_level[i]));
        }
    }
    return OND_OK;
}

/* Larger spectra of sixteen images would leave the cache. */
static bool is_for_stacks(const ond_plan *plan)
{
    return plan->rows.padded * plan->columns.padded <= LARGEST_STACK;
}

static ond_status create_points(ond_plan *plan)
{
    size_t count = plan->bank->count * OND_MAX_LEVELS;
    plan->points = ond_memory_allocate_zero(count, sizeof *plan->points);
    if (!plan->points) {
        return OND_ERROR_MEMORY;
    }
    for (int level = 0; level < plan->levels; level++) {
        plan->stacked[level] = ond_stacked_fft_of(plan->split[level]);
    }
    for (size_t i = 0; i < count; i++) {
        const ond_fold_table *table = plan->folds[i];
        const ond_stacked_fft *fft = &plan->stacked[i % OND_MAX_LEVELS];
        if (table) {
            ond_stacked_grid image = {fft->split->height, fft->split->width, fft->stride, fft->imaginary};
            OND_TRY(ond_fold_points_create(&plan->bank->filters[i / OND_MAX_LEVELS], image, table->height, table->width,
                                           &plan->points[i]));
        }
    }
    return OND_OK;
}

/* All levels or none: a level's primes are among those of the finest. What split transforms cannot do wants the plan
 * complete. */
static ond_status create_split(ond_plan *plan)
{
    if (!plan->lowpass[0].separable || !ond_split_fft_supports(plan->rows.padded, plan->columns.padded)) {
        return ond_plan_complete(plan);
    }
    for (int level = 0; level < plan->levels; level++) {
        OND_TRY(ond_split_fft_create(plan->rows.padded >> level, plan->columns.padded >> level, &plan->split[level]));
    }
    OND_TRY(create_folds(plan));
    return is_for_stacks(plan) ? create_points(plan) : OND_OK;
}

ond_scratch ond_plan_take_scratch(const ond_plan *plan, bool own_image, ond_arena *arena)
{
    ond_scratch scratch = {0};
    for (int depth = own_image ? 0 : 1; depth <= plan->order; depth++) {
        const ond_fft *fft = plan->fft[plan->layer_level[depth]];
        scratch.layer[depth] = (ond_layer){
            .plane = depth > 0 ? ond_arena_take(arena, fft->height * fft->complex_stride, sizeof(ond_complex)) : NULL,
            .modulus = ond_arena_take(arena, fft->height * fft->real_stride, sizeof(float)),
            .spectrum = ond_arena_take(arena, fft->height * fft->complex_stride, sizeof(ond_complex)),
        };
    }
    size_t lowpass = 0;
    for (int level = 0; level < plan->levels; level++) {
        size_t wanted = ond_lowpass_scratch(&plan->lowpass[level]);
        lowpass = wanted > lowpass ? wanted : lowpass;
    }
    scratch.lowpass = ond_arena_take(arena, lowpass, sizeof(float));
    return scratch;
}

static void take_all(const ond_plan *plan, int workers, bool own_image, ond_arena *arena, ond_scratch *scratch)
{
    for (int worker = 0; worker < workers; worker++) {
        scratch[worker] = ond_plan_take_scratch(plan, own_image || worker == 0, arena);
    }
}

static ond_status fill_plan(ond_plan *plan, const ond_filters *filters, const ond_scattering_config *config)
{
    int scales = ond_filters_scales(filters);
    OND_TRY(ond_axis_lay_out(plan->height, scales, config, &plan->rows));
    OND_TRY(ond_axis_lay_out(plan->width, scales, config, &plan->columns));
    for (int depth = 1; depth <= OND_MAX_ORDER; depth++) {
        plan->layer_level[depth] = -1;
    }
    OND_TRY(choose_levels(plan, filters, config));
    for (int depth = 1; depth <= OND_MAX_ORDER; depth++) {
        plan->layer_level[depth] = plan->layer_level[depth] < 0 ? plan->levels - 1 : plan->layer_level[depth];
    }
    OND_TRY(adopt_bank(plan, filters));
    plan->order = config->order;
    plan->planning = config->planning;
    OND_TRY(create_lowpasses(plan, config));
    return create_split(plan);
}

ond_status ond_plan_create(const ond_filters *filters, const ond_scattering_config *config, size_t height, size_t width,
                           ond_plan **plan)
{
    ond_plan *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    atomic_init(&made->owners, 1);
    made->height = height;
    made->width = width;
    ond_status status = fill_plan(made, filters, config);
    if (status != OND_OK) {
        ond_plan_release(made);
        return status;
    }
    *plan = made;
    return OND_OK;
}

void ond_plan_share(ond_plan *plan)
{
    atomic_fetch_add(&plan->owners, 1);
}

void ond_plan_release(ond_plan *plan)
{
    if (!plan || atomic_fetch_sub(&plan->owners, 1) > 1) {
        return;
    }
    for (int level = 0; level < OND_MAX_LEVELS; level++) {
        ond_fft_destroy(plan->fft[level]);
        ond_split_fft_destroy(plan->split[level]);
        ond_lowpass_free(&plan->lowpass[level]);
    }
    for (size_t i = 0; plan->folds && i < plan->bank->count * OND_MAX_LEVELS; i++) {
        ond_fold_table_destroy(plan->folds[i]);
    }
    for (size_t i = 0; plan->points && i < plan->bank->count * OND_MAX_LEVELS; i++) {
        ond_fold_points_destroy(plan->points[i]);
    }
    ond_memory_free(plan->folds);
    ond_memory_free(plan->points);
    ond_memory_free(plan->filter_level);
    ond_filters_destroy(plan->bank);
    ond_memory_free(plan);
}

void *ond_plan_allocate_scratch(const ond_plan *plan, int workers, bool own_image, ond_scratch *scratch)
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
