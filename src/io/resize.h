/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_RESIZE_H
#define OND_IO_RESIZE_H

#include <ondelet/image.h>

/* ond_image_resize by either kernel. */
ond_status ond_image_resize_with(const ond_array *image, size_t height, size_t width, ond_interpolation interpolation,
                                 ond_array *resized);

#endif
