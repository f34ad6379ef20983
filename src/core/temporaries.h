/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_TEMPORARIES_H
#define OND_CORE_TEMPORARIES_H

/* Names of files that a program removes when it ends in a signal handler. The text stays the caller's and is forgotten
 * before it goes. */
void ond_temporaries_add(const char *name);
/* Accepts NULL. */
void ond_temporaries_forget(const char *name);
/* Removes them all. Calls nothing that a signal handler may not call. */
void ond_temporaries_discard(void);

#endif
