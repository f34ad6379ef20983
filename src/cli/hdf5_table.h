/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_HDF5_TABLE_H
#define OND_CLI_HDF5_TABLE_H

#include "cli/report.h"

#include <stdint.h>

/* A feature file in HDF5:
 *
 *   /features    float32 [rows, …]  one row for each image, in the order of the inputs
 *   /index       int64 [rows, 4]    of each row: number of its input, item in it, height, width (attribute "columns")
 *   /inputs      strings            names of the inputs
 *   /            attribute "parameters": all parameters as JSON
 *
 * Everything but the rows is written when the file is made, as PATH.partial, and never changes; rows have fixed places.
 * Hence a process that is killed damages nothing, and processes can write different rows at the same time. Functions
 * return false, or NULL, after a complaint. */

enum { ROW_INPUT, ROW_ITEM, ROW_HEIGHT, ROW_WIDTH, ROW_FACTS };
typedef int64_t row_facts[ROW_FACTS];

enum { PARAMETER_DIGITS = 9 }; /* of a number in the parameters */

typedef struct table_layout {
    size_t rows;
    int rank; /* of one row */
    size_t shape[OND_MAX_RANK];
    const char **names; /* of the inputs */
    size_t name_count;
    char *parameters;
} table_layout;

typedef struct hdf5_table hdf5_table;

/* Whether this program was built with HDF5. */
bool hdf5_is_known(void);

/* Makes PATH.partial. */
bool table_create(const char *path, const table_layout *layout);
/* Opens PATH.partial for writing. `communicator`: the MPI_Comm of all processes that open it; NULL: this one alone. */
hdf5_table *table_open(const char *path, const void *communicator);
/* Opens a complete file for reading. */
hdf5_table *table_open_complete(const char *path);
void table_close(hdf5_table *table);

/* Rows that there is room for, and the shape of one. */
size_t table_rows(const hdf5_table *table);
int table_shape(const hdf5_table *table, size_t shape[OND_MAX_RANK]);
/* The parameters: a new text; and what it says. */
char *table_parameters(const hdf5_table *table);
json_t *table_settings(const hdf5_table *table);
/* The names of the inputs: `*count` new texts in a new array. */
char **table_names(const hdf5_table *table, size_t *count);

bool table_put(hdf5_table *table, size_t row, const ond_array *features, const row_facts facts);
bool table_get(const hdf5_table *table, size_t row, ond_array *features, row_facts facts);
/* All rows so far reach the disk. */
bool table_sync(hdf5_table *table);

/* Gives PATH.partial its name. Rows for which `is_missing` says so (it is asked in order) are left out; NULL: only the
 * first `rows` are kept.
 */
typedef bool (*row_test)(void *context, size_t row);
bool table_finish(const char *path, size_t rows, row_test is_missing, void *context);

#endif
