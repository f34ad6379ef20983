/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_OUTPUTS_H
#define OND_CLI_OUTPUTS_H

#include "cli/inputs.h"

/* Where the result of each input goes. */
typedef struct output_list {
    char **paths; /* one per input; NULL without -o */
    bool *taken;  /* the same path as that of an earlier input */
    size_t count;
    bool in_folder;
} output_list;

/* One input may be written to a file. Several go to a folder, each under its own name: .npy for an array, .png for a
 * picture; what lies in folders of an input folder lies so in the output folder. Returns WRONG_USAGE, after a
 * complaint, when -o names neither. */
exit_status outputs_plan(const cli_request *request, const input_list *inputs, output_list *outputs);
void outputs_free(output_list *outputs);

/* Whether the result of input `index` can be written, after a complaint; makes the folders that are missing. */
bool outputs_prepare(const cli_request *request, const input_list *inputs, const output_list *outputs, size_t index);

/* Makes every folder that the path lies in; false after a complaint. */
bool make_folders(const char *path);

/* The path below the input folder that it was found in, else the last part of its name. */
const char *relative_name(const cli_request *request, const char *path);
/* "name.jpg" with ".png" instead: a new text. */
char *replace_ending(const char *path, const char *ending);

#endif
