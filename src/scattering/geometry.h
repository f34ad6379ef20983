/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_GEOMETRY_H
#define OND_SCATTERING_GEOMETRY_H

#include "core/status.h"

#include <ondelet/scattering.h>
#include <ondelet/view.h>

/* One axis of an image, padded and sampled. Positions count pixels of the padded axis. */
typedef struct ond_axis {
    size_t size; /* of the image */
    size_t padded;
    size_t before; /* pixels of padding in front */
    size_t first;  /* position of output 0 */
    size_t stride; /* between outputs */
    size_t outputs;
    size_t inner_begin, inner_end; /* the positions a global mean runs over */
    int levels;                    /* times that the padded axis can be halved */
} ond_axis;

/* @param scales  J; the image must have 2^J pixels or more along the axis */
ond_status ond_axis_lay_out(size_t size, int scales, const ond_scattering_config *config, ond_axis *axis);

/* One channel of a prepared view. */
typedef struct ond_channel {
    const ond_image_view *view;
    size_t index;
} ond_channel;

/* Fills a padded plane. `rows` and `columns` are the two axes. */
void ond_pad(const ond_axis *rows, const ond_axis *columns, ond_padding padding, ond_channel image, float *plane,
             size_t stride);

/* One row of the padded image. */
void ond_pad_row(const ond_axis *rows, const ond_axis *columns, ond_padding padding, ond_channel image, size_t row,
                 float *padded);

/* The transpose of ond_pad: each pixel of `image` becomes the sum of the places of the plane that it was copied to. */
void ond_pad_adjoint(const ond_axis *rows, const ond_axis *columns, ond_padding padding, const float *plane,
                     size_t stride, float *image);

#endif
