/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_TENSORS_H
#define ONDELET_TENSORS_H

#include <ondelet/array.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a model or a dictionary is made of: an ordered set of named arrays, and texts that say what they are. Stored as
 *  safetensors, which Python reads as it is (`safetensors.numpy.load_file`). */
typedef struct ond_tensors ond_tensors;

OND_CHECKED ond_status ond_tensors_create(ond_tensors **tensors);
/** Accepts NULL. */
OND_API void ond_tensors_destroy(ond_tensors *tensors);

/** Appends a copy of an array. Cost: a comparison with every name there is.
 *  @param[in] name   UTF-8, not empty, not "__metadata__"
 *  @retval OND_ERROR_ARGUMENT  the name is taken or is none; the array is empty */
OND_CHECKED ond_status ond_tensors_add(ond_tensors *tensors, const char *name, const ond_array *array);

OND_API size_t ond_tensors_count(const ond_tensors *tensors);
/** `index` < count, in the order they were added or lie in the file; NULL behind the last. Owned by the set. */
OND_API const char *ond_tensors_name(const ond_tensors *tensors, size_t index);
OND_API const ond_array *ond_tensors_array(const ond_tensors *tensors, size_t index);

/** The array of this name, owned by the set; NULL when there is none. */
OND_API const ond_array *ond_tensors_find(const ond_tensors *tensors, const char *name);

/** As ond_tensors_find, for readers of models.
 *  @param[in] shape  what is wanted; an axis of 0 may have any size; NULL: any shape of this rank
 *  @retval OND_ERROR_FORMAT  there is none, or it has another shape, or a NaN or infinity; the message names it */
OND_CHECKED ond_status ond_tensors_get(const ond_tensors *tensors, const char *name, int rank, const size_t *shape,
                                       const ond_array **array);

/** Texts. Both are UTF-8; setting a key again replaces its text. */
OND_CHECKED ond_status ond_tensors_metadata_set(ond_tensors *tensors, const char *key, const char *text);
/** NULL when there is none. Owned by the set. */
OND_API const char *ond_tensors_metadata(const ond_tensors *tensors, const char *key);
OND_API size_t ond_tensors_metadata_count(const ond_tensors *tensors);
/** The key at `index`, in the order of the file; NULL behind the last. */
OND_API const char *ond_tensors_metadata_key(const ond_tensors *tensors, size_t index);

/** Every field of a config as a text under "PREFIX.FIELD": numbers with all their digits, choices by name.
 *  @param[in] options  the config's table, for example ond_morlet_options() */
OND_CHECKED ond_status ond_tensors_options_set(ond_tensors *tensors, const char *prefix, const ond_option *options,
                                               const void *config);
/** Fills a config from such texts; a field without a text gets its preset.
 *  @retval OND_ERROR_FORMAT  a text is no value of its field; the message names both */
OND_CHECKED ond_status ond_tensors_options_get(const ond_tensors *tensors, const char *prefix,
                                               const ond_option *options, void *config);

/** Reads a safetensors file: F32, F16, BF16, F64, BOOL and integers of 8 to 64 bits, converted to float as they are.
 *  Everything that the header says is checked against the file's size before memory is taken.
 *  @param[in]  path     "-" is standard input
 *  @param[out] tensors  a new set, in the order of the data
 *  @retval OND_ERROR_IO, OND_ERROR_FORMAT (damaged, truncated, gaps or overlaps, names twice), OND_ERROR_UNSUPPORTED
 *          (other types, more than OND_MAX_RANK axes), OND_ERROR_MEMORY */
OND_CHECKED ond_status ond_tensors_read(const char *path, ond_tensors **tensors);

/** Writes all arrays as F32, beside the place and renamed when complete. The same set gives the same bytes.
 *  @param[in] path  "-" is standard output */
OND_CHECKED ond_status ond_tensors_write(const ond_tensors *tensors, const char *path);

/** The same in half the bytes, as F16 rounded to nearest: 11 bits of each number are kept, and what is beyond ±65504
 * becomes infinite. */
OND_CHECKED ond_status ond_tensors_write_half(const ond_tensors *tensors, const char *path);

/** True when the file starts like safetensors; false also when it cannot be read. Takes nothing away, see
 *  ond_image_recognize. */
OND_API bool ond_tensors_recognize(const char *path);

#ifdef __cplusplus
}
#endif

#endif
