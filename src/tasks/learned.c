/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/learned.h"

#include "core/array.h"
#include "core/border.h"
#include "core/memory.h"
#include "core/vector.h"
#include "io/elements.h"
#include "io/tensors.h"

#include <math.h>
#include <stdatomic.h>

enum { REACH = 8 }; /* of the Gaussian that the contrast is taken against, in pixels */

static const double contrast_sigma_px = 3;
static const char format_name[] = "ondelet denoise 1";

struct ond_denoise_model {
    ond_residual_network *network;
    atomic_int owners;
};

/* --- the model --- */

ond_status ond_denoise_model_create(ond_residual_network *network, ond_denoise_model **model)
{
    ond_denoise_model *made = ond_memory_allocate(1, sizeof *made);
    if (!made) {
        ond_residual_network_destroy(network);
        return OND_ERROR_MEMORY;
    }
    made->network = network;
    /* What files hold, so that a model read back is the model written. */
    ond_elements_round_to_half(ond_residual_network_parameters(network), ond_residual_network_parameter_count(network));
    atomic_init(&made->owners, 1);
    *model = made;
    return OND_OK;
}

ond_denoise_model *ond_denoise_model_share(const ond_denoise_model *model)
{
    union {
        const ond_denoise_model *given;
        ond_denoise_model *shared;
    } owner = {model};
    atomic_fetch_add(&owner.shared->owners, 1);
    return owner.shared;
}

void ond_denoise_model_destroy(ond_denoise_model *model)
{
    if (model && atomic_fetch_sub(&model->owners, 1) == 1) {
        ond_residual_network_destroy(model->network);
        ond_memory_free(model);
    }
}

static ond_status read_network(const ond_tensors *tensors, ond_residual_network **network)
{
    ond_residual_network *made = NULL;
    OND_TRY(ond_tensors_check_format(tensors, format_name));
    OND_TRY(ond_residual_network_read(tensors, &made));
    ond_residual_shape shape = ond_residual_network_shape(made);
    if (shape.inputs != OND_LEARNED_INPUTS || shape.outputs != OND_LEARNED_PHASES) {
        ond_residual_network_destroy(made);
        return ond_fail(OND_ERROR_FORMAT, "a network of %zu inputs and %zu outputs, %d and %d are wanted", shape.inputs,
                        shape.outputs, OND_LEARNED_INPUTS, OND_LEARNED_PHASES);
    }
    *network = made;
    return OND_OK;
}

ond_status ond_denoise_model_read(const char *path, ond_denoise_model **model)
{
    ond_tensors *tensors = NULL;
    ond_residual_network *network = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = read_network(tensors, &network);
    ond_tensors_destroy(tensors);
    if (status == OND_ERROR_FORMAT) {
        return ond_fail_prefix(status, "%s: ", path);
    }
    OND_TRY(status);
    return ond_denoise_model_create(network, model);
}

static ond_status fill_tensors(const ond_denoise_model *model, ond_tensors *tensors)
{
    OND_TRY(ond_tensors_metadata_set(tensors, "format", format_name));
    return ond_residual_network_write(model->network, tensors);
}

ond_status ond_denoise_model_write(const ond_denoise_model *model, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = fill_tensors(model, tensors);
    if (status == OND_OK) {
        status = ond_tensors_write_half(tensors, path);
    }
    ond_tensors_destroy(tensors);
    return status;
}

/* --- what the network sees --- */

/* One line of a plane, `step` floats from sample to sample, against the Gaussian; mirrored at its ends. */
static void blur_line(const float *weights, const float *from, size_t count, size_t step, float *line, float *to)
{
    for (size_t i = 0; i < count + 2 * REACH; i++) {
        line[i] = from[ond_reflect((ptrdiff_t)i - REACH, count) * step];
    }
    for (size_t i = 0; i < count; i++) {
        to[i * step] = ond_vector_dot(weights, line + i, 2 * REACH + 1);
    }
}

static ond_status blur(const float *plane, size_t height, size_t width, float *blurred)
{
    float weights[2 * REACH + 1];
    double sum = 0;
    for (int i = -REACH; i <= REACH; i++) {
        sum += exp(-0.5 * i * i / (contrast_sigma_px * contrast_sigma_px));
    }
    for (int i = -REACH; i <= REACH; i++) {
        weights[i + REACH] = (float)(exp(-0.5 * i * i / (contrast_sigma_px * contrast_sigma_px)) / sum);
    }
    float *line = ond_memory_allocate((height > width ? height : width) + 2 * REACH, sizeof *line);
    if (!line) {
        return OND_ERROR_MEMORY;
    }
    for (size_t row = 0; row < height; row++) {
        blur_line(weights, plane + row * width, width, 1, line, blurred + row * width);
    }
    for (size_t column = 0; column < width; column++) {
        blur_line(weights, blurred + column, height, width, line, blurred + column);
    }
    ond_memory_free(line);
    return OND_OK;
}

size_t ond_learned_place(size_t row, size_t column, size_t width, size_t channels)
{
    return ((row / 2) * (width / 2) + column / 2) * channels + 2 * (row % 2) + column % 2;
}

static void interleave(const ond_learned_view *view, const float *mean, const float *blurred, float *input)
{
    for (size_t row = 0; row < view->height; row++) {
        for (size_t column = 0; column < view->width; column++) {
            size_t i = row * view->width + column;
            float *to = input + ond_learned_place(row, column, view->width, OND_LEARNED_INPUTS);
            to[0] = view->noisy[i] - mean[i];
            to[OND_LEARNED_PHASES] = view->shearlet[i] - view->local[i];
            to[2 * OND_LEARNED_PHASES] = asinhf(mean[i] - blurred[i]);
        }
    }
}

ond_status ond_learned_gather(const ond_learned_view *view, float *mean, float *input)
{
    size_t count = view->height * view->width;
    for (size_t i = 0; i < count; i++) {
        mean[i] = 0.5f * (view->shearlet[i] + view->local[i]);
    }
    float *blurred = ond_memory_allocate(count, sizeof *blurred);
    if (!blurred) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = blur(mean, view->height, view->width, blurred);
    if (status == OND_OK) {
        interleave(view, mean, blurred, input);
    }
    ond_memory_free(blurred);
    return status;
}

/* --- the correction --- */

static ond_status correct(const ond_denoise_model *model, const ond_learned_view *view, float *mean, float *input,
                          float *clean)
{
    OND_TRY(ond_learned_gather(view, mean, input));
    float *output = input; /* the input is copied before the output is written */
    OND_TRY(ond_residual_network_apply(model->network, view->height / 2, view->width / 2, input, output));
    for (size_t row = 0; row < view->height; row++) {
        for (size_t column = 0; column < view->width; column++) {
            size_t i = row * view->width + column;
            clean[i] = mean[i] + output[ond_learned_place(row, column, view->width, OND_LEARNED_PHASES)];
        }
    }
    return OND_OK;
}

ond_status ond_denoise_correct(const ond_denoise_model *model, const ond_array *noisy, const ond_array *shearlet,
                               const ond_array *local, ond_array *clean)
{
    OND_TRY(ond_array_resize(clean, 2, noisy->shape));
    ond_learned_view view = {noisy->shape[0], noisy->shape[1], noisy->data, shearlet->data, local->data};
    size_t count = ond_array_count(noisy);
    float *mean = ond_memory_allocate(count, (1 + OND_LEARNED_PLANES) * sizeof *mean);
    if (!mean) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = correct(model, &view, mean, mean + count, clean->data);
    ond_memory_free(mean);
    return status;
}
