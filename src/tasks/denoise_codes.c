/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/denoise_codes.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "learn/gemm.h"
#include "tasks/blur.h"
#include "tasks/code_pursuit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the codes do not see: smooth, and nearly without noise. */
enum { BLUR_REACH_PX = 24 };
static const double blur_sigma_px = 8;

/* Shifts by fourths of a stride along each axis, and the same moved by an eighth along both: errors of one grid's
 * shifts cancel each other, so that the grids have to be whole. A group, summed by one worker, has a shift of each
 * grid. */
enum { SHIFTS_PER_AXIS = 4, GRIDS = 2, GROUPS = SHIFTS_PER_AXIS * SHIFTS_PER_AXIS, SHIFTS = GRIDS * GROUPS };

enum { OPERATORS = 3 };

static const char *const operator_names[OPERATORS] = {"analysis", "synthesis", "dictionary"};

struct ond_denoise_codes {
    ond_array operators[OPERATORS]; /* [side, side, 1, codes] */
    ond_array thresholds;           /* [steps, codes] */
    ond_code_operators ready;       /* the same as pursuits want them */
};

/* --- the model --- */

void ond_denoise_codes_destroy(ond_denoise_codes *codes)
{
    if (codes) {
        for (int i = 0; i < OPERATORS; i++) {
            ond_array_free(&codes->operators[i]);
        }
        ond_array_free(&codes->thresholds);
        ond_code_operators_free(&codes->ready);
        ond_memory_free(codes);
    }
}

static ond_status take(const ond_tensors *tensors, const char *name, int rank, const size_t *shape, ond_array *to)
{
    const ond_array *found = NULL;
    OND_TRY(ond_tensors_get(tensors, name, rank, shape, &found));
    OND_TRY(ond_array_resize(to, rank, found->shape));
    memcpy(to->data, found->data, ond_array_count(found) * sizeof *found->data);
    return OND_OK;
}

/* What the file says of its training is what is done here; it may say nothing. */
static ond_status check_setting(const ond_tensors *tensors, const char *name, double wanted)
{
    const char *text = ond_tensors_metadata(tensors, name);
    char own[16];
    snprintf(own, sizeof own, "%g", wanted);
    return !text || strcmp(text, own) == 0 ? OND_OK
                                           : ond_fail(OND_ERROR_FORMAT, "%s is '%.32s', %s is wanted", name, text, own);
}

static ond_status read_parts(const ond_tensors *tensors, ond_denoise_codes *codes)
{
    OND_TRY(take(tensors, operator_names[0], 4, (size_t[4]){0, 0, 1, 0}, &codes->operators[0]));
    const size_t *shape = codes->operators[0].shape;
    if (shape[1] != shape[0] || shape[0] % 2 != 0 || shape[0] < 2 || shape[0] > OND_CODES_LARGEST_SIDE) {
        return ond_fail(OND_ERROR_FORMAT, "patches of %zu x %zu, squares of an even side up to %d are wanted", shape[0],
                        shape[1], OND_CODES_LARGEST_SIDE);
    }
    for (int i = 1; i < OPERATORS; i++) {
        OND_TRY(take(tensors, operator_names[i], 4, shape, &codes->operators[i]));
    }
    OND_TRY(take(tensors, "thresholds", 2, (size_t[2]){0, shape[3]}, &codes->thresholds));
    if (codes->thresholds.shape[0] == 0 || shape[3] == 0) {
        return ond_fail(OND_ERROR_FORMAT, "%zu thresholdings of %zu codes, at least one of one is wanted",
                        codes->thresholds.shape[0], shape[3]);
    }
    OND_TRY(check_setting(tensors, "stride", (double)shape[0] / 2));
    OND_TRY(check_setting(tensors, "blur_px", blur_sigma_px));
    for (size_t i = 0; i < ond_array_count(&codes->thresholds); i++) {
        if (codes->thresholds.data[i] < 0) {
            return ond_fail(OND_ERROR_FORMAT, "threshold %zu is %g, 0 or more is wanted", i,
                            (double)codes->thresholds.data[i]);
        }
    }
    return ond_code_operators_prepare(&codes->operators[0], &codes->operators[1], &codes->operators[2],
                                      &codes->thresholds, &codes->ready);
}

ond_status ond_denoise_codes_read(const ond_tensors *tensors, ond_denoise_codes **codes)
{
    ond_denoise_codes *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = read_parts(tensors, made);
    if (status != OND_OK) {
        ond_denoise_codes_destroy(made);
        return status;
    }
    *codes = made;
    return OND_OK;
}

ond_status ond_denoise_codes_write(const ond_denoise_codes *codes, ond_tensors *tensors)
{
    for (int i = 0; i < OPERATORS; i++) {
        OND_TRY(ond_tensors_add(tensors, operator_names[i], &codes->operators[i]));
    }
    return ond_tensors_add(tensors, "thresholds", &codes->thresholds);
}

/* --- shifts --- */

typedef struct shifted {
    const ond_code_operators *operators;
    const float *detail; /* [height, width]: the plane without its blurred part */
    size_t height, width;
    float *sums;                    /* [GROUPS, height, width] */
    ond_code_workspace *workspaces; /* of every worker */
} shifted;

/* Patches along a side of the plane, from `begin` on. */
static size_t patches_along(const ond_code_operators *o, size_t side, size_t begin)
{
    return (side - begin) / o->stride - 1;
}

/* Blocks of a plane whose rows are `width` apart. */
static void take_blocks(const float *plane, size_t width, size_t stride, size_t rows, size_t columns, float *blocks)
{
    for (size_t i = 0; i < rows * stride; i++) {
        const float *from = plane + i * width;
        float *to = blocks + (i / stride * columns * stride + i % stride) * stride;
        for (size_t column = 0; column < columns; column++) {
            memcpy(to + column * stride * stride, from + column * stride, stride * sizeof *to);
        }
    }
}

static void add_blocks(const float *blocks, size_t width, size_t stride, size_t rows, size_t columns, float *plane)
{
    for (size_t i = 0; i < rows * stride; i++) {
        float *to = plane + i * width;
        const float *from = blocks + (i / stride * columns * stride + i % stride) * stride;
        for (size_t column = 0; column < columns; column++) {
            for (size_t k = 0; k < stride; k++) {
                to[column * stride + k] += from[column * stride * stride + k];
            }
        }
    }
}

static void add_shift(const shifted *s, size_t top, size_t left, const ond_code_workspace *workspace, float *sum)
{
    size_t stride = s->operators->stride;
    size_t rows = patches_along(s->operators, s->height, top), columns = patches_along(s->operators, s->width, left);
    size_t corner = top * s->width + left;
    take_blocks(s->detail + corner, s->width, stride, rows + 1, columns + 1, workspace->picture);
    const float *made = ond_code_pursuit(s->operators, rows, columns, workspace);
    add_blocks(made, s->width, stride, rows + 1, columns + 1, sum + corner);
}

static ond_status do_group(void *context, size_t index, int worker)
{
    const shifted *s = context;
    size_t stride = s->operators->stride;
    float *sum = s->sums + index * s->height * s->width;
    memset(sum, 0, s->height * s->width * sizeof *sum);
    for (size_t grid = 0; grid < GRIDS; grid++) {
        size_t top = (index / SHIFTS_PER_AXIS * GRIDS + grid) * stride / (GRIDS * SHIFTS_PER_AXIS);
        size_t left = (index % SHIFTS_PER_AXIS * GRIDS + grid) * stride / (GRIDS * SHIFTS_PER_AXIS);
        add_shift(s, top, left, &s->workspaces[worker], sum);
    }
    return OND_OK;
}

/* --- their mean --- */

static ond_status run_groups(shifted *s, int workers)
{
    size_t pixels = s->height * s->width;
    size_t rows = patches_along(s->operators, s->height, 0), columns = patches_along(s->operators, s->width, 0);
    for (int i = 0; i < workers; i++) {
        OND_TRY(ond_code_workspace_create(s->operators, rows, columns, &s->workspaces[i]));
    }
    OND_TRY(ond_parallel_for(GROUPS, workers, do_group, s));
    for (size_t k = 1; k < GROUPS; k++) {
        ond_vector_add_scaled(s->sums, 1, s->sums + k * pixels, pixels);
    }
    return OND_OK;
}

/* clean += the mean of the shifts */
static ond_status add_mean(shifted *s, float *clean)
{
    size_t pixels = s->height * s->width;
    int workers = ond_gemm_workers(GROUPS);
    s->sums = ond_memory_allocate(GROUPS, pixels * sizeof *s->sums);
    s->workspaces = ond_memory_allocate_zero((size_t)workers, sizeof *s->workspaces);
    ond_status status = s->sums && s->workspaces ? run_groups(s, workers) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        ond_vector_add_scaled(clean, 1.0F / SHIFTS, s->sums, pixels);
    }
    for (int i = 0; s->workspaces && i < workers; i++) {
        ond_code_workspace_free(&s->workspaces[i]);
    }
    ond_memory_free(s->workspaces);
    ond_memory_free(s->sums);
    return status;
}

ond_status ond_denoise_by_codes(const ond_denoise_codes *codes, const ond_array *noisy, ond_array *clean)
{
    OND_TRY(ond_array_resize(clean, 2, noisy->shape));
    size_t pixels = ond_array_count(noisy);
    float *detail = ond_memory_allocate(pixels, sizeof *detail);
    if (!detail) {
        return OND_ERROR_MEMORY;
    }
    shifted s = {.operators = &codes->ready, .detail = detail, .height = noisy->shape[0], .width = noisy->shape[1]};
    ond_status status = ond_blur(noisy->data, s.height, s.width, blur_sigma_px, BLUR_REACH_PX, clean->data);
    if (status == OND_OK) {
        for (size_t i = 0; i < pixels; i++) {
            detail[i] = noisy->data[i] - clean->data[i];
        }
        status = add_mean(&s, clean->data);
    }
    ond_memory_free(detail);
    return status;
}
