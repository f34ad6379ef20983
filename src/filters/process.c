/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "fft/fft.h"
#include "filters/filters.h"
#include "filters/fold.h"

#include <math.h>
#include <string.h>

/* Bands are dealt to a fixed number of groups, each with a sum of its own, and the sums are added in order: the bits do
 * not depend on the number of threads. */
enum { GROUPS = 4 };

/* Planes of one worker. */
typedef struct worker_planes {
    ond_complex *product;             /* spectrum of one band of one image */
    float *data[OND_MAX_BAND_IMAGES]; /* coefficients */
} worker_planes;

typedef struct process {
    const ond_filters *filters;
    ond_fft *fft;
    size_t count;
    bool sums;                                  /* whether a result is wanted */
    ond_complex *spectrum[OND_MAX_BAND_IMAGES]; /* of each image, first columns */
    ond_complex *sum[GROUPS];                   /* of the groups' bands, to be transformed back */
    worker_planes worker[GROUPS];
    int workers;
    ond_band_function function;
    void *context;
} process;

static ond_plane plane_of(const ond_fft *fft, ond_complex *data)
{
    return (ond_plane){data, fft->height, fft->width, fft->complex_stride};
}

static void take_planes(process *call, ond_arena *arena)
{
    size_t complex_plane = call->fft->height * call->fft->complex_stride;
    size_t real_plane = call->fft->height * call->fft->real_stride;
    for (size_t i = 0; i < call->count; i++) {
        call->spectrum[i] = ond_arena_take(arena, complex_plane, sizeof(ond_complex));
    }
    for (int g = 0; g < GROUPS && call->sums; g++) {
        call->sum[g] = ond_arena_take(arena, complex_plane, sizeof(ond_complex));
    }
    for (int w = 0; w < call->workers; w++) {
        call->worker[w].product = ond_arena_take(arena, complex_plane, sizeof(ond_complex));
        for (size_t i = 0; i < call->count; i++) {
            call->worker[w].data[i] = ond_arena_take(arena, real_plane, sizeof(float));
        }
    }
}

/* ‖ψ‖ = the root of the mean square of the spectrum. */
static double noise_gain(const ond_filters *filters, const ond_filter *filter)
{
    double grid = (double)filters->height * (double)filters->width;
    return sqrt(ond_vector_sum_squares(filter->values, filter->count) / grid);
}

static void clear_columns(const ond_fft *fft, ond_complex *plane)
{
    for (size_t row = 0; row < fft->height; row++) {
        memset(plane + row * fft->complex_stride, 0, fft->half_width * sizeof *plane);
    }
}

static void analyse_band(const process *call, const ond_filter *filter, const worker_planes *own)
{
    const ond_fft *fft = call->fft;
    float scale = 1 / ((float)fft->height * (float)fft->width);
    for (size_t i = 0; i < call->count; i++) {
        clear_columns(fft, own->product);
        ond_filter_add_product(filter, plane_of(fft, call->spectrum[i]), fft->half_width, plane_of(fft, own->product));
        ond_fft_real_backward(fft, own->product, own->data[i]);
        for (size_t row = 0; row < fft->height; row++) {
            float *line = own->data[i] + row * fft->real_stride;
            for (size_t column = 0; column < fft->width; column++) {
                line[column] *= scale;
            }
        }
    }
}

static ond_status process_band(const process *call, size_t index, const worker_planes *own, ond_complex *sum)
{
    const ond_fft *fft = call->fft;
    const ond_filter *filter = &call->filters->filters[index];
    analyse_band(call, filter, own);
    ond_band band = {
        .index = index,
        .info = filter->info,
        .noise_gain = noise_gain(call->filters, filter),
        .height = fft->height,
        .width = fft->width,
        .stride = fft->real_stride,
    };
    memcpy(band.data, own->data, sizeof band.data);
    OND_TRY(call->function(call->context, &band));
    if (!call->sums) {
        return OND_OK;
    }
    ond_fft_real_forward(fft, own->data[0], own->product);
    ond_filter_add_product(filter, plane_of(fft, own->product), fft->half_width, plane_of(fft, sum));
    return OND_OK;
}

static ond_status process_group(void *context, size_t index, int worker)
{
    process *call = context;
    for (size_t band = index; band < call->filters->count; band += GROUPS) {
        OND_TRY(process_band(call, band, &call->worker[worker], call->sum[index]));
    }
    return OND_OK;
}

static void transform_images(const process *call, const ond_array *images)
{
    const ond_fft *fft = call->fft;
    float *real = call->worker[0].data[0];
    for (size_t i = 0; i < call->count; i++) {
        for (size_t row = 0; row < fft->height; row++) {
            memcpy(real + row * fft->real_stride, images[i].data + row * fft->width, fft->width * sizeof *real);
        }
        ond_fft_real_forward(fft, real, call->spectrum[i]);
    }
}

static void add_groups(const process *call, float *result)
{
    const ond_fft *fft = call->fft;
    float scale = 1 / ((float)fft->height * (float)fft->width);
    ond_complex *sum = call->sum[0];
    for (int g = 1; g < GROUPS; g++) {
        for (size_t row = 0; row < fft->height; row++) {
            size_t offset = row * fft->complex_stride;
            ond_vector_add_scaled(&sum[offset].re, 1, &call->sum[g][offset].re, 2 * fft->half_width);
        }
    }
    float *real = call->worker[0].data[0];
    ond_fft_real_backward(fft, sum, real);
    for (size_t row = 0; row < fft->height; row++) {
        ond_vector_scale(result + row * fft->width, scale, real + row * fft->real_stride, fft->width);
    }
}

static ond_status run(process *call, const ond_array *images, ond_array *result)
{
    ond_arena arena = {0};
    call->workers = ond_parallel_workers(GROUPS);
    take_planes(call, &arena);
    void *memory = ond_memory_allocate_zero(arena.used, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = memory};
    take_planes(call, &arena);
    transform_images(call, images);
    ond_status status = ond_parallel_for(GROUPS, call->workers, process_group, call);
    if (status == OND_OK && call->sums) {
        add_groups(call, result->data);
    }
    ond_memory_free(memory);
    return status;
}

static ond_status check(const ond_filters *filters, const ond_array *images, size_t count)
{
    OND_TRY(ond_filters_check_grid(filters));
    if (count < 1 || count > OND_MAX_BAND_IMAGES) {
        return ond_fail(OND_ERROR_ARGUMENT, "%zu images are outside 1..%d", count, OND_MAX_BAND_IMAGES);
    }
    for (size_t i = 0; i < filters->count; i++) {
        if (filters->filters[i].info.one_sided) {
            return ond_fail(OND_ERROR_UNSUPPORTED, "the bank '%s' has one-sided filters, even ones are wanted",
                            filters->name);
        }
    }
    for (size_t i = 0; i < count; i++) {
        OND_TRY(ond_filters_check_image(filters, &images[i]));
    }
    return OND_OK;
}

ond_status ond_filters_process(const ond_filters *filters, const ond_array *images, size_t count,
                               ond_band_function function, void *context, ond_array *result)
{
    OND_TRY(check(filters, images, count));
    size_t shape[2] = {filters->height, filters->width};
    if (result) {
        OND_TRY(ond_array_resize(result, 2, shape));
    }
    process call
        = {.filters = filters, .count = count, .sums = result != NULL, .function = function, .context = context};
    OND_TRY(ond_fft_create(filters->height, filters->width, OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD,
                           OND_PLANNING_ESTIMATE, &call.fft));
    ond_status status = run(&call, images, result);
    ond_fft_destroy(call.fft);
    return status;
}
