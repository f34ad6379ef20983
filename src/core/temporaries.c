/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/temporaries.h"

#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

/* A table of fixed size and no lock: what reads it may be a signal handler. A file that finds no place in it is left
 * behind by a program that ends in its handler, and by no other. */
enum { PLACES = 64 };

static _Atomic(const char *) names[PLACES];

void ond_temporaries_add(const char *name)
{
    for (size_t i = 0; i < PLACES; i++) {
        const char *none = NULL;
        if (atomic_compare_exchange_strong(&names[i], &none, name)) {
            return;
        }
    }
}

void ond_temporaries_forget(const char *name)
{
    for (size_t i = 0; name && i < PLACES; i++) {
        const char *same = name;
        if (atomic_compare_exchange_strong(&names[i], &same, NULL)) {
            return;
        }
    }
}

void ond_temporaries_discard(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        const char *name = atomic_exchange(&names[i], NULL);
        if (name) {
            unlink(name);
        }
    }
}
