/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/denoise.h>

_Static_assert(sizeof(ond_denoise_method) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_noise_model) == sizeof(int), "choice fields are enums as wide as int");

static const char *const methods[] = {"auto", "union", "shearlet", "local", "wavelet", "learned", "csc", NULL};
static const char *const plannings[] = {"estimate", "measure", "patient", NULL};
static const char *const models[] = {"gaussian", "poisson", NULL};

static const ond_option options[] = {
    OND_OPTION_CHOICE_ROW(ond_denoise_config, method, 0, methods, "auto: learned where its model is found, else union"),
    OND_OPTION_CHOICE_ROW(ond_denoise_config, noise, 0, models, "poisson: variance proportional to the mean"),
    OND_OPTION_INTERNAL_REAL_ROW(ond_denoise_config, noise_std, 0, 0, 1e30, "of the noise, in units of the image"),
    OND_OPTION_CHOICE_ROW(ond_denoise_config, planning, 0, plannings, "time spent on choosing fast FFTs"),
    OND_OPTION_END,
};

const ond_option *ond_denoise_options(void)
{
    return options;
}

ond_denoise_config ond_denoise_config_default(void)
{
    ond_denoise_config config;
    ond_options_default(options, &config);
    return config;
}
