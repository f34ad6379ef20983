/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/dictionary.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"

#include <math.h>
#include <string.h>

size_t ond_atom_size(const ond_dictionary *dictionary)
{
    return dictionary->info.channels * dictionary->info.filter_height * dictionary->info.filter_width;
}

bool ond_dictionary_is_matrix(const ond_dictionary *dictionary)
{
    return dictionary->info.filter_height == 1 && dictionary->info.filter_width == 1;
}

ond_status ond_dictionary_create_empty(const ond_dictionary_info *info, ond_dictionary **dictionary)
{
    size_t shape[4] = {info->atoms, info->channels, info->filter_height, info->filter_width};
    size_t count = 0;
    OND_TRY(ond_shape_count(4, shape, &count));
    ond_dictionary *made = ond_memory_allocate_zero(1, sizeof *made);
    float *values = ond_memory_allocate(count, sizeof *values);
    if (!made || !values) {
        ond_memory_free(made);
        ond_memory_free(values);
        return OND_ERROR_MEMORY;
    }
    made->info = *info;
    made->values = values;
    *dictionary = made;
    return OND_OK;
}

void ond_dictionary_destroy(ond_dictionary *dictionary)
{
    if (dictionary) {
        ond_memory_free(dictionary->values);
        ond_memory_free(dictionary);
    }
}

static ond_status check_filters(const ond_array *filters)
{
    char text[OND_SHAPE_TEXT_SIZE];
    if (filters->rank != 4) {
        return ond_fail(OND_ERROR_SHAPE, "filters are %s, [atoms, channels, height, width] is wanted",
                        ond_shape_text(filters->rank, filters->shape, text));
    }
    if (filters->shape[0] == 0 || ond_array_count(filters) == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "filters are %s, at least one of at least one sample is wanted",
                        ond_shape_text(filters->rank, filters->shape, text));
    }
    OND_TRY(ond_array_check_filled(filters, "the filters"));
    return ond_array_check_finite(filters, "the filters");
}

static ond_status check_atoms(const ond_dictionary *dictionary)
{
    size_t size = ond_atom_size(dictionary);
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        if (!(ond_vector_sum_squares(dictionary->values + m * size, size) > 0)) {
            return ond_fail(OND_ERROR_ARGUMENT, "atom %zu is all zeros, every atom needs a value", m);
        }
    }
    return OND_OK;
}

static ond_status create_checked(const ond_dictionary_info *info, const float *values, ond_dictionary **dictionary)
{
    ond_dictionary *made = NULL;
    OND_TRY(ond_dictionary_create_empty(info, &made));
    memcpy(made->values, values, info->atoms * ond_atom_size(made) * sizeof *values);
    ond_status status = check_atoms(made);
    if (status != OND_OK) {
        ond_dictionary_destroy(made);
        return status;
    }
    *dictionary = made;
    return OND_OK;
}

ond_status ond_dictionary_create(const ond_array *filters, size_t stride, ond_border border,
                                 ond_dictionary **dictionary)
{
    OND_TRY(check_filters(filters));
    size_t height = filters->shape[2];
    size_t width = filters->shape[3];
    size_t largest = height < width ? height : width;
    if (stride < 1 || stride > largest) {
        return ond_fail(OND_ERROR_ARGUMENT, "stride = %zu is outside 1..%zu for filters of %zu x %zu", stride, largest,
                        height, width);
    }
    if (border != OND_BORDER_CIRCULAR && border != OND_BORDER_ZERO) {
        return ond_fail(OND_ERROR_ARGUMENT, "border = %d is neither circular (0) nor zero (1)", (int)border);
    }
    ond_dictionary_info info
        = {filters->shape[0], filters->shape[1], height, width, stride, border, .height = 0, .width = 0};
    return create_checked(&info, filters->data, dictionary);
}

ond_status ond_dictionary_create_dense(const ond_array *matrix, ond_dictionary **dictionary)
{
    char text[OND_SHAPE_TEXT_SIZE];
    if (matrix->rank != 2 || ond_array_count(matrix) == 0) {
        return ond_fail(OND_ERROR_SHAPE, "the matrix is %s, [n, atoms] is wanted",
                        ond_shape_text(matrix->rank, matrix->shape, text));
    }
    size_t n = matrix->shape[0];
    size_t atoms = matrix->shape[1];
    size_t shape[4] = {atoms, n, 1, 1};
    ond_array filters = {0};
    OND_TRY(ond_array_check_filled(matrix, "the matrix"));
    OND_TRY(ond_array_resize(&filters, 4, shape));
    for (size_t m = 0; m < atoms; m++) {
        for (size_t i = 0; i < n; i++) {
            filters.data[m * n + i] = matrix->data[i * atoms + m];
        }
    }
    ond_status status = ond_dictionary_create(&filters, 1, OND_BORDER_ZERO, dictionary);
    ond_array_free(&filters);
    return status;
}

ond_status ond_dictionary_normalize(const ond_dictionary *dictionary, ond_dictionary **normalized, ond_array *norms)
{
    size_t size = ond_atom_size(dictionary);
    ond_dictionary *made = NULL;
    if (norms) {
        OND_TRY(ond_array_resize(norms, 1, &dictionary->info.atoms));
    }
    OND_TRY(ond_dictionary_create_empty(&dictionary->info, &made));
    for (size_t m = 0; m < dictionary->info.atoms; m++) {
        double norm = sqrt(ond_vector_sum_squares(dictionary->values + m * size, size));
        for (size_t i = 0; i < size; i++) { /* an atom of zeros stays one */
            made->values[m * size + i] = norm > 0 ? (float)((double)dictionary->values[m * size + i] / norm) : 0;
        }
        if (norms) {
            norms->data[m] = (float)norm;
        }
    }
    *normalized = made;
    return OND_OK;
}

ond_dictionary_info ond_dictionary_describe(const ond_dictionary *dictionary)
{
    return dictionary->info;
}

ond_status ond_dictionary_filters(const ond_dictionary *dictionary, ond_array *filters)
{
    const ond_dictionary_info *info = &dictionary->info;
    size_t shape[4] = {info->atoms, info->channels, info->filter_height, info->filter_width};
    OND_TRY(ond_array_resize(filters, 4, shape));
    memcpy(filters->data, dictionary->values, ond_array_count(filters) * sizeof(float));
    return OND_OK;
}

static ond_status check_size(const ond_dictionary_info *info, size_t height, size_t width)
{
    if (info->height > 0 && (height != info->height || width != info->width)) {
        return ond_fail(OND_ERROR_SHAPE, "the image is %zu x %zu, the dictionary is for %zu x %zu alone", height, width,
                        info->height, info->width);
    }
    if (info->filter_height > height || info->filter_width > width) {
        return ond_fail(OND_ERROR_SHAPE, "filters of %zu x %zu are larger than the image of %zu x %zu",
                        info->filter_height, info->filter_width, height, width);
    }
    size_t rows = info->border == OND_BORDER_ZERO ? height - info->filter_height : height;
    size_t columns = info->border == OND_BORDER_ZERO ? width - info->filter_width : width;
    if ((rows % info->stride || columns % info->stride) && info->border == OND_BORDER_CIRCULAR) {
        return ond_fail(OND_ERROR_SHAPE, "stride %zu does not divide the image of %zu x %zu", info->stride, height,
                        width);
    }
    if (rows % info->stride || columns % info->stride) {
        return ond_fail(OND_ERROR_SHAPE,
                        "stride %zu does not divide %zu x %zu, what filters of %zu x %zu leave of %zu x %zu",
                        info->stride, rows, columns, info->filter_height, info->filter_width, height, width);
    }
    return OND_OK;
}

ond_status ond_dictionary_positions(const ond_dictionary *dictionary, size_t height, size_t width, size_t *rows,
                                    size_t *columns)
{
    const ond_dictionary_info *info = &dictionary->info;
    OND_TRY(check_size(info, height, width));
    bool is_zero = info->border == OND_BORDER_ZERO;
    *rows = is_zero ? (height - info->filter_height) / info->stride + 1 : height / info->stride;
    *columns = is_zero ? (width - info->filter_width) / info->stride + 1 : width / info->stride;
    return OND_OK;
}

ond_status ond_layers_check(const ond_dictionary *const *layers, size_t count)
{
    if (count < 1 || count > OND_MAX_LAYERS) {
        return ond_fail(OND_ERROR_ARGUMENT, "%zu layers are outside 1..%d", count, OND_MAX_LAYERS);
    }
    for (size_t i = 1; i < count; i++) {
        if (layers[i]->info.channels != layers[i - 1]->info.atoms) {
            return ond_fail(OND_ERROR_SHAPE, "layer %zu has %zu channels, the %zu atoms of layer %zu are wanted", i + 1,
                            layers[i]->info.channels, layers[i - 1]->info.atoms, i);
        }
    }
    return OND_OK;
}
