/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "csc/dictionary.h"

static ond_status fail_shape(const ond_array *array, size_t channels, bool is_matrix, const char *name)
{
    char text[OND_SHAPE_TEXT_SIZE];
    return ond_fail(OND_ERROR_SHAPE, "%s is %s, [%zu, height, width]%s is wanted", name,
                    ond_shape_text(array->rank, array->shape, text), channels, is_matrix ? " or a vector" : "");
}

static ond_signals layout_of(const ond_array *array, bool is_matrix)
{
    const size_t *shape = array->shape;
    ond_signals signals = {.count = 1, .channels = 1, .height = 1, .width = 1, .rank = array->rank};
    if (is_matrix && array->rank <= 2) {
        signals.count = array->rank == 2 ? shape[0] : 1;
        signals.channels = array->rank > 0 ? shape[array->rank - 1] : 0;
        return signals;
    }
    if (array->rank >= 2) {
        signals.height = shape[array->rank - 2];
        signals.width = shape[array->rank - 1];
        signals.channels = array->rank > 2 ? shape[array->rank - 3] : 1;
        signals.count = array->rank > 3 ? shape[0] : 1;
    }
    return signals;
}

ond_status ond_signals_of(const ond_dictionary *dictionary, const ond_array *array, bool is_code, const char *name,
                          ond_signals *signals)
{
    bool is_matrix = ond_dictionary_is_matrix(dictionary);
    size_t channels = is_code ? dictionary->info.atoms : dictionary->info.channels;
    OND_TRY(ond_array_check_filled(array, name));
    bool is_ranked = array->rank >= (is_matrix ? 1 : 2) && array->rank <= 4;
    *signals = layout_of(array, is_matrix);
    if (!is_ranked || signals->channels != channels || ond_array_count(array) == 0) {
        return fail_shape(array, channels, is_matrix, name);
    }
    return ond_array_check_finite(array, name);
}

ond_status ond_signals_resize(ond_signals like, size_t channels, size_t height, size_t width, ond_array *array)
{
    size_t image[4] = {like.count, channels, height, width};
    size_t vector[2] = {like.count, channels};
    bool is_vector = height == 1 && width == 1 && like.height == 1 && like.width == 1;
    if (is_vector && like.rank <= 2) {
        return like.rank == 1 ? ond_array_resize(array, 1, vector + 1) : ond_array_resize(array, 2, vector);
    }
    return like.rank == 4 ? ond_array_resize(array, 4, image) : ond_array_resize(array, 3, image + 1);
}
