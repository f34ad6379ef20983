/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_GATHERED_H
#define OND_CLI_GATHERED_H

#include "cli/images.h"
#include "cli/labelled.h"

/* All pictures of a labelled set in memory, of one size. */
typedef struct gathered {
    ond_array pictures; /* [count, height, width] */
    ond_array labels;   /* [count] */
    size_t failed;      /* pictures that were complained of and left out */
} gathered;

/* DATA [LABELS] as labelled_read takes them. `height` 0: pictures keep their size, which must be that of the first.
 * False after a complaint when nothing is left. */
bool gather_pictures(const cli_request *request, const char **words, size_t count, size_t first, int height, int width,
                     gathered *all);
void gathered_free(gathered *all);

#endif
