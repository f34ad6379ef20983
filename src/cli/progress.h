/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_PROGRESS_H
#define OND_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* A bar on stderr, shown only when stderr is a terminal and the work has lasted for a second. One per process. */
void progress_start(size_t total, bool quiet);
void progress_advance(size_t count);
/* Takes the bar from the line, so that other text can be written there. */
void progress_hide(void);

#endif
