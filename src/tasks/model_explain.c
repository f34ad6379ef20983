/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/status.h"
#include "core/vector.h"
#include "learn/relevance.h"
#include "tasks/extractor.h"
#include "tasks/model.h"

#include <math.h>
#include <string.h>

/* A call of ond_model_explain on prepared images. */
typedef struct explanation {
    const ond_model *model;
    size_t paths;             /* of the cascade */
    const ond_array *classes; /* NULL: those decided on */
    ond_relevance_rule rule;
    ond_array features, scores, cotangent; /* [count, features], [count, classes], [count, features] */
} explanation;

static ond_status class_of(const explanation *call, size_t index, size_t *class)
{
    size_t classes = ond_model_classes(call->model);
    const float *scores = call->scores.data + index * classes;
    if (!call->classes) {
        *class = ond_decide(scores, classes);
        return OND_OK;
    }
    double given = (double)call->classes->data[index];
    if (!(given >= 0 && given < (double)classes) || given != floor(given)) {
        return ond_fail(OND_ERROR_ARGUMENT, "class %zu is %g, whole numbers 0..%zu are wanted", index, given,
                        classes - 1);
    }
    *class = (size_t)given;
    return OND_OK;
}

/* Derivative of log score: raw_c less the mean of raw under the scores, times the sharpness of the softmax. */
static ond_status derive_score(const explanation *call, size_t index, size_t class, float *gradient)
{
    size_t classes = ond_model_classes(call->model);
    float *slope = ond_memory_allocate(classes, sizeof *slope);
    if (!slope) {
        return OND_ERROR_MEMORY;
    }
    for (size_t k = 0; k < classes; k++) {
        float share = (k == class ? 1.0F : 0.0F) - call->scores.data[index * classes + k];
        slope[k] = (float)call->model->head->sharpness * share;
    }
    const float *x = call->features.data + index * call->features.shape[1];
    ond_status status = ond_head_derive(call->model->head, x, slope, gradient);
    ond_memory_free(slope);
    return status;
}

/* The order 0 of each colour is never taken by the logarithm. */
static bool is_logarithm(const ond_extractor_config *config, size_t feature, size_t features_of_color, size_t places)
{
    bool scattered = config->image.features == OND_FEATURES_SCATTERING;
    return scattered && config->scattering.log && feature % features_of_color >= places;
}

/* A feature's relevance goes to the pixels in the proportion in which they make it up, x ∂f/∂x. These add up to f,
 * since scattering is homogeneous, or to 1 for its logarithm: divided by that, relevance is conserved. */
static void share_out(const explanation *call, size_t index)
{
    enum { PARTS = 20 }; /* features below a twentieth of the root mean square get less */
    const ond_extractor_config *config = ond_extractor_configuration(call->model->extractor);
    size_t count = call->features.shape[1];
    const float *features = call->features.data + index * count;
    float *cotangent = call->cotangent.data + index * count;
    size_t of_color = count / (config->image.color == OND_RGB ? 3 : 1);
    size_t places = of_color / call->paths;
    double floor_square = ond_vector_sum_squares(features, count) / (double)count / (PARTS * PARTS);
    for (size_t i = 0; i < count; i++) {
        double feature = (double)features[i];
        if (!is_logarithm(config, i, of_color, places) && feature != 0) {
            cotangent[i] = (float)((double)cotangent[i] * feature / (feature * feature + floor_square));
        }
    }
}

static ond_status explain_one(const explanation *call, size_t index)
{
    size_t class = 0;
    size_t count = call->features.shape[1];
    float *cotangent = call->cotangent.data + index * count;
    OND_TRY(class_of(call, index, &class));
    if (call->rule == OND_RELEVANCE_SENSITIVITY) {
        return derive_score(call, index, class, cotangent);
    }
    OND_TRY(ond_head_relevance(call->model->head, call->features.data + index * count, class, cotangent));
    share_out(call, index);
    return OND_OK;
}

/* From ∂ to what is shown: |∂|, or the pixel's part x ∂. */
static void finish(const explanation *call, const ond_array *prepared, ond_array *relevance)
{
    size_t count = ond_array_count(relevance);
    for (size_t i = 0; i < count; i++) {
        relevance->data[i] = call->rule == OND_RELEVANCE_SENSITIVITY ? fabsf(relevance->data[i])
                                                                     : relevance->data[i] * prepared->data[i];
    }
}

static ond_status explain(explanation *call, const ond_array *prepared, ond_array *relevance)
{
    const ond_extractor *extractor = call->model->extractor;
    OND_TRY(ond_extractor_apply_prepared(extractor, prepared, &call->features));
    OND_TRY(ond_head_predict(call->model->head, &call->features, &call->scores));
    OND_TRY(ond_array_resize(&call->cotangent, 2, call->features.shape));
    for (size_t i = 0; i < prepared->shape[0]; i++) {
        OND_TRY(explain_one(call, i));
    }
    OND_TRY(ond_extractor_adjoint(extractor, prepared, &call->cotangent, relevance));
    finish(call, prepared, relevance);
    return OND_OK;
}

static ond_status check_classes(const ond_array *classes, size_t images)
{
    if (classes && (!classes->data || classes->rank != 1 || classes->shape[0] != images)) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "classes are %s, one for each of %zu images is wanted",
                        ond_shape_text(classes->rank, classes->shape, text), images);
    }
    return OND_OK;
}

ond_status ond_model_explain(const ond_model *model, const ond_array *images, const ond_array *classes,
                             ond_relevance_rule rule, ond_array *relevance)
{
    explanation call = {.model = model, .classes = classes, .rule = rule};
    ond_array prepared = {0};
    ond_status status = ond_model_prepare(model, images, &prepared);
    call.paths = status == OND_OK ? ond_extractor_paths(model->extractor) : 1;
    status = status == OND_OK ? check_classes(classes, prepared.shape[0]) : status;
    status = status == OND_OK ? explain(&call, &prepared, relevance) : status;
    ond_array_free(&prepared);
    ond_array_free(&call.features);
    ond_array_free(&call.scores);
    ond_array_free(&call.cotangent);
    return status;
}
