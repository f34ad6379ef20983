/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/checkpoint.h"
#include "cli/images.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/truth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum color_choice { COLORS_BOTH, COLORS_GRAY, COLORS_COLOR } color_choice;

typedef struct train_config {
    color_choice colors;
    int resume; /* 0/1 */
} train_config;

typedef struct train_request {
    cli_request common;
    ond_edge_training training;
    train_config own;
    const char *truth;
} train_request;

static const char *const colors[] = {"both", "gray", "color", NULL};

static const ond_option own_options[] = {
    CHOICE_ROW(train_config, colors, COLORS_BOTH, colors, "networks for gray pictures, for colour, or both"),
    BOOL_ROW(train_config, resume, 0, "go on with a training that was interrupted"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"model", options, offsetof(train_request, own), NULL, 0, 0},
    {"training", ond_edge_training_options, offsetof(train_request, training), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"truth", 0, "DIR", offsetof(train_request, truth),
     "boundaries drawn by people: NAME_0.png, NAME_1.png, ... for the picture NAME.jpg, or NAME.png; white is "
     "boundary"},
    {"output", 'o', "MODEL.safetensors", offsetof(cli_request, output), "the trained model"},
    {NULL, 0, NULL, 0, NULL},
};

/* One run of the command. */
typedef struct train_run {
    const train_request *request;
    const input_list *inputs;
    truth_folder folder;
    const char *kind; /* "gray", "color" */
    const char *stage;
    double started_s;
    bool complained;
} train_run;

static ond_status read_picture(void *context, size_t index, ond_array *image, ond_array *truth)
{
    train_run *run = context;
    whole_file file;
    file_name name = run->inputs->files[index];
    ond_array_free(image);
    if (!file_read(name, OND_NATIVE, false, &file)) {
        run->complained = true;
        return OND_ERROR_IO;
    }
    *image = file.array;
    run->complained = !truth_read(&run->folder, name.path, truth);
    return run->complained ? OND_ERROR_IO : OND_OK;
}

static void watch(void *context, const char *stage, size_t done, size_t total, double loss, bool *stop)
{
    train_run *run = context;
    const cli_request *common = &run->request->common;
    *stop = stop_signal() != 0;
    if (stage != run->stage) {
        run->stage = stage;
        progress_hide();
        progress_start(total, common->quiet);
    }
    progress_advance(1);
    if (!isnan(loss) || done == total) {
        progress_hide();
        char text[32] = "";
        if (!isnan(loss)) {
            snprintf(text, sizeof text, ", loss %.5f", loss);
        }
        note(common, "%s: %s %zu of %zu%s, %.0f s", run->kind, stage, done, total, text,
             seconds_now() - run->started_s);
    }
}

static const char *kind_ending(int channels)
{
    return channels == 1 ? ".gray" : ".color";
}

static bool train(train_run *run, int channels, ond_edge_model **model)
{
    ond_edge_training training = run->request->training;
    training.seed = run->request->common.seed;
    run->kind = channels == 1 ? "gray" : "color";
    run->stage = NULL;
    char *checkpoint = checkpoint_of(&run->request->common, kind_ending(channels), run->request->own.resume);
    ond_edge_course course = {.watch = watch, .context = run, .checkpoint = checkpoint};
    ond_status status
        = ond_edge_model_train(&training, channels, run->inputs->count, read_picture, run, &course, model);
    progress_hide();
    if (status != OND_OK && !run->complained && !stop_signal()) {
        complain("%s: %s", run->kind, ond_error_message());
    }
    if (status == OND_OK) {
        free(checkpoint); /* until the model with both kinds is written */
    } else {
        checkpoint_end(&run->request->common, checkpoint, false);
    }
    return status == OND_OK;
}

static bool train_and_write(train_run *run)
{
    color_choice choice = run->request->own.colors;
    const char *output = run->request->common.output;
    ond_edge_model *model = NULL;
    bool fine = (choice == COLORS_COLOR || train(run, 1, &model)) && (choice == COLORS_GRAY || train(run, 3, &model));
    if (fine && ond_edge_model_write(model, output)) {
        complain_of(output);
        fine = false;
    }
    if (fine) {
        checkpoint_remove(&run->request->common, kind_ending(1));
        checkpoint_remove(&run->request->common, kind_ending(3));
    }
    ond_edge_model_destroy(model);
    return fine;
}

static exit_status run_training(cli_request *common)
{
    const train_request *request = (const train_request *)common;
    if (!request->truth) {
        return wrong_usage(common->command, "no --truth DIR given");
    }
    if (common->input_count == 0) {
        return wrong_usage(common->command, "no pictures given");
    }
    if (check_model_output(common) != ALL_DONE) {
        return WRONG_USAGE;
    }
    if (!output_is_free(common, common->output)) {
        return SOME_FAILED;
    }
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    train_run run = {.request = request, .inputs = &inputs, .started_s = seconds_now()};
    bool fine = inputs.count && !inputs.failed && truth_folder_open(request->truth, &run.folder);
    fine = fine && train_and_write(&run);
    truth_folder_close(&run.folder);
    inputs_free(&inputs);
    return fine ? ALL_DONE : SOME_FAILED;
}

const cli_command train_edges_command = {
    .name = "train edges",
    .summary = "A model for edges --method learned, from pictures with drawn boundaries",
    .usage = "PICTURES... --truth DIR -o MODEL.safetensors [options]",
    .details = "Small networks learn from pictures with boundaries drawn by people. For each picture the truth folder "
               "holds one\n"
               "map or one for each annotator. 200 pictures of 481 x 321 take about 15 minutes of one core for each "
               "kind of colour,\n"
               "and 1.5 GB of memory.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(train_request),
    .run = run_training,
};
