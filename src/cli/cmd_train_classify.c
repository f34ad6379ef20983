/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/checkpoint.h"
#include "cli/confusion.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/train.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST_SIDE = 32768 };

static const ond_option own_options[] = {
    INT_ROW(train_config, first, 0, 0, INT_MAX, "use only the first N images of an array file; 0: all"),
    INT_ROW(train_config, splits, 0, 0, 1000,
            "first measure the error: N times, train on --per-class random images of each class, test on the others"),
    INT_ROW(train_config, per_class, 0, 0, INT_MAX, "of --splits; 0: half of the smallest class"),
    BOOL_ROW(train_config, resume, 0, "go on with a training that was interrupted"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const ond_option *cascade_shearlet_options(void)
{
    enum { MOST_ROWS = 32 };
    static ond_option rows[MOST_ROWS];
    size_t count = 0;
    for (const ond_option *option = ond_shearlet_options(); option->name && count + 1 < MOST_ROWS; option++) {
        bool forced = strcmp(option->name, "parseval") == 0 || strcmp(option->name, "one_sided") == 0;
        rows[count] = *option;
        rows[count++].internal = option->internal || forced;
    }
    return rows;
}

#define BANK_SWITCH(name, value) name, offsetof(train_request, extractor.image.bank), value

static const option_group groups[] = {
    {"training", options, offsetof(train_request, train), NULL, 0, 0},
    {"classifier", ond_head_options, offsetof(train_request, head), NULL, 0, 0},
    {"features", ond_extraction_options, offsetof(train_request, extractor.image), NULL, 0, 0},
    {"--bank morlet", ond_morlet_options, offsetof(train_request, extractor.morlet),
     BANK_SWITCH("--bank morlet", OND_BANK_MORLET)},
    {"--bank spline", ond_spline_options, offsetof(train_request, extractor.spline),
     BANK_SWITCH("--bank spline", OND_BANK_SPLINE)},
    {"--bank shearlet", cascade_shearlet_options, offsetof(train_request, extractor.shearlet),
     BANK_SWITCH("--bank shearlet", OND_BANK_SHEARLET)},
    {"scattering", ond_scattering_options, offsetof(train_request, extractor.scattering), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "MODEL.safetensors", offsetof(cli_request, output), "the trained model"},
    {"cache", 0, "FILE.npy", offsetof(train_request, cache),
     "keep the features here, and take them from here next time"},
    {"curve", 0, "OUT.png", offsetof(train_request, curve), "draw the course of the training: .png or .svg"},
    {"resize", 0, "MxN", offsetof(train_request, resize),
     "bring every image to M rows and N columns first (cubic, without aliasing)"},
    {"pad", 0, "MxN", offsetof(train_request, pad), "put every image in the middle of M x N zeros"},
    {NULL, 0, NULL, 0, NULL},
};

static exit_status read_sizes(train_request *request)
{
    ond_extraction_config *image = &request->extractor.image;
    const size_text sizes[] = {{"resize", request->resize, &image->height, &image->width},
                               {"pad", request->pad, &image->pad_height, &image->pad_width}};
    return parse_sizes(request->common.command, sizes, sizeof sizes / sizeof sizes[0], LARGEST_SIDE);
}

static exit_status check_request(train_request *request)
{
    const cli_command *command = request->common.command;
    if (request->common.input_count == 0) {
        return wrong_usage(command, "no data given");
    }
    if (request->common.input_count > 2) {
        return wrong_usage(command, "%zu inputs given, DATA and perhaps LABELS are wanted",
                           request->common.input_count);
    }
    if (!request->common.output && request->train.splits == 0) {
        return wrong_usage(command, "no output given: -o MODEL.safetensors");
    }
    if (request->cache && !has_ending(request->cache, ".npy")) {
        return wrong_usage(command, "cache '%s' does not end in .npy", request->cache);
    }
    if (request->curve && (!is_drawing(request->curve) || !request->common.output)) {
        return wrong_usage(command, "--curve wants OUT.png or OUT.svg, and a model to train");
    }
    if (request->train.per_class > 0 && request->train.splits == 0) {
        return wrong_usage(command, "--per-class goes with --splits");
    }
    return read_sizes(request);
}

static size_t wrong_on(const ond_array *scores, const ond_array *labels)
{
    size_t wrong = 0, classes = scores->shape[1];
    for (size_t i = 0; i < scores->shape[0]; i++) {
        wrong += decision_of(scores->data + i * classes, classes) != (size_t)labels->data[i];
    }
    return wrong;
}

static void print_summary(const train_request *request, const training_table *table, const ond_model *model,
                          double elapsed_s)
{
    ond_array scores = {0};
    size_t wrong = 0;
    if (ond_model_predict_features(model, &table->features, &scores) == OND_OK) {
        wrong = wrong_on(&scores, &table->labels);
    }
    ond_array_free(&scores);
    double held_out = ond_head_validation_error(ond_model_head(model));
    char text[64] = "";
    if (isfinite(held_out)) {
        snprintf(text, sizeof text, ", %.3g %% of those held out", 100 * held_out);
    }
    note(&request->common,
         "%s: %zu classes, %zu images, %zu failed, %zu features, wrong: %.3g %% of the training images%s, %.1f s",
         request->common.output, ond_model_classes(model), table->rows, table->failed, table->features.shape[1],
         100 * (double)wrong / (double)table->rows, text, elapsed_s);
    if (request->common.json) {
        json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "train classify");
        json_object_set_new(object, "output", json_text(request->common.output));
        json_object_set_new(object, "classes", json_integer((json_int_t)ond_model_classes(model)));
        json_object_set_new(object, "images", json_integer((json_int_t)table->rows));
        json_object_set_new(object, "failed", json_integer((json_int_t)table->failed));
        json_object_set_new(object, "features", json_integer((json_int_t)table->features.shape[1]));
        json_object_set_new(object, "training_error", json_number((double)wrong / (double)table->rows));
        json_object_set_new(object, "held_out_error", json_number(held_out));
        json_object_set_new(object, "seconds", json_number(elapsed_s));
        json_print(object);
    }
}

static bool fit(const train_request *request, const labelled_set *set, const training_table *table, ond_model **model)
{
    ond_head *head = NULL;
    if (!train_head(request, table, &head)) {
        return false;
    }
    ond_model_parts parts = {
        .extractor = set->is_features ? NULL : &request->extractor,
        .height = table->height,
        .width = table->width,
        .class_names = table->names,
    };
    if (ond_model_create(&parts, head, model)) {
        complain("%s", ond_error_message());
        return false;
    }
    return true;
}

static exit_status train(const train_request *request, const labelled_set *set, const training_table *table,
                         double started)
{
    exit_status status = request->train.splits > 0 ? measure_splits(request, table) : ALL_DONE;
    if (!request->common.output || status != ALL_DONE) {
        return status;
    }
    ond_model *model = NULL;
    bool fine = fit(request, set, table, &model);
    if (fine && ond_model_write(model, request->common.output)) {
        complain_of(request->common.output);
        fine = false;
    }
    if (fine) {
        checkpoint_remove(&request->common, "");
        print_summary(request, table, model, seconds_now() - started);
    }
    ond_model_destroy(model);
    return fine ? ALL_DONE : SOME_FAILED;
}

static exit_status train_on(train_request *request, labelled_set *set)
{
    double started = seconds_now();
    training_table table = {0};
    if (request->train.first > 0) {
        if (set->folders) {
            return wrong_usage(request->common.command, "--first goes with an array file");
        }
        labelled_cut(set, (size_t)request->train.first);
    }
    choose_settings(request, set);
    exit_status status = SOME_FAILED;
    if (table_fill(request, set, &table)) {
        status = train(request, set, &table, started);
        status = status == ALL_DONE && table.failed + set->inputs.failed > 0 ? SOME_FAILED : status;
    }
    table_free(&table);
    return status;
}

static exit_status run_train(cli_request *common)
{
    train_request *request = (train_request *)common;
    exit_status status = check_request(request);
    if (status != ALL_DONE) {
        return status;
    }
    if ((common->output && !output_is_free(common, common->output))
        || (request->curve && !output_is_free(common, request->curve))) {
        return SOME_FAILED;
    }
    request->head.seed = common->seed;
    labelled_set set;
    status = labelled_read(common, common->inputs, common->input_count, &set) ? train_on(request, &set) : SOME_FAILED;
    labelled_free(&set);
    return status;
}

const cli_command train_classify_command = {
    .name = "train classify",
    .summary = "A classifier, from a folder of images for each class",
    .usage = "DATA [LABELS] -o MODEL.safetensors [options]",
    .details
    = "DATA is a folder with one folder of pictures for each class; or an IDX or .npy file of images, or a .npy file\n"
      "of features (two or four axes), with LABELS: an array of whole numbers, or a text file with one class a line.\n"
      "An IDX file NAME-images-idx3-ubyte finds its NAME-labels-idx1-ubyte.\n"
      "What is not given is chosen by the images: those of one size up to 64 x 64 keep their places, others are\n"
      "pooled (--pool mean) and taken by the logarithm; up to 10000 images are decided on by --kind kernel, more by\n"
      "--kind network.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(train_request),
    .run = run_train,
};
