/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_BORDER_H
#define OND_CORE_BORDER_H

#include <stddef.h>

/* The sample that a position before or behind an axis of `size` samples mirrors, without repeating the edge, as often
 * as needed: a triangle wave of period 2 (size − 1). */
size_t ond_reflect(ptrdiff_t position, size_t size);

#endif
