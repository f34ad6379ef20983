/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/denoise_codes.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "learn/code_layer.h"
#include "learn/gemm.h"
#include "tasks/blur.h"

#include <math.h>
#include <string.h>

/* What the codes do not see: smooth, and nearly without noise. */
enum { BLUR_REACH_PX = 24 };
static const double blur_sigma_px = 8;

enum { SHIFTS_PER_AXIS = 4, OPERATORS = 3 };

static const char *const operator_names[OPERATORS] = {"analysis", "synthesis", "dictionary"};

struct ond_denoise_codes {
    size_t side, stride, codes;
    size_t steps;           /* thresholdings */
    ond_array operators[3]; /* [side, side, 1, codes] */
    ond_array thresholds;   /* [steps, codes] */
};

/* --- the model --- */

void ond_denoise_codes_destroy(ond_denoise_codes *codes)
{
    if (codes) {
        for (int i = 0; i < OPERATORS; i++) {
            ond_array_free(&codes->operators[i]);
        }
        ond_array_free(&codes->thresholds);
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

static ond_status read_parts(const ond_tensors *tensors, ond_denoise_codes *codes)
{
    OND_TRY(take(tensors, operator_names[0], 4, (size_t[4]){0, 0, 1, 0}, &codes->operators[0]));
    const size_t *shape = codes->operators[0].shape;
    codes->side = shape[0];
    codes->stride = shape[0] / 2;
    codes->codes = shape[3];
    if (shape[1] != shape[0] || shape[0] % 2 != 0 || shape[0] < 2 || shape[0] > OND_CODES_LARGEST_SIDE) {
        return ond_fail(OND_ERROR_FORMAT, "patches of %zu x %zu, squares of an even side up to %d are wanted", shape[0],
                        shape[1], OND_CODES_LARGEST_SIDE);
    }
    for (int i = 1; i < OPERATORS; i++) {
        OND_TRY(take(tensors, operator_names[i], 4, shape, &codes->operators[i]));
    }
    OND_TRY(take(tensors, "thresholds", 2, (size_t[2]){0, codes->codes}, &codes->thresholds));
    codes->steps = codes->thresholds.shape[0];
    for (size_t i = 0; i < ond_array_count(&codes->thresholds); i++) {
        if (codes->thresholds.data[i] < 0) {
            return ond_fail(OND_ERROR_FORMAT, "threshold %zu is %g, 0 or more is wanted", i,
                            (double)codes->thresholds.data[i]);
        }
    }
    return OND_OK;
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

/* --- one shift --- */

typedef struct shifted {
    const ond_denoise_codes *codes;
    const float *detail; /* [height, width]: the plane without its blurred part */
    size_t height, width;
    float *estimates;    /* [SHIFTS_PER_AXIS²][height, width] */
    float *scratch;      /* of every worker */
    size_t scratch_size; /* floats */
} shifted;

/* z = soft(z + change) */
static void shrink(const float *thresholds, size_t positions, size_t codes, const float *change, float *z)
{
    for (size_t i = 0; i < positions; i++) {
        for (size_t k = 0; k < codes; k++) {
            float value = z[i * codes + k] + change[i * codes + k];
            float most = thresholds[k];
            z[i * codes + k] = value - fminf(fmaxf(value, -most), most);
        }
    }
}

/* The largest grid of patches that begins at (top, left). */
static ond_code_layer layer_at(const shifted *s, size_t top, size_t left)
{
    const ond_denoise_codes *c = s->codes;
    size_t rows = (s->height - top - c->side) / c->stride + 1;
    size_t columns = (s->width - left - c->side) / c->stride + 1;
    return (ond_code_layer){
        .height = (rows - 1) * c->stride + c->side,
        .width = (columns - 1) * c->stride + c->side,
        .channels = 1,
        .side = c->side,
        .stride = c->stride,
        .rows = rows,
        .columns = columns,
        .codes = c->codes,
    };
}

static void pursue(const ond_denoise_codes *c, const ond_code_layer *layer, const float *signal, float *made,
                   float *patches, float *z, float *change)
{
    size_t count = ond_code_layer_signal_size(layer);
    size_t positions = layer->rows * layer->columns;
    memset(z, 0, ond_code_layer_code_size(layer) * sizeof *z);
    memcpy(made, signal, count * sizeof *made);
    for (size_t step = 0; step < c->steps; step++) {
        ond_code_layer_analyse(layer, c->operators[0].data, 1, made, patches, change);
        shrink(c->thresholds.data + step * c->codes, positions, c->codes, change, z);
        bool is_last = step + 1 == c->steps;
        ond_code_layer_synthesise(layer, c->operators[is_last ? 2 : 1].data, 1, z, patches, made);
        for (size_t i = 0; i < count && !is_last; i++) {
            made[i] = signal[i] - made[i];
        }
    }
}

static ond_status do_shift(void *context, size_t index, int worker)
{
    const shifted *s = context;
    size_t stride = s->codes->stride;
    size_t top = index / SHIFTS_PER_AXIS * stride / SHIFTS_PER_AXIS;
    size_t left = index % SHIFTS_PER_AXIS * stride / SHIFTS_PER_AXIS;
    ond_code_layer layer = layer_at(s, top, left);
    float *signal = s->scratch + (size_t)worker * s->scratch_size;
    float *made = signal + s->height * s->width;
    float *patches = made + s->height * s->width;
    float *z = patches + ond_code_layer_scratch_size(&layer);
    float *change = z + ond_code_layer_code_size(&layer);
    for (size_t row = 0; row < layer.height; row++) {
        memcpy(signal + row * layer.width, s->detail + (top + row) * s->width + left, layer.width * sizeof *signal);
    }
    pursue(s->codes, &layer, signal, made, patches, z, change);
    float *to = s->estimates + index * s->height * s->width;
    memset(to, 0, s->height * s->width * sizeof *to);
    for (size_t row = 0; row < layer.height; row++) {
        memcpy(to + (top + row) * s->width + left, made + row * layer.width, layer.width * sizeof *to);
    }
    return OND_OK;
}

/* --- their mean --- */

static ond_status run_shifts(shifted *s)
{
    enum { SHIFTS = SHIFTS_PER_AXIS * SHIFTS_PER_AXIS };
    ond_code_layer largest = layer_at(s, 0, 0);
    size_t pixels = s->height * s->width;
    int workers = ond_gemm_workers(SHIFTS);
    s->scratch_size = 2 * pixels + ond_code_layer_scratch_size(&largest) + 2 * ond_code_layer_code_size(&largest);
    s->estimates = ond_memory_allocate(SHIFTS, pixels * sizeof *s->estimates);
    s->scratch = ond_memory_allocate((size_t)workers, s->scratch_size * sizeof *s->scratch);
    ond_status status = s->estimates && s->scratch ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_parallel_for(SHIFTS, workers, do_shift, s);
    }
    for (size_t k = 1; k < SHIFTS && status == OND_OK; k++) {
        ond_vector_add_scaled(s->estimates, 1, s->estimates + k * pixels, pixels);
    }
    for (size_t i = 0; i < pixels && status == OND_OK; i++) {
        s->estimates[i] *= 1.0F / SHIFTS;
    }
    ond_memory_free(s->scratch);
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
    shifted s = {.codes = codes, .detail = detail, .height = noisy->shape[0], .width = noisy->shape[1]};
    ond_status status = ond_blur(noisy->data, s.height, s.width, blur_sigma_px, BLUR_REACH_PX, clean->data);
    if (status == OND_OK) {
        for (size_t i = 0; i < pixels; i++) {
            detail[i] = noisy->data[i] - clean->data[i];
        }
        status = run_shifts(&s);
    }
    if (status == OND_OK) {
        ond_vector_add_scaled(clean->data, 1, s.estimates, pixels);
    }
    ond_memory_free(s.estimates);
    ond_memory_free(detail);
    return status;
}
