/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/sparse.h"

#include "cli/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool dictionary_open(const char *path, dictionary_file *file)
{
    *file = (dictionary_file){.count = 0};
    if (ond_dictionary_read(path, file->layers, &file->count)) {
        complain("%s", ond_error_message());
        return false;
    }
    return true;
}

void dictionary_close(dictionary_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        ond_dictionary_destroy(file->layers[i]);
    }
    file->count = 0;
}

bool dictionary_join(dictionary_file *file)
{
    ond_dictionary *product = NULL;
    ond_dictionary *unit = NULL;
    ond_status status = ond_dictionary_compose(dictionary_layers(file), file->count, &product);
    status = status == OND_OK ? ond_dictionary_normalize(product, &unit, NULL) : status;
    ond_dictionary_destroy(product);
    if (status != OND_OK) {
        complain("%s", ond_error_message());
        return false;
    }
    dictionary_close(file);
    file->layers[0] = unit;
    file->count = 1;
    return true;
}

const ond_dictionary *const *dictionary_layers(const dictionary_file *file)
{
    return (const ond_dictionary *const *)file->layers;
}

ond_color dictionary_color(const dictionary_file *file)
{
    enum { COLORS = 3 };
    return ond_dictionary_describe(file->layers[0]).channels == COLORS ? OND_RGB : OND_GRAY;
}

exit_status dictionary_lambdas(const cli_command *command, const char *text, dictionary_file *file)
{
    size_t found = 0;
    const char *rest = text;
    while (rest && found < file->count) {
        char *end = NULL;
        double value = strtod(rest, &end);
        if (end == rest || (*end && *end != ',') || !(value > 0) || !isfinite(value)) {
            return wrong_usage(command, "lambdas = '%s' is not a list of positive numbers", text);
        }
        file->lambdas[found++] = value;
        rest = *end ? end + 1 : NULL;
    }
    if (text && (rest || found != file->count)) {
        return wrong_usage(command, "lambdas = '%s', one for each of %zu layers is wanted", text, file->count);
    }
    file->has_lambdas = text != NULL;
    return ALL_DONE;
}

ond_status take_smooth_part_away(double smoothness, ond_array *smooth, ond_array *image)
{
    if (smoothness <= 0) {
        return OND_OK;
    }
    ond_status status = ond_smooth_part(image, smoothness, smooth);
    for (size_t i = 0; status == OND_OK && i < ond_array_count(image); i++) {
        image->data[i] -= smooth->data[i];
    }
    return status;
}

/* Atoms of the effective dictionary D₁⋯D_i side by side. */
typedef struct sheet {
    ond_array filters;
    size_t atoms, channels, height, width, columns, rows;
    int zoom;
} sheet;

enum { MARGIN = 16, TITLE = 26, GAP = 3, LEAST_SIDE = 40, MOST_ZOOM = 12, MOST_COLUMNS = 16 };

static ond_status sheet_open(const ond_dictionary *const *layers, size_t count, sheet *s)
{
    ond_dictionary *effective = NULL;
    ond_status status = ond_dictionary_compose(layers, count, &effective);
    if (status != OND_OK) {
        return status;
    }
    status = ond_dictionary_filters(effective, &s->filters);
    ond_dictionary_info info = ond_dictionary_describe(effective);
    ond_dictionary_destroy(effective);
    s->atoms = info.atoms;
    s->channels = info.channels;
    s->height = info.filter_height;
    s->width = info.filter_width;
    s->columns = info.atoms < MOST_COLUMNS ? info.atoms : MOST_COLUMNS;
    s->rows = (info.atoms + s->columns - 1) / s->columns;
    size_t side = info.filter_height > info.filter_width ? info.filter_height : info.filter_width;
    size_t zoom = (LEAST_SIDE + side - 1) / side;
    s->zoom = (int)(zoom < 1 ? 1 : zoom > MOST_ZOOM ? MOST_ZOOM : zoom);
    return status;
}

static int sheet_width(const sheet *s)
{
    return (int)s->columns * ((int)s->width * s->zoom + GAP);
}

static int sheet_height(const sheet *s)
{
    return (int)s->rows * ((int)s->height * s->zoom + GAP) + TITLE;
}

/* One atom as gray (or colours) around the middle, each to its own range. */
static ond_status paint_atom(const sheet *s, size_t atom, ond_array *pixels)
{
    size_t taps = s->height * s->width;
    size_t shape[3] = {3, s->height, s->width};
    const float *values = s->filters.data + atom * s->channels * taps;
    double largest = 0;
    ond_status status = ond_array_resize(pixels, 3, shape);
    for (size_t i = 0; i < s->channels * taps; i++) {
        largest = fmax(largest, fabs((double)values[i]));
    }
    for (size_t i = 0; status == OND_OK && i < 3 * taps; i++) {
        size_t channel = s->channels == 3 ? i / taps : 0;
        double value = (double)values[channel * taps + i % taps];
        pixels->data[i] = (float)(0.5 + (largest > 0 ? 0.5 * value / largest : 0));
    }
    return status;
}

static ond_status draw_sheet(const page *picture, const sheet *s, size_t layer, double top)
{
    char title[SHAPE_TEXT];
    ond_array pixels = {0};
    ond_status status = OND_OK;
    snprintf(title, sizeof title, "layer %zu: %zu atoms of %zu x %zu in the image", layer + 1, s->atoms, s->height,
             s->width);
    picture_text(picture, MARGIN, top + TITLE - 10, (text_style){13, false, TEXT_LEFT}, title);
    double width = (double)((int)s->width * s->zoom);
    double height = (double)((int)s->height * s->zoom);
    for (size_t m = 0; status == OND_OK && m < s->atoms; m++) {
        box place = {MARGIN + (double)(m % s->columns) * (width + GAP),
                     top + TITLE + (double)(m / s->columns) * (height + GAP), width, height};
        status = paint_atom(s, m, &pixels);
        if (status == OND_OK) {
            picture_pixels(picture, place, &pixels);
        }
    }
    ond_array_free(&pixels);
    return status;
}

static ond_status draw_sheets(const sheet *sheets, size_t count, const char *path)
{
    page picture;
    int width = 0;
    int height = MARGIN;
    for (size_t i = 0; i < count; i++) {
        width = sheet_width(&sheets[i]) > width ? sheet_width(&sheets[i]) : width;
        height += sheet_height(&sheets[i]) + MARGIN;
    }
    if (!picture_create((width > 320 ? width : 320) + 2 * MARGIN, height, &picture)) {
        return OND_ERROR_MEMORY;
    }
    double top = MARGIN;
    ond_status status = OND_OK;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        status = draw_sheet(&picture, &sheets[i], i, top);
        top += sheet_height(&sheets[i]) + MARGIN;
    }
    status = status == OND_OK ? picture_write(&picture, path) : status;
    picture_destroy(&picture);
    return status;
}

ond_status atoms_picture(const ond_dictionary *const *layers, size_t count, const char *path)
{
    sheet sheets[OND_MAX_LAYERS] = {{.atoms = 0}};
    ond_status status = OND_OK;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        status = sheet_open(layers, i + 1, &sheets[i]);
    }
    status = status == OND_OK ? draw_sheets(sheets, count, path) : status;
    for (size_t i = 0; i < count; i++) {
        ond_array_free(&sheets[i].filters);
    }
    return status;
}
