/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "learn/activation.h"
#include "learn/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 256, SIZES_TEXT = 32 * (OND_NETWORK_LAYERS + 1) };

static ond_status key_make(char key[KEY_SIZE], const char *prefix, const char *name)
{
    int length = snprintf(key, KEY_SIZE, "%s.%s", prefix, name);
    if (length < 0 || length >= KEY_SIZE) {
        return ond_fail(OND_ERROR_ARGUMENT, "the prefix '%.40s...' is too long, a key has up to %d characters", prefix,
                        KEY_SIZE - 1);
    }
    return OND_OK;
}

static ond_status layer_key(char key[KEY_SIZE], const char *prefix, int layer, const char *part)
{
    char name[64];
    snprintf(name, sizeof name, "layer%d.%s", layer, part);
    return key_make(key, prefix, name);
}

static ond_status add_text(ond_tensors *tensors, const char *prefix, const char *name, const char *text)
{
    char key[KEY_SIZE];
    OND_TRY(key_make(key, prefix, name));
    return ond_tensors_metadata_set(tensors, key, text);
}

ond_status ond_network_to_tensors(const ond_network *network, const char *prefix, ond_tensors *tensors)
{
    const ond_architecture *a = &network->architecture;
    char sizes[SIZES_TEXT] = "", key[KEY_SIZE];
    for (int layer = 0; layer <= a->layers; layer++) {
        size_t used = strlen(sizes);
        snprintf(sizes + used, sizeof sizes - used, layer ? " %zu" : "%zu", a->sizes[layer]);
    }
    OND_TRY(add_text(tensors, prefix, "sizes", sizes));
    OND_TRY(add_text(tensors, prefix, "activation", ond_activation_names[a->activation]));
    for (int layer = 1; layer <= a->layers; layer++) {
        ond_array weights
            = ond_array_view(ond_network_weights(network, layer), 2, (size_t[]){a->sizes[layer], a->sizes[layer - 1]});
        ond_array biases = ond_array_view(ond_network_biases(network, layer), 1, &a->sizes[layer]);
        OND_TRY(layer_key(key, prefix, layer, "weight"));
        OND_TRY(ond_tensors_add(tensors, key, &weights));
        OND_TRY(layer_key(key, prefix, layer, "bias"));
        OND_TRY(ond_tensors_add(tensors, key, &biases));
    }
    return OND_OK;
}

/* --- reading --- */

static ond_status get_text(const ond_tensors *tensors, const char *prefix, const char *name, const char **text)
{
    char key[KEY_SIZE];
    OND_TRY(key_make(key, prefix, name));
    *text = ond_tensors_metadata(tensors, key);
    return *text ? OND_OK : ond_fail(OND_ERROR_FORMAT, "there is no text '%s'", key);
}

static ond_status parse_sizes(const char *text, ond_architecture *a)
{
    const char *next = text;
    int count = 0;
    for (; *next && count <= OND_NETWORK_LAYERS; count++) {
        char *end = NULL;
        unsigned long size = *next >= '0' && *next <= '9' ? strtoul(next, &end, 10) : 0;
        if (size < 1 || size > OND_NETWORK_WIDEST || (*end && *end != ' ')) {
            return ond_fail(OND_ERROR_FORMAT, "the network's sizes '%.40s' are not numbers of 1..%d", text,
                            OND_NETWORK_WIDEST);
        }
        a->sizes[count] = size;
        next = end + (*end == ' ');
    }
    if (count < 2 || *next) {
        return ond_fail(OND_ERROR_FORMAT, "the network's sizes '%.40s' are not 2..%d numbers", text,
                        OND_NETWORK_LAYERS + 1);
    }
    a->layers = count - 1;
    return OND_OK;
}

static ond_status parse_activation(const char *text, ond_architecture *a)
{
    for (int i = 0; ond_activation_names[i]; i++) {
        if (strcmp(text, ond_activation_names[i]) == 0) {
            a->activation = (ond_activation)i;
            return OND_OK;
        }
    }
    return ond_fail(OND_ERROR_FORMAT, "the network's activation '%.40s' is not known", text);
}

static ond_status find_layer(const ond_tensors *tensors, const char *prefix, const ond_architecture *a, int layer,
                             const ond_array **weights, const ond_array **biases)
{
    char key[KEY_SIZE];
    OND_TRY(layer_key(key, prefix, layer, "weight"));
    OND_TRY(ond_tensors_get(tensors, key, 2, (size_t[]){a->sizes[layer], a->sizes[layer - 1]}, weights));
    OND_TRY(layer_key(key, prefix, layer, "bias"));
    return ond_tensors_get(tensors, key, 1, &a->sizes[layer], biases);
}

ond_status ond_network_from_tensors(const ond_tensors *tensors, const char *prefix, ond_network **network)
{
    ond_architecture a = {0};
    const char *sizes = NULL, *activation = NULL;
    const ond_array *weights = NULL, *biases = NULL;
    OND_TRY(get_text(tensors, prefix, "sizes", &sizes));
    OND_TRY(get_text(tensors, prefix, "activation", &activation));
    OND_TRY(parse_sizes(sizes, &a));
    OND_TRY(parse_activation(activation, &a));
    for (int layer = 1; layer <= a.layers; layer++) { /* before memory is taken for what a text says */
        OND_TRY(find_layer(tensors, prefix, &a, layer, &weights, &biases));
    }
    ond_network *made = NULL;
    OND_TRY(ond_network_create(&a, &made));
    for (int layer = 1; layer <= a.layers; layer++) {
        ond_status status = find_layer(tensors, prefix, &a, layer, &weights, &biases);
        if (status != OND_OK) {
            ond_network_destroy(made);
            return status;
        }
        memcpy(ond_network_weights(made, layer), weights->data, ond_array_count(weights) * sizeof(float));
        memcpy(ond_network_biases(made, layer), biases->data, ond_array_count(biases) * sizeof(float));
    }
    *network = made;
    return OND_OK;
}
