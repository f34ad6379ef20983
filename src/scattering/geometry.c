/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/geometry.h"

#include "core/border.h"
#include "core/view.h"
#include "fft/lines.h"

#include <string.h>

static size_t divide_up(size_t number, size_t divisor)
{
    return (number + divisor - 1) / divisor;
}

static int halvings(size_t size)
{
    int count = 0;
    while (size > 0 && size % 2 == 0) {
        size /= 2;
        count++;
    }
    return count;
}

/* Outputs in the middle of their cells, 2^J-periodic positions, half a period of padding or more on each side. Mirrored
 * pixels may be one less behind a long image, whose padded length is a period less then: the outputs are as far from
 * one of its ends as from the other. In a short one all outputs are near an end, and would feel it. */
static void lay_out_surrounded(size_t period, bool mirrored, ond_axis *axis)
{
    enum { LONG = 16 }; /* periods */
    bool one_less = mirrored && axis->size >= LONG * period;
    axis->outputs = divide_up(axis->size, axis->stride);
    size_t offset = (axis->size - 1 - (axis->outputs - 1) * axis->stride) / 2;
    size_t margin = divide_up(period, 2);
    axis->first = divide_up(margin + offset, period) * period;
    axis->before = axis->first - offset;
    axis->padded = ond_line_fft_good_length(axis->before + axis->size + margin - (one_less ? 1 : 0), period);
}

/* Kymatio 0.4, as measured: the padded size is (q + 2) 2^J, the outer outputs are dropped. */
static void lay_out_kymatio(size_t period, ond_axis *axis)
{
    axis->padded = (axis->size / period + 2) * period;
    axis->before = (axis->padded - axis->size) / 2;
    axis->first = period;
    axis->outputs = (axis->padded - 2 * period) / axis->stride;
}

static ond_status lay_out_none(size_t period, ond_axis *axis)
{
    if (axis->size % period != 0 || axis->size < 3 * period) {
        return ond_fail(OND_ERROR_SHAPE, "a padded image of %zu pixels along an axis is no multiple of %zu from %zu on",
                        axis->size, period, 3 * period);
    }
    axis->padded = axis->size;
    axis->before = 0;
    axis->first = period;
    axis->outputs = (axis->padded - 2 * period) / axis->stride;
    return OND_OK;
}

static void lay_out_periodic(ond_axis *axis)
{
    axis->padded = axis->size;
    axis->before = 0;
    axis->first = 0;
    axis->outputs = divide_up(axis->size, axis->stride);
}

ond_status ond_axis_lay_out(size_t size, int scales, const ond_scattering_config *config, ond_axis *axis)
{
    size_t period = (size_t)1 << scales;
    if (size < period) {
        return ond_fail(OND_ERROR_SHAPE, "2^%d = %zu is larger than the image's side of %zu pixels", scales, period,
                        size);
    }
    int sampled = scales > config->oversampling ? scales - config->oversampling : 0;
    *axis = (ond_axis){.size = size, .stride = (size_t)1 << sampled};
    switch (config->padding) {
    case OND_PADDING_REFLECT:
    case OND_PADDING_ZERO:
        lay_out_surrounded(period, config->padding == OND_PADDING_REFLECT, axis);
        break;
    case OND_PADDING_KYMATIO:
        lay_out_kymatio(period, axis);
        break;
    case OND_PADDING_PERIODIC:
        lay_out_periodic(axis);
        break;
    case OND_PADDING_NONE:
        OND_TRY(lay_out_none(period, axis));
        break;
    }
    bool padded_already = config->padding == OND_PADDING_NONE;
    axis->inner_begin = padded_already ? period : axis->before;
    axis->inner_end = padded_already ? axis->padded - period : axis->before + size;
    axis->levels = halvings(axis->padded);
    if (config->averaging == OND_AVERAGING_GLOBAL) {
        axis->outputs = 1;
        axis->first = (axis->inner_begin + axis->inner_end - 1) / 2;
        axis->stride = axis->inner_end - axis->inner_begin;
    }
    return OND_OK;
}

/* Fills what lies before and behind the row's own samples. */
static void pad_row(const ond_axis *columns, ond_padding padding, float *row)
{
    size_t after = columns->before + columns->size;
    const float *own = row + columns->before;
    if (padding == OND_PADDING_ZERO) {
        memset(row, 0, columns->before * sizeof *row);
        memset(row + after, 0, (columns->padded - after) * sizeof *row);
        return;
    }
    for (size_t column = 0; column < columns->before; column++) {
        row[column] = own[ond_reflect((ptrdiff_t)column - (ptrdiff_t)columns->before, columns->size)];
    }
    for (size_t column = after; column < columns->padded; column++) {
        row[column] = own[ond_reflect((ptrdiff_t)column - (ptrdiff_t)columns->before, columns->size)];
    }
}

void ond_pad_row(const ond_axis *rows, const ond_axis *columns, ond_padding padding, ond_channel image, size_t row,
                 float *padded)
{
    ptrdiff_t position = (ptrdiff_t)row - (ptrdiff_t)rows->before;
    bool inside = position >= 0 && position < (ptrdiff_t)rows->size;
    if (!inside && padding == OND_PADDING_ZERO) {
        memset(padded, 0, columns->padded * sizeof *padded);
        return;
    }
    ond_view_row(image.view, image.index, ond_reflect(position, rows->size), padded + columns->before);
    pad_row(columns, padding, padded);
}

void ond_pad(const ond_axis *rows, const ond_axis *columns, ond_padding padding, ond_channel image, float *plane,
             size_t stride)
{
    for (size_t row = 0; row < rows->padded; row++) {
        ond_pad_row(rows, columns, padding, image, row, plane + row * stride);
    }
}

/* Adds one row of the plane to the row of the image that it was copied from. */
static void unpad_row(const ond_axis *columns, ond_padding padding, const float *from, float *to)
{
    size_t after = columns->before + columns->size;
    for (size_t column = 0; column < columns->size; column++) {
        to[column] += from[columns->before + column];
    }
    if (padding == OND_PADDING_ZERO) {
        return;
    }
    for (size_t column = 0; column < columns->before; column++) {
        to[ond_reflect((ptrdiff_t)column - (ptrdiff_t)columns->before, columns->size)] += from[column];
    }
    for (size_t column = after; column < columns->padded; column++) {
        to[ond_reflect((ptrdiff_t)column - (ptrdiff_t)columns->before, columns->size)] += from[column];
    }
}

void ond_pad_adjoint(const ond_axis *rows, const ond_axis *columns, ond_padding padding, const float *plane,
                     size_t stride, float *image)
{
    memset(image, 0, rows->size * columns->size * sizeof *image);
    for (size_t row = 0; row < rows->padded; row++) {
        ptrdiff_t position = (ptrdiff_t)row - (ptrdiff_t)rows->before;
        bool inside = position >= 0 && position < (ptrdiff_t)rows->size;
        if (padding != OND_PADDING_ZERO || inside) {
            unpad_row(columns, padding, plane + row * stride,
                      image + ond_reflect(position, rows->size) * columns->size);
        }
    }
}
