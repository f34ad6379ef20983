/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_TILES_H
#define OND_SCATTERING_TILES_H

#include "core/status.h"
#include "scattering/geometry.h"

#include <ondelet/scattering.h>

/* With six periods the side lobes of the low-pass at coarse levels still show in 1e-5. */
enum { OND_TILE_PERIODS = 8, OND_LEAST_TILE_MARGIN = 128 };

/* Cuts tiles from the plane whose one period is the padded image. */
typedef struct ond_tile_cutter {
    const ond_planes *images;
    ond_padding padding;
    ond_axis rows, columns; /* of the whole image */
    size_t height, width;   /* of a tile */
    float *band;            /* height x width of the image: the rows of a row of tiles */
} ond_tile_cutter;

/* Fetches the rows of the tiles that begin at row `origin` of the padded image, which may lie outside. */
ond_status ond_tile_fetch_band(const ond_tile_cutter *cutter, size_t plane, ptrdiff_t origin);
/* The tile of the band that begins at column `origin`: [height, width]. */
void ond_tile_cut(const ond_tile_cutter *cutter, ptrdiff_t origin, float *pixels);

/* What the filters reach, in pixels: a multiple of 2^J. */
size_t ond_tile_margin(int scales);

/* A bank's scattering of images that are padded already, with the samples as they are. */
ond_status ond_tile_scattering(const ond_scattering *scattering, ond_averaging averaging, ond_scattering **tile);

/* ond_scattering_apply_planes with tiles whose sides are about `side` pixels. */
ond_status ond_scattering_apply_tiles(const ond_scattering *scattering, const ond_planes *images, size_t side,
                                      const ond_planes *features);

/* The same for means over the whole image. */
ond_status ond_scattering_mean_tiles(const ond_scattering *scattering, const ond_planes *images, size_t side,
                                     const ond_planes *features);

#endif
