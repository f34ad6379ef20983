/* SPDX-License-Identifier: BSD-3-Clause */
#include "wavelets/dwt.h"

#include "core/array.h"
#include "core/memory.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Which part of each axis makes a band: bit 0 of its orientation goes down, bit 1 across. */
static int part_down(int orientation)
{
    return orientation & 1 ? OND_DWT_HIGH : OND_DWT_LOW;
}

static int part_across(int orientation)
{
    return orientation & 2 ? OND_DWT_HIGH : OND_DWT_LOW;
}

/* Bands without coefficients are left out: those of the high-pass along a side of one pixel. */
static ond_status add_band(ond_dwt *dwt, int level, int orientation)
{
    size_t shape[2] = {dwt->height, dwt->width};
    if (level > 0) {
        shape[0] = dwt->down[level - 1].count[part_down(orientation)];
        shape[1] = dwt->across[level - 1].count[part_across(orientation)];
    }
    size_t count = 0;
    OND_TRY(ond_shape_count(2, shape, &count));
    if (count > SIZE_MAX / sizeof(float) - dwt->count) {
        return ond_fail(OND_ERROR_MEMORY, "the coefficients of an image of %zu x %zu are more than memory can hold",
                        dwt->height, dwt->width);
    }
    if (count > 0) {
        dwt->bands[dwt->band_count++] = (ond_dwt_band){level, orientation, dwt->count, shape[0], shape[1], 1};
        dwt->count += count;
    }
    return OND_OK;
}

static ond_status add_bands(ond_dwt *dwt)
{
    OND_TRY(add_band(dwt, dwt->levels, 0));
    for (int level = dwt->levels; level > 0; level--) {
        for (int orientation = 1; orientation <= 3; orientation++) {
            OND_TRY(add_band(dwt, level, orientation));
        }
    }
    return OND_OK;
}

static ond_status set_gains(ond_dwt *dwt, const ond_dwt_config *config)
{
    double down[OND_DWT_MOST_LEVELS][OND_DWT_PARTS];
    double across[OND_DWT_MOST_LEVELS][OND_DWT_PARTS];
    OND_TRY(ond_dwt_variances(config, &dwt->filters, dwt->height, dwt->levels, down));
    if (dwt->width == dwt->height) {
        memcpy(across, down, sizeof across);
    } else {
        OND_TRY(ond_dwt_variances(config, &dwt->filters, dwt->width, dwt->levels, across));
    }
    for (size_t i = 0; i < dwt->band_count && dwt->levels > 0; i++) {
        ond_dwt_band *band = &dwt->bands[i];
        band->gain = sqrt(down[band->level - 1][part_down(band->orientation)]
                          * across[band->level - 1][part_across(band->orientation)]);
    }
    return OND_OK;
}

static ond_status fill(ond_dwt *dwt, const ond_dwt_config *config)
{
    dwt->filters = ond_dwt_filters_of(config->family);
    dwt->levels = ond_dwt_levels_for(config, dwt->height, dwt->width);
    ond_dwt_axes_make(config, &dwt->filters, dwt->height, dwt->levels, dwt->down);
    ond_dwt_axes_make(config, &dwt->filters, dwt->width, dwt->levels, dwt->across);
    OND_TRY(add_bands(dwt));
    return set_gains(dwt, config);
}

ond_status ond_dwt_create(const ond_dwt_config *config, size_t height, size_t width, ond_dwt **dwt)
{
    ond_dwt_config preset = ond_dwt_config_default();
    config = config ? config : &preset;
    OND_TRY(ond_options_check(ond_dwt_options(), config));
    if (height == 0 || width == 0) {
        return ond_fail(OND_ERROR_SHAPE, "images are %zu x %zu, at least 1 x 1 is wanted", height, width);
    }
    size_t shape[2] = {height, width};
    size_t count = 0;
    OND_TRY(ond_shape_count(2, shape, &count));
    ond_dwt *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->height = height;
    made->width = width;
    ond_status status = fill(made, config);
    if (status != OND_OK) {
        ond_dwt_destroy(made);
        return status;
    }
    *dwt = made;
    return OND_OK;
}

void ond_dwt_destroy(ond_dwt *dwt)
{
    ond_memory_free(dwt);
}

size_t ond_dwt_bands(const ond_dwt *dwt)
{
    return dwt->band_count;
}

ond_dwt_band ond_dwt_band_at(const ond_dwt *dwt, size_t index)
{
    return dwt->bands[index];
}

int ond_dwt_levels(const ond_dwt *dwt)
{
    return dwt->levels;
}

size_t ond_dwt_count(const ond_dwt *dwt)
{
    return dwt->count;
}
