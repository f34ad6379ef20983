/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_SYSTEM_H
#define OND_IO_SYSTEM_H

#include "core/status.h"

/* "cannot open: No such file or directory", from errno. @retval OND_ERROR_IO always */
ond_status ond_fail_system(const char *action);

#endif
