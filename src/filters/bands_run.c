/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "filters/bands.h"
#include "filters/fold.h"

#include <string.h>

/* Planes of one worker, for each image. */
typedef struct worker_planes {
    ond_complex *product[OND_MAX_BAND_IMAGES]; /* spectrum of one band */
    float *data[OND_MAX_BAND_IMAGES];          /* its coefficients: all, or a group of rows */
} worker_planes;

typedef struct run {
    ond_bands_job job;
    const ond_filters *filters;
    const ond_fft *fft; /* of the whole grid */
    size_t buffers;     /* coefficient planes: as many as images, but one without any */
    size_t groups;
    int workers;
    ond_complex *spectrum[OND_MAX_BAND_IMAGES]; /* of each image, over the number of pixels */
    ond_complex *sum[OND_BAND_GROUPS];          /* of the groups' bands, to be transformed back */
    worker_planes *worker;
} run;

static ond_plane plane_of(const ond_fft *fft, ond_complex *data)
{
    return (ond_plane){data, fft->height, fft->width, fft->complex_stride};
}

/* Room for a plane, and for the rows that the function sees, at every size that bands have. */
static void measure_planes(const run *call, size_t *complex_plane, size_t *real_plane)
{
    *complex_plane = *real_plane = 0;
    for (size_t i = 0; i < call->job.bands->grid_count; i++) {
        const ond_fft *fft = call->job.bands->grids[i].fft;
        size_t complex_numbers = fft->height * fft->complex_stride;
        size_t floats = (call->job.by_rows ? fft->group : fft->height) * fft->real_stride;
        *complex_plane = complex_numbers > *complex_plane ? complex_numbers : *complex_plane;
        *real_plane = floats > *real_plane ? floats : *real_plane;
    }
}

static void take_planes(run *call, ond_arena *arena)
{
    size_t complex_plane = 0;
    size_t real_plane = 0;
    measure_planes(call, &complex_plane, &real_plane);
    for (size_t g = 0; g < OND_BAND_GROUPS && call->job.result; g++) {
        call->sum[g] = ond_arena_take(arena, complex_plane, sizeof(ond_complex));
    }
    for (size_t i = 0; i < call->job.count; i++) {
        call->spectrum[i] = ond_arena_take(arena, complex_plane, sizeof(ond_complex));
    }
    call->worker = ond_arena_take(arena, (size_t)call->workers, sizeof *call->worker);
    for (int w = 0; w < call->workers; w++) {
        worker_planes own = {0};
        for (size_t i = 0; i < call->buffers; i++) {
            own.product[i] = ond_arena_take(arena, complex_plane, sizeof(ond_complex));
            own.data[i] = ond_arena_take(arena, real_plane, sizeof(float));
        }
        if (arena->base) {
            call->worker[w] = own;
        }
    }
}

/* --- one band --- */

/* The columns that the filter reaches; the others of a product are 0, those of a sum stay. */
static ond_columns columns_of(const ond_band_part *part)
{
    return (ond_columns){part->column_begin, part->column_end};
}

static ond_columns half_columns(const ond_fft *fft)
{
    return (ond_columns){0, fft->half_width};
}

static void run_strips(const ond_fft *fft, ond_fft_pass pass, ond_columns columns, ond_complex *plane)
{
    for (size_t column = columns.begin; column < columns.end; column += OND_FFT_STRIP) {
        ond_fft_run(fft, pass, plane + column);
    }
}

static void clear_columns(const ond_fft *fft, ond_columns columns, ond_complex *plane)
{
    for (size_t row = 0; row < fft->height && columns.begin < columns.end; row++) {
        memset(plane + row * fft->complex_stride + columns.begin, 0, (columns.end - columns.begin) * sizeof *plane);
    }
}

/* The product of an image's spectrum and a filter, and its transform down the columns. */
static void filter_image(const run *call, size_t index, size_t image, ond_complex *product)
{
    const ond_filter *filter = &call->filters->filters[index];
    const ond_band_part *part = &call->job.bands->parts[index];
    const ond_fft *fft = call->job.bands->grids[part->grid].fft;
    ond_plane spectrum = plane_of(call->fft, call->spectrum[image]);
    if (part->grid != 0) {
        ond_filter_fold(filter, spectrum, plane_of(fft, product));
        run_strips(fft, OND_FFT_STRIP_BACKWARD, half_columns(fft), product);
        return;
    }
    ond_filter_product(filter, spectrum, columns_of(part), plane_of(fft, product));
    run_strips(fft, OND_FFT_STRIP_BACKWARD, columns_of(part), product);
    clear_columns(fft, (ond_columns){0, part->column_begin}, product);
    clear_columns(fft, (ond_columns){part->column_end, fft->half_width}, product);
}

/* Adds what came of a band, filtered, to the sum. */
static void add_band(const run *call, size_t index, ond_complex *product, ond_complex *sum)
{
    const ond_filter *filter = &call->filters->filters[index];
    const ond_band_part *part = &call->job.bands->parts[index];
    const ond_band_grid *grid = &call->job.bands->grids[part->grid];
    ond_plane total = plane_of(call->fft, sum);
    if (part->grid != 0) {
        run_strips(grid->fft, OND_FFT_STRIP_FORWARD, half_columns(grid->fft), product);
        ond_fft_mirror(grid->fft, product);
        float weight = (float)(grid->row_step * grid->column_step);
        ond_filter_add_unfolded(filter, weight, plane_of(grid->fft, product), call->fft->half_width, total);
        return;
    }
    run_strips(grid->fft, OND_FFT_STRIP_FORWARD, columns_of(part), product);
    ond_filter_add_product(filter, plane_of(grid->fft, product), columns_of(part), total);
}

static void copy_rows(const float *from, size_t from_stride, const ond_band *band, float *to, size_t to_stride)
{
    for (size_t row = 0; row < band->height; row++) {
        memcpy(to + row * to_stride, from + row * from_stride, band->width * sizeof *to);
    }
}

/* The function, or the place of the coefficients instead. */
static ond_status show_rows(const run *call, const ond_band *band)
{
    if (!call->job.planes) {
        return call->job.function(call->job.context, band);
    }
    ond_array plane = call->job.planes(call->job.context, band->index);
    float *rows = plane.data + band->row * band->width;
    if (call->job.count > 0) {
        copy_rows(band->data[0], band->stride, band, rows, band->width);
    }
    if (call->job.checked && ond_vector_find_nonfinite(rows, band->height * band->width) < band->height * band->width) {
        return call->job.count > 0 ? ond_array_check_result(&plane)
                                   : ond_array_check_finite(&plane, "an array of coefficients");
    }
    if (call->job.count == 0) {
        copy_rows(rows, band->width, band, band->data[0], band->stride);
    }
    return OND_OK;
}

/* Rows first… of all images back to coefficients, the function, and forth again. */
static ond_status do_rows(const run *call, const ond_fft *fft, const worker_planes *own, ond_band *band)
{
    size_t end = band->row + band->height;
    for (size_t i = 0; i < call->job.count; i++) {
        for (size_t row = band->row; row < end; row += fft->group) {
            ond_fft_rows_real_backward(fft, own->product[i] + row * fft->complex_stride,
                                       own->data[i] + (row - band->row) * fft->real_stride);
        }
    }
    OND_TRY(show_rows(call, band));
    for (size_t row = band->row; call->job.result && row < end; row += fft->group) {
        ond_fft_rows_real_forward(fft, own->data[0] + (row - band->row) * fft->real_stride,
                                  own->product[0] + row * fft->complex_stride);
    }
    return OND_OK;
}

static ond_status do_band(const run *call, size_t index, const worker_planes *own, ond_complex *sum)
{
    const ond_bands *bands = call->job.bands;
    const ond_band_part *part = &bands->parts[index];
    const ond_band_grid *grid = &bands->grids[part->grid];
    for (size_t i = 0; i < call->job.count; i++) {
        filter_image(call, index, i, own->product[i]);
    }
    ond_band band = {
        .index = index,
        .info = call->filters->filters[index].info,
        .noise_gain = part->noise_gain,
        .row_step = grid->row_step,
        .column_step = grid->column_step,
        .height = call->job.by_rows ? grid->fft->group : grid->fft->height,
        .width = grid->fft->width,
        .stride = grid->fft->real_stride,
    };
    memcpy(band.data, own->data, sizeof band.data);
    for (; band.row < grid->fft->height; band.row += band.height) {
        OND_TRY(do_rows(call, grid->fft, own, &band));
    }
    if (call->job.result) {
        add_band(call, index, own->product[0], sum);
    }
    return OND_OK;
}

static ond_status do_group(void *context, size_t index, int worker)
{
    const run *call = context;
    for (size_t band = index; band < call->filters->count; band += call->groups) {
        OND_TRY(do_band(call, band, &call->worker[worker], call->job.result ? call->sum[index] : NULL));
    }
    return OND_OK;
}

/* --- images in, image out --- */

/* The mirrored half is for folding. */
static void transform_image(const run *call, const float *image, ond_complex *spectrum)
{
    const ond_fft *fft = call->fft;
    float *rows = call->worker[0].data[0];
    float scale = 1 / ((float)fft->height * (float)fft->width);
    for (size_t first = 0; first < fft->height; first += fft->group) {
        for (size_t row = 0; row < fft->group; row++) {
            ond_vector_scale(rows + row * fft->real_stride, scale, image + (first + row) * fft->width, fft->width);
        }
        ond_fft_rows_real_forward(fft, rows, spectrum + first * fft->complex_stride);
    }
    run_strips(fft, OND_FFT_STRIP_FORWARD, half_columns(fft), spectrum);
    if (call->job.bands->grid_count > 1) {
        ond_fft_mirror(fft, spectrum);
    }
}

static void add_groups(const run *call)
{
    const ond_fft *fft = call->fft;
    float scale = 1 / ((float)fft->height * (float)fft->width);
    float *rows = call->worker[0].data[0];
    for (int g = 1; g < OND_BAND_GROUPS; g++) {
        for (size_t row = 0; row < fft->height; row++) {
            size_t offset = row * fft->complex_stride;
            ond_vector_add_scaled(&call->sum[0][offset].re, 1, &call->sum[g][offset].re, 2 * fft->half_width);
        }
    }
    run_strips(fft, OND_FFT_STRIP_BACKWARD, half_columns(fft), call->sum[0]);
    for (size_t first = 0; first < fft->height; first += fft->group) {
        ond_fft_rows_real_backward(fft, call->sum[0] + first * fft->complex_stride, rows);
        for (size_t row = 0; row < fft->group; row++) {
            ond_vector_scale(call->job.result + (first + row) * fft->width, scale, rows + row * fft->real_stride,
                             fft->width);
        }
    }
}

ond_status ond_bands_run_planes(const ond_bands_job *job)
{
    run call = {
        .job = *job,
        .filters = job->bands->filters,
        .fft = job->bands->grids[0].fft,
        .buffers = job->count > 0 ? job->count : 1,
        .groups = job->result ? OND_BAND_GROUPS : job->bands->filters->count,
    };
    call.workers = ond_parallel_workers(call.groups);
    ond_arena arena = {0};
    take_planes(&call, &arena);
    void *memory = ond_memory_allocate_zero(arena.used, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = memory};
    take_planes(&call, &arena);
    for (size_t i = 0; i < job->count; i++) {
        transform_image(&call, job->images[i].data, call.spectrum[i]);
    }
    ond_status status = ond_parallel_for(call.groups, call.workers, do_group, &call);
    if (status == OND_OK && job->result) {
        add_groups(&call);
    }
    ond_memory_free(memory);
    return status;
}
