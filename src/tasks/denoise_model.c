/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/denoise_model.h"

#include "core/memory.h"
#include "io/elements.h"
#include "io/tensors.h"
#include "tasks/learned.h"

#include <string.h>

static const char network_format[] = "ondelet denoise 1";
static const char codes_format[] = "ondelet denoise codes 1";

/* Takes both, also on failure. */
static ond_status create(ond_residual_network *network, ond_denoise_codes *codes, ond_denoise_model **model)
{
    ond_denoise_model *made = ond_memory_allocate(1, sizeof *made);
    if (!made) {
        ond_residual_network_destroy(network);
        ond_denoise_codes_destroy(codes);
        return OND_ERROR_MEMORY;
    }
    made->network = network;
    made->codes = codes;
    atomic_init(&made->owners, 1);
    *model = made;
    return OND_OK;
}

ond_status ond_denoise_model_create(ond_residual_network *network, ond_denoise_model **model)
{
    /* What files hold, so that a model read back is the model written. */
    ond_elements_round_to_half(ond_residual_network_parameters(network), ond_residual_network_parameter_count(network));
    return create(network, NULL, model);
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
        ond_denoise_codes_destroy(model->codes);
        ond_memory_free(model);
    }
}

ond_denoise_method ond_denoise_model_method(const ond_denoise_model *model)
{
    if (!model) {
        return OND_DENOISE_UNION;
    }
    return model->codes ? OND_DENOISE_CSC : OND_DENOISE_LEARNED;
}

static ond_status read_network(const ond_tensors *tensors, ond_residual_network **network)
{
    ond_residual_network *made = NULL;
    OND_TRY(ond_tensors_check_format(tensors, network_format));
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

static ond_status read_parts(const ond_tensors *tensors, ond_residual_network **network, ond_denoise_codes **codes)
{
    const char *format = ond_tensors_metadata(tensors, "format");
    if (format && strcmp(format, codes_format) == 0) {
        return ond_denoise_codes_read(tensors, codes);
    }
    return read_network(tensors, network);
}

ond_status ond_denoise_model_read(const char *path, ond_denoise_model **model)
{
    ond_tensors *tensors = NULL;
    ond_residual_network *network = NULL;
    ond_denoise_codes *codes = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = read_parts(tensors, &network, &codes);
    ond_tensors_destroy(tensors);
    if (status == OND_ERROR_FORMAT) {
        return ond_fail_prefix(status, "%s: ", path);
    }
    OND_TRY(status);
    return create(network, codes, model);
}

static ond_status fill_tensors(const ond_denoise_model *model, ond_tensors *tensors)
{
    OND_TRY(ond_tensors_metadata_set(tensors, "format", model->codes ? codes_format : network_format));
    return model->codes ? ond_denoise_codes_write(model->codes, tensors)
                        : ond_residual_network_write(model->network, tensors);
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
