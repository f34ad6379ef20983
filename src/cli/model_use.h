/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_MODEL_USE_H
#define OND_CLI_MODEL_USE_H

#include "cli/feature_walk.h"

/* NULL after a complaint. */
ond_model *model_open(const char *path);

/* A walk over images, or rows of features, for this model: its features are checked against the model's. False, after a
 * complaint, when the inputs are features and the model wants images, or the other way round. */
bool model_walk(const ond_model *model, const input_list *inputs, feature_walk *walk);

/* Whether an array file holds rows of features: two or four axes. */
bool holds_features(const char *path);

#endif
