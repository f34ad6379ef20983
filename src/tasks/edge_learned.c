/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_color.h"
#include "tasks/edge_model.h"

#include <math.h>
#include <string.h>

/* Image rows whose inputs are gathered at once. */
enum { ROWS = 16 };

/* Pixels between the points of the second network's look at the map. */
static const double grid_step_px = 1.5;

size_t ond_edge_context_count(size_t channels)
{
    return ond_edge_feature_count(channels) + ond_edge_feature_count(1) + OND_EDGE_GRID * OND_EDGE_GRID;
}

void ond_edge_context_mirror(size_t channels, size_t *places)
{
    size_t image = ond_edge_feature_count(channels), both = image + ond_edge_feature_count(1);
    ond_edge_feature_mirror(channels, places);
    ond_edge_feature_mirror(1, places + image);
    for (size_t i = image; i < both; i++) {
        places[i] += image;
    }
    for (size_t i = 0; i < OND_EDGE_GRID * OND_EDGE_GRID; i++) {
        places[both + i] = both + i / OND_EDGE_GRID * OND_EDGE_GRID + OND_EDGE_GRID - 1 - i % OND_EDGE_GRID;
    }
}

ond_status ond_edge_model_channels(const ond_array *image, ond_array *channels)
{
    if (image->rank == 3) {
        return ond_edge_lab(image, channels);
    }
    OND_TRY(ond_array_resize(channels, 2, image->shape));
    memcpy(channels->data, image->data, ond_array_count(image) * sizeof *channels->data);
    return OND_OK;
}

/* Inputs of all pixels of some rows, on all threads, and what a network makes of them. */
typedef void (*pixel_inputs)(const void *source, size_t row, size_t column, float *inputs);

typedef struct pixel_pass {
    pixel_inputs inputs_at;
    const void *source;
    size_t width, size; /* of the image; of the inputs */
    size_t first_row;
    float *inputs;
} pixel_pass;

static ond_status fill_row(void *context, size_t index, int worker)
{
    const pixel_pass *pass = context;
    (void)worker;
    for (size_t column = 0; column < pass->width; column++) {
        pass->inputs_at(pass->source, pass->first_row + index, column,
                        pass->inputs + (index * pass->width + column) * pass->size);
    }
    return OND_OK;
}

static ond_status run_network(const ond_network *network, pixel_inputs inputs_at, const void *source,
                              const ond_edge_bank *bank, float *outputs)
{
    const ond_architecture *a = &network->architecture;
    pixel_pass pass = {.inputs_at = inputs_at, .source = source, .width = bank->width, .size = a->sizes[0]};
    ond_status status = OND_OK;
    pass.inputs = ond_memory_allocate(ROWS * bank->width, pass.size * sizeof *pass.inputs);
    if (!pass.inputs) {
        return OND_ERROR_MEMORY;
    }
    for (size_t row = 0; status == OND_OK && row < bank->height; row += ROWS) {
        size_t rows = bank->height - row < ROWS ? bank->height - row : ROWS;
        pass.first_row = row;
        status = ond_parallel_for(rows, ond_parallel_workers(rows), fill_row, &pass);
        if (status == OND_OK) {
            status = ond_network_predict(network, pass.inputs, rows * bank->width,
                                         outputs + row * bank->width * a->sizes[a->layers]);
        }
    }
    ond_memory_free(pass.inputs);
    return status;
}

static void first_inputs(const void *source, size_t row, size_t column, float *inputs)
{
    ond_edge_features_at(source, row, column, inputs);
}

static void second_inputs(const void *source, size_t row, size_t column, float *inputs)
{
    ond_edge_context_at(source, row, column, inputs);
}

static float probability_of(float log_odds)
{
    return 1 / (1 + expf(-log_odds));
}

static ond_status run_first(ond_edge_first *first, const ond_network *network)
{
    const ond_edge_bank *bank = first->image->bank;
    size_t pixels = bank->height * bank->width;
    ond_array probability = {0};
    first->log_odds = ond_memory_allocate(pixels, sizeof *first->log_odds);
    if (!first->log_odds) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(run_network(network, first_inputs, first->image, bank, first->log_odds));
    OND_TRY(ond_array_resize(&probability, 2, (size_t[]){bank->height, bank->width}));
    for (size_t i = 0; i < pixels; i++) {
        probability.data[i] = probability_of(first->log_odds[i]);
    }
    ond_status status = ond_edge_scene_create(bank, &probability, &first->map);
    ond_array_free(&probability);
    return status;
}

ond_status ond_edge_first_create(const ond_edge_scene *image, const ond_network *network, ond_edge_first *first)
{
    *first = (ond_edge_first){.image = image};
    ond_status status = run_first(first, network);
    if (status != OND_OK) {
        ond_edge_first_destroy(first);
    }
    return status;
}

void ond_edge_first_destroy(ond_edge_first *first)
{
    ond_memory_free(first->log_odds);
    ond_edge_scene_destroy(&first->map);
    *first = (ond_edge_first){0};
}

/* The log-odds between pixels; those of the border outside. */
static float read_odds(const ond_edge_first *first, double row, double column)
{
    size_t height = first->image->bank->height, width = first->image->bank->width;
    double y = fmin(fmax(row, 0), (double)(height - 1)), x = fmin(fmax(column, 0), (double)(width - 1));
    size_t a = (size_t)y, b = (size_t)x;
    size_t below = a + 1 < height ? a + 1 : a, right = b + 1 < width ? b + 1 : b;
    float v = (float)(y - (double)a), u = (float)(x - (double)b);
    const float *odds = first->log_odds;
    return (1 - v) * ((1 - u) * odds[a * width + b] + u * odds[a * width + right])
           + v * ((1 - u) * odds[below * width + b] + u * odds[below * width + right]);
}

void ond_edge_context_at(const ond_edge_first *first, size_t row, size_t column, float *inputs)
{
    ond_edge_frame frame = ond_edge_frame_at(&first->map, row, column);
    ond_edge_features_at(first->image, row, column, inputs);
    inputs += ond_edge_feature_count(first->image->channels);
    ond_edge_features_at(&first->map, row, column, inputs);
    inputs += ond_edge_feature_count(1);
    for (int i = 0; i < OND_EDGE_GRID; i++) {
        for (int k = 0; k < OND_EDGE_GRID; k++) {
            double across = grid_step_px * (i - OND_EDGE_GRID / 2), along = grid_step_px * (k - OND_EDGE_GRID / 2);
            *inputs++ = read_odds(first, (double)row + across * frame.normal[0] - along * frame.normal[1],
                                  (double)column + across * frame.normal[1] + along * frame.normal[0]);
        }
    }
}

static ond_status run_both(const ond_edge_scene *scene, const ond_edge_networks *networks, float *probability)
{
    const ond_edge_bank *bank = scene->bank;
    if (!networks->second) {
        return run_network(networks->first, first_inputs, scene, bank, probability);
    }
    ond_edge_first first;
    OND_TRY(ond_edge_first_create(scene, networks->first, &first));
    ond_status status = run_network(networks->second, second_inputs, &first, bank, probability);
    ond_edge_first_destroy(&first);
    return status;
}

ond_status ond_edge_learned(const ond_edge_bank *bank, const ond_edge_networks *networks, const ond_array *channels,
                            float *probability)
{
    ond_edge_scene scene;
    OND_TRY(ond_edge_scene_create(bank, channels, &scene));
    ond_status status = run_both(&scene, networks, probability);
    ond_edge_scene_destroy(&scene);
    for (size_t i = 0; status == OND_OK && i < bank->height * bank->width; i++) {
        probability[i] = probability_of(probability[i]);
    }
    return status;
}
