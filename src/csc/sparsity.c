/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "csc/operator.h"

#include <ondelet/sparsity.h>

#include <math.h>
#include <string.h>

double ond_spark_bound(double coherence)
{
    return coherence > 0 ? 1 + 1 / coherence : (double)INFINITY;
}

/* Correlations of all pairs of atoms through Fourier: zero-extended, or circular for atoms as large as the image. */
typedef struct pairs {
    const ond_dictionary *dictionary;
    ond_fft *fft;
    ond_complex *spectra; /* [atoms, channels] planes of unit atoms */
    ond_complex *plane;
    float *real;
    double *norms;
} pairs;

static size_t plane_size(const pairs *p)
{
    return p->fft->height * p->fft->complex_stride;
}

static void load_atoms(pairs *p)
{
    const ond_dictionary_info *info = &p->dictionary->info;
    size_t taps = info->filter_height * info->filter_width;
    for (size_t m = 0; m < info->atoms; m++) {
        const float *atom = p->dictionary->values + m * ond_atom_size(p->dictionary);
        p->norms[m] = sqrt(ond_vector_sum_squares(atom, ond_atom_size(p->dictionary)));
        for (size_t c = 0; c < info->channels; c++) {
            ond_plane_load(p->fft, atom + c * taps, info->filter_height, info->filter_width, p->real);
            ond_fft_real_forward(p->fft, p->real, p->spectra + (m * info->channels + c) * plane_size(p));
        }
    }
}

/* The largest values of one correlation, at all shifts and at multiples of the stride. */
static void scan(const pairs *p, double scale, bool is_same, ond_coherence *found)
{
    const ond_dictionary_info *info = &p->dictionary->info;
    size_t rows = info->height > 0 ? p->fft->height : info->filter_height;
    size_t columns = info->height > 0 ? p->fft->width : info->filter_width;
    for (size_t row = 0; row < p->fft->height; row++) {
        size_t dy = row < rows ? row : p->fft->height - row;
        for (size_t column = 0; column < p->fft->width; column++) {
            size_t dx = column < columns ? column : p->fft->width - column;
            if (dy >= rows || dx >= columns || (is_same && dy == 0 && dx == 0)) {
                continue;
            }
            double value = scale * fabs((double)p->real[row * p->fft->real_stride + column]);
            found->shifts = fmax(found->shifts, value);
            if (dy % info->stride == 0 && dx % info->stride == 0) {
                found->columns = fmax(found->columns, value);
            }
        }
    }
}

static void correlate_all(pairs *p, ond_coherence *found)
{
    size_t channels = p->dictionary->info.channels;
    size_t size = plane_size(p);
    double grid = (double)p->fft->height * (double)p->fft->width;
    for (size_t m = 0; m < p->dictionary->info.atoms; m++) {
        for (size_t n = m; n < p->dictionary->info.atoms; n++) {
            memset(p->plane, 0, size * sizeof *p->plane);
            for (size_t c = 0; c < channels; c++) {
                ond_spectrum_add_conjugate(p->fft, p->spectra + (m * channels + c) * size,
                                           p->spectra + (n * channels + c) * size, p->plane);
            }
            ond_fft_real_backward(p->fft, p->plane, p->real);
            scan(p, 1 / (grid * p->norms[m] * p->norms[n]), m == n, found);
        }
    }
}

/* 1 x 1 filters: a Gram matrix without transforms. */
static void correlate_columns(const ond_dictionary *dictionary, ond_coherence *found)
{
    size_t size = ond_atom_size(dictionary);
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        const float *a = dictionary->values + m * size;
        for (size_t n = m + 1; n < dictionary->info.atoms; n++) {
            const float *b = dictionary->values + n * size;
            double product = 0;
            for (size_t i = 0; i < size; i++) {
                product += (double)a[i] * (double)b[i];
            }
            double norms = sqrt(ond_vector_sum_squares(a, size) * ond_vector_sum_squares(b, size));
            found->columns = fmax(found->columns, fabs(product) / norms);
        }
    }
    found->shifts = found->columns;
}

static ond_status correlate(pairs *p, ond_coherence *coherence)
{
    const ond_dictionary_info *info = &p->dictionary->info;
    size_t height = info->height > 0 ? info->height : ond_fft_good_size(2 * info->filter_height - 1, 1);
    size_t width = info->width > 0 ? info->width : ond_fft_good_size(2 * info->filter_width - 1, 1);
    OND_TRY(
        ond_fft_create(height, width, OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD, OND_PLANNING_ESTIMATE, &p->fft));
    p->spectra = ond_memory_allocate(info->atoms * info->channels, plane_size(p) * sizeof *p->spectra);
    p->plane = ond_memory_allocate(plane_size(p), sizeof *p->plane);
    p->real = ond_memory_allocate(p->fft->height * p->fft->real_stride, sizeof *p->real);
    p->norms = ond_memory_allocate(info->atoms, sizeof *p->norms);
    if (!p->spectra || !p->plane || !p->real || !p->norms) {
        return OND_ERROR_MEMORY;
    }
    load_atoms(p);
    correlate_all(p, coherence);
    return OND_OK;
}

ond_status ond_dictionary_coherence(const ond_dictionary *dictionary, ond_coherence *coherence)
{
    pairs p = {.dictionary = dictionary};
    ond_coherence found = {0};
    ond_status status = OND_OK;
    if (ond_dictionary_is_matrix(dictionary)) {
        correlate_columns(dictionary, &found);
    } else {
        status = correlate(&p, &found);
    }
    ond_fft_destroy(p.fft);
    ond_memory_free(p.spectra);
    ond_memory_free(p.plane);
    ond_memory_free(p.real);
    ond_memory_free(p.norms);
    if (status == OND_OK) {
        *coherence = (ond_coherence){fmin(found.columns, 1), fmin(found.shifts, 1)};
    }
    return status;
}

/* Sums over windows of `window` positions: the largest. counts is [rows, columns]. */
static size_t densest(const size_t *counts, size_t rows, size_t columns, size_t window_rows, size_t window_columns,
                      bool is_circular, size_t *line)
{
    size_t most = 0;
    size_t high = window_rows < rows ? window_rows : rows;
    size_t wide = window_columns < columns ? window_columns : columns;
    size_t first_rows = is_circular ? rows : rows - high + 1;
    size_t first_columns = is_circular ? columns : columns - wide + 1;
    for (size_t top = 0; top < first_rows; top++) {
        memset(line, 0, columns * sizeof *line);
        for (size_t i = 0; i < high * columns; i++) {
            line[i % columns] += counts[(top + i / columns) % rows * columns + i % columns];
        }
        for (size_t left = 0; left < first_columns; left++) {
            size_t sum = 0;
            for (size_t i = 0; i < wide; i++) {
                sum += line[(left + i) % columns];
            }
            most = sum > most ? sum : most;
        }
    }
    return most;
}

/* How many channels are set at each place. */
static void count_nonzeros(const ond_signals *shape, const float *values, size_t *counts)
{
    size_t plane = shape->height * shape->width;
    memset(counts, 0, plane * sizeof *counts);
    for (size_t i = 0; i < shape->channels * plane; i++) {
        counts[i % plane] += values[i] != 0;
    }
}

static void measure(const ond_dictionary *dictionary, const ond_signals *shape, const float *codes, size_t *counts,
                    ond_density *density)
{
    const ond_dictionary_info *info = &dictionary->info;
    size_t plane = shape->height * shape->width;
    count_nonzeros(shape, codes, counts);
    for (size_t i = 0; i < shape->channels * plane; i++) {
        double magnitude = fabs((double)codes[i]);
        if (magnitude > 0) {
            density->least = density->nonzeros == 0 ? magnitude : fmin(density->least, magnitude);
            density->most = fmax(density->most, magnitude);
            density->nonzeros++;
        }
    }
    size_t rows = (info->filter_height + info->stride - 1) / info->stride;
    size_t columns = (info->filter_width + info->stride - 1) / info->stride;
    bool is_circular = info->border == OND_BORDER_CIRCULAR;
    density->stripe
        = densest(counts, shape->height, shape->width, 2 * rows - 1, 2 * columns - 1, is_circular, counts + plane);
}

ond_status ond_codes_density(const ond_dictionary *dictionary, const ond_array *codes, ond_density *density)
{
    ond_signals shape;
    OND_TRY(ond_signals_of(dictionary, codes, true, "the codes", &shape));
    if (shape.count != 1) {
        return ond_fail(OND_ERROR_SHAPE, "codes of %zu signals at once, of one are wanted", shape.count);
    }
    size_t *counts = ond_memory_allocate(shape.height * shape.width + shape.width, sizeof *counts);
    if (!counts) {
        return OND_ERROR_MEMORY;
    }
    *density = (ond_density){0};
    measure(dictionary, &shape, codes->data, counts, density);
    ond_memory_free(counts);
    return OND_OK;
}

ond_status ond_signal_patch(const ond_dictionary *dictionary, const ond_array *signal, size_t *patch)
{
    ond_signals shape;
    OND_TRY(ond_signals_of(dictionary, signal, false, "the signal", &shape));
    if (shape.count != 1) {
        return ond_fail(OND_ERROR_SHAPE, "%zu signals at once, one is wanted", shape.count);
    }
    size_t *counts = ond_memory_allocate(shape.height * shape.width + shape.width, sizeof *counts);
    if (!counts) {
        return OND_ERROR_MEMORY;
    }
    count_nonzeros(&shape, signal->data, counts);
    *patch = densest(counts, shape.height, shape.width, dictionary->info.filter_height, dictionary->info.filter_width,
                     dictionary->info.border == OND_BORDER_CIRCULAR, counts + shape.height * shape.width);
    ond_memory_free(counts);
    return OND_OK;
}
