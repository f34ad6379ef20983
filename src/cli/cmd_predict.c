/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/confusion.h"
#include "cli/explain.h"
#include "cli/model_use.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/signals.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const char *const rules[] = {"layers", "sensitivity", NULL};

static const ond_option own_options[] = {
    INT_ROW(predict_config, first, 0, 0, INT_MAX, "only the first N images; 0: all"),
    CHOICE_ROW(predict_config, rule, OND_RELEVANCE_LAYERS, rules,
               "of --explain; layers: relevance propagated back layer by layer; sensitivity: size of the gradient"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"prediction", options, offsetof(predict_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "FILE.csv", offsetof(cli_request, output),
     "where to write the decisions (default: standard output)"},
    {"explain", 0, "OUT.png", offsetof(predict_request, explain),
     "draw which pixels speak for the decisions: .png or .svg"},
    {NULL, 0, NULL, 0, NULL},
};

/* Images on their way to their decisions. */
typedef struct prediction {
    const predict_request *request;
    const ond_model *model;
    ond_file *file;
    explanation_sheet *sheet; /* NULL without --explain */
    ond_array scores;
    size_t rows; /* written */
    bool broken;
} prediction;

static json_t *row_json(const prediction *all, const image_origin *origin, const float *own, size_t decision)
{
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "predict"), *scores = json_object();
    json_object_set_new(object, "input", json_text(origin->file.shown));
    if (origin->is_item) {
        json_object_set_new(object, "item", json_integer((json_int_t)origin->item));
    }
    json_object_set_new(object, "label", json_text(ond_model_class_name(all->model, decision)));
    json_object_set_new(object, "score", json_number((double)own[decision]));
    for (size_t i = 0; i < ond_model_classes(all->model); i++) {
        json_object_set_new(scores, ond_model_class_name(all->model, i), json_number((double)own[i]));
    }
    json_object_set_new(object, "scores", scores);
    return object;
}

static ond_status print_row(const prediction *all, const image_origin *origin, const float *own)
{
    size_t decision = decision_of(own, ond_model_classes(all->model));
    if (all->request->common.json) {
        json_t *object = row_json(all, origin, own, decision);
        char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
        ond_status status = ond_file_print(all->file, "%s\n", text ? text : "null");
        free(text);
        json_decref(object);
        return status;
    }
    ond_status status = print_csv_text(all->file, origin->file.shown);
    status = status ? status : ond_file_print(all->file, ",%zu,", origin->item);
    status = status ? status : print_csv_text(all->file, ond_model_class_name(all->model, decision));
    return status ? status : ond_file_print(all->file, ",%.6g\n", (double)own[decision]);
}

static bool take_rows(void *context, const feature_block *block)
{
    prediction *all = context;
    size_t classes = ond_model_classes(all->model);
    all->broken = ond_model_predict_features(all->model, &block->features, &all->scores) != OND_OK;
    if (all->broken) {
        complain_of_image(&block->origins[0], NULL);
    }
    for (size_t i = 0; i < block->count && !all->broken; i++) {
        const float *own = all->scores.data + i * classes;
        ond_array image = block->images.data ? ond_array_item(&block->images, i) : (ond_array){0};
        if (all->sheet && sheet_take(all->sheet, &image, decision_of(own, classes))) {
            complain_of_image(&block->origins[i], NULL);
            all->broken = true;
        } else if (print_row(all, &block->origins[i], own)) {
            complain_of(all->request->common.output ? all->request->common.output : "standard output");
            all->broken = true;
        } else {
            all->rows++;
        }
    }
    return !all->broken;
}

static bool run_walk(prediction *all, const input_list *inputs, size_t *failed)
{
    feature_walk walk;
    if (!model_walk(all->model, inputs, &walk)) {
        return false;
    }
    walk.take = take_rows;
    walk.most = (size_t)all->request->own.first;
    walk.context = all;
    progress_start(images_count(inputs), all->request->common.quiet || !all->request->common.output);
    bool fine = feature_walk_run(&walk) && !all->broken;
    progress_hide();
    *failed += walk.failed;
    return fine;
}

static exit_status predict(const predict_request *request, const ond_model *model, const input_list *inputs)
{
    const char *output = request->common.output ? request->common.output : "-";
    explanation_sheet sheet = {.model = model, .rule = request->own.rule};
    prediction all = {.request = request, .model = model, .sheet = request->explain ? &sheet : NULL};
    size_t failed = inputs->failed;
    bool fine = ond_file_create(output, &all.file) == OND_OK;
    if (fine && !request->common.json) {
        fine = ond_file_print(all.file, "input,item,label,score\n") == OND_OK;
    }
    if (!fine) {
        complain_of(output);
    }
    fine = fine && run_walk(&all, inputs, &failed)
           && (all.rows > 0 || failed == 0); /* no table of nothing but failures */
    if (fine && ond_file_finish(&all.file)) {
        complain_of(output);
        fine = false;
    }
    if (fine && all.sheet && sheet_write(&sheet, request->explain)) {
        complain_of(request->explain);
        fine = false;
    }
    if (fine && sheet.left_out > 0) {
        note(&request->common, "%s: shows the first %d images, %zu more are not drawn", request->explain, SHEET_IMAGES,
             sheet.left_out);
    }
    ond_file_destroy(all.file);
    ond_array_free(&all.scores);
    sheet_free(&sheet);
    return fine && failed == 0 ? ALL_DONE : SOME_FAILED;
}

static exit_status run_predict(cli_request *common)
{
    const predict_request *request = (const predict_request *)common;
    if (common->input_count < 2) {
        return wrong_usage(common->command, "MODEL and IMAGES are wanted, %zu inputs given", common->input_count);
    }
    if (request->explain && !is_drawing(request->explain)) {
        return wrong_usage(common->command, "explain '%s' ends neither in .png nor in .svg", request->explain);
    }
    const char *outputs[] = {common->output, request->explain};
    for (size_t i = 0; i < 2; i++) {
        if (outputs[i] && strcmp(outputs[i], "-") != 0 && !output_is_free(common, outputs[i])) {
            return SOME_FAILED;
        }
    }
    ond_model *model = model_open(common->inputs[0]);
    if (!model) {
        return SOME_FAILED;
    }
    exit_status status = SOME_FAILED;
    input_list inputs = inputs_expand(common, common->inputs + 1, common->input_count - 1);
    if (request->explain && !ond_model_extractor(model)) {
        complain("%s: takes features: there are no pixels to explain its decisions by", common->inputs[0]);
    } else if (inputs.count > 0) {
        status = predict(request, model, &inputs);
    }
    inputs_free(&inputs);
    ond_model_destroy(model);
    return status;
}

const cli_command predict_command = {
    .name = "predict",
    .summary = "What a trained classifier says about images",
    .usage = "MODEL IMAGES... [-o FILE.csv] [--json] [--explain OUT.png]",
    .details = "Prints a row for each image: input, item (of an array file), label, score. With --json a line for each "
               "image, with\n"
               "the scores of all classes.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(predict_request),
    .run = run_predict,
};
