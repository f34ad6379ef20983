/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EDGE_COLOR_H
#define OND_TASKS_EDGE_COLOR_H

#include "core/status.h"

#include <ondelet/array.h>

/* CIE 1976 lightness and opponent colours (D65) of sRGB values 0…1 (others are clipped), each divided by 100.
 * @param image  [3, height, width] */
ond_status ond_edge_lab(const ond_array *image, ond_array *lab);

/* Linear opponent colours: the mean of red, green and blue; half of red − green; a quarter of red + green − 2 blue. */
ond_status ond_edge_opponent(const ond_array *image, ond_array *opponent);

#endif
