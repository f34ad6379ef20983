/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "filters/bands.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What bands_run.c does, with the project's own transforms: bands keep every pixel, and the sizes have small factors.
 */

/* Scratch of one worker. */
typedef struct worker_room {
    float *spectrum[OND_MAX_BAND_IMAGES]; /* of one band of each image, or tiles of its rows */
    float *rows[OND_MAX_BAND_IMAGES];     /* of its coefficients: all, or as many as the function sees */
    float *columns;                       /* a strip */
    float *work;
} worker_room;

typedef struct run {
    ond_bands_job job;
    const ond_filters *filters;
    const ond_real_fft *fft;
    size_t stride;    /* of rows */
    size_t seen_rows; /* by the function at a time */
    size_t buffers;   /* as many as images, but one without any */
    size_t groups;
    int workers;
    double norm;                          /* of the image whose coefficients are checked */
    float *spectrum[OND_MAX_BAND_IMAGES]; /* of each image, over the number of pixels */
    float *sum[OND_BAND_GROUPS];          /* of the groups' bands, to be transformed back */
    worker_room *worker;
} run;

static void take_room(run *call, ond_arena *arena)
{
    const ond_real_fft *fft = call->fft;
    for (size_t g = 0; g < OND_BAND_GROUPS && call->job.result; g++) {
        call->sum[g] = ond_arena_take(arena, fft->spectrum_floats, sizeof(float));
    }
    for (size_t i = 0; i < call->job.count; i++) {
        call->spectrum[i] = ond_arena_take(arena, fft->spectrum_floats, sizeof(float));
    }
    call->worker = ond_arena_take(arena, (size_t)call->workers, sizeof *call->worker);
    for (int w = 0; w < call->workers; w++) {
        worker_room own = {.columns = ond_arena_take(arena, fft->strip_floats, sizeof(float)),
                           .work = ond_arena_take(arena, fft->work_floats, sizeof(float))};
        for (size_t i = 0; i < call->buffers; i++) {
            own.spectrum[i] = ond_arena_take(arena, fft->spectrum_floats, sizeof(float));
            own.rows[i] = ond_arena_take(arena, call->seen_rows * call->stride, sizeof(float));
        }
        if (arena->base) {
            call->worker[w] = own;
        }
    }
}

/* --- one band --- */

static void filter_image(const run *call, size_t index, const float *image, const worker_room *own, float *spectrum)
{
    const ond_real_fft *fft = call->fft;
    const ond_band_part *part = &call->job.bands->parts[index];
    for (size_t strip = 0; strip < fft->strips; strip++) {
        float *product = spectrum + strip * fft->strip_floats;
        if (ond_strip_is_reached(part->strips, strip)) {
            ond_strip_product(fft, &call->filters->filters[index], part->weights, strip,
                              image + strip * fft->strip_floats, product);
            ond_strip_wanted next
                = {&call->filters->filters[index], strip + 1, ond_line_fft_ahead_calls(&fft->along_columns), 0};
            ond_real_columns_backward(fft, product, own->work, (ond_ahead){ond_strip_fetch, &next});
        } else {
            memset(product, 0, fft->strip_floats * sizeof *product);
        }
    }
}

/* Adds what came of a band, filtered, to the sum. */
static void add_band(const run *call, size_t index, const worker_room *own, float *sum)
{
    const ond_real_fft *fft = call->fft;
    const ond_band_part *part = &call->job.bands->parts[index];
    for (size_t strip = 0; strip < fft->strips; strip++) {
        if (ond_strip_is_reached(part->strips, strip)) {
            size_t offset = strip * fft->strip_floats;
            ond_strip_wanted next
                = {&call->filters->filters[index], strip, ond_line_fft_ahead_calls(&fft->along_columns), 0};
            ond_real_columns_forward(fft, own->spectrum[0] + offset, own->columns, own->work,
                                     (ond_ahead){ond_strip_fetch, &next});
            ond_strip_add_product(fft, &call->filters->filters[index], part->weights, strip, own->columns,
                                  sum + offset);
        }
    }
}

/* Rows of coefficients that are wanted, or none. */
typedef struct rows_wanted {
    const float *next, *end;
    ptrdiff_t share;
} rows_wanted;

static void fetch_rows(void *wanted)
{
    rows_wanted *rows = wanted;
    const float *end = rows->end - rows->next < rows->share ? rows->end : rows->next + rows->share;
    for (; rows->next < end; rows->next += end - rows->next < OND_LANES ? end - rows->next : OND_LANES) {
        OND_PREFETCH(rows->next);
    }
}

/* Those of one pass from `next` on. */
static rows_wanted rows_from(const ond_real_fft *fft, const float *rows, size_t row, size_t next, size_t end,
                             size_t stride)
{
    size_t calls = fft->strips + ond_line_fft_ahead_calls(&fft->along_rows); /* of a pass */
    next = next < end ? next : end;
    size_t last = next + OND_REAL_ROWS < end ? next + OND_REAL_ROWS : end;
    const float *first = rows + (next - row) * stride;
    return (rows_wanted){first, first + (last - next) * stride, (ptrdiff_t)(OND_REAL_ROWS * stride / calls)};
}

static ond_ahead ahead_of(rows_wanted *rows, bool fetched)
{
    return (ond_ahead){fetched ? fetch_rows : NULL, rows};
}

/* `fetched`: whether rows are somewhere in memory rather than in the cache. */
static void rows_backward(const run *call, size_t row, size_t end, const float *spectrum, float *rows, size_t stride,
                          bool fetched, float *work)
{
    for (size_t next = row; next < end; next += OND_REAL_ROWS) {
        rows_wanted written = rows_from(call->fft, rows, row, next, end, stride);
        ond_real_rows_backward(call->fft, next, spectrum, rows + (next - row) * stride, stride, work,
                               ahead_of(&written, fetched));
    }
}

static void rows_forward(const run *call, size_t row, size_t end, const float *rows, size_t stride, bool fetched,
                         float *spectrum, float *work)
{
    for (size_t next = row; next < end; next += OND_REAL_ROWS) {
        rows_wanted read = rows_from(call->fft, rows, row, next + OND_REAL_ROWS, end, stride);
        ond_real_rows_forward(call->fft, next, rows + (next - row) * stride, stride, spectrum, work,
                              ahead_of(&read, fetched));
    }
}

/* A transform carries a NaN or an infinity to all of its values, so that the sums of the rows, column 0 of their
 * spectra, tell whether there is one. */
static bool sums_are_finite(const ond_real_fft *fft, const float *spectrum)
{
    bool finite = true;
    for (size_t row = 0; row < fft->height; row++) {
        finite = finite && isfinite(spectrum[row * OND_LANES]);
    }
    return finite;
}

/* By Cauchy and Schwarz no coefficient is greater than ‖ψ‖ times the image's norm; sums on the way to it are a few
 * times as great at most. */
static bool coefficients_are_finite(const run *call, size_t index)
{
    double gain = call->job.bands->parts[index].noise_gain;
    double most = (double)FLT_MAX / 64;
    return call->norm < most && gain * call->norm < most;
}

/* Rows of all images back to coefficients, the function, and forth again. */
static ond_status show_rows(const run *call, const worker_room *own, ond_band *band)
{
    size_t end = band->row + band->height;
    for (size_t i = 0; i < call->job.count; i++) {
        rows_backward(call, band->row, end, own->spectrum[i], own->rows[i], call->stride, false, own->work);
    }
    OND_TRY(call->job.function(call->job.context, band));
    if (call->job.result) {
        rows_forward(call, band->row, end, own->rows[0], call->stride, false, own->spectrum[0], own->work);
    }
    return OND_OK;
}

/* All rows to or from the plane of coefficients. */
static ond_status move_rows(const run *call, const worker_room *own, const ond_array *plane, size_t index)
{
    const ond_real_fft *fft = call->fft;
    if (call->job.count > 0) {
        rows_backward(call, 0, fft->height, own->spectrum[0], plane->data, fft->width, true, own->work);
        if (call->job.checked && !coefficients_are_finite(call, index)) {
            OND_TRY(ond_array_check_result(plane));
        }
    }
    if (call->job.result) {
        rows_forward(call, 0, fft->height, plane->data, fft->width, true, own->spectrum[0], own->work);
        if (call->job.checked && call->job.count == 0 && !sums_are_finite(fft, own->spectrum[0])) {
            OND_TRY(ond_array_check_finite(plane, "an array of coefficients"));
        }
    }
    return OND_OK;
}

static ond_status do_band(const run *call, size_t index, const worker_room *own, float *sum)
{
    const ond_real_fft *fft = call->fft;
    for (size_t i = 0; i < call->job.count; i++) {
        filter_image(call, index, call->spectrum[i], own, own->spectrum[i]);
    }
    ond_band band = {.index = index,
                     .info = call->filters->filters[index].info,
                     .noise_gain = call->job.bands->parts[index].noise_gain,
                     .row_step = 1,
                     .column_step = 1,
                     .width = fft->width,
                     .stride = call->stride};
    memcpy(band.data, own->rows, sizeof band.data);
    ond_array plane = call->job.planes ? call->job.planes(call->job.context, index) : (ond_array){0};
    if (plane.data) {
        OND_TRY(move_rows(call, own, &plane, index));
    }
    for (; !plane.data && band.row < fft->height; band.row += call->seen_rows) {
        size_t left = fft->height - band.row;
        band.height = left < call->seen_rows ? left : call->seen_rows;
        OND_TRY(show_rows(call, own, &band));
    }
    if (call->job.result) {
        add_band(call, index, own, sum);
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

static float pixel_share(const ond_real_fft *fft)
{
    return 1 / ((float)fft->height * (float)fft->width);
}

static void transform_image(const run *call, const float *image, float *spectrum)
{
    const ond_real_fft *fft = call->fft;
    const worker_room *own = &call->worker[0];
    for (size_t row = 0; row < fft->height; row += OND_REAL_ROWS) {
        for (size_t i = row; i < row + OND_REAL_ROWS && i < fft->height; i++) {
            ond_vector_scale(own->rows[0] + (i - row) * call->stride, pixel_share(fft), image + i * fft->width,
                             fft->width);
        }
        ond_real_rows_forward(fft, row, own->rows[0], call->stride, own->spectrum[0], own->work,
                              (ond_ahead){NULL, NULL});
    }
    for (size_t strip = 0; strip < fft->strips; strip++) {
        size_t offset = strip * fft->strip_floats;
        ond_real_columns_forward(fft, own->spectrum[0] + offset, spectrum + offset, own->work, (ond_ahead){NULL, NULL});
    }
}

static void add_groups(const run *call)
{
    const ond_real_fft *fft = call->fft;
    const worker_room *own = &call->worker[0];
    for (int g = 1; g < OND_BAND_GROUPS; g++) {
        ond_vector_add_scaled(call->sum[0], 1, call->sum[g], fft->spectrum_floats);
    }
    for (size_t strip = 0; strip < fft->strips; strip++) {
        ond_real_columns_backward(fft, call->sum[0] + strip * fft->strip_floats, own->work, (ond_ahead){NULL, NULL});
    }
    for (size_t row = 0; row < fft->height; row += OND_REAL_ROWS) {
        ond_real_rows_backward(fft, row, call->sum[0], own->rows[0], call->stride, own->work, (ond_ahead){NULL, NULL});
        for (size_t i = row; i < row + OND_REAL_ROWS && i < fft->height; i++) {
            ond_vector_scale(call->job.result + i * fft->width, pixel_share(fft),
                             own->rows[0] + (i - row) * call->stride, fft->width);
        }
    }
}

static void prepare(run *call)
{
    if (call->job.checked && call->job.count == 1) {
        call->norm = sqrt(ond_vector_sum_squares(call->job.images[0].data, call->fft->height * call->fft->width));
    }
    for (size_t g = 0; g < OND_BAND_GROUPS && call->job.result; g++) {
        memset(call->sum[g], 0, call->fft->spectrum_floats * sizeof(float));
    }
    for (size_t i = 0; i < call->job.count; i++) {
        transform_image(call, call->job.images[i].data, call->spectrum[i]);
    }
}

ond_status ond_bands_run_strips(const ond_bands_job *job)
{
    const ond_real_fft *fft = job->bands->real;
    size_t rows = (fft->height + OND_REAL_ROWS - 1) / OND_REAL_ROWS * OND_REAL_ROWS;
    run call = {
        .job = *job,
        .filters = job->bands->filters,
        .fft = fft,
        .stride = (fft->width + OND_LANES - 1) / OND_LANES * OND_LANES,
        .seen_rows = job->by_rows ? OND_REAL_ROWS : rows,
        .buffers = job->count > 0 ? job->count : 1,
        .groups = job->result ? OND_BAND_GROUPS : job->bands->filters->count,
    };
    call.workers = ond_parallel_workers(call.groups);
    ond_arena arena = {0};
    take_room(&call, &arena);
    void *memory = ond_memory_allocate(arena.used, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = memory};
    take_room(&call, &arena);
    prepare(&call);
    ond_status status = ond_parallel_for(call.groups, call.workers, do_group, &call);
    if (status == OND_OK && job->result) {
        add_groups(&call);
    }
    ond_memory_free(memory);
    return status;
}
