/* SPDX-License-Identifier: BSD-3-Clause */
#include "wavelets/dwt_axis.h"

/* For a side of one pixel: one tap of 1 and no high-pass. */
static const ond_dwt_filters identity = {
    .analysis = {{.count = 1, .values = {1}}},
    .synthesis = {{.count = 1, .values = {1}}},
    .orthogonal = true,
};

static ond_dwt_fold periodic(ptrdiff_t length)
{
    return (ond_dwt_fold){length, length, 0};
}

/* Mirrored between samples: the border samples come twice. */
static ond_dwt_fold half_sample_mirror(ptrdiff_t length)
{
    return (ond_dwt_fold){2 * length, length, 2 * length - 1};
}

/* Mirrored at the border samples. Places keep their parity, so that sites of symmetric filters may be mirrored too. */
static ond_dwt_fold whole_sample_mirror(ptrdiff_t length)
{
    return (ond_dwt_fold){2 * length - 2, length, 2 * length - 2};
}

static ond_dwt_axis identity_axis(void)
{
    return (ond_dwt_axis){
        .filters = &identity,
        .length = 1,
        .count = {1, 0},
        .step = 1,
        .spacing = 1,
        .samples = periodic(1),
        .sites = periodic(1),
        .synthesis_scale = 1,
    };
}

/* An odd side gets its last sample once more. */
static void set_periodic_decimated(ond_dwt_axis *axis, ptrdiff_t length)
{
    ptrdiff_t even = length + length % 2;
    axis->samples = (ond_dwt_fold){even, length, 2 * length - 1};
    axis->sites = periodic(even);
    axis->origin[OND_DWT_HIGH] = axis->filters->high_site;
    axis->count[OND_DWT_LOW] = (size_t)even / 2;
    axis->count[OND_DWT_HIGH] = (size_t)even / 2;
}

/* All coefficients of the mirrored line that reach the samples are stored, so that nothing is asked of the sites
 * outside. */
static void set_expansive(ond_dwt_axis *axis, ptrdiff_t length)
{
    const ond_dwt_taps *taps = &axis->filters->analysis[OND_DWT_LOW];
    axis->samples = half_sample_mirror(length);
    for (int part = 0; part < OND_DWT_PARTS; part++) {
        axis->origin[part] = taps->first;
        axis->count[part] = (size_t)(length + taps->count - 1) / 2;
    }
}

static void set_whole_sample_decimated(ond_dwt_axis *axis, ptrdiff_t length)
{
    axis->samples = whole_sample_mirror(length);
    axis->sites = axis->samples;
    axis->origin[OND_DWT_HIGH] = axis->filters->high_site;
    axis->count[OND_DWT_LOW] = (size_t)(length + 1) / 2;
    axis->count[OND_DWT_HIGH] = (size_t)length / 2;
}

static ond_dwt_axis decimated_axis(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length)
{
    ond_dwt_axis axis = {.filters = filters, .length = length, .step = 2, .spacing = 1, .synthesis_scale = 1};
    if (config->border == OND_DWT_PERIODIC) {
        set_periodic_decimated(&axis, (ptrdiff_t)length);
    } else if (filters->orthogonal) {
        set_expansive(&axis, (ptrdiff_t)length);
    } else {
        set_whole_sample_decimated(&axis, (ptrdiff_t)length);
    }
    return axis;
}

/* Coefficients of a mirrored line are mirrored only when the filters are: the others keep the whole period. */
static void set_undecimated_folds(ond_dwt_axis *axis, const ond_dwt_config *config, ptrdiff_t length)
{
    if (config->border == OND_DWT_PERIODIC) {
        axis->samples = periodic(length);
        axis->sites = axis->samples;
    } else if (!axis->filters->orthogonal) {
        axis->samples = whole_sample_mirror(length);
        axis->sites = axis->samples;
    } else {
        bool finest = axis->spacing == 1;
        axis->samples = finest ? half_sample_mirror(length) : periodic(length);
        axis->sites = periodic(axis->samples.period);
    }
}

static ond_dwt_axis undecimated_axis(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length,
                                     int level)
{
    ond_dwt_axis axis = {.filters = filters, .length = length, .step = 1, .synthesis_scale = 0.5};
    axis.spacing = (ptrdiff_t)1 << (level - 1);
    set_undecimated_folds(&axis, config, (ptrdiff_t)length);
    axis.count[OND_DWT_LOW] = (size_t)axis.sites.length;
    axis.count[OND_DWT_HIGH] = (size_t)axis.sites.length;
    return axis;
}

int ond_dwt_levels_for(const ond_dwt_config *config, size_t height, size_t width)
{
    size_t smaller = height < width ? height : width;
    size_t side = smaller > 1 ? smaller : height + width - smaller;
    int levels = 0;
    while (levels < config->levels && side >> (levels + 1)) {
        levels++;
    }
    return levels;
}

void ond_dwt_axes_make(const ond_dwt_config *config, const ond_dwt_filters *filters, size_t length, int levels,
                       ond_dwt_axis *axes)
{
    bool single = length == 1;
    for (int level = 1; level <= levels; level++) {
        ond_dwt_axis *axis = &axes[level - 1];
        *axis = single                ? identity_axis()
                : config->undecimated ? undecimated_axis(config, filters, length, level)
                                      : decimated_axis(config, filters, length);
        length = axis->count[OND_DWT_LOW];
    }
}
