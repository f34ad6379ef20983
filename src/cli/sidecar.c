/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/sidecar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char color_letters[] = "rgb";

char *beside(const char *output, const char *ending)
{
    char *stem = copy_text(output);
    *strrchr(stem, '.') = '\0';
    char *path = join_text(stem, ending);
    free(stem);
    return path;
}

bool sidecars_plan(const features_request *request, sidecar_set *sidecars)
{
    *sidecars = (sidecar_set){0};
    const char *output = request->common.output;
    bool has_place = strcmp(output, "-") != 0 && rows_format_of(output) != ROWS_HDF5; /* which holds all itself */
    if (request->index) {
        sidecars->index = copy_text(request->index);
    } else if (has_place) {
        sidecars->index = beside(output, ".index.csv");
    }
    if (has_place) {
        sidecars->parameters = beside(output, ".json");
    }
    if (request->paths) {
        sidecars->paths = copy_text(request->paths);
    }
    const char *const all[] = {sidecars->index, sidecars->parameters, sidecars->paths};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] && strcmp(all[i], output) == 0) {
            complain("%s: is named for two outputs", output);
            return false;
        }
    }
    return true;
}

bool sidecars_are_free(const features_request *request, const sidecar_set *sidecars)
{
    const char *const all[] = {sidecars->index, sidecars->parameters, sidecars->paths};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] && !output_is_free(&request->common, all[i])) {
            return false;
        }
    }
    return true;
}

static ond_status open_index(sidecar_set *sidecars)
{
    ond_status status = sidecars->continues
                            ? ond_file_continue(sidecars->index, sidecars->index_bytes, &sidecars->index_file)
                            : ond_file_create(sidecars->index, &sidecars->index_file);
    if (status == OND_OK && sidecars->index_bytes == 0) {
        status = ond_file_print(sidecars->index_file, "row,input,item,height,width\n");
    }
    return status;
}

ond_status sidecars_resume(sidecar_set *sidecars)
{
    return open_index(sidecars);
}

ond_status sidecars_open_empty(sidecar_set *sidecars)
{
    return sidecars->index && !sidecars->index_file ? open_index(sidecars) : OND_OK;
}

ond_status sidecars_append(sidecar_set *sidecars, const image_origin *origin, size_t row, size_t height, size_t width)
{
    if (!sidecars->index) {
        return OND_OK;
    }
    ond_status status = sidecars->index_file ? OND_OK : open_index(sidecars);
    if (status == OND_OK) {
        status = ond_file_print(sidecars->index_file, "%zu,", row);
    }
    if (status == OND_OK) {
        status = print_csv_text(sidecars->index_file, origin->file.shown);
    }
    if (status == OND_OK) {
        status = ond_file_print(sidecars->index_file, ",%zu,%zu,%zu\n", origin->item, height, width);
    }
    return status;
}

void name_path(const void *context, size_t channel, char name[CHANNEL_NAME])
{
    const path_namer *namer = context;
    size_t paths = ond_scattering_paths(namer->scattering), used = 0;
    ond_scattering_path path = ond_scattering_path_at(namer->scattering, channel % paths);
    if (namer->is_color) {
        used += (size_t)snprintf(name, CHANNEL_NAME, "%c_", color_letters[channel / paths]);
    }
    used += (size_t)snprintf(name + used, CHANNEL_NAME - used, "s%d", path.order);
    for (int i = 0; i < path.order && used < CHANNEL_NAME; i++) {
        used += (size_t)snprintf(name + used, CHANNEL_NAME - used, "_j%d_l%d", path.scale[i], path.orientation[i]);
    }
}

static ond_status print_path(ond_file *file, const ond_scattering_path *path, int orders)
{
    ond_status status = OND_OK;
    for (int i = 0; status == OND_OK && i < orders; i++) {
        if (i < path->order) {
            status = ond_file_print(file, ",%d,%d,%.9g", path->scale[i], path->orientation[i], path->angle_rad[i]);
        } else {
            status = ond_file_print(file, ",,,");
        }
    }
    return status;
}

/* channel,order,scale1,orientation1,angle1_rad,…: one row per channel of the feature file. */
static ond_status print_paths(ond_file *file, const feature_facts *facts)
{
    if (!facts->scattering) { /* codes: a channel is an atom */
        ond_status printed = ond_file_print(file, "channel,atom\n");
        for (size_t channel = 0; printed == OND_OK && channel < facts->rows->shape[0]; channel++) {
            printed = ond_file_print(file, "%zu,%zu\n", channel, channel);
        }
        return printed;
    }
    int orders = facts->request->scattering.order;
    bool is_color = facts->request->features.color == OND_RGB;
    size_t paths = ond_scattering_paths(facts->scattering), channels = paths * (is_color ? 3 : 1);
    ond_status status = ond_file_print(file, "channel,order");
    for (int i = 1; status == OND_OK && i <= orders; i++) {
        status = ond_file_print(file, ",scale%d,orientation%d,angle%d_rad", i, i, i);
    }
    if (status == OND_OK) {
        status = ond_file_print(file, is_color ? ",color\n" : "\n");
    }
    for (size_t channel = 0; status == OND_OK && channel < channels; channel++) {
        ond_scattering_path path = ond_scattering_path_at(facts->scattering, channel % paths);
        status = ond_file_print(file, "%zu,%d", channel, path.order);
        status = status ? status : print_path(file, &path, orders);
        if (status == OND_OK && is_color) {
            status = ond_file_print(file, ",%c", color_letters[channel / paths]);
        }
        status = status ? status : ond_file_print(file, "\n");
    }
    return status;
}

static ond_status write_paths(const char *path, const feature_facts *facts)
{
    ond_file *file = NULL;
    ond_status status = ond_file_create(path, &file);
    if (status == OND_OK) {
        status = print_paths(file, facts);
    }
    if (status == OND_OK) {
        return ond_file_finish(&file);
    }
    ond_file_destroy(file);
    return status;
}

static json_t *parameters_json(const feature_facts *facts)
{
    size_t shape[OND_MAX_RANK];
    int rank = rows_shape(facts->rows, shape);
    json_t *object = request_json(facts->request, facts->inputs);
    json_object_set_new(object, "output", json_text(facts->request->common.output));
    json_object_set_new(object, "shape", json_shape(rank, shape));
    json_object_set_new(object, "channels", json_integer((json_int_t)facts->rows->shape[0]));
    json_object_set_new(object, "done", json_integer((json_int_t)facts->done));
    json_object_set_new(object, "failed", json_integer((json_int_t)facts->failed));
    return object;
}

bool sidecars_finish(sidecar_set *sidecars, const feature_facts *facts, bool keep)
{
    bool fine = true;
    if (keep && sidecars->index_file && ond_file_finish(&sidecars->index_file)) {
        complain_of(sidecars->index);
        fine = false;
    }
    if (keep && sidecars->parameters && json_write(parameters_json(facts), sidecars->parameters)) {
        complain_of(sidecars->parameters);
        fine = false;
    }
    if (keep && sidecars->paths && write_paths(sidecars->paths, facts)) {
        complain_of(sidecars->paths);
        fine = false;
    }
    return fine;
}

void sidecars_free(sidecar_set *sidecars)
{
    ond_file_destroy(sidecars->index_file);
    free(sidecars->index);
    free(sidecars->parameters);
    free(sidecars->paths);
    *sidecars = (sidecar_set){0};
}
