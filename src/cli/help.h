/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_HELP_H
#define OND_CLI_HELP_H

#include "cli/command.h"

/* All to standard output. */
void print_help(const cli_command *const *commands);
void print_command_help(const cli_command *command);
void print_version(bool json);

#endif
