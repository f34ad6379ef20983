/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/progress.h"

#include "cli/report.h"

#include <stdio.h>
#include <unistd.h>

static const double first_shown_s = 1.0, between_s = 0.1;
enum { BAR_WIDTH = 40 };

static struct {
    bool wanted, visible;
    size_t done, total;
    double started, drawn;
} bar;

void progress_start(size_t total, bool quiet)
{
    bar.wanted = !quiet && total > 1 && isatty(STDERR_FILENO);
    bar.visible = false;
    bar.done = 0;
    bar.total = total;
    bar.started = seconds_now();
    bar.drawn = bar.started;
}

void progress_advance(size_t count)
{
    bar.done += count;
    double now = seconds_now();
    if (!bar.wanted || now - bar.started < first_shown_s || now - bar.drawn < between_s) {
        return;
    }
    double share = bar.done < bar.total ? (double)bar.done / (double)bar.total : 1.0;
    char cells[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++) {
        cells[i] = i < (int)(share * BAR_WIDTH) ? '#' : '.';
    }
    cells[BAR_WIDTH] = '\0';
    double left_s = share > 0 ? (now - bar.started) * (1 - share) / share : 0;
    fprintf(stderr, "\r[%s] %zu of %zu, %.0f s left\033[K", cells, bar.done, bar.total, left_s);
    fflush(stderr);
    bar.visible = true;
    bar.drawn = now;
}

void progress_hide(void)
{
    if (bar.visible) {
        fputs("\r\033[K", stderr);
        bar.visible = false;
    }
}
