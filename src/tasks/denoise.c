/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/denoise.h"

#include "core/array.h"
#include "core/border.h"
#include "core/memory.h"
#include "core/vector.h"
#include "fft/fft.h"

#include <ondelet/filters.h>
#include <ondelet/shearlets.h>
#include <ondelet/wavelets.h>

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    MARGIN = 16,       /* mirrored pixels around the plane */
    SMALLEST_SIDE = 32 /* of a padded plane */
};

/* What all planes of one size share. */
typedef struct denoiser {
    ond_denoise_method method;
    size_t height, width, padded_height, padded_width;
    ond_filters *bank;
} denoiser;

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

static ond_status create_denoiser(ond_denoise_method method, size_t height, size_t width, denoiser *d)
{
    *d = (denoiser){
        .method = method == OND_DENOISE_AUTO ? OND_DENOISE_UNION : method,
        .height = height,
        .width = width,
        .padded_height = padded_side(height),
        .padded_width = padded_side(width),
    };
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

/* The mean of what the method's parts make of a plane. `second` is scratch. */
static ond_status run_stage(const denoiser *d, const ond_noisy_plane *plane, const ond_array *pilot, ond_array *second,
                            ond_array *clean)
{
    if (d->method == OND_DENOISE_SHEARLET) {
        return ond_denoise_shearlet_stage(d->bank, plane, pilot, clean);
    }
    if (d->method == OND_DENOISE_LOCAL) {
        return ond_denoise_local_stage(NULL, plane, pilot, clean);
    }
    if (d->method == OND_DENOISE_WAVELET) {
        return ond_denoise_wavelet_stage(d->bank, plane, pilot, clean);
    }
    OND_TRY(ond_denoise_shearlet_stage(d->bank, plane, pilot, clean));
    OND_TRY(ond_denoise_local_stage(NULL, plane, pilot, second));
    for (size_t i = 0; i < ond_array_count(clean); i++) {
        clean->data[i] = 0.5f * (clean->data[i] + second->data[i]);
    }
    return OND_OK;
}

static ond_status run_stages(const denoiser *d, const ond_noisy_plane *plane, ond_array *clean)
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
static void pad(const denoiser *d, const float *plane, double unit, float *padded)
{
    for (size_t row = 0; row < d->padded_height; row++) {
        const float *from = plane + ond_reflect((ptrdiff_t)row - MARGIN, d->height) * d->width;
        for (size_t column = 0; column < d->padded_width; column++) {
            double value = (double)from[ond_reflect((ptrdiff_t)column - MARGIN, d->width)];
            padded[row * d->padded_width + column] = (float)(value / unit);
        }
    }
}

static void crop(const denoiser *d, const float *padded, double unit, float *plane)
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

/* One plane in place. */
static ond_status denoise_plane(const denoiser *d, double noise_std, float *plane)
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

/* The orthonormal basis luminance, red − blue, green against both: white noise stays white and of the same size. */
static void turn_colors(size_t count, bool back, float *planes)
{
    static const double basis[3][3] = {{0.57735026918962576, 0.57735026918962576, 0.57735026918962576},
                                       {0.70710678118654752, 0, -0.70710678118654752},
                                       {0.40824829046386302, -0.81649658092772603, 0.40824829046386302}};
    for (size_t i = 0; i < count; i++) {
        double from[3] = {(double)planes[i], (double)planes[count + i], (double)planes[2 * count + i]};
        for (size_t k = 0; k < 3; k++) {
            double sum = 0;
            for (size_t l = 0; l < 3; l++) {
                sum += (back ? basis[l][k] : basis[k][l]) * from[l];
            }
            planes[k * count + i] = (float)sum;
        }
    }
}

/* Anscombe: 2 √(x/gain + 3/8) has unit variance for gain · Poisson noise. */
static void stabilise(double gain, size_t count, float *values)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = (float)(2 * sqrt(fmax((double)values[i] / gain + 0.375, 0)));
    }
}

/* The closed form of the exact unbiased inverse: Mäkitalo & Foi, IEEE TIP 20(9), 2011. */
static void unstabilise(double gain, size_t count, float *values)
{
    double root = sqrt(1.5);
    for (size_t i = 0; i < count; i++) {
        double z = fmax((double)values[i], 2 * sqrt(0.375));
        double mean = z * z / 4 + root / (4 * z) - 11 / (8 * z * z) + 5 * root / (8 * z * z * z) - 0.125;
        values[i] = (float)fmin(gain * fmax(mean, 0), (double)FLT_MAX); /* an absurd gain stays finite */
    }
}

/* The first plane speaks for all: after turning colours it is the luminance, where the picture is strongest. */
static ond_status estimate_noise(const ond_array *planes, double *noise_std)
{
    size_t channels = planes->rank == 3 ? planes->shape[0] : 1;
    double smallest = HUGE_VAL;
    for (size_t i = 0; i < channels; i++) {
        ond_array plane = planes->rank == 3 ? ond_array_item(planes, i) : *planes;
        double found = 0;
        OND_TRY(ond_noise_estimate(&plane, &found));
        smallest = found < smallest ? found : smallest;
    }
    *noise_std = smallest;
    return OND_OK;
}

static ond_status denoise_planes(const denoiser *d, double noise_std, ond_array *planes)
{
    size_t grid = d->height * d->width;
    for (size_t i = 0; i < ond_array_count(planes) / grid; i++) {
        OND_TRY(denoise_plane(d, noise_std, planes->data + i * grid));
    }
    return OND_OK;
}

static ond_status denoise_gaussian(const denoiser *d, double *noise_std, ond_array *planes)
{
    if (planes->rank == 3) {
        turn_colors(d->height * d->width, false, planes->data);
    }
    if (*noise_std == 0) {
        OND_TRY(estimate_noise(planes, noise_std));
    }
    if (*noise_std > 0) {
        OND_TRY(denoise_planes(d, *noise_std, planes));
    }
    if (planes->rank == 3) {
        turn_colors(d->height * d->width, true, planes->data);
    }
    return OND_OK;
}

/* The gain for which the stabilised picture has unit noise, by repeated correction of a first guess. */
static ond_status estimate_gain(const ond_array *planes, double *root_of_gain)
{
    enum { ROUNDS = 6 };
    ond_array trial = {0};
    size_t count = ond_array_count(planes);
    OND_TRY(ond_array_resize(&trial, planes->rank, planes->shape));
    double mean = ond_vector_sum(planes->data, count) / (double)count;
    double found = 0;
    ond_status status = estimate_noise(planes, &found);
    double gain = mean > 0 ? found * found / mean : 0;
    for (int round = 0; round < ROUNDS && status == OND_OK && gain > 0; round++) {
        memcpy(trial.data, planes->data, count * sizeof(float));
        stabilise(gain, count, trial.data);
        status = estimate_noise(&trial, &found);
        gain *= found * found;
    }
    ond_array_free(&trial);
    *root_of_gain = sqrt(gain);
    return status;
}

static ond_status denoise_poisson(const denoiser *d, double *root_of_gain, ond_array *planes)
{
    if (*root_of_gain == 0) {
        OND_TRY(estimate_gain(planes, root_of_gain));
    }
    double gain = *root_of_gain * *root_of_gain;
    if (gain > 0) {
        size_t count = ond_array_count(planes);
        double unit = 1;
        stabilise(gain, count, planes->data);
        OND_TRY(denoise_gaussian(d, &unit, planes));
        unstabilise(gain, count, planes->data);
    }
    return OND_OK;
}

static ond_status check_noisy(const ond_array *noisy)
{
    OND_TRY(ond_array_check_filled(noisy, "the image"));
    if (noisy->rank != 2 && !(noisy->rank == 3 && noisy->shape[0] == 3)) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, [height, width] or [3, height, width] is wanted",
                        ond_shape_text(noisy->rank, noisy->shape, text));
    }
    return ond_array_check_finite(noisy, "the image");
}

ond_status ond_denoise(const ond_array *noisy, const ond_denoise_config *config, ond_array *clean,
                       double *noise_std_used)
{
    ond_denoise_config used = config ? *config : ond_denoise_config_default();
    OND_TRY(ond_options_check(ond_denoise_options(), &used));
    OND_TRY(check_noisy(noisy));
    OND_TRY(ond_array_resize(clean, noisy->rank, noisy->shape));
    if (clean->data != noisy->data) {
        memcpy(clean->data, noisy->data, ond_array_count(noisy) * sizeof(float));
    }
    const size_t *size = noisy->shape + noisy->rank - 2;
    denoiser d;
    double noise_std = used.noise_std;
    ond_status status = create_denoiser(used.method, size[0], size[1], &d);
    if (status == OND_OK) {
        status = used.noise == OND_NOISE_POISSON ? denoise_poisson(&d, &noise_std, clean)
                                                 : denoise_gaussian(&d, &noise_std, clean);
    }
    ond_filters_destroy(d.bank);
    if (status == OND_OK && noise_std_used) {
        *noise_std_used = noise_std;
    }
    return status;
}
