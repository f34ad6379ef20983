/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/tiles.h"

#include "core/array.h"
#include "core/border.h"
#include "core/memory.h"
#include "core/planes.h"
#include "fft/fft.h"
#include "scattering/scattering.h"

#include <string.h>

/* Huge images are scattered tile by tile. A tile is a part of the padded image, which the filters see as one period of
 * a plane: it is cut from that plane, and outputs nearer to its border than the filters reach are left out. So what is
 * delivered is what the whole image would give. */

enum { TILE = 2048 };

/* One axis of the image in tiles. */
typedef struct tile_axis {
    ond_axis axis;  /* of the whole image */
    size_t side;    /* of a tile */
    size_t margin;  /* of it, in pixels */
    size_t skipped; /* outputs in the margin that the tile's cascade gives */
    size_t own;     /* outputs that it delivers */
} tile_axis;

/* One call. */
typedef struct tiling {
    const ond_scattering *tile; /* of images that are padded already */
    const ond_planes *images, *features;
    ond_tile_cutter cutter;
    tile_axis rows, columns;
    size_t paths;
    float *one_path; /* what a tile delivers of it */
    ond_array pixels, outputs;
} tiling;

size_t ond_tile_margin(int scales)
{
    size_t reach = (size_t)OND_TILE_PERIODS << scales;
    return reach > OND_LEAST_TILE_MARGIN ? reach : OND_LEAST_TILE_MARGIN;
}

/* As many tiles as sides of about `side` pixels make, all of one size. */
static ond_status lay_out_axis(const ond_scattering *scattering, size_t size, size_t side, tile_axis *tiles)
{
    int scales = ond_filters_scales(scattering->filters);
    size_t period = (size_t)1 << scales;
    OND_TRY(ond_axis_lay_out(size, scales, &scattering->config, &tiles->axis));
    size_t stride = tiles->axis.stride;
    size_t outputs = tiles->axis.outputs;
    tiles->margin = ond_tile_margin(scales);
    size_t most = (side > 4 * tiles->margin ? side - 2 * tiles->margin : 2 * tiles->margin) / stride;
    size_t count = (outputs + most - 1) / most;
    tiles->side = ond_fft_good_size((outputs + count - 1) / count * stride + 2 * tiles->margin, period);
    tiles->skipped = (tiles->margin - period) / stride;
    tiles->own = (tiles->side - 2 * tiles->margin) / stride;
    return OND_OK;
}

/* The image's row or column at a place of the plane whose period is the padded image. @return  none: −1, zeros */
static ptrdiff_t pixel_at(const ond_axis *axis, ond_padding padding, ptrdiff_t place)
{
    ptrdiff_t period = (ptrdiff_t)axis->padded;
    ptrdiff_t position = (place % period + period) % period - (ptrdiff_t)axis->before;
    bool inside = position >= 0 && position < (ptrdiff_t)axis->size;
    if (!inside && padding == OND_PADDING_ZERO) {
        return -1;
    }
    return inside ? position : (ptrdiff_t)ond_reflect(position, axis->size);
}

/* Where the tile begins whose first output is `output`. */
static ptrdiff_t origin_of(const tile_axis *tiles, size_t output)
{
    return (ptrdiff_t)(tiles->axis.first + output * tiles->axis.stride) - (ptrdiff_t)tiles->margin;
}

ond_status ond_tile_fetch_band(const ond_tile_cutter *cutter, size_t plane, ptrdiff_t origin)
{
    size_t width = cutter->images->width;
    for (size_t k = 0; k < cutter->height; k++) {
        ptrdiff_t row = pixel_at(&cutter->rows, cutter->padding, origin + (ptrdiff_t)k);
        if (row < 0) {
            memset(cutter->band + k * width, 0, width * sizeof *cutter->band);
        } else {
            OND_TRY(ond_planes_fetch_rows(cutter->images, plane, (size_t)row, 1, cutter->band + k * width));
        }
    }
    return OND_OK;
}

void ond_tile_cut(const ond_tile_cutter *cutter, ptrdiff_t origin, float *pixels)
{
    for (size_t i = 0; i < cutter->width; i++) {
        ptrdiff_t column = pixel_at(&cutter->columns, cutter->padding, origin + (ptrdiff_t)i);
        for (size_t k = 0; k < cutter->height; k++) {
            pixels[k * cutter->width + i] = column < 0 ? 0 : cutter->band[k * cutter->images->width + (size_t)column];
        }
    }
}

ond_status ond_tile_scattering(const ond_scattering *scattering, ond_averaging averaging, ond_scattering **tile)
{
    ond_scattering_config config = scattering->config;
    config.padding = OND_PADDING_NONE;
    config.averaging = averaging;
    return ond_scattering_create(scattering->filters, &config, tile);
}

/* The outputs that the tile is there for, path by path. */
static ond_status store_tile(const tiling *all, size_t plane, size_t row, size_t column)
{
    const size_t *shape = all->outputs.shape;
    size_t rows_left = all->rows.axis.outputs - row;
    size_t columns_left = all->columns.axis.outputs - column;
    ond_plane_box box = {.row = row, .column = column};
    box.height = all->rows.own < rows_left ? all->rows.own : rows_left;
    box.width = all->columns.own < columns_left ? all->columns.own : columns_left;
    for (size_t path = 0; path < all->paths; path++) {
        const float *from = ond_array_item(&all->outputs, path).data + all->rows.skipped * shape[2];
        for (size_t k = 0; k < box.height; k++) {
            memcpy(all->one_path + k * box.width, from + k * shape[2] + all->columns.skipped,
                   box.width * sizeof *all->one_path);
        }
        box.plane = plane * all->paths + path;
        OND_TRY(all->features->store(all->features->context, &box, all->one_path));
    }
    return OND_OK;
}

static ond_status do_tiles(tiling *all)
{
    for (size_t plane = 0; plane < all->images->count; plane++) {
        for (size_t row = 0; row < all->rows.axis.outputs; row += all->rows.own) {
            OND_TRY(ond_tile_fetch_band(&all->cutter, plane, origin_of(&all->rows, row)));
            for (size_t column = 0; column < all->columns.axis.outputs; column += all->columns.own) {
                ond_tile_cut(&all->cutter, origin_of(&all->columns, column), all->pixels.data);
                OND_TRY(ond_scattering_apply(all->tile, &all->pixels, &all->outputs));
                OND_TRY(store_tile(all, plane, row, column));
            }
        }
    }
    return OND_OK;
}

static ond_status run(tiling *all)
{
    size_t shape[2] = {all->rows.side, all->columns.side};
    all->cutter.band = ond_memory_allocate(all->rows.side, all->images->width * sizeof *all->cutter.band);
    all->one_path = ond_memory_allocate(all->rows.own, all->columns.own * sizeof *all->one_path);
    ond_status status = all->cutter.band && all->one_path ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_array_resize(&all->pixels, 2, shape);
    }
    if (status == OND_OK) {
        status = do_tiles(all);
    }
    ond_memory_free(all->cutter.band);
    ond_memory_free(all->one_path);
    ond_array_free(&all->pixels);
    ond_array_free(&all->outputs);
    return status;
}

static ond_status check_planes(const tiling *all)
{
    const ond_planes *images = all->images;
    const ond_planes *features = all->features;
    size_t channels = images->count * all->paths;
    size_t height = all->rows.axis.outputs;
    size_t width = all->columns.axis.outputs;
    if (features->count != channels || features->height != height || features->width != width) {
        return ond_fail(OND_ERROR_SHAPE, "the output is %zu x %zu x %zu, the features are %zu x %zu x %zu",
                        features->count, features->height, features->width, channels, height, width);
    }
    return ond_planes_check_finite(images, images->count, "the image");
}

ond_status ond_scattering_apply_tiles(const ond_scattering *scattering, const ond_planes *images, size_t side,
                                      const ond_planes *features)
{
    OND_TRY(ond_planes_check(images, false, "the image"));
    OND_TRY(ond_planes_check(features, true, "the output"));
    tiling all = {.images = images, .features = features, .paths = scattering->tree.count};
    OND_TRY(lay_out_axis(scattering, images->height, side, &all.rows));
    OND_TRY(lay_out_axis(scattering, images->width, side, &all.columns));
    OND_TRY(check_planes(&all));
    all.cutter = (ond_tile_cutter){.images = images,
                                   .padding = scattering->config.padding,
                                   .rows = all.rows.axis,
                                   .columns = all.columns.axis,
                                   .height = all.rows.side,
                                   .width = all.columns.side};
    ond_scattering *tile = NULL;
    OND_TRY(ond_tile_scattering(scattering, OND_AVERAGING_LOCAL, &tile));
    all.tile = tile;
    ond_status status = run(&all);
    ond_scattering_destroy(tile);
    return status;
}

ond_status ond_scattering_apply_planes(const ond_scattering *scattering, const ond_planes *images,
                                       const ond_planes *features)
{
    if (scattering->config.averaging == OND_AVERAGING_GLOBAL) {
        return ond_scattering_mean_tiles(scattering, images, TILE, features);
    }
    return ond_scattering_apply_tiles(scattering, images, TILE, features);
}
