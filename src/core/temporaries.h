/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_TEMPORARIES_H
#define OND_CORE_TEMPORARIES_H

#include <stddef.h>

/* Names of files that a program removes when it ends in a signal handler. The text stays the caller's and is forgotten
 * before it goes. */
void ond_temporaries_add(const char *name);
/* Accepts NULL. */
void ond_temporaries_forget(const char *name);
/* Removes them all. Calls nothing that a signal handler may not call. */
void ond_temporaries_discard(void);

/* Marks an open temporary file as one whose process lives: a lock that ends with the process. */
void ond_temporaries_hold(int descriptor);
/* Removes what killed processes left beside a temporary file: files whose names differ from `path` in the last `tail`
 * letters or digits only, which are the user's own, older than an hour, and held by nobody. Looks into a folder once in
 * the life of a process, or seldom more often. */
void ond_temporaries_sweep(const char *path, size_t tail);

#endif
