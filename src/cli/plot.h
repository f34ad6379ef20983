/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_PLOT_H
#define OND_CLI_PLOT_H

#include "cli/picture.h"

enum { MOST_LINES = 4 };

/* y over x, x rising; points that are not finite are left out. */
typedef struct plot_line {
    const char *name;
    const double *x, *y;
    size_t count;
} plot_line;

/* Lines in one frame. Without logarithms the y axis begins at 0. */
typedef struct plot {
    const char *title, *x_title;
    plot_line lines[MOST_LINES];
    int count;
    bool log_x, log_y; /* numbers > 0 */
} plot;

/* `place` is the frame; numbers stand at its left and below it, the title and the legend above. */
enum { PLOT_LEFT = 76, PLOT_ABOVE = 28, PLOT_BELOW = 48 };
void plot_draw(const page *picture, box place, const plot *drawn);

/* One plot as a picture of its own. */
ond_status plot_page(const plot *drawn, picture_sink sink);

/* Whether there is a point to draw. */
bool plot_line_is_known(const plot_line *line);

#endif
