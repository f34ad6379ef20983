/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_ARRAY_H
#define ONDELET_ARRAY_H

#include <ondelet/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OND_MAX_RANK 6

/** A dense row-major array of float, and the only array type of the interface. `{0}` is empty.
 *
 *  As an output it is allocated when empty, reused when the shape fits, reallocated when it does not. A borrowed array
 *  (`ond_array_view`) is never freed nor reallocated: as an output its shape must fit exactly. */
typedef struct ond_array {
    float *data;
    size_t shape[OND_MAX_RANK]; /**< slowest axis first */
    int rank;                   /**< 0…OND_MAX_RANK; a scalar has rank 0 and one element */
    bool borrowed;
} ond_array;

/** A borrowed array over the caller's memory, which must outlive it.
 *  @param data   row-major, product of `shape` floats
 *  @param rank   0…OND_MAX_RANK */
OND_API ond_array ond_array_view(float *data, int rank, const size_t *shape);

/** Item `index` of the first axis as a borrowed array of one rank less. `index` < shape[0], rank ≥ 1. */
OND_API ond_array ond_array_item(const ond_array *array, size_t index);

/** Gives `array` this shape under the rules of an output (see ond_array). Contents are unspecified afterwards.
 *  @retval OND_ERROR_SHAPE   borrowed and of another shape
 *  @retval OND_ERROR_MEMORY  allocation failed or size overflows; the array is unchanged */
OND_CHECKED ond_status ond_array_resize(ond_array *array, int rank, const size_t *shape);

/** Number of elements; 0 for an empty array. */
OND_API size_t ond_array_count(const ond_array *array);

/** Releases owned memory and makes the array `{0}`. Accepts NULL, empty and borrowed arrays. */
OND_API void ond_array_free(ond_array *array);

#ifdef __cplusplus
}
#endif

#endif
