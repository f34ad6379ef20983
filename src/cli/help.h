/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_HELP_H
#define OND_CLI_HELP_H

#include "cli/command.h"

enum { HELP_TEXT = 256 };

/* Pieces of help texts: "--log-floor X", " (0..4, default 2)", "-o, --output FILE". */
void help_option_left(const ond_option *option, char text[HELP_TEXT]);
void help_option_facts(const ond_option *option, char text[HELP_TEXT]);
void help_text_option_left(const text_option *option, char text[HELP_TEXT]);
/* What an INPUT can be, for people. */
const char *help_inputs(void);

/* All to standard output. */
void print_help(const cli_command *const *commands);
/* Whether commands of two words start with this one: train, of "train edges". */
bool is_family(const cli_command *const *commands, const char *word);
void print_family_help(const cli_command *const *commands, const char *word);
void print_command_help(const cli_command *command);
void print_version(bool json);

#endif
