/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_TRUTH_H
#define OND_CLI_TRUTH_H

#include "cli/report.h"

/* The files of a folder of annotations: NAME.png, or one for each annotator: NAME_0.png, NAME_1.png, …; also .npy. */
typedef struct truth_folder {
    const char *path;
    char **names; /* sorted */
    size_t count;
} truth_folder;

/* False after a complaint. */
bool truth_folder_open(const char *path, truth_folder *folder);
void truth_folder_close(truth_folder *folder);

/* All annotations of one picture, [annotators, height, width] in 0…1. `name` is the picture's path: what counts is its
 * last part without ending. False after a complaint. */
bool truth_read(const truth_folder *folder, const char *name, ond_array *truth);

#endif
