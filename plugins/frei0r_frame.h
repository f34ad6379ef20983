/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_PLUGINS_FREI0R_FRAME_H
#define OND_PLUGINS_FREI0R_FRAME_H

#include <ondelet/ondelet.h>

/* The interface is seen by the host, everything else is hidden. */
#pragma GCC visibility push(default)
#include <frei0r.h>
#pragma GCC visibility pop

enum { CHANNELS = 3, PIXEL_BYTES = 4 };

/* The colours of a frame, in its own memory; its alpha is left alone. */
static inline ond_image_view frame_colors(uint32_t *frame, size_t height, size_t width)
{
    return (ond_image_view){
        .data = frame,
        .type = OND_SAMPLE_U8,
        .height = height,
        .width = width,
        .channels = CHANNELS,
        .pixel_stride = PIXEL_BYTES,
    };
}

#endif
