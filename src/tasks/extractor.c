/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/extractor.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"
#include "core/vector.h"
#include "io/resize.h"

#include <math.h>
#include <string.h>

struct ond_extractor {
    ond_extractor_config config;
    ond_scattering *scattering; /* NULL for pixels */
};

static ond_status make_bank(const ond_extractor_config *config, ond_filters **bank)
{
    switch (config->image.bank) {
    case OND_BANK_SPLINE:
        return ond_spline_create(&config->spline, bank);
    case OND_BANK_SHEARLET:
        return ond_shearlet_create(&config->shearlet, bank);
    case OND_BANK_MORLET:
        break;
    }
    return ond_morlet_create(&config->morlet, bank);
}

static ond_status check_config(const ond_extractor_config *config)
{
    const ond_extraction_config *image = &config->image;
    OND_TRY(ond_options_check(ond_extraction_options(), image));
    if ((image->height > 0) != (image->width > 0) || (image->pad_height > 0) != (image->pad_width > 0)) {
        return ond_fail(OND_ERROR_ARGUMENT,
                        "a size of %d x %d, padded %d x %d: rows and columns are wanted, or neither", image->height,
                        image->width, image->pad_height, image->pad_width);
    }
    return OND_OK;
}

/* Grids are left to the cascade; it wants analytic filters. */
static void force_fields(ond_extractor_config *config)
{
    config->morlet.height = config->morlet.width = 0;
    config->spline.height = config->spline.width = 0;
    config->shearlet.height = config->shearlet.width = 0;
    config->shearlet.parseval = 1;
    config->shearlet.one_sided = 1;
}

static ond_status make_cascade(ond_extractor *extractor)
{
    if (extractor->config.image.features == OND_FEATURES_PIXELS) {
        return OND_OK;
    }
    ond_filters *bank = NULL;
    OND_TRY(make_bank(&extractor->config, &bank));
    ond_status status = ond_scattering_create(bank, &extractor->config.scattering, &extractor->scattering);
    ond_filters_destroy(bank);
    return status;
}

ond_status ond_extractor_create(const ond_extractor_config *config, ond_extractor **extractor)
{
    ond_extractor_config used = config ? *config : ond_extractor_config_default();
    OND_TRY(check_config(&used));
    force_fields(&used);
    ond_extractor *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->config = used;
    ond_status status = make_cascade(made);
    if (status != OND_OK) {
        ond_extractor_destroy(made);
        return status;
    }
    *extractor = made;
    return OND_OK;
}

void ond_extractor_destroy(ond_extractor *extractor)
{
    if (extractor) {
        ond_scattering_destroy(extractor->scattering);
        ond_memory_free(extractor);
    }
}

const ond_extractor_config *ond_extractor_configuration(const ond_extractor *extractor)
{
    return &extractor->config;
}

size_t ond_extractor_paths(const ond_extractor *extractor)
{
    return extractor->scattering ? ond_scattering_paths(extractor->scattering) : 1;
}

static size_t colors_of(const ond_extractor *extractor)
{
    return extractor->config.image.color == OND_RGB ? 3 : 1;
}

/* Channels and places of a prepared image's features, before pooling. */
static ond_status lay_out(const ond_extractor *extractor, size_t height, size_t width, size_t *channels, size_t *places)
{
    *channels = colors_of(extractor);
    *places = height * width;
    if (extractor->scattering) {
        ond_scattering_geometry geometry;
        OND_TRY(ond_scattering_describe(extractor->scattering, height, width, &geometry));
        *channels *= ond_scattering_paths(extractor->scattering);
        *places = geometry.output_height * geometry.output_width;
    }
    return OND_OK;
}

/* The size of a prepared image. */
static ond_status prepared_size(const ond_extractor *extractor, size_t *height, size_t *width)
{
    const ond_extraction_config *image = &extractor->config.image;
    if (image->height > 0) {
        *height = (size_t)image->height;
        *width = (size_t)image->width;
    }
    if (image->pad_height > 0) {
        OND_TRY(ond_pad_check(*height, *width, (size_t)image->pad_height, (size_t)image->pad_width));
        *height = (size_t)image->pad_height;
        *width = (size_t)image->pad_width;
    }
    return OND_OK;
}

static size_t features_of(const ond_extractor *extractor, size_t channels, size_t places)
{
    return extractor->config.image.pool == OND_POOLING_MEAN ? channels : channels * places;
}

ond_status ond_extractor_describe(const ond_extractor *extractor, size_t height, size_t width, size_t *count)
{
    size_t channels;
    size_t places;
    OND_TRY(prepared_size(extractor, &height, &width));
    OND_TRY(lay_out(extractor, height, width, &channels, &places));
    *count = features_of(extractor, channels, places);
    return OND_OK;
}

/* [count, colours, height, width] of what the caller gave. */
static ond_status images_shape(const ond_extractor *extractor, const ond_array *images, size_t shape[4])
{
    OND_TRY(ond_array_check_filled(images, "the array of images"));
    int axes = colors_of(extractor) == 3 ? 3 : 2;
    bool several = images->rank == axes + 1;
    if ((!several && images->rank != axes) || (axes == 3 && images->shape[images->rank - 3] != 3)) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "images are %s, %s with or without an axis in front is wanted",
                        ond_shape_text(images->rank, images->shape, text),
                        axes == 3 ? "[3, height, width]" : "[height, width]");
    }
    shape[0] = several ? images->shape[0] : 1;
    shape[1] = colors_of(extractor);
    shape[2] = images->shape[images->rank - 2];
    shape[3] = images->shape[images->rank - 1];
    return OND_OK;
}

/* All colours of an image together: their relation stays. */
static ond_status standardize(float *samples, size_t count, size_t index)
{
    double mean = ond_vector_sum(samples, count) / (double)count;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += ((double)samples[i] - mean) * ((double)samples[i] - mean);
    }
    double deviation = sqrt(squares / (double)count);
    if (!(deviation > 1e-7 * fabs(mean))) { /* what rounding leaves of a constant */
        return ond_fail(OND_ERROR_ARGUMENT, "image %zu is constant: it has no unit variance", index);
    }
    for (size_t i = 0; i < count; i++) {
        samples[i] = (float)(((double)samples[i] - mean) / deviation);
    }
    return OND_OK;
}

static ond_status prepare_one(const ond_extractor *extractor, const ond_array *image, size_t index, ond_array *sized,
                              ond_array *prepared)
{
    const ond_extraction_config *config = &extractor->config.image;
    size_t bad = ond_vector_find_nonfinite(image->data, ond_array_count(image));
    if (bad < ond_array_count(image)) {
        return ond_fail(OND_ERROR_ARGUMENT, "image %zu holds %g at row %zu, column %zu, finite numbers are wanted",
                        index, (double)image->data[bad], bad / image->shape[2] % image->shape[1],
                        bad % image->shape[2]);
    }
    if (config->height > 0) {
        OND_TRY(ond_image_resize(image, (size_t)config->height, (size_t)config->width, sized));
    } else {
        OND_TRY(ond_array_resize(sized, 3, image->shape));
        memcpy(sized->data, image->data, ond_array_count(image) * sizeof *image->data);
    }
    if (config->standardize_image) {
        OND_TRY(standardize(sized->data, ond_array_count(sized), index));
    }
    OND_TRY(ond_array_check_result(sized));
    ond_array place = ond_array_item(prepared, index);
    return ond_image_pad(sized, prepared->shape[2], prepared->shape[3], &place);
}

ond_status ond_extractor_prepare(const ond_extractor *extractor, const ond_array *images, ond_array *prepared)
{
    size_t shape[4];
    OND_TRY(images_shape(extractor, images, shape));
    ond_array given = ond_array_view(images->data, 4, shape);
    OND_TRY(prepared_size(extractor, &shape[2], &shape[3]));
    OND_TRY(ond_array_resize(prepared, 4, shape));
    ond_array sized = {0};
    ond_status status = OND_OK;
    for (size_t i = 0; i < shape[0] && status == OND_OK; i++) {
        ond_array image = ond_array_item(&given, i);
        status = prepare_one(extractor, &image, i, &sized, prepared);
    }
    ond_array_free(&sized);
    return status;
}

static void pool(const float *maps, size_t channels, size_t places, float *means)
{
    for (size_t channel = 0; channel < channels; channel++) {
        means[channel] = (float)(ond_vector_sum(maps + channel * places, places) / (double)places);
    }
}

static ond_status scatter(const ond_extractor *extractor, const ond_array *prepared, size_t channels, size_t places,
                          ond_array *features)
{
    bool pooled = extractor->config.image.pool == OND_POOLING_MEAN;
    ond_array maps = {0};
    ond_array direct = ond_array_view(features->data, features->rank, features->shape);
    ond_status status = OND_OK;
    if (!extractor->scattering) {
        maps = ond_array_view(prepared->data, prepared->rank, prepared->shape);
        status = ond_array_check_finite(&maps, "the array of prepared images");
    } else {
        status = ond_scattering_apply(extractor->scattering, prepared, &maps);
    }
    for (size_t i = 0; i < prepared->shape[0] && status == OND_OK; i++) {
        const float *own = maps.data + i * channels * places;
        float *row = ond_array_item(&direct, i).data;
        if (pooled) {
            pool(own, channels, places, row);
        } else {
            memcpy(row, own, channels * places * sizeof *row);
        }
    }
    ond_array_free(&maps);
    return status;
}

static ond_status check_prepared(const ond_extractor *extractor, const ond_array *prepared, size_t *channels,
                                 size_t *places)
{
    OND_TRY(ond_array_check_filled(prepared, "the array of prepared images"));
    if (prepared->rank != 4 || prepared->shape[1] != colors_of(extractor)) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "prepared images are %s, [count, %zu, height, width] is wanted",
                        ond_shape_text(prepared->rank, prepared->shape, text), colors_of(extractor));
    }
    return lay_out(extractor, prepared->shape[2], prepared->shape[3], channels, places);
}

ond_status ond_extractor_apply_prepared(const ond_extractor *extractor, const ond_array *prepared, ond_array *features)
{
    size_t channels;
    size_t places;
    OND_TRY(check_prepared(extractor, prepared, &channels, &places));
    size_t shape[2] = {prepared->shape[0], features_of(extractor, channels, places)};
    OND_TRY(ond_array_resize(features, 2, shape));
    return scatter(extractor, prepared, channels, places, features);
}

ond_status ond_extractor_apply(const ond_extractor *extractor, const ond_array *images, ond_array *features)
{
    ond_array prepared = {0};
    ond_status status = ond_extractor_prepare(extractor, images, &prepared);
    if (status == OND_OK) {
        status = ond_extractor_apply_prepared(extractor, &prepared, features);
    }
    ond_array_free(&prepared);
    return status;
}

/* The cotangent of a mean is shared out evenly. */
static void spread(const float *cotangent, size_t channels, size_t places, bool pooled, float *maps)
{
    for (size_t i = 0; i < channels * places; i++) {
        maps[i] = pooled ? (float)((double)cotangent[i / places] / (double)places) : cotangent[i];
    }
}

static ond_status pull_back(const ond_extractor *extractor, const ond_array *prepared, const ond_array *maps,
                            ond_array *gradient)
{
    if (extractor->scattering) {
        return ond_scattering_adjoint(extractor->scattering, prepared, maps, gradient);
    }
    OND_TRY(ond_array_check_finite(maps, "the cotangent"));
    OND_TRY(ond_array_resize(gradient, prepared->rank, prepared->shape));
    memcpy(gradient->data, maps->data, ond_array_count(maps) * sizeof *maps->data);
    return OND_OK;
}

/* Shape of the maps that the cascade gives for prepared images. */
static ond_status shape_maps(const ond_extractor *extractor, const ond_array *prepared, ond_array *maps)
{
    size_t shape[5];
    memcpy(shape, prepared->shape, 4 * sizeof *shape);
    if (!extractor->scattering) {
        return ond_array_resize(maps, 4, shape);
    }
    ond_scattering_geometry geometry;
    OND_TRY(ond_scattering_describe(extractor->scattering, shape[2], shape[3], &geometry));
    shape[2] = ond_scattering_paths(extractor->scattering);
    shape[3] = geometry.output_height;
    shape[4] = geometry.output_width;
    return ond_array_resize(maps, 5, shape);
}

ond_status ond_extractor_adjoint(const ond_extractor *extractor, const ond_array *prepared, const ond_array *cotangent,
                                 ond_array *gradient)
{
    size_t channels;
    size_t places;
    OND_TRY(check_prepared(extractor, prepared, &channels, &places));
    OND_TRY(ond_array_check_filled(cotangent, "the cotangent"));
    size_t count = features_of(extractor, channels, places);
    if (cotangent->rank != 2 || cotangent->shape[0] != prepared->shape[0] || cotangent->shape[1] != count) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the cotangent is %s, the features are %zu x %zu",
                        ond_shape_text(cotangent->rank, cotangent->shape, text), prepared->shape[0], count);
    }
    ond_array maps = {0};
    ond_status status = shape_maps(extractor, prepared, &maps);
    for (size_t i = 0; i < prepared->shape[0] && status == OND_OK; i++) {
        spread(cotangent->data + i * count, channels, places, extractor->config.image.pool == OND_POOLING_MEAN,
               maps.data + i * channels * places);
    }
    if (status == OND_OK) {
        status = pull_back(extractor, prepared, &maps, gradient);
    }
    ond_array_free(&maps);
    return status;
}
