/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/border.h"
#include "fft/fft.h"
#include "tasks/denoise.h"

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
    if (d->method == OND_DENOISE_UNION || d->method == OND_DENOISE_SHEARLET) {
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
    OND_TRY(create_filters(d));
    return d->bank ? ond_bands_create(d->bank, &config, &d->bands) : OND_OK;
}

/* The mean of what the method's parts make of a plane. `second` is scratch. */
static ond_status run_stage(const ond_denoiser *d, const ond_noisy_plane *plane, const ond_array *pilot,
                            ond_array *second, ond_array *clean)
{
    if (d->method == OND_DENOISE_SHEARLET) {
        return ond_denoise_shearlet_stage(d->bands, plane, pilot, clean);
    }
    if (d->method == OND_DENOISE_LOCAL) {
        return ond_denoise_local_stage(NULL, plane, pilot, clean);
    }
    if (d->method == OND_DENOISE_WAVELET) {
        return ond_denoise_wavelet_stage(d->bands, plane, pilot, clean);
    }
    OND_TRY(ond_denoise_shearlet_stage(d->bands, plane, pilot, clean));
    OND_TRY(ond_denoise_local_stage(NULL, plane, pilot, second));
    for (size_t i = 0; i < ond_array_count(clean); i++) {
        clean->data[i] = 0.5f * (clean->data[i] + second->data[i]);
    }
    return OND_OK;
}

static ond_status run_stages(const ond_denoiser *d, const ond_noisy_plane *plane, ond_array *clean)
{
    ond_array pilot = {0};
    ond_array second = {0};
    ond_status status = run_stage(d, plane, NULL, &second, &pilot);
    if (status == OND_OK) {
        status = run_stage(d, plane, &pilot, &second, clean);
    }
    ond_array_free(&pilot);
    ond_array_free(&second);
    return status;
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

/* Noise below the resolution of float beside the plane's largest value: nothing can be removed. */
static bool is_negligible(double noise_std, const float *plane, size_t count)
{
    double peak = 0;
    for (size_t i = 0; i < count; i++) {
        peak = fmax(peak, fabs((double)plane[i]));
    }
    return noise_std <= 1e-8 * peak;
}

ond_status ond_denoise_plane(const ond_denoiser *d, double noise_std, float *plane)
{
    if (is_negligible(noise_std, plane, d->height * d->width)) {
        return OND_OK;
    }
    ond_array noisy = {0};
    ond_array clean = {0};
    size_t shape[2] = {d->padded_height, d->padded_width};
    ond_status status = ond_array_resize(&noisy, 2, shape);
    if (status == OND_OK) {
        pad(d, plane, noise_std, noisy.data);
        status = run_stages(d, &(ond_noisy_plane){&noisy, 1}, &clean);
    }
    if (status == OND_OK) {
        crop(d, clean.data, noise_std, plane);
    }
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return status;
}
