/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/merge.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>

typedef struct merge_request {
    cli_request common;
} merge_request;

static const option_group groups[] = {
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "FILE", offsetof(cli_request, output), "of the kind that the parts are: .npy, .csv, .svm or .h5"},
    {NULL, 0, NULL, 0, NULL},
};

static exit_status check_request(const cli_request *request)
{
    const cli_command *command = request->command;
    if (request->input_count == 0) {
        return wrong_usage(command, "no parts given");
    }
    if (!request->output) {
        return wrong_usage(command, "no output given: -o FILE");
    }
    if (strcmp(request->output, "-") == 0 || rows_format_of(request->output) == ROWS_UNKNOWN) {
        return wrong_usage(command, "output '%s' ends neither in .npy, .csv, .svm nor .h5", request->output);
    }
    for (size_t i = 0; i < request->input_count; i++) {
        const char *part = request->inputs[i];
        if (strcmp(part, "-") == 0 || rows_format_of(part) != rows_format_of(request->output)) {
            return wrong_usage(command, "part '%s' is not of the kind of the output '%s'", part, request->output);
        }
    }
    return ALL_DONE;
}

static bool outputs_are_free(const cli_request *request)
{
    if (rows_format_of(request->output) == ROWS_HDF5) {
        return output_is_free(request, request->output);
    }
    char *index = beside(request->output, ".index.csv"), *parameters = beside(request->output, ".json");
    bool fine = output_is_free(request, request->output) && output_is_free(request, index)
                && output_is_free(request, parameters);
    free(index);
    free(parameters);
    return fine;
}

static exit_status run_merge(cli_request *request)
{
    exit_status status = check_request(request);
    if (status != ALL_DONE) {
        return status;
    }
    merge_parts parts = {0};
    double started = seconds_now();
    bool fine = outputs_are_free(request) && parts_open(request->inputs, request->input_count, &parts)
                && parts_write(&parts, request->output);
    if (fine) {
        note(request, "%s: %zu parts, %zu rows, %.2f s", request->output, parts.count, parts.rows,
             seconds_now() - started);
    }
    if (fine && request->json) {
        json_t *object = json_pack("{s:i, s:s, s:I, s:I}", "schema", 1, "command", "merge", "parts",
                                   (json_int_t)parts.count, "rows", (json_int_t)parts.rows);
        json_object_set_new(object, "output", json_text(request->output));
        json_print(object);
    }
    parts_close(&parts);
    return fine && !stop_signal() ? ALL_DONE : SOME_FAILED;
}

const cli_command merge_command = {
    .name = "merge",
    .summary = "Shards of features put together",
    .usage = "PART... -o OUTPUT",
    .details
    = "Parts are outputs of features --shard, in any order; all N of them are wanted, made with the same parameters\n"
      "from the same inputs. The result is what one run of all images gives, with its index and parameters.\n"
      "Feature files without --shard are put together in the order given.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(merge_request),
    .run = run_merge,
};
