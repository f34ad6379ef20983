/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "tasks/denoise.h"
#include "tasks/sliding_dct.h"

#include <ondelet/bands.h>

#include <math.h>
#include <string.h>

/* Thresholds in standard deviations of the noise in a coefficient, and the weight of the noise in the Wiener gains:
 * chosen on pictures of Set12 at noise 15 to 50. */
static const double frame_threshold = 2.9;
static const double local_threshold = 2.65;
static const double wiener_noise = 0.85;

OND_HOT static void shrink_hard(float threshold, float *restrict row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        row[i] = fabsf(row[i]) > threshold ? row[i] : 0.0f;
    }
}

OND_HOT static void shrink_wiener(float noise, const float *restrict pilot, float *restrict row, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        float square = pilot[i] * pilot[i];
        row[i] *= square / (square + noise);
    }
}

/* Standard deviation of the noise as the context. */
static ond_status shrink_band_hard(void *context, const ond_band *band)
{
    const double *noise_std = context;
    float threshold = (float)(frame_threshold * *noise_std * band->noise_gain);
    for (size_t row = 0; band->info.kind == OND_FILTER_BAND_PASS && row < band->height; row++) {
        shrink_hard(threshold, band->data[0] + row * band->stride, band->width);
    }
    return OND_OK;
}

static ond_status shrink_band_wiener(void *context, const ond_band *band)
{
    const double *noise_std = context;
    double deviation = *noise_std * band->noise_gain;
    float noise = (float)(wiener_noise * deviation * deviation);
    for (size_t row = 0; band->info.kind == OND_FILTER_BAND_PASS && row < band->height; row++) {
        shrink_wiener(noise, band->data[1] + row * band->stride, band->data[0] + row * band->stride, band->width);
    }
    return OND_OK;
}

ond_status ond_denoise_shearlet_stage(const void *bands, const ond_noisy_plane *plane, const ond_array *pilot,
                                      ond_array *clean)
{
    double noise_std = plane->noise_std;
    ond_array images[2] = {*plane->noisy};
    if (!pilot) {
        return ond_bands_process_rows(bands, images, 1, shrink_band_hard, &noise_std, clean);
    }
    images[1] = *pilot;
    return ond_bands_process_rows(bands, images, 2, shrink_band_wiener, &noise_std, clean);
}

ond_status ond_denoise_local_stage(const void *unused, const ond_noisy_plane *plane, const ond_array *pilot,
                                   ond_array *clean)
{
    (void)unused;
    OND_TRY(ond_array_resize(clean, 2, plane->noisy->shape));
    double threshold = pilot ? sqrt(wiener_noise) * plane->noise_std : local_threshold * plane->noise_std;
    return ond_sliding_dct(plane->noisy->data, pilot ? pilot->data : NULL, plane->noisy->shape[0],
                           plane->noisy->shape[1], (float)threshold, clean->data);
}

/* row[i] = (row[i − 1] + 2 row[i] + row[i + 1]) / 4 on a circle. */
static void smooth_row(float *row, size_t count)
{
    float first = row[0];
    float before = row[count - 1];
    for (size_t i = 0; i < count; i++) {
        float after = i + 1 < count ? row[i + 1] : first;
        float smoothed = 0.25f * (before + 2 * row[i] + after);
        before = row[i];
        row[i] = smoothed;
    }
}

/* The same down the columns; `scratch` holds three rows. */
static void smooth_columns(const ond_band *band, float *plane, float *scratch)
{
    size_t bytes = band->width * sizeof *plane;
    float *first = scratch;
    float *before = scratch + band->width;
    float *own = scratch + 2 * band->width;
    memcpy(first, plane, bytes);
    memcpy(before, plane + (band->height - 1) * band->stride, bytes);
    for (size_t row = 0; row < band->height; row++) {
        float *line = plane + row * band->stride;
        const float *after = row + 1 < band->height ? line + band->stride : first;
        memcpy(own, line, bytes);
        for (size_t i = 0; i < band->width; i++) {
            line[i] = 0.25f * (before[i] + 2 * own[i] + after[i]);
        }
        memcpy(before, own, bytes);
    }
}

/* Replaces the pilot's coefficients by the root of their mean squares over 3 x 3 neighbours: a wavelet has fewer of
 * them than a shearlet frame has to tell a picture from noise. */
static ond_status smooth_pilot(const ond_band *band)
{
    float *scratch = ond_memory_allocate(band->width, 3 * sizeof *scratch);
    if (!scratch) {
        return OND_ERROR_MEMORY;
    }
    float *plane = band->data[1];
    for (size_t row = 0; row < band->height; row++) {
        float *line = plane + row * band->stride;
        for (size_t i = 0; i < band->width; i++) {
            line[i] *= line[i];
        }
        smooth_row(line, band->width);
    }
    smooth_columns(band, plane, scratch);
    for (size_t row = 0; row < band->height; row++) {
        for (size_t i = 0; i < band->width; i++) {
            plane[row * band->stride + i] = sqrtf(plane[row * band->stride + i]);
        }
    }
    ond_memory_free(scratch);
    return OND_OK;
}

static ond_status smooth_and_shrink(void *context, const ond_band *band)
{
    OND_TRY(smooth_pilot(band));
    return shrink_band_wiener(context, band);
}

ond_status ond_denoise_wavelet_stage(const void *bands, const ond_noisy_plane *plane, const ond_array *pilot,
                                     ond_array *clean)
{
    double noise_std = plane->noise_std;
    if (!pilot) {
        return ond_bands_process_rows(bands, plane->noisy, 1, shrink_band_hard, &noise_std, clean);
    }
    ond_array images[2] = {*plane->noisy, *pilot};
    return ond_bands_process(bands, images, 2, smooth_and_shrink, &noise_std, clean);
}
