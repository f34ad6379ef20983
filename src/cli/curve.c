/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/curve.h"

#include "cli/picture.h"

#include <stdio.h>

/* Pixels of the page. */
enum { PAGE_WIDTH = 640, PAGE_HEIGHT = 640, LEFT = 72, TOP = 64, SIDE = 520 };

static double x_of(double recall)
{
    return LEFT + SIDE * recall;
}

static double y_of(double precision)
{
    return TOP + SIDE * (1 - precision);
}

static void draw_axes(const page *picture)
{
    enum { TICKS = 10 };
    cairo_t *cairo = picture->cairo;
    char text[16];
    cairo_set_line_width(cairo, 1);
    for (int i = 0; i <= TICKS; i++) {
        double value = (double)i / TICKS;
        cairo_set_source_rgb(cairo, 0.90, 0.90, 0.92);
        cairo_move_to(cairo, x_of(value), y_of(0));
        cairo_line_to(cairo, x_of(value), y_of(1));
        cairo_move_to(cairo, x_of(0), y_of(value));
        cairo_line_to(cairo, x_of(1), y_of(value));
        cairo_stroke(cairo);
        snprintf(text, sizeof text, "%.1f", value);
        picture_text(picture, x_of(value), y_of(0) + 18, (text_style){12, false, TEXT_CENTER}, text);
        picture_text(picture, x_of(0) - 8, y_of(value) + 4, (text_style){12, false, TEXT_RIGHT}, text);
    }
    cairo_set_source_rgb(cairo, 0.35, 0.35, 0.38);
    cairo_rectangle(cairo, LEFT, TOP, SIDE, SIDE);
    cairo_stroke(cairo);
    picture_text(picture, x_of(0.5), y_of(0) + 40, (text_style){14, false, TEXT_CENTER}, "recall");
    cairo_save(cairo);
    cairo_translate(cairo, LEFT - 44, y_of(0.5));
    cairo_rotate(cairo, -1.5707963267948966);
    picture_text(picture, 0, 0, (text_style){14, false, TEXT_CENTER}, "precision");
    cairo_restore(cairo);
}

/* precision = F recall / (2 recall − F) */
static void draw_equal_f(const page *picture)
{
    enum { LINES = 9, STEPS = 200 };
    cairo_t *cairo = picture->cairo;
    char text[16];
    for (int line = 1; line <= LINES; line++) {
        double f = line / 10.0, lowest = f / (2 - f);
        cairo_new_path(cairo);
        for (int step = 0; step <= STEPS; step++) {
            double recall = lowest + (1 - lowest) * step / STEPS;
            cairo_line_to(cairo, x_of(recall), y_of(f * recall / (2 * recall - f)));
        }
        cairo_set_source_rgb(cairo, 0.55, 0.76, 0.60);
        cairo_stroke(cairo);
        snprintf(text, sizeof text, "F = %.1f", f);
        picture_text(picture, x_of(1) - 4, y_of(lowest) - 4, (text_style){10, false, TEXT_RIGHT}, text);
    }
}

static void draw_curve(const page *picture, const ond_edge_point *curve, size_t count)
{
    cairo_t *cairo = picture->cairo;
    cairo_set_source_rgb(cairo, 0.18, 0.32, 0.70);
    cairo_set_line_width(cairo, 2.5);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_new_path(cairo);
    for (size_t i = 0; i < count; i++) {
        bool empty = curve[i].recall == 0 && curve[i].precision == 0; /* nothing is detected */
        if (!empty) {
            cairo_line_to(cairo, x_of(curve[i].recall), y_of(curve[i].precision));
        }
    }
    cairo_stroke(cairo);
}

ond_status curve_write(const ond_edge_point *curve, size_t count, const ond_edge_score *score, const char *path)
{
    enum { TITLE = 160 };
    page picture;
    char text[TITLE];
    ond_status status = OND_ERROR_MEMORY;
    if (picture_create(PAGE_WIDTH, PAGE_HEIGHT, &picture)) {
        draw_axes(&picture);
        draw_equal_f(&picture);
        draw_curve(&picture, curve, count);
        cairo_set_source_rgb(picture.cairo, 0.80, 0.20, 0.18);
        cairo_new_path(picture.cairo);
        cairo_arc(picture.cairo, x_of(score->best.recall), y_of(score->best.precision), 5, 0, 6.2831853071795865);
        cairo_fill(picture.cairo);
        snprintf(text, sizeof text, "ODS %.3f at threshold %.2f, OIS %.3f, AP %.3f", score->best.f_score,
                 score->best.threshold, score->best_each.f_score, score->average_precision);
        picture_text(&picture, LEFT, TOP - 24, (text_style){16, true, TEXT_LEFT}, text);
        status = picture_write(&picture, path);
    }
    picture_destroy(&picture);
    return status;
}
