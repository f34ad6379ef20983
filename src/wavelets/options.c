/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/wavelets.h>

enum { MAX_SIZE = 1 << 20 };

_Static_assert(sizeof(ond_morlet_parameters) == sizeof(int), "choice fields are enums as wide as int");

static const char *const morlet_parameters[] = {"kymatio", "bruna-mallat", NULL};

static const ond_option morlet_options[] = {
    OND_OPTION_INT_ROW(ond_morlet_config, scales, 3, 1, 12, "octaves J: the coarsest scale is 2^J pixels"),
    OND_OPTION_INT_ROW(ond_morlet_config, orientations, 8, 1, 64, "angles L in a half turn"),
    OND_OPTION_CHOICE_ROW(ond_morlet_config, parameters, 0, morlet_parameters, "whose widths and frequencies"),
    OND_OPTION_INTERNAL_ROW(ond_morlet_config, height, 0, 0, MAX_SIZE, "rows of the frequency grid"),
    OND_OPTION_INTERNAL_ROW(ond_morlet_config, width, 0, 0, MAX_SIZE, "columns of the frequency grid"),
    OND_OPTION_END,
};

static const ond_option spline_options[] = {
    OND_OPTION_INT_ROW(ond_spline_config, scales, 3, 1, 12, "octaves J: the coarsest scale is 2^J pixels"),
    OND_OPTION_INT_ROW(ond_spline_config, orientations, 8, 1, 64, "angles L in a half turn"),
    OND_OPTION_INTERNAL_ROW(ond_spline_config, height, 0, 0, MAX_SIZE, "rows of the frequency grid"),
    OND_OPTION_INTERNAL_ROW(ond_spline_config, width, 0, 0, MAX_SIZE, "columns of the frequency grid"),
    OND_OPTION_END,
};

static const ond_option separable_options[] = {
    OND_OPTION_INT_ROW(ond_separable_config, scales, 4, 1, 12, "octaves J"),
    OND_OPTION_INTERNAL_ROW(ond_separable_config, height, 0, 0, MAX_SIZE, "rows of the frequency grid"),
    OND_OPTION_INTERNAL_ROW(ond_separable_config, width, 0, 0, MAX_SIZE, "columns of the frequency grid"),
    OND_OPTION_END,
};

const ond_option *ond_separable_options(void)
{
    return separable_options;
}

ond_separable_config ond_separable_config_default(void)
{
    ond_separable_config config;
    ond_options_default(separable_options, &config);
    return config;
}

const ond_option *ond_morlet_options(void)
{
    return morlet_options;
}

const ond_option *ond_spline_options(void)
{
    return spline_options;
}

ond_morlet_config ond_morlet_config_default(void)
{
    ond_morlet_config config;
    ond_options_default(morlet_options, &config);
    return config;
}

ond_spline_config ond_spline_config_default(void)
{
    ond_spline_config config;
    ond_options_default(spline_options, &config);
    return config;
}
