/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_INPUTS_H
#define OND_CLI_INPUTS_H

#include "cli/report.h"

/* The files that the words of the command line stand for, in order. */
typedef struct input_list {
    const cli_request *request;
    file_name *files;
    size_t count, capacity;
    char **texts; /* what `files` points into, where it is not the command line itself */
    size_t text_count, text_capacity;
    size_t
        failed; /* words that stand for nothing: a folder without pictures, an unreadable list; already complained of */
    bool is_single; /* one word, and it is a file itself */
} input_list;

/* Expands each word: a folder to the pictures in it and its folders, sorted by path bytewise; @list.txt to its lines;
 * "-" to standard input; anything else to itself, whether it exists or not. Says which pictures of other kinds were
 * passed over in a folder. */
input_list inputs_expand(const cli_request *request, const char **words, size_t count);
void inputs_free(input_list *list);

bool is_folder(const char *path);
/* "FOLDER/NAME", a new text. */
char *join_path(const char *folder, const char *name);

#endif
