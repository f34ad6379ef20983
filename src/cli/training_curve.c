/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/training_curve.h"

#include "cli/picture.h"

#include <math.h>
#include <stdio.h>

/* Pixels. */
enum { PAGE_WIDTH = 720, LEFT = 76, RIGHT = 24, TOP = 44, PANEL = 220, BETWEEN = 48, BOTTOM = 52 };

typedef double (*point_value)(const ond_head_progress *point);

static double loss_of(const ond_head_progress *point)
{
    return point->loss;
}

static double training_error_of(const ond_head_progress *point)
{
    return 100 * point->training_error;
}

static double validation_error_of(const ond_head_progress *point)
{
    return 100 * point->validation_error;
}

typedef struct series {
    point_value value;
    const char *name;
    double red, green, blue;
} series;

typedef struct panel {
    const char *title;
    series lines[2];
    int count;
} panel;

static const panel panels[] = {
    {"loss", {{loss_of, "training loss", 0.18, 0.32, 0.70}}, 1},
    {"error, %",
     {{training_error_of, "training", 0.18, 0.32, 0.70}, {validation_error_of, "held out", 0.80, 0.30, 0.12}},
     2},
};

enum { PANELS = sizeof panels / sizeof panels[0] };

static bool is_known(const series *line, const ond_head_progress *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (isfinite(line->value(&points[i]))) {
            return true;
        }
    }
    return false;
}

static double highest_of(const panel *one, const ond_head_progress *points, size_t count)
{
    double highest = 0;
    for (int k = 0; k < one->count; k++) {
        for (size_t i = 0; i < count; i++) {
            double value = one->lines[k].value(&points[i]);
            highest = isfinite(value) ? fmax(highest, value) : highest;
        }
    }
    return highest > 0 ? highest : 1;
}

/* 1, 2 or 5 times a power of ten, so that up to five steps reach the highest value. */
static double step_for(double highest)
{
    static const double factors[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(highest / 5)));
    for (int i = 0; i < 4; i++) {
        if (factors[i] * power * 5 >= highest) {
            return factors[i] * power;
        }
    }
    return 10 * power;
}

static void draw_grid(const page *picture, const panel *one, double top, double highest)
{
    cairo_t *cairo = picture->cairo;
    double step = step_for(highest);
    char text[32];
    picture_text(picture, LEFT, top - 10, (text_style){13, true, TEXT_LEFT}, one->title);
    for (double value = 0; value <= highest * (1 + 1e-9); value += step) {
        double y = top + PANEL * (1 - value / highest);
        cairo_set_source_rgb(cairo, 0.90, 0.90, 0.92);
        cairo_set_line_width(cairo, 1);
        cairo_move_to(cairo, LEFT, y);
        cairo_line_to(cairo, PAGE_WIDTH - RIGHT, y);
        cairo_stroke(cairo);
        snprintf(text, sizeof text, "%.3g", value);
        picture_text(picture, LEFT - 8, y + 4, (text_style){12, false, TEXT_RIGHT}, text);
    }
    cairo_set_source_rgb(cairo, 0.35, 0.35, 0.38);
    cairo_rectangle(cairo, LEFT, top, PAGE_WIDTH - LEFT - RIGHT, PANEL);
    cairo_stroke(cairo);
}

static double x_of(const ond_head_progress *points, size_t count, size_t index)
{
    double first = points[0].step, last = points[count - 1].step;
    double share = last > first ? (points[index].step - first) / (last - first) : 0.5;
    return LEFT + share * (PAGE_WIDTH - LEFT - RIGHT);
}

static void draw_line(const page *picture, const series *line, const ond_head_progress *points, size_t count,
                      double top, double highest)
{
    cairo_t *cairo = picture->cairo;
    cairo_new_path(cairo);
    for (size_t i = 0; i < count; i++) {
        double value = line->value(&points[i]);
        if (isfinite(value)) {
            cairo_line_to(cairo, x_of(points, count, i), top + PANEL * (1 - value / highest));
        }
    }
    cairo_set_source_rgb(cairo, line->red, line->green, line->blue);
    cairo_set_line_width(cairo, 2);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cairo);
}

static void draw_legend(const page *picture, const panel *one, const ond_head_progress *points, size_t count,
                        double top)
{
    enum { ENTRY = 96 };
    double x = PAGE_WIDTH - RIGHT - 2 * ENTRY;
    for (int k = 0; k < one->count && one->count > 1; k++, x += ENTRY) {
        if (is_known(&one->lines[k], points, count)) {
            cairo_set_source_rgb(picture->cairo, one->lines[k].red, one->lines[k].green, one->lines[k].blue);
            cairo_rectangle(picture->cairo, x, top - 19, 14, 9);
            cairo_fill(picture->cairo);
            picture_text(picture, x + 20, top - 10, (text_style){12, false, TEXT_LEFT}, one->lines[k].name);
        }
    }
}

static void draw_panel(const page *picture, const panel *one, const ond_head_progress *points, size_t count, double top)
{
    double highest = highest_of(one, points, count);
    draw_grid(picture, one, top, highest);
    for (int k = 0; k < one->count; k++) {
        draw_line(picture, &one->lines[k], points, count, top, highest);
    }
    draw_legend(picture, one, points, count, top);
}

ond_status training_curve_write(const ond_head_progress *points, size_t count, const char *path)
{
    bool shown[PANELS] = {false};
    int visible = 0;
    for (int i = 0; i < PANELS; i++) {
        for (int k = 0; k < panels[i].count; k++) {
            shown[i] = shown[i] || is_known(&panels[i].lines[k], points, count);
        }
        visible += shown[i];
    }
    page picture;
    ond_status status = OND_ERROR_MEMORY;
    int height = TOP + visible * PANEL + (visible > 1 ? (visible - 1) * BETWEEN : 0) + BOTTOM;
    if (picture_create(PAGE_WIDTH, height, &picture)) {
        double top = TOP;
        for (int i = 0; i < PANELS; i++) {
            if (shown[i]) {
                draw_panel(&picture, &panels[i], points, count, top);
                top += PANEL + BETWEEN;
            }
        }
        char text[64];
        snprintf(text, sizeof text, "step 1 … %d", points[count - 1].step);
        picture_text(&picture, (PAGE_WIDTH + LEFT - RIGHT) / 2.0, height - 18, (text_style){13, false, TEXT_CENTER},
                     text);
        status = picture_write(&picture, path);
    }
    picture_destroy(&picture);
    return status;
}
