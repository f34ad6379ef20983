/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "filters/filters.h"
#include "tasks/fill.h"
#include "tasks/work_bank.h"

#include <ondelet/bands.h>
#include <ondelet/inpaint.h>

#include <math.h>
#include <string.h>

/* Known pixels that the estimate misses are overshot by this factor, which saves half of the iterations. */
static const float relaxation = 1.8F;

/* One plane in the course of being filled, on the bank's grid; in standard deviations of the known pixels, from their
 * mean, so that thresholds fit every unit and rounding is small beside what varies. */
typedef struct inpainting {
    const ond_work_bank *work;
    ond_bands *bands; /* of its bank */
    const ond_inpaint_config *config;
    double largest_gain; /* of the band-pass filters */
    uint8_t *known;
    float *data; /* 0 where missing */
    ond_array trial, estimate, pilot;
    double mean, deviation;
} inpainting;

typedef struct shrinking {
    double threshold, largest_gain;
} shrinking;

static float band_threshold(const shrinking *own, const ond_band *band)
{
    return (float)(own->threshold * band->noise_gain * sqrt(band->noise_gain / own->largest_gain));
}

static ond_status cut_band(void *context, const ond_band *band)
{
    float threshold = band_threshold(context, band);
    for (size_t row = 0; row < band->height && band->info.kind != OND_FILTER_LOW_PASS; row++) {
        float *line = band->data[0] + row * band->stride;
        for (size_t i = 0; i < band->width; i++) {
            line[i] = fabsf(line[i]) > threshold ? line[i] : 0;
        }
    }
    return OND_OK;
}

/* Gains p²/(p² + noise²) from the pilot's coefficients p. */
static ond_status filter_band(void *context, const ond_band *band)
{
    float noise = band_threshold(context, band);
    float floor = fmaxf(noise * noise, 1e-30F);
    for (size_t row = 0; row < band->height && band->info.kind != OND_FILTER_LOW_PASS; row++) {
        float *line = band->data[0] + row * band->stride;
        const float *pilot = band->data[1] + row * band->stride;
        for (size_t i = 0; i < band->width; i++) {
            float energy = pilot[i] * pilot[i];
            line[i] *= energy / (energy + floor);
        }
    }
    return OND_OK;
}

static double find_largest_gain(const ond_filters *bank)
{
    double largest = 0;
    for (size_t i = 0; i < bank->count; i++) {
        const ond_filter *filter = &bank->filters[i];
        if (filter->info.kind != OND_FILTER_LOW_PASS) {
            largest = fmax(largest, ond_vector_sum_squares(filter->values, filter->count));
        }
    }
    return sqrt(largest / ((double)bank->height * (double)bank->width));
}

/* What is known takes the place of what was estimated, overshooting. */
static void return_to_data(inpainting *own)
{
    const float *estimate = own->estimate.data;
    size_t count = own->work->height * own->work->width;
    for (size_t i = 0; i < count; i++) {
        own->trial.data[i] = estimate[i] + (own->known[i] ? relaxation * (own->data[i] - estimate[i]) : 0);
    }
}

static ond_status run_thresholds(inpainting *own, int iterations)
{
    const ond_inpaint_config *config = own->config;
    double ratio = config->last_threshold / config->first_threshold;
    shrinking step = {.largest_gain = own->largest_gain};
    for (int i = 0; i < iterations; i++) {
        step.threshold = config->first_threshold * pow(ratio, iterations > 1 ? (double)i / (iterations - 1) : 1);
        OND_TRY(ond_bands_process_rows(own->bands, &own->trial, 1, cut_band, &step, &own->estimate));
        return_to_data(own);
    }
    return OND_OK;
}

static ond_status run_wiener_filters(inpainting *own, int iterations)
{
    shrinking step = {own->config->wiener_noise, own->largest_gain};
    for (int i = 0; i < iterations; i++) {
        ond_array last = own->pilot;
        own->pilot = own->estimate;
        own->estimate = last;
        ond_array images[2] = {own->trial, own->pilot};
        OND_TRY(ond_bands_process_rows(own->bands, images, 2, filter_band, &step, &own->estimate));
        return_to_data(own);
    }
    return OND_OK;
}

/* Mean and standard deviation of the known pixels. */
static void measure(inpainting *own, const float *plane, const float *mask)
{
    size_t count = own->work->planes.height * own->work->planes.width;
    double sum = 0;
    double known = 0;
    for (size_t i = 0; i < count; i++) {
        sum += mask[i] > 0.5F ? (double)plane[i] : 0;
        known += mask[i] > 0.5F;
    }
    own->mean = sum / known;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = mask[i] > 0.5F ? (double)plane[i] - own->mean : 0;
        squares += difference * difference;
    }
    own->deviation = sqrt(squares / known);
}

/* Plane and mask, mirrored to the grid; the first trial. */
static ond_status prepare(inpainting *own, const float *plane, const float *mask)
{
    const ond_work_bank *work = own->work;
    double scale = own->deviation > 0 ? 1 / own->deviation : 0;
    size_t count = work->height * work->width;
    float *padded = own->trial.data;
    ond_work_bank_pad(work, mask, padded);
    for (size_t i = 0; i < count; i++) {
        own->known[i] = padded[i] > 0.5F;
    }
    ond_work_bank_pad(work, plane, padded);
    for (size_t i = 0; i < count; i++) {
        own->data[i] = own->known[i] ? (float)(((double)padded[i] - own->mean) * scale) : 0;
    }
    memcpy(padded, own->data, count * sizeof *padded);
    return ond_fill_missing(work->height, work->width, own->known, padded);
}

static void deliver(const inpainting *own, const float *plane, const float *mask, float *result)
{
    size_t width = own->work->planes.width;
    for (size_t row = 0; row < own->work->planes.height; row++) {
        const float *estimate = ond_work_bank_row(own->work, own->estimate.data, row);
        for (size_t column = 0; column < width; column++) {
            size_t i = row * width + column;
            double filled = own->mean + own->deviation * (double)estimate[column];
            result[i] = mask[i] > 0.5F ? plane[i] : (float)filled;
        }
    }
}

static ond_status inpaint_plane(inpainting *own, const float *plane, const float *mask, float *result)
{
    measure(own, plane, mask);
    OND_TRY(prepare(own, plane, mask));
    int filters = own->config->iterations * 2 / 5;
    OND_TRY(run_thresholds(own, own->config->iterations - filters));
    OND_TRY(run_wiener_filters(own, filters));
    deliver(own, plane, mask, result);
    return OND_OK;
}

static ond_status allocate(inpainting *own)
{
    size_t shape[2] = {own->work->height, own->work->width};
    ond_bands_config config = ond_bands_config_default();
    config.planning = own->config->planning;
    OND_TRY(ond_bands_create(own->work->bank, &config, &own->bands));
    OND_TRY(ond_array_resize(&own->trial, 2, shape));
    own->known = ond_memory_allocate(shape[0] * shape[1], sizeof *own->known);
    own->data = ond_memory_allocate(shape[0] * shape[1], sizeof *own->data);
    return own->known && own->data ? OND_OK : OND_ERROR_MEMORY;
}

static void release(inpainting *own)
{
    ond_bands_destroy(own->bands);
    ond_array_free(&own->trial);
    ond_array_free(&own->estimate);
    ond_array_free(&own->pilot);
    ond_memory_free(own->known);
    ond_memory_free(own->data);
}

static ond_status inpaint_with(const ond_work_bank *work, const ond_inpaint_config *config, const ond_array *image,
                               const float *mask, ond_array *result)
{
    inpainting own = {.work = work, .config = config, .largest_gain = find_largest_gain(work->bank)};
    size_t grid = work->planes.height * work->planes.width;
    ond_status status = allocate(&own);
    for (size_t i = 0; status == OND_OK && i < work->planes.channels; i++) {
        status = inpaint_plane(&own, image->data + i * grid, mask, result->data + i * grid);
    }
    release(&own);
    return status;
}

static ond_status check_mask(const ond_array *mask, ond_planes planes, size_t *known)
{
    OND_TRY(ond_array_check_filled(mask, "the mask"));
    if (mask->rank != 2 || mask->shape[0] != planes.height || mask->shape[1] != planes.width) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the mask is %s, the image is %zu x %zu",
                        ond_shape_text(mask->rank, mask->shape, text), planes.height, planes.width);
    }
    OND_TRY(ond_array_check_finite(mask, "the mask"));
    *known = 0;
    for (size_t i = 0; i < planes.height * planes.width; i++) {
        *known += mask->data[i] > 0.5F;
    }
    if (*known == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "all %zu pixels are missing: no value of the mask is above 0.5",
                        planes.height * planes.width);
    }
    return OND_OK;
}

static ond_status check_known(const ond_array *image, ond_planes planes, const float *mask)
{
    size_t grid = planes.height * planes.width;
    for (size_t i = 0; i < planes.channels * grid; i++) {
        if (mask[i % grid] > 0.5F && !isfinite(image->data[i])) {
            return ond_fail(OND_ERROR_ARGUMENT, "known pixel %zu of the image is %g, a finite number is wanted", i,
                            (double)image->data[i]);
        }
    }
    return OND_OK;
}

static ond_status check_config(const ond_inpaint_config *config, ond_inpaint_config *checked)
{
    *checked = config ? *config : ond_inpaint_config_default();
    return ond_options_check(ond_inpaint_options(), checked);
}

ond_status ond_inpaint(const ond_filters *bank, const ond_array *image, const ond_array *mask,
                       const ond_inpaint_config *config, ond_array *result)
{
    ond_inpaint_config checked;
    ond_planes planes;
    ond_work_bank work;
    size_t known = 0;
    OND_TRY(check_config(config, &checked));
    OND_TRY(ond_planes_of(image, &planes));
    OND_TRY(check_mask(mask, planes, &known));
    OND_TRY(check_known(image, planes, mask->data));
    OND_TRY(ond_work_bank_create(bank, planes, &work));
    ond_status status = ond_array_resize(result, image->rank, image->shape);
    if (status == OND_OK && known == planes.height * planes.width) {
        memmove(result->data, image->data, ond_array_count(image) * sizeof(float));
    } else if (status == OND_OK) {
        status = inpaint_with(&work, &checked, image, mask->data, result);
    }
    ond_work_bank_destroy(&work);
    return status ? status : ond_array_check_result(result);
}
