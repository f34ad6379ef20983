/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/tiling.h"

#include <math.h>

#define PI 3.14159265358979323846

typedef struct color {
    double red, green, blue;
} color;

/* One channel of a hue (0…1 for a full turn) of given saturation and lightness. */
static double channel(double hue, double chroma, double lightness)
{
    double place = 6 * (hue - floor(hue));
    double level = fmin(fmax(fabs(place - 3) - 1, 0), 1);
    return lightness + chroma * (level - 0.5);
}

/* Neighbours in angle and in scale, whose number is `band`, differ in lightness. */
static color color_of(const ond_filter_info *info, int band)
{
    if (info->kind == OND_FILTER_LOW_PASS) {
        return (color){0.93, 0.93, 0.93};
    }
    double hue = info->angle_rad / PI;
    double lightness = (info->orientation + band) % 2 ? 0.66 : 0.46;
    double chroma = 0.52;
    return (color){channel(hue, chroma, lightness), channel(hue - 1.0 / 3, chroma, lightness),
                   channel(hue - 2.0 / 3, chroma, lightness)};
}

/* |ψ^(ω)|² + |ψ^(−ω)|² at a place of the picture. */
static float both_sides(const ond_array *spectrum, size_t row, size_t column)
{
    size_t height = spectrum->shape[0], width = spectrum->shape[1];
    size_t y = (row + height - height / 2) % height, x = (column + width - width / 2) % width;
    float here = spectrum->data[y * width + x];
    float there = spectrum->data[(height - y) % height * width + (width - x) % width];
    return here * here + there * there;
}

static void paint_over(const ond_array *spectrum, color paint, ond_array *largest, ond_array *picture)
{
    size_t height = spectrum->shape[0], width = spectrum->shape[1], plane = height * width;
    for (size_t i = 0; i < plane; i++) {
        float value = both_sides(spectrum, i / width, i % width);
        if (value > largest->data[i]) {
            largest->data[i] = value;
            picture->data[i] = (float)paint.red;
            picture->data[plane + i] = (float)paint.green;
            picture->data[2 * plane + i] = (float)paint.blue;
        }
    }
}

static ond_status prepare(const ond_filters *filters, ond_array *largest, ond_array *picture)
{
    size_t shape[3] = {3, ond_filters_height(filters), ond_filters_width(filters)};
    ond_status status = ond_array_resize(picture, 3, shape);
    status = status ? status : ond_array_resize(largest, 2, shape + 1);
    for (size_t i = 0; status == OND_OK && i < shape[1] * shape[2]; i++) {
        largest->data[i] = -1;
    }
    return status;
}

static ond_status paint_all(const ond_filters *filters, ond_array *spectrum, ond_array *largest, ond_array *picture)
{
    ond_status status = prepare(filters, largest, picture);
    int band = 0, scale = 0;
    for (size_t i = 0; status == OND_OK && i < ond_filters_count(filters); i++) {
        ond_filter_info info = ond_filters_info(filters, i);
        band += info.scale != scale;
        scale = info.scale;
        status = ond_filters_spectrum(filters, i, spectrum);
        if (status == OND_OK) {
            paint_over(spectrum, color_of(&info, band), largest, picture);
        }
    }
    return status;
}

ond_status tiling_paint(const ond_filters *filters, ond_array *picture)
{
    ond_array spectrum = {0}, largest = {0};
    ond_status status = paint_all(filters, &spectrum, &largest, picture);
    ond_array_free(&spectrum);
    ond_array_free(&largest);
    return status;
}
