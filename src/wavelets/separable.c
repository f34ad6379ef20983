/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "filters/filters.h"

#include <ondelet/wavelets.h>

#include <math.h>

#define PI 3.14159265358979323846

/* The maximally flat symmetric filter of 9 taps that ShearLab's shearlets are made of as well (Kutyniok, Lim &
 * Reisenhofer, 2016), h[−n] = h[n], Σ h = 1. */
static double nine_taps(double omega)
{
    static const double taps[]
        = {0.582566738241592, 0.276348304703363, -0.0517766952966370, -0.0263483047033631, 0.0104933261758410};
    double sum = taps[0];
    for (int n = 1; n < 5; n++) {
        sum += 2 * taps[n] * cos(n * omega);
    }
    return sum;
}

/* h(ω) / √(h² + h(ω + π)²): the squares of low-pass and high-pass, low(ω + π), add up to 1. */
static double low(double omega)
{
    double h = nine_taps(omega);
    double g = nine_taps(omega + PI);
    return h / sqrt(h * h + g * g);
}

/* For every scale, values along one axis in signed order: Π_{i<j} low(2^i ω) times low or high at 2^j ω. */
typedef struct axis_tables {
    size_t size;
    double *low, *high; /* [scales][size] */
} axis_tables;

static void fill_tables(int scales, axis_tables *tables)
{
    ptrdiff_t lowest = -(ptrdiff_t)(tables->size / 2);
    for (size_t i = 0; i < tables->size; i++) {
        double omega = 2 * PI * (double)(lowest + (ptrdiff_t)i) / (double)tables->size;
        double product = 1;
        for (int scale = 0; scale < scales; scale++) {
            size_t place = (size_t)scale * tables->size + i;
            tables->high[place] = product * low(ldexp(omega, scale) + PI);
            product *= low(ldexp(omega, scale));
            tables->low[place] = product;
        }
    }
}

/* The three bands of a scale, by the direction of oscillation, and the low-pass. */
typedef enum separable_band { BAND_ROWS, BAND_DIAGONAL, BAND_COLUMNS, BAND_LOW } separable_band;

static void describe(ond_filter *filter, int scale, separable_band band)
{
    static const double angles[] = {0, PI / 4, PI / 2, 0};
    bool pass = band != BAND_LOW;
    filter->info = (ond_filter_info){
        .kind = pass ? OND_FILTER_BAND_PASS : OND_FILTER_LOW_PASS,
        .scale = scale,
        .orientation = pass ? (int)band : 0,
        .angle_rad = angles[band],
        .center_frequency = pass ? ldexp(0.75 * PI, -scale) * (band == BAND_DIAGONAL ? sqrt(2) : 1) : 0,
        .bandwidth = ldexp(pass ? 0.5 * PI : PI, -scale),
    };
}

static void multiply(const double *rows, const double *columns, size_t height, size_t width, double *spectrum)
{
    for (size_t row = 0; row < height; row++) {
        for (size_t column = 0; column < width; column++) {
            spectrum[row * width + column] = rows[row] * columns[column];
        }
    }
}

static ond_status set_band(ond_filters *filters, int scale, int scales, separable_band band, const axis_tables *rows,
                           const axis_tables *columns, double *spectrum)
{
    size_t index = (size_t)scale * 3 + (band == BAND_LOW ? 0 : (size_t)band);
    describe(&filters->filters[index], scale, band);
    if (!spectrum) {
        return OND_OK;
    }
    size_t table = (size_t)(scale < scales ? scale : scales - 1);
    bool high_rows = band == BAND_ROWS || band == BAND_DIAGONAL;
    bool high_columns = band == BAND_COLUMNS || band == BAND_DIAGONAL;
    multiply((high_rows ? rows->high : rows->low) + table * rows->size,
             (high_columns ? columns->high : columns->low) + table * columns->size, rows->size, columns->size,
             spectrum);
    return ond_filter_set(filters, index, ond_box_of_grid(rows->size, columns->size), spectrum);
}

static ond_status fill(ond_filters *filters, int scales, const axis_tables *rows, const axis_tables *columns,
                       double *spectrum)
{
    for (int scale = 0; scale < scales; scale++) {
        for (separable_band band = BAND_ROWS; band <= BAND_COLUMNS; band++) {
            OND_TRY(set_band(filters, scale, scales, band, rows, columns, spectrum));
        }
    }
    return set_band(filters, scales, scales, BAND_LOW, rows, columns, spectrum);
}

static ond_status fill_on_grid(ond_filters *filters, int scales)
{
    size_t height = filters->height;
    size_t width = filters->width;
    if (height == 0) {
        return fill(filters, scales, NULL, NULL, NULL);
    }
    size_t tables = 2 * (size_t)scales * (height + width);
    double *memory = ond_memory_allocate(tables + height * width, sizeof *memory);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    axis_tables rows = {height, memory, memory + (size_t)scales * height};
    double *rest = memory + 2 * (size_t)scales * height;
    axis_tables columns = {width, rest, rest + (size_t)scales * width};
    fill_tables(scales, &rows);
    fill_tables(scales, &columns);
    ond_status status = fill(filters, scales, &rows, &columns, memory + tables);
    ond_memory_free(memory);
    return status;
}

static ond_status make_bank(const void *config, size_t height, size_t width, ond_filters **filters)
{
    const ond_separable_config *separable = config;
    ond_filters *made = NULL;
    OND_TRY(ond_filters_create_empty("separable", 3 * (size_t)separable->scales + 1, height, width, &made));
    ond_filters_set_maker(made, make_bank, separable, sizeof *separable);
    ond_status status = fill_on_grid(made, separable->scales);
    if (status != OND_OK) {
        ond_filters_destroy(made);
        return status;
    }
    *filters = made;
    return OND_OK;
}

ond_status ond_separable_create(const ond_separable_config *config, ond_filters **filters)
{
    ond_separable_config used = config ? *config : ond_separable_config_default();
    OND_TRY(ond_options_check(ond_separable_options(), &used));
    if ((used.height == 0) != (used.width == 0)) {
        return ond_fail(OND_ERROR_ARGUMENT, "a grid of %d x %d is empty", used.height, used.width);
    }
    return make_bank(&used, (size_t)used.height, (size_t)used.width, filters);
}
