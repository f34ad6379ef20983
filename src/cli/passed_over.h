/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_PASSED_OVER_H
#define OND_CLI_PASSED_OVER_H

#include <stdbool.h>
#include <stddef.h>

enum { NAMES_SHOWN = 3 };

/* Pictures in a folder that the program cannot read: their number, and those that come first by their bytes. */
typedef struct passed_over {
    size_t count;
    char *names[NAMES_SHOWN]; /* below the folder */
} passed_over;

/* Takes note of a file that was not taken, if its name is that of a picture of another kind (TIFF, GIF, raw, ...). */
void passed_over_see(passed_over *some, const char *name);
/* "a.tif, b.gif, c.webp, ...", a new text. */
char *passed_over_text(const passed_over *some);
void passed_over_free(passed_over *some);

#endif
