/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SPARSE_H
#define OND_CLI_SPARSE_H

#include "cli/report.h"

/* A dictionary file and the penalties that the user wants of its layers. */
typedef struct dictionary_file {
    ond_dictionary *layers[OND_MAX_LAYERS];
    size_t count;
    double lambdas[OND_MAX_LAYERS];
    bool has_lambdas;
} dictionary_file;

/* False after a complaint. */
bool dictionary_open(const char *path, dictionary_file *file);
void dictionary_close(dictionary_file *file);

/* The layers become one, their product with atoms of norm 1. False after a complaint. */
bool dictionary_join(dictionary_file *file);
const ond_dictionary *const *dictionary_layers(const dictionary_file *file);

/* Gray, or RGB for a dictionary of three channels. */
ond_color dictionary_color(const dictionary_file *file);

/* "0.1,0.05": one number per layer; NULL leaves them out. */
exit_status dictionary_lambdas(const cli_command *command, const char *text, dictionary_file *file);

/* image −= its smooth part; smoothness 0 changes nothing. */
ond_status take_smooth_part_away(double smoothness, ond_array *smooth, ond_array *image);

/* A picture of the effective atoms of every layer. */
ond_status atoms_picture(const ond_dictionary *const *layers, size_t count, const char *path);

#endif
