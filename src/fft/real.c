/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/real.h"

#include "core/memory.h"
#include "core/vector.h"

#include <string.h>

bool ond_real_fft_supports(size_t height, size_t width)
{
    return ond_line_fft_supports(height) && ond_line_fft_supports(width);
}

/* A tile between strips keeps the tiles of a group of rows from competing for the same cache lines. */
static void set_geometry(ond_real_fft *fft, size_t height, size_t width)
{
    fft->height = height;
    fft->width = width;
    fft->columns = (width + 1) / 2;
    fft->strips = ond_lane_groups(fft->columns);
    fft->groups = ond_lane_groups(height);
    fft->imaginary = ond_line_floats(fft->groups * OND_LANES);
    fft->strip_floats = 2 * fft->imaginary + OND_TILE;
    fft->spectrum_floats = fft->strips * fft->strip_floats;
}

ond_status ond_real_fft_create(size_t height, size_t width, ond_real_fft **fft)
{
    ond_real_fft *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    set_geometry(made, height, width);
    ond_status status = ond_line_fft_create(height, &made->along_columns);
    status = status ? status : ond_line_fft_create(width, &made->along_rows);
    if (status != OND_OK) {
        ond_real_fft_destroy(made);
        return status;
    }
    size_t lines = 2 * ond_line_floats(ond_lines_larger(made->groups, ond_lane_groups(width)) * OND_LANES);
    made->work_floats
        = 2 * lines + ond_lines_larger(ond_line_fft_work(&made->along_columns), ond_line_fft_work(&made->along_rows));
    *fft = made;
    return OND_OK;
}

void ond_real_fft_destroy(ond_real_fft *fft)
{
    if (!fft) {
        return;
    }
    ond_line_fft_free(&fft->along_columns);
    ond_line_fft_free(&fft->along_rows);
    ond_memory_free(fft);
}

/* Sixteen lines at `work`, padded to whole tiles; `rest` is behind them. */
static ond_lines lines_in(float *work, size_t length, float **rest)
{
    size_t half = ond_line_floats(ond_lane_groups(length) * OND_LANES);
    *rest = work + 2 * half;
    return (ond_lines){work, work + half, OND_LANES};
}

void ond_real_columns_backward(const ond_real_fft *fft, float *strip, float *work, ond_ahead ahead)
{
    float *rest;
    ond_lines lines = lines_in(work, fft->height, &rest);
    size_t whole = fft->height * OND_LANES;
    size_t missing = fft->groups * OND_TILE - whole;
    ond_line_fft_backward_ahead(&fft->along_columns, (ond_lines_in){strip, strip + fft->imaginary, OND_LANES}, lines,
                                rest, ahead);
    memset(lines.re + whole, 0, missing * sizeof(float)); /* rows that fill the last group */
    memset(lines.im + whole, 0, missing * sizeof(float));
    ond_lines_turn_tiles(lines.re, OND_LANES, OND_TILE, strip, OND_TILE, fft->groups);
    ond_lines_turn_tiles(lines.im, OND_LANES, OND_TILE, strip + fft->imaginary, OND_TILE, fft->groups);
}

void ond_real_columns_forward(const ond_real_fft *fft, const float *strip, float *columns, float *work, ond_ahead ahead)
{
    ond_line_fft_forward_ahead(&fft->along_columns, (ond_lines_in){strip, strip + fft->imaginary, OND_LANES},
                               (ond_lines){columns, columns + fft->imaginary, OND_LANES}, work, ahead);
}

/* Spectra A and B of two real lines become that of a + ib: Z(k) = A(k) + iB(k), Z(−k) = conj A(k) + i conj B(k). */
OND_WIDE static void merge(const float *restrict a, const float *restrict b, size_t imaginary, size_t begin, size_t end,
                           size_t length, float *restrict re, float *restrict im)
{
    for (size_t k = begin; k < end; k++) {
        size_t from = k % OND_LANES * OND_LANES;
        size_t to = k * OND_LANES;
        size_t opposite = (length - k) * OND_LANES;
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            float a_re = a[from + lane];
            float a_im = a[imaginary + from + lane];
            float b_re = b[from + lane];
            float b_im = b[imaginary + from + lane];
            re[to + lane] = a_re - b_im;
            im[to + lane] = a_im + b_re;
            re[opposite + lane] = a_re + b_im;
            im[opposite + lane] = b_re - a_im;
        }
    }
}

/* The reverse, halved. */
OND_WIDE static void separate(const float *restrict re, const float *restrict im, size_t length, size_t begin,
                              size_t end, float *restrict a, float *restrict b)
{
    for (size_t k = begin; k < end; k++) {
        size_t to = k % OND_LANES * OND_LANES;
        size_t from = k * OND_LANES;
        size_t opposite = (length - k) * OND_LANES;
        for (size_t lane = 0; lane < OND_LANES; lane++) {
            float re_sum = re[from + lane] + re[opposite + lane];
            float re_difference = re[from + lane] - re[opposite + lane];
            float im_sum = im[from + lane] + im[opposite + lane];
            float im_difference = im[from + lane] - im[opposite + lane];
            a[to + lane] = 0.5F * re_sum;
            a[OND_TILE + to + lane] = 0.5F * im_difference;
            b[to + lane] = 0.5F * im_sum;
            b[OND_TILE + to + lane] = -0.5F * re_difference;
        }
    }
}

/* Real columns: 0 and, of an even width, width/2. */
static void merge_ends(const ond_real_fft *fft, const float *a, const float *b, ond_lines lines)
{
    size_t bytes = OND_LANES * sizeof(float);
    memcpy(lines.re, a, bytes);
    memcpy(lines.im, b, bytes);
    if (fft->width % 2 == 0) {
        memcpy(lines.re + fft->columns * OND_LANES, a + fft->imaginary, bytes);
        memcpy(lines.im + fft->columns * OND_LANES, b + fft->imaginary, bytes);
    }
}

static void separate_ends(const ond_real_fft *fft, ond_lines lines, float *a, float *b)
{
    size_t bytes = OND_LANES * sizeof(float);
    memcpy(a, lines.re, bytes);
    memcpy(b, lines.im, bytes);
    if (fft->width % 2 == 0) {
        memcpy(a + OND_TILE, lines.re + fft->columns * OND_LANES, bytes);
        memcpy(b + OND_TILE, lines.im + fft->columns * OND_LANES, bytes);
    } else {
        memset(a + OND_TILE, 0, bytes);
        memset(b + OND_TILE, 0, bytes);
    }
}

static size_t strip_end(const ond_real_fft *fft, size_t strip)
{
    size_t end = (strip + 1) * OND_LANES;
    return end < fft->columns ? end : fft->columns;
}

/* Sixteen rows or less to or from turned lines [width, 16]. */
static void lines_to_rows(const float *lines, size_t width, size_t count, float *rows, size_t stride)
{
    _Alignas(OND_ALIGNMENT) float tile[OND_TILE];
    size_t whole = count == OND_LANES ? width / OND_LANES : 0;
    ond_lines_turn_back(lines, rows, stride, whole);
    for (size_t begin = whole * OND_LANES; begin < width; begin += OND_LANES) {
        size_t columns = width - begin < OND_LANES ? width - begin : OND_LANES;
        ond_lines_turn(lines + begin * OND_LANES, OND_LANES, tile);
        for (size_t row = 0; row < count; row++) {
            memcpy(rows + row * stride + begin, tile + row * OND_LANES, columns * sizeof *rows);
        }
    }
}

static void rows_to_lines(const float *rows, size_t stride, size_t width, size_t count, float *lines)
{
    _Alignas(OND_ALIGNMENT) float tile[OND_TILE] = {0};
    for (size_t begin = 0; begin < width; begin += OND_LANES) {
        size_t columns = width - begin < OND_LANES ? width - begin : OND_LANES;
        if (columns == OND_LANES && count == OND_LANES) {
            ond_lines_turn(rows + begin, stride, lines + begin * OND_LANES);
            continue;
        }
        for (size_t row = 0; row < count; row++) {
            memcpy(tile + row * OND_LANES, rows + row * stride + begin, columns * sizeof *rows);
        }
        ond_lines_turn(tile, OND_LANES, lines + begin * OND_LANES);
    }
}

static size_t rows_left(const ond_real_fft *fft, size_t row)
{
    size_t left = row < fft->height ? fft->height - row : 0;
    return left < OND_LANES ? left : OND_LANES;
}

void ond_real_rows_backward(const ond_real_fft *fft, size_t row, const float *spectrum, float *rows, size_t stride,
                            float *work, ond_ahead ahead)
{
    float *rest;
    ond_lines merged = lines_in(work, fft->width, &rest);
    ond_lines lines = lines_in(rest, fft->width, &rest);
    size_t first = row / OND_LANES * OND_TILE;
    size_t second = row + OND_LANES < fft->height ? first + OND_TILE : first;
    merge_ends(fft, spectrum + first, spectrum + second, merged);
    for (size_t strip = 0; strip < fft->strips; strip++) {
        const float *tiles = spectrum + strip * fft->strip_floats;
        ond_ahead_fetch(&ahead);
        merge(tiles + first, tiles + second, fft->imaginary, strip > 0 ? strip * OND_LANES : 1, strip_end(fft, strip),
              fft->width, merged.re, merged.im);
    }
    ond_line_fft_backward_ahead(&fft->along_rows, (ond_lines_in){merged.re, merged.im, OND_LANES}, lines, rest, ahead);
    lines_to_rows(lines.re, fft->width, rows_left(fft, row), rows, stride);
    lines_to_rows(lines.im, fft->width, rows_left(fft, row + OND_LANES), rows + OND_LANES * stride, stride);
}

void ond_real_rows_forward(const ond_real_fft *fft, size_t row, const float *rows, size_t stride, float *spectrum,
                           float *work, ond_ahead ahead)
{
    float *rest;
    ond_lines turned = lines_in(work, fft->width, &rest);
    ond_lines lines = lines_in(rest, fft->width, &rest);
    size_t first = row / OND_LANES * OND_TILE;
    bool pair = row + OND_LANES < fft->height;
    rows_to_lines(rows, stride, fft->width, rows_left(fft, row), turned.re);
    if (pair) {
        rows_to_lines(rows + OND_LANES * stride, stride, fft->width, rows_left(fft, row + OND_LANES), turned.im);
    } else {
        memset(turned.im, 0, fft->width * OND_LANES * sizeof(float));
    }
    ond_line_fft_forward_ahead(&fft->along_rows, (ond_lines_in){turned.re, turned.im, OND_LANES}, lines, rest, ahead);
    _Alignas(OND_ALIGNMENT) float tile[4 * OND_TILE] = {0};
    for (size_t strip = 0; strip < fft->strips; strip++) {
        float *to = spectrum + strip * fft->strip_floats + first;
        ond_ahead_fetch(&ahead);
        if (strip == 0) {
            separate_ends(fft, lines, tile, tile + 2 * (size_t)OND_TILE);
        }
        separate(lines.re, lines.im, fft->width, strip > 0 ? strip * OND_LANES : 1, strip_end(fft, strip), tile,
                 tile + 2 * (size_t)OND_TILE);
        ond_lines_turn(tile, OND_LANES, to);
        ond_lines_turn(tile + OND_TILE, OND_LANES, to + fft->imaginary);
        if (pair) {
            ond_lines_turn(tile + 2 * (size_t)OND_TILE, OND_LANES, to + OND_TILE);
            ond_lines_turn(tile + 3 * (size_t)OND_TILE, OND_LANES, to + fft->imaginary + OND_TILE);
        }
    }
}
