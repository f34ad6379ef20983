/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/system.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

ond_status ond_fail_system(const char *action)
{
    int number = errno;
    char text[128];
    if (strerror_r(number, text, sizeof text) != 0) {
        snprintf(text, sizeof text, "error %d", number);
    }
    return ond_fail(OND_ERROR_IO, "%s: %s", action, text);
}
