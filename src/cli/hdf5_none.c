/* SPDX-License-Identifier: BSD-3-Clause */
/* In the place of hdf5_table.c where there is no HDF5: no name of an output ends in .h5, so that nothing else is asked.
 */
#include "cli/hdf5_table.h"

bool hdf5_is_known(void)
{
    return false;
}

bool table_create(const char *path, const table_layout *layout)
{
    (void)path, (void)layout;
    return false;
}

hdf5_table *table_open(const char *path, const void *communicator)
{
    (void)path, (void)communicator;
    return NULL;
}

hdf5_table *table_open_complete(const char *path)
{
    (void)path;
    return NULL;
}

void table_close(hdf5_table *table)
{
    (void)table;
}

size_t table_rows(const hdf5_table *table)
{
    (void)table;
    return 0;
}

int table_shape(const hdf5_table *table, size_t shape[OND_MAX_RANK])
{
    (void)table, (void)shape;
    return 0;
}

char *table_parameters(const hdf5_table *table)
{
    (void)table;
    return NULL;
}

json_t *table_settings(const hdf5_table *table)
{
    (void)table;
    return NULL;
}

char **table_names(const hdf5_table *table, size_t *count)
{
    (void)table;
    *count = 0;
    return NULL;
}

bool table_put(hdf5_table *table, size_t row, const ond_array *features, const row_facts facts)
{
    (void)table, (void)row, (void)features, (void)facts;
    return false;
}

bool table_get(const hdf5_table *table, size_t row, ond_array *features, row_facts facts)
{
    (void)table, (void)row, (void)features, (void)facts;
    return false;
}

bool table_sync(hdf5_table *table)
{
    (void)table;
    return false;
}

bool table_finish(const char *path, size_t rows, row_test is_missing, void *context)
{
    (void)path, (void)rows, (void)is_missing, (void)context;
    return false;
}
