/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/edges.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* Red, green or blue of a hue 0…1 at full saturation. */
static float hue_channel(double hue, int channel)
{
    double place = fmod(6 * hue + (channel == 0 ? 0 : channel == 1 ? 4 : 2), 6);
    double distance = fabs(place - 3) - 1;
    return (float)fmin(fmax(distance, 0), 1);
}

/* Hue: direction along the edge; brightness: its strength. */
static ond_status paint_orientation(const edges_result *result, const float *strength, ond_array *picture)
{
    const size_t *size = result->map.strength.shape;
    size_t plane = size[0] * size[1];
    ond_status status = ond_array_resize(picture, 3, (size_t[]){3, size[0], size[1]});
    for (size_t i = 0; status == OND_OK && i < plane; i++) {
        double turn = (double)result->map.normal_rad.data[i] / pi;
        for (int c = 0; c < 3; c++) {
            picture->data[(size_t)c * plane + i] = strength[i] * hue_channel(turn - floor(turn), c);
        }
    }
    return status;
}

static const ond_array *choose_map(const edges_request *request, const edges_result *result)
{
    switch (request->own.map) {
    case MAP_BINARY:
        return &result->binary;
    case MAP_ORIENTATION:
        return &result->map.normal_rad;
    case MAP_STRENGTH:
        break;
    }
    return request->own.thin ? &result->map.thin : &result->map.strength;
}

static ond_status append_map(const edges_request *request, edges_result *result, const char *path)
{
    const ond_array *map = choose_map(request, result);
    ond_status status = result->stack ? OND_OK : ond_array_writer_create(path, map->rank, map->shape, &result->stack);
    return status ? status : ond_array_writer_append(result->stack, map);
}

static ond_status write_map(const edges_request *request, const edges_result *result, const char *path)
{
    const ond_array *strength = request->own.thin ? &result->map.thin : &result->map.strength;
    const ond_array *map = choose_map(request, result);
    ond_array painted = {0};
    ond_status status = OND_OK;
    bool is_array = has_ending(path, ".npy");
    if (request->own.map == MAP_ORIENTATION && !is_array) {
        status = paint_orientation(result, strength->data, &painted);
        map = &painted;
    }
    if (status == OND_OK) {
        status = is_array ? ond_array_write(map, path) : ond_image_write(map, 8, path);
    }
    ond_array_free(&painted);
    return status;
}

bool edges_write(const edges_request *request, const edges_paths *paths, edges_result *result)
{
    const char *failed = NULL;
    if (paths->image && result->origin.is_item) {
        failed = append_map(request, result, paths->image) ? paths->image : NULL;
    } else if (paths->image && write_map(request, result, paths->image)) {
        failed = paths->image;
    } else if (paths->overlay && edges_write_overlay(result, paths->overlay)) {
        failed = paths->overlay;
    } else if (paths->svg && edges_write_svg(result, paths->svg)) {
        failed = paths->svg;
    }
    if (failed) {
        complain_of(failed);
    }
    return !failed;
}

static json_t *contour_json(const edges_result *result, const ond_contour *contour)
{
    json_t *points = json_array(), *curvature = json_array();
    double strength = 0;
    for (size_t i = 0; i < contour->count; i++) {
        const ond_contour_point *point = &result->contours.points[contour->begin + i];
        json_t *place = json_array();
        json_array_append_new(place, json_number(round(1000 * (double)point->row) / 1000));
        json_array_append_new(place, json_number(round(1000 * (double)point->column) / 1000));
        json_array_append_new(points, place);
        json_array_append_new(curvature, json_number(round(1e5 * (double)point->curvature) / 1e5));
        strength += (double)point->strength;
    }
    json_t *object = json_object();
    json_object_set_new(object, "closed", json_boolean(contour->closed));
    json_object_set_new(object, "strength", json_number(strength / (double)contour->count));
    json_object_set_new(object, "points", points);
    json_object_set_new(object, "curvature", curvature);
    return object;
}

static void tell_json(const edges_request *request, const edges_paths *paths, const edges_result *result)
{
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "edges");
    json_object_set_new(object, "input", json_text(result->origin.file.shown));
    if (result->origin.is_item) {
        json_object_set_new(object, "item", json_integer((json_int_t)result->origin.item));
    }
    json_object_set_new(object, "output", paths->image ? json_text(paths->image) : json_null());
    json_object_set_new(object, "shape", json_shape(result->image.rank, result->image.shape));
    json_object_update_new(object, json_options(ond_edge_options(), &request->edges));
    json_object_set_new(object, "low", json_number(result->map.low));
    json_object_set_new(object, "high", json_number(result->map.high));
    json_object_set_new(object, "seconds", json_number(result->elapsed_s));
    json_t *contours = json_array();
    for (size_t i = 0; i < result->contours.count; i++) {
        json_array_append_new(contours, contour_json(result, &result->contours.items[i]));
    }
    json_object_set_new(object, "contours", contours);
    json_print(object);
}

void edges_tell(const edges_request *request, const edges_paths *paths, const edges_result *result)
{
    bool to_stdout = paths->image && strcmp(paths->image, "-") == 0;
    if (request->common.json) {
        tell_json(request, paths, result);
    } else if (!to_stdout || !request->common.quiet) {
        char item[48] = "";
        if (result->origin.is_item) {
            snprintf(item, sizeof item, "image %zu: ", result->origin.item);
        }
        fprintf(to_stdout ? stderr : stdout, "%s: %s%zu contours of %zu points, thresholds %.3g and %.3g, %.2f s\n",
                result->origin.file.shown, item, result->contours.count, result->contours.point_count, result->map.low,
                result->map.high, result->elapsed_s);
    }
}
