/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/versions.h"

#include "fft/fft.h"

#include <ondelet/runtime.h>

const char *ond_library_version(int index)
{
    return index == 0 ? ond_fft_version() : ond_io_version(index - 1);
}
