/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SIGNALS_H
#define OND_CLI_SIGNALS_H

/* A closed pipe becomes a write error. The first interrupt asks the work to stop, so that partial files are removed;
 * the second one kills. */
void signals_prepare(void);

/* The signal that asked to stop, or 0. */
int stop_signal(void);

#endif
