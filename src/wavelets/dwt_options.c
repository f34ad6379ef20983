/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"
#include "wavelets/dwt.h"

_Static_assert(sizeof(ond_dwt_family) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_dwt_border) == sizeof(int), "choice fields are enums as wide as int");

static const char *const families[]
    = {"haar", "db2", "db3", "db4", "db5", "db6", "db7", "db8", "db9", "db10", "cdf53", "cdf97", NULL};
static const char *const borders[] = {"periodic", "symmetric", NULL};

static const ond_option dwt_options[] = {
    OND_OPTION_CHOICE_ROW(ond_dwt_config, family, OND_DWT_DB4, families, "wavelet filters"),
    OND_OPTION_CHOICE_ROW(ond_dwt_config, border, OND_DWT_SYMMETRIC, borders, "what lies outside of the image"),
    OND_OPTION_INT_ROW(ond_dwt_config, levels, 4, 1, OND_DWT_MOST_LEVELS, "octaves, as far as the image allows"),
    OND_OPTION_BOOL_ROW(ond_dwt_config, undecimated, 0, "no subsampling: shift-invariant, redundant"),
    OND_OPTION_END,
};

const ond_option *ond_dwt_options(void)
{
    return dwt_options;
}

ond_dwt_config ond_dwt_config_default(void)
{
    ond_dwt_config config;
    ond_options_default(dwt_options, &config);
    return config;
}
