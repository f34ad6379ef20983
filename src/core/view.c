/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/view.h"

#include "core/array.h"
#include "core/status.h"
#include "core/vector.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const size_t sample_sizes[]
    = {[OND_SAMPLE_U8] = sizeof(uint8_t), [OND_SAMPLE_U16] = sizeof(uint16_t), [OND_SAMPLE_F32] = sizeof(float)};
static const double largest[] = {[OND_SAMPLE_U8] = UINT8_MAX, [OND_SAMPLE_U16] = UINT16_MAX, [OND_SAMPLE_F32] = 1};

ond_status ond_view_prepare(const ond_image_view *view, ond_image_view *prepared)
{
    if (!view || !view->data) {
        return ond_fail(OND_ERROR_ARGUMENT, "the image is missing");
    }
    if ((unsigned)view->type > OND_SAMPLE_F32) {
        return ond_fail(OND_ERROR_ARGUMENT, "the sample type %d is outside 0..%d", (int)view->type, OND_SAMPLE_F32);
    }
    if (!view->height || !view->width) {
        return ond_fail(OND_ERROR_SHAPE, "the image is empty (%zu x %zu)", view->height, view->width);
    }
    ptrdiff_t size = (ptrdiff_t)sample_sizes[view->type];
    *prepared = *view;
    prepared->channels = view->channels ? view->channels : 1;
    prepared->channel_stride = view->channel_stride ? view->channel_stride : size;
    prepared->pixel_stride = view->pixel_stride ? view->pixel_stride : (ptrdiff_t)prepared->channels * size;
    prepared->row_stride = view->row_stride ? view->row_stride : (ptrdiff_t)prepared->width * prepared->pixel_stride;
    return OND_OK;
}

ond_image_view ond_view_of_planes(float *planes, size_t channels, size_t height, size_t width)
{
    return (ond_image_view){
        .data = planes,
        .type = OND_SAMPLE_F32,
        .height = height,
        .width = width,
        .channels = channels,
        .row_stride = (ptrdiff_t)(width * sizeof(float)),
        .pixel_stride = sizeof(float),
        .channel_stride = (ptrdiff_t)(height * width * sizeof(float)),
    };
}

static unsigned char *row_of(const ond_image_view *view, size_t channel, size_t row)
{
    return (unsigned char *)view->data + (ptrdiff_t)channel * view->channel_stride + (ptrdiff_t)row * view->row_stride;
}

/* Samples may lie at any address: they are copied out, which costs nothing where the machine can load them. */
static void float_row(const unsigned char *from, ptrdiff_t stride, size_t width, float *values)
{
    if (stride == sizeof(float)) {
        memcpy(values, from, width * sizeof(float));
        return;
    }
    for (size_t column = 0; column < width; column++) {
        memcpy(values + column, from + (ptrdiff_t)column * stride, sizeof(float));
    }
}

void ond_view_row(const ond_image_view *view, size_t channel, size_t row, float *values)
{
    const unsigned char *from = row_of(view, channel, row);
    double one = largest[view->type];
    switch (view->type) {
    case OND_SAMPLE_U8:
        for (size_t column = 0; column < view->width; column++) {
            values[column] = (float)(from[(ptrdiff_t)column * view->pixel_stride] / one);
        }
        break;
    case OND_SAMPLE_U16:
        for (size_t column = 0; column < view->width; column++) {
            uint16_t sample;
            memcpy(&sample, from + (ptrdiff_t)column * view->pixel_stride, sizeof sample);
            values[column] = (float)(sample / one);
        }
        break;
    case OND_SAMPLE_F32:
        float_row(from, view->pixel_stride, view->width, values);
        break;
    }
}

/* Column of the first one in a row, or `width`. */
static size_t find_in_row(const ond_image_view *view, const unsigned char *from, float *value)
{
    for (size_t column = 0; column < view->width; column++) {
        memcpy(value, from + (ptrdiff_t)column * view->pixel_stride, sizeof *value);
        if (!isfinite(*value)) {
            return column;
        }
    }
    return view->width;
}

bool ond_view_find_nonfinite(const ond_image_view *view, size_t channel, ond_view_defect *defect)
{
    if (view->type != OND_SAMPLE_F32) {
        return false;
    }
    for (size_t row = 0; row < view->height; row++) {
        const unsigned char *from = row_of(view, channel, row);
        bool plain = view->pixel_stride == sizeof(float) && (uintptr_t)from % sizeof(float) == 0;
        if (plain && ond_vector_find_nonfinite((const float *)(const void *)from, view->width) == view->width) {
            continue;
        }
        defect->row = row;
        defect->column = find_in_row(view, from, &defect->value);
        if (defect->column < view->width) {
            return true;
        }
    }
    return false;
}

ond_status ond_image_view_read(const ond_image_view *view, ond_array *image)
{
    ond_image_view from;
    OND_TRY(ond_view_prepare(view, &from));
    size_t shape[3] = {from.channels, from.height, from.width};
    bool gray = from.channels == 1;
    OND_TRY(ond_array_resize(image, gray ? 2 : 3, gray ? shape + 1 : shape));
    for (size_t channel = 0; channel < from.channels; channel++) {
        for (size_t row = 0; row < from.height; row++) {
            ond_view_row(&from, channel, row, image->data + (channel * from.height + row) * from.width);
        }
    }
    return OND_OK;
}

static void put_row(const float *values, const ond_image_view *view, unsigned char *to)
{
    double one = largest[view->type];
    for (size_t column = 0; column < view->width; column++, to += view->pixel_stride) {
        if (view->type == OND_SAMPLE_F32) {
            memcpy(to, values + column, sizeof(float));
            continue;
        }
        double value = fmin(fmax((double)values[column], 0), 1);
        uint16_t sample = (uint16_t)(value * one + 0.5);
        if (view->type == OND_SAMPLE_U8) {
            *to = (unsigned char)sample;
        } else {
            memcpy(to, &sample, sizeof sample);
        }
    }
}

static ond_status check_fits(const ond_array *image, const ond_image_view *view)
{
    OND_TRY(ond_array_check_filled(image, "the image"));
    size_t channels = image->rank == 3 ? image->shape[0] : 1;
    const size_t *size = image->shape + image->rank - 2;
    bool fits = image->rank == 2 || image->rank == 3;
    fits = fits && channels == view->channels && size[0] == view->height && size[1] == view->width;
    if (!fits) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, the view takes %zu x %zu x %zu",
                        ond_shape_text(image->rank, image->shape, text), view->channels, view->height, view->width);
    }
    return view->type == OND_SAMPLE_F32 ? OND_OK : ond_array_check_finite(image, "the image");
}

ond_status ond_image_view_write(const ond_array *image, const ond_image_view *view)
{
    ond_image_view to;
    OND_TRY(ond_view_prepare(view, &to));
    OND_TRY(check_fits(image, &to));
    for (size_t channel = 0; channel < to.channels; channel++) {
        for (size_t row = 0; row < to.height; row++) {
            put_row(image->data + (channel * to.height + row) * to.width, &to, row_of(&to, channel, row));
        }
    }
    return OND_OK;
}
