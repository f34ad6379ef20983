/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_ROWS_H
#define OND_CLI_ROWS_H

#include "cli/hdf5_table.h"

typedef enum rows_format { ROWS_NPY, ROWS_CSV, ROWS_SVM, ROWS_HDF5, ROWS_UNKNOWN } rows_format;

/* By the ending; "-" is .npy; .h5 is known where the program was built with HDF5. */
rows_format rows_format_of(const char *path);

/* Names channel `channel` of a feature file. */
enum { CHANNEL_NAME = 96 };
typedef void (*channel_namer)(const void *context, size_t channel, char name[CHANNEL_NAME]);

/* A feature file that grows image by image: its size is not limited by memory. */
typedef struct feature_rows {
    const char *path;
    rows_format format;
    bool single; /* the file is the one image's features, without an axis of images */
    channel_namer namer;
    const void *namer_context;
    table_layout table_layout; /* of HDF5: its inputs and parameters, and rows as many as there can be */
    hdf5_table *table;
    ond_array_writer *array;
    ond_file *text;
    bool continues; /* what is written outlives the process: see ond_file_continue */
    size_t count;
    int rank; /* of one row */
    size_t shape[OND_MAX_RANK];
} feature_rows;

/* Appends one image's features: [channels] or [channels, height, width]. All rows have one shape. `facts`: of HDF5
 * alone, whose failures are complained of here; others are left to the caller. */
ond_status rows_append(feature_rows *rows, const ond_array *row, const row_facts facts);
/* The same for features that are not in memory: [channels, height, width]. */
ond_status rows_append_stored(feature_rows *rows, const ond_planes *row, const row_facts facts);
/* The file of a share that has no rows: [0, 0]. */
ond_status rows_open_empty(feature_rows *rows);
void complain_of_rows(const feature_rows *rows);
/* Takes up the file of an earlier run, which holds `count` rows of `shape`, `bytes` bytes of a text. */
ond_status rows_resume(feature_rows *rows, size_t bytes);
/* All rows so far reach the disk; `*bytes`: where a text goes on. */
ond_status rows_commit(feature_rows *rows, size_t *bytes);
/* Completes the file, or removes the partial one when `keep` is false. */
ond_status rows_finish(feature_rows *rows, bool keep);
/* Shape of the whole file. Returns the rank. */
int rows_shape(const feature_rows *rows, size_t shape[OND_MAX_RANK]);

/* A text in a CSV file, quoted where it has to be. */
ond_status print_csv_text(ond_file *file, const char *text);

#endif
