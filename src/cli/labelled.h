/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_LABELLED_H
#define OND_CLI_LABELLED_H

#include "cli/inputs.h"

/* Images, or rows of features, of which each has a class: a folder of one folder per class, or an array file (IDX,
 * .npy) and a file of labels. */
typedef struct labelled_set {
    input_list inputs;
    size_t count;
    size_t *labels; /* of each image, in the order of the inputs: index into `names` */
    char **names;
    size_t classes;
    bool is_features; /* an array of two or four axes: rows of features, not images */
    char **folders;   /* of the classes, when they are folders */
} labelled_set;

/* From the words DATA [LABELS]. Without LABELS an IDX file "…images-idx3…" finds its "…labels-idx1…". False after a
 * complaint. `set->inputs.failed` counts what was complained of and left out. */
bool labelled_read(const cli_request *request, const char **words, size_t count, labelled_set *set);
void labelled_free(labelled_set *set);

/* Keeps the first `count` images of an array file, and the classes that they have. */
void labelled_cut(labelled_set *set, size_t count);

#endif
