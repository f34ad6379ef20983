/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/shearlets.h>

enum { MAX_SIZE = 1 << 20 };

_Static_assert(sizeof(ond_shearlet_system) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_shearlet_directional) == sizeof(int), "choice fields are enums as wide as int");

static const char *const systems[] = {"compact", "meyer", "meyer-simple", NULL};
static const char *const directionals[] = {"dmaxflat4", "cd", NULL};

static const ond_option options[] = {
    OND_OPTION_CHOICE_ROW(ond_shearlet_config, system, OND_SHEARLET_COMPACT, systems,
                          "compactly supported, or band-limited with scales of two octaves"),
    OND_OPTION_INT_ROW(ond_shearlet_config, scales, 4, 1, 8, "scales J"),
    OND_OPTION_INT_ROW(ond_shearlet_config, shear_levels, -1, -1, 44444444,
                       "a digit 0 to 4 per scale, coarse to fine (1122): digit s gives 4 * 2^s directions; -1: the "
                       "system's own"),
    OND_OPTION_CHOICE_ROW(ond_shearlet_config, directional, OND_SHEARLET_DMAXFLAT4, directionals,
                          "fan filter of the compact system"),
    OND_OPTION_BOOL_ROW(ond_shearlet_config, full, 0, "both cones get the atoms on the seams (compact system)"),
    OND_OPTION_BOOL_ROW(ond_shearlet_config, parseval, 1, "normalise the bank so that its adjoint is its inverse"),
    OND_OPTION_BOOL_ROW(ond_shearlet_config, one_sided, 0, "complex atoms, zero for half of the frequencies"),
    OND_OPTION_INTERNAL_ROW(ond_shearlet_config, height, 0, 0, MAX_SIZE, "rows of the frequency grid"),
    OND_OPTION_INTERNAL_ROW(ond_shearlet_config, width, 0, 0, MAX_SIZE, "columns of the frequency grid"),
    OND_OPTION_END,
};

const ond_option *ond_shearlet_options(void)
{
    return options;
}

ond_shearlet_config ond_shearlet_config_default(void)
{
    ond_shearlet_config config;
    ond_options_default(options, &config);
    return config;
}
