/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/scattering.h>

_Static_assert(sizeof(ond_padding) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_averaging) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_planning) == sizeof(int), "choice fields are enums as wide as int");

static const char *const paddings[] = {"reflect", "kymatio", "zero", "periodic", "none", NULL};
static const char *const averagings[] = {"local", "global", NULL};
static const char *const plannings[] = {"estimate", "measure", "patient", NULL};

static const ond_option options[] = {
    OND_OPTION_INT_ROW(ond_scattering_config, order, 2, 0, OND_MAX_ORDER, "highest order of the cascade"),
    OND_OPTION_CHOICE_ROW(ond_scattering_config, padding, 0, paddings, "what surrounds the image"),
    OND_OPTION_CHOICE_ROW(ond_scattering_config, averaging, 0, averagings,
                          "low-pass every 2^scales pixels, or one mean"),
    OND_OPTION_INT_ROW(ond_scattering_config, oversampling, 0, 0, 12, "sample every layer 2^N times more densely"),
    OND_OPTION_BOOL_ROW(ond_scattering_config, normalize, 0, "divide orders above 1 by their parents"),
    OND_OPTION_BOOL_ROW(ond_scattering_config, log, 0, "natural logarithm of orders above 0"),
    OND_OPTION_REAL_ROW(ond_scattering_config, log_floor, 1e-4, 1e-30, 1e30, "added before logarithm and division"),
    OND_OPTION_CHOICE_ROW(ond_scattering_config, planning, 0, plannings, "time spent on choosing fast FFTs"),
    OND_OPTION_END,
};

const ond_option *ond_scattering_options(void)
{
    return options;
}

ond_scattering_config ond_scattering_config_default(void)
{
    ond_scattering_config config;
    ond_options_default(options, &config);
    return config;
}
