/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "shearlets/directional.h"
#include "shearlets/shearlets.h"
#include "shearlets/wedge.h"

#include <math.h>
#include <stdint.h>

/* ψ = band-pass along the axis of oscillation × sheared wedge (Kutyniok, Lim & Reisenhofer 2016, sections 3 and 4). The
 * wedge of the row axis is that of the column axis with the axes exchanged, so that a square grid needs one for both.
 */

#define TWO_PI 6.283185307179586476925

/* Planes of the grid, and the two kinds of wedges. */
typedef struct workplace {
    const ond_shearlet_job *job;
    size_t height, width;
    double *plane;    /* wedge, [height, width] near the column axis, [width, height] near the row axis */
    double *spectrum; /* of one filter */
    double *band;     /* along one axis */
    ond_wedge wedge[2];
} workplace;

static double frequency_of(ptrdiff_t index, size_t size)
{
    return TWO_PI * (double)index / (double)size;
}

static void tabulate_band(const workplace *work, int scale, size_t size)
{
    for (size_t place = 0; place < size; place++) {
        ptrdiff_t frequency = (ptrdiff_t)place - (ptrdiff_t)(size / 2);
        work->band[place] = ond_band_value(scale, frequency_of(frequency, size))
                            * ond_shearlet_side(work->job->config, frequency, size);
    }
}

/* Near the column axis; the wedge of the opposite shear has its rows mirrored. */
static void multiply_columns(const workplace *work, bool mirrored)
{
    size_t width = work->width;
    for (size_t row = 0; row < work->height; row++) {
        size_t from = mirrored ? ond_mirrored_place(row, work->height) : row;
        for (size_t column = 0; column < width; column++) {
            work->spectrum[row * width + column] = work->band[column] * work->plane[from * width + column];
        }
    }
}

/* Near the row axis: the wedge is transposed, in blocks of one cache line. */
static void multiply_rows(const workplace *work, bool mirrored)
{
    enum { BLOCK = 8 };
    size_t height = work->height;
    size_t width = work->width;
    for (size_t first = 0; first < height; first += BLOCK) {
        size_t last = first + BLOCK < height ? first + BLOCK : height;
        for (size_t column = 0; column < width; column++) {
            size_t from = mirrored ? ond_mirrored_place(column, width) : column;
            for (size_t row = first; row < last; row++) {
                work->spectrum[row * width + column] = work->band[row] * work->plane[from * height + row];
            }
        }
    }
}

/* The atoms of one wedge: of its shear and of the opposite one, at every scale of its level. */
static ond_status set_atoms(const workplace *work, int level, ond_shear shear)
{
    const ond_shear_layout *layout = &work->job->layout;
    ond_box grid = ond_box_of_grid(work->height, work->width);
    for (int scale = 0; scale < layout->scales; scale++) {
        if (layout->level[scale] != level) {
            continue;
        }
        tabulate_band(work, scale, shear.axis == OND_SHEAR_ROW ? work->height : work->width);
        for (int sign = 1; sign >= (shear.shear ? -1 : 1); sign -= 2) {
            size_t index = ond_shear_index(layout, scale, (ond_shear){shear.axis, sign * shear.shear});
            if (index == SIZE_MAX) {
                continue;
            }
            if (shear.axis == OND_SHEAR_ROW) {
                multiply_rows(work, sign < 0);
            } else {
                multiply_columns(work, sign < 0);
            }
            OND_TRY(ond_filter_set(work->job->filters, index, grid, work->spectrum));
        }
    }
    return OND_OK;
}

static ond_status set_level(const workplace *work, int level)
{
    for (int shear = 0; shear <= 1 << level; shear++) {
        ond_wedge_evaluate(&work->wedge[OND_SHEAR_COLUMN], level, shear, work->plane);
        OND_TRY(set_atoms(work, level, (ond_shear){OND_SHEAR_COLUMN, shear}));
        if (work->height != work->width) {
            ond_wedge_evaluate(&work->wedge[OND_SHEAR_ROW], level, shear, work->plane);
        }
        OND_TRY(set_atoms(work, level, (ond_shear){OND_SHEAR_ROW, shear}));
    }
    return OND_OK;
}

static bool has_level(const ond_shear_layout *layout, int level)
{
    for (int scale = 0; scale < layout->scales; scale++) {
        if (layout->level[scale] == level) {
            return true;
        }
    }
    return false;
}

static ond_status set_lowpass(const workplace *work)
{
    int scales = work->job->layout.scales;
    ond_box grid = ond_box_of_grid(work->height, work->width);
    for (size_t column = 0; column < work->width; column++) {
        work->band[column]
            = ond_lowpass_product(scales, frequency_of(grid.column_begin + (ptrdiff_t)column, work->width));
    }
    for (size_t row = 0; row < work->height; row++) {
        double value = ond_lowpass_product(scales, frequency_of(grid.row_begin + (ptrdiff_t)row, work->height));
        for (size_t column = 0; column < work->width; column++) {
            work->spectrum[row * work->width + column] = value * work->band[column];
        }
    }
    return ond_filter_set(work->job->filters, work->job->filters->count - 1, grid, work->spectrum);
}

static ond_status set_all(workplace *work)
{
    ond_shearlet_directional directional = work->job->config->directional;
    OND_TRY(ond_wedge_create(work->height, work->width, directional, &work->wedge[OND_SHEAR_COLUMN]));
    if (work->height != work->width) {
        OND_TRY(ond_wedge_create(work->width, work->height, directional, &work->wedge[OND_SHEAR_ROW]));
    }
    for (int level = 0; level <= OND_SHEAR_LEVEL; level++) {
        if (has_level(&work->job->layout, level)) {
            OND_TRY(set_level(work, level));
        }
    }
    return set_lowpass(work);
}

ond_status ond_compact_fill(const ond_shearlet_job *job)
{
    size_t height = job->filters->height;
    size_t width = job->filters->width;
    workplace work = {
        .job = job,
        .height = height,
        .width = width,
        .plane = ond_memory_allocate(height, width * sizeof *work.plane),
        .spectrum = ond_memory_allocate(height, width * sizeof *work.spectrum),
        .band = ond_memory_allocate(height > width ? height : width, sizeof *work.band),
    };
    ond_status status = work.plane && work.spectrum && work.band ? set_all(&work) : OND_ERROR_MEMORY;
    ond_wedge_free(&work.wedge[OND_SHEAR_COLUMN]);
    ond_wedge_free(&work.wedge[OND_SHEAR_ROW]);
    ond_memory_free(work.plane);
    ond_memory_free(work.spectrum);
    ond_memory_free(work.band);
    return status;
}

/* The middle term of the wedge, on its axis; the fan filter's value at zero is the sum of its coefficients. */
double ond_compact_profile(const ond_shearlet_job *job, int scale, double omega)
{
    if (scale == job->layout.scales) {
        return ond_lowpass_product(scale, omega);
    }
    int level = job->layout.level[scale];
    double lowpass = ond_lowpass_product(level, ldexp(omega, -level));
    double fan[OND_FAN_DEGREE + 1];
    ond_fan_polynomial(job->config->directional, omega, fan);
    double sum = 0;
    for (int i = 0; i <= OND_FAN_DEGREE; i++) {
        sum += fan[i];
    }
    return ond_band_value(scale, omega) * lowpass * lowpass * sum;
}
