/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/explain.h"

#include "cli/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Pixels. */
enum { SMALLEST_SIDE = 112, LARGEST_SIDE = 320, GAP = 6, MARGIN = 16, TITLE = 22, LEGEND = 28, PAIRS_ACROSS = 4 };

/* Colours added up: [1, colours, height, width] → [height, width]. */
static ond_status add_colors(const ond_array *from, bool mean, ond_array *to)
{
    ond_status status = ond_array_resize(to, 2, from->shape + 2);
    size_t count = status == OND_OK ? ond_array_count(to) : 0;
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (size_t color = 0; color < from->shape[1]; color++) {
            sum += (double)from->data[color * count + i];
        }
        to->data[i] = (float)(mean ? sum / (double)from->shape[1] : sum);
    }
    return status;
}

static ond_status explain(const explanation_sheet *sheet, const ond_array *image, size_t decision, ond_array *shown,
                          ond_array *relevance)
{
    float class_number = (float)decision;
    size_t one[1] = {1};
    ond_array classes = ond_array_view(&class_number, 1, one), prepared = {0}, map = {0};
    ond_status status = ond_extractor_prepare(ond_model_extractor(sheet->model), image, &prepared);
    status = status ? status : ond_model_explain(sheet->model, image, &classes, sheet->rule, &map);
    status = status ? status : add_colors(&prepared, true, shown);
    status = status ? status : add_colors(&map, false, relevance);
    ond_array_free(&prepared);
    ond_array_free(&map);
    return status;
}

ond_status sheet_take(explanation_sheet *sheet, const ond_array *image, size_t decision)
{
    if (sheet->count == SHEET_IMAGES) {
        sheet->left_out++;
        return OND_OK;
    }
    size_t place = sheet->count++;
    sheet->decisions[place] = decision;
    return explain(sheet, image, decision, &sheet->images[place], &sheet->relevance[place]);
}

/* Gray image under its relevance: red speaks for the class, blue against it. [3, height, width], 0…1. */
static ond_status overlay(const ond_array *image, const ond_array *relevance, ond_array *colors)
{
    size_t count = ond_array_count(image), shape[3] = {3, image->shape[0], image->shape[1]};
    ond_status status = ond_array_resize(colors, 3, shape);
    double lowest = HUGE_VAL, highest = -HUGE_VAL, largest = 0;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        lowest = fmin(lowest, (double)image->data[i]);
        highest = fmax(highest, (double)image->data[i]);
        largest = fmax(largest, fabs((double)relevance->data[i]));
    }
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        double gray = highest > lowest ? ((double)image->data[i] - lowest) / (highest - lowest) : 0.5;
        double share = largest > 0 ? (double)relevance->data[i] / largest : 0, part = sqrt(fabs(share));
        double red = share > 0 ? 1 : 0.1, green = 0.25, blue = share > 0 ? 0.1 : 1;
        double base = 0.25 + 0.45 * gray;
        colors->data[i] = (float)((1 - part) * base + part * red);
        colors->data[count + i] = (float)((1 - part) * base + part * green);
        colors->data[2 * count + i] = (float)((1 - part) * base + part * blue);
    }
    return status;
}

static ond_status gray_colors(const ond_array *image, ond_array *colors)
{
    size_t count = ond_array_count(image), shape[3] = {3, image->shape[0], image->shape[1]};
    ond_status status = ond_array_resize(colors, 3, shape);
    double lowest = HUGE_VAL, highest = -HUGE_VAL;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        lowest = fmin(lowest, (double)image->data[i]);
        highest = fmax(highest, (double)image->data[i]);
    }
    for (size_t i = 0; status == OND_OK && i < 3 * count; i++) {
        double value = (double)image->data[i % count];
        colors->data[i] = (float)(highest > lowest ? (value - lowest) / (highest - lowest) : 0.5);
    }
    return status;
}

/* All images at one scale, the largest side within the bounds. */
static double scale_of(const explanation_sheet *sheet)
{
    size_t side = 1;
    for (size_t i = 0; i < sheet->count; i++) {
        size_t height = sheet->images[i].shape[0], width = sheet->images[i].shape[1];
        side = height > side ? height : side;
        side = width > side ? width : side;
    }
    if (side < SMALLEST_SIDE) {
        return floor((double)(SMALLEST_SIDE + side - 1) / (double)side);
    }
    return side > LARGEST_SIDE ? LARGEST_SIDE / (double)side : 1;
}

static ond_status draw_pair(const page *picture, const explanation_sheet *sheet, size_t index, double x, double y,
                            double scale)
{
    ond_array colors = {0};
    const ond_array *image = &sheet->images[index];
    double height = scale * (double)image->shape[0], width = scale * (double)image->shape[1];
    picture_text(picture, x, y + TITLE - 8, (text_style){13, true, TEXT_LEFT},
                 ond_model_class_name(sheet->model, sheet->decisions[index]));
    ond_status status = gray_colors(image, &colors);
    if (status == OND_OK) {
        picture_pixels(picture, (box){x, y + TITLE, width, height}, &colors);
        status = overlay(image, &sheet->relevance[index], &colors);
    }
    if (status == OND_OK) {
        picture_pixels(picture, (box){x + width + GAP, y + TITLE, width, height}, &colors);
    }
    ond_array_free(&colors);
    return status;
}

typedef struct cell_size {
    double height, width;
} cell_size;

static cell_size largest_pair(const explanation_sheet *sheet, double scale)
{
    cell_size cell = {0, 0};
    for (size_t i = 0; i < sheet->count; i++) {
        cell.height = fmax(cell.height, scale * (double)sheet->images[i].shape[0]);
        cell.width = fmax(cell.width, scale * (double)sheet->images[i].shape[1]);
    }
    return (cell_size){cell.height + TITLE + 2 * GAP, 2 * cell.width + 3 * GAP};
}

ond_status sheet_write(const explanation_sheet *sheet, const char *path)
{
    if (sheet->count == 0) {
        return OND_OK;
    }
    double scale = scale_of(sheet);
    cell_size cell = largest_pair(sheet, scale);
    int across = sheet->count < PAIRS_ACROSS ? (int)sheet->count : PAIRS_ACROSS;
    int down = ((int)sheet->count + across - 1) / across;
    int width = 2 * MARGIN + (int)ceil(across * cell.width), height = MARGIN + LEGEND + (int)ceil(down * cell.height);
    page picture;
    if (!picture_create(width, height, &picture)) {
        picture_destroy(&picture);
        return OND_ERROR_MEMORY;
    }
    ond_status status = OND_OK;
    for (size_t i = 0; i < sheet->count && status == OND_OK; i++) {
        double x = MARGIN + (double)((int)i % across) * cell.width, y = (double)((int)i / across) * cell.height;
        status = draw_pair(&picture, sheet, i, x, y, scale);
    }
    picture_text(&picture, MARGIN, height - 12, (text_style){12, false, TEXT_LEFT},
                 sheet->rule == OND_RELEVANCE_LAYERS ? "red: speaks for the class, blue: against it"
                                                     : "red: where a change would move the score most");
    status = status ? status : picture_write(&picture, path);
    picture_destroy(&picture);
    return status;
}

void sheet_free(explanation_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        ond_array_free(&sheet->images[i]);
        ond_array_free(&sheet->relevance[i]);
    }
}
