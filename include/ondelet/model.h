/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_MODEL_H
#define ONDELET_MODEL_H

#include <ondelet/extractor.h>
#include <ondelet/learn.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A trained classifier with its whole recipe: how an image becomes features (ond_extractor_config), the head that
 *  decides on them, the names of the classes. Immutable; may be shared by any number of threads. */
typedef struct ond_model ond_model;

typedef struct ond_model_config {
    ond_extractor_config extractor;
    ond_head_config head;
} ond_model_config;

OND_API ond_model_config ond_model_config_default(void);

/** Trains on images.
 *  @param[in] images  [count, height, width], or [count, 3, height, width] for OND_RGB; finite
 *  @param[in] labels  [count], whole numbers 0…classes − 1
 *  @param[in] config  NULL for the default
 *  @retval OND_ERROR_SHAPE     as many labels as images are wanted
 *  @retval OND_ERROR_ARGUMENT  a label that is no whole number from 0 on, or only one class
 *  Cost: ond_extractor_apply, then ond_head_fit; memory for all features. */
OND_CHECKED ond_status ond_model_fit(const ond_array *images, const ond_array *labels, const ond_model_config *config,
                                     ond_model **model);

/** @param[in]  images  as for ond_extractor_prepare, of the size trained on unless the features are pooled or resized
 *  @param[out] scores  [count, classes]: probabilities, of which the largest marks the decision
 *  @retval OND_ERROR_SHAPE  images of another size */
OND_CHECKED ond_status ond_model_predict(const ond_model *model, const ond_array *images, ond_array *scores);

/** One safetensors file, whole or not at all. The same model gives the same bytes. */
OND_CHECKED ond_status ond_model_write(const ond_model *model, const char *path);
/** @retval OND_ERROR_FORMAT       no model, or damaged
 *  @retval OND_ERROR_UNSUPPORTED  written by another version of the format */
OND_CHECKED ond_status ond_model_read(const char *path, ond_model **model);

/** Accepts NULL. */
OND_API void ond_model_destroy(ond_model *model);

OND_API size_t ond_model_classes(const ond_model *model);
/** `index` < ond_model_classes. */
OND_API const char *ond_model_class_name(const ond_model *model, size_t index);
/** Number of features that the head takes. */
OND_API size_t ond_model_features(const ond_model *model);
/** NULL for a model of features. */
OND_API const ond_extractor *ond_model_extractor(const ond_model *model);
OND_API const ond_head *ond_model_head(const ond_model *model);
/** Size of the images trained on; 0 where they were of several sizes or the model is one of features. */
OND_API void ond_model_image_size(const ond_model *model, size_t *height, size_t *width);

/** What a model is made of, when features were computed apart. */
typedef struct ond_model_parts {
    const ond_extractor_config *extractor; /**< NULL: the model takes features */
    size_t height, width;                  /**< of the images; 0: several sizes */
    const char *const *class_names;        /**< as many as the head has classes */
} ond_model_parts;

/** Takes the head: it is destroyed with the model, on failure at once. */
OND_CHECKED ond_status ond_model_create(const ond_model_parts *parts, ond_head *head, ond_model **model);

/** @param[in] features  [count, ond_model_features] */
OND_CHECKED ond_status ond_model_predict_features(const ond_model *model, const ond_array *features, ond_array *scores);

/** Which pixels speak for a class. */
typedef enum ond_relevance_rule {
    OND_RELEVANCE_LAYERS, /**< layer-wise relevance propagation: ε-rule through the head, then through the cascade */
    OND_RELEVANCE_SENSITIVITY /**< |∂ score / ∂ pixel| */
} ond_relevance_rule;

/** @param[in]  images     as for ond_model_predict
 *  @param[in]  classes    [count] whole numbers; NULL: what the model decides
 *  @param[out] relevance  [count, colours, height, width] of the prepared images (ond_extractor_prepare). By the ε-rule
 *                         positive pixels speak for the class, negative ones against it
 *  @retval OND_ERROR_UNSUPPORTED  the model takes features
 *  Cost: ond_extractor_apply and ond_extractor_adjoint.
 *  Source: Bach et al., On pixel-wise explanations for non-linear classifier decisions by layer-wise relevance
 *  propagation, PLoS ONE 10(7), 2015, equations 56 and 58. */
OND_CHECKED ond_status ond_model_explain(const ond_model *model, const ond_array *images, const ond_array *classes,
                                         ond_relevance_rule rule, ond_array *relevance);

#ifdef __cplusplus
}
#endif

#endif
