/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/code_pursuit.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "learn/gemm.h"

#include <stdint.h>
#include <string.h>

enum {
    QUARTERS = 4,
    STRIP_PATCHES = 512, /* of a product: enough for its speed, few enough for the cache */
    TOGETHER = 8         /* atoms that meet a block at once */
};

/* --- operators --- */

void ond_code_operators_free(ond_code_operators *operators)
{
    ond_array_free(&operators->analysis);
    ond_array_free(&operators->synthesis);
    ond_array_free(&operators->dictionary);
    ond_array_free(&operators->thresholds);
}

/* Sample `sample` of quarter `quarter`, in a patch. */
static size_t place_in_patch(size_t stride, size_t quarter, size_t sample)
{
    size_t row = quarter / 2 * stride + sample / stride;
    size_t column = quarter % 2 * stride + sample % stride;
    return row * 2 * stride + column;
}

static ond_status take_samples(const ond_array *patches, size_t stride, ond_array *quarters)
{
    size_t codes = patches->shape[3], block = stride * stride;
    OND_TRY(ond_array_resize(quarters, 3, (size_t[3]){QUARTERS, block, codes}));
    for (size_t i = 0; i < QUARTERS * block; i++) {
        const float *from = patches->data + place_in_patch(stride, i / block, i % block) * codes;
        memcpy(quarters->data + i * codes, from, codes * sizeof *from);
    }
    return OND_OK;
}

static ond_status take_atoms(const ond_array *patches, size_t stride, float factor, ond_array *quarters)
{
    size_t codes = patches->shape[3], block = stride * stride;
    OND_TRY(ond_array_resize(quarters, 3, (size_t[3]){QUARTERS, codes, block}));
    for (size_t i = 0; i < QUARTERS * block; i++) {
        const float *from = patches->data + place_in_patch(stride, i / block, i % block) * codes;
        float *to = quarters->data + i / block * codes * block + i % block;
        for (size_t k = 0; k < codes; k++) {
            to[k * block] = factor * from[k];
        }
    }
    return OND_OK;
}

ond_status ond_code_operators_prepare(const ond_array *analysis, const ond_array *synthesis,
                                      const ond_array *dictionary, const ond_array *thresholds,
                                      ond_code_operators *operators)
{
    size_t stride = analysis->shape[0] / 2;
    operators->stride = stride;
    operators->codes = analysis->shape[3];
    operators->steps = thresholds->shape[0];
    OND_TRY(take_samples(analysis, stride, &operators->analysis));
    OND_TRY(take_atoms(synthesis, stride, -1, &operators->synthesis));
    OND_TRY(take_atoms(dictionary, stride, 1, &operators->dictionary));
    OND_TRY(ond_array_resize(&operators->thresholds, 2, thresholds->shape));
    memcpy(operators->thresholds.data, thresholds->data, ond_array_count(thresholds) * sizeof(float));
    return OND_OK;
}

/* --- memory --- */

typedef struct ond_code_spike {
    float value;
    uint32_t atom;
} ond_code_spike;

static size_t samples_of(const ond_code_operators *operators)
{
    return operators->stride * operators->stride;
}

/* Rows of patches that are analysed at once: fewer than STRIP_PATCHES + columns of them. */
static size_t strip_rows(size_t columns)
{
    return (STRIP_PATCHES + columns - 1) / columns;
}

static size_t list_size(const ond_code_operators *operators)
{
    return (operators->codes + TOGETHER - 1) / TOGETHER * TOGETHER;
}

void ond_code_workspace_free(ond_code_workspace *workspace)
{
    ond_memory_free(workspace->picture);
    ond_memory_free(workspace->z);
    ond_memory_free(workspace->patches);
    ond_memory_free(workspace->counts);
    ond_memory_free(workspace->lists);
}

ond_status ond_code_workspace_create(const ond_code_operators *operators, size_t rows, size_t columns,
                                     ond_code_workspace *workspace)
{
    size_t blocks = (rows + 1) * (columns + 1) * samples_of(operators);
    size_t strip = (STRIP_PATCHES + columns) * QUARTERS * samples_of(operators);
    *workspace = (ond_code_workspace){
        .picture = ond_memory_allocate(3 * blocks, sizeof(float)),
        .z = ond_memory_allocate(rows * columns, operators->codes * sizeof(float)),
        .patches = ond_memory_allocate(strip, sizeof(float)),
        .counts = ond_memory_allocate(columns, sizeof(size_t)),
        .lists = ond_memory_allocate(columns, list_size(operators) * sizeof(ond_code_spike)),
    };
    if (!workspace->picture || !workspace->z || !workspace->patches || !workspace->counts || !workspace->lists) {
        return OND_ERROR_MEMORY;
    }
    workspace->made[0] = workspace->picture + blocks;
    workspace->made[1] = workspace->picture + 2 * blocks;
    return OND_OK;
}

/* --- a step --- */

typedef struct pursuit {
    const ond_code_operators *operators;
    const ond_code_workspace *workspace;
    size_t rows, columns; /* of patches */
} pursuit;

/* z += A rest, `count` rows of patches from `first` on */
static void analyse(const pursuit *p, const float *rest, size_t first, size_t count)
{
    const ond_code_operators *o = p->operators;
    size_t samples = samples_of(o), pair = 2 * samples;
    size_t across = (p->columns + 1) * samples;
    float *patch = p->workspace->patches;
    for (size_t row = first; row < first + count; row++) {
        for (size_t column = 0; column < p->columns; column++) {
            const float *from = rest + row * across + column * samples;
            memcpy(patch, from, pair * sizeof *patch);
            memcpy(patch + pair, from + across, pair * sizeof *patch);
            patch += 2 * pair;
        }
    }
    ond_product product = {
        .rows = count * p->columns,
        .columns = o->codes,
        .inner = 2 * pair,
        .add = true,
    };
    ond_gemm_alone(&product, p->workspace->patches, o->analysis.data, p->workspace->z + first * p->columns * o->codes);
}

OND_WIDE static void shrink(const float *restrict thresholds, size_t codes, float *restrict z)
{
    for (size_t k = 0; k < codes; k++) {
        float most = thresholds[k];
        float off = z[k] > most ? most : z[k];
        off = off < -most ? -most : off;
        z[k] -= off;
    }
}

/* The codes that are not zero, found without branches; zeros fill the last `TOGETHER`. */
static size_t list_codes(const float *restrict z, size_t codes, ond_code_spike *restrict list)
{
    size_t count = 0;
    for (size_t k = 0; k < codes; k++) {
        uint32_t bits;
        memcpy(&bits, &z[k], sizeof bits);
        list[count] = (ond_code_spike){z[k], (uint32_t)k};
        count += (bits & 0x7fffffffu) != 0;
    }
    while (count % TOGETHER != 0) {
        list[count++] = (ond_code_spike){0, 0};
    }
    return count;
}

/* block += Σ value atom, eight at a time so that the block is read and written less often */
static inline void add_eight(const float *atoms, const ond_code_spike *list, size_t samples, float *restrict block)
{
    const float *restrict a[TOGETHER];
    float v[TOGETHER];
    for (size_t i = 0; i < TOGETHER; i++) {
        a[i] = atoms + list[i].atom * samples;
        v[i] = list[i].value;
    }
    for (size_t k = 0; k < samples; k++) {
        float first = (v[0] * a[0][k] + v[1] * a[1][k]) + (v[2] * a[2][k] + v[3] * a[3][k]);
        float second = (v[4] * a[4][k] + v[5] * a[5][k]) + (v[6] * a[6][k] + v[7] * a[7][k]);
        block[k] += first + second;
    }
}

OND_WIDE static void add_atoms(const float *atoms, const ond_code_spike *list, size_t count, size_t samples,
                               float *restrict block)
{
    for (size_t i = 0; i < count; i += TOGETHER) {
        add_eight(atoms, list + i, samples, block);
    }
}

/* Shrinks a row of codes and adds their atoms to the blocks: as long as most codes are zero, no product of matrices is
 * as fast. Quarter after quarter, since a quarter of the atoms fits the cache. */
static void shrink_and_add(const pursuit *p, const float *thresholds, const float *dictionary, size_t row,
                           float *blocks)
{
    const ond_code_operators *o = p->operators;
    const ond_code_workspace *w = p->workspace;
    size_t samples = samples_of(o), list = list_size(o);
    for (size_t column = 0; column < p->columns; column++) {
        float *z = w->z + (row * p->columns + column) * o->codes;
        shrink(thresholds, o->codes, z);
        w->counts[column] = list_codes(z, o->codes, w->lists + column * list);
    }
    for (size_t quarter = 0; quarter < QUARTERS; quarter++) {
        const float *atoms = dictionary + quarter * o->codes * samples;
        float *to = blocks + ((row + quarter / 2) * (p->columns + 1) + quarter % 2) * samples;
        for (size_t column = 0; column < p->columns; column++) {
            add_atoms(atoms, w->lists + column * list, w->counts[column], samples, to + column * samples);
        }
    }
}

const float *ond_code_pursuit(const ond_code_operators *operators, size_t rows, size_t columns,
                              const ond_code_workspace *workspace)
{
    pursuit p = {operators, workspace, rows, columns};
    size_t blocks = (rows + 1) * (columns + 1) * samples_of(operators);
    size_t strip = strip_rows(columns);
    const float *rest = workspace->picture;
    memset(workspace->z, 0, rows * columns * operators->codes * sizeof *workspace->z);
    for (size_t step = 0; step < operators->steps; step++) {
        float *made = workspace->made[step % 2];
        bool is_last = step + 1 == operators->steps;
        const float *atoms = is_last ? operators->dictionary.data : operators->synthesis.data;
        if (is_last) {
            memset(made, 0, blocks * sizeof *made);
        } else {
            memcpy(made, workspace->picture, blocks * sizeof *made);
        }
        for (size_t first = 0; first < rows; first += strip) {
            size_t count = rows - first < strip ? rows - first : strip;
            analyse(&p, rest, first, count);
            for (size_t row = first; row < first + count; row++) {
                shrink_and_add(&p, operators->thresholds.data + step * operators->codes, atoms, row, made);
            }
        }
        rest = made;
    }
    return rest;
}
