/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "fft/fft.h"
#include "filters/bands.h"
#include "filters/fold.h"

#include <string.h>

/* Real and imaginary parts when any filter is one-sided. */
static size_t parts_of(const ond_filters *filters)
{
    for (size_t i = 0; i < filters->count; i++) {
        if (filters->filters[i].info.one_sided) {
            return 2;
        }
    }
    return 1;
}

static void pad_rows(const float *from, size_t width, size_t height, float *to, size_t stride)
{
    for (size_t row = 0; row < height; row++) {
        memcpy(to + row * stride, from + row * width, width * sizeof *to);
    }
}

static ond_plane plane_of(const ond_fft *fft, ond_complex *data)
{
    return (ond_plane){data, fft->height, fft->width, fft->complex_stride};
}

/* Planes of one size that one worker needs. */
typedef struct planes {
    float *real;
    ond_complex *half, *plane; /* `half`: of a real image */
} planes;

static planes take_planes(ond_arena *arena, const ond_fft *fft)
{
    return (planes){
        .real = ond_arena_take(arena, fft->height * fft->real_stride, sizeof(float)),
        .half = ond_arena_take(arena, fft->height * fft->complex_stride, sizeof(ond_complex)),
        .plane = ond_arena_take(arena, fft->height * fft->complex_stride, sizeof(ond_complex)),
    };
}

/* Scratch of a call: an image's spectrum that all workers read, and planes for each. */
typedef struct transform {
    const ond_filters *filters;
    ond_fft *fft;
    void *memory;
    int workers;
    planes shared;
    planes *worker;
} transform;

static void take_all(transform *call, ond_arena *arena)
{
    call->worker = ond_arena_take(arena, (size_t)call->workers, sizeof *call->worker);
    call->shared = take_planes(arena, call->fft);
    for (int i = 0; i < call->workers; i++) {
        planes own = take_planes(arena, call->fft);
        if (arena->base) {
            call->worker[i] = own;
        }
    }
}

static ond_status transform_begin(transform *call, const ond_filters *filters, int workers)
{
    *call = (transform){.filters = filters, .workers = workers};
    unsigned passes = OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD | OND_FFT_FORWARD | OND_FFT_BACKWARD;
    OND_TRY(ond_fft_create(filters->height, filters->width, passes, OND_PLANNING_ESTIMATE, &call->fft));
    ond_arena arena = {0};
    take_all(call, &arena);
    call->memory = ond_memory_allocate_zero(arena.used, 1);
    if (!call->memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = call->memory};
    take_all(call, &arena);
    return OND_OK;
}

static void transform_end(transform *call)
{
    ond_memory_free(call->memory);
    ond_fft_destroy(call->fft);
}

/* Splits scaled complex rows into a plane of real parts and one of imaginary parts. */
static void split_parts(const ond_fft *fft, const ond_complex *plane, float scale, float *real, float *imaginary)
{
    for (size_t row = 0; row < fft->height; row++) {
        const ond_complex *line = plane + row * fft->complex_stride;
        for (size_t column = 0; column < fft->width; column++) {
            *real++ = scale * line[column].re;
            *imaginary++ = scale * line[column].im;
        }
    }
}

static void copy_scaled(const ond_fft *fft, const float *plane, float scale, float *to)
{
    for (size_t row = 0; row < fft->height; row++) {
        ond_vector_scale(to + row * fft->width, scale, plane + row * fft->real_stride, fft->width);
    }
}

typedef struct analysis_call {
    transform *transform;
    ond_array *coefficients;
} analysis_call;

static ond_status analyse_with_filter(void *context, size_t index, int worker)
{
    const analysis_call *call = context;
    const transform *t = call->transform;
    const ond_fft *fft = t->fft;
    const ond_filter *filter = &t->filters->filters[index];
    planes own = t->worker[worker];
    size_t grid = fft->height * fft->width;
    size_t parts = call->coefficients->shape[1];
    float *real = call->coefficients->data + index * parts * grid;
    float scale = 1 / (float)grid;
    if (filter->info.one_sided) {
        ond_filter_fold(filter, plane_of(fft, t->shared.half), plane_of(fft, own.plane));
        ond_fft_backward(fft, own.plane);
        split_parts(fft, own.plane, scale, real, real + grid);
        return OND_OK;
    }
    memset(own.half, 0, fft->height * fft->complex_stride * sizeof *own.half);
    ond_filter_add_product(filter, plane_of(fft, t->shared.half), (ond_columns){0, fft->half_width},
                           plane_of(fft, own.half));
    ond_fft_real_backward(fft, own.half, own.real);
    copy_scaled(fft, own.real, scale, real);
    if (parts == 2) {
        memset(real + grid, 0, grid * sizeof *real);
    }
    return OND_OK;
}

ond_status ond_filters_check_image(const ond_filters *filters, const ond_array *image)
{
    OND_TRY(ond_filters_check_grid(filters));
    OND_TRY(ond_array_check_filled(image, "the image"));
    if (image->rank != 2 || image->shape[0] != filters->height || image->shape[1] != filters->width) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, the bank's grid is %zu x %zu",
                        ond_shape_text(image->rank, image->shape, text), filters->height, filters->width);
    }
    return ond_array_check_finite(image, "the image");
}

/* --- banks of even filters: real coefficients, one band after the other --- */

static ond_array plane_at(void *context, size_t band)
{
    const ond_array *coefficients = context;
    const size_t *shape = coefficients->shape + 2;
    return (ond_array){
        .data = coefficients->data + band * shape[0] * shape[1], .shape = {shape[0], shape[1]}, .rank = 2};
}

/* Analysis with an image, synthesis with a result. */
static ond_status run_bands(const ond_filters *filters, const ond_array *image, ond_array coefficients, float *result)
{
    ond_bands *bands = NULL;
    OND_TRY(ond_bands_create(filters, NULL, &bands));
    ond_status status = ond_bands_run(&(ond_bands_job){.bands = bands,
                                                       .images = image,
                                                       .count = image ? 1 : 0,
                                                       .by_rows = true,
                                                       .planes = plane_at,
                                                       .context = &coefficients,
                                                       .result = result});
    ond_bands_destroy(bands);
    return status;
}

/* --- other banks --- */

ond_status ond_filters_analysis(const ond_filters *filters, const ond_array *image, ond_array *coefficients)
{
    OND_TRY(ond_filters_check_image(filters, image));
    size_t shape[4] = {filters->count, parts_of(filters), filters->height, filters->width};
    OND_TRY(ond_array_resize(coefficients, 4, shape));
    if (shape[1] == 1) {
        OND_TRY(run_bands(filters, image, *coefficients, NULL));
        return ond_array_check_result(coefficients);
    }
    transform call;
    ond_status status = transform_begin(&call, filters, ond_parallel_workers(filters->count));
    if (status == OND_OK) {
        pad_rows(image->data, filters->width, filters->height, call.shared.real, call.fft->real_stride);
        ond_fft_real_forward(call.fft, call.shared.real, call.shared.half);
        ond_fft_mirror(call.fft, call.shared.half);
        analysis_call context = {&call, coefficients};
        status = ond_parallel_for(filters->count, call.workers, analyse_with_filter, &context);
    }
    transform_end(&call);
    return status ? status : ond_array_check_result(coefficients);
}

static void join_parts(const ond_fft *fft, const float *real, const float *imaginary, ond_complex *plane)
{
    for (size_t row = 0; row < fft->height; row++) {
        ond_complex *line = plane + row * fft->complex_stride;
        for (size_t column = 0; column < fft->width; column++) {
            line[column] = (ond_complex){*real++, *imaginary++};
        }
    }
}

/* Adds one filter's coefficients, filtered, to the sums in Fourier: real ones to shared.half, complex ones to
 * shared.plane. */
static void add_band(const transform *t, const ond_filter *filter, const float *real)
{
    const ond_fft *fft = t->fft;
    planes own = t->worker[0];
    if (filter->info.one_sided) {
        join_parts(fft, real, real + fft->height * fft->width, own.plane);
        ond_fft_forward(fft, own.plane);
        ond_filter_add_product(filter, plane_of(fft, own.plane), (ond_columns){0, fft->width},
                               plane_of(fft, t->shared.plane));
        return;
    }
    pad_rows(real, fft->width, fft->height, own.real, fft->real_stride);
    ond_fft_real_forward(fft, own.real, own.half);
    ond_filter_add_product(filter, plane_of(fft, own.half), (ond_columns){0, fft->half_width},
                           plane_of(fft, t->shared.half));
}

/* The adjoint of x -> (Re, Im) of x ⋆ ψ with a real spectrum is the real part of c ⋆ ψ~, whose spectrum is c^ ψ^. */
static void add_all_bands(const transform *t, const ond_array *coefficients, float *image)
{
    const ond_fft *fft = t->fft;
    size_t grid = fft->height * fft->width;
    float scale = 1 / (float)grid;
    for (size_t i = 0; i < t->filters->count; i++) {
        add_band(t, &t->filters->filters[i], coefficients->data + i * coefficients->shape[1] * grid);
    }
    ond_fft_backward(fft, t->shared.plane);
    ond_fft_real_backward(fft, t->shared.half, t->shared.real);
    for (size_t row = 0; row < fft->height; row++) {
        const ond_complex *complex_line = t->shared.plane + row * fft->complex_stride;
        const float *real_line = t->shared.real + row * fft->real_stride;
        for (size_t column = 0; column < fft->width; column++) {
            *image++ = scale * (real_line[column] + complex_line[column].re);
        }
    }
}

static ond_status check_coefficients(const ond_filters *filters, const ond_array *coefficients)
{
    OND_TRY(ond_filters_check_grid(filters));
    OND_TRY(ond_array_check_filled(coefficients, "the array of coefficients"));
    size_t wanted[4] = {filters->count, parts_of(filters), filters->height, filters->width};
    if (coefficients->rank != 4 || memcmp(coefficients->shape, wanted, sizeof wanted) != 0) {
        char found_text[OND_SHAPE_TEXT_SIZE];
        char wanted_text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "coefficients are %s, the bank gives %s",
                        ond_shape_text(coefficients->rank, coefficients->shape, found_text),
                        ond_shape_text(4, wanted, wanted_text));
    }
    return ond_array_check_finite(coefficients, "the array of coefficients");
}

ond_status ond_filters_adjoint(const ond_filters *filters, const ond_array *coefficients, ond_array *image)
{
    OND_TRY(check_coefficients(filters, coefficients));
    size_t shape[2] = {filters->height, filters->width};
    OND_TRY(ond_array_resize(image, 2, shape));
    if (coefficients->shape[1] == 1) {
        OND_TRY(run_bands(filters, NULL, *coefficients, image->data));
        return ond_array_check_result(image);
    }
    transform call;
    ond_status status = transform_begin(&call, filters, 1);
    if (status == OND_OK) {
        add_all_bands(&call, coefficients, image->data);
    }
    transform_end(&call);
    return status ? status : ond_array_check_result(image);
}

ond_status ond_filters_synthesis(const ond_filters *filters, const ond_array *coefficients, ond_array *image)
{
    ond_filters *dual = NULL;
    OND_TRY(ond_filters_dual(filters, &dual));
    ond_status status = ond_filters_adjoint(dual, coefficients, image);
    ond_filters_destroy(dual);
    return status;
}
