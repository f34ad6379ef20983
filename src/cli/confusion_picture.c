/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/confusion.h"
#include "cli/picture.h"

#include <stdio.h>
#include <string.h>

/* Pixels. */
enum { LARGEST_MATRIX = 720, LARGEST_CELL = 48, SMALLEST_CELL = 2, MARGIN = 24, TITLE = 56, SCALE = 96, LETTER = 8 };
enum { SMALLEST_WITH_TEXT = 22, SMALLEST_WITH_NAMES = 11, LONGEST_SHOWN = 18 };

typedef struct layout {
    int cell, names; /* side of a cell; room for the names */
    double left, top, side;
} layout;

static layout lay_out(const confusion *table)
{
    int cell = LARGEST_MATRIX / (int)table->classes;
    cell = cell > LARGEST_CELL ? LARGEST_CELL : cell < SMALLEST_CELL ? SMALLEST_CELL : cell;
    size_t longest = 0;
    for (size_t i = 0; i < table->classes; i++) {
        size_t length = strlen(table->names[i]);
        longest = length > longest ? length : longest;
    }
    int shown = (int)(longest > LONGEST_SHOWN ? LONGEST_SHOWN : longest);
    int names = cell >= SMALLEST_WITH_NAMES ? shown * LETTER + 12 : 8;
    return (layout){cell, names, MARGIN + 16 + names, TITLE, (double)cell * (double)table->classes};
}

/* Rows scaled to 1: the share of each class's images. */
static ond_status fill_shares(const confusion *table, ond_array *shares)
{
    size_t shape[2] = {table->classes, table->classes};
    ond_status status = ond_array_resize(shares, 2, shape);
    for (size_t i = 0; status == OND_OK && i < table->classes * table->classes; i++) {
        size_t images = confusion_score(table, i / table->classes).images;
        shares->data[i] = images ? (float)((double)table->counts[i] / (double)images) : 0;
    }
    return status;
}

static void draw_cells(const page *picture, const layout *place, const confusion *table, const ond_array *shares)
{
    char text[32];
    /* square by square: a stretched picture would blur them */
    for (size_t i = 0; i < table->classes * table->classes; i++) {
        size_t one[2] = {1, 1};
        ond_array cell = ond_array_view(shares->data + i, 2, one);
        box where = {place->left + (double)(place->cell * (int)(i % table->classes)),
                     place->top + (double)(place->cell * (int)(i / table->classes)), place->cell, place->cell};
        picture_map(picture, where, &cell, (map_range){MAP_SEQUENTIAL, 0, 1});
        if (place->cell < SMALLEST_WITH_TEXT || table->counts[i] == 0) {
            continue;
        }
        snprintf(text, sizeof text, "%zu", table->counts[i]);
        bool is_dark = (double)shares->data[i] < 0.6;
        picture_text_gray(picture, where.x + where.width / 2, where.y + where.height / 2 + 4,
                          (text_style){strlen(text) > 3 ? 10 : 12, false, TEXT_CENTER}, text, is_dark ? 1 : 0.1);
    }
}

static void draw_names(const page *picture, const layout *place, const confusion *table)
{
    if (place->cell < SMALLEST_WITH_NAMES) {
        return;
    }
    double size = place->cell < 16 ? 10 : 12;
    for (size_t i = 0; i < table->classes; i++) {
        char name[LONGEST_SHOWN + 1];
        snprintf(name, sizeof name, "%s", table->names[i]);
        double middle = (double)place->cell * ((double)i + 0.5);
        picture_text(picture, place->left - 6, place->top + middle + 4, (text_style){size, false, TEXT_RIGHT}, name);
        cairo_save(picture->cairo);
        cairo_translate(picture->cairo, place->left + middle + 4, place->top + place->side + 8);
        cairo_rotate(picture->cairo, -1.5707963267948966);
        picture_text(picture, 0, 0, (text_style){size, false, TEXT_RIGHT}, name);
        cairo_restore(picture->cairo);
    }
}

static void draw_titles(const page *picture, const layout *place, const confusion *table)
{
    char text[160];
    size_t total = confusion_total(table), wrong = confusion_wrong(table);
    snprintf(text, sizeof text, "error %.2f %% (%zu of %zu), mean F1 %.4f", 100 * (double)wrong / (double)total, wrong,
             total, confusion_macro_f1(table));
    picture_text(picture, MARGIN, TITLE - 28, (text_style){15, true, TEXT_LEFT}, text);
    picture_text(picture, place->left + place->side / 2, place->top + place->side + place->names + 20,
                 (text_style){13, false, TEXT_CENTER}, "decision");
    cairo_save(picture->cairo);
    cairo_translate(picture->cairo, MARGIN - 4, place->top + place->side / 2);
    cairo_rotate(picture->cairo, -1.5707963267948966);
    picture_text(picture, 0, 0, (text_style){13, false, TEXT_CENTER}, "true class");
    cairo_restore(picture->cairo);
}

ond_status confusion_draw(const confusion *table, picture_sink sink)
{
    layout place = lay_out(table);
    double title = 380;
    double width = place.left + place.side + SCALE;
    int height = (int)(place.top + place.side) + place.names + 36;
    ond_array shares = {0};
    page picture = {0};
    ond_status status = fill_shares(table, &shares);
    if (status == OND_OK && !picture_create((int)(width > title ? width : title), height, &picture)) {
        status = OND_ERROR_MEMORY;
    }
    if (status == OND_OK) {
        draw_cells(&picture, &place, table, &shares);
        draw_names(&picture, &place, table);
        draw_titles(&picture, &place, table);
        box scale = {place.left + place.side + 20, place.top, 16, place.side > 60 ? place.side : 60};
        picture_scale(&picture, scale, (map_range){MAP_SEQUENTIAL, 0, 1});
        status = sink.take(sink.context, &picture);
    }
    if (picture.surface) {
        picture_destroy(&picture);
    }
    ond_array_free(&shares);
    return status;
}
