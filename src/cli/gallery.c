/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/gallery.h"

#include "cli/columns.h"
#include "cli/picture.h"
#include "cli/report.h"
#include "cli/tiling.h"

#include <math.h>
#include <stdio.h>

/* Pixels of the page. */
enum {
    MARGIN = 28,
    TITLE = 64,
    HEADER = 48,
    LABELS = 96,
    GAP = 6,
    PANEL = 300,
    PANEL_GAP = 44,
    SCALE_WIDTH = 18,
    FOOTER = 24
};
/* Larger grids are drawn on a smaller one. */
enum { LARGEST_GRID = 512 };

static const double degrees = 57.295779513082321;

/* Two blocks of tiles under each other, with the Littlewood–Paley sum beside them. */
typedef struct gallery_page {
    page picture;
    const gallery_facts *facts;
    const ond_filters *filters; /* on the grid that is drawn */
    angle_columns columns;
    int rows;
    double tile;
    double tops[2]; /* of the tiles in space and in frequency */
    ond_array spectrum, shifted, impulse, response, crop, tiling;
} gallery_page;

static text_style style(double size, text_align align)
{
    return (text_style){size, false, align};
}

static box tile_at(const gallery_page *gallery, int block, int row, int column)
{
    double step = gallery->tile + GAP;
    return (box){MARGIN + LABELS + column * step, gallery->tops[block] + row * step, gallery->tile, gallery->tile};
}

/* Zero frequency in the middle. */
static ond_status shift(const ond_array *spectrum, ond_array *shifted)
{
    size_t height = spectrum->shape[0], width = spectrum->shape[1];
    ond_status status = ond_array_resize(shifted, 2, spectrum->shape);
    for (size_t row = 0; status == OND_OK && row < height; row++) {
        const float *from = spectrum->data + (row + height - height / 2) % height * width;
        for (size_t column = 0; column < width; column++) {
            shifted->data[row * width + column] = fabsf(from[(column + width - width / 2) % width]);
        }
    }
    return status;
}

static double peak_of(const ond_array *array)
{
    double peak = 0;
    size_t count = ond_array_count(array);
    for (size_t i = 0; i < count; i++) {
        peak = fmax(peak, fabs((double)array->data[i]));
    }
    return peak;
}

/* The filter's real part in space, its middle in the middle of the grid: what it makes of an impulse there. */
static ond_status respond(gallery_page *gallery, size_t index)
{
    size_t height = ond_filters_height(gallery->filters), width = ond_filters_width(gallery->filters);
    size_t shape[3] = {1, height, width};
    ond_filter_info info = ond_filters_info(gallery->filters, index);
    ond_array spectrum = ond_array_view(gallery->spectrum.data, 3, shape);
    ond_filters *one = NULL;
    ond_status status = ond_array_resize(&gallery->impulse, 2, shape + 1);
    for (size_t i = 0; status == OND_OK && i < height * width; i++) {
        gallery->impulse.data[i] = i == height / 2 * width + width / 2;
    }
    if (status == OND_OK) {
        status = ond_filters_create("one", &spectrum, &info, &one);
    }
    if (status == OND_OK) {
        status = ond_filters_analysis(one, &gallery->impulse, &gallery->response);
    }
    ond_filters_destroy(one);
    return status;
}

/* Half the width of what is shown of a filter in space: it grows with the scale. */
static size_t half_width(const gallery_page *gallery, int scale)
{
    size_t height = ond_filters_height(gallery->filters), width = ond_filters_width(gallery->filters);
    size_t largest = (height < width ? height : width) / 2;
    size_t wanted = scale < 16 ? (size_t)5 << scale : largest;
    wanted = wanted < 8 ? 8 : wanted;
    return wanted < largest ? wanted : largest;
}

static ond_status crop_response(gallery_page *gallery, int scale)
{
    size_t half = half_width(gallery, scale), side = 2 * half + 1;
    size_t height = ond_filters_height(gallery->filters), width = ond_filters_width(gallery->filters);
    size_t shape[2] = {side < height ? side : height, side < width ? side : width};
    ond_status status = ond_array_resize(&gallery->crop, 2, shape);
    for (size_t row = 0; status == OND_OK && row < shape[0]; row++) {
        const float *from = gallery->response.data + (height / 2 - half + row) * width + width / 2 - half;
        for (size_t column = 0; column < shape[1]; column++) {
            gallery->crop.data[row * shape[1] + column] = from[column];
        }
    }
    return status;
}

/* The low-pass of scale J is as wide as the coarsest band-pass. */
static int shown_scale(const ond_filter_info *info)
{
    return info->kind == OND_FILTER_LOW_PASS && info->scale > 0 ? info->scale - 1 : info->scale;
}

static ond_status draw_filter(gallery_page *gallery, size_t index, int row, int column)
{
    ond_filter_info info = ond_filters_info(gallery->filters, index);
    ond_status status = ond_filters_spectrum(gallery->filters, index, &gallery->spectrum);
    status = status ? status : shift(&gallery->spectrum, &gallery->shifted);
    status = status ? status : respond(gallery, index);
    status = status ? status : crop_response(gallery, shown_scale(&info));
    if (status != OND_OK) {
        return status;
    }
    double peak = peak_of(&gallery->crop);
    map_range space = {MAP_DIVERGING, -peak, peak}, frequency = {MAP_SEQUENTIAL, 0, peak_of(&gallery->shifted)};
    picture_map(&gallery->picture, tile_at(gallery, 0, row, column), &gallery->crop, space);
    picture_map(&gallery->picture, tile_at(gallery, 1, row, column), &gallery->shifted, frequency);
    return OND_OK;
}

/* "j = 2" and the width of its tiles in pixels. */
static void label_row(const gallery_page *gallery, int row, const char *name, int scale)
{
    char text[48];
    for (int block = 0; block < 2; block++) {
        box first = tile_at(gallery, block, row, 0);
        double middle = first.y + first.height / 2;
        picture_text(&gallery->picture, first.x - 14, middle - (block == 0 ? 2 : -4), style(14, TEXT_RIGHT), name);
        if (block == 0) {
            snprintf(text, sizeof text, "%zu px", 2 * half_width(gallery, scale) + 1);
            picture_text(&gallery->picture, first.x - 14, middle + 15, style(11, TEXT_RIGHT), text);
        }
    }
}

static void label_column(const gallery_page *gallery, int column, double angle_rad)
{
    char text[32];
    double angle = round(angle_rad * degrees * 10) / 10;
    snprintf(text, sizeof text, "%s%.4g°", angle < 0 ? "−" : "", fabs(angle));
    for (int block = 0; block < 2; block++) {
        box first = tile_at(gallery, block, 0, column);
        picture_text(&gallery->picture, first.x + first.width / 2, first.y - 8, style(12, TEXT_CENTER), text);
    }
}

/* Draws the filters of one scale and returns the index of the next one. */
static ond_status draw_row(gallery_page *gallery, size_t *index, int row)
{
    bool taken[MOST_COLUMNS] = {false};
    int scale = ond_filters_info(gallery->filters, *index).scale;
    char name[32];
    snprintf(name, sizeof name, "j = %d", scale);
    label_row(gallery, row, name, scale);
    for (; is_band_pass(gallery->filters, *index); (*index)++) {
        ond_filter_info info = ond_filters_info(gallery->filters, *index);
        int column = info.scale == scale ? columns_find(&gallery->columns, info.angle_rad, taken) : -1;
        if (info.scale != scale) {
            break;
        }
        if (column < 0) {
            continue;
        }
        taken[column] = true;
        ond_status status = draw_filter(gallery, *index, row, column);
        if (status != OND_OK) {
            return status;
        }
    }
    return OND_OK;
}

static ond_status draw_filters(gallery_page *gallery)
{
    for (int column = 0; column < gallery->columns.count; column++) {
        label_column(gallery, column, gallery->columns.angles[column]);
    }
    size_t index = 0;
    for (int row = 0; is_band_pass(gallery->filters, index); row++) {
        ond_status status = draw_row(gallery, &index, row);
        if (status != OND_OK) {
            return status;
        }
    }
    if (index == ond_filters_count(gallery->filters)) {
        return OND_OK;
    }
    ond_filter_info low = ond_filters_info(gallery->filters, index);
    label_row(gallery, gallery->rows - 1, "low-pass", shown_scale(&low));
    return draw_filter(gallery, index, gallery->rows - 1, 0);
}

static void draw_titles(const gallery_page *gallery)
{
    const gallery_facts *facts = gallery->facts;
    char text[160];
    snprintf(text, sizeof text, "%s filters, J = %d scales, L = %s orientations", ond_filters_name(gallery->filters),
             facts->scales, facts->orientations);
    text[0] = (char)(text[0] - 'a' + 'A');
    picture_text(&gallery->picture, MARGIN, MARGIN + 18, (text_style){20, true, TEXT_LEFT}, text);
    snprintf(text, sizeof text, "frame bounds A = %.6f, B = %.6f on a grid of %zu × %zu", facts->lower, facts->upper,
             facts->height, facts->width);
    picture_text(&gallery->picture, MARGIN, MARGIN + 42, style(14, TEXT_LEFT), text);
    double x = MARGIN + LABELS;
    text_style bold = {14, true, TEXT_LEFT};
    picture_text(&gallery->picture, x, gallery->tops[0] - 28, bold, "Real part in space (blue −, red +)");
    picture_text(&gallery->picture, x, gallery->tops[1] - 28, bold,
                 "Modulus of the spectrum (−π…π, zero in the middle)");
}

static void label_frequencies(const gallery_page *gallery, box panel)
{
    static const char *const names[] = {"−π", "0", "π"};
    for (int i = 0; i < 3; i++) {
        double x = panel.x + panel.width * i / 2, y = panel.y + panel.height * i / 2;
        picture_text(&gallery->picture, x, panel.y + panel.height + 18, style(12, TEXT_CENTER), names[i]);
        picture_text(&gallery->picture, panel.x - 8, y + 4, style(12, TEXT_RIGHT), names[i]);
    }
}

/* The panels at the right, the upper one first. */
static box panel_at(const gallery_page *gallery, int place)
{
    return (box){MARGIN + LABELS + gallery->columns.count * (gallery->tile + GAP) + PANEL_GAP,
                 gallery->tops[0] + place * (PANEL + HEADER + FOOTER), PANEL, PANEL};
}

static ond_status draw_sum(gallery_page *gallery, const ond_filters *whole)
{
    ond_array *sum = &gallery->spectrum;
    ond_array_free(sum);
    ond_status status = ond_filters_littlewood_paley(whole, sum);
    status = status ? status : shift(sum, &gallery->shifted);
    if (status != OND_OK) {
        return status;
    }
    box panel = panel_at(gallery, 0);
    map_range range = {MAP_SEQUENTIAL, 0, fmax(1, gallery->facts->upper)};
    picture_text(&gallery->picture, panel.x, panel.y - 28, (text_style){14, true, TEXT_LEFT}, "Littlewood–Paley sum");
    picture_text(&gallery->picture, panel.x, panel.y - 10, style(12, TEXT_LEFT), "|φ̂|² + ½ Σ (|ψ̂(ω)|² + |ψ̂(−ω)|²)");
    picture_map(&gallery->picture, panel, &gallery->shifted, range);
    box scale = {panel.x + panel.width + 14, panel.y, SCALE_WIDTH, panel.height};
    picture_scale(&gallery->picture, scale, range);
    label_frequencies(gallery, panel);
    return OND_OK;
}

static ond_status draw_tiling(gallery_page *gallery)
{
    ond_status status = tiling_paint(gallery->filters, &gallery->tiling);
    if (status != OND_OK) {
        return status;
    }
    box panel = panel_at(gallery, 1);
    picture_text(&gallery->picture, panel.x, panel.y - 28, (text_style){14, true, TEXT_LEFT}, "Frequency tiling");
    picture_text(&gallery->picture, panel.x, panel.y - 10, style(12, TEXT_LEFT),
                 "the largest filter at each frequency, hue = angle");
    picture_pixels(&gallery->picture, panel, &gallery->tiling);
    label_frequencies(gallery, panel);
    return OND_OK;
}

static int count_rows(const ond_filters *filters)
{
    int rows = 1;
    for (size_t i = 0; is_band_pass(filters, i); i++) {
        rows += i == 0 || ond_filters_info(filters, i).scale != ond_filters_info(filters, i - 1).scale;
    }
    return rows;
}

static bool lay_out(gallery_page *gallery)
{
    gallery->columns = columns_choose(gallery->filters, gallery->facts->most_orientations);
    gallery->rows = count_rows(gallery->filters);
    gallery->tile = gallery->columns.count > 8 ? 64 : 88;
    double block = gallery->rows * (gallery->tile + GAP);
    gallery->tops[0] = MARGIN + TITLE + HEADER;
    gallery->tops[1] = gallery->tops[0] + block + HEADER + GAP;
    box last = panel_at(gallery, 1);
    double width = last.x + PANEL + SCALE_WIDTH + 64 + MARGIN;
    double height = fmax(gallery->tops[1] + block, last.y + PANEL + FOOTER) + FOOTER;
    return picture_create((int)width, (int)height, &gallery->picture);
}

static ond_status draw(gallery_page *gallery, const ond_filters *whole, picture_sink sink)
{
    draw_titles(gallery);
    ond_status status = draw_filters(gallery);
    status = status ? status : draw_sum(gallery, whole);
    status = status ? status : draw_tiling(gallery);
    return status ? status : sink.take(sink.context, &gallery->picture);
}

static size_t drawn_size(size_t size)
{
    return size < LARGEST_GRID ? size : LARGEST_GRID;
}

ond_status gallery_draw(const ond_filters *filters, const gallery_facts *facts, picture_sink sink)
{
    ond_filters *drawn = NULL;
    ond_status status = ond_filters_remake(filters, drawn_size(ond_filters_height(filters)),
                                           drawn_size(ond_filters_width(filters)), &drawn);
    gallery_page gallery = {.facts = facts, .filters = drawn};
    if (status == OND_OK) {
        status = lay_out(&gallery) ? draw(&gallery, filters, sink) : OND_ERROR_MEMORY;
        picture_destroy(&gallery.picture);
    }
    ond_array_free(&gallery.spectrum);
    ond_array_free(&gallery.shifted);
    ond_array_free(&gallery.impulse);
    ond_array_free(&gallery.response);
    ond_array_free(&gallery.crop);
    ond_array_free(&gallery.tiling);
    ond_filters_destroy(drawn);
    return status;
}
