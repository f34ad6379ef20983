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

static ond_array plane_of(void *context, size_t band)
{
    return ((const ond_array *)context)[band];
}

static void shape_of(const ond_bands *bands, size_t index, size_t shape[2])
{
    const ond_band_grid *grid = &bands->grids[bands->parts[index].grid];
    shape[0] = bands->filters->height / grid->row_step;
    shape[1] = bands->filters->width / grid->column_step;
}

ond_status ond_bands_analysis(const ond_bands *bands, const ond_array *image, ond_array *coefficients)
{
    OND_TRY(ond_filters_check_image(bands->filters, image));
    for (size_t i = 0; i < bands->filters->count; i++) {
        size_t shape[2];
        shape_of(bands, i, shape);
        OND_TRY(ond_array_resize(&coefficients[i], 2, shape));
    }
    return ond_bands_run(&(ond_bands_job){.bands = bands,
                                          .images = image,
                                          .count = 1,
                                          .by_rows = true,
                                          .planes = plane_of,
                                          .context = coefficients,
                                          .checked = true});
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
    } arrays = {.given = coefficients}; /* are read only */
    OND_TRY(ond_bands_run(&(ond_bands_job){.bands = bands,
                                           .by_rows = true,
                                           .planes = plane_of,
                                           .context = arrays.context,
                                           .checked = true,
                                           .result = image->data}));
    return ond_array_check_result(image);
}
