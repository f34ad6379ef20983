/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/command.h"

/* In the order in which they are listed: images to numbers and images, then what learns, then what looks at files. */
const cli_command *const cli_commands[] = {
    &features_command,
    &merge_command,
    &sparse_command,
    &denoise_command,
    &threshold_command,
    &inpaint_command,
    &edges_command,
    &train_classify_command,
    &train_denoise_command,
    &train_edges_command,
    &train_dictionary_command,
    &train_pursuit_command,
    &predict_command,
    &evaluate_command,
    &evaluate_edges_command,
    &evaluate_pursuit_command,
    &report_command,
    &filters_command,
    &compare_command,
    &convert_command,
    &info_command,
    NULL,
};

const unsigned cli_command_count = sizeof cli_commands / sizeof cli_commands[0] - 1;
