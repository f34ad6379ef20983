/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "shearlets/shearlets.h"

#include <math.h>
#include <stdlib.h>

/* Häuser & Steidl, Fast Finite Shearlet Transform, 2014: frequencies are measured so that the band of scale j = 0, the
 * coarsest, begins at ½ and the grid ends at 2·4^(J−1). */

#define PI 3.14159265358979323846

/* Meyer's smooth step from 0 to 1. */
static double smooth_step(double t)
{
    if (t <= 0) {
        return 0;
    }
    return t < 1 ? t * t * t * t * (35 + t * (-84 + t * (70 - 20 * t))) : 1;
}

static double bump(double omega)
{
    if (omega < 1 || omega >= 4) {
        return 0;
    }
    return omega < 2 ? sin(PI / 2 * smooth_step(omega - 1)) : cos(PI / 2 * smooth_step(omega / 2 - 1));
}

/* ψ₁, supported on ½…4; Σ_j ψ₁(4^−j ω)² = 1 from ω = 1 on. */
static double radial(double omega)
{
    double lower = bump(2 * fabs(omega));
    double upper = bump(fabs(omega));
    return sqrt(lower * lower + upper * upper);
}

static double lowpass(double omega)
{
    double size = fabs(omega);
    return size < 0.5 ? 1 : size < 1 ? cos(PI / 2 * smooth_step(2 * size - 1)) : 0;
}

/* One factor of a spectrum for each row or column. */
typedef struct axis_table {
    size_t size;
    double *frequency;
    double *radial;        /* ψ₁ at the scale */
    double *inner, *outer; /* φ at the scale and φ of the next finer one */
} axis_table;

typedef struct workplace {
    const ond_shearlet_job *job;
    ond_box grid;
    axis_table rows, columns;
    double *spectrum; /* of one filter */
} workplace;

/* The grid's last frequency, −size/2 of an even size, is the largest. */
static double largest_frequency(const workplace *work)
{
    return ldexp(1, 2 * work->job->layout.scales - 1);
}

static void tabulate_frequencies(const workplace *work, axis_table *axis)
{
    double half = (double)(axis->size / 2);
    for (size_t place = 0; place < axis->size; place++) {
        axis->frequency[place] = half > 0 ? largest_frequency(work) * ((double)place - half) / half : 0;
    }
}

/* `band` is j, 0 for the coarsest. */
static void tabulate_scale(const axis_table *axis, int band)
{
    for (size_t place = 0; place < axis->size; place++) {
        double omega = ldexp(axis->frequency[place], -2 * band);
        axis->radial[place] = radial(omega);
        axis->inner[place] = lowpass(omega);
        axis->outer[place] = lowpass(omega / 4);
    }
}

/* Frequencies up to a limit, with one more on each side. */
static ptrdiff_t reach_of(const workplace *work, size_t size, double limit)
{
    double reach = ceil(limit / largest_frequency(work) * (double)(size / 2));
    return (ptrdiff_t)fmin(reach, (double)size);
}

static ond_box box_within(const workplace *work, double limit)
{
    ptrdiff_t rows = reach_of(work, work->rows.size, limit);
    ptrdiff_t columns = reach_of(work, work->columns.size, limit);
    return ond_box_intersect((ond_box){-rows, rows + 1, -columns, columns + 1}, work->grid);
}

static size_t row_place(const workplace *work, ptrdiff_t row)
{
    return (size_t)(row - work->grid.row_begin);
}

static size_t column_place(const workplace *work, ptrdiff_t column)
{
    return (size_t)(column - work->grid.column_begin);
}

/* ψ₂(2^j across/along − shear), supported on −1…1; Σ_shear ψ₂² = 1. */
static double angular(double across, double along, double shears, int shear)
{
    double distance = fabs(shears * across - shear * along);
    return distance < fabs(along) ? sqrt(smooth_step(1 - distance / fabs(along))) : 0;
}

/* One atom: its shear of `shears` = 2^j to a quarter turn's half. */
typedef struct meyer_atom {
    ond_shear shear;
    double shears;
    bool smooth;
} meyer_atom;

/* The atoms on the diagonals are joined from both cones. */
static bool oscillates_along_columns(const meyer_atom *atom, double row, double column)
{
    bool seam = abs(atom->shear.shear) == (int)atom->shears;
    return seam ? fabs(column) >= fabs(row) : atom->shear.axis == OND_SHEAR_COLUMN;
}

static double value_at(const workplace *work, const meyer_atom *atom, size_t row, size_t column)
{
    const axis_table *rows = &work->rows;
    const axis_table *columns = &work->columns;
    double down = rows->frequency[row];
    double right = columns->frequency[column];
    bool along_columns = oscillates_along_columns(atom, down, right);
    double direction = along_columns ? angular(down, right, atom->shears, atom->shear.shear)
                                     : angular(right, down, atom->shears, atom->shear.shear);
    if (direction == 0) {
        return 0;
    }
    if (atom->smooth) {
        double outer = rows->outer[row] * columns->outer[column];
        double inner = rows->inner[row] * columns->inner[column];
        return direction * sqrt(fmax(0, outer * outer - inner * inner));
    }
    return direction * (along_columns ? columns->radial[column] : rows->radial[row]);
}

static void evaluate(const workplace *work, const meyer_atom *atom, ond_box box)
{
    double *value = work->spectrum;
    for (ptrdiff_t row = box.row_begin; row < box.row_end; row++) {
        for (ptrdiff_t column = box.column_begin; column < box.column_end; column++) {
            *value++ = value_at(work, atom, row_place(work, row), column_place(work, column));
        }
    }
}

/* Values t(ω), t(−ω) of a border line → (t(ω) + t(−ω))/√2, `step` apart. The corner is left alone. */
static void symmetrise_line(double *line, size_t size, size_t step)
{
    for (size_t place = size % 2 == 0; place <= size / 2; place++) {
        double *value = line + place * step;
        double *opposite = line + ond_mirrored_place(place, size) * step;
        *value = *opposite = (*value + *opposite) * sqrt(0.5);
    }
}

/* The unpaired frequency −size/2 of an even size stands for +size/2 as well: a sheared atom becomes even there, so that
 * its coefficients are real, and the sum of squares stays. */
static void symmetrise_borders(const workplace *work)
{
    size_t height = work->rows.size;
    size_t width = work->columns.size;
    if (height % 2 == 0) {
        symmetrise_line(work->spectrum, width, 1);
    }
    if (width % 2 == 0) {
        symmetrise_line(work->spectrum, height, width);
    }
}

static void keep_one_side(const workplace *work, ond_shear_axis axis, ond_box box)
{
    const ond_shearlet_config *config = work->job->config;
    double *value = work->spectrum;
    for (ptrdiff_t row = box.row_begin; row < box.row_end; row++) {
        for (ptrdiff_t column = box.column_begin; column < box.column_end; column++) {
            *value++ *= axis == OND_SHEAR_ROW ? ond_shearlet_side(config, row, work->rows.size)
                                              : ond_shearlet_side(config, column, work->columns.size);
        }
    }
}

static ond_status set_scale(const workplace *work, int scale)
{
    const ond_shearlet_job *job = work->job;
    int band = job->layout.scales - 1 - scale;
    ond_box box = box_within(work, ldexp(1, 2 * band + 2));
    tabulate_scale(&work->rows, band);
    tabulate_scale(&work->columns, band);
    for (size_t i = 0; i < ond_shear_count(&job->layout, scale); i++) {
        meyer_atom atom = {
            .shear = ond_shear_at(&job->layout, scale, i),
            .shears = ldexp(1, job->layout.level[scale]),
            .smooth = job->config->system == OND_SHEARLET_MEYER,
        };
        evaluate(work, &atom, box);
        if (scale == 0 && atom.shear.shear != 0) {
            symmetrise_borders(work);
        }
        if (job->config->one_sided) {
            keep_one_side(work, atom.shear.axis, box);
        }
        OND_TRY(ond_filter_set(job->filters, job->layout.first[scale] + i, box, work->spectrum));
    }
    return OND_OK;
}

static ond_status set_lowpass(const workplace *work)
{
    bool smooth = work->job->config->system == OND_SHEARLET_MEYER;
    ond_box box = box_within(work, 1);
    double *value = work->spectrum;
    for (ptrdiff_t row = box.row_begin; row < box.row_end; row++) {
        double down = work->rows.frequency[row_place(work, row)];
        for (ptrdiff_t column = box.column_begin; column < box.column_end; column++) {
            double right = work->columns.frequency[column_place(work, column)];
            *value++ = smooth ? lowpass(down) * lowpass(right) : lowpass(fmax(fabs(down), fabs(right)));
        }
    }
    return ond_filter_set(work->job->filters, work->job->filters->count - 1, box, work->spectrum);
}

static ond_status set_all(workplace *work)
{
    tabulate_frequencies(work, &work->rows);
    tabulate_frequencies(work, &work->columns);
    for (int scale = 0; scale < work->job->layout.scales; scale++) {
        OND_TRY(set_scale(work, scale));
    }
    return set_lowpass(work);
}

static axis_table cut_axis(double *memory, size_t size)
{
    return (axis_table){size, memory, memory + size, memory + 2 * size, memory + 3 * size};
}

ond_status ond_meyer_fill(const ond_shearlet_job *job)
{
    size_t height = job->filters->height;
    size_t width = job->filters->width;
    double *tables = ond_memory_allocate(height + width, 4 * sizeof *tables);
    double *spectrum = ond_memory_allocate(height, width * sizeof *spectrum);
    ond_status status = OND_ERROR_MEMORY;
    if (tables && spectrum) {
        workplace work = {
            .job = job,
            .grid = ond_box_of_grid(height, width),
            .rows = cut_axis(tables, height),
            .columns = cut_axis(tables + 4 * height, width),
            .spectrum = spectrum,
        };
        status = set_all(&work);
    }
    ond_memory_free(tables);
    ond_memory_free(spectrum);
    return status;
}

double ond_meyer_profile(const ond_shearlet_job *job, int scale, double omega)
{
    int scales = job->layout.scales;
    double frequency = ldexp(omega / PI, 2 * scales - 1);
    return scale == scales ? lowpass(frequency) : radial(ldexp(frequency, -2 * (scales - 1 - scale)));
}
