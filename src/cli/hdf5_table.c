/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/hdf5_table.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct hdf5_table {
    char *path; /* of the file that is open */
    hid_t file, features, index;
    bool is_shared; /* by many processes */
    int descriptor; /* of the same file, to reach the disk; −1: none */
    size_t rows;
    int rank; /* of one row */
    size_t shape[OND_MAX_RANK];
};

/* --- failures --- */

static herr_t keep_cause(unsigned number, const H5E_error2_t *error, void *text)
{
    if (number == 0 && error->desc) {
        snprintf(text, SHAPE_TEXT, "%s", error->desc);
    }
    return 0;
}

/* The innermost cause that the library names. */
static bool complain_of_hdf5(const char *path)
{
    char cause[SHAPE_TEXT] = "unknown cause";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_cause, cause);
    complain("%s: HDF5: %s", path, cause);
    return false;
}

static void be_silent(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* it would print a page for each failure */
}

bool hdf5_is_known(void)
{
    return true;
}

/* --- making a file --- */

/* Places are given at once and never change; nothing depends on the time. */
static hid_t dataset_make(hid_t file, const char *name, hid_t type, int rank, const hsize_t *shape)
{
    hid_t space = H5Screate_simple(rank, shape, NULL), how = H5Pcreate(H5P_DATASET_CREATE), made = -1;
    if (space >= 0 && how >= 0 && H5Pset_layout(how, H5D_CONTIGUOUS) >= 0
        && H5Pset_alloc_time(how, H5D_ALLOC_TIME_EARLY) >= 0 && H5Pset_fill_time(how, H5D_FILL_TIME_NEVER) >= 0
        && H5Pset_obj_track_times(how, false) >= 0) {
        made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    }
    H5Pclose(how);
    H5Sclose(space);
    return made;
}

/* Texts of one length: that of the longest. */
static hid_t text_type(size_t length)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, length ? length : 1) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0
        || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static bool attribute_make(hid_t object, const char *name, const char *text)
{
    hid_t type = text_type(strlen(text)), space = H5Screate(H5S_SCALAR);
    hid_t made = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool fine = made >= 0 && H5Awrite(made, type, text) >= 0;
    H5Aclose(made);
    H5Sclose(space);
    H5Tclose(type);
    return fine;
}

static bool names_make(hid_t file, const table_layout *layout)
{
    size_t longest = 1;
    for (size_t i = 0; i < layout->name_count; i++) {
        size_t length = strlen(layout->names[i]);
        longest = length > longest ? length : longest;
    }
    char *texts = allocate(layout->name_count ? layout->name_count : 1, longest);
    for (size_t i = 0; i < layout->name_count; i++) {
        memcpy(texts + i * longest, layout->names[i], strlen(layout->names[i]));
    }
    hsize_t count = layout->name_count;
    hid_t type = text_type(longest), made = dataset_make(file, "inputs", type, 1, &count);
    bool fine = made >= 0 && H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0;
    H5Dclose(made);
    H5Tclose(type);
    free(texts);
    return fine;
}

static bool rows_make(hid_t file, const table_layout *layout)
{
    hsize_t shape[OND_MAX_RANK + 1] = {layout->rows}, index_shape[2] = {layout->rows, ROW_FACTS};
    for (int axis = 0; axis < layout->rank; axis++) {
        shape[axis + 1] = layout->shape[axis];
    }
    hid_t features = dataset_make(file, "features", H5T_IEEE_F32LE, layout->rank + 1, shape);
    hid_t index = dataset_make(file, "index", H5T_STD_I64LE, 2, index_shape);
    bool fine = features >= 0 && index >= 0 && attribute_make(index, "columns", "input,item,height,width");
    H5Dclose(features);
    H5Dclose(index);
    return fine;
}

static bool file_make(const char *path, const table_layout *layout)
{
    hid_t how = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(how, false);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, how, H5P_DEFAULT);
    bool fine = file >= 0 && attribute_make(file, "parameters", layout->parameters) && names_make(file, layout)
                && rows_make(file, layout);
    if (!fine) {
        complain_of_hdf5(path);
    }
    H5Pclose(how);
    if (file >= 0 && H5Fclose(file) < 0 && fine) {
        fine = complain_of_hdf5(path);
    }
    return fine;
}

bool table_create(const char *path, const table_layout *layout)
{
    be_silent();
    char *partial = join_text(path, OND_PARTIAL_ENDING);
    unlink(partial); /* never written through a link */
    bool fine = file_make(partial, layout);
    free(partial);
    return fine;
}

/* --- opening --- */

static bool read_shape(hdf5_table *table)
{
    hsize_t shape[OND_MAX_RANK + 1], index_shape[2] = {0};
    hid_t space = H5Dget_space(table->features), index_space = H5Dget_space(table->index);
    int rank = H5Sget_simple_extent_ndims(space);
    bool fine = rank >= 2 && rank <= OND_MAX_RANK && H5Sget_simple_extent_dims(space, shape, NULL) == rank
                && H5Sget_simple_extent_ndims(index_space) == 2
                && H5Sget_simple_extent_dims(index_space, index_shape, NULL) == 2 && index_shape[0] == shape[0]
                && index_shape[1] == ROW_FACTS;
    table->rank = rank - 1;
    table->rows = fine ? shape[0] : 0;
    for (int axis = 1; fine && axis < rank; axis++) {
        table->shape[axis - 1] = shape[axis];
    }
    H5Sclose(space);
    H5Sclose(index_space);
    return fine;
}

/* Takes the path. */
static hdf5_table *open_file(char *path, unsigned mode, const void *communicator)
{
    be_silent();
    hdf5_table *table = allocate(1, sizeof *table);
    *table = (hdf5_table){
        .path = path, .file = -1, .features = -1, .index = -1, .descriptor = -1, .is_shared = communicator != NULL};
    hid_t how = H5Pcreate(H5P_FILE_ACCESS);
#ifdef H5_HAVE_PARALLEL
    if (communicator) {
        H5Pset_fapl_mpio(how, *(const MPI_Comm *)communicator, MPI_INFO_NULL);
    }
#endif
    table->file = H5Fopen(path, mode, how);
    if (table->file >= 0) {
        table->features = H5Dopen2(table->file, "features", H5P_DEFAULT);
        table->index = H5Dopen2(table->file, "index", H5P_DEFAULT);
    }
    bool fine = table->features >= 0 && table->index >= 0;
    if (!fine) {
        complain_of_hdf5(path); /* before another call forgets the cause */
    } else if (!read_shape(table)) {
        complain("%s: is not a feature file of ondelet", path);
        fine = false;
    } else if (mode == H5F_ACC_RDWR) {
        table->descriptor = open(path, O_RDWR | O_CLOEXEC);
    }
    H5Pclose(how);
    if (!fine) {
        table_close(table);
        return NULL;
    }
    return table;
}

hdf5_table *table_open(const char *path, const void *communicator)
{
    return open_file(join_text(path, OND_PARTIAL_ENDING), H5F_ACC_RDWR, communicator);
}

hdf5_table *table_open_complete(const char *path)
{
    return open_file(copy_text(path), H5F_ACC_RDONLY, NULL);
}

void table_close(hdf5_table *table)
{
    if (!table) {
        return;
    }
    if (table->features >= 0) {
        H5Dclose(table->features);
    }
    if (table->index >= 0) {
        H5Dclose(table->index);
    }
    if (table->file >= 0) {
        H5Fclose(table->file);
    }
    if (table->descriptor >= 0) {
        close(table->descriptor);
    }
    free(table->path);
    free(table);
}

size_t table_rows(const hdf5_table *table)
{
    return table->rows;
}

int table_shape(const hdf5_table *table, size_t shape[OND_MAX_RANK])
{
    memcpy(shape, table->shape, sizeof table->shape);
    return table->rank;
}

char *table_parameters(const hdf5_table *table)
{
    char *text = NULL;
    hid_t attribute = H5Aopen(table->file, "parameters", H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    if (type >= 0 && H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type)) {
        text = allocate(H5Tget_size(type) + 1, 1);
        if (H5Aread(attribute, type, text) < 0) {
            free(text);
            text = NULL;
        }
    }
    if (!text) {
        complain("%s: has no parameters", table->path);
    }
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
}

char **table_names(const hdf5_table *table, size_t *count)
{
    hid_t data = H5Dopen2(table->file, "inputs", H5P_DEFAULT), type = H5Dget_type(data), space = H5Dget_space(data);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    bool fine = points >= 0 && H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type);
    size_t length = fine ? H5Tget_size(type) : 0;
    *count = fine ? (size_t)points : 0;
    char *texts = allocate(*count + 1, length ? length : 1);
    char **names = allocate(*count + 1, sizeof *names);
    fine = fine && H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0;
    for (size_t i = 0; i < *count; i++) {
        names[i] = allocate(length + 1, 1);
        memcpy(names[i], texts + i * length, length);
    }
    free(texts);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(data);
    if (!fine) {
        complain_of_hdf5(table->path);
    }
    return names;
}

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

bool table_put(hdf5_table *table, size_t row, const ond_array *features, const row_facts facts)
{
    if (!fits(table, row, features)) {
        return false;
    }
    row_place place, index_place;
    bool fine = select_row(table->features, row, table->rank, table->shape, &place)
                && H5Dwrite(table->features, H5T_NATIVE_FLOAT, place.memory_space, place.file_space, H5P_DEFAULT,
                            features->data)
                       >= 0;
    fine = select_row(table->index, row, 1, facts_shape, &index_place) && fine
           && H5Dwrite(table->index, H5T_NATIVE_INT64, index_place.memory_space, index_place.file_space, H5P_DEFAULT,
                       facts)
                  >= 0;
    leave_row(&place);
    leave_row(&index_place);
    return fine || complain_of_hdf5(table->path);
}

bool table_get(const hdf5_table *table, size_t row, ond_array *features, row_facts facts)
{
    if (ond_array_resize(features, table->rank, table->shape)) {
        complain_of(table->path);
        return false;
    }
    row_place place, index_place;
    bool fine = select_row(table->features, row, table->rank, table->shape, &place)
                && H5Dread(table->features, H5T_NATIVE_FLOAT, place.memory_space, place.file_space, H5P_DEFAULT,
                           features->data)
                       >= 0;
    fine = select_row(table->index, row, 1, facts_shape, &index_place) && fine
           && H5Dread(table->index, H5T_NATIVE_INT64, index_place.memory_space, index_place.file_space, H5P_DEFAULT,
                      facts)
                  >= 0;
    leave_row(&place);
    leave_row(&index_place);
    return fine || complain_of_hdf5(table->path);
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
    hdf5_table *to = layout.parameters && table_create(path, &layout) ? table_open(path, NULL) : NULL;
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
