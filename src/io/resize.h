/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_RESIZE_H
#define OND_IO_RESIZE_H

#include <ondelet/image.h>

/* ond_image_resize by either kernel. */
ond_status ond_image_resize_with(const ond_array *image, size_t height, size_t width, ond_interpolation interpolation,
                                 ond_array *resized);

/* Whether an image fits into the size that it is padded to. */
ond_status ond_pad_check(size_t height, size_t width, size_t padded_height, size_t padded_width);

#endif
