/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/selection.h"

#include "core/memory.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { HALF_BITS = 16, VALUES = 1 << HALF_BITS };

/* Counts of one half of the bits. */
typedef struct half_count {
    atomic_size_t *counts; /* VALUES of them */
    bool lower;            /* the lower half, of magnitudes whose upper half is `upper` */
    uint32_t upper;
    ond_band_factor factor;
    const void *context;
} half_count;

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void count_row(const half_count *half, const float *row, size_t width, float factor, size_t *counts)
{
    for (size_t i = 0; i < width; i++) {
        uint32_t bits = bits_of(fabsf(row[i]) * factor);
        if (!half->lower) {
            counts[bits >> HALF_BITS]++;
        } else if (bits >> HALF_BITS == half->upper) {
            counts[bits & (VALUES - 1)]++;
        }
    }
}

/* Counts for itself, then adds: sums of whole numbers do not depend on the order of threads. */
static ond_status count_band(void *context, const ond_band *band)
{
    const half_count *half = context;
    float factor = half->factor(half->context, band);
    if (factor < 0) {
        return OND_OK;
    }
    size_t *counts = ond_memory_allocate_zero(VALUES, sizeof *counts);
    if (!counts) {
        return OND_ERROR_MEMORY;
    }
    for (size_t row = 0; row < band->height; row++) {
        count_row(half, band->data[0] + row * band->stride, band->width, factor, counts);
    }
    for (size_t i = 0; i < VALUES; i++) {
        if (counts[i]) {
            atomic_fetch_add_explicit(&half->counts[i], counts[i], memory_order_relaxed);
        }
    }
    ond_memory_free(counts);
    return OND_OK;
}

/* The value that holds the element of this rank, the largest element being the first; `*rank` becomes the rank among
 * those of this value. False when there are fewer elements. */
static bool find_rank(const half_count *half, size_t *rank, uint32_t *value)
{
    for (uint32_t i = VALUES; i-- > 0;) {
        size_t count = atomic_load_explicit(&half->counts[i], memory_order_relaxed);
        if (*rank <= count) {
            *value = i;
            return true;
        }
        *rank -= count;
    }
    return false;
}

static void clear(const half_count *half)
{
    for (size_t i = 0; i < VALUES; i++) {
        atomic_init(&half->counts[i], 0);
    }
}

static ond_status select_by(half_count *half, const ond_band_source *source, size_t count, ond_selection *selection)
{
    size_t rank = count + 1; /* of the first that is left out */
    uint32_t lower = 0;
    clear(half);
    OND_TRY(source->walk(source->object, false, count_band, half));
    if (!find_rank(half, &rank, &half->upper)) {
        *selection = (ond_selection){.all = true};
        return OND_OK;
    }
    half->lower = true;
    clear(half);
    OND_TRY(source->walk(source->object, false, count_band, half));
    if (!find_rank(half, &rank, &lower)) {
        return ond_fail(OND_ERROR_INTERNAL, "coefficients changed from one pass to the next");
    }
    uint32_t bits = half->upper << HALF_BITS | lower;
    memcpy(&selection->threshold, &bits, sizeof bits);
    selection->all = false;
    selection->ties = rank - 1;
    return OND_OK;
}

ond_status ond_select_largest(const ond_band_source *source, ond_band_factor factor, const void *context, size_t count,
                              ond_selection *selection)
{
    half_count half = {.factor = factor, .context = context};
    half.counts = ond_memory_allocate(VALUES, sizeof *half.counts);
    if (!half.counts) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = select_by(&half, source, count, selection);
    ond_memory_free(half.counts);
    return status;
}
