/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/plot.h"

#include <math.h>
#include <stdio.h>

typedef struct axis {
    double lowest, highest; /* logarithms on a logarithmic axis */
    bool is_log;
} axis;

typedef struct plot_frame {
    const page *picture;
    box place;
    axis x, y;
} plot_frame;

static const double line_colors[MOST_LINES][3] = {
    {0.18, 0.32, 0.70},
    {0.80, 0.30, 0.12},
    {0.20, 0.55, 0.30},
    {0.52, 0.28, 0.62},
};

bool plot_line_is_known(const plot_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        if (isfinite(line->y[i])) {
            return true;
        }
    }
    return false;
}

static double scaled(bool is_log, double value)
{
    return is_log ? log10(value) : value;
}

static void include(axis *one, double value)
{
    double place = scaled(one->is_log, value);
    if (isfinite(place)) {
        one->lowest = fmin(one->lowest, place);
        one->highest = fmax(one->highest, place);
    }
}

/* The range of all points. */
static void find_axes(const plot *drawn, axis *x, axis *y)
{
    *x = (axis){HUGE_VAL, -HUGE_VAL, drawn->log_x};
    *y = drawn->log_y ? (axis){HUGE_VAL, -HUGE_VAL, true} : (axis){0, 0, false};
    for (int k = 0; k < drawn->count; k++) {
        for (size_t i = 0; i < drawn->lines[k].count; i++) {
            include(x, drawn->lines[k].x[i]);
            include(y, drawn->lines[k].y[i]);
        }
    }
    if (!(y->highest > y->lowest)) {
        double middle = isfinite(y->lowest) ? y->lowest : 0;
        *y = (axis){drawn->log_y ? middle - 0.5 : 0, drawn->log_y ? middle + 0.5 : 1, drawn->log_y};
    }
    if (!(x->highest > x->lowest)) {
        double middle = isfinite(x->lowest) ? x->lowest : 0;
        *x = (axis){middle - 0.5, middle + 0.5, drawn->log_x};
    }
}

static double x_of(const plot_frame *frame, double value)
{
    const axis *x = &frame->x;
    return frame->place.x + frame->place.width * (scaled(x->is_log, value) - x->lowest) / (x->highest - x->lowest);
}

static double y_of(const plot_frame *frame, double value)
{
    const axis *y = &frame->y;
    double share = (scaled(y->is_log, value) - y->lowest) / (y->highest - y->lowest);
    return frame->place.y + frame->place.height * (1 - share);
}

/* 1, 2 or 5 times a power of ten, so that up to five steps cover the width. */
static double step_for(double width)
{
    static const double factors[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(width / 5)));
    for (int i = 0; i < 4; i++) {
        if (factors[i] * power * 5 >= width) {
            return factors[i] * power;
        }
    }
    return 10 * power;
}

/* The numbers beside an axis: round steps, or 1, 2 and 5 times powers of ten (powers alone where there are many). */
enum { MOST_TICKS = 24 };

static int find_ticks(const axis *one, double ticks[MOST_TICKS])
{
    int count = 0;
    double width = one->highest - one->lowest, slack = 1e-9 * width;
    if (one->is_log) {
        static const double factors[] = {1, 2, 5};
        int per_decade = width < 2.5 ? 3 : 1;
        for (int power = (int)floor(one->lowest); power <= (int)ceil(one->highest); power++) {
            for (int i = 0; i < per_decade && count < MOST_TICKS; i++) {
                double value = factors[i] * pow(10, power), place = log10(value);
                if (place >= one->lowest - slack && place <= one->highest + slack) {
                    ticks[count++] = value;
                }
            }
        }
        return count;
    }
    double step = step_for(width);
    for (double value = ceil((one->lowest - slack) / step) * step; value <= one->highest + slack && count < MOST_TICKS;
         value += step) {
        ticks[count++] = fabs(value) < slack ? 0 : value;
    }
    return count;
}

static void draw_grid_line(const plot_frame *frame, double x, double y, double to_x, double to_y)
{
    cairo_t *cairo = frame->picture->cairo;
    cairo_set_source_rgb(cairo, 0.90, 0.90, 0.92);
    cairo_set_line_width(cairo, 1);
    cairo_move_to(cairo, x, y);
    cairo_line_to(cairo, to_x, to_y);
    cairo_stroke(cairo);
}

static void draw_axes(const plot_frame *frame)
{
    const box *place = &frame->place;
    double ticks[MOST_TICKS], bottom = place->y + place->height;
    char text[32];
    int count = find_ticks(&frame->y, ticks);
    for (int i = 0; i < count; i++) {
        double y = y_of(frame, ticks[i]);
        draw_grid_line(frame, place->x, y, place->x + place->width, y);
        snprintf(text, sizeof text, "%.3g", ticks[i]);
        picture_text(frame->picture, place->x - 8, y + 4, (text_style){12, false, TEXT_RIGHT}, text);
    }
    count = find_ticks(&frame->x, ticks);
    for (int i = 0; i < count; i++) {
        double x = x_of(frame, ticks[i]);
        draw_grid_line(frame, x, place->y, x, bottom);
        snprintf(text, sizeof text, "%.6g", ticks[i]);
        picture_text(frame->picture, x, bottom + 18, (text_style){12, false, TEXT_CENTER}, text);
    }
    cairo_t *cairo = frame->picture->cairo;
    cairo_set_source_rgb(cairo, 0.35, 0.35, 0.38);
    cairo_set_line_width(cairo, 1);
    cairo_rectangle(cairo, place->x, place->y, place->width, place->height);
    cairo_stroke(cairo);
}

static void draw_line(const plot_frame *frame, const plot_line *line, const double color[3])
{
    cairo_t *cairo = frame->picture->cairo;
    size_t points = 0;
    cairo_new_path(cairo);
    for (size_t i = 0; i < line->count; i++) {
        double x = x_of(frame, line->x[i]), y = y_of(frame, line->y[i]);
        if (isfinite(x) && isfinite(y)) {
            cairo_line_to(cairo, x, y);
            points++;
        }
    }
    if (points == 1) { /* a dot */
        cairo_rel_line_to(cairo, 0, 0);
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    }
    cairo_set_source_rgb(cairo, color[0], color[1], color[2]);
    cairo_set_line_width(cairo, points == 1 ? 6 : 2);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(cairo);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
}

static double text_width(const page *picture, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(picture->cairo, text, &extents);
    return extents.x_advance;
}

/* From the right; a single line needs no name beside the title. */
static void draw_legend(const plot_frame *frame, const plot *drawn)
{
    enum { SIZE = 12, SWATCH = 14, SPACE = 6, BETWEEN = 16 };
    const page *picture = frame->picture;
    double x = frame->place.x + frame->place.width, y = frame->place.y - 10;
    for (int k = drawn->count - 1; k >= 0 && drawn->count > 1; k--) {
        const plot_line *line = &drawn->lines[k];
        if (!plot_line_is_known(line)) {
            continue;
        }
        picture_text(picture, x, y, (text_style){SIZE, false, TEXT_RIGHT}, line->name);
        x -= text_width(picture, line->name) + SPACE + SWATCH;
        cairo_set_source_rgb(picture->cairo, line_colors[k][0], line_colors[k][1], line_colors[k][2]);
        cairo_rectangle(picture->cairo, x, y - 9, SWATCH, 9);
        cairo_fill(picture->cairo);
        x -= BETWEEN;
    }
}

void plot_draw(const page *picture, box place, const plot *drawn)
{
    plot_frame frame = {.picture = picture, .place = place};
    find_axes(drawn, &frame.x, &frame.y);
    draw_axes(&frame);
    cairo_save(picture->cairo);
    for (int k = 0; k < drawn->count; k++) {
        draw_line(&frame, &drawn->lines[k], line_colors[k]);
    }
    cairo_restore(picture->cairo);
    draw_legend(&frame, drawn);
    picture_text(picture, place.x, place.y - 10, (text_style){13, true, TEXT_LEFT}, drawn->title);
    picture_text(picture, place.x + place.width / 2, place.y + place.height + 38, (text_style){12, false, TEXT_CENTER},
                 drawn->x_title);
}

ond_status plot_page(const plot *drawn, picture_sink sink)
{
    enum { WIDTH = 720, HEIGHT = 300, RIGHT = 24, TOP = 12 };
    page picture;
    ond_status status = OND_ERROR_MEMORY;
    if (picture_create(WIDTH, HEIGHT, &picture)) {
        box place = {PLOT_LEFT, TOP + PLOT_ABOVE, WIDTH - PLOT_LEFT - RIGHT, HEIGHT - TOP - PLOT_ABOVE - PLOT_BELOW};
        plot_draw(&picture, place, drawn);
        status = sink.take(sink.context, &picture);
    }
    picture_destroy(&picture);
    return status;
}
