/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_MPI_FEATURES_H
#define OND_MPI_FEATURES_H

#include "cli/command.h"

/* The command features by many processes; all of them call it with the same words. */
extern const cli_command shared_features_command;

#endif
