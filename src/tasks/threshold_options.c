/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/inpaint.h>
#include <ondelet/threshold.h>

_Static_assert(sizeof(ond_threshold_rule) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_threshold_weights) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_threshold_low_pass) == sizeof(int), "choice fields are enums as wide as int");

static const char *const plannings[] = {"estimate", "measure", "patient", NULL};
static const char *const rules[] = {"hard", "soft", "garrote", NULL};
static const char *const weights[] = {"none", "noise", NULL};
static const char *const low_pass[] = {"auto", "treated", "spared", NULL};

static const ond_option threshold_options[] = {
    OND_OPTION_CHOICE_ROW(ond_threshold_config, rule, 0, rules, "what becomes of coefficients above the threshold"),
    OND_OPTION_CHOICE_ROW(ond_threshold_config, weights, 0, weights,
                          "noise: the threshold of a band is scaled by what white noise would leave in it"),
    OND_OPTION_CHOICE_ROW(
        ond_threshold_config, low_pass, 0, low_pass,
        "the coarsest band; auto: treated as the others in decimated wavelets by the hard rule, else spared"),
    OND_OPTION_REAL_ROW(ond_threshold_config, value, 0, 0, 1e30,
                        "the threshold, in units of the image (of pictures: grey levels of 255)"),
    OND_OPTION_REAL_ROW(ond_threshold_config, keep, -1, -1, 9e15,
                        "keep the N largest coefficients of each channel; -1: by the value"),
    OND_OPTION_END,
};

static const ond_option inpaint_options[] = {
    OND_OPTION_INT_ROW(ond_inpaint_config, iterations, 50, 1, 10000, "more find larger structures"),
    OND_OPTION_REAL_ROW(ond_inpaint_config, first_threshold, 3, 1e-6, 1e6,
                        "in standard deviations of the known pixels; larger for larger holes"),
    OND_OPTION_REAL_ROW(ond_inpaint_config, last_threshold, 0.5, 1e-6, 1e6, "of the thresholding iterations"),
    OND_OPTION_REAL_ROW(ond_inpaint_config, wiener_noise, 0.1, 1e-6, 1e6, "noise that the last iterations assume"),
    OND_OPTION_CHOICE_ROW(ond_inpaint_config, planning, 0, plannings, "time spent on choosing fast FFTs"),
    OND_OPTION_END,
};

const ond_option *ond_threshold_options(void)
{
    return threshold_options;
}

const ond_option *ond_inpaint_options(void)
{
    return inpaint_options;
}

ond_threshold_config ond_threshold_config_default(void)
{
    ond_threshold_config config;
    ond_options_default(threshold_options, &config);
    return config;
}

ond_inpaint_config ond_inpaint_config_default(void)
{
    ond_inpaint_config config;
    ond_options_default(inpaint_options, &config);
    return config;
}
