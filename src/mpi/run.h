/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_MPI_RUN_H
#define OND_MPI_RUN_H

#include "cli/batch.h"

#include "mpi/ledger.h"
#include <mpi.h>

/* One run of features by many processes, as each of them sees it. */
typedef struct shared_run {
    features_request *request;
    int rank, size;
    input_list inputs;
    image_map map;
    size_t images, chunk, chunks;
    path_namer namer;
    feature_job job;
    ledger_sum before; /* what earlier runs have done */
    size_t *open_chunks, open_count;
    hdf5_table *table;
    ledger own;
    image_stream stream;
    size_t first;         /* image of the chunk at hand */
    unsigned char *is_in; /* of its images: those that have a row */
    size_t *missing;
    MPI_Win window; /* over the number of the next chunk, at the first process */
    bool broken;
} shared_run;

/* Computes chunks that no other process has, until none is left, and puts them on record. */
void run_chunks(shared_run *run);

#endif
