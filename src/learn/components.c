/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "learn/lapack.h"
#include "learn/prepare.h"

#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 256, MOST_PCA_ROWS = 16384 };

/* Covariance of z, in double, a block of rows at a time. */
static ond_status covariance_find(const ond_prepare *prepare, const ond_rows *rows, double *covariance)
{
    float *z = ond_memory_allocate(BLOCK_ROWS * prepare->inputs, sizeof *z);
    double *wide = ond_memory_allocate(BLOCK_ROWS * prepare->inputs, sizeof *wide);
    ond_status status = z && wide ? OND_OK : OND_ERROR_MEMORY;
    for (size_t first = 0; status == OND_OK && first < rows->count; first += BLOCK_ROWS) {
        ond_rows block = *rows;
        block.items = rows->items + first;
        block.count = rows->count - first < BLOCK_ROWS ? rows->count - first : BLOCK_ROWS;
        status = ond_prepare_apply(prepare, &block, z);
        for (size_t i = 0; status == OND_OK && i < block.count * prepare->inputs; i++) {
            wide[i] = (double)z[i];
        }
        if (status == OND_OK) {
            ond_gram_add_symmetric(wide, prepare->inputs, block.count, covariance);
        }
    }
    ond_gram_mirror(covariance, prepare->inputs);
    ond_memory_free(z);
    ond_memory_free(wide);
    return status;
}

static ond_status components_keep(ond_prepare *prepare, const double *values, const double *vectors, size_t count,
                                  double samples, bool whiten)
{
    /* Directions in which nothing moves beyond rounding are none. */
    size_t kept = 0;
    while (kept < count && values[kept] > 1e-7 * values[0]) {
        kept++;
    }
    kept = kept ? kept : 1;
    prepare->components = ond_memory_allocate(kept * prepare->inputs, sizeof *prepare->components);
    if (!prepare->components) {
        return OND_ERROR_MEMORY;
    }
    prepare->outputs = kept;
    for (size_t k = 0; k < kept; k++) {
        double factor = whiten && values[k] > 0 ? 1 / sqrt(values[k] / samples) : 1;
        for (size_t i = 0; i < prepare->inputs; i++) {
            prepare->components[k * prepare->inputs + i] = (float)(factor * vectors[k * prepare->inputs + i]);
        }
    }
    return OND_OK;
}

/* More rows than inputs: eigenvectors of the covariance. */
static ond_status components_from_covariance(const ond_prepare *prepare, const ond_rows *rows, size_t count,
                                             double *values, double *vectors)
{
    size_t n = prepare->inputs;
    double *covariance = ond_memory_allocate_zero(n, n * sizeof *covariance);
    ond_status status = covariance ? covariance_find(prepare, rows, covariance) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_eigen_largest(covariance, n, count, values, vectors);
    }
    ond_memory_free(covariance);
    return status;
}

/* Fewer rows than inputs: with Z Zᵀ u = λ u, the eigenvectors of Zᵀ Z are Zᵀ u / √λ. */
typedef struct few_rows {
    size_t rows, inputs, count;
    float *z;        /* [rows, inputs] */
    double *wide;    /* the same */
    double *turned;  /* [inputs, rows] */
    double *gram;    /* [rows, rows] */
    double *u;       /* [count, rows] */
    double *weights; /* u / √λ, turned: [rows, count] */
} few_rows;

static ond_status few_solve(const few_rows *few, double *values, double *vectors)
{
    for (size_t row = 0; row < few->rows; row++) {
        for (size_t i = 0; i < few->inputs; i++) {
            double value = (double)few->z[row * few->inputs + i];
            few->wide[row * few->inputs + i] = few->turned[i * few->rows + row] = value;
        }
    }
    ond_gram_add_symmetric(few->turned, few->rows, few->inputs, few->gram);
    ond_gram_mirror(few->gram, few->rows);
    OND_TRY(ond_eigen_largest(few->gram, few->rows, few->count, values, few->u));
    for (size_t k = 0; k < few->count; k++) {
        double factor = values[k] > 0 ? 1 / sqrt(values[k]) : 0;
        for (size_t row = 0; row < few->rows; row++) {
            few->weights[row * few->count + k] = factor * few->u[k * few->rows + row];
        }
    }
    memset(vectors, 0, few->count * few->inputs * sizeof *vectors);
    ond_gram_add(few->weights, few->count, few->wide, few->inputs, few->rows, vectors);
    return OND_OK;
}

static ond_status components_from_few(const ond_prepare *prepare, const ond_rows *rows, size_t count, double *values,
                                      double *vectors)
{
    size_t n = rows->count, inputs = prepare->inputs;
    few_rows few = {n,
                    inputs,
                    count,
                    ond_memory_allocate(n * inputs, sizeof(float)),
                    ond_memory_allocate(n * inputs, sizeof(double)),
                    ond_memory_allocate(n * inputs, sizeof(double)),
                    ond_memory_allocate_zero(n, n * sizeof(double)),
                    ond_memory_allocate(count, n * sizeof(double)),
                    ond_memory_allocate(count, n * sizeof(double))};
    bool ready = few.z && few.wide && few.turned && few.gram && few.u && few.weights;
    ond_status status = ready ? ond_prepare_apply(prepare, rows, few.z) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = few_solve(&few, values, vectors);
    }
    ond_memory_free(few.z);
    ond_memory_free(few.wide);
    ond_memory_free(few.turned);
    ond_memory_free(few.gram);
    ond_memory_free(few.u);
    ond_memory_free(few.weights);
    return status;
}

ond_status ond_components_find(ond_prepare *prepare, const ond_rows *rows, size_t count, bool whiten)
{
    ond_rows some;
    uint32_t *items = NULL;
    size_t n = prepare->inputs;
    OND_TRY(ond_rows_choose(rows, MOST_PCA_ROWS, &some, &items));
    count = count < n ? count : n;
    count = count < some.count ? count : some.count;
    double *values = ond_memory_allocate(count, sizeof *values);
    double *vectors = ond_memory_allocate(count, n * sizeof *vectors);
    ond_status status = values && vectors ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = some.count < n ? components_from_few(prepare, &some, count, values, vectors)
                                : components_from_covariance(prepare, &some, count, values, vectors);
    }
    if (status == OND_OK) {
        status = components_keep(prepare, values, vectors, count, (double)some.count, whiten);
    }
    ond_memory_free(items);
    ond_memory_free(values);
    ond_memory_free(vectors);
    return status;
}
