/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/border.h"
#include "core/memory.h"
#include "fft/fft.h"
#include "tasks/denoise.h"
#include "tasks/denoise_model.h"
#include "tasks/learned.h"

#include <ondelet/filters.h>
#include <ondelet/shearlets.h>
#include <ondelet/wavelets.h>

#include <math.h>

enum {
    MARGIN = 16,       /* mirrored pixels around the plane */
    SMALLEST_SIDE = 32 /* of a padded plane */
};

static size_t padded_side(size_t side)
{
    size_t wanted = side + 2 * MARGIN;
    return ond_fft_good_size(wanted > SMALLEST_SIDE ? wanted : SMALLEST_SIDE, 2);
}

/* Four octaves, fewer where the coarsest shearlets would be longer than the picture. */
static int scales_for(size_t height, size_t width)
{
    size_t side = height < width ? height : width;
    int scales = 1;
    while (scales < 4 && side >= (size_t)32 << scales) {
        scales++;
    }
    return scales;
}

static ond_status create_filters(ond_denoiser *d)
{
    if (d->method == OND_DENOISE_SHEARLET || d->method == OND_DENOISE_UNION || d->method == OND_DENOISE_LEARNED) {
        ond_shearlet_config config = ond_shearlet_config_default();
        config.scales = scales_for(d->padded_height, d->padded_width);
        config.height = (int)d->padded_height;
        config.width = (int)d->padded_width;
        return ond_shearlet_create(&config, &d->bank);
    }
    if (d->method == OND_DENOISE_WAVELET) {
        ond_separable_config config = ond_separable_config_default();
        config.scales = scales_for(d->padded_height, d->padded_width);
        config.height = (int)d->padded_height;
        config.width = (int)d->padded_width;
        return ond_separable_create(&config, &d->bank);
    }
    return OND_OK;
}

ond_status ond_denoiser_create_bank(ond_denoiser *d)
{
    ond_bands_config config = ond_bands_config_default();
    config.planning = d->planning;
    d->padded_height = padded_side(d->height);
    d->padded_width = padded_side(d->width);
    ond_denoiser_lay_out_tiles(d);
    OND_TRY(create_filters(d));
    return d->bank ? ond_bands_create(d->bank, &config, &d->bands) : OND_OK;
}

static void average(const ond_array *other, ond_array *mean)
{
    for (size_t i = 0; i < ond_array_count(mean); i++) {
        mean->data[i] = 0.5f * (mean->data[i] + other->data[i]);
    }
}

/* On a padded plane: each opinion is the second stage of a method whose pilot is the mean of both first stages. */
static ond_status form_opinions(const ond_denoiser *d, const ond_noisy_plane *plane, ond_array *shearlet,
                                ond_array *local)
{
    ond_array pilot = {0};
    ond_status status = ond_denoise_shearlet_stage(d->bands, plane, NULL, &pilot);
    if (status == OND_OK) {
        status = ond_denoise_local_stage(NULL, plane, NULL, local);
    }
    if (status == OND_OK) {
        average(local, &pilot);
        status = ond_denoise_shearlet_stage(d->bands, plane, &pilot, shearlet);
    }
    if (status == OND_OK) {
        status = ond_denoise_local_stage(NULL, plane, &pilot, local);
    }
    ond_array_free(&pilot);
    return status;
}

/* The mean of the opinions, corrected where there is a model. */
static ond_status unite(const ond_denoiser *d, const ond_noisy_plane *plane, ond_array *clean)
{
    ond_array local = {0};
    ond_status status = form_opinions(d, plane, clean, &local);
    if (status == OND_OK && d->method == OND_DENOISE_LEARNED) {
        status = ond_denoise_correct(d->model, plane->noisy, clean, &local, clean);
    } else if (status == OND_OK) {
        average(&local, clean);
    }
    ond_array_free(&local);
    return status;
}

static ond_status run_stages(const ond_denoiser *d, const ond_noisy_plane *plane, ond_array *clean)
{
    ond_denoise_stage stage = d->method == OND_DENOISE_SHEARLET ? ond_denoise_shearlet_stage
                              : d->method == OND_DENOISE_LOCAL  ? ond_denoise_local_stage
                                                                : ond_denoise_wavelet_stage;
    if (d->method == OND_DENOISE_UNION || d->method == OND_DENOISE_LEARNED) {
        return unite(d, plane, clean);
    }
    if (d->method == OND_DENOISE_CSC) {
        return ond_denoise_by_codes(d->model->codes, plane->noisy, clean);
    }
    ond_array pilot = {0};
    ond_status status = stage(d->bands, plane, NULL, &pilot);
    if (status == OND_OK) {
        status = stage(d->bands, plane, &pilot, clean);
    }
    ond_array_free(&pilot);
    return status;
}

ond_status ond_denoise_padded(const ond_denoiser *d, const ond_array *noisy, ond_array *clean)
{
    return run_stages(d, &(ond_noisy_plane){noisy, 1}, clean);
}

/* The padded plane in units of the noise, in which squares neither overflow nor vanish. */
static void pad(const ond_denoiser *d, const float *plane, double unit, float *padded)
{
    for (size_t row = 0; row < d->padded_height; row++) {
        const float *from = plane + ond_reflect((ptrdiff_t)row - MARGIN, d->height) * d->width;
        for (size_t column = 0; column < d->padded_width; column++) {
            double value = (double)from[ond_reflect((ptrdiff_t)column - MARGIN, d->width)];
            padded[row * d->padded_width + column] = (float)(value / unit);
        }
    }
}

static void crop(const ond_denoiser *d, const float *padded, double unit, float *plane)
{
    for (size_t row = 0; row < d->height; row++) {
        const float *from = padded + (row + MARGIN) * d->padded_width + MARGIN;
        for (size_t column = 0; column < d->width; column++) {
            plane[row * d->width + column] = (float)(unit * (double)from[column]);
        }
    }
}

ond_status ond_denoiser_opinions(const ond_denoiser *d, const float *plane, ond_array *shearlet, ond_array *local)
{
    if (d->tiled) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "opinions on %zu x %zu pixels, fewer than 2^21 are wanted", d->height,
                        d->width);
    }
    ond_array padded[3] = {{0}};
    size_t shape[2] = {d->padded_height, d->padded_width};
    ond_status status = ond_array_resize(&padded[0], 2, shape);
    if (status == OND_OK) {
        pad(d, plane, 1, padded[0].data);
        status = form_opinions(d, &(ond_noisy_plane){&padded[0], 1}, &padded[1], &padded[2]);
    }
    shape[0] = d->height;
    shape[1] = d->width;
    if (status == OND_OK) {
        status = ond_array_resize(shearlet, 2, shape);
    }
    if (status == OND_OK) {
        status = ond_array_resize(local, 2, shape);
    }
    if (status == OND_OK) {
        crop(d, padded[1].data, 1, shearlet->data);
        crop(d, padded[2].data, 1, local->data);
    }
    for (int i = 0; i < 3; i++) {
        ond_array_free(&padded[i]);
    }
    return status;
}

typedef struct plane_peak {
    size_t width;
    double peak;
} plane_peak;

static ond_status find_peak(void *context, size_t first, size_t count, const float *samples)
{
    (void)first;
    plane_peak *found = context;
    for (size_t i = 0; i < count * found->width; i++) {
        found->peak = fmax(found->peak, fabs((double)samples[i]));
    }
    return OND_OK;
}

/* The plane in memory as a whole. */
static ond_status denoise_whole(const ond_denoiser *d, double noise_std, float *plane)
{
    ond_array noisy = {0};
    ond_array clean = {0};
    size_t shape[2] = {d->padded_height, d->padded_width};
    ond_status status = ond_array_resize(&noisy, 2, shape);
    if (status == OND_OK) {
        pad(d, plane, noise_std, noisy.data);
        status = ond_denoise_padded(d, &noisy, &clean);
    }
    if (status == OND_OK) {
        crop(d, clean.data, noise_std, plane);
    }
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return status;
}

ond_status ond_denoise_plane(const ond_denoiser *d, double noise_std, const ond_planes *planes, size_t plane)
{
    plane_peak found = {.width = d->width};
    OND_TRY(ond_planes_visit(planes, plane, find_peak, &found));
    if (noise_std <= 1e-8 * found.peak) { /* below the resolution of float: nothing can be removed */
        return OND_OK;
    }
    if (d->tiled) {
        return ond_denoise_tiles(d, noise_std, planes, plane);
    }
    ond_plane_box all = {plane, 0, 0, d->height, d->width};
    float *samples = ond_memory_allocate(d->height, d->width * sizeof *samples);
    ond_status status = samples ? planes->fetch(planes->context, &all, samples) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = denoise_whole(d, noise_std, samples);
    }
    if (status == OND_OK) {
        status = planes->store(planes->context, &all, samples);
    }
    ond_memory_free(samples);
    return status;
}
