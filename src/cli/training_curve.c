/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/training_curve.h"

#include "cli/plot.h"
#include "cli/report.h"

#include <stdlib.h>

/* Pixels. */
enum { PAGE_WIDTH = 720, RIGHT = 24, TOP = 16, PANEL = 220, BOTTOM = 8 };

/* Numbers of the training, one array each. */
typedef struct course_numbers {
    double *step, *loss, *training_error, *validation_error;
} course_numbers;

static course_numbers take_apart(const ond_head_progress *points, size_t count)
{
    course_numbers numbers = {allocate(count, sizeof(double)), allocate(count, sizeof(double)),
                              allocate(count, sizeof(double)), allocate(count, sizeof(double))};
    for (size_t i = 0; i < count; i++) {
        numbers.step[i] = points[i].step;
        numbers.loss[i] = points[i].loss;
        numbers.training_error[i] = 100 * points[i].training_error;
        numbers.validation_error[i] = 100 * points[i].validation_error;
    }
    return numbers;
}

static bool is_known(const plot *drawn)
{
    for (int i = 0; i < drawn->count; i++) {
        if (plot_line_is_known(&drawn->lines[i])) {
            return true;
        }
    }
    return false;
}

static ond_status draw_panels(const plot *panels, int count, picture_sink sink)
{
    enum { STEP = PLOT_ABOVE + PANEL + PLOT_BELOW };
    page picture;
    ond_status status = OND_ERROR_MEMORY;
    if (picture_create(PAGE_WIDTH, TOP + count * STEP + BOTTOM, &picture)) {
        for (int i = 0; i < count; i++) {
            box place = {PLOT_LEFT, TOP + PLOT_ABOVE + i * STEP, PAGE_WIDTH - PLOT_LEFT - RIGHT, PANEL};
            plot_draw(&picture, place, &panels[i]);
        }
        status = sink.take(sink.context, &picture);
    }
    picture_destroy(&picture);
    return status;
}

ond_status training_curve_draw(const ond_head_progress *points, size_t count, picture_sink sink)
{
    course_numbers numbers = take_apart(points, count);
    const plot all[] = {
        {"training loss", "step", {{"training loss", numbers.step, numbers.loss, count}}, 1, false, false},
        {"error, %",
         "step",
         {{"training", numbers.step, numbers.training_error, count},
          {"held out", numbers.step, numbers.validation_error, count}},
         2,
         false,
         false},
    };
    plot shown[2];
    int visible = 0;
    for (int i = 0; i < 2; i++) {
        if (is_known(&all[i])) {
            shown[visible++] = all[i];
        }
    }
    ond_status status = draw_panels(shown, visible, sink);
    free(numbers.step);
    free(numbers.loss);
    free(numbers.training_error);
    free(numbers.validation_error);
    return status;
}
