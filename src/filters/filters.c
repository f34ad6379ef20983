/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/filters.h"

#include "core/array.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

size_t ond_box_height(ond_box box)
{
    return (size_t)(box.row_end - box.row_begin);
}

size_t ond_box_width(ond_box box)
{
    return (size_t)(box.column_end - box.column_begin);
}

ond_box ond_box_of_grid(size_t height, size_t width)
{
    ptrdiff_t row = -(ptrdiff_t)(height / 2);
    ptrdiff_t column = -(ptrdiff_t)(width / 2);
    return (ond_box){row, row + (ptrdiff_t)height, column, column + (ptrdiff_t)width};
}

ond_box ond_box_intersect(ond_box a, ond_box b)
{
    ond_box box = {
        .row_begin = a.row_begin > b.row_begin ? a.row_begin : b.row_begin,
        .row_end = a.row_end < b.row_end ? a.row_end : b.row_end,
        .column_begin = a.column_begin > b.column_begin ? a.column_begin : b.column_begin,
        .column_end = a.column_end < b.column_end ? a.column_end : b.column_end,
    };
    if (box.row_end < box.row_begin || box.column_end < box.column_begin) {
        return (ond_box){0, 0, 0, 0};
    }
    return box;
}

size_t ond_frequency_index(ptrdiff_t frequency, size_t size)
{
    ptrdiff_t remainder = frequency % (ptrdiff_t)size;
    return (size_t)(remainder < 0 ? remainder + (ptrdiff_t)size : remainder);
}

ond_status ond_filters_create_empty(const char *name, size_t count, size_t height, size_t width, ond_filters **filters)
{
    ond_filters *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    snprintf(made->name, sizeof made->name, "%s", name);
    made->filters = ond_memory_allocate_zero(count, sizeof *made->filters);
    if (!made->filters) {
        ond_memory_free(made);
        return OND_ERROR_MEMORY;
    }
    made->count = count;
    made->height = height;
    made->width = width;
    atomic_init(&made->owners, 1);
    *filters = made;
    return OND_OK;
}

void ond_filters_set_maker(ond_filters *filters, ond_filters_maker maker, const void *config, size_t config_size)
{
    filters->maker = maker;
    memcpy(filters->config, config, config_size < sizeof filters->config ? config_size : sizeof filters->config);
}

ond_filters *ond_filters_share(const ond_filters *filters)
{
    union {
        const ond_filters *given;
        ond_filters *shared;
    } bank = {.given = filters}; /* the count of owners is the one part that changes */
    atomic_fetch_add(&bank.shared->owners, 1);
    return bank.shared;
}

void ond_filters_destroy(ond_filters *filters)
{
    if (!filters || atomic_fetch_sub(&filters->owners, 1) > 1) {
        return;
    }
    for (size_t i = 0; i < filters->count; i++) {
        ond_memory_free(filters->filters[i].runs);
        ond_memory_free(filters->filters[i].values);
    }
    ond_memory_free(filters->filters);
    ond_memory_free(filters);
}

ond_status ond_filters_remake(const ond_filters *filters, size_t height, size_t width, ond_filters **remade)
{
    if (!filters->maker) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the bank '%s' was made from spectra on %zu x %zu, %zu x %zu is wanted",
                        filters->name, filters->height, filters->width, height, width);
    }
    if (height == 0 || width == 0) {
        return ond_fail(OND_ERROR_SHAPE, "a grid of %zu x %zu is empty", height, width);
    }
    return filters->maker(filters->config, height, width, remade);
}

static double largest_magnitude(const double *values, size_t count)
{
    double peak = 0;
    for (size_t i = 0; i < count; i++) {
        double magnitude = fabs(values[i]);
        peak = magnitude > peak ? magnitude : peak;
    }
    return peak;
}

/* From the first to the last value above the threshold; empty at `begin` when there is none. */
static ond_run find_run(const double *row, ptrdiff_t begin, ptrdiff_t end, double threshold)
{
    ptrdiff_t first = begin;
    while (first < end && fabs(row[first - begin]) <= threshold) {
        first++;
    }
    if (first == end) {
        return (ond_run){begin, begin, 0};
    }
    while (fabs(row[end - 1 - begin]) <= threshold) {
        end--;
    }
    return (ond_run){first, end, 0};
}

/* Finds the runs and tightens the box to the rows and columns that they use. */
static void find_support(ond_filter *filter, ond_box box, const double *spectrum)
{
    size_t width = ond_box_width(box);
    double threshold = OND_SUPPORT_THRESHOLD * largest_magnitude(spectrum, ond_box_height(box) * width);
    ond_box tight = {box.row_begin, box.row_begin, box.column_end, box.column_begin};
    size_t kept = 0;
    for (ptrdiff_t row = box.row_begin; row < box.row_end; row++) {
        const double *line = spectrum + (size_t)(row - box.row_begin) * width;
        ond_run run = find_run(line, box.column_begin, box.column_end, threshold);
        if (kept == 0 && run.begin == run.end) {
            tight.row_begin = row + 1;
            continue;
        }
        filter->count += (kept % 2 * OND_VALUES_ALIGNED + (size_t)run.begin - filter->count) % OND_VALUES_PERIOD;
        run.offset = filter->count;
        filter->runs[kept++] = run;
        if (run.end > run.begin) {
            filter->count += (size_t)(run.end - run.begin);
            tight.row_end = row + 1;
            tight.column_begin = run.begin < tight.column_begin ? run.begin : tight.column_begin;
            tight.column_end = run.end > tight.column_end ? run.end : tight.column_end;
        }
    }
    filter->box = filter->count > 0 ? tight : (ond_box){0, 0, 0, 0};
}

static void copy_runs(ond_filter *filter, ond_box box, const double *spectrum)
{
    size_t width = ond_box_width(box);
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        const double *line = spectrum + (size_t)(row - box.row_begin) * width;
        for (ptrdiff_t column = run.begin; column < run.end; column++) {
            filter->values[run.offset + (size_t)(column - run.begin)] = (float)line[column - box.column_begin];
        }
    }
}

ond_status ond_filter_set(ond_filters *filters, size_t index, ond_box box, const double *spectrum)
{
    ond_filter *filter = &filters->filters[index];
    filter->runs = ond_memory_allocate(ond_box_height(box), sizeof *filter->runs);
    if (!filter->runs) {
        return OND_ERROR_MEMORY;
    }
    find_support(filter, box, spectrum);
    filter->values = ond_memory_allocate_zero(filter->count, sizeof *filter->values);
    if (!filter->values) {
        return OND_ERROR_MEMORY;
    }
    copy_runs(filter, box, spectrum);
    return OND_OK;
}

ond_status ond_filter_allocate_like(ond_filters *filters, size_t index, const ond_filter *other)
{
    ond_filter *filter = &filters->filters[index];
    size_t rows = ond_box_height(other->box);
    filter->info = other->info;
    filter->box = other->box;
    filter->count = other->count;
    filter->runs = ond_memory_allocate(rows, sizeof *filter->runs);
    filter->values = ond_memory_allocate_zero(other->count, sizeof *filter->values);
    if (!filter->runs || !filter->values) {
        return OND_ERROR_MEMORY;
    }
    memcpy(filter->runs, other->runs, rows * sizeof *filter->runs);
    return OND_OK;
}

float ond_filter_value(const ond_filter *filter, ptrdiff_t row, ptrdiff_t column)
{
    if (row < filter->box.row_begin || row >= filter->box.row_end) {
        return 0;
    }
    ond_run run = filter->runs[row - filter->box.row_begin];
    bool inside = column >= run.begin && column < run.end;
    return inside ? filter->values[run.offset + (size_t)(column - run.begin)] : 0;
}

/* Most columns need their opposite (a run that reaches −width/2, its own opposite, may be longer than the other by what
 * nearly vanishes): else anything mirrors what is elsewhere. */
static bool run_mirrors(const ond_filter *filter, ond_run run, const ond_filter *other, ond_run opposite)
{
    ptrdiff_t begin = run.begin > 1 - opposite.end ? run.begin : 1 - opposite.end;
    ptrdiff_t end = run.end < 1 - opposite.begin ? run.end : 1 - opposite.begin;
    if (run.end - run.begin > 2 * (end > begin ? end - begin : 0)) {
        return false;
    }
    for (ptrdiff_t column = begin; column < end; column++) {
        float value = filter->values[run.offset + (size_t)(column - run.begin)];
        if (value != other->values[opposite.offset + (size_t)(-column - opposite.begin)]) {
            return false;
        }
    }
    return true;
}

bool ond_filter_mirrors(const ond_filter *filter, const ond_filter *other)
{
    if (filter->box.row_begin != other->box.row_begin || filter->box.row_end != other->box.row_end) {
        return false;
    }
    for (ptrdiff_t row = 0; row < filter->box.row_end - filter->box.row_begin; row++) {
        if (!run_mirrors(filter, filter->runs[row], other, other->runs[row])) {
            return false;
        }
    }
    return true;
}

static ond_status check_infos(const ond_filter_info *infos, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (infos[i].scale < 0 || infos[i].subsampling < 0 || infos[i].subsampling > 30) {
            return ond_fail(OND_ERROR_ARGUMENT, "filter %zu has scale %d and subsampling %d, 0 or more are wanted", i,
                            infos[i].scale, infos[i].subsampling);
        }
        bool ordered = i == 0 || infos[i - 1].kind < infos[i].kind
                       || (infos[i - 1].kind == infos[i].kind && infos[i - 1].scale <= infos[i].scale);
        if (!ordered) {
            return ond_fail(OND_ERROR_ARGUMENT,
                            "filter %zu is out of order: band-pass before low-pass, fine scales before coarse ones", i);
        }
    }
    return OND_OK;
}

/* From zero frequency in the corner to signed frequencies in rising order. */
static void centre(const float *spectrum, size_t height, size_t width, double *centred)
{
    ond_box grid = ond_box_of_grid(height, width);
    for (ptrdiff_t row = grid.row_begin; row < grid.row_end; row++) {
        const float *line = spectrum + ond_frequency_index(row, height) * width;
        for (ptrdiff_t column = grid.column_begin; column < grid.column_end; column++) {
            *centred++ = (double)line[ond_frequency_index(column, width)];
        }
    }
}

static ond_status fill_from_spectra(ond_filters *filters, const ond_array *spectra, const ond_filter_info *infos)
{
    size_t grid = filters->height * filters->width;
    double *spectrum = ond_memory_allocate(grid, sizeof *spectrum);
    if (!spectrum) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = OND_OK;
    for (size_t i = 0; i < filters->count && status == OND_OK; i++) {
        centre(spectra->data + i * grid, filters->height, filters->width, spectrum);
        filters->filters[i].info = infos[i];
        status = ond_filter_set(filters, i, ond_box_of_grid(filters->height, filters->width), spectrum);
    }
    ond_memory_free(spectrum);
    return status;
}

ond_status ond_filters_create(const char *name, const ond_array *spectra, const ond_filter_info *infos,
                              ond_filters **filters)
{
    OND_TRY(ond_array_check_filled(spectra, "the array of spectra"));
    if (spectra->rank != 3) {
        return ond_fail(OND_ERROR_SHAPE, "spectra have %d axes, [count, height, width] is wanted", spectra->rank);
    }
    OND_TRY(ond_array_check_finite(spectra, "the array of spectra"));
    OND_TRY(check_infos(infos, spectra->shape[0]));
    ond_filters *made = NULL;
    OND_TRY(ond_filters_create_empty(name, spectra->shape[0], spectra->shape[1], spectra->shape[2], &made));
    ond_status status = fill_from_spectra(made, spectra, infos);
    if (status != OND_OK) {
        ond_filters_destroy(made);
        return status;
    }
    *filters = made;
    return OND_OK;
}

const char *ond_filters_name(const ond_filters *filters)
{
    return filters->name;
}

size_t ond_filters_count(const ond_filters *filters)
{
    return filters->count;
}

size_t ond_filters_height(const ond_filters *filters)
{
    return filters->height;
}

size_t ond_filters_width(const ond_filters *filters)
{
    return filters->width;
}

int ond_filters_scales(const ond_filters *filters)
{
    int scales = 0;
    for (size_t i = 0; i < filters->count; i++) {
        const ond_filter_info *info = &filters->filters[i].info;
        if (info->kind == OND_FILTER_BAND_PASS && info->scale >= scales) {
            scales = info->scale + 1;
        }
    }
    return scales;
}

ond_filter_info ond_filters_info(const ond_filters *filters, size_t index)
{
    return filters->filters[index].info;
}

double ond_filters_support(const ond_filters *filters, size_t index)
{
    const ond_filter *filter = &filters->filters[index];
    size_t count = 0;
    for (ptrdiff_t row = 0; row < filter->box.row_end - filter->box.row_begin; row++) {
        count += (size_t)(filter->runs[row].end - filter->runs[row].begin);
    }
    double grid = (double)filters->height * (double)filters->width;
    return grid > 0 ? (double)count / grid : 0;
}

ond_status ond_filters_check_grid(const ond_filters *filters)
{
    if (filters->height == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "the bank '%s' has no grid: set height and width in its config",
                        filters->name);
    }
    return OND_OK;
}

ond_status ond_filters_spectrum(const ond_filters *filters, size_t index, ond_array *spectrum)
{
    OND_TRY(ond_filters_check_grid(filters));
    if (index >= filters->count) {
        return ond_fail(OND_ERROR_ARGUMENT, "filter %zu is outside 0..%zu", index, filters->count - 1);
    }
    size_t shape[2] = {filters->height, filters->width};
    OND_TRY(ond_array_resize(spectrum, 2, shape));
    memset(spectrum->data, 0, filters->height * filters->width * sizeof *spectrum->data);
    const ond_filter *filter = &filters->filters[index];
    for (ptrdiff_t row = filter->box.row_begin; row < filter->box.row_end; row++) {
        ond_run run = filter->runs[row - filter->box.row_begin];
        float *line = spectrum->data + ond_frequency_index(row, filters->height) * filters->width;
        const float *value = filter->values + run.offset;
        for (ptrdiff_t column = run.begin; column < run.end; column++) {
            line[ond_frequency_index(column, filters->width)] = *value++;
        }
    }
    return OND_OK;
}
