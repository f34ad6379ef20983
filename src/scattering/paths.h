/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_PATHS_H
#define OND_SCATTERING_PATHS_H

#include "filters/filters.h"

#include <ondelet/scattering.h>

/* The tree of frequency-decreasing paths, breadth first: channel 0 is the root, the children of a path are neighbours.
 */
typedef struct ond_path_node {
    ond_scattering_path path;
    size_t first_child, child_count;
} ond_path_node;

typedef struct ond_path_tree {
    size_t count;
    ond_path_node *nodes;
} ond_path_tree;

/* All paths of up to `order` band-pass filters of strictly growing scale. */
ond_status ond_path_tree_create(const ond_filters *filters, int order, ond_path_tree *tree);
void ond_path_tree_free(ond_path_tree *tree);

/* The last filter of a path of order 1 or more. */
size_t ond_path_last_filter(const ond_scattering_path *path);

#endif
