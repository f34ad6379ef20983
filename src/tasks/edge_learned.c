/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_color.h"
#include "tasks/edge_model.h"

#include <math.h>
#include <string.h>

/* Pixels whose inputs are gathered at once; of these, one item of a thread. */
enum { PIXELS = 4096, BLOCK = 128 };

/* Where the first network gives smaller odds (a hundredth), the second does not look: half of a picture. */
static const float least_odds = -4.6F;

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

/* Weights of ITU-R BT.601, as for pictures that are read as gray. */
static double luminance(const ond_array *image, size_t plane, size_t pixel)
{
    const float *at = image->data + pixel;
    return image->rank == 2 ? (double)at[0]
                            : 0.299 * (double)at[0] + 0.587 * (double)at[plane] + 0.114 * (double)at[2 * plane];
}

/* All pictures with the mean and deviation of luminance of a usual one, so that neither brightness nor contrast nor the
 * unit matters. What is nearly flat is not blown up to a full picture. */
static ond_status expose(const ond_array *image, ond_array *exposed)
{
    static const double mean = 0.45, deviation = 0.2, most_gain = 10;
    size_t count = ond_array_count(image), plane = image->rank == 2 ? count : count / 3;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < plane; i++) {
        sum += luminance(image, plane, i);
    }
    double found_mean = plane ? sum / (double)plane : 0;
    for (size_t i = 0; i < plane; i++) {
        double difference = luminance(image, plane, i) - found_mean;
        squares += difference * difference;
    }
    double found = plane ? sqrt(squares / (double)plane) : 0;
    double gain = found * most_gain > deviation ? deviation / found : most_gain;
    OND_TRY(ond_array_resize(exposed, image->rank, image->shape));
    for (size_t i = 0; i < count; i++) {
        exposed->data[i] = (float)(mean + gain * ((double)image->data[i] - found_mean));
    }
    return OND_OK;
}

ond_status ond_edge_model_channels(const ond_array *image, ond_array *channels)
{
    if (image->rank == 2) {
        return expose(image, channels);
    }
    ond_array exposed = {0};
    ond_status status = expose(image, &exposed);
    status = status ? status : ond_edge_lab(&exposed, channels);
    ond_array_free(&exposed);
    return status;
}

/* Inputs of some pixels, on all threads, and what a network makes of them. */
typedef void (*pixel_inputs)(const void *source, size_t row, size_t column, float *inputs);

typedef struct pixel_pass {
    pixel_inputs inputs_at;
    const void *source;
    size_t width, size;     /* of the image; of the inputs */
    const uint32_t *pixels; /* NULL: all, one after the other */
    size_t first, count;    /* at work: places among the pixels */
    float *inputs;
} pixel_pass;

static size_t pixel_of(const pixel_pass *pass, size_t place)
{
    return pass->pixels ? pass->pixels[place] : place;
}

static ond_status fill_block(void *context, size_t index, int worker)
{
    const pixel_pass *pass = context;
    size_t begin = index * BLOCK, end = begin + BLOCK < pass->count ? begin + BLOCK : pass->count;
    (void)worker;
    for (size_t i = begin; i < end; i++) {
        size_t pixel = pixel_of(pass, pass->first + i);
        pass->inputs_at(pass->source, pixel / pass->width, pixel % pass->width, pass->inputs + i * pass->size);
    }
    return OND_OK;
}

/* outputs [number of pixels in the image]: those of the pass are replaced. `results` has room for PIXELS. */
static ond_status run_pass(pixel_pass *pass, const ond_network *network, size_t total, float *results, float *outputs)
{
    for (pass->first = 0; pass->first < total; pass->first += PIXELS) {
        pass->count = total - pass->first < PIXELS ? total - pass->first : PIXELS;
        size_t blocks = (pass->count + BLOCK - 1) / BLOCK;
        OND_TRY(ond_parallel_for(blocks, ond_parallel_workers(blocks), fill_block, pass));
        OND_TRY(ond_network_predict(network, pass->inputs, pass->count, results));
        for (size_t i = 0; i < pass->count; i++) {
            outputs[pixel_of(pass, pass->first + i)] = results[i];
        }
    }
    return OND_OK;
}

static ond_status run_network(const ond_network *network, pixel_pass *pass, size_t total, float *outputs)
{
    pass->size = network->architecture.sizes[0];
    pass->inputs = ond_memory_allocate(PIXELS, pass->size * sizeof *pass->inputs);
    float *results = ond_memory_allocate(PIXELS, sizeof *results);
    ond_status status = pass->inputs && results ? run_pass(pass, network, total, results, outputs) : OND_ERROR_MEMORY;
    ond_memory_free(pass->inputs);
    ond_memory_free(results);
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
    pixel_pass pass = {.inputs_at = first_inputs, .source = first->image, .width = bank->width};
    OND_TRY(run_network(network, &pass, pixels, first->log_odds));
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

static ond_status run_second(const ond_edge_first *first, const ond_network *network, float *log_odds)
{
    const ond_edge_bank *bank = first->image->bank;
    size_t pixels = bank->height * bank->width, count = 0;
    uint32_t *chosen = ond_memory_allocate(pixels, sizeof *chosen);
    if (!chosen) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < pixels; i++) {
        log_odds[i] = first->log_odds[i];
        if (log_odds[i] >= least_odds) {
            chosen[count++] = (uint32_t)i;
        }
    }
    pixel_pass pass = {.inputs_at = second_inputs, .source = first, .width = bank->width, .pixels = chosen};
    ond_status status = run_network(network, &pass, count, log_odds);
    ond_memory_free(chosen);
    return status;
}

static ond_status run_both(const ond_edge_scene *scene, const ond_edge_networks *networks, float *log_odds)
{
    const ond_edge_bank *bank = scene->bank;
    if (!networks->second) {
        pixel_pass pass = {.inputs_at = first_inputs, .source = scene, .width = bank->width};
        return run_network(networks->first, &pass, bank->height * bank->width, log_odds);
    }
    ond_edge_first first;
    OND_TRY(ond_edge_first_create(scene, networks->first, &first));
    ond_status status = run_second(&first, networks->second, log_odds);
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
