/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_HDF5_PARTS_H
#define OND_CLI_HDF5_PARTS_H

#include "cli/hdf5_table.h"

#include <hdf5.h>

/* An open feature file, for those files that know the HDF5 library. */
struct hdf5_table {
    char *path; /* of the file that is open */
    hid_t file, features, index;
    bool is_shared; /* by many processes */
    int descriptor; /* of the same file, to reach the disk; −1: none */
    size_t rows;
    int rank; /* of one row */
    size_t shape[OND_MAX_RANK];
};

/* Names the innermost cause that the library knows; returns false. */
bool complain_of_hdf5(const char *path);
/* The library would print a page for each failure. */
void hdf5_be_silent(void);

#endif
