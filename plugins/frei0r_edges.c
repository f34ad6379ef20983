/* SPDX-License-Identifier: BSD-3-Clause */
/* Edge maps as a frei0r effect: ffmpeg -i in.mkv -vf "frei0r=ondelet_edges:measure|binary" out.mkv */
#include "frei0r_effect.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHOD, MAP, MODEL, PARAMETERS, WORD_SIZE = 32, PATH_SIZE = 4096 };

/* frei0r promises one call at a time for an instance. */
typedef struct effect {
    frame_size size;
    char method[WORD_SIZE], map[WORD_SIZE], model_path[PATH_SIZE];
    bool is_ready; /* config and model are those of the parameters */
    ond_edge_config config;
    ond_edge_model *model;
    ond_edge_map edges;
    ond_array image, binary;
} effect;

void f0r_get_param_info(f0r_param_info_t *info, int index)
{
    static const f0r_param_info_t all[PARAMETERS] = {
        [METHOD] = {"method", F0R_PARAM_STRING, "measure, learned, gradient (the fastest) or coshrem"},
        [MAP] = {"map", F0R_PARAM_STRING, "strength, or binary: lines one pixel wide"},
        [MODEL] = {"model", F0R_PARAM_STRING, "file of a trained model, for the method learned"},
    };
    if (index >= 0 && index < PARAMETERS) {
        *info = all[index];
    }
}

f0r_instance_t f0r_construct(unsigned int width, unsigned int height)
{
    effect *made = calloc(1, sizeof *made);
    if (made) {
        made->size.height = height;
        made->size.width = width;
        snprintf(made->method, sizeof made->method, "measure");
        snprintf(made->map, sizeof made->map, "strength");
    }
    return made;
}

void f0r_destruct(f0r_instance_t instance)
{
    effect *own = instance;
    ond_edge_model_destroy(own->model);
    ond_edge_map_free(&own->edges);
    ond_array_free(&own->image);
    ond_array_free(&own->binary);
    free(own);
}

static char *text_of(effect *own, int index, size_t *size)
{
    *size = index == MODEL ? sizeof own->model_path : WORD_SIZE;
    return index == METHOD ? own->method : index == MAP ? own->map : own->model_path;
}

void f0r_set_param_value(f0r_instance_t instance, f0r_param_t value, int index)
{
    effect *own = instance;
    size_t size;
    char *text = text_of(own, index, &size);
    snprintf(text, size, "%s", *(char *const *)value);
    own->is_ready = false;
}

void f0r_get_param_value(f0r_instance_t instance, f0r_param_t value, int index)
{
    size_t size;
    *(char **)value = text_of(instance, index, &size);
}

static ond_status prepare(effect *own)
{
    own->config = ond_edge_config_default();
    ond_edge_model_destroy(own->model);
    own->model = NULL;
    ond_status status = ond_option_parse(ond_options_find(ond_edge_options(), "method"), own->method, &own->config);
    if (status == OND_OK && own->config.method == OND_EDGE_LEARNED) {
        status = ond_edge_model_read(own->model_path, &own->model);
    }
    own->is_ready = status == OND_OK;
    return status;
}

/* The map as a colour image, in place of the frame's. */
static ond_status spread(effect *own, const ond_array *map)
{
    size_t shape[3] = {CHANNELS, own->size.height, own->size.width}, plane = own->size.height * own->size.width;
    ond_status status = ond_array_resize(&own->image, 3, shape);
    for (size_t i = 0; status == OND_OK && i < CHANNELS; i++) {
        memcpy(own->image.data + i * plane, map->data, plane * sizeof(float));
    }
    return status;
}

static ond_status draw_edges(f0r_instance_t instance, const ond_image_view *frame)
{
    effect *own = instance;
    bool is_binary = strcmp(own->map, "binary") == 0;
    if (!is_binary && strcmp(own->map, "strength") != 0) {
        fprintf(stderr, "ondelet edges: map = '%s' is none of: strength, binary\n", own->map);
        return OND_OK;
    }
    ond_status status = own->is_ready ? OND_OK : prepare(own);
    status = status ? status : ond_image_view_read(frame, &own->image);
    status = status ? status : ond_edges(&own->image, &own->config, own->model, &own->edges);
    if (status == OND_OK && is_binary) {
        status = ond_edge_select(&own->edges, &own->binary);
    }
    status = status ? status : spread(own, is_binary ? &own->binary : &own->edges.strength);
    return status ? status : ond_image_view_write(&own->image, frame);
}

const frei0r_effect this_effect = {
    .name = "ondelet edges",
    .explanation = "White edges on black, found by one-sided shearlets or by a trained model",
    .parameters = PARAMETERS,
    .apply = draw_edges,
};
