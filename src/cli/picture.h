/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_PICTURE_H
#define OND_CLI_PICTURE_H

#include <ondelet/ondelet.h>

#include <cairo.h>

/* A picture with text and maps, drawn by cairo. Lengths are pixels, from the top left corner. */
typedef struct page {
    cairo_surface_t *surface;
    cairo_t *cairo;
} page;

typedef struct box {
    double x, y, width, height;
} box;

typedef enum text_align { TEXT_LEFT, TEXT_CENTER, TEXT_RIGHT } text_align;

typedef struct text_style {
    double size;
    bool bold;
    text_align align;
} text_style;

/* Colours of numbers: diverging has its neutral middle at the middle of the range, sequential goes from dark to light.
 */
typedef enum color_map { MAP_DIVERGING, MAP_SEQUENTIAL } color_map;

typedef struct map_range {
    color_map map;
    double lowest, highest;
} map_range;

/* A white picture; false when there is no memory. */
bool picture_create(int width, int height, page *picture);
void picture_destroy(page *picture);

/* `y` is the base line. */
void picture_text(const page *picture, double x, double y, text_style style, const char *text);

/* The same in gray: 0 is black, 1 white. */
void picture_text_gray(const page *picture, double x, double y, text_style style, const char *text, double gray);

/* A [height, width] array as colours, with a thin frame. */
void picture_map(const page *picture, box place, const ond_array *array, map_range range);
/* Without the frame. */
void picture_map_bare(const page *picture, box place, const ond_array *array, map_range range);

/* A [3, height, width] array of red, green and blue, 0…1, each sample a square. */
void picture_pixels(const page *picture, box place, const ond_array *colors);

/* An upright scale of the colours with its numbers at the right. */
void picture_scale(const page *picture, box place, map_range range);

/* A sector of a ring around a point in the colour of a value; angles in radians from the right, downwards. */
typedef struct sector {
    double x, y, inner, outer, begin_rad, end_rad;
} sector;
void picture_sector(const page *picture, sector place, double value, map_range range);

/* Where a finished picture goes. */
typedef struct picture_sink {
    ond_status (*take)(void *context, const page *picture);
    void *context;
} picture_sink;

/* To a file; the path must stay where it is. */
picture_sink picture_to_file(const char *const *path);

/* As PNG in base64, for pages that carry their pictures. */
ond_status picture_embed(const page *picture, ond_file *file);

/* PNG, or SVG where the path ends so; beside its place and renamed; "-" is standard output. */
ond_status picture_write(const page *picture, const char *path);

#endif
