/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/batch.h"
#include "cli/features_csc.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <string.h>

enum { LARGEST_SIDE = 32768 }; /* that --resize makes */

static const char *const pools[] = {"none", "mean", NULL};
static const char *const colors[] = {"gray", "rgb", NULL};

_Static_assert(OND_GRAY == 0 && OND_RGB == 1, "colors[] is in the order of ond_color");

static const char *const transforms[] = {"scattering", "csc", NULL};

static const ond_option own_options[] = {
    CHOICE_ROW(features_config, transform, FEATURES_SCATTERING, transforms,
               "csc: sparse codes in --dictionary; mean then averages their magnitudes"),
    CHOICE_ROW(features_config, pool, POOL_NONE, pools, "mean: average over the image, one number per channel"),
    CHOICE_ROW(features_config, color, OND_GRAY, colors,
               "gray: luminance; rgb: the features of the three colours, stacked"),
    BOOL_ROW(features_config, standardize, 0, "give each image zero mean and unit variance first"),
    BOOL_ROW(features_config, energy, 0, "print where the energy of the images goes, and write no features"),
    END_ROW,
};

const ond_option *features_options(void)
{
    return own_options;
}

static const ond_option code_options[] = {
    REAL_ROW(code_config, smoothness, 5, 0, 1e30, "of the part of an image that is taken away first; 0: nothing is"),
    END_ROW,
};

const ond_option *features_code_options(void)
{
    return code_options;
}

static const option_group groups[] = {
    {"features", features_options, offsetof(features_request, features), NULL, 0, 0},
    BANK_GROUPS(features_request, bank, bank_cascade_shearlet_options),
    {"--transform scattering", ond_scattering_options, offsetof(features_request, scattering), "--transform scattering",
     offsetof(features_request, features.transform), FEATURES_SCATTERING},
    {"--transform csc", features_code_options, offsetof(features_request, csc), "--transform csc",
     offsetof(features_request, features.transform), FEATURES_CSC},
    {"--transform csc", ond_pursuit_options, offsetof(features_request, pursuit), "--transform csc",
     offsetof(features_request, features.transform), FEATURES_CSC},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "FILE", offsetof(cli_request, output),
     "features: .npy, .csv or .svm (LIBSVM); - is .npy on standard output"},
    {"dictionary", 0, "D.safetensors", offsetof(features_request, dictionary), "of --transform csc"},
    {"lambdas", 0, "L1,L2,...", offsetof(features_request, lambdas),
     "of --transform csc: one penalty for each layer instead of --lambda"},
    {"paths", 0, "FILE.csv", offsetof(features_request, paths), "also write which path each channel is"},
    {"resize", 0, "MxN", offsetof(features_request, resize),
     "bring every image to M rows and N columns first (cubic, without aliasing)"},
    {"index", 0, "FILE.csv", offsetof(features_request, index),
     "where to write which image each row is (default: beside the output)"},
    {NULL, 0, NULL, 0, NULL},
};

static exit_status check_request(features_request *request)
{
    const cli_command *command = request->common.command;
    if (request->resize && !parse_size(request->resize, LARGEST_SIDE, &request->height, &request->width)) {
        return wrong_usage(command, "resize = '%s' is not MxN with M and N in 1..%d", request->resize, LARGEST_SIDE);
    }
    const char *output = request->common.output;
    if (request->common.input_count == 0) {
        return wrong_usage(command, "no input given");
    }
    if (request->features.energy && (output || request->paths || request->index)) {
        return wrong_usage(command, "--energy prints a table and writes no files");
    }
    if (!request->features.energy && !output) {
        return wrong_usage(command, "no output given: -o FILE");
    }
    if (output && rows_format_of(output) == ROWS_UNKNOWN) {
        return wrong_usage(command, "output '%s' ends neither in .npy, .csv nor .svm", output);
    }
    if (output && strcmp(output, "-") == 0 && request->common.json) {
        return wrong_usage(command, "--json and -o - both want standard output");
    }
    return ALL_DONE;
}

/* Takes every image of the inputs through the batches. */
static void walk(feature_job *job)
{
    image_stream stream = open_images(job->request, job->inputs);
    ond_array image = {0};
    image_event event;
    while (!job->broken && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        if (event == IMAGE_READY) {
            batch_take(job, &stream.origin, &image);
        } else {
            job->failed++;
            progress_advance(1);
        }
    }
    if (!job->broken && !stop_signal()) {
        batch_flush(job);
    }
    image_stream_close(&stream);
    ond_array_free(&image);
}

static void print_summary(const feature_job *job, double elapsed_s)
{
    const cli_request *request = &job->request->common;
    size_t shape[OND_MAX_RANK];
    int rank = rows_shape(&job->rows, shape);
    char text[SHAPE_TEXT];
    double rate = (double)job->done / (elapsed_s > 0 ? elapsed_s : 1);
    note(request, "%s: %zu done, %zu failed, %s, %.2f s, %.4g images/s", job->rows.path, job->done, job->failed,
         shape_text(rank, shape, text), elapsed_s, rate);
    if (request->json) {
        json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "features");
        json_object_set_new(object, "output", json_text(job->rows.path));
        json_object_set_new(object, "shape", json_shape(rank, shape));
        json_object_set_new(object, "done", json_integer((json_int_t)job->done));
        json_object_set_new(object, "failed", json_integer((json_int_t)job->failed));
        json_object_set_new(object, "seconds", json_number(elapsed_s));
        json_print(object);
    }
}

/* Completes the outputs when at least one image was done. */
static bool finish(feature_job *job)
{
    bool keep = job->done > 0 && !job->broken && !stop_signal();
    feature_facts facts = {job->request, &job->rows, job->plans.quick, job->done, job->failed};
    bool fine = sidecars_finish(&job->sidecars, &facts, keep);
    if (rows_finish(&job->rows, keep && fine)) {
        complain_of(job->rows.path);
        fine = false;
    }
    return keep && fine;
}

static exit_status run_job(feature_job *job)
{
    double started = seconds_now();
    job->failed = job->inputs->failed;
    path_namer namer = {job->plans.quick, job->request->features.color == OND_RGB};
    const char *output = job->request->common.output;
    job->rows
        = (feature_rows){.path = output, .format = rows_format_of(output), .namer = name_path, .namer_context = &namer};
    progress_start(job->plans.expected, job->request->common.quiet);
    walk(job);
    progress_hide();
    batch_free(job);
    bool fine = finish(job);
    if (fine) {
        print_summary(job, seconds_now() - started);
    }
    return fine && job->failed == 0 ? ALL_DONE : SOME_FAILED;
}

static exit_status write_features(const features_request *request, const input_list *inputs)
{
    feature_job job = {.request = request, .inputs = inputs};
    exit_status status = plans_create(request, images_count(inputs), &job.plans);
    if (status == ALL_DONE) {
        status = output_is_free(&request->common, request->common.output) && sidecars_plan(request, &job.sidecars)
                     ? run_job(&job)
                     : SOME_FAILED;
    }
    sidecars_free(&job.sidecars);
    plans_destroy(&job.plans);
    return status;
}

static exit_status run_features(cli_request *common)
{
    features_request *request = (features_request *)common;
    exit_status status = check_request(request);
    if (status != ALL_DONE) {
        return status;
    }
    ignore(ond_wisdom_read(NULL));
    input_list inputs = inputs_expand(common->inputs, common->input_count);
    if (inputs.count == 0) {
        status = SOME_FAILED;
    } else {
        status = request->features.transform == FEATURES_CSC ? write_code_features(request, &inputs)
                 : request->features.energy                  ? print_energy(request, &inputs)
                                                             : write_features(request, &inputs);
    }
    inputs_free(&inputs);
    ignore(ond_wisdom_write(NULL));
    return status;
}

const cli_command features_command = {
    .name = "features",
    .summary = "Scattering features of images",
    .usage = "INPUT... -o OUTPUT [options]",
    .details
    = "One image, or an array of two axes, gives [channels, height, width]; several images of one size, or an array\n"
      "of three axes, give [images, channels, height, width]; with --pool mean images of any sizes give\n"
      "[images, channels]. Beside the output stand NAME.index.csv (which image is which row) and NAME.json\n"
      "(all parameters).",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(features_request),
    .run = run_features,
};
