/* SPDX-License-Identifier: BSD-3-Clause */
#include "shearlets/layout.h"

#include <stdint.h>

static ond_status check_compact_fields(const ond_shearlet_config *config)
{
    if (config->shear_levels >= 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "shear_levels = %d is for the compact system, -1 is wanted with another",
                        config->shear_levels);
    }
    if (config->full) {
        return ond_fail(OND_ERROR_ARGUMENT, "full = 1 is for the compact system, 0 is wanted with another");
    }
    if (config->directional != OND_SHEARLET_DMAXFLAT4) {
        return ond_fail(OND_ERROR_ARGUMENT,
                        "directional = cd is for the compact system, dmaxflat4 is wanted with another");
    }
    return OND_OK;
}

/* The last digit is the finest scale's. */
static ond_status read_levels(const ond_shearlet_config *config, ond_shear_layout *layout)
{
    int digits = config->shear_levels;
    for (int scale = 0; scale < config->scales; scale++, digits /= 10) {
        layout->level[scale] = digits % 10;
        if (layout->level[scale] > OND_SHEAR_LEVEL) {
            return ond_fail(OND_ERROR_ARGUMENT, "shear_levels = %d has the digit %d, 0..%d are wanted",
                            config->shear_levels, layout->level[scale], OND_SHEAR_LEVEL);
        }
    }
    if (digits > 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "shear_levels = %d has more digits than the %d scales",
                        config->shear_levels, config->scales);
    }
    return OND_OK;
}

static ond_status choose_levels(const ond_shearlet_config *config, ond_shear_layout *layout)
{
    if (config->system != OND_SHEARLET_COMPACT) {
        OND_TRY(check_compact_fields(config));
    } else if (config->shear_levels >= 0) {
        return read_levels(config, layout);
    }
    for (int scale = 0; scale < config->scales; scale++) {
        int from_coarse = config->scales - scale; /* j = 1 is the coarsest */
        layout->level[scale] = config->system == OND_SHEARLET_COMPACT ? (from_coarse + 1) / 2 : from_coarse - 1;
    }
    return OND_OK;
}

ond_status ond_shear_lay_out(const ond_shearlet_config *config, ond_shear_layout *layout)
{
    *layout = (ond_shear_layout){.scales = config->scales, .full = config->full != 0};
    OND_TRY(choose_levels(config, layout));
    for (int scale = 0; scale < config->scales; scale++) {
        layout->first[scale + 1] = layout->first[scale] + ond_shear_count(layout, scale);
    }
    return OND_OK;
}

/* Largest shear of the atoms near the row axis; those near the column axis go up to 2^s. */
static int row_reach(const ond_shear_layout *layout, int scale)
{
    return (1 << layout->level[scale]) - (layout->full ? 0 : 1);
}

size_t ond_shear_count(const ond_shear_layout *layout, int scale)
{
    return 2 * (size_t)(row_reach(layout, scale) + (1 << layout->level[scale])) + 2;
}

/* By angle: the atoms near the row axis with rising shear, then those near the column axis with falling shear. */
ond_shear ond_shear_at(const ond_shear_layout *layout, int scale, size_t orientation)
{
    int reach = row_reach(layout, scale);
    int place = (int)orientation;
    if (place <= 2 * reach) {
        return (ond_shear){OND_SHEAR_ROW, place - reach};
    }
    return (ond_shear){OND_SHEAR_COLUMN, (1 << layout->level[scale]) - (place - 2 * reach - 1)};
}

size_t ond_shear_index(const ond_shear_layout *layout, int scale, ond_shear shear)
{
    int reach = row_reach(layout, scale);
    int largest = 1 << layout->level[scale];
    int place = 0;
    if (shear.axis == OND_SHEAR_ROW) {
        if (shear.shear < -reach || shear.shear > reach) {
            return SIZE_MAX;
        }
        place = shear.shear + reach;
    } else {
        place = 2 * reach + 1 + largest - shear.shear;
    }
    return layout->first[scale] + (size_t)place;
}
