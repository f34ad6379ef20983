/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_NEAREST_H
#define OND_CLI_NEAREST_H

#include <stdbool.h>

/* The known word nearest to a misspelled one. */
typedef struct nearest_word {
    const char *word;  /* what was typed */
    const char *known; /* NULL: nothing is near enough */
    int distance;
} nearest_word;

/* Takes `known` when it is nearer than what was found before. `_` and `-` are the same. */
void nearest_consider(nearest_word *nearest, const char *known);

#endif
