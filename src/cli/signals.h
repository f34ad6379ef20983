/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SIGNALS_H
#define OND_CLI_SIGNALS_H

/* A closed pipe and a file that may not grow become write errors. The first interrupt asks the work to stop, so that
 * partial files are removed; when it has not stopped within 0.7 s (one large image can last longer), the program ends
 * where it is. The second one kills. */
void signals_prepare(void);

/* What a user is told who stops the program: "the same command with --resume goes on". NULL: nothing. The text stays.
 */
void signals_hint(const char *text);

/* For work that ends by itself soon after stop_signal and keeps what it reached: so many seconds more, in case. */
void signals_wait(int more_s);

/* The signal that asked to stop, or 0. */
int stop_signal(void);

#endif
