/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_MERGE_H
#define OND_CLI_MERGE_H

#include "cli/feature_output.h"

/* A feature file and what stands beside it. */
typedef struct merge_part {
    const char *path;
    json_t *parameters;
    long shard; /* −1: it is none */
    size_t rows;
} merge_part;

typedef struct merge_parts {
    merge_part *parts; /* in the order of their shards */
    size_t count;
    size_t first; /* that has rows */
    size_t rows;  /* of all */
} merge_parts;

/* Reads the parameters of all parts and puts them in order. False, after a complaint, when they are not the shards of
 * one run. */
bool parts_open(const char **paths, size_t count, merge_parts *parts);
/* Writes rows, index and parameters, the rows last. False after a complaint. */
bool parts_write(const merge_parts *parts, const char *output);
/* The same for HDF5 files. */
bool tables_write(const merge_parts *parts, const char *output);
void parts_close(merge_parts *parts);

#endif
