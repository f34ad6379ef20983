/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/option.h"
#include "core/status.h"
#include "core/vector.h"
#include "io/resize.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(ond_interpolation) == sizeof(int), "choice fields are enums as wide as int");

enum { LARGEST_SIDE = 32768 };

static const char *const interpolations[] = {"cubic", "linear", NULL};

static const ond_option options[] = {
    OND_OPTION_INTERNAL_ROW(ond_fit_config, height, 0, 0, LARGEST_SIDE, "rows that images are resized to"),
    OND_OPTION_INTERNAL_ROW(ond_fit_config, width, 0, 0, LARGEST_SIDE, "columns that images are resized to"),
    OND_OPTION_INT_ROW(ond_fit_config, short_side, 0, 0, LARGEST_SIDE,
                       "bring the shorter side of every image to N pixels, the longer in proportion; 0: not"),
    OND_OPTION_CHOICE_ROW(ond_fit_config, interpolation, OND_CUBIC, interpolations,
                          "kernel that images are resized with, widened where they shrink"),
    OND_OPTION_INTERNAL_ROW(ond_fit_config, crop_height, 0, 0, LARGEST_SIDE, "rows in the middle that are kept"),
    OND_OPTION_INTERNAL_ROW(ond_fit_config, crop_width, 0, 0, LARGEST_SIDE, "columns in the middle that are kept"),
    OND_OPTION_END,
};

const ond_option *ond_fit_options(void)
{
    return options;
}

ond_fit_config ond_fit_config_default(void)
{
    ond_fit_config config;
    ond_options_default(options, &config);
    return config;
}

static ond_status check(const ond_array *image, const ond_fit_config *config)
{
    OND_TRY(ond_options_check(options, config));
    OND_TRY(ond_array_check_image(image, "the image"));
    if ((config->height > 0) != (config->width > 0) || (config->crop_height > 0) != (config->crop_width > 0)) {
        return ond_fail(OND_ERROR_ARGUMENT,
                        "a size of %d x %d, a crop of %d x %d: rows and columns are wanted, or neither", config->height,
                        config->width, config->crop_height, config->crop_width);
    }
    if (config->height > 0 && config->short_side > 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "a size of %d x %d and a short side of %d, one of the two is wanted",
                        config->height, config->width, config->short_side);
    }
    return OND_OK;
}

static ond_status bring_to_size(const ond_array *image, const ond_fit_config *config, ond_array *sized)
{
    const size_t *size = image->shape + image->rank - 2;
    size_t wanted[2] = {(size_t)config->height, (size_t)config->width};
    if (config->short_side > 0) {
        size_t shorter = size[0] < size[1] ? size[0] : size[1];
        for (int axis = 0; axis < 2; axis++) {
            wanted[axis] = (size_t)llround((double)size[axis] * config->short_side / (double)shorter);
        }
    }
    if (wanted[0] == 0) {
        OND_TRY(ond_array_resize(sized, image->rank, image->shape));
        memcpy(sized->data, image->data, ond_array_count(image) * sizeof *image->data);
        return OND_OK;
    }
    return ond_image_resize_with(image, wanted[0], wanted[1], config->interpolation, sized);
}

/* In place: what is kept moves to the front. */
static ond_status crop(size_t height, size_t width, ond_array *image)
{
    size_t *size = image->shape + image->rank - 2;
    if (size[0] < height || size[1] < width) {
        return ond_fail(OND_ERROR_SHAPE, "the image is %zu x %zu, a crop of %zu x %zu wants at least that", size[0],
                        size[1], height, width);
    }
    size_t rows = ond_array_count(image) / (size[0] * size[1]) * height;
    size_t top = (size[0] - height) / 2;
    size_t left = (size[1] - width) / 2;
    for (size_t row = 0; row < rows; row++) {
        size_t from = row / height * size[0] + top + row % height;
        memmove(image->data + row * width, image->data + from * size[1] + left, width * sizeof *image->data);
    }
    size[0] = height;
    size[1] = width;
    return OND_OK;
}

ond_status ond_pad_check(size_t height, size_t width, size_t padded_height, size_t padded_width)
{
    if (height > padded_height || width > padded_width) {
        return ond_fail(OND_ERROR_SHAPE, "an image of %zu x %zu does not fit into the padded size of %zu x %zu", height,
                        width, padded_height, padded_width);
    }
    return OND_OK;
}

ond_status ond_image_pad(const ond_array *image, size_t height, size_t width, ond_array *padded)
{
    OND_TRY(ond_array_check_image(image, "the image"));
    const size_t *size = image->shape + image->rank - 2;
    size_t channels = image->rank == 3 ? image->shape[0] : 1;
    OND_TRY(ond_pad_check(size[0], size[1], height, width));
    size_t bad = ond_vector_find_nonfinite(image->data, ond_array_count(image));
    if (bad < ond_array_count(image)) {
        return ond_fail(OND_ERROR_ARGUMENT, "the image holds %g at row %zu, column %zu, finite numbers are wanted",
                        (double)image->data[bad], bad / size[1] % size[0], bad % size[1]);
    }
    OND_TRY(ond_array_resize(padded, image->rank,
                             image->rank == 3 ? (size_t[]){channels, height, width} : (size_t[]){height, width}));
    size_t top = (height - size[0]) / 2;
    size_t left = (width - size[1]) / 2;
    memset(padded->data, 0, channels * height * width * sizeof *padded->data);
    for (size_t row = 0; row < channels * size[0]; row++) {
        size_t to = row / size[0] * height + top + row % size[0];
        memcpy(padded->data + to * width + left, image->data + row * size[1], size[1] * sizeof *image->data);
    }
    return OND_OK;
}

ond_status ond_image_fit(const ond_array *image, const ond_fit_config *config, ond_array *fitted)
{
    ond_fit_config used = config ? *config : ond_fit_config_default();
    OND_TRY(check(image, &used));
    OND_TRY(bring_to_size(image, &used, fitted));
    return used.crop_height > 0 ? crop((size_t)used.crop_height, (size_t)used.crop_width, fitted) : OND_OK;
}
