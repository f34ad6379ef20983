/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/features_csc.h"

#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/sidecar.h"
#include "cli/signals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Features that are sparse codes: of every image the deepest ones, whole or averaged. */
typedef struct code_job {
    const features_request *request;
    const input_list *inputs;
    dictionary_file file;
    feature_rows rows;
    sidecar_set sidecars;
    ond_array smooth, codes[OND_MAX_LAYERS];
    size_t done, failed, height, width; /* of the first image */
    bool broken;
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
    size_t height = image->shape[image->rank - 2];
    size_t width = image->shape[image->rank - 1];
    if (job->done == 0) {
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
    return !job->request->features.standardize || standardize(origin, image);
}

static void write_codes(code_job *job, const image_origin *origin)
{
    ond_array row = job->codes[job->file.count - 1];
    if (job->request->features.pool == POOL_MEAN) {
        row = pool(&row);
    }
    if (job->rows.count == 0) {
        job->rows.single = job->inputs->is_single && !origin->is_item;
    }
    job->broken = rows_append(&job->rows, &row) != OND_OK;
    if (job->broken) {
        complain_of(job->rows.path);
        return;
    }
    job->broken = sidecars_append(&job->sidecars, origin, job->rows.count - 1, job->height, job->width) != OND_OK;
    if (job->broken) {
        complain_of(job->sidecars.index);
    }
}

static void walk(code_job *job)
{
    image_stream stream = open_images(job->request, job->inputs);
    stream.color = dictionary_color(&job->file);
    image_event event;
    ond_array image = {0};
    while (!job->broken && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        bool fine = event == IMAGE_READY && is_fit(job, &stream.origin, &image);
        if (fine && encode(job, &image)) {
            complain_of_image(&stream.origin, NULL);
            fine = false;
        }
        if (fine) {
            write_codes(job, &stream.origin);
        }
        job->done += fine;
        job->failed += !fine;
        progress_advance(1);
    }
    image_stream_close(&stream);
    ond_array_free(&image);
}

static bool finish(code_job *job)
{
    bool keep = job->done > 0 && !job->broken && !stop_signal();
    feature_facts facts = {job->request, &job->rows, NULL, job->done, job->failed};
    bool fine = sidecars_finish(&job->sidecars, &facts, keep);
    if (rows_finish(&job->rows, keep && fine)) {
        complain_of(job->rows.path);
        fine = false;
    }
    return keep && fine;
}

static exit_status run(code_job *job)
{
    double started = seconds_now();
    const char *output = job->request->common.output;
    size_t shape[OND_MAX_RANK];
    char text[SHAPE_TEXT];
    job->failed = job->inputs->failed;
    job->rows = (feature_rows){.path = output, .format = rows_format_of(output), .namer = name_atom};
    progress_start(images_count(job->inputs), job->request->common.quiet);
    walk(job);
    progress_hide();
    if (!finish(job)) {
        return SOME_FAILED;
    }
    int rank = rows_shape(&job->rows, shape);
    note(&job->request->common, "%s: %zu done, %zu failed, %s, %.2f s", output, job->done, job->failed,
         shape_text(rank, shape, text), seconds_now() - started);
    return job->failed == 0 ? ALL_DONE : SOME_FAILED;
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
    exit_status status = dictionary_lambdas(command, request->lambdas, &job.file);
    if (status == ALL_DONE) {
        bool free_place
            = output_is_free(&request->common, request->common.output) && sidecars_plan(request, &job.sidecars);
        status = free_place ? run(&job) : SOME_FAILED;
    }
    sidecars_free(&job.sidecars);
    dictionary_close(&job.file);
    ond_array_free(&job.smooth);
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_array_free(&job.codes[i]);
    }
    return status;
}
