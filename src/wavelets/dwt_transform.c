/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "wavelets/dwt.h"
#include "wavelets/dwt_line.h"

#include <string.h>

/* Row after row: a weighted sum of rows goes down the columns, and while it is in the cache it is transformed along
 * itself. The approximations of all but the last level live in two planes in turn. */
typedef struct transform {
    const ond_dwt *dwt;
    void *memory;
    float *planes[2];
    float *buffers[OND_DWT_LINE_BUFFERS];
    ond_dwt_line line;
} transform;

/* The four bands of a level, by their parts down and across. */
typedef struct quarters {
    float *data[OND_DWT_PARTS][OND_DWT_PARTS];
} quarters;

static size_t plane_count(const ond_dwt *dwt)
{
    size_t most = 0;
    for (int level = 1; level < dwt->levels; level++) {
        size_t count = dwt->down[level - 1].count[OND_DWT_LOW] * dwt->across[level - 1].count[OND_DWT_LOW];
        most = count > most ? count : most;
    }
    return most;
}

static size_t line_room(const ond_dwt *dwt)
{
    size_t most = 0;
    for (int level = 1; level <= dwt->levels; level++) {
        size_t room = ond_dwt_line_room(&dwt->across[level - 1]);
        most = room > most ? room : most;
    }
    return most;
}

static void take_all(transform *call, ond_arena *arena)
{
    size_t count = plane_count(call->dwt);
    size_t room = line_room(call->dwt);
    for (int i = 0; i < 2; i++) {
        call->planes[i] = ond_arena_take(arena, count, sizeof(float));
    }
    for (int i = 0; i < OND_DWT_LINE_BUFFERS; i++) {
        call->buffers[i] = ond_arena_take(arena, room, sizeof(float));
    }
}

static ond_status transform_begin(transform *call, const ond_dwt *dwt)
{
    *call = (transform){.dwt = dwt};
    ond_arena arena = {0};
    take_all(call, &arena);
    call->memory = ond_memory_allocate(arena.used, 1);
    if (!call->memory) {
        return OND_ERROR_MEMORY;
    }
    arena = (ond_arena){.base = call->memory};
    take_all(call, &arena);
    return OND_OK;
}

static void transform_end(transform *call)
{
    ond_memory_free(call->memory);
}

static quarters find_quarters(const transform *call, int level, float *coefficients)
{
    const ond_dwt *dwt = call->dwt;
    /* bands without coefficients are not written to */
    quarters found = {{{coefficients, coefficients}, {coefficients, coefficients}}};
    for (size_t i = 0; i < dwt->band_count; i++) {
        const ond_dwt_band *band = &dwt->bands[i];
        if (band->level == level) {
            found.data[band->orientation & 1][band->orientation >> 1] = coefficients + band->offset;
        }
    }
    if (level < dwt->levels) {
        found.data[OND_DWT_LOW][OND_DWT_LOW] = call->planes[level % 2];
    }
    return found;
}

static void sum_terms(const ond_dwt_terms *terms, float *to, size_t count)
{
    ond_vector_weighted_sum(to, terms->weights, terms->vectors, terms->count, count);
}

/* The rows that one coefficient of every column is made of. */
static ond_dwt_terms rows_of_coefficient(const ond_dwt_axis *down, int part, size_t index, const float *plane,
                                         size_t width)
{
    const ond_dwt_taps *taps = &down->filters->analysis[part];
    ond_dwt_terms terms;
    terms.count = (size_t)taps->count;
    for (int tap = 0; tap < taps->count; tap++) {
        ptrdiff_t row = ond_dwt_fold_place(&down->samples, ond_dwt_place_of(down, part, (ptrdiff_t)index, tap));
        terms.weights[tap] = (float)taps->values[tap];
        terms.vectors[tap] = plane + (size_t)row * width;
    }
    return terms;
}

static void analyse_level(transform *call, int level, const float *plane, float *coefficients)
{
    const ond_dwt_axis *down = &call->dwt->down[level - 1];
    const ond_dwt_axis *across = &call->dwt->across[level - 1];
    quarters bands = find_quarters(call, level, coefficients);
    ond_dwt_line_set_analysis(&call->line, across, call->buffers);
    float *samples = ond_dwt_line_samples(&call->line);
    for (int part = 0; part < OND_DWT_PARTS; part++) {
        for (size_t row = 0; row < down->count[part]; row++) {
            ond_dwt_terms terms = rows_of_coefficient(down, part, row, plane, across->length);
            sum_terms(&terms, samples, across->length);
            ond_dwt_line_analyse(&call->line, bands.data[part]);
            for (int i = 0; i < OND_DWT_PARTS; i++) {
                bands.data[part][i] += across->count[i];
            }
        }
    }
}

/* The rows of coefficients that give `row` of the samples, of the bands that are `across` one part. */
static ond_dwt_terms rows_of_sample(const ond_dwt_axis *down, size_t row, const quarters *bands, int across,
                                    size_t width)
{
    ond_dwt_terms terms;
    terms.count = 0;
    for (int part = 0; part < OND_DWT_PARTS; part++) {
        const ond_dwt_taps *taps = &down->filters->synthesis[part];
        for (int tap = 0; tap < taps->count; tap++) {
            ptrdiff_t distance = ond_dwt_distance_of(down, part, (ptrdiff_t)row, tap);
            if (distance % down->step == 0) {
                ptrdiff_t index = ond_dwt_fold_index(down, part, distance / down->step);
                terms.weights[terms.count] = (float)(taps->values[tap] * down->synthesis_scale);
                terms.vectors[terms.count++] = bands->data[part][across] + (size_t)index * width;
            }
        }
    }
    return terms;
}

static void synthesise_level(transform *call, int level, float *coefficients, float *plane)
{
    const ond_dwt_axis *down = &call->dwt->down[level - 1];
    const ond_dwt_axis *across = &call->dwt->across[level - 1];
    quarters bands = find_quarters(call, level, coefficients);
    ond_dwt_line_set_synthesis(&call->line, across, call->buffers);
    for (size_t row = 0; row < down->length; row++) {
        for (int part = 0; part < OND_DWT_PARTS; part++) {
            if (across->count[part]) {
                ond_dwt_terms terms = rows_of_sample(down, row, &bands, part, across->count[part]);
                sum_terms(&terms, ond_dwt_line_coefficients(&call->line, part), across->count[part]);
            }
        }
        ond_dwt_line_synthesise(&call->line, plane + row * across->length);
    }
}

static ond_status check_image(const ond_dwt *dwt, const ond_array *image)
{
    OND_TRY(ond_array_check_filled(image, "the image"));
    if (image->rank != 2 || image->shape[0] != dwt->height || image->shape[1] != dwt->width) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, the transform is for %zu x %zu",
                        ond_shape_text(image->rank, image->shape, text), dwt->height, dwt->width);
    }
    return ond_array_check_finite(image, "the image");
}

static ond_status check_coefficients(const ond_dwt *dwt, const ond_array *coefficients)
{
    OND_TRY(ond_array_check_filled(coefficients, "the array of coefficients"));
    if (coefficients->rank != 1 || coefficients->shape[0] != dwt->count) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "coefficients are %s, the transform has %zu",
                        ond_shape_text(coefficients->rank, coefficients->shape, text), dwt->count);
    }
    return ond_array_check_finite(coefficients, "the array of coefficients");
}

static ond_status check_apart(const ond_array *image, const ond_array *coefficients)
{
    if (image->data == coefficients->data) {
        return ond_fail(OND_ERROR_ARGUMENT, "image and coefficients are the same memory, two arrays are wanted");
    }
    return OND_OK;
}

ond_status ond_dwt_analysis(const ond_dwt *dwt, const ond_array *image, ond_array *coefficients)
{
    OND_TRY(check_image(dwt, image));
    OND_TRY(check_apart(image, coefficients));
    OND_TRY(ond_array_resize(coefficients, 1, &dwt->count));
    transform call;
    ond_status status = transform_begin(&call, dwt);
    if (status == OND_OK) {
        const float *plane = image->data;
        for (int level = 1; level <= dwt->levels; level++) {
            analyse_level(&call, level, plane, coefficients->data);
            plane = call.planes[level % 2];
        }
        if (dwt->levels == 0) {
            memcpy(coefficients->data, image->data, dwt->count * sizeof *coefficients->data);
        }
    }
    transform_end(&call);
    return status ? status : ond_array_check_result(coefficients);
}

ond_status ond_dwt_synthesis(const ond_dwt *dwt, const ond_array *coefficients, ond_array *image)
{
    OND_TRY(check_coefficients(dwt, coefficients));
    OND_TRY(check_apart(image, coefficients));
    size_t shape[2] = {dwt->height, dwt->width};
    OND_TRY(ond_array_resize(image, 2, shape));
    transform call;
    ond_status status = transform_begin(&call, dwt);
    if (status == OND_OK) {
        for (int level = dwt->levels; level > 0; level--) {
            synthesise_level(&call, level, coefficients->data, level > 1 ? call.planes[(level - 1) % 2] : image->data);
        }
        if (dwt->levels == 0) {
            memcpy(image->data, coefficients->data, dwt->count * sizeof *image->data);
        }
    }
    transform_end(&call);
    return status ? status : ond_array_check_result(image);
}
