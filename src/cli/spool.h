/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SPOOL_H
#define OND_CLI_SPOOL_H

#include <stdbool.h>

/* Standard input as a file that can be opened more than once, in $TMPDIR; NULL after a complaint. Read once: later
 * calls give the same file. */
const char *spool_input(void);

/* The path itself, or for a pipe with a name a file in $TMPDIR that holds what came from it, the same at every call: a
 * pipe can be read but once. NULL after a complaint. */
const char *spool_pipe(const char *path);

/* A place for an output that will go to standard output when it is complete; NULL after a complaint. */
const char *spool_output(void);
/* Copies that output to standard output. */
bool spool_deliver(void);

/* Removes what was spooled. */
void spool_remove(void);
/* The same for a signal handler that ends the process. */
void spool_discard(void);

#endif
