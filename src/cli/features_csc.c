/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/features_csc.h"

#include "cli/feature_output.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Features that are sparse codes: of every image the deepest ones, whole or averaged. */
typedef struct code_job {
    const features_request *request;
    const input_list *inputs;
    dictionary_file file;
    feature_output output;
    ond_array smooth, codes[OND_MAX_LAYERS];
    size_t height, width; /* of the first image */
    size_t size_named;    /* for complain_of_size */
} code_job;

static void name_atom(const void *context, size_t channel, char name[CHANNEL_NAME])
{
    (void)context;
    snprintf(name, CHANNEL_NAME, "atom%zu", channel);
}

/* Means of |γ| over the positions, in place of each atom's first. */
static ond_array pool(const ond_array *codes)
{
    size_t atoms = codes->shape[0];
    size_t places = ond_array_count(codes) / atoms;
    for (size_t m = 0; m < atoms; m++) {
        double sum = 0;
        for (size_t i = 0; i < places; i++) {
            sum += fabs((double)codes->data[m * places + i]);
        }
        codes->data[m] = (float)(sum / (double)places);
    }
    return ond_array_view(codes->data, 1, &atoms);
}

static ond_status encode(code_job *job, ond_array *image)
{
    ond_pursuit_extras extras = {.lambdas = job->file.has_lambdas ? job->file.lambdas : NULL};
    ond_status status = take_smooth_part_away(job->request->csc.smoothness, &job->smooth, image);
    return status ? status
                  : ond_pursuit(dictionary_layers(&job->file), job->file.count, image, &job->request->pursuit, &extras,
                                job->codes, NULL);
}

static bool is_fit(code_job *job, const image_origin *origin, ond_array *image)
{
    size_t height, width;
    prepared_size(job->request, image, &height, &width);
    if (job->height == 0) {
        job->height = height;
        job->width = width;
    }
    if (job->request->features.pool == POOL_NONE && (height != job->height || width != job->width)) {
        char cause[SHAPE_TEXT];
        snprintf(cause, sizeof cause, "is %zu x %zu, the first image %zu x %zu: sizes may differ with --pool mean",
                 height, width, job->height, job->width);
        complain_of_image(origin, cause);
        return false;
    }
    return prepare_image(job->request, origin, image, &job->size_named);
}

static void write_codes(code_job *job, const image_origin *origin, const size_t size[2])
{
    ond_array row = job->codes[job->file.count - 1];
    if (job->request->features.pool == POOL_MEAN) {
        row = pool(&row);
    }
    output_append(&job->output, origin, &row, size[0], size[1]);
}

static image_stream open_stream(const code_job *job)
{
    image_stream stream = open_images(job->request, job->inputs);
    stream.color = dictionary_color(&job->file);
    return stream;
}

/* The size that all images must have is that of the first, in whichever share it is. */
static void find_first_size(code_job *job)
{
    image_stream stream = open_stream(job);
    ond_array image = {0};
    image_event event;
    while (job->height == 0 && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        if (event == IMAGE_READY) {
            is_fit(job, &stream.origin, &image);
        }
    }
    image_stream_close(&stream);
    ond_array_free(&image);
}

static void take(code_job *job, const image_stream *stream, image_event event, ond_array *image)
{
    bool fine = event == IMAGE_READY && is_fit(job, &stream->origin, image);
    if (fine && encode(job, image)) {
        complain_of_image(&stream->origin, NULL);
        fine = false;
    }
    if (fine) {
        write_codes(job, &stream->origin, image->shape + image->rank - 2);
    }
    job->output.failed += !fine;
    job->output.state.first_size[0] = job->height;
    job->output.state.first_size[1] = job->width;
    output_settle(&job->output, image_stream_place(stream));
    progress_advance(1);
}

static void walk(code_job *job, image_place from, image_place to)
{
    image_stream stream = open_stream(job);
    ond_array image = {0};
    job->output.failed += !image_stream_go(&stream, from);
    while (!job->output.broken && !stop_signal() && is_before(image_stream_place(&stream), to)) {
        image_event event = image_stream_next(&stream, &image);
        if (event == IMAGE_END) {
            break;
        }
        take(job, &stream, event, &image);
    }
    image_stream_close(&stream);
    ond_array_free(&image);
}

static exit_status run(code_job *job, size_t expected, image_place from, image_place to)
{
    double started = seconds_now();
    const run_state *state = &job->output.state;
    job->height = state->first_size[0];
    job->width = state->first_size[1];
    if (is_before((image_place){0, 0}, from) && state->rows == 0) {
        find_first_size(job);
    }
    progress_start(expected, job->request->common.quiet);
    progress_advance(state->rows + state->failed);
    walk(job, is_before(from, state->place) ? state->place : from, to);
    progress_hide();
    if (!output_finish(&job->output, NULL)) {
        return SOME_FAILED;
    }
    output_summary(&job->output, seconds_now() - started);
    return job->output.failed == 0 ? ALL_DONE : SOME_FAILED;
}

static exit_status open_and_run(code_job *job)
{
    image_place from, to;
    size_t expected = 0;
    image_map map = map_images(job->inputs);
    exit_status status = shard_bounds(job->request, &map, &from, &to, &expected);
    if (status == ALL_DONE) {
        map_note_three(&map, &job->request->common);
    }
    map_free(&map);
    if (status != ALL_DONE) {
        return status;
    }
    output_event event = output_open(job->request, job->inputs, expected, name_atom, NULL, &job->output);
    bool is_done = event == OUTPUT_COMPLETE && job->output.failed == 0;
    status = event == OUTPUT_READY ? run(job, expected, from, to) : is_done ? ALL_DONE : SOME_FAILED;
    output_close(&job->output);
    return status;
}

exit_status write_code_features(const features_request *request, const input_list *inputs)
{
    code_job job = {.request = request, .inputs = inputs};
    const cli_command *command = request->common.command;
    if (!request->dictionary) {
        return wrong_usage(command, "--transform csc wants --dictionary D.safetensors");
    }
    if (request->features.energy) {
        return wrong_usage(command, "--energy is of --transform scattering");
    }
    if (!dictionary_open(request->dictionary, &job.file)) {
        return SOME_FAILED;
    }
    if (request->csc.effective && !dictionary_join(&job.file)) {
        dictionary_close(&job.file);
        return SOME_FAILED;
    }
    exit_status status = dictionary_lambdas(command, request->lambdas, &job.file);
    if (status == ALL_DONE) {
        status = open_and_run(&job);
    }
    dictionary_close(&job.file);
    ond_array_free(&job.smooth);
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_array_free(&job.codes[i]);
    }
    return status;
}
