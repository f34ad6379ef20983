/* SPDX-License-Identifier: BSD-3-Clause */
#include <ondelet/runtime.h>

const char *ond_version(void)
{
    return OND_VERSION;
}
