/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/border.h"

size_t ond_reflect(ptrdiff_t position, size_t size)
{
    if (size == 1) {
        return 0;
    }
    ptrdiff_t period = 2 * ((ptrdiff_t)size - 1);
    ptrdiff_t place = position % period;
    place = place < 0 ? place + period : place;
    return (size_t)(place < (ptrdiff_t)size ? place : period - place);
}
