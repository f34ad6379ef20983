/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/border.h"
#include "core/memory.h"
#include "fft/fft.h"
#include "tasks/denoise.h"

#include <string.h>

/* Large planes are denoised tile by tile, so that the filters' memory does not grow with the picture. Tiles overlap by
 * what the coarsest atoms reach; sizes that are powers of 2 have the fastest transforms. */
enum {
    LARGEST_WHOLE = 1 << 21, /* pixels of a padded plane that is still done in one piece */
    TILE = 1024,             /* side of a padded tile */
    OVERLAP = 96             /* pixels around a tile's own */
};

static ond_tile_axis lay_out(size_t size)
{
    size_t own = TILE - 2 * OVERLAP;
    size_t count = (size + own - 1) / own;
    size_t even = ((size + count - 1) / count + 1) / 2 * 2; /* the learned method looks at pairs of pixels */
    return (ond_tile_axis){.own = even, .margin = OVERLAP, .padded = ond_fft_good_size(even + 2 * OVERLAP, 2)};
}

void ond_denoiser_lay_out_tiles(ond_denoiser *d)
{
    ond_tile_axis whole[2] = {{d->height, 0, d->padded_height}, {d->width, 0, d->padded_width}};
    d->tiled = d->padded_height > LARGEST_WHOLE / d->padded_width;
    d->rows = whole[0];
    d->columns = whole[1];
    if (d->tiled) {
        d->rows = lay_out(d->height);
        d->columns = lay_out(d->width);
        d->padded_height = d->rows.padded;
        d->padded_width = d->columns.padded;
    }
}

/* A row of tiles: original rows first − margin…, mirrored at the picture's borders, while the plane is overwritten. */
typedef struct tile_band {
    const ond_denoiser *denoiser;
    const ond_planes *planes;
    size_t plane, first;
    double unit; /* of the noise */
    float *rows; /* padded height x width of the picture */
    float *own;  /* what a tile delivers */
} tile_band;

/* Those before the first are in the band already, where the last one ended. */
static ond_status load_band(const tile_band *band)
{
    const ond_denoiser *d = band->denoiser;
    size_t margin = d->rows.margin;
    size_t width = d->width;
    if (band->first > 0) {
        memmove(band->rows, band->rows + d->rows.own * width, margin * width * sizeof *band->rows);
    }
    for (size_t k = band->first > 0 ? margin : 0; k < d->rows.padded; k++) {
        size_t row = ond_reflect((ptrdiff_t)(band->first + k) - (ptrdiff_t)margin, d->height);
        float *to = band->rows + k * width;
        if (row < band->first) { /* mirrored from rows that are clean by now */
            size_t place = row + margin > band->first ? row + margin - band->first : 0;
            memcpy(to, band->rows + place * width, width * sizeof *to);
        } else {
            OND_TRY(ond_planes_fetch_rows(band->planes, band->plane, row, 1, to));
        }
    }
    return OND_OK;
}

/* The tile whose own columns begin at `first`, in units of the noise. */
static void load_tile(const tile_band *band, size_t first, float *tile)
{
    const ond_denoiser *d = band->denoiser;
    for (size_t k = 0; k < d->rows.padded; k++) {
        const float *from = band->rows + k * d->width;
        float *to = tile + k * d->columns.padded;
        for (size_t i = 0; i < d->columns.padded; i++) {
            ptrdiff_t column = (ptrdiff_t)(first + i) - (ptrdiff_t)d->columns.margin;
            to[i] = (float)((double)from[ond_reflect(column, d->width)] / band->unit);
        }
    }
}

static size_t at_most(size_t wanted, size_t left)
{
    return wanted < left ? wanted : left;
}

static ond_status store_tile(const tile_band *band, size_t first, const float *tile)
{
    const ond_denoiser *d = band->denoiser;
    ond_plane_box box = {band->plane, band->first, first, at_most(d->rows.own, d->height - band->first),
                         at_most(d->columns.own, d->width - first)};
    for (size_t k = 0; k < box.height; k++) {
        const float *from = tile + (k + d->rows.margin) * d->columns.padded + d->columns.margin;
        for (size_t i = 0; i < box.width; i++) {
            band->own[k * box.width + i] = (float)(band->unit * (double)from[i]);
        }
    }
    return band->planes->store(band->planes->context, &box, band->own);
}

static ond_status do_tiles(tile_band *band, ond_array *noisy, ond_array *clean)
{
    const ond_denoiser *d = band->denoiser;
    for (; band->first < d->height; band->first += d->rows.own) {
        OND_TRY(load_band(band));
        for (size_t column = 0; column < d->width; column += d->columns.own) {
            load_tile(band, column, noisy->data);
            OND_TRY(ond_denoise_padded(d, noisy, clean));
            OND_TRY(store_tile(band, column, clean->data));
        }
    }
    return OND_OK;
}

ond_status ond_denoise_tiles(const ond_denoiser *d, double noise_std, const ond_planes *planes, size_t plane)
{
    ond_array noisy = {0};
    ond_array clean = {0};
    tile_band band = {.denoiser = d, .planes = planes, .plane = plane, .unit = noise_std};
    band.rows = ond_memory_allocate(d->rows.padded, d->width * sizeof *band.rows);
    band.own = ond_memory_allocate(d->rows.own, d->columns.own * sizeof *band.own);
    ond_status status = band.rows && band.own ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_array_resize(&noisy, 2, (const size_t[2]){d->rows.padded, d->columns.padded});
    }
    if (status == OND_OK) {
        status = do_tiles(&band, &noisy, &clean);
    }
    ond_memory_free(band.rows);
    ond_memory_free(band.own);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return status;
}
