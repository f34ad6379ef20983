/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_bands.h"

#include "core/border.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "filters/fold.h"

typedef struct bands_call {
    const ond_edge_bank *bank;
    ond_edge_bands *bands;
    ond_complex *spectrum; /* of the padded channel */
    float *real;
    ond_complex *mean[OND_EDGE_SCALES]; /* before its real part is taken */
} bands_call;

static void take_bands(const ond_edge_bank *bank, ond_edge_bands *bands, ond_arena *arena)
{
    for (int s = bands->first_scale; s < OND_EDGE_SCALES; s++) {
        const ond_edge_scale *scale = &bank->scales[s];
        for (int o = 0; o < OND_EDGE_ORIENTATIONS; o++) {
            bands->data[s][o] = ond_arena_take(arena, scale->height * scale->stride, sizeof(ond_complex));
        }
        bands->mean[s] = ond_arena_take(arena, scale->height * scale->width, sizeof(float));
    }
}

static void take_scratch(bands_call *call, ond_arena *arena)
{
    const ond_fft *fft = call->bank->scales[0].fft;
    call->real = ond_arena_take(arena, fft->height * fft->real_stride, sizeof(float));
    call->spectrum = ond_arena_take(arena, fft->height * fft->complex_stride, sizeof(ond_complex));
    for (int s = call->bands->first_scale; s < OND_EDGE_SCALES; s++) {
        const ond_edge_scale *scale = &call->bank->scales[s];
        call->mean[s] = ond_arena_take(arena, scale->height * scale->stride, sizeof(ond_complex));
    }
}

static void transform(const bands_call *call, const float *plane)
{
    const ond_edge_bank *bank = call->bank;
    const ond_fft *fft = bank->scales[0].fft;
    for (size_t row = 0; row < fft->height; row++) {
        const float *from = plane + ond_reflect((ptrdiff_t)row - OND_EDGE_MARGIN, bank->height) * bank->width;
        float *to = call->real + row * fft->real_stride;
        for (size_t column = 0; column < fft->width; column++) {
            to[column] = from[ond_reflect((ptrdiff_t)column - OND_EDGE_MARGIN, bank->width)];
        }
    }
    ond_fft_real_forward(fft, call->real, call->spectrum);
    ond_fft_mirror(fft, call->spectrum);
}

/* One filter: folded to its resolution, transformed back, scaled. */
static ond_status filter_one(void *context, size_t item, int worker)
{
    const bands_call *call = context;
    size_t index = item + (size_t)call->bands->first_scale * (OND_EDGE_ORIENTATIONS + 1);
    const ond_fft *whole = call->bank->scales[0].fft;
    size_t s = index / (OND_EDGE_ORIENTATIONS + 1), o = index % (OND_EDGE_ORIENTATIONS + 1);
    const ond_edge_scale *scale = &call->bank->scales[s];
    bool is_mean = o == OND_EDGE_ORIENTATIONS;
    ond_plane image = {call->spectrum, whole->height, whole->width, whole->complex_stride};
    ond_plane plane = {is_mean ? call->mean[s] : call->bands->data[s][o], scale->height, scale->width, scale->stride};
    float factor = 1 / ((float)whole->height * (float)whole->width);
    (void)worker;
    ond_filter_fold(&call->bank->filters->filters[index], image, plane);
    ond_fft_backward(scale->fft, plane.data);
    for (size_t row = 0; row < scale->height; row++) {
        ond_complex *line = plane.data + row * scale->stride;
        for (size_t column = 0; column < scale->width; column++) {
            line[column].re *= factor;
            line[column].im *= factor;
            if (is_mean) {
                call->bands->mean[s][row * scale->width + column] = line[column].re;
            }
        }
    }
    return OND_OK;
}

static ond_status make_bands(const ond_edge_bank *bank, ond_edge_bands *bands)
{
    ond_arena arena = {0};
    take_bands(bank, bands, &arena);
    bands->memory = ond_memory_allocate_zero(arena.used, 1);
    if (!bands->memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = bands->memory};
    take_bands(bank, bands, &arena);
    return OND_OK;
}

ond_status ond_edge_bands_apply(const ond_edge_bank *bank, const float *plane, ond_edge_bands *bands)
{
    bands_call call = {.bank = bank, .bands = bands};
    ond_arena arena = {0};
    if (!bands->memory) {
        OND_TRY(make_bands(bank, bands));
    }
    take_scratch(&call, &arena);
    void *memory = ond_memory_allocate_zero(arena.used, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = memory};
    take_scratch(&call, &arena);
    transform(&call, plane);
    size_t count = bank->filters->count - (size_t)bands->first_scale * (OND_EDGE_ORIENTATIONS + 1);
    ond_status status = ond_parallel_for(count, ond_parallel_workers(count), filter_one, &call);
    ond_memory_free(memory);
    return status;
}

void ond_edge_bands_destroy(ond_edge_bands *bands)
{
    ond_memory_free(bands->memory);
    *bands = (ond_edge_bands){0};
}
