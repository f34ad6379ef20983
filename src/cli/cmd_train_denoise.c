/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/checkpoint.h"
#include "cli/images.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct train_own {
    int resume; /* 0/1 */
} train_own;

typedef struct train_request {
    cli_request common;
    ond_denoise_training training;
    train_own own;
} train_request;

static const ond_option own_options[] = {
    BOOL_ROW(train_own, resume, 0, "go on with a training that was interrupted"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"training", ond_denoise_training_options, offsetof(train_request, training), NULL, 0, 0},
    {"interrupted", options, offsetof(train_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "MODEL.safetensors", offsetof(cli_request, output), "the model"},
    {NULL, 0, NULL, 0, NULL},
};

typedef struct pictures {
    ond_array *items;
    size_t count, room, failed;
} pictures;

static void read_pictures(const train_request *request, const input_list *inputs, pictures *all)
{
    image_stream stream = {.inputs = inputs, .color = OND_GRAY};
    image_event event;
    ond_array image = {0};
    size_t least = (size_t)request->training.patch;
    while (!stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        if (event == IMAGE_FAILED) {
            all->failed++;
            continue;
        }
        if (image.shape[0] < least || image.shape[1] < least) {
            char cause[SHAPE_TEXT];
            snprintf(cause, sizeof cause, "is %zu x %zu, at least %zu x %zu is wanted", image.shape[0], image.shape[1],
                     least, least);
            complain_of_image(&stream.origin, cause);
            all->failed++;
            continue;
        }
        if (all->count == all->room) {
            all->room = all->room ? 2 * all->room : 64;
            all->items = enlarge(all->items, all->room, sizeof *all->items);
        }
        all->items[all->count++] = image;
        image = (ond_array){0};
    }
    ond_array_free(&image);
    image_stream_close(&stream);
}

enum { SECONDS_TO_KEEP = 9 }; /* what was reached, after an interrupt: a step takes less, and so does the file */

typedef struct course {
    const train_request *request;
    double started_s, told_s;
    size_t step;
} course;

/* A line each minute, and the last. */
static bool tell(void *context, size_t step, double gain_db)
{
    enum { SECONDS_BETWEEN_LINES = 60 };
    course *c = context;
    double now_s = seconds_now();
    progress_advance(step - c->step); /* at once to where an earlier process was stopped */
    c->step = step;
    size_t steps = (size_t)c->request->training.steps;
    if (now_s - c->told_s >= SECONDS_BETWEEN_LINES || step == steps || stop_signal()) {
        progress_hide();
        note(&c->request->common, "step %zu of %zu: %.3f dB above the untrained union, %.0f s", step, steps, gain_db,
             now_s - c->started_s);
        c->told_s = now_s;
    }
    return !stop_signal();
}

static exit_status train(const train_request *request, const pictures *all)
{
    course c = {.request = request, .started_s = seconds_now(), .told_s = seconds_now()};
    char *checkpoint = checkpoint_of(&request->common, "", request->own.resume);
    ond_denoise_course given = {.watch = tell, .context = &c, .checkpoint = checkpoint};
    ond_denoise_model *model = NULL;
    ond_denoise_training training = request->training;
    training.seed = request->common.seed;
    note(&request->common, "%zu pictures", all->count);
    signals_wait(SECONDS_TO_KEEP);
    progress_start((size_t)training.steps, request->common.quiet);
    ond_status status = ond_denoise_model_fit(all->items, all->count, &training, &given, &model);
    progress_hide();
    if (status == OND_OK) {
        status = ond_denoise_model_write(model, request->common.output);
    }
    if (status != OND_OK) {
        complain_of(request->common.output);
    }
    ond_denoise_model_destroy(model);
    bool is_complete = status == OND_OK && !stop_signal();
    checkpoint_end(&request->common, checkpoint, is_complete);
    return is_complete ? ALL_DONE : SOME_FAILED;
}

static exit_status run_train_denoise(cli_request *common)
{
    const train_request *request = (const train_request *)common;
    if (common->input_count == 0) {
        return wrong_usage(common->command, "no pictures given");
    }
    if (check_model_output(common) != ALL_DONE) {
        return WRONG_USAGE;
    }
    if (!checkpoint_frees_output(common, request->own.resume)) {
        return SOME_FAILED;
    }
    pictures all = {0};
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    read_pictures(request, &inputs, &all);
    all.failed += inputs.failed;
    exit_status status = SOME_FAILED;
    if (all.count > 0 && !stop_signal()) {
        status = train(request, &all);
    }
    for (size_t i = 0; i < all.count; i++) {
        ond_array_free(&all.items[i]);
    }
    free(all.items);
    inputs_free(&inputs);
    return all.failed ? SOME_FAILED : status;
}

const cli_command train_denoise_command = {
    .name = "train denoise",
    .summary = "A model for denoise --method learned, from clean pictures",
    .usage = "PICTURES... -o MODEL.safetensors [options]",
    .details
    = "Learns to correct what the untrained denoiser makes of noisy crops of the pictures, one model for all "
      "noise\n"
      "between --noise-low and --noise-high. The first interrupt ends the training and keeps what was reached; from "
      "there, and\n"
      "from where a killed process was a minute before, --resume goes on.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(train_request),
    .run = run_train_denoise,
};
