/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_EDGES_H
#define OND_CLI_EDGES_H

#include "cli/image_file.h"
#include "cli/picture.h"

typedef enum edges_show { MAP_STRENGTH, MAP_BINARY, MAP_ORIENTATION } edges_show;

typedef struct edges_own {
    edges_show map;
    int thin;
} edges_own;

typedef struct edges_request {
    cli_request common;
    ond_edge_config edges;
    edges_own own;
    const char *overlay, *svg, *model;
} edges_request;

/* Outputs of one image; NULL: not wanted. */
typedef struct edges_paths {
    const char *image, *overlay, *svg;
} edges_paths;

typedef struct edges_result {
    image_origin origin;
    ond_array image; /* as it came */
    ond_edge_map map;
    ond_array binary;
    ond_contours contours;
    double elapsed_s;
    ond_array_writer *stack; /* of an array of several images: where their maps go */
} edges_result;

/* Writes what is wanted; a map of one of several images is appended to result->stack. False after a complaint. */
bool edges_write(const edges_request *request, const edges_paths *paths, edges_result *result);

/* One line, or one JSON object, on standard output. */
void edges_tell(const edges_request *request, const edges_paths *paths, const edges_result *result);

/* The contours as lines in a drawing of the image's size. */
ond_status edges_write_svg(const edges_result *result, const char *path);

/* The image, paled, with its contours: as a file, or in a box of a picture. */
ond_status edges_write_overlay(const edges_result *result, const char *path);
ond_status edges_paint(const edges_result *result, const page *picture, box place);

#endif
