/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/disks.h"

#include <math.h>
#include <stdio.h>

#define PI 3.14159265358979323846

/* Pixels of the page. */
enum { MARGIN = 28, TITLE = 56, RADIUS = 210, GAP = 110, SCALE_GAP = 16, SCALE_WIDTH = 14 };

typedef struct disk_page {
    page picture;
    const ond_scattering *scattering;
    const float *values; /* one a path */
    int scales, orientations;
} disk_page;

static double center_x(int order)
{
    return MARGIN + RADIUS + (order - 1) * (2.0 * RADIUS + GAP);
}

/* The part of the disk that a path has. A filter at angle a oscillates along (sin a, cos a) of the page. */
static sector sector_of(const disk_page *disks, const ond_scattering_path *path)
{
    double outer = RADIUS * exp2(-path->scale[0]), inner = outer / 2, width = PI / disks->orientations;
    double begin = PI / 2 - path->angle_rad[0] - width / 2;
    if (path->order == 2) {
        int first = path->scale[0], second = path->scale[1], last = disks->scales - 1;
        /* Widths of the rings within fall like the scales: 1/2, 1/4, … of what there is, together all of it. */
        double whole = 1 - exp2(first - last);
        double from = (1 - exp2(first + 1 - second)) / whole, to = (1 - exp2(first - second)) / whole;
        double step = outer - inner, part = width / disks->orientations;
        int turn = path->orientation[1] - path->orientation[0] + disks->orientations / 2;
        turn = (turn + disks->orientations) % disks->orientations;
        inner = outer - to * step;
        outer -= from * step;
        begin += (disks->orientations - 1 - turn) * part; /* angles of filters grow against those of the page */
        width = part;
    }
    return (sector){center_x(path->order), MARGIN + TITLE + RADIUS, inner, outer, begin, begin + width};
}

static double largest_of(const disk_page *disks, int order)
{
    double largest = 0;
    for (size_t i = 0; i < ond_scattering_paths(disks->scattering); i++) {
        if (ond_scattering_path_at(disks->scattering, i).order == order) {
            largest = fmax(largest, (double)disks->values[i]);
        }
    }
    return largest;
}

static void draw_disk(const disk_page *disks, int order)
{
    char text[96];
    map_range range = {MAP_SEQUENTIAL, 0, largest_of(disks, order)};
    for (size_t i = 0; i < ond_scattering_paths(disks->scattering); i++) {
        ond_scattering_path path = ond_scattering_path_at(disks->scattering, i);
        if (path.order != order) {
            continue;
        }
        sector place = sector_of(disks, &path);
        picture_sector(&disks->picture, place, (double)disks->values[i], range);
        place.begin_rad += PI; /* a real image has the same at the opposite frequency */
        place.end_rad += PI;
        picture_sector(&disks->picture, place, (double)disks->values[i], range);
    }
    snprintf(text, sizeof text, "order %d", order);
    picture_text(&disks->picture, center_x(order), MARGIN + 14, (text_style){17, true, TEXT_CENTER}, text);
    snprintf(text, sizeof text, order == 1 ? "mean of |x ⋆ ψ₁|" : "mean of ||x ⋆ ψ₁| ⋆ ψ₂|");
    picture_text(&disks->picture, center_x(order), MARGIN + 36, (text_style){13, false, TEXT_CENTER}, text);
    double right = center_x(order) + RADIUS + SCALE_GAP;
    picture_scale(&disks->picture, (box){right, MARGIN + TITLE + 0.5 * RADIUS, SCALE_WIDTH, RADIUS}, range);
}

ond_status disks_draw(const ond_scattering *scattering, const ond_array *features, int scales, int orientations,
                      picture_sink sink)
{
    disk_page disks
        = {.scattering = scattering, .values = features->data, .scales = scales, .orientations = orientations};
    int width = 2 * MARGIN + 4 * RADIUS + 2 * GAP - MARGIN, height = 2 * MARGIN + TITLE + 2 * RADIUS;
    ond_status status = OND_ERROR_MEMORY;
    if (picture_create(width, height, &disks.picture)) {
        draw_disk(&disks, 1);
        draw_disk(&disks, 2);
        status = sink.take(sink.context, &disks.picture);
    }
    picture_destroy(&disks.picture);
    return status;
}
