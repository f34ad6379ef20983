/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_STORED_H
#define OND_CLI_STORED_H

#include "cli/array_layout.h"

/* Images that are too large for memory go through the disk, row by row. */

/* Whether an image of this size does. */
bool is_huge(size_t height, size_t width);

/* Makes planes of a picture's size and reads it: its colours, or the one or three of `color`.
 * @param with_alpha  its alpha channel becomes one more plane */
ond_status stored_read_picture(const char *path, ond_color color, bool with_alpha, ond_planes *planes);

/* Fills planes with the next image of an array file, whose numbers are divided by `maximum` (0: as they are).
 * @param layout  its colours are all of `planes`, or one that is then repeated */
ond_status stored_read_array(ond_array_reader *reader, const array_layout *layout, double maximum,
                             const ond_planes *planes);

/* Appends all numbers, multiplied by `maximum` (0: as they are), to an array file.
 * @param channels_last  the samples of a pixel side by side */
ond_status stored_write_array(const ond_planes *planes, bool channels_last, double maximum, ond_array_writer *writer);

/* How many values lie outside 0…1. */
ond_status stored_count_outside(const ond_planes *planes, size_t *outside);

#endif
