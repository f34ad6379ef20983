/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/learn.h>

_Static_assert(sizeof(ond_head_kind) == sizeof(int) && sizeof(ond_feature_map) == sizeof(int)
                   && sizeof(ond_activation) == sizeof(int) && sizeof(ond_optimizer) == sizeof(int)
                   && sizeof(ond_schedule) == sizeof(int),
               "choice fields are enums as wide as int");

static const char *const kinds[] = {"network", "kernel", "linear", "ridge", "affine", NULL};
static const char *const maps[] = {"root", "none", "log", NULL};
static const char *const activations[] = {"relu", "sigmoid", "tanh", "smooth-relu", "identity", NULL};
static const char *const optimizers[] = {"adam", "sgd", NULL};
static const char *const schedules[] = {"cosine", "constant", "step", NULL};

#define INT_ROW(field, preset, minimum, maximum, help)                                                                 \
    OND_OPTION_INT_ROW(ond_head_config, field, preset, minimum, maximum, help)
#define REAL_ROW(field, preset, minimum, maximum, help)                                                                \
    OND_OPTION_REAL_ROW(ond_head_config, field, preset, minimum, maximum, help)
#define BOOL_ROW(field, preset, help) OND_OPTION_BOOL_ROW(ond_head_config, field, preset, help)
#define CHOICE_ROW(field, names, help) OND_OPTION_CHOICE_ROW(ond_head_config, field, 0, names, help)

static const ond_option options[] = {
    CHOICE_ROW(kind, kinds, "what decides from the features"),
    CHOICE_ROW(map, maps, "what is done to each feature first: signed square root, nothing, logarithm"),
    BOOL_ROW(standardize, 1, "give each feature zero mean and about unit variance"),
    INT_ROW(components, -1, -1, 65536,
            "principal components kept; 0: no projection; -1: 512, but none for ridge where there are as many samples "
            "as features, and 4096 features at most"),
    BOOL_ROW(whiten, 0, "give all components unit variance"),
    INT_ROW(hidden1, 512, 0, 65536, "network: size of the first hidden layer; 0: none"),
    INT_ROW(hidden2, 0, 0, 65536, "network: size of the second hidden layer; 0: none"),
    INT_ROW(hidden3, 0, 0, 65536, "network: size of the third hidden layer; 0: none"),
    CHOICE_ROW(activation, activations, "network: function between the layers"),
    CHOICE_ROW(optimizer, optimizers, "network: how weights are changed"),
    CHOICE_ROW(schedule, schedules, "network: how the rate changes during training"),
    INT_ROW(epochs, 0, 0, 100000, "network: how often every sample is seen; 0: by their number, 15 for many"),
    INT_ROW(batch, 128, 1, 65536, "network: samples of a mini-batch"),
    INT_ROW(patience, 0, 0, 100000, "network: stop after so many epochs without a better validation error; 0: never"),
    INT_ROW(centers, 6000, 1, 30000, "kernel: samples that carry one"),
    INT_ROW(dimensions, 0, 0, 4096, "affine: of each class's space; 0: chosen on held-out samples"),
    INT_ROW(folds, 0, 0, 100, "of cross-validation, for choices; 0: one held-out part, or 5 when samples are few"),
    BOOL_ROW(balance, 0, "let every class weigh the same, however many samples it has"),
    OND_OPTION_INTERNAL_ROW(ond_head_config, seed, 0, 0, 2147483647, "of all random choices"),
    REAL_ROW(validation, 0.1, 0, 0.9, "share of the samples held out; 0: none (network)"),
    REAL_ROW(rate, 1e-3, 1e-9, 1e3, "network: of learning"),
    REAL_ROW(momentum, 0.9, 0, 0.9999, "network: of sgd"),
    REAL_ROW(weight_decay, 0.01, 0, 1e6, "network: share of each weight taken away per step, in units of the rate"),
    REAL_ROW(dropout, 0, 0, 0.9, "network: share of hidden numbers set to 0 in each step; 0.5 helps on many features"),
    REAL_ROW(smoothing, 0, 0, 0.9, "network, linear: share of a label given to all classes alike"),
    REAL_ROW(penalty, 0, 0, 1e30, "linear, ridge, kernel: of squared weights; 0: chosen on held-out samples"),
    REAL_ROW(width, 0, 0, 1e6, "kernel: in mean distances of two samples; 0: chosen on held-out samples"),
    OND_OPTION_END,
};

const ond_option *ond_head_options(void)
{
    return options;
}

ond_head_config ond_head_config_default(void)
{
    ond_head_config config;
    ond_options_default(options, &config);
    return config;
}
