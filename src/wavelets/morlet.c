/* SPDX-License-Identifier: BSD-3-Clause */
#include "wavelets/morlet.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "wavelets/bump.h"

#include <ondelet/wavelets.h>

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define HALF_PEAK_WIDTH 2.3548200450309493 /* of a Gaussian, in standard deviations: 2 √(2 ln 2) */

/* Standard deviations after which a Gaussian has fallen to OND_SUPPORT_THRESHOLD: √(2 ln 1e7). */
static const double support_reach = 5.678;

/* Widths and frequencies at scale 0, where the wave has ξ = 3π/4. Kymatio divides by 2 · 3.1415 σ²/s instead of
 * 2πσ²/s, which its users' numbers carry. */
typedef struct family {
    double sigma, lowpass_sigma, peak;
    bool isotropic, scaled_to_bound_one;
} family;

static const family families[] = {
    [OND_MORLET_KYMATIO] = {0.8, 0.8, PI / 3.1415, false, false},
    [OND_MORLET_BRUNA_MALLAT] = {0.85, 0.7, 1, true, true},
};

/* Kymatio numbers angles downwards from trunc(L/2 − 1) π/L. */
static double angle_of(int orientation, int orientations)
{
    int first = (int)((double)orientations - 0.5 * (double)orientations - 1);
    return (first - orientation) * PI / orientations;
}

static ond_morlet_shape shape_of(const ond_morlet_config *config, int scale, int orientation)
{
    const family *numbers = &families[config->parameters];
    return (ond_morlet_shape){
        .sigma = ldexp(numbers->sigma, scale),
        .slant = numbers->isotropic ? 1 : 4.0 / config->orientations,
        .frequency = ldexp(3 * PI / 4, -scale),
        .angle_rad = angle_of(orientation, config->orientations),
        .peak = numbers->peak,
    };
}

static ond_morlet_shape lowpass_shape(const ond_morlet_config *config)
{
    const family *numbers = &families[config->parameters];
    return (ond_morlet_shape){
        .sigma = ldexp(numbers->lowpass_sigma, config->scales - 1), .slant = 1, .peak = numbers->peak};
}

/* Fourier transform of the Gaussian envelope, moved to the wave's frequency. */
static ond_bump bump_of(const ond_morlet_shape *shape, double frequency)
{
    double c = cos(shape->angle_rad);
    double d = sin(shape->angle_rad);
    double along = shape->sigma * shape->sigma;
    double across = along / (shape->slant * shape->slant);
    return (ond_bump){
        .row = frequency * c,
        .column = frequency * d,
        .row_row = along * c * c + across * d * d,
        .row_column = (along - across) * c * d,
        .column_column = along * d * d + across * c * c,
    };
}

/* ψ^ = G_ξ − K G_0 with K chosen so that ψ^(0) = 0; a low-pass is G_0 alone. */
static void evaluate(const ond_morlet_shape *shape, size_t height, size_t width, ond_box box, double *values)
{
    ond_bump wave = bump_of(shape, shape->frequency);
    ond_bump_add(&wave, shape->peak, height, width, box, values);
    if (shape->frequency > 0) {
        ond_bump envelope = bump_of(shape, 0);
        double correction = ond_bump_at_zero(&wave) / ond_bump_at_zero(&envelope);
        ond_bump_add(&envelope, -shape->peak * correction, height, width, box, values);
    }
}

static ond_box support_of(const ond_morlet_shape *shape, size_t height, size_t width)
{
    ond_bump wave = bump_of(shape, shape->frequency);
    ond_bump envelope = bump_of(shape, 0);
    return ond_box_unite(ond_bump_box(&wave, support_reach, height, width),
                         ond_bump_box(&envelope, support_reach, height, width));
}

/* Column −width/2 of an even width is its own opposite: a box that has it is widened to whole rows. */
static ond_box mirrorable(ond_box box, size_t width)
{
    ptrdiff_t unpaired = -(ptrdiff_t)(width / 2);
    if (width % 2 == 0 && box.column_begin == unpaired) {
        box.column_end = -unpaired;
    }
    return box;
}

/* Turns the rows of a mirrorable box round column 0, and gives where they are then. */
static ond_box mirror_columns(ond_box box, size_t width, double *values)
{
    size_t count = ond_box_width(box);
    size_t kept = width % 2 == 0 && count == width ? 1 : 0;
    for (size_t row = 0; row < ond_box_height(box); row++) {
        double *line = values + row * count;
        for (size_t left = kept, right = count; left + 1 < right; left++, right--) {
            double value = line[left];
            line[left] = line[right - 1];
            line[right - 1] = value;
        }
    }
    ond_box mirrored = {box.row_begin, box.row_end, 1 - box.column_end, 1 - box.column_begin};
    return kept ? box : mirrored;
}

/* Filters at θ and −θ are each other's mirror image, here to the last bit, which fold tables make use of: both are
 * evaluated at θ >= 0. `values` has the size of the grid. */
static ond_status set_from_frequency(ond_filters *filters, size_t index, const ond_morlet_shape *shape, double *values)
{
    ond_morlet_shape upright = *shape;
    upright.angle_rad = fabs(shape->angle_rad);
    ond_box box = mirrorable(support_of(&upright, filters->height, filters->width), filters->width);
    memset(values, 0, ond_box_height(box) * ond_box_width(box) * sizeof *values);
    evaluate(&upright, filters->height, filters->width, box, values);
    box = shape->angle_rad < 0 ? mirror_columns(box, filters->width, values) : box;
    return ond_filter_set(filters, index, box, values);
}

static void describe(ond_filter *filter, const ond_morlet_shape *shape, int scale, int orientation)
{
    bool wave = shape->frequency > 0;
    filter->info = (ond_filter_info){
        .kind = wave ? OND_FILTER_BAND_PASS : OND_FILTER_LOW_PASS,
        .scale = scale,
        .orientation = orientation,
        .angle_rad = shape->angle_rad,
        .center_frequency = shape->frequency,
        .bandwidth = HALF_PEAK_WIDTH / shape->sigma,
        .subsampling = scale,
        .one_sided = wave,
    };
}

static ond_status set_filter(ond_filters *filters, size_t index, const ond_morlet_shape *shape, double *values)
{
    if (filters->height == 0) {
        return OND_OK;
    }
    if (ond_morlet_is_truncated(shape, filters->height, filters->width)) {
        return ond_morlet_set_from_space(filters, index, shape);
    }
    return set_from_frequency(filters, index, shape, values);
}

/* Bruna & Mallat leave α free up to the upper frame bound 1: α² = min (1 − |φ^|²) / ½Σ(|ψ^|² + |ψ^(−ω)|²). */
static ond_status scale_to_bound_one(ond_filters *filters)
{
    size_t grid = filters->height * filters->width;
    ond_array lowpass = {0};
    double *sum = ond_memory_allocate(grid, sizeof *sum);
    ond_status status = sum ? ond_filters_sum(filters, sum) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_filters_spectrum(filters, filters->count - 1, &lowpass);
    }
    double square = HUGE_VAL;
    for (size_t i = 0; status == OND_OK && i < grid; i++) {
        double low = (double)lowpass.data[i] * (double)lowpass.data[i];
        double bands = sum[i] - low;
        square = bands > 1e-12 && (1 - low) / bands < square ? (1 - low) / bands : square;
    }
    /* A grid of a few pixels may hold no frequency of the wavelets at all. */
    double factor = square < HUGE_VAL ? sqrt(square > 0 ? square : 0) : 1;
    for (size_t i = 0; status == OND_OK && i + 1 < filters->count; i++) {
        ond_filter *filter = &filters->filters[i];
        for (size_t k = 0; k < filter->count; k++) {
            filter->values[k] = (float)((double)filter->values[k] * factor);
        }
    }
    ond_memory_free(sum);
    ond_array_free(&lowpass);
    return status;
}

typedef struct bank_call {
    const ond_morlet_config *config;
    ond_filters *filters;
    double *spectra; /* [workers, height, width] */
} bank_call;

/* Scale by scale, then the low-pass. */
static ond_status make_filter(void *context, size_t index, int worker)
{
    const bank_call *call = context;
    size_t grid = call->filters->height * call->filters->width;
    const ond_morlet_config *config = call->config;
    int scale = (int)index / config->orientations;
    int orientation = (int)index % config->orientations;
    ond_morlet_shape shape = scale < config->scales ? shape_of(config, scale, orientation) : lowpass_shape(config);
    describe(&call->filters->filters[index], &shape, scale, orientation);
    return set_filter(call->filters, index, &shape, call->spectra + (size_t)worker * grid);
}

static ond_status fill(const ond_morlet_config *config, ond_filters *filters)
{
    int workers = ond_parallel_workers(filters->count);
    size_t room = filters->width * (size_t)workers * sizeof(double);
    bank_call call = {config, filters, ond_memory_allocate(filters->height, room)};
    ond_status status = call.spectra ? ond_parallel_for(filters->count, workers, make_filter, &call) : OND_ERROR_MEMORY;
    ond_memory_free(call.spectra);
    OND_TRY(status);
    bool scaled = families[config->parameters].scaled_to_bound_one && filters->height > 0;
    return scaled ? scale_to_bound_one(filters) : OND_OK;
}

static ond_status make_bank(const void *config, size_t height, size_t width, ond_filters **filters)
{
    const ond_morlet_config *morlet = config;
    size_t count = (size_t)morlet->scales * (size_t)morlet->orientations + 1;
    ond_filters *made = NULL;
    OND_TRY(ond_filters_create_empty("morlet", count, height, width, &made));
    ond_filters_set_maker(made, make_bank, morlet, sizeof *morlet);
    ond_status status = fill(morlet, made);
    if (status != OND_OK) {
        ond_filters_destroy(made);
        return status;
    }
    *filters = made;
    return OND_OK;
}

ond_status ond_morlet_create(const ond_morlet_config *config, ond_filters **filters)
{
    ond_morlet_config used = config ? *config : ond_morlet_config_default();
    OND_TRY(ond_options_check(ond_morlet_options(), &used));
    if ((used.height == 0) != (used.width == 0)) {
        return ond_fail(OND_ERROR_ARGUMENT, "a grid of %d x %d is empty", used.height, used.width);
    }
    return make_bank(&used, (size_t)used.height, (size_t)used.width, filters);
}
