/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/hdf5_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- rows --- */

typedef struct row_place {
    hid_t file_space, memory_space;
} row_place;

static bool select_row(hid_t data, size_t row, int rank, const size_t *shape, row_place *place)
{
    hsize_t start[OND_MAX_RANK + 1] = {row}, count[OND_MAX_RANK + 1] = {1};
    for (int axis = 0; axis < rank; axis++) {
        count[axis + 1] = shape[axis];
    }
    place->file_space = H5Dget_space(data);
    place->memory_space = H5Screate_simple(rank + 1, count, NULL);
    return place->file_space >= 0 && place->memory_space >= 0
           && H5Sselect_hyperslab(place->file_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0;
}

static void leave_row(const row_place *place)
{
    H5Sclose(place->file_space);
    H5Sclose(place->memory_space);
}

static const size_t facts_shape[1] = {ROW_FACTS};

static bool fits(const hdf5_table *table, size_t row, const ond_array *features)
{
    char found[SHAPE_TEXT], wanted[SHAPE_TEXT];
    bool fine = features->rank == table->rank
                && memcmp(features->shape, table->shape, (size_t)table->rank * sizeof table->shape[0]) == 0;
    if (!fine) {
        complain("%s: a row is %s, %s wanted", table->path, shape_text(features->rank, features->shape, found),
                 shape_text(table->rank, table->shape, wanted));
    } else if (row >= table->rows) {
        complain("%s: there is no room for row %zu, it has %zu", table->path, row, table->rows);
        fine = false;
    }
    return fine;
}

/* One row of a dataset, from memory or to it. */
static bool put_part(hid_t data, hid_t type, size_t row, int rank, const size_t *shape, const void *values)
{
    row_place place;
    bool fine = select_row(data, row, rank, shape, &place)
                && H5Dwrite(data, type, place.memory_space, place.file_space, H5P_DEFAULT, values) >= 0;
    leave_row(&place);
    return fine;
}

static bool get_part(hid_t data, hid_t type, size_t row, int rank, const size_t *shape, void *values)
{
    row_place place;
    bool fine = select_row(data, row, rank, shape, &place)
                && H5Dread(data, type, place.memory_space, place.file_space, H5P_DEFAULT, values) >= 0;
    leave_row(&place);
    return fine;
}

bool table_put(hdf5_table *table, size_t row, const ond_array *features, const row_facts facts)
{
    return fits(table, row, features)
           && ((put_part(table->features, H5T_NATIVE_FLOAT, row, table->rank, table->shape, features->data)
                && put_part(table->index, H5T_NATIVE_INT64, row, 1, facts_shape, facts))
               || complain_of_hdf5(table->path));
}

bool table_get(const hdf5_table *table, size_t row, ond_array *features, row_facts facts)
{
    if (ond_array_resize(features, table->rank, table->shape)) {
        complain_of(table->path);
        return false;
    }
    return (get_part(table->features, H5T_NATIVE_FLOAT, row, table->rank, table->shape, features->data)
            && get_part(table->index, H5T_NATIVE_INT64, row, 1, facts_shape, facts))
           || complain_of_hdf5(table->path);
}

static bool reach_disk(int descriptor, const char *path)
{
    if (descriptor >= 0 && fdatasync(descriptor) != 0 && errno != EINVAL && errno != EROFS) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool table_sync(hdf5_table *table)
{
    /* With many processes there is nothing to flush, and flushing would need all of them. */
    if (!table->is_shared && H5Fflush(table->file, H5F_SCOPE_LOCAL) < 0) {
        return complain_of_hdf5(table->path);
    }
    return reach_disk(table->descriptor, table->path);
}

/* --- the end --- */

static bool copy_rows(const hdf5_table *from, hdf5_table *to, row_test is_missing, void *context)
{
    ond_array row = {0};
    row_facts facts;
    bool fine = true;
    for (size_t i = 0, put = 0; put < to->rows && fine; i++) {
        if (!is_missing || !is_missing(context, i)) {
            fine = table_get(from, i, &row, facts) && table_put(to, put, &row, facts);
            put++;
        }
    }
    ond_array_free(&row);
    return fine;
}

/* The rows that are kept, in a file of their own: `path`.partial. */
static bool copy_kept(const hdf5_table *from, const char *path, size_t rows, row_test is_missing, void *context)
{
    table_layout layout = {.rows = rows, .rank = from->rank, .parameters = table_parameters(from)};
    char **names = table_names(from, &layout.name_count);
    const char **shown = allocate(layout.name_count + 1, sizeof *shown);
    for (size_t i = 0; i < layout.name_count; i++) {
        shown[i] = names[i];
    }
    memcpy(layout.shape, from->shape, sizeof layout.shape);
    layout.names = shown;
    hdf5_table *to = names && layout.parameters && table_create(path, &layout) ? table_open(path, NULL) : NULL;
    bool fine = to && copy_rows(from, to, is_missing, context) && table_sync(to);
    table_close(to);
    for (size_t i = 0; i < layout.name_count; i++) {
        free(names[i]);
    }
    free(names);
    free(shown);
    free(layout.parameters);
    return fine;
}

static bool give_name(const char *from, const char *path)
{
    if (rename(from, path) != 0) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool table_finish(const char *path, size_t rows, row_test is_missing, void *context)
{
    hdf5_table *table = table_open(path, NULL);
    if (!table) {
        return false;
    }
    char *partial = join_text(path, OND_PARTIAL_ENDING);
    char *kept = join_text(partial, OND_PARTIAL_ENDING);
    bool is_whole = table->rows == rows;
    bool fine = is_whole || copy_kept(table, partial, rows, is_missing, context);
    table_close(table);
    fine = fine && give_name(is_whole ? partial : kept, path);
    if (fine && !is_whole) {
        unlink(partial);
    }
    free(kept);
    free(partial);
    return fine;
}
