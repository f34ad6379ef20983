/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_model.h"

#include "core/memory.h"

#include <string.h>

static const char format_key[] = "format", format[] = "ondelet edges";

static void destroy_networks(ond_edge_networks *networks)
{
    ond_network_destroy(networks->first);
    ond_network_destroy(networks->second);
}

void ond_edge_model_destroy(ond_edge_model *model)
{
    if (model) {
        destroy_networks(&model->gray);
        destroy_networks(&model->color);
        ond_memory_free(model);
    }
}

/* A network of the right number of inputs and one output. */
static ond_status read_network(const ond_tensors *tensors, const char *prefix, size_t inputs, ond_network **network)
{
    OND_TRY(ond_network_from_tensors(tensors, prefix, network));
    const ond_architecture *a = &(*network)->architecture;
    if (a->sizes[0] != inputs || a->sizes[a->layers] != 1 || a->layers < 2 || a->activation != OND_ACTIVATION_RELU) {
        return ond_fail(OND_ERROR_FORMAT,
                        "%s: a network of %d layers from %zu numbers to %zu, wanted are 2 or more from %zu to 1 with "
                        "relu between",
                        prefix, a->layers, a->sizes[0], a->sizes[a->layers], inputs);
    }
    return OND_OK;
}

static bool has_network(const ond_tensors *tensors, const char *sizes_key)
{
    return ond_tensors_metadata(tensors, sizes_key) != NULL;
}

static ond_status read_networks(const ond_tensors *tensors, ond_edge_model *model)
{
    if (has_network(tensors, "gray.first.sizes")) {
        OND_TRY(read_network(tensors, "gray.first", ond_edge_feature_count(1), &model->gray.first));
    }
    if (has_network(tensors, "gray.second.sizes") && model->gray.first) {
        OND_TRY(read_network(tensors, "gray.second", ond_edge_context_count(1), &model->gray.second));
    }
    if (has_network(tensors, "color.first.sizes")) {
        OND_TRY(read_network(tensors, "color.first", ond_edge_feature_count(3), &model->color.first));
    }
    if (has_network(tensors, "color.second.sizes") && model->color.first) {
        OND_TRY(read_network(tensors, "color.second", ond_edge_context_count(3), &model->color.second));
    }
    if (!model->gray.first && !model->color.first) {
        return ond_fail(OND_ERROR_FORMAT, "holds neither networks for gray nor for colour");
    }
    return OND_OK;
}

ond_status ond_edge_model_read(const char *path, ond_edge_model **model)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    const char *found = ond_tensors_metadata(tensors, format_key);
    ond_edge_model *made = NULL;
    ond_status status;
    if (!found || strcmp(found, format) != 0) {
        status = ond_fail(OND_ERROR_FORMAT, "is of format '%s', '%s' is wanted", found ? found : "unknown", format);
    } else {
        made = ond_memory_allocate_zero(1, sizeof *made);
        status = made ? read_networks(tensors, made) : OND_ERROR_MEMORY;
    }
    ond_tensors_destroy(tensors);
    if (status != OND_OK) {
        ond_edge_model_destroy(made);
        return ond_fail_prefix(status, "%s: ", path);
    }
    *model = made;
    return OND_OK;
}

static ond_status add_networks(const ond_edge_model *model, ond_tensors *tensors)
{
    const struct {
        const char *prefix;
        const ond_network *network;
    } all[] = {{"gray.first", model->gray.first},
               {"gray.second", model->gray.second},
               {"color.first", model->color.first},
               {"color.second", model->color.second}};
    OND_TRY(ond_tensors_metadata_set(tensors, format_key, format));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].network) {
            OND_TRY(ond_network_to_tensors(all[i].network, all[i].prefix, tensors));
        }
    }
    return OND_OK;
}

ond_status ond_edge_model_write(const ond_edge_model *model, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = add_networks(model, tensors);
    if (status == OND_OK) {
        status = ond_tensors_write(tensors, path);
    }
    ond_tensors_destroy(tensors);
    return status;
}
