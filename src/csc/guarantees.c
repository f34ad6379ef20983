/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "csc/linear.h"
#include "csc/operator.h"

#include <ondelet/sparsity.h>

#include <math.h>
#include <string.h>

enum { MOST_NONZEROS = 1000 };
static const double most_memory = 1e8; /* floats */

/* The rank of Φ_Λ: its columns are D_{i+1}⋯D_L e_j for j in the support of γ_L, its rows the zeros of γᵢ. Rows are made
 * orthogonal one after the other (twice, so that rounding does not matter) until as many are independent as there are
 * columns; memory is that of the columns. */
typedef struct cosupport {
    const ond_dictionary *const *layers;
    const ond_array *codes;
    size_t count;
    size_t columns;
    size_t *support;
    double *basis; /* [columns, columns] */
    double *row;
    size_t rank;
} cosupport;

/* Rank of rows given as one image per column: row k is (images[0][k], images[1][k], …) where the code is zero. */
static void add_rows(cosupport *c, const ond_array *images, const ond_array *zeros)
{
    static const double rounding = 1e-6; /* of products in float */
    for (size_t k = 0; k < ond_array_count(zeros) && c->rank < c->columns; k++) {
        if (zeros->data[k] != 0) {
            continue;
        }
        for (size_t j = 0; j < c->columns; j++) {
            c->row[j] = (double)images[j].data[k];
        }
        double before = sqrt(ond_dot(c->row, c->row, c->columns));
        for (int pass = 0; pass < 2; pass++) {
            for (size_t i = 0; i < c->rank; i++) {
                const double *direction = c->basis + i * c->columns;
                double along = ond_dot(c->row, direction, c->columns);
                for (size_t j = 0; j < c->columns; j++) {
                    c->row[j] -= along * direction[j];
                }
            }
        }
        double left = sqrt(ond_dot(c->row, c->row, c->columns));
        if (left > rounding * before && before > 0) {
            for (size_t j = 0; j < c->columns; j++) {
                c->basis[c->rank * c->columns + j] = c->row[j] / left;
            }
            c->rank++;
        }
    }
}

/* images[j] = D_{layer+1} applied to what they were (at the deepest layer: unit vectors). */
static ond_status climb(const cosupport *c, size_t layer, ond_array *images)
{
    ond_array code = {0};
    const ond_array *deepest = &c->codes[c->count - 1];
    for (size_t j = 0; j < c->columns; j++) {
        ond_array made = {0};
        ond_status status = OND_OK;
        if (layer == c->count - 2) {
            status = ond_array_resize(&code, deepest->rank, deepest->shape);
            if (status == OND_OK) {
                memset(code.data, 0, ond_array_count(&code) * sizeof *code.data);
                code.data[c->support[j]] = 1;
            }
        }
        const ond_array *from = layer == c->count - 2 ? &code : &images[j];
        status = status == OND_OK ? ond_dictionary_apply(c->layers[layer + 1], from, &made) : status;
        if (status != OND_OK) {
            ond_array_free(&code);
            ond_array_free(&made);
            return status;
        }
        ond_array_free(&images[j]);
        images[j] = made;
    }
    ond_array_free(&code);
    return OND_OK;
}

static ond_status find_rank(cosupport *c)
{
    ond_array *images = ond_memory_allocate_zero(c->columns, sizeof *images);
    ond_status status = images ? OND_OK : OND_ERROR_MEMORY;
    for (size_t layer = c->count - 1; status == OND_OK && layer-- > 0;) {
        status = climb(c, layer, images);
        if (status == OND_OK) {
            add_rows(c, images, &c->codes[layer]);
        }
    }
    for (size_t j = 0; images && j < c->columns; j++) {
        ond_array_free(&images[j]);
    }
    ond_memory_free(images);
    return status;
}

static ond_status rank_of_cosupport(const ond_dictionary *const *layers, size_t count, const ond_array *codes,
                                    size_t columns, size_t *rank)
{
    cosupport c = {.layers = layers, .codes = codes, .count = count, .columns = columns};
    c.support = ond_memory_allocate(columns, sizeof *c.support);
    c.basis = ond_memory_allocate(columns * columns, sizeof *c.basis);
    c.row = ond_memory_allocate(columns, sizeof *c.row);
    ond_status status = c.support && c.basis && c.row ? OND_OK : OND_ERROR_MEMORY;
    size_t found = 0;
    for (size_t i = 0; status == OND_OK && i < ond_array_count(&codes[count - 1]); i++) {
        if (codes[count - 1].data[i] != 0) {
            c.support[found++] = i;
        }
    }
    status = status == OND_OK ? find_rank(&c) : status;
    *rank = c.rank;
    ond_memory_free(c.support);
    ond_memory_free(c.basis);
    ond_memory_free(c.row);
    return status;
}

/* Theorem 7.2 for one layer with noise ε of the layer above. On the support |dᵀx| ≥ least − μ (s − 1) most − ε, off it
 * ≤ μ s most + ε: half-way between is the threshold. (7.15) then bounds the error. */
static void judge_thresholding(double noise, ond_layer_guarantee *g)
{
    const ond_density *d = &g->density;
    double sparsity = (double)d->stripe;
    if (d->nonzeros == 0) {
        g->thresholding = (double)INFINITY;
        g->error = isfinite(noise) ? 0 : (double)INFINITY;
        g->threshold = 0;
        return;
    }
    g->thresholding = noise < d->least / 2 ? (double)INFINITY : 0;
    if (g->coherence > 0) {
        g->thresholding = 0.5 * (1 + d->least / d->most / g->coherence) - noise / g->coherence / d->most;
    }
    g->error = (double)INFINITY;
    if (sparsity < g->thresholding) {
        double inside = d->least - g->coherence * (sparsity - 1) * d->most - noise;
        double outside = g->coherence * sparsity * d->most + noise;
        g->threshold = (inside + outside) / 2;
        g->error = sqrt((double)d->nonzeros) * (noise + g->threshold + g->coherence * d->most * (sparsity - 1));
    }
}

static ond_status judge_layers(const ond_dictionary *const *layers, const ond_array *codes, double noise,
                               ond_guarantees *g)
{
    g->theorem_7_1 = g->theorem_7_2 = g->layered_pursuit = true;
    for (size_t i = 0; i < g->layers; i++) {
        ond_layer_guarantee *layer = &g->layer[i];
        ond_coherence coherence;
        OND_TRY(ond_codes_density(layers[i], &codes[i], &layer->density));
        OND_TRY(ond_dictionary_coherence(layers[i], &coherence));
        layer->coherence = coherence.columns;
        layer->uniqueness = ond_spark_bound(layer->coherence) / 2;
        layer->recovery = ond_spark_bound(layer->coherence) / 3;
        judge_thresholding(i == 0 ? noise : g->layer[i - 1].error, layer);
        double sparsity = (double)layer->density.stripe;
        g->theorem_7_1 = g->theorem_7_1 && sparsity < layer->uniqueness;
        g->theorem_7_2 = g->theorem_7_2 && sparsity < layer->thresholding;
        g->layered_pursuit = g->layered_pursuit && sparsity <= layer->recovery;
    }
    return OND_OK;
}

/* Floats that the images of the support's atoms take in the largest layer. */
static double memory_of(const ond_array *codes, size_t count, size_t nonzeros)
{
    size_t largest = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        size_t own = ond_array_count(&codes[i]);
        largest = own > largest ? own : largest;
    }
    return (double)largest * (double)nonzeros;
}

static ond_status judge_together(const ond_dictionary *const *layers, const ond_array *codes, ond_guarantees *g)
{
    ond_dictionary *effective = NULL;
    ond_coherence coherence;
    size_t nonzeros = g->layer[g->layers - 1].density.nonzeros;
    if (nonzeros > MOST_NONZEROS || memory_of(codes, g->layers, nonzeros) > most_memory) {
        return OND_OK;
    }
    ond_status status = ond_dictionary_compose(layers, g->layers, &effective);
    if (status == OND_ERROR_UNSUPPORTED) {
        return OND_OK;
    }
    status = status == OND_OK ? ond_dictionary_coherence(effective, &coherence) : status;
    ond_dictionary_destroy(effective);
    OND_TRY(status);
    if (nonzeros > 0 && g->layers > 1) {
        OND_TRY(rank_of_cosupport(layers, g->layers, codes, nonzeros, &g->rank));
    }
    g->has_effective = true;
    g->effective_coherence = coherence.columns;
    g->holistic = ond_spark_bound(coherence.columns) / 2 + (double)g->rank;
    g->theorem_7_3 = (double)nonzeros < g->holistic;
    g->dimension = nonzeros - g->rank;
    return OND_OK;
}

/* Codes must be those of one signal, layer below layer. */
static ond_status check_codes(const ond_dictionary *const *layers, size_t count, const ond_array *codes)
{
    for (size_t i = 0; i < count; i++) {
        OND_TRY(ond_array_check_filled(&codes[i], "the codes"));
        OND_TRY(ond_array_check_finite(&codes[i], "the codes"));
        size_t atoms = layers[i]->info.atoms;
        int axis = codes[i].rank == 1 ? 0 : codes[i].rank - 3;
        if (axis < 0 || axis > 0 || codes[i].shape[0] != atoms) {
            char text[OND_SHAPE_TEXT_SIZE];
            return ond_fail(OND_ERROR_SHAPE, "codes of layer %zu are %s, [%zu, rows, columns] is wanted", i + 1,
                            ond_shape_text(codes[i].rank, codes[i].shape, text), atoms);
        }
    }
    return OND_OK;
}

ond_status ond_codes_guarantees(const ond_dictionary *const *layers, size_t count, const ond_array *codes, double noise,
                                ond_guarantees *guarantees)
{
    OND_TRY(ond_layers_check(layers, count));
    OND_TRY(check_codes(layers, count, codes));
    if (!(noise >= 0) || !isfinite(noise)) {
        return ond_fail(OND_ERROR_ARGUMENT, "noise = %g, at least 0 is wanted", noise);
    }
    *guarantees = (ond_guarantees){.layers = count};
    OND_TRY(judge_layers(layers, codes, noise, guarantees));
    return judge_together(layers, codes, guarantees);
}
