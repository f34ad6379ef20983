/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_ARRAY_H
#define OND_CORE_ARRAY_H

#include <ondelet/array.h>

#include <stdbool.h>

enum { OND_SHAPE_TEXT_SIZE = 128 };

/* "3 x 512 x 512", for messages. */
const char *ond_shape_text(int rank, const size_t *shape, char text[OND_SHAPE_TEXT_SIZE]);

/* Product of a shape's sizes. @retval OND_ERROR_MEMORY on overflow, OND_ERROR_ARGUMENT when the rank is out of range */
ond_status ond_shape_count(int rank, const size_t *shape, size_t *count);

/* @retval OND_ERROR_ARGUMENT  names the first NaN or infinity and its index */
ond_status ond_array_check_finite(const ond_array *array, const char *name);

/* For results of finite numbers: @retval OND_ERROR_ARGUMENT  they were so large that one of the result is not finite */
ond_status ond_array_check_result(const ond_array *result);

/* Fails unless the array has data. */
ond_status ond_array_check_filled(const ond_array *array, const char *name);

/* Fails unless the array is [height, width] or [channels, height, width]. */
ond_status ond_array_check_image(const ond_array *array, const char *name);

/* Whether the array is [3, height, width] with three equal channels: a gray picture that is stored as colour. */
bool ond_array_is_gray_in_color(const ond_array *array);

#endif
