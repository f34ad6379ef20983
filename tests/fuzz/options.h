/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FUZZ_OPTIONS_H
#define OND_FUZZ_OPTIONS_H

#include "cli/command.h"

enum { FUZZ_COMMANDS = 21 };

/* Every command of the program, in any order. */
extern const cli_command *const fuzz_commands[FUZZ_COMMANDS];

#endif
