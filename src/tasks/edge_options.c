/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/edges.h>

_Static_assert(sizeof(ond_edge_method) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_edge_kind) == sizeof(int), "choice fields are enums as wide as int");

static const char *const methods[] = {"measure", "learned", "gradient", "coshrem", NULL};
static const char *const kinds[] = {"steps", "ridges", NULL};

static const ond_option edge_options[] = {
    OND_OPTION_CHOICE_ROW(ond_edge_config, method, 0, methods,
                          "measure: shearlets without training; learned: a trained model; gradient: the classical one; "
                          "coshrem: the measure as published"),
    OND_OPTION_CHOICE_ROW(ond_edge_config, kind, 0, kinds, "ridges: bright or dark lines (measure only)"),
    OND_OPTION_REAL_ROW(ond_edge_config, low, -1, -1, 1, "strength that a line keeps all along; -1: automatic"),
    OND_OPTION_REAL_ROW(ond_edge_config, high, -1, -1, 1, "strength that a line reaches somewhere; -1: automatic"),
    OND_OPTION_REAL_ROW(ond_edge_config, contrast, 10, 0, 1e6, "smallest step, in levels of 255 (coshrem only)"),
    OND_OPTION_END,
};

const ond_option *ond_edge_options(void)
{
    return edge_options;
}

ond_edge_config ond_edge_config_default(void)
{
    ond_edge_config config;
    ond_options_default(edge_options, &config);
    return config;
}

static const ond_option training_options[] = {
    OND_OPTION_INT_ROW(ond_edge_training, samples, 5000, 1, 10000000, "pixels of each picture that are learned from"),
    OND_OPTION_INT_ROW(ond_edge_training, epochs, 5, 1, 10000, "how often each of them is seen"),
    OND_OPTION_INT_ROW(ond_edge_training, hidden, 192, 6, 1024, "width of the networks"),
    OND_OPTION_BOOL_ROW(ond_edge_training, second, 1, "a second network that sees the first's map"),
    OND_OPTION_REAL_ROW(ond_edge_training, dropout, 0.25, 0, 0.9, "share of hidden numbers set to 0 in each step"),
    OND_OPTION_REAL_ROW(ond_edge_training, input_dropout, 0.1, 0, 0.9, "share of features set to their mean"),
    OND_OPTION_REAL_ROW(ond_edge_training, rate, 2e-3, 1e-9, 1, "of learning, at the start"),
    OND_OPTION_REAL_ROW(ond_edge_training, softness_px, 3, 1, 100, "where a boundary has faded to nothing"),
    OND_OPTION_INTERNAL_ROW(ond_edge_training, seed, 0, 0, 2147483647, "of random numbers"),
    OND_OPTION_END,
};

const ond_option *ond_edge_training_options(void)
{
    return training_options;
}

ond_edge_training ond_edge_training_default(void)
{
    ond_edge_training config;
    ond_options_default(training_options, &config);
    return config;
}
