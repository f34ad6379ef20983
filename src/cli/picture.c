/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/picture.h"

#include "cli/report.h"

#include <cairo-svg.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { STOPS = 7 };

static const double diverging[STOPS][3] = {
    {0.08, 0.16, 0.42}, {0.18, 0.42, 0.74}, {0.62, 0.79, 0.92}, {0.97, 0.97, 0.96},
    {0.96, 0.72, 0.58}, {0.82, 0.29, 0.25}, {0.42, 0.05, 0.12},
};
static const double sequential[STOPS][3] = {
    {0.05, 0.04, 0.12}, {0.16, 0.11, 0.37}, {0.16, 0.29, 0.56}, {0.10, 0.50, 0.57},
    {0.25, 0.70, 0.45}, {0.76, 0.84, 0.29}, {1.00, 0.98, 0.74},
};

/* The colour of a value, as cairo's RGB24. */
static uint32_t color_of(double value, map_range range)
{
    const double(*stops)[3] = range.map == MAP_DIVERGING ? diverging : sequential;
    double width = range.highest - range.lowest;
    double share = width > 0 ? (value - range.lowest) / width : 0.5;
    share = fmin(fmax(share, 0), 1) * (STOPS - 1);
    int stop = share >= STOPS - 1 ? STOPS - 2 : (int)share;
    double part = share - stop;
    uint32_t color = 0;
    for (int i = 0; i < 3; i++) {
        double level = (1 - part) * stops[stop][i] + part * stops[stop + 1][i];
        color = color << 8 | (uint32_t)lround(255 * level);
    }
    return color;
}

/* What is drawn is kept as it is drawn, and becomes pixels or lines when it is written. */
bool picture_create(int width, int height, page *picture)
{
    cairo_rectangle_t extents = {0, 0, width, height};
    cairo_font_options_t *fonts = cairo_font_options_create();
    picture->surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &extents);
    picture->cairo = cairo_create(picture->surface);
    cairo_font_options_set_hint_style(fonts, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_antialias(fonts, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(picture->cairo, fonts);
    cairo_font_options_destroy(fonts);
    cairo_set_source_rgb(picture->cairo, 1, 1, 1);
    cairo_paint(picture->cairo);
    return cairo_status(picture->cairo) == CAIRO_STATUS_SUCCESS;
}

void picture_destroy(page *picture)
{
    cairo_destroy(picture->cairo);
    cairo_surface_finish(picture->surface); /* cairo 1.16 keeps what an SVG file was made of, unless it is empty */
    cairo_surface_destroy(picture->surface);
    picture->cairo = NULL;
    picture->surface = NULL;
}

/* Leaves the colour to the caller. */
static void show_text(const page *picture, double x, double y, text_style style, const char *text)
{
    cairo_t *cairo = picture->cairo;
    cairo_text_extents_t extents;
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, style.size);
    cairo_text_extents(cairo, text, &extents);
    double left = style.align == TEXT_LEFT ? 0 : style.align == TEXT_CENTER ? extents.x_advance / 2 : extents.x_advance;
    cairo_move_to(cairo, x - left, y);
    cairo_show_text(cairo, text);
}

void picture_text(const page *picture, double x, double y, text_style style, const char *text)
{
    cairo_set_source_rgb(picture->cairo, 0.13, 0.13, 0.15);
    show_text(picture, x, y, style, text);
}

void picture_text_gray(const page *picture, double x, double y, text_style style, const char *text, double gray)
{
    cairo_set_source_rgb(picture->cairo, gray, gray, gray);
    show_text(picture, x, y, style, text);
}

static void frame(cairo_t *cairo, box place)
{
    cairo_set_source_rgb(cairo, 0.62, 0.62, 0.65);
    cairo_set_line_width(cairo, 1);
    cairo_rectangle(cairo, place.x - 0.5, place.y - 0.5, place.width + 1, place.height + 1);
    cairo_stroke(cairo);
}

/* The colour of sample `index` of an array. */
typedef uint32_t (*sample_color)(const ond_array *array, size_t index, map_range range);

static uint32_t mapped_color(const ond_array *array, size_t index, map_range range)
{
    return color_of((double)array->data[index], range);
}

static uint32_t own_color(const ond_array *array, size_t index, map_range range)
{
    (void)range;
    size_t plane = array->shape[1] * array->shape[2];
    uint32_t color = 0;
    for (size_t i = 0; i < 3; i++) {
        color = color << 8 | (uint32_t)lround(255 * fmin(fmax((double)array->data[i * plane + index], 0), 1));
    }
    return color;
}

/* Each sample as `zoom` x `zoom` pixels. */
static cairo_surface_t *colored(const ond_array *array, sample_color color, map_range range, size_t zoom)
{
    size_t height = array->shape[array->rank - 2], width = array->shape[array->rank - 1];
    cairo_surface_t *surface
        = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(zoom * width), (int)(zoom * height));
    unsigned char *pixels = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    cairo_surface_flush(surface);
    for (size_t row = 0; pixels && row < zoom * height; row++) {
        uint32_t *line = (uint32_t *)(void *)(pixels + row * stride);
        for (size_t column = 0; column < zoom * width; column++) {
            line[column] = color(array, row / zoom * width + column / zoom, range);
        }
    }
    cairo_surface_mark_dirty(surface);
    return surface;
}

/* Stretches a surface over a box. */
static void place_surface(const page *picture, box place, cairo_surface_t *surface, cairo_filter_t filter)
{
    cairo_t *cairo = picture->cairo;
    cairo_save(cairo);
    cairo_rectangle(cairo, place.x, place.y, place.width, place.height);
    cairo_clip(cairo);
    cairo_translate(cairo, place.x, place.y);
    cairo_scale(cairo, place.width / cairo_image_surface_get_width(surface),
                place.height / cairo_image_surface_get_height(surface));
    cairo_set_source_surface(cairo, surface, 0, 0);
    /* Without padding the border would be mixed with transparent paper. */
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
    cairo_pattern_set_filter(cairo_get_source(cairo), filter);
    cairo_paint(cairo);
    cairo_restore(cairo);
    cairo_surface_destroy(surface);
}

void picture_map_bare(const page *picture, box place, const ond_array *array, map_range range)
{
    place_surface(picture, place, colored(array, mapped_color, range, 1), CAIRO_FILTER_GOOD);
}

void picture_map(const page *picture, box place, const ond_array *array, map_range range)
{
    picture_map_bare(picture, place, array, range);
    frame(picture->cairo, place);
}

void picture_pixels(const page *picture, box place, const ond_array *colors)
{
    size_t width = colors->shape[2];
    double zoom = place.width / (double)width;
    map_range none = {MAP_SEQUENTIAL, 0, 1};
    /* Squares of many pixels: what enlarges an SVG file would blur single ones. */
    place_surface(picture, place, colored(colors, own_color, none, zoom > 1 ? (size_t)ceil(zoom) : 1),
                  zoom >= 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    frame(picture->cairo, place);
}

void picture_scale(const page *picture, box place, map_range range)
{
    enum { STEPS = 128, TICKS = 5 };
    float values[STEPS];
    for (int i = 0; i < STEPS; i++) {
        values[i] = (float)(range.highest - (range.highest - range.lowest) * (i + 0.5) / STEPS);
    }
    size_t shape[2] = {STEPS, 1};
    ond_array column = ond_array_view(values, 2, shape);
    picture_map(picture, place, &column, range);
    for (int i = 0; i < TICKS; i++) {
        double share = (double)i / (TICKS - 1);
        double y = place.y + place.height * (1 - share);
        char text[32];
        snprintf(text, sizeof text, "%.3g", range.lowest + share * (range.highest - range.lowest));
        picture_text(picture, place.x + place.width + 8, y + 4, (text_style){12, false, TEXT_LEFT}, text);
    }
}

void picture_sector(const page *picture, sector place, double value, map_range range)
{
    cairo_t *cairo = picture->cairo;
    uint32_t color = color_of(value, range);
    cairo_new_path(cairo);
    cairo_arc(cairo, place.x, place.y, place.outer, place.begin_rad, place.end_rad);
    cairo_arc_negative(cairo, place.x, place.y, place.inner, place.end_rad, place.begin_rad);
    cairo_close_path(cairo);
    cairo_set_source_rgb(cairo, (color >> 16 & 255) / 255.0, (color >> 8 & 255) / 255.0, (color & 255) / 255.0);
    cairo_fill(cairo);
}

static cairo_status_t write_piece(void *file, const unsigned char *data, unsigned int bytes)
{
    return ond_file_write(file, data, bytes) ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Draws what was drawn on a page once more. */
static bool replay(const page *picture, cairo_surface_t *surface)
{
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_surface(cairo, picture->surface, 0, 0);
    cairo_paint(cairo);
    bool fine = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    return fine;
}

static cairo_rectangle_t extents_of(const page *picture)
{
    cairo_rectangle_t extents = {0, 0, 1, 1};
    cairo_recording_surface_get_extents(picture->surface, &extents);
    return extents;
}

static bool put_png(const page *picture, cairo_write_func_t put, void *context)
{
    cairo_rectangle_t extents = extents_of(picture);
    cairo_surface_t *pixels = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)extents.width, (int)extents.height);
    bool fine
        = replay(picture, pixels) && cairo_surface_write_to_png_stream(pixels, put, context) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(pixels);
    return fine;
}

static bool put_svg(const page *picture, cairo_write_func_t put, void *context)
{
    cairo_rectangle_t extents = extents_of(picture);
    cairo_surface_t *drawing = cairo_svg_surface_create_for_stream(put, context, extents.width, extents.height);
    cairo_svg_surface_set_document_unit(drawing, CAIRO_SVG_UNIT_PX);
    bool fine = replay(picture, drawing);
    cairo_surface_finish(drawing);
    fine = fine && cairo_surface_status(drawing) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(drawing);
    return fine;
}

ond_status picture_write(const page *picture, const char *path)
{
    ond_file *file = NULL;
    ond_status status = ond_file_create(path, &file);
    if (status != OND_OK) {
        return status;
    }
    bool fine = has_ending(path, ".svg") ? put_svg(picture, write_piece, file) : put_png(picture, write_piece, file);
    if (!fine) {
        ond_file_destroy(file);
        return OND_ERROR_IO;
    }
    return ond_file_finish(&file);
}

/* Groups of three bytes that come in pieces of any length. */
typedef struct base64_writer {
    ond_file *file;
    unsigned char group[3];
    int held;
} base64_writer;

static ond_status put_group(base64_writer *writer)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = (uint32_t)writer->group[0] << 16 | (uint32_t)writer->group[1] << 8 | writer->group[2];
    char text[4] = {letters[bits >> 18], letters[bits >> 12 & 63], letters[bits >> 6 & 63], letters[bits & 63]};
    for (int i = writer->held + 1; i < 4; i++) {
        text[i] = '=';
    }
    *writer = (base64_writer){.file = writer->file};
    return ond_file_write(writer->file, text, sizeof text);
}

static cairo_status_t embed_piece(void *context, const unsigned char *data, unsigned int bytes)
{
    base64_writer *writer = context;
    for (unsigned int i = 0; i < bytes; i++) {
        writer->group[writer->held++] = data[i];
        if (writer->held == 3 && put_group(writer) != OND_OK) {
            return CAIRO_STATUS_WRITE_ERROR;
        }
    }
    return CAIRO_STATUS_SUCCESS;
}

ond_status picture_embed(const page *picture, ond_file *file)
{
    base64_writer writer = {.file = file};
    if (!put_png(picture, embed_piece, &writer)) {
        return OND_ERROR_IO;
    }
    return writer.held ? put_group(&writer) : OND_OK;
}

static ond_status take_to_file(void *context, const page *picture)
{
    const char *const *path = context;
    return picture_write(picture, *path);
}

picture_sink picture_to_file(const char *const *path)
{
    /* The context of a sink is not const in general; this one is only read. */
    return (picture_sink){take_to_file, (void *)(uintptr_t)path};
}
