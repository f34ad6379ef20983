/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/options.h"

const cli_command *const fuzz_commands[FUZZ_COMMANDS] = {
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
};
