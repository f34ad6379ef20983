/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/learning.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void correlate_one(const ond_operator *operator_, size_t row, size_t column, double code, const float *residual,
                          double *gradient)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    for (size_t line = 0; line < info->channels * info->filter_height; line++) {
        size_t y = (row * info->stride + line % info->filter_height) % operator_->height;
        const float *source = residual + (line / info->filter_height * operator_->height + y) * operator_->width;
        double *target = gradient + line * info->filter_width;
        for (size_t k = 0; k < info->filter_width; k++) {
            size_t x = column * info->stride + k;
            target[k] += code * (double)source[x < operator_->width ? x : x % operator_->width];
        }
    }
}

void ond_correlate_codes(const ond_operator *operator_, const float *codes, const float *residual, double *gradient)
{
    size_t plane = operator_->rows * operator_->columns;
    for (size_t i = 0; i < operator_->code_size; i++) {
        if (codes[i] != 0) {
            correlate_one(operator_, i % plane / operator_->columns, i % operator_->columns, (double)codes[i], residual,
                          gradient + i / plane * ond_atom_size(operator_->dictionary));
        }
    }
}

void ond_atoms_move(ond_dictionary *dictionary, const double *gradient, const double *steps)
{
    size_t size = ond_atom_size(dictionary);
    for (size_t i = 0; i < dictionary->info.atoms * size; i++) {
        dictionary->values[i] = (float)((double)dictionary->values[i] - steps[i / size] * gradient[i]);
    }
}

void ond_atoms_threshold(ond_dictionary *dictionary, const double *steps, double sparsity)
{
    size_t size = ond_atom_size(dictionary);
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        float *atom = dictionary->values + m * size;
        float threshold = (float)sqrt(2 * steps[m] * sparsity);
        float largest = 0;
        for (size_t i = 0; i < size; i++) {
            largest = fabsf(atom[i]) > largest ? fabsf(atom[i]) : largest;
        }
        threshold = threshold < largest ? threshold : largest;
        for (size_t i = 0; i < size; i++) {
            atom[i] = fabsf(atom[i]) >= threshold ? atom[i] : 0;
        }
    }
}

/* The bits of a float that is not negative, as a number, are in its order. */
static uint32_t magnitude_bits(float x)
{
    uint32_t bits;
    float magnitude = fabsf(x);
    memcpy(&bits, &magnitude, sizeof bits);
    return bits;
}

static size_t count_from(const float *atom, size_t size, uint32_t least)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += magnitude_bits(atom[i]) >= least;
    }
    return count;
}

void ond_atoms_limit(ond_dictionary *dictionary, double filled)
{
    size_t size = ond_atom_size(dictionary);
    size_t most = (size_t)fmax(floor(filled * (double)size), 1);
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        float *atom = dictionary->values + m * size;
        uint32_t least = 1; /* what is not zero */
        if (count_from(atom, size, least) <= most) {
            continue;
        }
        least = 0; /* bit by bit, the largest one that `most` entries reach */
        for (uint32_t bit = UINT32_C(1) << 30; bit > 0; bit >>= 1) {
            least |= count_from(atom, size, least | bit) >= most ? bit : 0;
        }
        for (size_t i = 0; i < size; i++) {
            atom[i] = magnitude_bits(atom[i]) >= least ? atom[i] : 0;
        }
    }
}

void ond_atoms_project(ond_dictionary *dictionary, bool zero_mean)
{
    size_t taps = dictionary->info.filter_height * dictionary->info.filter_width;
    size_t size = ond_atom_size(dictionary);
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        float *atom = dictionary->values + m * size;
        for (size_t c = 0; zero_mean && c < dictionary->info.channels; c++) {
            double mean = ond_vector_sum(atom + c * taps, taps) / (double)taps;
            for (size_t i = c * taps; i < (c + 1) * taps; i++) {
                atom[i] = (float)((double)atom[i] - mean);
            }
        }
        double norm = sqrt(ond_vector_sum_squares(atom, size));
        for (size_t i = 0; norm > 0 && i < size; i++) {
            atom[i] = (float)((double)atom[i] / norm);
        }
    }
}

static void swap(float **a, float **b)
{
    float *other = *a;
    *a = *b;
    *b = other;
}

/* γᵢ of every layer below γ_L, and what the residual becomes on its way back. */
typedef struct passage {
    float *codes[OND_MAX_LAYERS + 1]; /* [0]: the image */
    float *error, *next;              /* as large as the largest of them */
    float *scratch;
} passage;

static ond_status passage_create(ond_operator *const *operators, size_t count, passage *p)
{
    size_t largest = operators[0]->image_size;
    size_t scratch = 0;
    bool has_memory = true;
    for (size_t i = 0; i < count; i++) {
        size_t own = ond_operator_scratch(operators[i]);
        scratch = own > scratch ? own : scratch;
        largest = operators[i]->code_size > largest ? operators[i]->code_size : largest;
        p->codes[i] = ond_memory_allocate(operators[i]->image_size, sizeof *p->codes[i]);
        has_memory = has_memory && p->codes[i];
    }
    p->error = ond_memory_allocate(largest, sizeof *p->error);
    p->next = ond_memory_allocate(largest, sizeof *p->next);
    p->scratch = ond_memory_allocate(scratch, sizeof *p->scratch);
    return has_memory && p->error && p->next && p->scratch ? OND_OK : OND_ERROR_MEMORY;
}

static void passage_free(size_t count, passage *p)
{
    for (size_t i = 0; i < count; i++) {
        ond_memory_free(p->codes[i]);
    }
    ond_memory_free(p->error);
    ond_memory_free(p->next);
    ond_memory_free(p->scratch);
}

static void add_powers(const ond_operator *operator_, const float *codes, double *powers)
{
    size_t plane = operator_->rows * operator_->columns;
    for (size_t m = 0; m < operator_->dictionary->info.atoms; m++) {
        powers[m] += ond_vector_sum_squares(codes + m * plane, plane);
    }
}

ond_status ond_layers_gradient(ond_operator *const *operators, size_t count, const float *codes, const float *image,
                               double *const *gradients, double *const *powers, double *squared_residual)
{
    passage p = {.error = NULL};
    ond_status status = passage_create(operators, count, &p);
    for (size_t i = count; status == OND_OK && i-- > 0;) {
        ond_operator_apply(operators[i], i + 1 == count ? codes : p.codes[i + 1], p.codes[i], p.scratch);
    }
    for (size_t i = 0; status == OND_OK && i < operators[0]->image_size; i++) {
        p.error[i] = p.codes[0][i] - image[i];
    }
    if (status == OND_OK && squared_residual) {
        *squared_residual = ond_vector_sum_squares(p.error, operators[0]->image_size);
    }
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        const float *own = i + 1 == count ? codes : p.codes[i + 1];
        ond_correlate_codes(operators[i], own, p.error, gradients[i]);
        if (powers) {
            add_powers(operators[i], own, powers[i]);
        }
        if (i + 1 < count) {
            ond_operator_adjoint(operators[i], p.error, p.next, p.scratch);
            swap(&p.error, &p.next);
        }
    }
    passage_free(count, &p);
    return status;
}

ond_status ond_layers_change(ond_operator *const *operators, size_t count, size_t layer, const ond_operator *change,
                             const float *codes, double *energy)
{
    passage p = {.error = NULL};
    ond_status status = passage_create(operators, count, &p);
    for (size_t i = count; status == OND_OK && i-- > 0;) {
        ond_operator_apply(i == layer ? change : operators[i], i + 1 == count ? codes : p.error, p.next, p.scratch);
        swap(&p.error, &p.next);
    }
    if (status == OND_OK) {
        *energy += ond_vector_sum_squares(p.error, operators[0]->image_size);
    }
    passage_free(count, &p);
    return status;
}
