/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/hdf5_parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- failures --- */

static herr_t keep_cause(unsigned number, const H5E_error2_t *error, void *text)
{
    if (number == 0 && error->desc) {
        snprintf(text, SHAPE_TEXT, "%s", error->desc);
    }
    return 0;
}

bool complain_of_hdf5(const char *path)
{
    char cause[SHAPE_TEXT] = "unknown cause";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_cause, cause);
    complain("%s: HDF5: %s", path, cause);
    return false;
}

void hdf5_be_silent(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

bool hdf5_is_known(void)
{
    return true;
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

enum { MOST_PACKED = 1032 }; /* bytes that deflate makes of one (zlib's technical notes) */

/* A header can promise any number of elements. */
static bool is_in_file(hid_t file, hid_t data)
{
    hsize_t file_size = 0;
    hid_t space = H5Dget_space(data), type = H5Dget_type(data), made = H5Dget_create_plist(data);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    bool fine = points >= 0 && H5Fget_filesize(file, &file_size) >= 0;
    if (fine && points > 0) {
        bool in_one_piece = H5Pget_layout(made) == H5D_CONTIGUOUS;
        hsize_t most = in_one_piece ? file_size : H5Dget_storage_size(data) * MOST_PACKED;
        fine = H5Tget_size(type) <= most / (hsize_t)points;
    }
    H5Pclose(made);
    H5Tclose(type);
    H5Sclose(space);
    return fine;
}

/* Takes the path. */
static hdf5_table *open_file(char *path, unsigned mode, const void *communicator)
{
    hdf5_be_silent();
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
        table->index = table->features < 0 ? -1 : H5Dopen2(table->file, "index", H5P_DEFAULT);
    }
    bool fine = table->features >= 0 && table->index >= 0;
    if (!fine) {
        complain_of_hdf5(path); /* before another call forgets the cause */
    } else if (!read_shape(table)) {
        complain("%s: is not a feature file of ondelet", path);
        fine = false;
    } else if (mode == H5F_ACC_RDONLY
               && !(is_in_file(table->file, table->features) && is_in_file(table->file, table->index))) {
        complain("%s: is damaged: its rows are not all in the file", path);
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

/* A single text, and no more of it than the file holds. */
static bool is_one_text(const hdf5_table *table, hid_t attribute, hid_t type)
{
    hsize_t file_size = 0;
    hid_t space = H5Aget_space(attribute);
    bool fine = type >= 0 && H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type)
                && H5Sget_simple_extent_npoints(space) == 1 && H5Fget_filesize(table->file, &file_size) >= 0
                && H5Tget_size(type) <= file_size;
    H5Sclose(space);
    return fine;
}

char *table_parameters(const hdf5_table *table)
{
    char *text = NULL;
    hid_t attribute = H5Aopen(table->file, "parameters", H5P_DEFAULT);
    hid_t type = attribute >= 0 ? H5Aget_type(attribute) : -1;
    if (type >= 0 && is_one_text(table, attribute, type)) {
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

json_t *table_settings(const hdf5_table *table)
{
    json_error_t cause;
    char *text = table_parameters(table);
    json_t *settings = text ? json_loads(text, 0, &cause) : NULL;
    if (text && !settings) {
        complain("%s: its parameters cannot be read: %s", table->path, cause.text);
    }
    free(text);
    return settings;
}

static char **read_names(hid_t data, hid_t type, size_t count)
{
    size_t length = H5Tget_size(type);
    char *texts = allocate(count + 1, length);
    char **names = NULL;
    if (H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0) {
        names = allocate(count + 1, sizeof *names);
        for (size_t i = 0; i < count; i++) {
            names[i] = allocate(length + 1, 1);
            memcpy(names[i], texts + i * length, length);
        }
    }
    free(texts);
    return names;
}

char **table_names(const hdf5_table *table, size_t *count)
{
    hid_t data = H5Dopen2(table->file, "inputs", H5P_DEFAULT), type = H5Dget_type(data), space = H5Dget_space(data);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    bool fine
        = points >= 0 && H5Tget_class(type) == H5T_STRING && !H5Tis_variable_str(type) && is_in_file(table->file, data);
    *count = fine ? (size_t)points : 0;
    char **names = fine ? read_names(data, type, *count) : NULL;
    if (!fine) {
        complain("%s: is damaged: it has no names of inputs", table->path);
    } else if (!names) {
        complain_of_hdf5(table->path);
        *count = 0;
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(data);
    return names;
}
