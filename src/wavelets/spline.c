/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "filters/filters.h"

#include <ondelet/wavelets.h>

#include <math.h>

/* Section and equation numbers: Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, section 8.3.4. */

#define PI 3.14159265358979323846
#define TWO_PI (2 * PI)

/* 105 · 2⁸ sin⁸(x) S₈(2x) with S₈(ω) = Σ_k (ω + 2kπ)⁻⁸, from c = cos²(x): the closed form of the source. */
static double numerator_s8(double c)
{
    double s = 1 - c;
    return 5 + 30 * c + 30 * s * c + 70 * c * c + 2 * s * s * c + 2.0 / 3 * s * s * s;
}

/* Square of the cubic Battle–Lemarié filter h^(ω) = √(S₈(ω) / (2⁸ S₈(2ω))), and zero from π on, where the
 * filter itself has its zero: that makes the bank band-limited at the price of side lobes below 1e-4 of the energy. */
static double h_squared(double omega)
{
    if (omega >= PI) {
        return 0;
    }
    double cosine = cos(omega);
    double c = (1 + cosine) / 2; /* cos²(ω/2) */
    return c * c * c * c * numerator_s8(c) / numerator_s8(cosine * cosine);
}

/* |φ^_J|² = Π_{j<J} h²(2^j ω);  |ψ^_j|² = (1 − h²(2^j ω)) Π_{i<j} h²(2^i ω). They add up to 1 at every radius. */
static double radial_square(double radius, int scale, int scales)
{
    double product = 1;
    for (int i = 0; i < scale && product > 0; i++) {
        product *= h_squared(ldexp(radius, i));
    }
    /* h² may exceed 1 by a rounding error */
    return scale < scales ? product * fmax(0, 1 - h_squared(ldexp(radius, scale))) : product;
}

/* The cubic B-spline, supported on −2…2. */
static double cubic_spline(double t)
{
    double x = fabs(t);
    if (x < 1) {
        return 2.0 / 3 - x * x + x * x * x / 2;
    }
    return x < 2 ? (2 - x) * (2 - x) * (2 - x) / 6 : 0;
}

/* The same with the period of a full turn, 2L steps of π/L. Four steps or more: the shifts nearest to t do not overlap.
 */
static double periodic_spline(double t, int orientations)
{
    double period = 2.0 * orientations;
    t -= period * floor(t / period + 0.5);
    if (orientations > 1) {
        return cubic_spline(t);
    }
    double sum = 0;
    for (int i = -2; i <= 2; i++) {
        sum += cubic_spline(t + i * period);
    }
    return sum;
}

/* γ² at t steps of π/L: orthonormalised, so that the squares of all 2L rotations add up to 2 (a wavelet and its
 * unstored partner). */
static double angular_square(double t, int orientation, int orientations)
{
    double own = periodic_spline(t - orientation, orientations);
    if (own == 0) {
        return 0;
    }
    double total = 0;
    int nearest = (int)floor(t);
    int count = orientations > 1 ? 4 : 2;
    for (int k = nearest - 1; k < nearest - 1 + count; k++) {
        double value = periodic_spline(t - k, orientations);
        total += value * value;
    }
    return 2 * own * own / total;
}

/* One filter: radial profile times angular window; `orientations` 0 is the low-pass. */
typedef struct spline_shape {
    int scale, scales, orientation, orientations;
    double center, bandwidth; /* of the profile */
} spline_shape;

/* Planes of the grid, signed frequencies in rising order. */
typedef struct spline_planes {
    size_t height, width;
    double *steps;    /* direction of the frequency in steps of π/L */
    double *radial;   /* square of one scale's profile */
    double *spectrum; /* of one filter */
} spline_planes;

static double frequency_of(ptrdiff_t index, size_t size)
{
    return TWO_PI * (double)index / (double)size;
}

static size_t place_of(const spline_planes *planes, ptrdiff_t row, ptrdiff_t column)
{
    ond_box grid = ond_box_of_grid(planes->height, planes->width);
    return (size_t)(row - grid.row_begin) * planes->width + (size_t)(column - grid.column_begin);
}

static void evaluate_directions(const spline_planes *planes, int orientations)
{
    ond_box grid = ond_box_of_grid(planes->height, planes->width);
    for (ptrdiff_t row = grid.row_begin; row < grid.row_end; row++) {
        double down = frequency_of(row, planes->height);
        for (ptrdiff_t column = grid.column_begin; column < grid.column_end; column++) {
            planes->steps[place_of(planes, row, column)]
                = atan2(frequency_of(column, planes->width), down) * orientations / PI;
        }
    }
}

static void evaluate_radial(const spline_planes *planes, int scale, int scales)
{
    ond_box grid = ond_box_of_grid(planes->height, planes->width);
    for (ptrdiff_t row = grid.row_begin; row < grid.row_end; row++) {
        double down = frequency_of(row, planes->height);
        for (ptrdiff_t column = grid.column_begin; column < grid.column_end; column++) {
            double across = frequency_of(column, planes->width);
            planes->radial[place_of(planes, row, column)]
                = radial_square(sqrt(down * down + across * across), scale, scales);
        }
    }
}

/* The unpaired frequency −size/2 of an even size stands for +size/2 as well. */
static int aliases_of(ptrdiff_t frequency, size_t size, double aliases[2])
{
    double omega = frequency_of(frequency, size);
    aliases[0] = omega;
    aliases[1] = -omega;
    return size % 2 == 0 && frequency == -(ptrdiff_t)(size / 2) ? 2 : 1;
}

/* Mean square of the angular window over the two or four frequencies that a border one stands for. */
static void average_aliases(const spline_planes *planes, const spline_shape *shape, ptrdiff_t row, ptrdiff_t column)
{
    double rows[2];
    double columns[2];
    int row_count = aliases_of(row, planes->height, rows);
    int column_count = aliases_of(column, planes->width, columns);
    double sum = 0;
    for (int i = 0; i < row_count; i++) {
        for (int k = 0; k < column_count; k++) {
            double t = atan2(columns[k], rows[i]) * shape->orientations / PI;
            sum += angular_square(t, shape->orientation, shape->orientations);
        }
    }
    size_t place = place_of(planes, row, column);
    planes->spectrum[place] = sqrt(planes->radial[place] * sum / (row_count * column_count));
}

static void average_border(const spline_planes *planes, const spline_shape *shape)
{
    ond_box grid = ond_box_of_grid(planes->height, planes->width);
    for (ptrdiff_t column = grid.column_begin; planes->height % 2 == 0 && column < grid.column_end; column++) {
        average_aliases(planes, shape, grid.row_begin, column);
    }
    for (ptrdiff_t row = grid.row_begin; planes->width % 2 == 0 && row < grid.row_end; row++) {
        average_aliases(planes, shape, row, grid.column_begin);
    }
}

static void evaluate(const spline_planes *planes, const spline_shape *shape)
{
    for (size_t i = 0; i < planes->height * planes->width; i++) {
        double square = planes->radial[i];
        if (square > 0 && shape->orientations > 0) {
            square *= angular_square(planes->steps[i], shape->orientation, shape->orientations);
        }
        planes->spectrum[i] = sqrt(square);
    }
    if (shape->orientations > 0) {
        average_border(planes, shape);
    }
}

/* Peak and width at half the peak of a radial profile up to π. */
static void measure_profile(spline_shape *shape)
{
    enum { SAMPLES = 1024 };
    double square[SAMPLES + 1];
    double peak = -1;
    for (int i = 0; i <= SAMPLES; i++) {
        square[i] = radial_square(PI * i / SAMPLES, shape->scale, shape->scales);
        if (square[i] > peak + 1e-12) {
            peak = square[i];
            shape->center = PI * i / SAMPLES;
        }
    }
    int above = 0;
    for (int i = 0; i <= SAMPLES; i++) {
        above += square[i] >= peak / 4;
    }
    shape->bandwidth = PI * above / SAMPLES;
}

static void describe(ond_filter *filter, const spline_shape *shape)
{
    bool band = shape->scale < shape->scales;
    filter->info = (ond_filter_info){
        .kind = band ? OND_FILTER_BAND_PASS : OND_FILTER_LOW_PASS,
        .scale = shape->scale,
        .orientation = shape->orientation,
        .angle_rad = band ? shape->orientation * PI / shape->orientations : 0,
        /* supported on |ω| < π 2^(1 − scale): no aliasing at half of the usual decimation */
        .subsampling = shape->scale > 0 ? shape->scale - 1 : 0,
        .center_frequency = shape->center,
        .bandwidth = shape->bandwidth,
        .one_sided = band,
    };
}

static ond_status fill_scale(ond_filters *filters, const ond_spline_config *config, int scale,
                             const spline_planes *planes)
{
    bool band = scale < config->scales;
    int count = band ? config->orientations : 1;
    spline_shape shape = {.scale = scale, .scales = config->scales, .orientations = band ? config->orientations : 0};
    measure_profile(&shape);
    if (planes) {
        evaluate_radial(planes, scale, config->scales);
    }
    for (shape.orientation = 0; shape.orientation < count; shape.orientation++) {
        size_t index = (size_t)scale * (size_t)config->orientations + (size_t)shape.orientation;
        describe(&filters->filters[index], &shape);
        if (planes) {
            evaluate(planes, &shape);
            OND_TRY(ond_filter_set(filters, index, ond_box_of_grid(planes->height, planes->width), planes->spectrum));
        }
    }
    return OND_OK;
}

static ond_status fill(ond_filters *filters, const ond_spline_config *config, const spline_planes *planes)
{
    if (planes) {
        evaluate_directions(planes, config->orientations);
    }
    for (int scale = 0; scale <= config->scales; scale++) {
        OND_TRY(fill_scale(filters, config, scale, planes));
    }
    return OND_OK;
}

static ond_status fill_on_grid(ond_filters *filters, const ond_spline_config *config)
{
    if (filters->height == 0) {
        return fill(filters, config, NULL);
    }
    size_t grid = filters->height * filters->width;
    double *scratch = ond_memory_allocate(grid, 3 * sizeof *scratch);
    if (!scratch) {
        return OND_ERROR_MEMORY;
    }
    spline_planes planes = {filters->height, filters->width, scratch, scratch + grid, scratch + 2 * grid};
    ond_status status = fill(filters, config, &planes);
    ond_memory_free(scratch);
    return status;
}

static ond_status make_bank(const void *config, size_t height, size_t width, ond_filters **filters)
{
    const ond_spline_config *spline = config;
    size_t count = (size_t)spline->scales * (size_t)spline->orientations + 1;
    ond_filters *made = NULL;
    OND_TRY(ond_filters_create_empty("spline", count, height, width, &made));
    ond_filters_set_maker(made, make_bank, spline, sizeof *spline);
    ond_status status = fill_on_grid(made, spline);
    if (status != OND_OK) {
        ond_filters_destroy(made);
        return status;
    }
    *filters = made;
    return OND_OK;
}

ond_status ond_spline_create(const ond_spline_config *config, ond_filters **filters)
{
    ond_spline_config used = config ? *config : ond_spline_config_default();
    OND_TRY(ond_options_check(ond_spline_options(), &used));
    if ((used.height == 0) != (used.width == 0)) {
        return ond_fail(OND_ERROR_ARGUMENT, "a grid of %d x %d is empty", used.height, used.width);
    }
    return make_bank(&used, (size_t)used.height, (size_t)used.width, filters);
}
