/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/batch.h"
#include "cli/features_csc.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST_SIDE = 32768, MOST_SHARDS = 1 << 24 };

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
    BOOL_ROW(code_config, effective, 0,
             "codes of the deepest layer at once, in the product of all layers with atoms of norm 1"),
    END_ROW,
};

const ond_option *features_code_options(void)
{
    return code_options;
}

static const ond_option run_options_rows[] = {
    BOOL_ROW(run_config, resume, 0, "go on with a run that was stopped; what is complete stays as it is"),
    END_ROW,
};

static const ond_option *run_options(void)
{
    return run_options_rows;
}

const option_group features_groups[] = {
    {"features", features_options, offsetof(features_request, features), NULL, 0, 0},
    {"size of images", ond_fit_options, offsetof(features_request, fit), NULL, 0, 0},
    {"long runs", run_options, offsetof(features_request, run), NULL, 0, 0},
    BANK_GROUPS(features_request, bank, bank_cascade_shearlet_options),
    {"--transform scattering", ond_scattering_options, offsetof(features_request, scattering), "--transform scattering",
     offsetof(features_request, features.transform), FEATURES_SCATTERING},
    {"--transform csc", features_code_options, offsetof(features_request, csc), "--transform csc",
     offsetof(features_request, features.transform), FEATURES_CSC},
    {"--transform csc", ond_pursuit_options, offsetof(features_request, pursuit), "--transform csc",
     offsetof(features_request, features.transform), FEATURES_CSC},
    {NULL, NULL, 0, NULL, 0, 0},
};

const text_option features_texts[] = {
    {"output", 'o', "FILE", offsetof(cli_request, output),
     "features: .npy, .csv, .svm (LIBSVM) or .h5 (HDF5); - is .npy on standard output"},
    {"dictionary", 0, "D.safetensors", offsetof(features_request, dictionary), "of --transform csc"},
    {"lambdas", 0, "L1,L2,...", offsetof(features_request, lambdas),
     "of --transform csc: one penalty for each layer instead of --lambda"},
    {"paths", 0, "FILE.csv", offsetof(features_request, paths), "also write which path each channel is"},
    {"shard", 0, "I/N", offsetof(features_request, shard),
     "only share I (from 0) of N equal shares of the images, for merge"},
    {"resize", 0, "MxN", offsetof(features_request, resize),
     "bring every image to M rows and N columns first, without aliasing"},
    {"crop", 0, "MxN", offsetof(features_request, crop), "then keep M rows and N columns in the middle"},
    {"pad", 0, "MxN", offsetof(features_request, pad),
     "then put every image, standardized where that is asked for, in the middle of M x N zeros"},
    {"index", 0, "FILE.csv", offsetof(features_request, index),
     "where to write which image each row is (default: beside the output)"},
    {NULL, 0, NULL, 0, NULL},
};

/* "3/8": the fourth of eight shares. */
static bool parse_shard(features_request *request)
{
    char *end = NULL;
    const char *text = request->shard;
    if (!text) {
        return true;
    }
    long share = strtol(text, &end, 10);
    if (end == text || *end != '/' || text[0] == '-') {
        return false;
    }
    const char *second = end + 1;
    long shares = strtol(second, &end, 10);
    request->shard_index = share < MOST_SHARDS ? (int)share : MOST_SHARDS;
    request->shard_count = shares >= 1 && shares <= MOST_SHARDS ? (int)shares : 0;
    return end != second && !*end && request->shard_index < request->shard_count;
}

static exit_status read_sizes(features_request *request)
{
    ond_fit_config *fit = &request->fit;
    const size_text sizes[] = {{"resize", request->resize, &fit->height, &fit->width},
                               {"crop", request->crop, &fit->crop_height, &fit->crop_width},
                               {"pad", request->pad, &request->pad_height, &request->pad_width}};
    return parse_sizes(request->common.command, sizes, sizeof sizes / sizeof sizes[0], LARGEST_SIDE);
}

exit_status features_check(features_request *request)
{
    const cli_command *command = request->common.command;
    exit_status status = read_sizes(request);
    if (status != ALL_DONE) {
        return status;
    }
    if (!parse_shard(request)) {
        return wrong_usage(command, "shard = '%s' is not I/N with I in 0..N-1", request->shard);
    }
    if (request->resize && request->fit.short_side > 0) {
        return wrong_usage(command, "--resize and --short-side exclude each other");
    }
    const char *output = request->common.output;
    if (request->common.input_count == 0) {
        return wrong_usage(command, "no input given");
    }
    bool wants_files = output || request->paths || request->index || request->shard || request->run.resume;
    if (request->features.energy && wants_files) {
        return wrong_usage(command, "--energy prints a table and writes no files");
    }
    if (!request->features.energy && !output) {
        return wrong_usage(command, "no output given: -o FILE");
    }
    if (output && rows_format_of(output) == ROWS_UNKNOWN) {
        return wrong_usage(command, "output '%s' ends neither in .npy, .csv, .svm nor .h5%s", output,
                           hdf5_is_known() ? "" : " (which this program was built without)");
    }
    if (output && strcmp(output, "-") == 0 && (request->run.resume || request->shard)) {
        return wrong_usage(command, "--resume and --shard want a file: -o FILE");
    }
    if (output && strcmp(output, "-") == 0 && request->common.json) {
        return wrong_usage(command, "--json and -o - both want standard output");
    }
    return ALL_DONE;
}

/* Large images are scattered in tiles, those that are padded as a whole. */
static image_stream open_images_of_any_size(const feature_job *job)
{
    image_stream stream = open_images(job->request, job->inputs);
    stream.takes_huge = job->request->pad_height == 0;
    return stream;
}

/* The size that all images must have is that of the first, in whichever share it is. */
static void find_first_size(feature_job *job)
{
    image_stream stream = open_images_of_any_size(job);
    ond_array image = {0};
    image_event event;
    while (job->height == 0 && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        if (event == IMAGE_READY && image_is_stored(&stream)) {
            batch_accepts_stored(job, &stream.origin, &stream.stored);
        } else if (event == IMAGE_READY) {
            batch_accepts(job, &stream.origin, &image);
        }
    }
    image_stream_close(&stream);
    ond_planes_destroy(&stream.stored);
    ond_array_free(&image);
}

/* Takes every image between two places through the batches. */
static void walk(feature_job *job, image_place from, image_place to)
{
    image_stream stream = open_images_of_any_size(job);
    ond_array image = {0};
    image_event event = IMAGE_READY;
    job->after = from;
    if (!image_stream_go(&stream, from)) {
        job->output.failed++;
        job->after = image_stream_place(&stream);
    }
    while (!job->output.broken && !stop_signal() && event != IMAGE_END && is_before(job->after, to)) {
        job->before = job->after;
        event = image_stream_next(&stream, &image);
        job->after = image_stream_place(&stream);
        if (event == IMAGE_READY && image_is_stored(&stream)) {
            batch_take_stored(job, &stream.origin, &stream.stored);
        } else if (event == IMAGE_READY) {
            batch_take(job, &stream.origin, &image);
        } else if (event == IMAGE_FAILED) {
            job->output.failed++;
            progress_advance(1);
        }
    }
    if (!job->output.broken && !stop_signal()) {
        batch_flush(job, job->after);
    }
    image_stream_close(&stream);
    ond_planes_destroy(&stream.stored);
    ond_array_free(&image);
}

/* A resumed run chooses as the one before did. */
static void take_up(feature_job *job)
{
    const run_state *state = &job->output.state;
    job->height = state->first_size[0];
    job->width = state->first_size[1];
    if (state->rows > 0) {
        job->plans.is_decided = true;
        memcpy(job->plans.measured_size, state->measured_size, sizeof state->measured_size);
    }
}

static exit_status run_job(feature_job *job, image_place from, image_place to)
{
    double started = seconds_now();
    take_up(job);
    if (is_before((image_place){0, 0}, from) && job->output.state.rows == 0 && !takes_any_size(job->request)) {
        find_first_size(job);
    }
    progress_start(job->plans.expected, job->request->common.quiet);
    progress_advance(job->output.state.rows + job->output.state.failed);
    walk(job, is_before(from, job->output.state.place) ? job->output.state.place : from, to);
    progress_hide();
    batch_free(job);
    bool fine = output_finish(&job->output, job->plans.quick);
    if (fine) {
        output_summary(&job->output, seconds_now() - started);
    }
    return fine && job->output.failed == 0 ? ALL_DONE : SOME_FAILED;
}

static exit_status write_features(const features_request *request, const input_list *inputs)
{
    feature_job job = {.request = request, .inputs = inputs};
    path_namer namer = {NULL, request->features.color == OND_RGB};
    image_place from, to;
    size_t expected = 0;
    image_map map = map_images(inputs);
    exit_status status = shard_bounds(request, &map, &from, &to, &expected);
    if (status == ALL_DONE) {
        map_note_three(&map, &request->common);
    }
    map_free(&map);
    status = status == ALL_DONE ? plans_create(request, expected, &job.plans) : status;
    if (status == ALL_DONE) {
        namer.scattering = job.plans.quick;
        output_event event = output_open(request, inputs, expected, name_path, &namer, &job.output);
        bool is_done = event == OUTPUT_COMPLETE && job.output.failed == 0;
        status = event == OUTPUT_READY ? run_job(&job, from, to) : is_done ? ALL_DONE : SOME_FAILED;
        output_close(&job.output);
    }
    plans_destroy(&job.plans);
    return status;
}

static exit_status run_transform(const features_request *request, const input_list *inputs)
{
    if (request->features.transform == FEATURES_CSC) {
        return write_code_features(request, inputs);
    }
    if (request->features.energy) {
        ignore(ond_wisdom_read(NULL));
        return print_energy(request, inputs);
    }
    return write_features(request, inputs);
}

static exit_status run_features(cli_request *common)
{
    features_request *request = (features_request *)common;
    exit_status status = features_check(request);
    if (status != ALL_DONE) {
        return status;
    }
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    status = inputs.count == 0 ? SOME_FAILED : run_transform(request, &inputs);
    inputs_free(&inputs);
    if (!plans_are_fixed(request)) {
        ignore(ond_wisdom_read(NULL)); /* what others have measured since stays */
        ignore(ond_wisdom_write(NULL));
    }
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
      "(all parameters); an HDF5 file holds all in itself: /features, /index, /inputs and the attribute parameters.\n"
      "Images above 8 million pixels go through a temporary file in tiles (below 1 GB of memory up to 16384 x 16384);\n"
      "--resize, --short-side, --crop, --pad, --energy and --transform csc hold one such image whole, 4 bytes for each "
      "sample,\n"
      "and outputs other than .npy its features.",
    .groups = features_groups,
    .texts = features_texts,
    .request_size = sizeof(features_request),
    .run = run_features,
};
