/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/planes.h"
#include "fft/fft.h"
#include "scattering/scattering.h"
#include "scattering/tiles.h"

/* Means over huge images: every tile adds up the samples of |U[p]x| that are its own, those of the whole image which
 * lie in it. Tiles begin at multiples of 2^J of the padded image, so that their samples are those of the whole. */

/* Tiles at work at once: each takes some hundred megabytes. */
enum { MOST_WORKERS = 3 };

/* One axis of the image in tiles. */
typedef struct mean_axis {
    size_t begin, end;   /* of the image in its padded axis */
    size_t first, own;   /* where the first tile's own part begins, and how long it is */
    size_t margin, side; /* of a tile */
    size_t count;        /* tiles */
} mean_axis;

/* One call. */
typedef struct averaging {
    const ond_scattering *scattering;
    ond_scattering *tile; /* of images that are padded already */
    ond_tile_cutter cutter;
    mean_axis rows, columns;
    size_t paths, row; /* of tiles, at work */
    double *sums;      /* for each tile of the row: the sum of each path, and the number of its samples */
    double *total;     /* of the image, in the same way */
    float *means;
    ond_array *pixels; /* of each worker */
} averaging;

/* Where one tile's sums go. */
typedef struct tile_sums {
    const averaging *all;
    size_t column;
    double *sums;
} tile_sums;

static ond_status lay_out(const averaging *all, size_t size, size_t side, ond_axis *axis, mean_axis *mean)
{
    int scales = ond_filters_scales(all->scattering->filters);
    size_t period = (size_t)1 << scales;
    OND_TRY(ond_axis_lay_out(size, scales, &all->scattering->config, axis));
    mean->begin = axis->inner_begin;
    mean->end = axis->inner_end;
    mean->margin = ond_tile_margin(scales);
    mean->first = mean->begin / period * period;
    size_t length = mean->end - mean->first;
    size_t most = side > 4 * mean->margin ? side - 2 * mean->margin : 2 * mean->margin;
    mean->count = (length + most - 1) / most;
    size_t wanted = ((length + mean->count - 1) / mean->count + period - 1) / period * period;
    mean->side = ond_fft_good_size(wanted + 2 * mean->margin, period);
    mean->own = mean->side - 2 * mean->margin;
    return OND_OK;
}

/* The samples of a tile's axis that are its own, one every 2^level pixels: begin… end − 1. */
static void own_samples(const mean_axis *axis, size_t tile, int level, size_t *begin, size_t *end)
{
    size_t from = axis->first + tile * axis->own;
    size_t to = from + axis->own < axis->end ? from + axis->own : axis->end;
    size_t step = (size_t)1 << level;
    size_t inside = axis->begin > from ? axis->begin - from : 0;
    *begin = (axis->margin + inside + step - 1) >> level;
    *end = (axis->margin + to - from + step - 1) >> level;
}

static ond_status add_path(void *context, const ond_scattering_step *step)
{
    const tile_sums *tile = context;
    size_t top, bottom, left, right;
    own_samples(&tile->all->rows, tile->all->row, step->subsampling, &top, &bottom);
    own_samples(&tile->all->columns, tile->column, step->subsampling, &left, &right);
    double sum = 0;
    for (size_t row = top; row < bottom; row++) {
        const float *samples = step->propagated.data + row * step->propagated.shape[1];
        for (size_t column = left; column < right; column++) {
            sum += (double)samples[column];
        }
    }
    tile->sums[2 * step->channel] = sum;
    tile->sums[2 * step->channel + 1] = (double)(bottom - top) * (double)(right - left);
    return OND_OK;
}

static ond_status add_tile(void *context, size_t column, int worker)
{
    const averaging *all = context;
    tile_sums tile = {all, column, all->sums + 2 * column * all->paths};
    size_t origin = all->columns.first + column * all->columns.own;
    ond_tile_cut(&all->cutter, (ptrdiff_t)origin - (ptrdiff_t)all->columns.margin, all->pixels[worker].data);
    return ond_scattering_visit(all->tile, &all->pixels[worker], add_path, &tile);
}

static ond_status add_band(averaging *all, size_t plane, int workers)
{
    size_t origin = all->rows.first + all->row * all->rows.own;
    OND_TRY(ond_tile_fetch_band(&all->cutter, plane, (ptrdiff_t)origin - (ptrdiff_t)all->rows.margin));
    OND_TRY(ond_parallel_for(all->columns.count, workers, add_tile, all));
    for (size_t column = 0; column < all->columns.count; column++) {
        for (size_t i = 0; i < 2 * all->paths; i++) {
            all->total[i] += all->sums[2 * column * all->paths + i];
        }
    }
    return OND_OK;
}

static ond_status do_plane(averaging *all, size_t plane, int workers, const ond_planes *features)
{
    for (size_t i = 0; i < 2 * all->paths; i++) {
        all->total[i] = 0;
    }
    for (all->row = 0; all->row < all->rows.count; all->row++) {
        OND_TRY(add_band(all, plane, workers));
    }
    for (size_t path = 0; path < all->paths; path++) {
        all->means[path] = (float)(all->total[2 * path] / all->total[2 * path + 1]);
    }
    OND_TRY(ond_scattering_finish(all->scattering, plane, 1, all->means));
    for (size_t path = 0; path < all->paths; path++) {
        ond_plane_box box = {plane * all->paths + path, 0, 0, 1, 1};
        OND_TRY(features->store(features->context, &box, all->means + path));
    }
    return OND_OK;
}

static ond_status allocate(averaging *all, int workers)
{
    size_t shape[2] = {all->rows.side, all->columns.side};
    all->cutter.band = ond_memory_allocate(all->rows.side, all->cutter.images->width * sizeof(float));
    all->sums = ond_memory_allocate(all->columns.count * all->paths, 2 * sizeof *all->sums);
    all->total = ond_memory_allocate(all->paths, 2 * sizeof *all->total);
    all->means = ond_memory_allocate(all->paths, sizeof *all->means);
    all->pixels = ond_memory_allocate_zero((size_t)workers, sizeof *all->pixels);
    bool fine = all->cutter.band && all->sums && all->total && all->means && all->pixels;
    for (int worker = 0; worker < workers && fine; worker++) {
        fine = ond_array_resize(&all->pixels[worker], 2, shape) == OND_OK;
    }
    return fine ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status run(averaging *all, const ond_planes *features)
{
    int workers = ond_parallel_workers(all->columns.count < MOST_WORKERS ? all->columns.count : MOST_WORKERS);
    ond_status status = allocate(all, workers);
    for (size_t plane = 0; plane < all->cutter.images->count && status == OND_OK; plane++) {
        status = do_plane(all, plane, workers, features);
    }
    for (int worker = 0; all->pixels && worker < workers; worker++) {
        ond_array_free(&all->pixels[worker]);
    }
    ond_memory_free(all->cutter.band);
    ond_memory_free(all->sums);
    ond_memory_free(all->total);
    ond_memory_free(all->means);
    ond_memory_free(all->pixels);
    return status;
}

ond_status ond_scattering_mean_tiles(const ond_scattering *scattering, const ond_planes *images, size_t side,
                                     const ond_planes *features)
{
    OND_TRY(ond_planes_check(images, false, "the image"));
    OND_TRY(ond_planes_check(features, true, "the output"));
    averaging all = {.scattering = scattering, .paths = scattering->tree.count};
    all.cutter = (ond_tile_cutter){.images = images, .padding = scattering->config.padding};
    OND_TRY(lay_out(&all, images->height, side, &all.cutter.rows, &all.rows));
    OND_TRY(lay_out(&all, images->width, side, &all.cutter.columns, &all.columns));
    if (features->count != images->count * all.paths || features->height != 1 || features->width != 1) {
        return ond_fail(OND_ERROR_SHAPE, "the output is %zu x %zu x %zu, the features are %zu x 1 x 1", features->count,
                        features->height, features->width, images->count * all.paths);
    }
    OND_TRY(ond_planes_check_finite(images, images->count, "the image"));
    all.cutter.height = all.rows.side;
    all.cutter.width = all.columns.side;
    OND_TRY(ond_tile_scattering(scattering, OND_AVERAGING_LOCAL, &all.tile));
    ond_status status = run(&all, features);
    ond_scattering_destroy(all.tile);
    return status;
}
