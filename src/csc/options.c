/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/dictionary_learning.h>
#include <ondelet/pursuit.h>

_Static_assert(sizeof(ond_pursuit_method) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_shrinkage) == sizeof(int), "choice fields are enums as wide as int");

static const char *const methods[]
    = {"threshold", "ista", "fista", "admm", "omp", "ml-ista", "ml-fista", "projection", "holistic", NULL};
static const char *const rules[] = {"soft", "hard", NULL};
static const char *const plannings[] = {"estimate", "measure", "patient", NULL};

static const ond_option options[] = {
    OND_OPTION_CHOICE_ROW(ond_pursuit_config, method, OND_PURSUIT_FISTA, methods, "how codes are sought"),
    OND_OPTION_CHOICE_ROW(ond_pursuit_config, rule, 0, rules, "of thresholding"),
    OND_OPTION_BOOL_ROW(ond_pursuit_config, nonnegative, 0, "codes are not negative"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, lambda, 0.05, 1e-30, 1e30, "penalty, or threshold, in units of the image"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, share, 0, 0, 0.999,
                        "ista, fista, admm: penalty as a share of the one above which all codes are zero; 0: lambda"),
    OND_OPTION_INT_ROW(ond_pursuit_config, iterations, 500, 1, 10000000, "at most"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, tolerance, 1e-3, 0, 1, "relative gap, residual or change to stop at"),
    OND_OPTION_BOOL_ROW(ond_pursuit_config, polish, 0, "refine the codes found in double precision"),
    OND_OPTION_BOOL_ROW(ond_pursuit_config, restart, 1, "forget momentum that points uphill"),
    OND_OPTION_INT_ROW(ond_pursuit_config, terms, 100, 1, 100000, "most atoms of omp and projection"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, residual, 0, 0, 1e30, "norm at which omp and projection stop"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, rho, 0, 0, 1e30, "penalty of admm; 0: 50 lambda + 1"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, relaxation, 1.8, 1, 1.999, "of admm"),
    OND_OPTION_BOOL_ROW(ond_pursuit_config, adapt, 1, "admm balances its residuals"),
    OND_OPTION_REAL_ROW(ond_pursuit_config, step, 1, 1e-9, 1, "of ml-ista's first layer, as a share of its bound"),
    OND_OPTION_INT_ROW(ond_pursuit_config, cosparsity, 1, 0, 100000, "zeros of the first layer that holistic seeks"),
    OND_OPTION_CHOICE_ROW(ond_pursuit_config, planning, 0, plannings, "time spent on choosing fast FFTs"),
    OND_OPTION_END,
};

const ond_option *ond_pursuit_options(void)
{
    return options;
}

ond_pursuit_config ond_pursuit_config_default(void)
{
    ond_pursuit_config config;
    ond_options_default(options, &config);
    return config;
}

_Static_assert(sizeof(ond_learning_method) == sizeof(int), "choice fields are enums as wide as int");

static const char *const learning_methods[] = {"online", "consensus", NULL};

static const ond_option learning_options[] = {
    OND_OPTION_CHOICE_ROW(ond_learning_config, method, 0, learning_methods,
                          "online: image after image; consensus: all of one size at once"),
    OND_OPTION_REAL_ROW(ond_learning_config, lambda, 0.1, 1e-30, 1e30, "penalty of the codes, in units of the images"),
    OND_OPTION_REAL_ROW(ond_learning_config, share, 0, 0, 0.999,
                        "online: penalty as a share of the one above which all codes are zero; 0: lambda"),
    OND_OPTION_BOOL_ROW(ond_learning_config, nonnegative, 0, "online: codes are not negative"),
    OND_OPTION_REAL_ROW(ond_learning_config, step, 0.5, 1e-9, 1, "of the first image, as a share of its bound"),
    OND_OPTION_REAL_ROW(ond_learning_config, offset, 20, 1e-9, 1e30, "images after which steps are half as long"),
    OND_OPTION_BOOL_ROW(ond_learning_config, zero_mean, 1, "atoms of the first layer have no mean"),
    OND_OPTION_INT_ROW(ond_learning_config, code_iterations, 100, 1, 1000000, "for the codes of an image; online"),
    OND_OPTION_REAL_ROW(ond_learning_config, sparsity, 0, 0, 1e30, "zeta, on entries of deeper dictionaries"),
    OND_OPTION_REAL_ROW(ond_learning_config, filled, 1, 1e-9, 1,
                        "share of the entries of a deeper atom that may be other than zero: the largest"),
    OND_OPTION_REAL_ROW(ond_learning_config, rho, 0, 0, 1e30, "of consensus; 0: the number of images"),
    OND_OPTION_INT_ROW(ond_learning_config, iterations, 200, 1, 1000000, "of consensus"),
    OND_OPTION_END,
};

const ond_option *ond_learning_options(void)
{
    return learning_options;
}

ond_learning_config ond_learning_config_default(void)
{
    ond_learning_config config;
    ond_options_default(learning_options, &config);
    return config;
}
