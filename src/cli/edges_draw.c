/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/edges.h"
#include "cli/picture.h"

#include <math.h>
#include <string.h>

/* Shorter ones are specks. */
enum { FEWEST_POINTS = 2 };

static ond_status print_contour(ond_file *file, const edges_result *result, const ond_contour *contour)
{
    ond_status status = ond_file_print(file, "<path d=\"");
    for (size_t i = 0; status == OND_OK && i < contour->count; i++) {
        const ond_contour_point *point = &result->contours.points[contour->begin + i];
        status
            = ond_file_print(file, "%c%.2f %.2f", i ? 'L' : 'M', (double)point->column + 0.5, (double)point->row + 0.5);
    }
    return status ? status : ond_file_print(file, "%s\"/>\n", contour->closed ? "Z" : "");
}

static ond_status print_drawing(ond_file *file, const edges_result *result)
{
    const size_t *size = result->map.strength.shape;
    ond_status status = ond_file_print(
        file,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%zu\" viewBox=\"0 0 %zu %zu\" fill=\"none\" "
        "stroke=\"black\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n",
        size[1], size[0], size[1], size[0]);
    for (size_t i = 0; status == OND_OK && i < result->contours.count; i++) {
        if (result->contours.items[i].count >= FEWEST_POINTS) {
            status = print_contour(file, result, &result->contours.items[i]);
        }
    }
    return status ? status : ond_file_print(file, "</svg>\n");
}

ond_status edges_write_svg(const edges_result *result, const char *path)
{
    ond_file *file = NULL;
    ond_status status = ond_file_create(path, &file);
    status = status ? status : print_drawing(file, result);
    if (status != OND_OK) {
        ond_file_destroy(file);
        return status;
    }
    return ond_file_finish(&file);
}

/* Three channels, 0…1 over the image's range, a little paler. */
static ond_status pale_picture(const ond_array *image, ond_array *picture)
{
    static const float share = 0.75F;
    size_t plane = image->shape[image->rank - 2] * image->shape[image->rank - 1], count = ond_array_count(image);
    float lowest = 0, highest = 1;
    ond_status status
        = ond_array_resize(picture, 3, (size_t[]){3, image->shape[image->rank - 2], image->shape[image->rank - 1]});
    for (size_t i = 0; i < count; i++) {
        lowest = fminf(lowest, image->data[i]);
        highest = fmaxf(highest, image->data[i]);
    }
    for (size_t i = 0; status == OND_OK && i < 3 * plane; i++) {
        float value = (image->data[i % count] - lowest) / (highest - lowest);
        picture->data[i] = 1 - share + share * value;
    }
    return status;
}

static void draw_contours(const page *picture, const edges_result *result, box place)
{
    cairo_t *cairo = picture->cairo;
    double scale = place.width / (double)result->map.strength.shape[1];
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    for (size_t i = 0; i < result->contours.count; i++) {
        const ond_contour *contour = &result->contours.items[i];
        if (contour->count < FEWEST_POINTS) {
            continue;
        }
        cairo_new_path(cairo);
        for (size_t k = 0; k < contour->count; k++) {
            const ond_contour_point *point = &result->contours.points[contour->begin + k];
            cairo_line_to(cairo, place.x + scale * ((double)point->column + 0.5),
                          place.y + scale * ((double)point->row + 0.5));
        }
        if (contour->closed) {
            cairo_close_path(cairo);
        }
        cairo_set_source_rgb(cairo, 0.90, 0.10, 0.12);
        cairo_set_line_width(cairo, 1.3 * fmax(scale, 1));
        cairo_stroke(cairo);
    }
}

ond_status edges_paint(const edges_result *result, const page *picture, box place)
{
    ond_array colors = {0};
    ond_status status = pale_picture(&result->image, &colors);
    if (status == OND_OK) {
        picture_pixels(picture, place, &colors);
        draw_contours(picture, result, place);
    }
    ond_array_free(&colors);
    return status;
}

ond_status edges_write_overlay(const edges_result *result, const char *path)
{
    enum { SMALL = 400, LARGEST_SIDE = 16000 };
    size_t height = result->map.strength.shape[0], width = result->map.strength.shape[1];
    page picture;
    if (height > LARGEST_SIDE || width > LARGEST_SIDE) {
        return OND_ERROR_UNSUPPORTED;
    }
    int scale = height < SMALL && width < SMALL ? 2 : 1; /* lines between pixels want room */
    ond_status status = OND_ERROR_MEMORY;
    if (picture_create(scale * (int)width, scale * (int)height, &picture)) {
        status = edges_paint(result, &picture, (box){0, 0, scale * (double)width, scale * (double)height});
        status = status ? status : picture_write(&picture, path);
    }
    picture_destroy(&picture);
    return status;
}
