/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"

#include "core/memory.h"
#include "core/vector.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *ond_shape_text(int rank, const size_t *shape, char text[OND_SHAPE_TEXT_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (int axis = 0; axis < rank; axis++) {
        int written = snprintf(text + used, OND_SHAPE_TEXT_SIZE - used, axis ? " x %zu" : "%zu", shape[axis]);
        if (written < 0 || (size_t)written >= OND_SHAPE_TEXT_SIZE - used) {
            break;
        }
        used += (size_t)written;
    }
    return rank ? text : "a single number";
}

ond_status ond_shape_count(int rank, const size_t *shape, size_t *count)
{
    if (rank < 0 || rank > OND_MAX_RANK) {
        return ond_fail(OND_ERROR_ARGUMENT, "an array has %d axes, 0 to %d are possible", rank, OND_MAX_RANK);
    }
    size_t product = 1;
    for (int axis = 0; axis < rank; axis++) {
        if (shape[axis] && product > SIZE_MAX / sizeof(float) / shape[axis]) {
            char text[OND_SHAPE_TEXT_SIZE];
            return ond_fail(OND_ERROR_MEMORY, "an array of %s is more than memory can hold",
                            ond_shape_text(rank, shape, text));
        }
        product *= shape[axis];
    }
    *count = product;
    return OND_OK;
}

ond_array ond_array_view(float *data, int rank, const size_t *shape)
{
    ond_array view = {.data = data, .rank = rank, .borrowed = true};
    for (int axis = 0; axis < rank && axis < OND_MAX_RANK; axis++) {
        view.shape[axis] = shape[axis];
    }
    return view;
}

ond_array ond_array_item(const ond_array *array, size_t index)
{
    ond_array item = ond_array_view(NULL, array->rank - 1, array->shape + 1);
    item.data = array->data + index * ond_array_count(&item);
    if (item.rank == 0) {
        item.data = array->data + index;
    }
    return item;
}

static bool shape_equals(const ond_array *array, int rank, const size_t *shape)
{
    return array->rank == rank && (rank == 0 || memcmp(array->shape, shape, (size_t)rank * sizeof *shape) == 0);
}

ond_status ond_array_resize(ond_array *array, int rank, const size_t *shape)
{
    size_t count = 0;
    OND_TRY(ond_shape_count(rank, shape, &count));
    if (array->data && shape_equals(array, rank, shape)) {
        return OND_OK;
    }
    if (array->borrowed) {
        char found[OND_SHAPE_TEXT_SIZE];
        char wanted[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the borrowed output is %s, the result is %s",
                        ond_shape_text(array->rank, array->shape, found), ond_shape_text(rank, shape, wanted));
    }
    if (!array->data || ond_array_count(array) != count) {
        float *data = ond_memory_allocate(count, sizeof *data);
        if (!data) {
            return OND_ERROR_MEMORY;
        }
        ond_memory_free(array->data);
        array->data = data;
    }
    array->rank = rank;
    memset(array->shape, 0, sizeof array->shape);
    for (int axis = 0; axis < rank; axis++) {
        array->shape[axis] = shape[axis];
    }
    return OND_OK;
}

size_t ond_array_count(const ond_array *array)
{
    if (!array->data && array->rank == 0) {
        return 0;
    }
    size_t count = 1;
    for (int axis = 0; axis < array->rank; axis++) {
        count *= array->shape[axis];
    }
    return count;
}

void ond_array_free(ond_array *array)
{
    if (!array) {
        return;
    }
    if (!array->borrowed) {
        ond_memory_free(array->data);
    }
    *array = (ond_array){0};
}

ond_status ond_array_check_finite(const ond_array *array, const char *name)
{
    size_t count = ond_array_count(array);
    size_t bad = ond_vector_find_nonfinite(array->data, count);
    if (bad == count) {
        return OND_OK;
    }
    return ond_fail(OND_ERROR_ARGUMENT, "%s holds %g at element %zu, finite numbers are wanted", name,
                    (double)array->data[bad], bad);
}

ond_status ond_array_check_result(const ond_array *result)
{
    size_t count = ond_array_count(result);
    size_t bad = ond_vector_find_nonfinite(result->data, count);
    if (bad == count) {
        return OND_OK;
    }
    return ond_fail(OND_ERROR_ARGUMENT, "the numbers are too large: element %zu of the result is %g", bad,
                    (double)result->data[bad]);
}

ond_status ond_array_check_filled(const ond_array *array, const char *name)
{
    if (!array || !array->data) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s is missing", name);
    }
    if (array->rank < 0 || array->rank > OND_MAX_RANK || ond_array_count(array) == 0) {
        char text[OND_SHAPE_TEXT_SIZE];
        int rank = array->rank < 0 || array->rank > OND_MAX_RANK ? 0 : array->rank;
        return ond_fail(OND_ERROR_SHAPE, "%s is empty (%s)", name, ond_shape_text(rank, array->shape, text));
    }
    return OND_OK;
}

ond_status ond_array_check_image(const ond_array *array, const char *name)
{
    OND_TRY(ond_array_check_filled(array, name));
    if (array->rank != 2 && array->rank != 3) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "%s is %s, [height, width] or [channels, height, width] is wanted", name,
                        ond_shape_text(array->rank, array->shape, text));
    }
    return OND_OK;
}

bool ond_array_is_gray_in_color(const ond_array *array)
{
    if (array->rank != 3 || array->shape[0] != 3) {
        return false;
    }
    size_t bytes = array->shape[1] * array->shape[2] * sizeof *array->data;
    const float *second = array->data + array->shape[1] * array->shape[2];
    return memcmp(array->data, second, 2 * bytes) == 0;
}
