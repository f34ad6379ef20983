/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/strip.h"

#include <math.h>
#include <stdio.h>

/* Pixels of the page. */
enum {
    MARGIN = 24,
    TITLE = 46,
    GAP = 18,
    LARGEST_PANEL = 400,
    SMALLEST_COLUMN = 230, /* room for the texts */
    LARGEST_ZOOM = 8,
    DETAIL_ZOOM = 3,
    SMALLEST_DETAIL = 24, /* image pixels: smaller details are left out */
    MOST_PANELS = 4
};

/* One column: an image, and the part of it that is magnified. */
typedef struct panel {
    const char *title, *facts;
    const ond_array *image;
    double lowest, highest; /* black and white */
} panel;

typedef struct strip_page {
    page picture;
    panel panels[MOST_PANELS];
    int count;
    size_t height, width;                            /* of the images */
    double zoom, panel_height, panel_width, step;    /* on the page */
    size_t row, column, detail_height, detail_width; /* of the magnified part; no height: there is none */
    ond_array difference, smaller, colors;
} strip_page;

/* Draws a part of an image, its samples brought to 0…1. */
static ond_status draw_part(strip_page *strip, const panel *shown, const ond_array *image, box part, box place)
{
    const size_t *size = image->shape + image->rank - 2;
    size_t step = image->rank == 3 ? size[0] * size[1] : 0, height = (size_t)part.height, width = (size_t)part.width;
    size_t shape[3] = {3, height, width};
    double range = shown->highest - shown->lowest;
    ond_status status = ond_array_resize(&strip->colors, 3, shape);
    for (size_t i = 0; status == OND_OK && i < 3 * height; i++) {
        size_t row = (size_t)part.y + i % height;
        const float *from = image->data + i / height * step + row * size[1] + (size_t)part.x;
        for (size_t column = 0; column < width; column++) {
            double share = range > 0 ? ((double)from[column] - shown->lowest) / range : 0.5;
            strip->colors.data[i * width + column] = (float)share;
        }
    }
    if (status == OND_OK) {
        picture_pixels(&strip->picture, place, &strip->colors);
    }
    return status;
}

/* Says where the detail is, and which picture is the detail. */
static void draw_marker(const page *picture, box place)
{
    cairo_t *cairo = picture->cairo;
    cairo_set_source_rgb(cairo, 0.95, 0.55, 0.1);
    cairo_set_line_width(cairo, 1.5);
    cairo_rectangle(cairo, place.x - 0.5, place.y - 0.5, place.width + 1, place.height + 1);
    cairo_stroke(cairo);
}

/* The whole image: made smaller beforehand without aliasing, or larger pixel by pixel. */
static ond_status draw_whole(strip_page *strip, const panel *shown, box place)
{
    const ond_array *image = shown->image;
    ond_status status = OND_OK;
    if (strip->zoom < 1) {
        status = ond_image_resize(image, (size_t)place.height, (size_t)place.width, &strip->smaller);
        image = &strip->smaller;
    }
    if (status == OND_OK) {
        const size_t *size = image->shape + image->rank - 2;
        box part = {0, 0, (double)size[1], (double)size[0]};
        status = draw_part(strip, shown, image, part, place);
    }
    return status;
}

static ond_status draw_detail(strip_page *strip, const panel *shown, box above)
{
    box part = {(double)strip->column, (double)strip->row, (double)strip->detail_width, (double)strip->detail_height};
    box marker = {above.x + part.x * strip->zoom, above.y + part.y * strip->zoom, part.width * strip->zoom,
                  part.height * strip->zoom};
    box place = {above.x, above.y + above.height + GAP, above.width, above.height};
    ond_status status = draw_part(strip, shown, shown->image, part, place);
    draw_marker(&strip->picture, marker);
    draw_marker(&strip->picture, place);
    return status;
}

static ond_status draw_panel(strip_page *strip, int index)
{
    const panel *shown = &strip->panels[index];
    box place = {MARGIN + index * strip->step, MARGIN + TITLE, strip->panel_width, strip->panel_height};
    picture_text(&strip->picture, place.x, MARGIN + 14, (text_style){16, true, TEXT_LEFT}, shown->title);
    if (shown->facts) {
        picture_text(&strip->picture, place.x, MARGIN + 34, (text_style){13, false, TEXT_LEFT}, shown->facts);
    }
    ond_status status = draw_whole(strip, shown, place);
    if (status == OND_OK && strip->detail_height) {
        status = draw_detail(strip, shown, place);
    }
    return status;
}

/* Sum of squared steps between neighbours in the first channel: where there is something to see. */
static double activity(const ond_array *image, box part)
{
    size_t width = image->shape[image->rank - 1];
    double sum = 0;
    for (size_t row = 1; row < (size_t)part.height; row++) {
        const float *line = image->data + ((size_t)part.y + row) * width + (size_t)part.x;
        for (size_t column = 1; column < (size_t)part.width; column++) {
            double across = (double)line[column] - (double)line[column - 1];
            double down = (double)line[column] - (double)*(line + column - width);
            sum += sqrt(across * across + down * down);
        }
    }
    return sum;
}

static void choose_detail(strip_page *strip, const ond_array *image)
{
    enum { PLACES = 9 };
    size_t height = (size_t)(strip->panel_height / DETAIL_ZOOM), width = (size_t)(strip->panel_width / DETAIL_ZOOM);
    double most = -1;
    if (height < SMALLEST_DETAIL || width < SMALLEST_DETAIL || 2 * height > strip->height || 2 * width > strip->width) {
        return;
    }
    strip->detail_height = height;
    strip->detail_width = width;
    for (size_t i = 0; i < PLACES * PLACES; i++) {
        size_t row = (i / PLACES + 1) * (strip->height - height) / (PLACES + 1);
        size_t column = (i % PLACES + 1) * (strip->width - width) / (PLACES + 1);
        double found = activity(image, (box){(double)column, (double)row, (double)width, (double)height});
        if (found > most) {
            most = found;
            strip->row = row;
            strip->column = column;
        }
    }
}

static bool lay_out(strip_page *strip, const ond_array *image)
{
    const size_t *size = image->shape + image->rank - 2;
    strip->height = size[0];
    strip->width = size[1];
    double largest = (double)(size[0] > size[1] ? size[0] : size[1]);
    strip->zoom = LARGEST_PANEL / largest;
    strip->zoom = strip->zoom > 1 ? fmin(floor(strip->zoom), LARGEST_ZOOM) : strip->zoom;
    strip->panel_height = fmax(1, round((double)size[0] * strip->zoom));
    strip->panel_width = fmax(1, round((double)size[1] * strip->zoom));
    strip->step = fmax(strip->panel_width, SMALLEST_COLUMN) + GAP;
    choose_detail(strip, image);
    double rows = strip->detail_height ? 2 * strip->panel_height + GAP : strip->panel_height;
    double width = 2 * MARGIN + strip->count * strip->step - GAP, height = 2 * MARGIN + TITLE + rows;
    return picture_create((int)width, (int)height, &strip->picture);
}

/* How much the difference is amplified so that two standard deviations of it reach white: 1, 2, 4, 8 … */
static double amplify(const ond_array *difference, double range)
{
    enum { MOST = 64 };
    size_t count = ond_array_count(difference);
    double squares = 0, factor = 1;
    for (size_t i = 0; i < count; i++) {
        squares += (double)difference->data[i] * (double)difference->data[i];
    }
    double deviation = sqrt(squares / (double)count);
    while (deviation > 0 && factor < MOST && 2 * factor * 2 * deviation <= range / 2) {
        factor *= 2;
    }
    return factor;
}

static ond_status subtract(const strip_images *images, ond_array *difference)
{
    ond_status status = ond_array_resize(difference, images->noisy->rank, images->noisy->shape);
    size_t count = status == OND_OK ? ond_array_count(difference) : 0;
    for (size_t i = 0; i < count; i++) {
        difference->data[i] = images->noisy->data[i] - images->clean->data[i];
    }
    return status;
}

static ond_status draw_strip(strip_page *strip, const strip_images *images, picture_sink sink)
{
    double lowest = images->range.lowest, highest = images->range.peak, range = highest - lowest;
    char facts[64];
    ond_status status = subtract(images, &strip->difference);
    if (status != OND_OK) {
        return status;
    }
    double factor = amplify(&strip->difference, range);
    snprintf(facts, sizeof facts, "noisy − denoised, × %g", factor);
    strip->panels[strip->count++] = (panel){"noisy", images->noisy_facts, images->noisy, lowest, highest};
    strip->panels[strip->count++] = (panel){"denoised", images->clean_facts, images->clean, lowest, highest};
    if (images->reference) {
        strip->panels[strip->count++] = (panel){"reference", NULL, images->reference, lowest, highest};
    }
    double reach = range / 2 / factor;
    strip->panels[strip->count++] = (panel){"removed", facts, &strip->difference, -reach, reach};
    if (!lay_out(strip, images->reference ? images->reference : images->clean)) {
        return OND_ERROR_MEMORY;
    }
    for (int i = 0; i < strip->count && status == OND_OK; i++) {
        status = draw_panel(strip, i);
    }
    return status ? status : sink.take(sink.context, &strip->picture);
}

ond_status strip_draw(const strip_images *images, picture_sink sink)
{
    strip_page strip = {.count = 0};
    ond_status status = draw_strip(&strip, images, sink);
    picture_destroy(&strip.picture);
    ond_array_free(&strip.difference);
    ond_array_free(&strip.smaller);
    ond_array_free(&strip.colors);
    return status;
}
