/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_TENSORS_H
#define OND_IO_TENSORS_H

#include <ondelet/tensors.h>

/* Appends without looking whether the name is taken; the array's memory moves into the set, also on failure. */
ond_status ond_tensors_move(ond_tensors *tensors, const char *name, ond_array *array);

/* @retval OND_ERROR_FORMAT  the text "format" is another, or missing */
ond_status ond_tensors_check_format(const ond_tensors *tensors, const char *wanted);

/* Appends a text without looking whether the key is taken. */
ond_status ond_tensors_metadata_append(ond_tensors *tensors, const char *key, const char *text);

#endif
