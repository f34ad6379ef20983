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
    size_t first;
    float *rows; /* padded height x width of the picture */
} tile_band;

/* Those before the first are in the band already, where the last one ended. */
static void load_band(const tile_band *band, const float *plane)
{
    const ond_denoiser *d = band->denoiser;
    size_t margin = d->rows.margin;
    size_t width = d->width;
    if (band->first > 0) {
        memmove(band->rows, band->rows + d->rows.own * width, margin * width * sizeof *plane);
    }
    for (size_t k = band->first > 0 ? margin : 0; k < d->rows.padded; k++) {
        size_t row = ond_reflect((ptrdiff_t)(band->first + k) - (ptrdiff_t)margin, d->height);
        const float *from = plane + row * width;
        if (row < band->first) { /* mirrored from rows that are clean by now */
            size_t place = row + margin > band->first ? row + margin - band->first : 0;
            from = band->rows + place * width;
        }
        memcpy(band->rows + k * width, from, width * sizeof *plane);
    }
}

/* The tile whose own columns begin at `first`, in units of the noise. */
static void load_tile(const tile_band *band, size_t first, double unit, float *tile)
{
    const ond_denoiser *d = band->denoiser;
    for (size_t k = 0; k < d->rows.padded; k++) {
        const float *from = band->rows + k * d->width;
        float *to = tile + k * d->columns.padded;
        for (size_t i = 0; i < d->columns.padded; i++) {
            ptrdiff_t column = (ptrdiff_t)(first + i) - (ptrdiff_t)d->columns.margin;
            to[i] = (float)((double)from[ond_reflect(column, d->width)] / unit);
        }
    }
}

static void store_tile(const tile_band *band, size_t first, double unit, const float *tile, float *plane)
{
    const ond_denoiser *d = band->denoiser;
    for (size_t k = 0; k < d->rows.own && band->first + k < d->height; k++) {
        const float *from = tile + (k + d->rows.margin) * d->columns.padded + d->columns.margin;
        float *to = plane + (band->first + k) * d->width + first;
        for (size_t i = 0; i < d->columns.own && first + i < d->width; i++) {
            to[i] = (float)(unit * (double)from[i]);
        }
    }
}

static ond_status do_tiles(tile_band *band, double noise_std, ond_array *noisy, ond_array *clean, float *plane)
{
    const ond_denoiser *d = band->denoiser;
    for (; band->first < d->height; band->first += d->rows.own) {
        load_band(band, plane);
        for (size_t column = 0; column < d->width; column += d->columns.own) {
            load_tile(band, column, noise_std, noisy->data);
            OND_TRY(ond_denoise_padded(d, noisy, clean));
            store_tile(band, column, noise_std, clean->data, plane);
        }
    }
    return OND_OK;
}

ond_status ond_denoise_tiles(const ond_denoiser *d, double noise_std, float *plane)
{
    ond_array noisy = {0};
    ond_array clean = {0};
    tile_band band = {.denoiser = d, .rows = ond_memory_allocate(d->rows.padded, d->width * sizeof(float))};
    ond_status status = band.rows ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_array_resize(&noisy, 2, (const size_t[2]){d->rows.padded, d->columns.padded});
    }
    if (status == OND_OK) {
        status = do_tiles(&band, noise_std, &noisy, &clean, plane);
    }
    ond_memory_free(band.rows);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return status;
}
