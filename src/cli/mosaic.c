/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/mosaic.h"

#include <math.h>
#include <stdio.h>

/* Pixels of the page. */
enum { MARGIN = 28, LABELS = 64, TITLE = 68, GAP = 4, WIDE = 100, BLOCK = 264, BLOCK_GAP = 30, NARROW = 9 };

typedef struct mosaic_page {
    page picture;
    const ond_scattering *scattering;
    const ond_array *features;
    ond_array root; /* of one map */
    int scales, orientations;
    double aspect; /* height of a tile over its width */
    double tile, small_tile, second_top;
} mosaic_page;

static text_style style(double size, text_align align)
{
    return (text_style){size, false, align};
}

static ond_array map_of(const mosaic_page *mosaic, size_t channel)
{
    const size_t *shape = mosaic->features->shape;
    return ond_array_view(mosaic->features->data + channel * shape[1] * shape[2], 2, shape + 1);
}

/* Whether a path belongs to a row of order 1 (second < 0) or to a block of order 2. */
static bool is_of(const ond_scattering_path *path, int first, int second)
{
    return path->order == (second < 0 ? 1 : 2) && path->scale[0] == first && (second < 0 || path->scale[1] == second);
}

/* Black to the brightest of what is drawn together. */
static map_range range_of(const mosaic_page *mosaic, int first, int second)
{
    map_range range = {MAP_SEQUENTIAL, 0, 0};
    for (size_t i = 0; i < ond_scattering_paths(mosaic->scattering); i++) {
        ond_scattering_path path = ond_scattering_path_at(mosaic->scattering, i);
        ond_array map = map_of(mosaic, i);
        for (size_t k = 0; is_of(&path, first, second) && k < ond_array_count(&map); k++) {
            range.highest = fmax(range.highest, (double)map.data[k]);
        }
    }
    return range;
}

static double order1_row(const mosaic_page *mosaic, int scale)
{
    return MARGIN + TITLE + scale * (mosaic->tile * mosaic->aspect + GAP);
}

static double block_width(const mosaic_page *mosaic)
{
    return mosaic->orientations * mosaic->small_tile;
}

static double block_left(const mosaic_page *mosaic, int second)
{
    return MARGIN + LABELS + (second - 1) * (block_width(mosaic) + BLOCK_GAP);
}

static double block_top(const mosaic_page *mosaic, int first)
{
    return mosaic->second_top + TITLE + first * (block_width(mosaic) * mosaic->aspect + BLOCK_GAP);
}

/* Where a path's map lies. */
static box place_of(const mosaic_page *mosaic, const ond_scattering_path *path)
{
    if (path->order == 1) {
        return (box){MARGIN + LABELS + path->orientation[0] * (mosaic->tile + GAP), order1_row(mosaic, path->scale[0]),
                     mosaic->tile, mosaic->tile * mosaic->aspect};
    }
    double width = mosaic->small_tile, height = width * mosaic->aspect;
    return (box){block_left(mosaic, path->scale[1]) + path->orientation[1] * width,
                 block_top(mosaic, path->scale[0]) + path->orientation[0] * height, width - 1, height - 1};
}

static void draw_maps(const mosaic_page *mosaic, int first, int second)
{
    map_range range = range_of(mosaic, first, second);
    range.highest = sqrt(range.highest);
    for (size_t i = 0; i < ond_scattering_paths(mosaic->scattering); i++) {
        ond_scattering_path path = ond_scattering_path_at(mosaic->scattering, i);
        if (is_of(&path, first, second)) {
            ond_array map = map_of(mosaic, i);
            for (size_t k = 0; k < ond_array_count(&map); k++) {
                mosaic->root.data[k] = sqrtf(fmaxf(map.data[k], 0));
            }
            picture_map_bare(&mosaic->picture, place_of(mosaic, &path), &mosaic->root, range);
        }
    }
}

static void draw_title(const mosaic_page *mosaic, double top, const char *title, const char *text)
{
    picture_text(&mosaic->picture, MARGIN + LABELS, top + 14, (text_style){16, true, TEXT_LEFT}, title);
    picture_text(&mosaic->picture, MARGIN + LABELS, top + 34, style(13, TEXT_LEFT), text);
}

static void draw_first(const mosaic_page *mosaic)
{
    char text[48];
    draw_title(mosaic, MARGIN, "order 1: |x ⋆ ψ₁| ⋆ φ",
               "a row for each scale, a column for each orientation; brightness is the square root");
    for (int scale = 0; scale < mosaic->scales; scale++) {
        double middle = order1_row(mosaic, scale) + mosaic->tile * mosaic->aspect / 2;
        snprintf(text, sizeof text, "j₁ = %d", scale);
        picture_text(&mosaic->picture, MARGIN + LABELS - 12, middle + 5, style(13, TEXT_RIGHT), text);
        draw_maps(mosaic, scale, -1);
    }
}

static void draw_second(const mosaic_page *mosaic)
{
    char text[48];
    draw_title(mosaic, mosaic->second_top, "order 2: ||x ⋆ ψ₁| ⋆ ψ₂| ⋆ φ",
               "a block for each pair of scales; in it, a row for each orientation of ψ₁, a column for each of ψ₂");
    for (int first = 0; first < mosaic->scales - 1; first++) {
        double middle = block_top(mosaic, first) + block_width(mosaic) * mosaic->aspect / 2;
        snprintf(text, sizeof text, "j₁ = %d", first);
        double left = block_left(mosaic, first + 1);
        picture_text(&mosaic->picture, left - 12, middle + 5, style(13, TEXT_RIGHT), text);
        for (int second = first + 1; second < mosaic->scales; second++) {
            draw_maps(mosaic, first, second);
            snprintf(text, sizeof text, "j₂ = %d", second);
            picture_text(&mosaic->picture, block_left(mosaic, second) + block_width(mosaic) / 2,
                         block_top(mosaic, first) - 8, style(13, TEXT_CENTER), text);
        }
    }
}

static bool lay_out(mosaic_page *mosaic)
{
    const size_t *shape = mosaic->features->shape;
    int pairs = mosaic->scales - 1;
    mosaic->aspect = fmin(fmax((double)shape[1] / (double)shape[2], 0.25), 4);
    mosaic->tile = mosaic->orientations > 8 ? WIDE / 2 : WIDE;
    mosaic->small_tile = fmax(NARROW, floor((double)BLOCK / mosaic->orientations));
    mosaic->second_top = order1_row(mosaic, mosaic->scales) + MARGIN;
    double first_width = mosaic->orientations * (mosaic->tile + GAP);
    double second_width = pairs * (block_width(mosaic) + BLOCK_GAP);
    enum { TEXT_WIDTH = 640 };
    double width = MARGIN + LABELS + fmax(TEXT_WIDTH, fmax(first_width, second_width)) + MARGIN;
    return picture_create((int)width, (int)block_top(mosaic, pairs), &mosaic->picture);
}

ond_status mosaic_draw(const ond_scattering *scattering, const ond_array *features, int scales, int orientations,
                       picture_sink sink)
{
    mosaic_page mosaic
        = {.scattering = scattering, .features = features, .scales = scales, .orientations = orientations};
    ond_status status = ond_array_resize(&mosaic.root, 2, features->shape + 1);
    if (status == OND_OK) {
        status = OND_ERROR_MEMORY;
        if (lay_out(&mosaic)) {
            draw_first(&mosaic);
            draw_second(&mosaic);
            status = sink.take(sink.context, &mosaic.picture);
        }
        picture_destroy(&mosaic.picture);
    }
    ond_array_free(&mosaic.root);
    return status;
}
