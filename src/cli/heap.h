/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_HEAP_H
#define OND_CLI_HEAP_H

/* Before anything else: memory for the work on a picture or two comes in huge pages and stays with the process when it
 * is freed. Nothing of it is used before it is written to. Under a limit on memory (ulimit -v), and where the C library
 * or the system has no such thing, nothing happens. */
void heap_prepare(void);

#endif
