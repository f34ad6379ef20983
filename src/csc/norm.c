/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/linear.h"
#include "csc/operator.h"

#include <math.h>
#include <string.h>

/* ‖D‖². Circular: D is block-diagonal in Fourier. For each frequency w of the coarse grid there is a block of
 * channels · s² rows (the frequencies that fold onto w) and one column per atom, with entries d^(w + …) / s. */

typedef struct block {
    size_t rows, columns;
    double *re, *im; /* [rows, columns] */
    size_t n;        /* the smaller side */
    double *gram;    /* [2 n, 2 n]: the real form of a Hermitian matrix */
    double *work;
} block;

static ond_complex value_at(const ond_fft *fft, const ond_complex *plane, size_t row, size_t column)
{
    if (column < fft->half_width) {
        return plane[row * fft->complex_stride + column];
    }
    ond_complex mirrored = plane[(row > 0 ? fft->height - row : 0) * fft->complex_stride + fft->width - column];
    return (ond_complex){mirrored.re, -mirrored.im};
}

static void load_block(const ond_operator *operator_, size_t row, size_t column, block *b)
{
    const ond_fft *fft = operator_->fft;
    const ond_dictionary_info *info = &operator_->dictionary->info;
    size_t stride = info->stride;
    size_t place = 0;
    for (size_t c = 0; c < info->channels; c++) {
        for (size_t fold = 0; fold < stride * stride; fold++) {
            size_t y = row + fold / stride * operator_->rows;
            size_t x = column + fold % stride * operator_->columns;
            for (size_t m = 0; m < info->atoms; m++) {
                const ond_complex *plane
                    = operator_->spectra + (m * info->channels + c) * fft->height * fft->complex_stride;
                ond_complex value = value_at(fft, plane, y, x);
                b->re[place] = (double)value.re / (double)stride;
                b->im[place++] = (double)value.im / (double)stride;
            }
        }
    }
}

/* Entry (i, k) of the Gram matrix of the smaller side. */
static void gram_entry(const block *b, size_t i, size_t k, double *re, double *im)
{
    bool by_rows = b->n == b->rows;
    size_t count = by_rows ? b->columns : b->rows;
    size_t step = by_rows ? 1 : b->columns;
    size_t first = by_rows ? i * b->columns : i;
    size_t second = by_rows ? k * b->columns : k;
    *re = 0;
    *im = 0;
    for (size_t t = 0; t < count; t++, first += step, second += step) {
        *re += b->re[first] * b->re[second] + b->im[first] * b->im[second];
        *im += b->im[first] * b->re[second] - b->re[first] * b->im[second];
    }
}

static double largest_of_block(block *b)
{
    size_t n = b->n;
    double re;
    double im;
    if (n == 1) {
        gram_entry(b, 0, 0, &re, &im);
        return re;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            gram_entry(b, i, k, &re, &im);
            b->gram[i * 2 * n + k] = b->gram[(n + i) * 2 * n + n + k] = re;
            b->gram[i * 2 * n + n + k] = -im;
            b->gram[(n + i) * 2 * n + k] = im;
        }
    }
    return ond_symmetric_largest(b->gram, 2 * n, b->work);
}

/* Frequencies and their negatives have the same norm: half of the columns are enough. */
static double largest_over_blocks(const ond_operator *operator_, block *b)
{
    double largest = 0;
    for (size_t row = 0; row < operator_->rows; row++) {
        for (size_t column = 0; column <= operator_->columns / 2; column++) {
            load_block(operator_, row, column, b);
            largest = fmax(largest, largest_of_block(b));
        }
    }
    return largest;
}

static ond_status norm_by_blocks(const ond_operator *operator_, double *norm_squared)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    block b = {.rows = info->channels * info->stride * info->stride, .columns = info->atoms};
    b.n = b.rows < b.columns ? b.rows : b.columns;
    size_t size = b.rows * b.columns;
    double *memory = ond_memory_allocate(2 * size + 4 * b.n * b.n + 4 * b.n, sizeof *memory);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    b.re = memory;
    b.im = memory + size;
    b.gram = b.im + size;
    b.work = b.gram + 4 * b.n * b.n;
    *norm_squared = largest_over_blocks(operator_, &b);
    ond_memory_free(memory);
    return OND_OK;
}

/* In lanes, since compilers keep the order of a sum. */
OND_HOT static double inner_product(const double *restrict x, const double *restrict y, size_t count)
{
    enum { LANES = 8 };
    double lane[LANES] = {0};
    size_t whole = count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            lane[k] += x[i + k] * y[i + k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[0] += x[i] * y[i];
    }
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* One position, or filters of 1 x 1: the norm of the matrix of atoms, from the Gram matrix of its smaller side. */
static ond_status norm_of_matrix(const ond_dictionary *dictionary, double *norm_squared)
{
    size_t atoms = dictionary->info.atoms;
    size_t taps = ond_atom_size(dictionary);
    size_t n = atoms < taps ? atoms : taps;
    size_t length = atoms < taps ? taps : atoms;
    double *vectors = ond_memory_allocate(n * length + n * n + 2 * n, sizeof *vectors);
    if (!vectors) {
        return OND_ERROR_MEMORY;
    }
    double *gram = vectors + n * length;
    for (size_t i = 0; i < n * length; i++) {
        size_t place = n == atoms ? i : i % length * taps + i / length;
        vectors[i] = (double)dictionary->values[place];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k <= i; k++) {
            gram[i * n + k] = gram[k * n + i] = inner_product(vectors + i * length, vectors + k * length, length);
        }
    }
    *norm_squared = ond_symmetric_largest(gram, n, gram + n * n);
    ond_memory_free(vectors);
    return OND_OK;
}

enum {
    LANCZOS_STEPS = 1000,
    LARGEST_GRAM = 128 /* above it products with the dictionary take less than its Gram matrix */
};

/* Lanczos without reorthogonalisation: copies of eigenvalues that it makes do not disturb the largest. */
typedef struct lanczos {
    float *now, *before, *next, *image, *scratch;
    double diagonal[LANCZOS_STEPS], beside[LANCZOS_STEPS];
} lanczos;

static void divide(float *x, double divisor, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        x[i] = (float)((double)x[i] / divisor);
    }
}

static double run_lanczos(const ond_operator *operator_, lanczos *l)
{
    size_t count = operator_->code_size;
    double largest = 0;
    int quiet = 0;
    memset(l->before, 0, count * sizeof *l->before);
    for (size_t i = 0; i < count; i++) { /* a fixed direction without symmetries */
        l->now[i] = (float)(1 + 0.5 * sin(1.7 * (double)i + 0.3 * (double)(i % 13)));
    }
    divide(l->now, sqrt(ond_vector_sum_squares(l->now, count)), count);
    for (size_t step = 0; step < LANCZOS_STEPS; step++) {
        ond_operator_apply(operator_, l->now, l->image, l->scratch);
        ond_operator_adjoint(operator_, l->image, l->next, l->scratch);
        l->diagonal[step] = ond_vector_sum_squares(l->image, operator_->image_size);
        ond_vector_add_scaled(l->next, (float)-l->diagonal[step], l->now, count);
        ond_vector_add_scaled(l->next, step > 0 ? (float)-l->beside[step - 1] : 0, l->before, count);
        l->beside[step] = sqrt(ond_vector_sum_squares(l->next, count));
        double found = ond_tridiagonal_largest(l->diagonal, l->beside, step + 1);
        quiet = found - largest <= 1e-9 * found ? quiet + 1 : 0;
        largest = fmax(found, largest);
        if (quiet >= 5 || l->beside[step] <= 1e-7 * largest) {
            break;
        }
        divide(l->next, l->beside[step], count);
        float *free_one = l->before;
        l->before = l->now;
        l->now = l->next;
        l->next = free_one;
    }
    return largest;
}

static ond_status norm_by_lanczos(const ond_operator *operator_, double *norm_squared)
{
    lanczos *l = ond_memory_allocate_zero(1, sizeof *l);
    float *vectors = ond_memory_allocate(3 * operator_->code_size + operator_->image_size, sizeof *vectors);
    float *scratch = ond_operator_scratch_create(operator_);
    bool has_memory = l && vectors && scratch;
    if (has_memory) {
        l->now = vectors;
        l->before = vectors + operator_->code_size;
        l->next = vectors + 2 * operator_->code_size;
        l->image = vectors + 3 * operator_->code_size;
        l->scratch = scratch;
        *norm_squared = run_lanczos(operator_, l);
    }
    ond_memory_free(l);
    ond_memory_free(vectors);
    ond_memory_free(scratch);
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

ond_status ond_operator_norm(const ond_operator *operator_, double *norm_squared)
{
    const ond_dictionary *dictionary = operator_->dictionary;
    bool is_whole = dictionary->info.filter_height == operator_->height
                    && dictionary->info.filter_width == operator_->width && operator_->rows * operator_->columns == 1;
    size_t taps = ond_atom_size(dictionary);
    bool is_small = dictionary->info.atoms <= LARGEST_GRAM || taps <= LARGEST_GRAM;
    bool has_margin = dictionary->info.border == OND_BORDER_ZERO; /* as who asks for it allows for */
    if (ond_dictionary_is_matrix(dictionary) || (is_whole && (is_small || !has_margin))) {
        return norm_of_matrix(dictionary, norm_squared);
    }
    if (dictionary->info.border == OND_BORDER_ZERO) {
        return norm_by_lanczos(operator_, norm_squared);
    }
    if (operator_->by_fourier) {
        return norm_by_blocks(operator_, norm_squared);
    }
    ond_operator *fourier = NULL;
    OND_TRY(ond_operator_create(dictionary, operator_->height, operator_->width, OND_PRODUCTS_FOURIER,
                                OND_PLANNING_ESTIMATE, &fourier));
    ond_status status = norm_by_blocks(fourier, norm_squared);
    ond_operator_destroy(fourier);
    return status;
}

ond_status ond_dictionary_norm(const ond_dictionary *dictionary, size_t height, size_t width, double *norm_squared)
{
    ond_operator *operator_ = NULL;
    OND_TRY(ond_operator_create(dictionary, height, width, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE, &operator_));
    ond_status status = ond_operator_norm(operator_, norm_squared);
    ond_operator_destroy(operator_);
    return status;
}
