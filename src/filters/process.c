/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "filters/bands.h"

#include <string.h>

static ond_status check_images(const ond_filters *filters, const ond_array *images, size_t count)
{
    if (count < 1 || count > OND_MAX_BAND_IMAGES) {
        return ond_fail(OND_ERROR_ARGUMENT, "%zu images are outside 1..%d", count, OND_MAX_BAND_IMAGES);
    }
    for (size_t i = 0; i < count; i++) {
        OND_TRY(ond_filters_check_image(filters, &images[i]));
    }
    return OND_OK;
}

static ond_status process(ond_bands_job *job, ond_array *result)
{
    const ond_filters *filters = job->bands->filters;
    OND_TRY(check_images(filters, job->images, job->count));
    if (result) {
        OND_TRY(ond_array_resize(result, 2, (const size_t[2]){filters->height, filters->width}));
        job->result = result->data;
    }
    return ond_bands_run(job);
}

ond_status ond_bands_process(const ond_bands *bands, const ond_array *images, size_t count, ond_band_function function,
                             void *context, ond_array *result)
{
    ond_bands_job job = {.bands = bands, .images = images, .count = count, .function = function, .context = context};
    return process(&job, result);
}

ond_status ond_bands_process_rows(const ond_bands *bands, const ond_array *images, size_t count,
                                  ond_band_function function, void *context, ond_array *result)
{
    ond_bands_job job = {.bands = bands, .images = images, .count = count, .function = function, .context = context};
    job.by_rows = true;
    return process(&job, result);
}

ond_status ond_filters_process(const ond_filters *filters, const ond_array *images, size_t count,
                               ond_band_function function, void *context, ond_array *result)
{
    ond_bands *bands = NULL;
    OND_TRY(ond_bands_create(filters, NULL, &bands));
    ond_status status = ond_bands_process(bands, images, count, function, context, result);
    ond_bands_destroy(bands);
    return status;
}

/* --- all bands at once --- */

static ond_status copy_out(void *context, const ond_band *band)
{
    ond_array *coefficients = (ond_array *)context + band->index;
    float *to = coefficients->data + band->row * band->width;
    for (size_t row = 0; row < band->height; row++) {
        memcpy(to + row * band->width, band->data[0] + row * band->stride, band->width * sizeof *to);
    }
    return OND_OK;
}

static ond_status copy_in(void *context, const ond_band *band)
{
    const ond_array *coefficients = (const ond_array *)context + band->index;
    const float *from = coefficients->data + band->row * band->width;
    for (size_t row = 0; row < band->height; row++) {
        memcpy(band->data[0] + row * band->stride, from + row * band->width, band->width * sizeof *from);
    }
    return OND_OK;
}

static void shape_of(const ond_bands *bands, size_t index, size_t shape[2])
{
    const ond_fft *fft = bands->grids[bands->parts[index].grid].fft;
    shape[0] = fft->height;
    shape[1] = fft->width;
}

ond_status ond_bands_analysis(const ond_bands *bands, const ond_array *image, ond_array *coefficients)
{
    OND_TRY(ond_filters_check_image(bands->filters, image));
    for (size_t i = 0; i < bands->filters->count; i++) {
        size_t shape[2];
        shape_of(bands, i, shape);
        OND_TRY(ond_array_resize(&coefficients[i], 2, shape));
    }
    OND_TRY(ond_bands_run(&(ond_bands_job){
        .bands = bands, .images = image, .count = 1, .by_rows = true, .function = copy_out, .context = coefficients}));
    for (size_t i = 0; i < bands->filters->count; i++) {
        OND_TRY(ond_array_check_result(&coefficients[i]));
    }
    return OND_OK;
}

static ond_status check_coefficients(const ond_bands *bands, const ond_array *coefficients)
{
    for (size_t i = 0; i < bands->filters->count; i++) {
        size_t shape[2];
        shape_of(bands, i, shape);
        OND_TRY(ond_array_check_filled(&coefficients[i], "an array of coefficients"));
        if (coefficients[i].rank != 2 || memcmp(coefficients[i].shape, shape, sizeof shape) != 0) {
            char found[OND_SHAPE_TEXT_SIZE];
            return ond_fail(OND_ERROR_SHAPE, "coefficients of filter %zu are %s, %zu x %zu is wanted", i,
                            ond_shape_text(coefficients[i].rank, coefficients[i].shape, found), shape[0], shape[1]);
        }
        OND_TRY(ond_array_check_finite(&coefficients[i], "an array of coefficients"));
    }
    return OND_OK;
}

ond_status ond_bands_synthesis(const ond_bands *bands, const ond_array *coefficients, ond_array *image)
{
    OND_TRY(check_coefficients(bands, coefficients));
    OND_TRY(ond_array_resize(image, 2, (const size_t[2]){bands->filters->height, bands->filters->width}));
    union {
        const ond_array *given;
        void *context;
    } arrays = {.given = coefficients}; /* copy_in reads them only */
    OND_TRY(ond_bands_run(&(ond_bands_job){
        .bands = bands, .by_rows = true, .function = copy_in, .context = arrays.context, .result = image->data}));
    return ond_array_check_result(image);
}
