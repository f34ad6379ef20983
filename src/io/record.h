/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_RECORD_H
#define OND_IO_RECORD_H

#include <ondelet/tensors.h>

#include <stdint.h>

/* What a long computation keeps of itself in a file, so that another process can go on with it to the same bits. */
typedef struct ond_record {
    const char *path;          /* NULL: nothing is kept */
    const char *kind;          /* of work: "denoiser" */
    uint64_t data;             /* checksum of what it works on, see ond_record_sum */
    const ond_option *options; /* of its config */
    const void *config;
    double began_s, written_s, cost_s; /* when the work began, when it was written last, and how long that took */
} ond_record;

/* A checksum (FNV-1a) over the shape and some 100 000 of an array's numbers. Begin with OND_RECORD_SUM. */
#define OND_RECORD_SUM UINT64_C(0xcbf29ce484222325)
uint64_t ond_record_sum(uint64_t sum, const ond_array *array);

/* True where a record is wanted and time for it: what is not kept yet is a minute of work or a twentieth of it, and a
 * hundredth of the time at most goes into writing. */
bool ond_record_is_due(ond_record *record);

/* Adds the state of a computation to a set of tensors. */
typedef ond_status (*ond_record_state)(const void *context, ond_tensors *tensors);

/* Writes what the record is of and what `put_state` adds. */
ond_status ond_record_write(ond_record *record, ond_record_state put_state, const void *context);

/* NULL where there is no such file.
 * @retval OND_ERROR_FORMAT  damaged, or of other data, another config or another version; the message begins with the
 *         path */
ond_status ond_record_read(const ond_record *record, ond_tensors **tensors);

/* @retval OND_ERROR_FORMAT  the texts "PREFIX.FIELD" are of another config; the message names the first such field */
ond_status ond_record_same_options(const ond_tensors *tensors, const char *prefix, const ond_option *options,
                                   const void *config);

/* Whole numbers, and doubles bit for bit, as a text. */
ond_status ond_record_put(ond_tensors *tensors, const char *key, const uint64_t *numbers, size_t count);
ond_status ond_record_get(const ond_tensors *tensors, const char *key, uint64_t *numbers, size_t count);
ond_status ond_record_put_real(ond_tensors *tensors, const char *key, const double *numbers, size_t count);
ond_status ond_record_get_real(const ond_tensors *tensors, const char *key, double *numbers, size_t count);

/* A row of floats. */
ond_status ond_record_put_row(ond_tensors *tensors, const char *name, const float *values, size_t count);
ond_status ond_record_get_row(const ond_tensors *tensors, const char *name, float *values, size_t count);

#endif
