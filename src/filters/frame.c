/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "filters/filters.h"

#include <math.h>
#include <string.h>

/* Below this ratio of the frame bounds an inverse would only amplify rounding. */
static const double smallest_frame_ratio = 1e-6;

/* sum[i] += scale · values[i]² */
OND_HOT static void add_squares(const float *restrict values, double scale, size_t count, double *restrict sum)
{
    for (size_t i = 0; i < count; i++) {
        sum[i] += scale * ((double)values[i] * (double)values[i]);
    }
}

/* The partner's squares stand in opposite order: sum[−i] += scale · values[i]² */
static void add_squares_backwards(const float *values, double scale, size_t count, double *sum)
{
    for (size_t i = 0; i < count; i++) {
        sum[-(ptrdiff_t)i] += scale * ((double)values[i] * (double)values[i]);
    }
}

/* One run that does not cross frequency zero. */
static void add_run(const ond_filters *filters, bool one_sided, ptrdiff_t row, ptrdiff_t column, size_t count,
                    const float *values, double *sum)
{
    size_t width = filters->width;
    size_t place = (size_t)(column < 0 ? column + (ptrdiff_t)width : column);
    add_squares(values, one_sided ? 0.5 : 1, count, sum + ond_frequency_index(row, filters->height) * width + place);
    if (!one_sided) {
        return;
    }
    double *opposite = sum + ond_frequency_index(-row, filters->height) * width;
    if (column == 0) { /* frequency zero is its own opposite; the others lie at the end of the row */
        opposite[0] += 0.5 * ((double)values[0] * (double)values[0]);
        values++;
        count--;
        column++;
    }
    size_t last = (size_t)(column < 0 ? -column : (ptrdiff_t)width - column);
    add_squares_backwards(values, 0.5, count, opposite + last);
}

/* sum[±ω] += ½ ψ^(ω)²: once for the filter, once for its partner ψ^(−ω). An even filter is its own partner. */
static void add_filter(const ond_filters *filters, const ond_filter *filter, double *sum)
{
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        const float *values = filter->values + run.offset;
        ptrdiff_t middle = run.begin > 0 ? run.begin : (run.end < 0 ? run.end : 0);
        if (middle > run.begin) {
            add_run(filters, filter->info.one_sided, row, run.begin, (size_t)(middle - run.begin), values, sum);
        }
        if (run.end > middle) {
            add_run(filters, filter->info.one_sided, row, middle, (size_t)(run.end - middle),
                    values + (middle - run.begin), sum);
        }
    }
}

ond_status ond_filters_sum(const ond_filters *filters, double *sum)
{
    OND_TRY(ond_filters_check_grid(filters));
    memset(sum, 0, filters->height * filters->width * sizeof *sum);
    for (size_t i = 0; i < filters->count; i++) {
        add_filter(filters, &filters->filters[i], sum);
    }
    return OND_OK;
}

static double *allocate_grid(const ond_filters *filters)
{
    return ond_memory_allocate(filters->height * filters->width, sizeof(double));
}

ond_status ond_filters_littlewood_paley(const ond_filters *filters, ond_array *sum)
{
    OND_TRY(ond_filters_check_grid(filters));
    size_t shape[2] = {filters->height, filters->width};
    OND_TRY(ond_array_resize(sum, 2, shape));
    double *exact = allocate_grid(filters);
    if (!exact) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_filters_sum(filters, exact);
    for (size_t i = 0; status == OND_OK && i < filters->height * filters->width; i++) {
        sum->data[i] = (float)exact[i];
    }
    ond_memory_free(exact);
    return status;
}

static void find_extremes(const double *values, size_t count, double *lowest, double *highest)
{
    *lowest = HUGE_VAL;
    *highest = 0;
    for (size_t i = 0; i < count; i++) {
        *lowest = values[i] < *lowest ? values[i] : *lowest;
        *highest = values[i] > *highest ? values[i] : *highest;
    }
}

ond_status ond_filters_bounds(const ond_filters *filters, double *lower, double *upper)
{
    OND_TRY(ond_filters_check_grid(filters));
    double *sum = allocate_grid(filters);
    if (!sum) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_filters_sum(filters, sum);
    if (status == OND_OK) {
        find_extremes(sum, filters->height * filters->width, lower, upper);
    }
    ond_memory_free(sum);
    return status;
}

static ond_status check_frame(const ond_filters *filters, const double *sum)
{
    double lower = 0;
    double upper = 0;
    find_extremes(sum, filters->height * filters->width, &lower, &upper);
    if (lower <= smallest_frame_ratio * upper) {
        return ond_fail(OND_ERROR_ARGUMENT, "the bank '%s' is not a frame on %zu x %zu: its bounds are %g and %g",
                        filters->name, filters->height, filters->width, lower, upper);
    }
    return OND_OK;
}

static ond_status divide_filter(const ond_filters *filters, size_t index, const double *sum, double power,
                                ond_filters *divided)
{
    const ond_filter *from = &filters->filters[index];
    OND_TRY(ond_filter_allocate_like(divided, index, from));
    ond_filter *to = &divided->filters[index];
    for (ptrdiff_t row = from->box.row_begin; row < from->box.row_end; row++) {
        ond_run run = from->runs[row - from->box.row_begin];
        const double *line = sum + ond_frequency_index(row, filters->height) * filters->width;
        for (ptrdiff_t column = run.begin; column < run.end; column++) {
            size_t i = run.offset + (size_t)(column - run.begin);
            double divisor = pow(line[ond_frequency_index(column, filters->width)], power);
            to->values[i] = (float)((double)from->values[i] / divisor);
        }
    }
    return OND_OK;
}

static ond_status divide_all(const ond_filters *filters, double *sum, double power, ond_filters *divided)
{
    OND_TRY(ond_filters_sum(filters, sum));
    OND_TRY(check_frame(filters, sum));
    for (size_t i = 0; i < filters->count; i++) {
        OND_TRY(divide_filter(filters, i, sum, power, divided));
    }
    return OND_OK;
}

/* A copy of the bank with every spectrum divided by a power of the Littlewood–Paley sum. */
static ond_status divide_by_sum(const ond_filters *filters, double power, ond_filters **result)
{
    OND_TRY(ond_filters_check_grid(filters));
    ond_filters *divided = NULL;
    OND_TRY(ond_filters_create_empty(filters->name, filters->count, filters->height, filters->width, &divided));
    double *sum = allocate_grid(filters);
    ond_status status = sum ? divide_all(filters, sum, power, divided) : OND_ERROR_MEMORY;
    ond_memory_free(sum);
    if (status != OND_OK) {
        ond_filters_destroy(divided);
        return status;
    }
    *result = divided;
    return OND_OK;
}

ond_status ond_filters_dual(const ond_filters *filters, ond_filters **dual)
{
    return divide_by_sum(filters, 1, dual);
}

ond_status ond_filters_parseval(const ond_filters *filters, ond_filters **parseval)
{
    return divide_by_sum(filters, 0.5, parseval);
}
