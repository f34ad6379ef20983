/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/sliding_dct.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"

#include <math.h>
#include <string.h>

enum {
    SIDE = OND_DCT_SIDE,
    COEFFICIENTS = SIDE * SIDE,
    CHUNK = 64, /* neighbouring blocks done together: their coefficients fit the first-level cache */
    STRIP = 32  /* rows of blocks that one item does; fixed, so that the bits do not depend on the threads */
};

/* Orthonormal cosine transform: basis[k][i]. */
typedef struct dct_basis {
    float value[SIDE][SIDE];
} dct_basis;

static dct_basis make_basis(void)
{
    dct_basis basis;
    for (int k = 0; k < SIDE; k++) {
        double norm = sqrt((k == 0 ? 1.0 : 2.0) / SIDE);
        for (int i = 0; i < SIDE; i++) {
            basis.value[k][i] = (float)(norm * cos(acos(-1.0) * (2 * i + 1) * k / (2.0 * SIDE)));
        }
    }
    return basis;
}

/* One strip: rows of blocks begin…end − 1, summed apart from the other strips. */
typedef struct strip {
    const dct_basis *basis;
    const float *noisy, *pilot;
    size_t width;
    size_t begin, end;
    float threshold;
    float *sum, *weight; /* (end − begin + SIDE − 1) x width */
} strip;

/* lines[k][c] = Σ_i basis[k][i] image[row + i][c]: the transform along columns, of one row of blocks. */
OND_HOT static void transform_columns(const dct_basis *basis, const float *image, size_t width, float *lines)
{
    for (int k = 0; k < SIDE; k++) {
        float *line = lines + (size_t)k * width;
        for (size_t c = 0; c < width; c++) {
            float sum = 0;
            for (size_t i = 0; i < SIDE; i++) {
                sum += basis->value[k][i] * image[i * width + c];
            }
            line[c] = sum;
        }
    }
}

/* blocks[k][l][c] = Σ_j basis[l][j] lines[k][first + c + j]: the coefficients of CHUNK neighbouring blocks. */
OND_HOT static void transform_rows(const dct_basis *basis, const float *lines, size_t width, size_t first,
                                   float *restrict blocks)
{
    for (size_t k = 0; k < SIDE; k++) {
        const float *line = lines + k * width + first;
        for (size_t l = 0; l < SIDE; l++) {
            float *block = blocks + (k * SIDE + l) * CHUNK;
            for (size_t c = 0; c < CHUNK; c++) {
                float sum = 0;
                for (size_t j = 0; j < SIDE; j++) {
                    sum += basis->value[l][j] * line[c + j];
                }
                block[c] = sum;
            }
        }
    }
}

/* lines[k][first + c + j] += Σ_l basis[l][j] blocks[k][l][c]. */
OND_HOT static void restore_rows(const dct_basis *basis, const float *restrict blocks, size_t width, size_t first,
                                 float *restrict lines)
{
    for (size_t k = 0; k < SIDE; k++) {
        for (size_t j = 0; j < SIDE; j++) {
            float *line = lines + k * width + first + j;
            for (size_t c = 0; c < CHUNK; c++) {
                float sum = 0;
                for (size_t l = 0; l < SIDE; l++) {
                    sum += basis->value[l][j] * blocks[(k * SIDE + l) * CHUNK + c];
                }
                line[c] += sum;
            }
        }
    }
}

/* sum[i][c] += Σ_k basis[k][i] lines[k][c] for the image's own columns. */
OND_HOT static void restore_columns(const dct_basis *basis, const float *restrict lines, size_t stride, size_t width,
                                    float *restrict sum)
{
    for (size_t i = 0; i < SIDE; i++) {
        for (size_t c = 0; c < width; c++) {
            float value = 0;
            for (size_t k = 0; k < SIDE; k++) {
                value += basis->value[k][i] * lines[k * stride + c];
            }
            sum[i * width + c] += value;
        }
    }
}

/* Keeps what exceeds the threshold; energy[c] counts what is kept. */
OND_HOT static void shrink_hard(float threshold, float *restrict blocks, float *restrict energy)
{
    for (size_t c = 0; c < CHUNK; c++) {
        energy[c] = 1;
    }
    for (size_t k = 1; k < COEFFICIENTS; k++) {
        float *block = blocks + k * CHUNK;
        for (size_t c = 0; c < CHUNK; c++) {
            float kept = fabsf(block[c]) > threshold ? 1.0f : 0.0f;
            block[c] *= kept;
            energy[c] += kept;
        }
    }
}

/* Multiplies by P²/(P² + threshold²); energy[c] sums the squares of these gains. */
OND_HOT static void shrink_wiener(float threshold, const float *restrict pilot, float *restrict blocks,
                                  float *restrict energy)
{
    float noise = threshold * threshold;
    for (size_t c = 0; c < CHUNK; c++) {
        energy[c] = 1;
    }
    for (size_t k = 1; k < COEFFICIENTS; k++) {
        float *block = blocks + k * CHUNK;
        const float *wanted = pilot + k * CHUNK;
        for (size_t c = 0; c < CHUNK; c++) {
            float square = wanted[c] * wanted[c];
            float gain = square / (square + noise);
            block[c] *= gain;
            energy[c] += gain * gain;
        }
    }
}

OND_HOT static void weigh(const float *restrict energy, float *restrict blocks)
{
    for (size_t k = 0; k < COEFFICIENTS; k++) {
        for (size_t c = 0; c < CHUNK; c++) {
            blocks[k * CHUNK + c] /= energy[c];
        }
    }
}

/* Scratch of one strip; rows are as wide as whole chunks of blocks need. */
typedef struct strip_scratch {
    size_t width;
    float *padded, *pilot_padded; /* SIDE rows of the image */
    float *lines, *pilot_lines, *restored;
    float *blocks, *pilot_blocks;
    float *weights; /* of one row of blocks */
} strip_scratch;

static strip_scratch take_scratch(ond_arena *arena, size_t width)
{
    size_t blocks = (width - SIDE + 1 + CHUNK - 1) / CHUNK * CHUNK;
    strip_scratch scratch = {.width = blocks + SIDE};
    scratch.padded = ond_arena_take(arena, SIDE * scratch.width, sizeof(float));
    scratch.pilot_padded = ond_arena_take(arena, SIDE * scratch.width, sizeof(float));
    scratch.lines = ond_arena_take(arena, SIDE * scratch.width, sizeof(float));
    scratch.pilot_lines = ond_arena_take(arena, SIDE * scratch.width, sizeof(float));
    scratch.restored = ond_arena_take(arena, SIDE * scratch.width, sizeof(float));
    scratch.blocks = ond_arena_take(arena, COEFFICIENTS * CHUNK, sizeof(float));
    scratch.pilot_blocks = ond_arena_take(arena, COEFFICIENTS * CHUNK, sizeof(float));
    scratch.weights = ond_arena_take(arena, scratch.width, sizeof(float));
    return scratch;
}

/* SIDE rows, as wide as the scratch; what lies behind the image stays 0. */
static void load_rows(const float *image, size_t width, size_t row, float *padded, size_t padded_width)
{
    for (size_t i = 0; i < SIDE; i++) {
        memcpy(padded + i * padded_width, image + (row + i) * width, width * sizeof *padded);
    }
}

static void do_chunk(const strip *s, const strip_scratch *scratch, size_t first)
{
    float energy[CHUNK];
    transform_rows(s->basis, scratch->lines, scratch->width, first, scratch->blocks);
    if (s->pilot) {
        transform_rows(s->basis, scratch->pilot_lines, scratch->width, first, scratch->pilot_blocks);
        shrink_wiener(s->threshold, scratch->pilot_blocks, scratch->blocks, energy);
    } else {
        shrink_hard(s->threshold, scratch->blocks, energy);
    }
    for (size_t c = 0; c < CHUNK; c++) {
        bool exists = first + c + SIDE <= s->width;
        scratch->weights[first + c] = exists ? 1 / energy[c] : 0;
        energy[c] = exists ? energy[c] : HUGE_VALF; /* blocks behind the image count nothing */
    }
    weigh(energy, scratch->blocks);
    restore_rows(s->basis, scratch->blocks, scratch->width, first, scratch->restored);
}

/* Adds one row of blocks to the strip's sums. */
static void do_row(const strip *s, const strip_scratch *scratch, size_t row)
{
    size_t wide = scratch->width;
    load_rows(s->noisy, s->width, row, scratch->padded, wide);
    transform_columns(s->basis, scratch->padded, wide, scratch->lines);
    if (s->pilot) {
        load_rows(s->pilot, s->width, row, scratch->pilot_padded, wide);
        transform_columns(s->basis, scratch->pilot_padded, wide, scratch->pilot_lines);
    }
    memset(scratch->restored, 0, SIDE * wide * sizeof(float));
    for (size_t first = 0; first + SIDE < wide; first += CHUNK) {
        do_chunk(s, scratch, first);
    }
    restore_columns(s->basis, scratch->restored, wide, s->width, s->sum + (row - s->begin) * s->width);
}

/* Every pixel is covered by the up to eight blocks that begin at it or before. */
static void add_weights(const strip *s, const float *weights, size_t row)
{
    for (size_t c = 0; c < s->width; c++) {
        float covering = 0;
        for (size_t back = 0; back < SIDE && back <= c; back++) {
            covering += weights[c - back];
        }
        for (size_t i = 0; i < SIDE; i++) {
            s->weight[(row - s->begin + i) * s->width + c] += covering;
        }
    }
}

static ond_status do_strip(void *context, size_t index, int worker)
{
    (void)worker;
    const strip *s = (const strip *)context + index;
    ond_arena arena = {0};
    (void)take_scratch(&arena, s->width);
    void *memory = ond_memory_allocate_zero(arena.used, 1);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = memory};
    strip_scratch scratch = take_scratch(&arena, s->width);
    for (size_t row = s->begin; row < s->end; row++) {
        do_row(s, &scratch, row);
        add_weights(s, scratch.weights, row);
    }
    ond_memory_free(memory);
    return OND_OK;
}

/* Strips overlap by SIDE − 1 rows; they are added in order. */
static void join_strips(const strip *strips, size_t count, size_t height, size_t width, float *weight, float *result)
{
    memset(result, 0, height * width * sizeof *result);
    memset(weight, 0, height * width * sizeof *weight);
    for (size_t k = 0; k < count; k++) {
        size_t floats = (strips[k].end - strips[k].begin + SIDE - 1) * width;
        ond_vector_add_scaled(result + strips[k].begin * width, 1, strips[k].sum, floats);
        ond_vector_add_scaled(weight + strips[k].begin * width, 1, strips[k].weight, floats);
    }
    for (size_t i = 0; i < height * width; i++) {
        result[i] /= weight[i];
    }
}

ond_status ond_sliding_dct(const float *noisy, const float *pilot, size_t height, size_t width, float threshold,
                           float *result)
{
    dct_basis basis = make_basis();
    size_t block_rows = height - SIDE + 1;
    size_t count = (block_rows + STRIP - 1) / STRIP;
    size_t floats = (STRIP + SIDE - 1) * width;
    strip *strips = ond_memory_allocate_zero(count, sizeof *strips);
    float *sums = ond_memory_allocate_zero(count, 2 * floats * sizeof *sums);
    float *weight = ond_memory_allocate(height, width * sizeof *weight);
    ond_status status = strips && sums && weight ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        for (size_t k = 0; k < count; k++) {
            size_t end = (k + 1) * STRIP < block_rows ? (k + 1) * STRIP : block_rows;
            strips[k] = (strip){&basis,
                                noisy,
                                pilot,
                                width,
                                k * STRIP,
                                end,
                                threshold,
                                sums + 2 * k * floats,
                                sums + (2 * k + 1) * floats};
        }
        status = ond_parallel_for(count, ond_parallel_workers(count), do_strip, strips);
    }
    if (status == OND_OK) {
        join_strips(strips, count, height, width, weight, result);
    }
    ond_memory_free(strips);
    ond_memory_free(sums);
    ond_memory_free(weight);
    return status;
}
