/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/split.h"

#include "core/memory.h"

#include <math.h>
#include <string.h>

enum { CONFLICT_FLOATS = 128 };

bool ond_split_fft_supports(size_t height, size_t width)
{
    return ond_line_fft_supports(height) && ond_line_fft_supports(width);
}

static void set_geometry(ond_split_fft *fft, size_t height, size_t width)
{
    size_t columns = ond_lane_groups(width) * OND_LANES;
    size_t gap = width % 2 == 0 ? ond_lane_groups(width / 2) * OND_LANES - width / 2 : 0;
    size_t parts = ond_lane_groups(width + gap) * OND_LANES;
    while (2 * parts > CONFLICT_FLOATS && 2 * parts % CONFLICT_FLOATS == 0) {
        parts += OND_LANES; /* rows a multiple of 512 bytes apart would compete for the same cache lines */
    }
    fft->height = height;
    fft->width = width;
    fft->half_width = width / 2 + 1;
    fft->stride = 2 * parts;
    fft->gap = gap;
    fft->groups = ond_lane_groups(height);
    fft->group_floats = 2 * columns * OND_LANES;
    fft->real_floats = columns * OND_LANES;
    fft->all_strips = columns / OND_LANES;
    fft->strips = ond_lane_groups(fft->half_width);
    fft->strip_floats = 2 * fft->groups * OND_TILE;
}

ond_status ond_split_fft_create(size_t height, size_t width, ond_split_fft **fft)
{
    ond_split_fft *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    set_geometry(made, height, width);
    ond_status status = ond_line_fft_create(height, &made->along_columns);
    status = status ? status : ond_line_fft_create(width, &made->along_rows);
    if (status != OND_OK) {
        ond_split_fft_destroy(made);
        return status;
    }
    size_t lines = ond_lines_larger(made->groups, ond_lane_groups(width)) * 2 * OND_TILE;
    made->work_floats
        = lines + ond_lines_larger(ond_line_fft_work(&made->along_columns), ond_line_fft_work(&made->along_rows));
    *fft = made;
    return OND_OK;
}

void ond_split_fft_destroy(ond_split_fft *fft)
{
    if (!fft) {
        return;
    }
    ond_line_fft_free(&fft->along_columns);
    ond_line_fft_free(&fft->along_rows);
    ond_memory_free(fft);
}

ond_split_plane ond_split_plane_of(const ond_split_fft *fft, float *data)
{
    return (ond_split_plane){data, fft->height, fft->width, fft->stride, fft->gap};
}

/* Sixteen lines in `work`, and the work of their transform behind them. */
static ond_lines lines_in(float *work, size_t length, float **rest)
{
    size_t half = ond_lane_groups(length) * OND_TILE;
    *rest = work + 2 * half;
    return (ond_lines){work, work + half, OND_LANES};
}

void ond_split_strip_backward(const ond_split_fft *fft, size_t strip, const float *columns, float *turned, float *work)
{
    float *rest;
    ond_lines lines = lines_in(work, fft->height, &rest);
    size_t whole = fft->height * OND_LANES;
    size_t missing = fft->groups * OND_TILE - whole;
    ond_line_fft_backward(&fft->along_columns, (ond_lines_in){columns, columns + whole, OND_LANES}, lines, rest);
    memset(lines.re + whole, 0, missing * sizeof(float)); /* rows that fill the last group */
    memset(lines.im + whole, 0, missing * sizeof(float));
    float *to = turned + strip * OND_TILE;
    ond_lines_turn_tiles(lines.re, OND_LANES, OND_TILE, to, fft->group_floats, fft->groups);
    ond_lines_turn_tiles(lines.im, OND_LANES, OND_TILE, to + fft->real_floats, fft->group_floats, fft->groups);
}

OND_WIDE static void take_modulus(const float *restrict re, const float *restrict im, float scale, size_t count,
                                  float *restrict modulus)
{
    for (size_t i = 0; i < count; i++) {
        modulus[i] = scale * sqrtf(re[i] * re[i] + im[i] * im[i]);
    }
}

void ond_split_rows_modulus(const ond_split_fft *fft, const float *group, float scale, float *modulus, float *work)
{
    float *rest;
    ond_lines lines = lines_in(work, fft->width, &rest);
    ond_lines_in rows = {group, group + fft->real_floats, OND_LANES};
    ond_line_fft_backward(&fft->along_rows, rows, lines, rest);
    take_modulus(lines.re, lines.im, scale, fft->width * OND_LANES, modulus);
}

void ond_split_turn_rows(const ond_split_fft *fft, const float *rows, size_t stride, float *turned)
{
    ond_lines_turn_tiles(rows, stride, OND_LANES, turned, OND_TILE, fft->all_strips);
}

/* From Z = DFT(a + ib), a and b real, at k and −k: DFT(a) = (Z(k) + conj Z(−k)) / 2, DFT(b) = (Z(k) − conj Z(−k)) / 2i.
 * Their imaginary parts come `apart` floats behind the real ones. */
OND_WIDE static void separate(const float *restrict re, const float *restrict im, size_t length, size_t begin,
                              size_t count, size_t apart, float *restrict first, float *restrict second)
{
    for (size_t k = begin; k < begin + count; k++) {
        size_t place = k * OND_LANES;
        size_t opposite = (k > 0 ? length - k : 0) * OND_LANES;
        float *a = first + (k - begin) * OND_LANES;
        float *b = second + (k - begin) * OND_LANES;
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            float re_sum = re[place + lane] + re[opposite + lane];
            float re_difference = re[place + lane] - re[opposite + lane];
            float im_sum = im[place + lane] + im[opposite + lane];
            float im_difference = im[place + lane] - im[opposite + lane];
            a[lane] = 0.5F * re_sum;
            a[apart + lane] = 0.5F * im_difference;
            b[lane] = 0.5F * im_sum;
            b[apart + lane] = -0.5F * re_difference;
        }
    }
}

void ond_split_rows_real_forward(const ond_split_fft *fft, size_t group, const float *first, const float *second,
                                 float *strips, float *work)
{
    float *rest;
    ond_lines lines = lines_in(work, fft->width, &rest);
    ond_line_fft_forward(&fft->along_rows, (ond_lines_in){first, second ? second : first, OND_LANES}, lines, rest);
    size_t half = fft->strip_floats / 2;
    _Alignas(OND_ALIGNMENT) float tile[4 * OND_TILE] = {0};
    for (size_t strip = 0; strip < fft->strips; strip++) {
        size_t begin = strip * OND_LANES;
        size_t count = fft->half_width - begin < OND_LANES ? fft->half_width - begin : OND_LANES;
        float *to = strips + strip * fft->strip_floats + group * OND_TILE;
        separate(lines.re, lines.im, fft->width, begin, count, OND_TILE, tile, tile + 2 * OND_TILE);
        ond_lines_turn(tile, OND_LANES, to);
        ond_lines_turn(tile + OND_TILE, OND_LANES, to + half);
        if (second) {
            ond_lines_turn(tile + 2 * (size_t)OND_TILE, OND_LANES, to + OND_TILE);
            ond_lines_turn(tile + 3 * (size_t)OND_TILE, OND_LANES, to + half + OND_TILE);
        }
    }
}

void ond_split_pair_forward(const ond_split_fft *fft, const float *first, const float *second, size_t apart,
                            float *first_half, float *second_half, float *work)
{
    float *rest;
    ond_lines lines = lines_in(work, fft->width, &rest);
    ond_line_fft_forward(&fft->along_rows, (ond_lines_in){first, second, OND_LANES}, lines, rest);
    separate(lines.re, lines.im, fft->width, 0, fft->half_width, apart, first_half, second_half);
}

/* X(−row, −column) is the conjugate of X(row, column): fills the columns behind half_width. */
OND_WIDE static void mirror_row(const float *restrict known, size_t width, float sign, size_t begin,
                                float *restrict row)
{
    for (size_t column = begin; column < width; column++) {
        row[column] = sign * known[width - column];
    }
}

void ond_split_strip_forward(const ond_split_fft *fft, size_t strip, const float *strips, float *plane, float *work)
{
    const float *re = strips + strip * fft->strip_floats;
    float *to = plane + strip * OND_LANES;
    ond_line_fft_forward(&fft->along_columns, (ond_lines_in){re, re + fft->strip_floats / 2, OND_LANES},
                         (ond_lines){to, to + fft->stride / 2, fft->stride}, work);
}

void ond_split_mirror_row(const ond_split_fft *fft, size_t row, float *plane)
{
    size_t part = fft->stride / 2;
    float *own = plane + row * fft->stride;
    if (fft->gap > 0) {
        float *middle = own + fft->width / 2;
        middle[fft->gap] = middle[0];
        middle[part + fft->gap] = middle[part];
    }
    const float *known = plane + (row > 0 ? fft->height - row : 0) * fft->stride;
    mirror_row(known, fft->width, 1, fft->half_width, own + fft->gap);
    mirror_row(known + part, fft->width, -1, fft->half_width, own + fft->gap + part);
}

void ond_split_columns_forward(const ond_split_fft *fft, const float *strips, float *plane, float *work)
{
    for (size_t strip = 0; strip < fft->strips; strip++) {
        ond_split_strip_forward(fft, strip, strips, plane, work);
    }
    for (size_t row = 0; row < fft->height; row++) {
        ond_split_mirror_row(fft, row, plane);
    }
}
