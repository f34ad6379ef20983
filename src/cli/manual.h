/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_MANUAL_H
#define OND_CLI_MANUAL_H

#include "cli/command.h"

/* Pages for man(1) on standard output: of the program, or of one command. */
void print_manual(const cli_command *const *commands);
void print_command_manual(const cli_command *command);

/* Names of all commands, one a line. */
void print_command_names(const cli_command *const *commands);

/* A completion script for a shell, "bash", "zsh" or "fish", on standard output; false for other names. */
bool print_completion(const cli_command *const *commands, const char *shell);

#endif
