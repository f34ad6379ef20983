/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/linear.h"
#include "csc/pursuit.h"

#include <math.h>
#include <string.h>

/* Orthogonal matching pursuit. The correlations c = Dᵀ r are kept up to date: when the coefficient of an atom changes
 * by δ, c changes by −δ Dᵀ d, which for shifted filters is a small window of their cross-correlations. */
typedef struct greedy {
    const ond_operator *operator_;
    size_t terms, capacity;
    size_t *support;        /* indices of codes, in the order taken */
    double *lower;          /* Cholesky factor of the support's Gram matrix [capacity, capacity] */
    double *target;         /* Dᵀ x on the support */
    double *values, *fresh; /* least-squares coefficients: so far, and with the new atom */
    double *correlations;   /* [code_size] */
    double *norms;          /* [atoms] */
    double *row_best;       /* of every row of every map: the largest |c| / ‖d‖ */
    unsigned char *taken;   /* [code_size] */
    float *initial;         /* Dᵀ x [code_size] */
    double **windows;       /* Dᵀ d of an atom at any place: [atoms, 2 reach + 1, 2 reach + 1], made when needed */
    double energy;          /* ‖x‖² */
} greedy;

static size_t reach_of(const ond_operator *operator_, bool is_row)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    return ((is_row ? info->filter_height : info->filter_width) - 1) / info->stride;
}

/* ⟨d_m, d_n shifted by (dy, dx)⟩ */
static double correlate(const ond_dictionary *dictionary, size_t m, size_t n, ptrdiff_t dy, ptrdiff_t dx)
{
    const ond_dictionary_info *info = &dictionary->info;
    ptrdiff_t height = (ptrdiff_t)info->filter_height;
    ptrdiff_t width = (ptrdiff_t)info->filter_width;
    size_t left = dx > 0 ? (size_t)dx : 0;
    size_t count = (size_t)(width - (dx > 0 ? dx : -dx));
    double sum = 0;
    for (size_t c = 0; c < info->channels; c++) {
        const float *a = dictionary->values + (m * info->channels + c) * (size_t)(height * width);
        const float *b = dictionary->values + (n * info->channels + c) * (size_t)(height * width);
        for (ptrdiff_t y = dy > 0 ? dy : 0; y < height && y - dy < height; y++) {
            const float *first = a + (size_t)(y * width) + left;
            const float *second = b + (size_t)((y - dy) * width) + (size_t)((ptrdiff_t)left - dx);
            for (size_t x = 0; x < count; x++) {
                sum += (double)first[x] * (double)second[x];
            }
        }
    }
    return sum;
}

/* An atom's window takes that many multiplications at most: seconds. */
static const double most_products = 1e10;

static ond_status make_window(greedy *g, size_t m)
{
    const ond_operator *operator_ = g->operator_;
    size_t rows = 2 * reach_of(operator_, true) + 1;
    size_t columns = 2 * reach_of(operator_, false) + 1;
    ptrdiff_t stride = (ptrdiff_t)operator_->dictionary->info.stride;
    if (g->windows[m]) {
        return OND_OK;
    }
    size_t size = operator_->dictionary->info.atoms * rows * columns;
    if ((double)size * (double)ond_atom_size(operator_->dictionary) > most_products) {
        return ond_fail(OND_ERROR_UNSUPPORTED,
                        "matching pursuit with %zu filters of %zu x %zu: smaller ones are wanted",
                        operator_->dictionary->info.atoms, operator_->dictionary->info.filter_height,
                        operator_->dictionary->info.filter_width);
    }
    g->windows[m] = ond_memory_allocate(size, sizeof(double));
    if (!g->windows[m]) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < size; i++) {
        ptrdiff_t dy = (ptrdiff_t)(i / columns % rows) - (ptrdiff_t)(rows / 2);
        ptrdiff_t dx = (ptrdiff_t)(i % columns) - (ptrdiff_t)(columns / 2);
        g->windows[m][i] = correlate(operator_->dictionary, m, i / columns / rows, stride * dy, stride * dx);
    }
    return OND_OK;
}

/* A place of a map shifted; false beyond a zero border. */
static bool shifted(const ond_operator *operator_, size_t place, ptrdiff_t by, bool is_row, size_t *result)
{
    ptrdiff_t size = (ptrdiff_t)(is_row ? operator_->rows : operator_->columns);
    ptrdiff_t moved = (ptrdiff_t)place + by;
    if (operator_->dictionary->info.border == OND_BORDER_ZERO && (moved < 0 || moved >= size)) {
        return false;
    }
    *result = (size_t)(((moved % size) + size) % size);
    return true;
}

/* What is done for every code that correlates with code `index`, with their inner product. */
typedef void (*neighbour_function)(greedy *g, size_t index, double product, void *context);

static void visit_neighbours(greedy *g, size_t index, neighbour_function function, void *context)
{
    const ond_operator *operator_ = g->operator_;
    size_t plane = operator_->rows * operator_->columns;
    ptrdiff_t up = (ptrdiff_t)reach_of(operator_, true);
    ptrdiff_t left = (ptrdiff_t)reach_of(operator_, false);
    size_t atoms = operator_->dictionary->info.atoms;
    size_t columns = 2 * (size_t)left + 1;
    size_t size = (2 * (size_t)up + 1) * columns;
    const double *window = g->windows[index / plane];
    for (ptrdiff_t dy = -up; dy <= up; dy++) {
        size_t row;
        if (!shifted(operator_, index % plane / operator_->columns, dy, true, &row)) {
            continue;
        }
        for (ptrdiff_t dx = -left; dx <= left; dx++) {
            size_t column;
            if (!shifted(operator_, index % operator_->columns, dx, false, &column)) {
                continue;
            }
            size_t place = (size_t)(dy + up) * columns + (size_t)(dx + left);
            for (size_t n = 0; n < atoms; n++) {
                function(g, n * plane + row * operator_->columns + column, window[n * size + place], context);
            }
        }
    }
}

static void subtract_atom(greedy *g, size_t index, double product, void *context)
{
    const double *change = context;
    g->correlations[index] -= *change * product;
}

/* The Gram row of a new atom: its products with the support. */
static void note_product(greedy *g, size_t index, double product, void *context)
{
    double *row = context;
    if (!g->taken[index]) {
        return;
    }
    for (size_t i = 0; i < g->terms; i++) {
        if (g->support[i] == index) {
            row[i] += product;
            return;
        }
    }
}

/* The largest |c| / ‖d‖ of one row of a map. */
static void refresh_row(greedy *g, size_t line)
{
    size_t columns = g->operator_->columns;
    double norm = g->norms[line / g->operator_->rows];
    double best = 0;
    for (size_t i = line * columns; i < (line + 1) * columns; i++) {
        double value = g->taken[i] ? 0 : fabs(g->correlations[i]) / norm;
        best = value > best ? value : best;
    }
    g->row_best[line] = best;
}

static void refresh_around(greedy *g, size_t index)
{
    const ond_operator *operator_ = g->operator_;
    ptrdiff_t up = (ptrdiff_t)reach_of(operator_, true);
    size_t plane = operator_->rows * operator_->columns;
    for (ptrdiff_t dy = -up; dy <= up; dy++) {
        size_t row;
        if (!shifted(operator_, index % plane / operator_->columns, dy, true, &row)) {
            continue;
        }
        for (size_t n = 0; n < operator_->dictionary->info.atoms; n++) {
            refresh_row(g, n * operator_->rows + row);
        }
    }
}

/* The first code with the largest correlation; false when there is none left. */
static bool choose(const greedy *g, size_t *index)
{
    const ond_operator *operator_ = g->operator_;
    size_t lines = operator_->dictionary->info.atoms * operator_->rows;
    size_t best = 0;
    for (size_t line = 1; line < lines; line++) {
        best = g->row_best[line] > g->row_best[best] ? line : best;
    }
    if (!(g->row_best[best] > 0)) {
        return false;
    }
    *index = best * operator_->columns;
    while (g->taken[*index] || fabs(g->correlations[*index]) / g->norms[best / operator_->rows] < g->row_best[best]) {
        (*index)++;
    }
    return true;
}

/* Least squares on the support with the new atom: L grows by a row. False when the atom depends on the others. */
static bool refit(greedy *g, size_t index)
{
    static const double independent = 1e-12;
    size_t n = g->terms;
    double *row = g->lower + n * g->capacity;
    memset(row, 0, (n + 1) * sizeof *row);
    g->taken[index] = 1;
    g->support[n] = index;
    g->terms = n + 1;
    visit_neighbours(g, index, note_product, row);
    double square = row[n];
    for (size_t k = 0; k < n; k++) {
        row[k] = (row[k] - ond_dot(row, g->lower + k * g->capacity, k)) / g->lower[k * g->capacity + k];
    }
    double rest = square - ond_dot(row, row, n);
    if (!(rest > independent * square)) {
        g->terms = n; /* it stays taken, so that it is not tried again */
        refresh_row(g, index / g->operator_->columns);
        return false;
    }
    row[n] = sqrt(rest);
    memcpy(g->fresh, g->target, (n + 1) * sizeof *g->fresh);
    ond_solve_lower(g->lower, n + 1, g->capacity, g->fresh);
    ond_solve_upper(g->lower, n + 1, g->capacity, g->fresh);
    return true;
}

static void update_correlations(greedy *g)
{
    for (size_t i = 0; i < g->terms; i++) {
        double change = g->fresh[i] - g->values[i];
        if (change != 0) {
            visit_neighbours(g, g->support[i], subtract_atom, &change);
        }
    }
    for (size_t i = 0; i < g->terms; i++) {
        if (g->fresh[i] != g->values[i]) {
            refresh_around(g, g->support[i]);
        }
        g->values[i] = g->fresh[i];
    }
}

/* ‖x − D γ‖² = ‖x‖² − ⟨γ, Dᵀ x⟩ at the least-squares fit. */
static double residual_of(const greedy *g)
{
    return sqrt(fmax(g->energy - ond_dot(g->values, g->target, g->terms), 0));
}

static void write_codes(const greedy *g, float *codes)
{
    for (size_t i = 0; i < g->terms; i++) {
        codes[g->support[i]] = (float)g->values[i];
    }
}

static ond_status pursue(greedy *g, const ond_greedy_limit *limit, float *codes, ond_curve *curve,
                         ond_layer_report *report)
{
    size_t index;
    size_t plane = g->operator_->rows * g->operator_->columns;
    while (g->terms < limit->terms && residual_of(g) > limit->residual && choose(g, &index)) {
        OND_TRY(make_window(g, index / plane));
        g->target[g->terms] = (double)g->initial[index];
        g->values[g->terms] = 0;
        if (!refit(g, index)) {
            continue;
        }
        bool accepted = true;
        if (limit->accept) {
            for (size_t i = 0; i < g->terms; i++) {
                codes[g->support[i]] = (float)g->fresh[i];
            }
            OND_TRY(limit->accept(limit->context, codes, &accepted));
        }
        if (!accepted) {
            g->terms--;
            codes[index] = 0;
            break;
        }
        update_correlations(g);
        ond_curve_add(curve, residual_of(g));
    }
    write_codes(g, codes);
    report->iterations = (int)g->terms;
    report->converged = residual_of(g) <= limit->residual;
    return OND_OK;
}

static ond_status allocate(greedy *g)
{
    size_t codes = g->operator_->code_size;
    size_t atoms = g->operator_->dictionary->info.atoms;
    g->support = ond_memory_allocate(g->capacity, sizeof *g->support);
    g->lower = ond_memory_allocate(g->capacity, g->capacity * sizeof *g->lower);
    g->target = ond_memory_allocate(g->capacity, sizeof *g->target);
    g->values = ond_memory_allocate(g->capacity, sizeof *g->values);
    g->fresh = ond_memory_allocate(g->capacity, sizeof *g->fresh);
    g->correlations = ond_memory_allocate(codes, sizeof *g->correlations);
    g->initial = ond_memory_allocate(codes, sizeof *g->initial);
    g->norms = ond_memory_allocate(atoms, sizeof *g->norms);
    g->row_best = ond_memory_allocate(atoms * g->operator_->rows, sizeof *g->row_best);
    g->taken = ond_memory_allocate_zero(codes, sizeof *g->taken);
    g->windows = ond_memory_allocate_zero(atoms, sizeof *g->windows);
    bool has_memory = g->support && g->lower && g->target && g->values && g->fresh && g->correlations && g->initial
                      && g->norms && g->row_best && g->taken && g->windows;
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

static void release(greedy *g)
{
    for (size_t m = 0; g->windows && m < g->operator_->dictionary->info.atoms; m++) {
        ond_memory_free(g->windows[m]);
    }
    ond_memory_free(g->support);
    ond_memory_free(g->lower);
    ond_memory_free(g->target);
    ond_memory_free(g->values);
    ond_memory_free(g->fresh);
    ond_memory_free(g->correlations);
    ond_memory_free(g->initial);
    ond_memory_free(g->norms);
    ond_memory_free(g->row_best);
    ond_memory_free(g->taken);
    ond_memory_free(g->windows);
}

static ond_status start(greedy *g, const float *signal, float *codes)
{
    const ond_dictionary *dictionary = g->operator_->dictionary;
    float *scratch = ond_operator_scratch_create(g->operator_);
    if (!scratch) {
        return OND_ERROR_MEMORY;
    }
    ond_operator_adjoint(g->operator_, signal, codes, scratch);
    ond_memory_free(scratch);
    g->energy = ond_vector_sum_squares(signal, g->operator_->image_size);
    memcpy(g->initial, codes, g->operator_->code_size * sizeof *codes);
    for (size_t i = 0; i < g->operator_->code_size; i++) {
        g->correlations[i] = (double)codes[i];
    }
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        size_t size = ond_atom_size(dictionary);
        g->norms[m] = sqrt(ond_vector_sum_squares(dictionary->values + m * size, size));
        for (size_t row = 0; row < g->operator_->rows; row++) {
            refresh_row(g, m * g->operator_->rows + row);
        }
    }
    memset(codes, 0, g->operator_->code_size * sizeof *codes);
    return OND_OK;
}

ond_status ond_greedy_solve(const ond_operator *operator_, const float *signal, const ond_greedy_limit *limit,
                            float *codes, ond_curve *curve, ond_layer_report *report)
{
    greedy g = {.operator_ = operator_};
    g.capacity = limit->terms < operator_->code_size ? limit->terms : operator_->code_size;
    g.capacity++;
    ond_greedy_limit own = *limit;
    own.terms = g.capacity - 1;
    ond_status status = allocate(&g);
    status = status == OND_OK ? start(&g, signal, codes) : status;
    status = status == OND_OK ? pursue(&g, &own, codes, curve, report) : status;
    release(&g);
    if (status != OND_OK) {
        return status;
    }
    ond_lasso lasso = {.operator_ = operator_, .signal = signal};
    ond_lasso_room room = {0};
    status = ond_lasso_room_create(operator_, &room);
    if (status == OND_OK) {
        ond_lasso_evaluate(&lasso, codes, &room, report);
        report->gap = -1;
    }
    ond_lasso_room_free(&room);
    return status;
}
