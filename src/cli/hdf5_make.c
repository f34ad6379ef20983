/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/hdf5_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    hid_t file = H5Fcreate(path, H5F_ACC_EXCL, how, H5P_DEFAULT);
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
    hdf5_be_silent();
    char *partial = join_text(path, OND_PARTIAL_ENDING);
    unlink(partial); /* never written through a link */
    bool fine = file_make(partial, layout);
    free(partial);
    return fine;
}
