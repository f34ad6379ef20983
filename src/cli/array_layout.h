/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_ARRAY_LAYOUT_H
#define OND_CLI_ARRAY_LAYOUT_H

#include "cli/report.h"

/* How the numbers of an array file are images. */
typedef struct array_layout {
    bool is_stack;      /* several images along the first axis */
    bool channels_last; /* the samples of a pixel lie side by side, as NumPy programs have pictures */
    size_t count;       /* images */
    size_t colors;      /* 1 or 3 */
    size_t height, width;
} array_layout;

/* [height, width], [count, height, width], [count, 1 or 3, height, width]; and with channels last [height, width, 1 or
 * 3] and [count, height, width, 1 or 3], where no side is below five. False for other shapes, and where there is no
 * pixel.
 * @param three_are_colors  [3, height, width] is one picture, not three */
bool array_layout_of(int rank, const size_t *shape, bool three_are_colors, array_layout *layout);

/* The same for a file's shape. False after a complaint: also of images with more pixels than --max-pixels. */
bool array_layout_open(file_name name, int rank, const size_t *shape, bool three_are_colors, array_layout *layout);

/* Makes of an image as it lies in the file [height, width] or [3, height, width]. */
ond_status array_layout_take(const array_layout *layout, ond_array *image);

/* The reverse, up to axes of length 1: the numbers are in the file's order then. */
ond_status array_layout_give(const array_layout *layout, ond_array *image);

#endif
