/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_CURVE_H
#define OND_CLI_CURVE_H

#include <ondelet/ondelet.h>

/* A picture of a precision-recall curve among the lines of equal F score, .png or .svg. */
ond_status curve_write(const ond_edge_point *curve, size_t count, const ond_edge_score *score, const char *path);

#endif
