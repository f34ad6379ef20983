/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_CHECKPOINT_H
#define OND_CLI_CHECKPOINT_H

#include "cli/command.h"

/* Where a training stands is kept beside its output, in OUTPUT.checkpoint, until it is complete. */

/* The file's name, a new text, with `kind` before the ending: "" or ".gray". What an earlier training left there is
 * removed, unless this one is to go on with it. */
char *checkpoint_of(const cli_request *request, const char *kind, bool resume);

/* Whether the model may be written, after a complaint: a training that goes on replaces what it wrote when it was
 * stopped. */
bool checkpoint_frees_output(const cli_request *request, bool resume);

/* When the model is written, or when the work was stopped: removes the file or says how to go on. Frees the name. */
void checkpoint_end(const cli_request *request, char *path, bool is_complete);
void checkpoint_remove(const cli_request *request, const char *kind);

#endif
