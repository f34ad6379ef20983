/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "csc/admm.h"
#include "csc/learning.h"

#include <math.h>
#include <string.h>

/* Consensus learning: one step of every image's codes, one step of the dictionary, and so on. */
typedef struct class
{
    size_t count, height, width;
    ond_operator *operator_;
    ond_lasso *lassos;
    ond_admm **pursuits;
    float **codes;
    ond_consensus *consensus;
} class;

static ond_status check_images(const ond_learner *learner, const ond_array *images, class *c)
{
    char text[OND_SHAPE_TEXT_SIZE];
    size_t channels = learner->layers[0]->info.channels;
    bool has_channels = images->rank == 4;
    bool is_fit = has_channels ? images->shape[1] == channels : images->rank == 3 && channels == 1;
    if (!is_fit || ond_array_count(images) == 0) {
        return ond_fail(OND_ERROR_SHAPE, "images are %s, [count, %zu, height, width] is wanted",
                        ond_shape_text(images->rank, images->shape, text), channels);
    }
    OND_TRY(ond_array_check_filled(images, "the images"));
    OND_TRY(ond_array_check_finite(images, "the images"));
    c->count = images->shape[0];
    c->height = images->shape[images->rank - 2];
    c->width = images->shape[images->rank - 1];
    return OND_OK;
}

static ond_status open_class(ond_learner *learner, const ond_array *images, class *c)
{
    ond_pursuit_config config = ond_pursuit_config_default();
    double rho = learner->config.rho > 0 ? learner->config.rho : (double)c->count;
    OND_TRY(ond_operator_create(learner->layers[0], c->height, c->width, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE,
                                &c->operator_));
    c->lassos = ond_memory_allocate_zero(c->count, sizeof *c->lassos);
    c->pursuits = ond_memory_allocate_zero(c->count, sizeof(ond_admm *));
    c->codes = ond_memory_allocate_zero(c->count, sizeof(float *));
    if (!c->lassos || !c->pursuits || !c->codes) {
        return OND_ERROR_MEMORY;
    }
    for (size_t k = 0; k < c->count; k++) {
        c->lassos[k] = (ond_lasso){.operator_ = c->operator_,
                                   .signal = images->data + k * c->operator_->image_size,
                                   .lambda = learner->config.lambda};
        OND_TRY(ond_admm_create(&c->lassos[k], &config, &c->pursuits[k]));
        c->codes[k] = ond_memory_allocate(c->operator_->code_size, sizeof(float));
        if (!c->codes[k]) {
            return OND_ERROR_MEMORY;
        }
    }
    return ond_consensus_create(learner->layers[0], images->data, c->count, c->height, c->width, rho, &c->consensus);
}

static void close_class(class *c)
{
    for (size_t k = 0; k < c->count; k++) {
        ond_admm_destroy(c->pursuits ? c->pursuits[k] : NULL);
        ond_memory_free(c->codes ? c->codes[k] : NULL);
    }
    ond_memory_free(c->lassos);
    ond_memory_free(c->pursuits);
    ond_memory_free(c->codes);
    ond_consensus_destroy(c->consensus);
    ond_operator_destroy(c->operator_);
}

static ond_status iterate(const ond_learner *learner, class *c)
{
    for (int i = 0; i < learner->config.iterations; i++) {
        for (size_t k = 0; k < c->count; k++) {
            OND_TRY(ond_admm_step(c->pursuits[k]));
            ond_admm_codes(c->pursuits[k], c->codes[k]);
        }
        ond_consensus_step(c->consensus, (const float *const *)c->codes, learner->config.zero_mean != 0);
        for (size_t k = 0; k < c->count; k++) {
            ond_admm_reload(c->pursuits[k]);
        }
    }
    return OND_OK;
}

/* Means over the images, with the dictionary as it is at the end. */
static ond_status tell(const ond_learner *learner, const class *c, ond_learning_report *report)
{
    ond_operator *operator_ = NULL;
    ond_lasso_room room = {0};
    OND_TRY(ond_operator_create(learner->layers[0], c->height, c->width, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE,
                                &operator_));
    ond_status status = ond_lasso_room_create(operator_, &room);
    *report = (ond_learning_report){.filled = 1};
    for (size_t k = 0; status == OND_OK && k < c->count; k++) {
        ond_layer_report own = {0};
        ond_lasso lasso = c->lassos[k];
        lasso.operator_ = operator_;
        ond_lasso_evaluate(&lasso, c->codes[k], &room, &own);
        double norm = sqrt(ond_vector_sum_squares(lasso.signal, operator_->image_size));
        report->objective += own.objective / (double)c->count;
        report->residual += norm > 0 ? own.residual / norm / (double)c->count : 0;
        report->density += (double)own.nonzeros / (double)operator_->code_size / (double)c->count;
    }
    ond_lasso_room_free(&room);
    ond_operator_destroy(operator_);
    return status;
}

ond_status ond_learner_fit(ond_learner *learner, const ond_array *images, ond_learning_report *report)
{
    class c = {0};
    if (learner->config.method != OND_LEARNING_CONSENSUS) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "online learning takes one image after the other");
    }
    OND_TRY(check_images(learner, images, &c));
    ond_status status = open_class(learner, images, &c);
    status = status == OND_OK ? iterate(learner, &c) : status;
    if (status == OND_OK && report) {
        status = tell(learner, &c, report);
    }
    close_class(&c);
    return status;
}
