/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/bands.h"

#include "core/memory.h"
#include "core/option.h"

#include <math.h>

_Static_assert(sizeof(ond_planning) == sizeof(int), "choice fields are enums as wide as int");

static const char *const plannings[] = {"estimate", "measure", "patient", NULL};

static const ond_option options[] = {
    OND_OPTION_BOOL_ROW(ond_bands_config, decimated, 0, "keep only the coefficients that a band's spectrum needs"),
    OND_OPTION_CHOICE_ROW(ond_bands_config, planning, 0, plannings, "time spent on choosing fast FFTs"),
    OND_OPTION_END,
};

const ond_option *ond_bands_options(void)
{
    return options;
}

ond_bands_config ond_bands_config_default(void)
{
    ond_bands_config config;
    ond_options_default(options, &config);
    return config;
}

/* ‖ψ‖ = the root of the mean square of the spectrum. */
static double noise_gain(const ond_filters *filters, const ond_filter *filter)
{
    double grid = (double)filters->height * (double)filters->width;
    return sqrt(ond_vector_sum_squares(filter->values, filter->count) / grid);
}

/* The greatest step that leaves as many samples as the spectrum has frequencies. */
static size_t step_for(size_t size, size_t frequencies)
{
    size_t step = frequencies > 0 ? size / frequencies : size;
    while (step > 1 && size % step != 0) {
        step--;
    }
    return step > 0 ? step : 1;
}

/* Strips of columns 0…width/2 that the spectrum, which is even, reaches. The unpaired frequency −width/2 counts as the
 * last column. */
static void find_columns(const ond_filters *filters, const ond_filter *filter, ond_band_part *part)
{
    ptrdiff_t last = (ptrdiff_t)(filters->width / 2);
    ptrdiff_t begin = filter->box.column_begin > 0 ? filter->box.column_begin : 0;
    ptrdiff_t end = filter->box.column_end > 0 ? filter->box.column_end : 0;
    if (filters->width % 2 == 0 && filter->box.column_begin == -last) {
        begin = begin < end ? begin : last;
        end = last + 1;
    }
    part->column_begin = (size_t)begin / OND_FFT_STRIP * OND_FFT_STRIP;
    part->column_end = ((size_t)end + OND_FFT_STRIP - 1) / OND_FFT_STRIP * OND_FFT_STRIP;
}

static ond_status find_grid(ond_bands *bands, size_t row_step, size_t column_step, size_t *index)
{
    for (*index = 0; *index < bands->grid_count; ++*index) {
        if (bands->grids[*index].row_step == row_step && bands->grids[*index].column_step == column_step) {
            return OND_OK;
        }
    }
    ond_band_grid grid = {.row_step = row_step, .column_step = column_step};
    if (!bands->real) {
        OND_TRY(ond_fft_create(bands->filters->height / row_step, bands->filters->width / column_step,
                               OND_FFT_REAL_STRIPS, bands->config.planning, &grid.fft));
    }
    bands->grids[bands->grid_count++] = grid;
    return OND_OK;
}

/* Below this FFTW's transforms are faster: sixteen lines are too many. */
enum { SMALLEST = 32 };

static bool takes_strips(const ond_bands *bands)
{
    size_t height = bands->filters->height;
    size_t width = bands->filters->width;
    return !bands->config.decimated && height >= SMALLEST && width >= SMALLEST && ond_real_fft_supports(height, width);
}

static ond_status plan_strips(ond_bands *bands)
{
    const ond_filters *filters = bands->filters;
    OND_TRY(ond_real_fft_create(filters->height, filters->width, &bands->real));
    bands->weights = ond_memory_allocate(filters->count, 2 * filters->height * sizeof *bands->weights);
    if (!bands->weights) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < filters->count; i++) {
        float *weights = bands->weights + i * 2 * filters->height;
        bands->parts[i].strips = ond_strips_reached(&filters->filters[i], filters->height, filters->width, weights);
        bands->parts[i].weights = weights;
    }
    return OND_OK;
}

static ond_status plan_bands(ond_bands *bands)
{
    const ond_filters *filters = bands->filters;
    bands->parts = ond_memory_allocate_zero(filters->count, sizeof *bands->parts);
    bands->grids = ond_memory_allocate_zero(filters->count + 1, sizeof *bands->grids);
    if (!bands->parts || !bands->grids) {
        return OND_ERROR_MEMORY;
    }
    if (takes_strips(bands)) {
        OND_TRY(plan_strips(bands));
    }
    size_t whole = 0;
    OND_TRY(find_grid(bands, 1, 1, &whole));
    for (size_t i = 0; i < filters->count; i++) {
        const ond_filter *filter = &filters->filters[i];
        ond_band_part *part = &bands->parts[i];
        part->noise_gain = noise_gain(filters, filter);
        find_columns(filters, filter, part);
        if (bands->config.decimated) {
            size_t row_step = step_for(filters->height, ond_box_height(filter->box));
            size_t column_step = step_for(filters->width, ond_box_width(filter->box));
            OND_TRY(find_grid(bands, row_step, column_step, &part->grid));
        }
    }
    return OND_OK;
}

static ond_status check_filters(const ond_filters *filters)
{
    OND_TRY(ond_filters_check_grid(filters));
    for (size_t i = 0; i < filters->count; i++) {
        if (filters->filters[i].info.one_sided) {
            return ond_fail(OND_ERROR_UNSUPPORTED, "the bank '%s' has one-sided filters, even ones are wanted",
                            filters->name);
        }
    }
    return OND_OK;
}

ond_status ond_bands_create(const ond_filters *filters, const ond_bands_config *config, ond_bands **bands)
{
    ond_bands_config used = config ? *config : ond_bands_config_default();
    OND_TRY(ond_options_check(options, &used));
    OND_TRY(check_filters(filters));
    ond_bands *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->config = used;
    made->filters = ond_filters_share(filters);
    ond_status status = plan_bands(made);
    if (status != OND_OK) {
        ond_bands_destroy(made);
        return status;
    }
    *bands = made;
    return OND_OK;
}

void ond_bands_destroy(ond_bands *bands)
{
    if (!bands) {
        return;
    }
    for (size_t i = 0; i < bands->grid_count; i++) {
        ond_fft_destroy(bands->grids[i].fft);
    }
    ond_real_fft_destroy(bands->real);
    ond_memory_free(bands->weights);
    ond_memory_free(bands->grids);
    ond_memory_free(bands->parts);
    ond_filters_destroy(bands->filters);
    ond_memory_free(bands);
}

void ond_bands_steps(const ond_bands *bands, size_t index, size_t *row_step, size_t *column_step)
{
    const ond_band_grid *grid = &bands->grids[bands->parts[index].grid];
    *row_step = grid->row_step;
    *column_step = grid->column_step;
}

ond_status ond_bands_run(const ond_bands_job *job)
{
    return job->bands->real ? ond_bands_run_strips(job) : ond_bands_run_planes(job);
}
