/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_PLANES_H
#define OND_CORE_PLANES_H

#include "core/status.h"

#include <ondelet/planes.h>

/* Whole rows of one plane. */
ond_status ond_planes_fetch_rows(const ond_planes *planes, size_t plane, size_t first, size_t count, float *samples);

/* A look at rows of one plane; returns anything but OND_OK to end the walk. */
typedef ond_status (*ond_rows_visitor)(void *context, size_t first, size_t count, const float *samples);

/* Takes all rows of a plane through memory, some at a time and in order. */
ond_status ond_planes_visit(const ond_planes *planes, size_t plane, ond_rows_visitor visit, void *context);

/* Changes `count` samples of each of the planes, which lie one after the other. */
typedef void (*ond_samples_change)(const void *context, size_t count, float *samples);

/* Puts all rows of planes 0 … `planes` − 1 through a function that looks at each place alone. */
ond_status ond_planes_change(const ond_planes *planes, size_t count, ond_samples_change change, const void *context);

/* Fails unless the planes have sides and functions. */
ond_status ond_planes_check(const ond_planes *planes, bool stores, const char *name);

/* @retval OND_ERROR_ARGUMENT  names the first NaN or infinity of planes 0 … count − 1 as ond_array_check_finite does */
ond_status ond_planes_check_finite(const ond_planes *planes, size_t count, const char *name);

#endif
