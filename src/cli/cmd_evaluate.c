/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/confusion.h"
#include "cli/labelled.h"
#include "cli/model_use.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct evaluate_config {
    int first;
} evaluate_config;

typedef struct evaluate_request {
    cli_request common;
    evaluate_config own;
    const char *confusion;
} evaluate_request;

static const ond_option own_options[] = {
    INT_ROW(evaluate_config, first, 0, 0, INT_MAX, "use only the first N images of an array file; 0: all"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"evaluation", options, offsetof(evaluate_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"confusion", 0, "OUT.png", offsetof(evaluate_request, confusion), "also draw the confusion matrix: .png or .svg"},
    {NULL, 0, NULL, 0, NULL},
};

/* Images on their way into the table of decisions. */
typedef struct evaluation {
    const ond_model *model;
    const labelled_set *set;
    size_t *known; /* the model's class for each class of the set; `classes` of the model where it has none */
    confusion table;
    size_t unknown; /* images of classes that the model does not know */
    ond_array scores;
    bool broken;
} evaluation;

static size_t find_class(const ond_model *model, const char *name)
{
    size_t index = 0;
    while (index < ond_model_classes(model) && strcmp(ond_model_class_name(model, index), name) != 0) {
        index++;
    }
    return index;
}

static bool take_rows(void *context, const feature_block *block)
{
    evaluation *all = context;
    size_t classes = ond_model_classes(all->model);
    if (ond_model_predict_features(all->model, &block->features, &all->scores)) {
        complain_of_image(&block->origins[0], NULL);
        all->broken = true;
        return false;
    }
    for (size_t i = 0; i < block->count && block->ordinals[i] < all->set->count; i++) {
        size_t truth = all->known[all->set->labels[block->ordinals[i]]];
        if (truth == classes) {
            all->unknown++;
        } else {
            confusion_add(&all->table, truth, decision_of(all->scores.data + i * classes, classes));
        }
    }
    return true;
}

static void map_classes(evaluation *all)
{
    enum { MOST_NAMED = 3 };
    size_t unknown = 0;
    for (size_t i = 0; i < all->set->classes; i++) {
        all->known[i] = find_class(all->model, all->set->names[i]);
        bool is_unknown = all->known[i] == ond_model_classes(all->model);
        unknown += is_unknown;
        if (is_unknown && unknown <= MOST_NAMED) {
            complain("class '%s' is none of the model's: its images are left out", all->set->names[i]);
        }
    }
    if (unknown > MOST_NAMED) {
        complain("%zu other classes are none of the model's: their images are left out", unknown - MOST_NAMED);
    }
}

static void print_result(const evaluate_request *request, const evaluation *all, size_t failed)
{
    if (!request->common.json) {
        confusion_print(&all->table);
        return;
    }
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "evaluate"), *rest = confusion_json(&all->table);
    json_object_update(object, rest);
    json_decref(rest);
    json_object_set_new(object, "failed", json_integer((json_int_t)failed));
    json_print(object);
}

static exit_status run_evaluation(const evaluate_request *request, evaluation *all)
{
    feature_walk walk;
    if (!model_walk(all->model, &all->set->inputs, &walk)) {
        return SOME_FAILED;
    }
    walk.most = all->set->count;
    walk.take = take_rows;
    walk.context = all;
    map_classes(all);
    progress_start(all->set->count, request->common.quiet);
    bool fine = feature_walk_run(&walk) && !all->broken;
    progress_hide();
    size_t failed = walk.failed + all->unknown + all->set->inputs.failed;
    if (fine && confusion_total(&all->table) == 0) {
        complain("no image of the model's classes could be read");
        fine = false;
    }
    if (!fine) {
        return SOME_FAILED;
    }
    print_result(request, all, failed);
    if (request->confusion && confusion_draw(&all->table, picture_to_file(&request->confusion))) {
        complain_of(request->confusion);
        return SOME_FAILED;
    }
    return failed ? SOME_FAILED : ALL_DONE;
}

static exit_status evaluate(const evaluate_request *request, const ond_model *model, labelled_set *set)
{
    size_t classes = ond_model_classes(model);
    const char **names = allocate(classes, sizeof *names);
    for (size_t i = 0; i < classes; i++) {
        names[i] = ond_model_class_name(model, i);
    }
    if (request->own.first > 0) {
        labelled_cut(set, (size_t)request->own.first);
    }
    evaluation all = {.model = model,
                      .set = set,
                      .known = allocate(set->classes, sizeof *all.known),
                      .table = confusion_create(classes, names)};
    exit_status status = run_evaluation(request, &all);
    confusion_free(&all.table);
    ond_array_free(&all.scores);
    free(all.known);
    free(names);
    return status;
}

static exit_status run_evaluate(cli_request *common)
{
    const evaluate_request *request = (const evaluate_request *)common;
    if (common->input_count < 2 || common->input_count > 3) {
        return wrong_usage(common->command, "%zu inputs given, MODEL, DATA and perhaps LABELS are wanted",
                           common->input_count);
    }
    if (request->confusion && !is_drawing(request->confusion)) {
        return wrong_usage(common->command, "confusion '%s' ends neither in .png nor in .svg", request->confusion);
    }
    if (request->confusion && !output_is_free(common, request->confusion)) {
        return SOME_FAILED;
    }
    ond_model *model = model_open(common->inputs[0]);
    if (!model) {
        return SOME_FAILED;
    }
    labelled_set set;
    exit_status status = SOME_FAILED;
    if (labelled_read(common, common->inputs + 1, common->input_count - 1, &set)) {
        if (request->own.first > 0 && set.folders) {
            status = wrong_usage(common->command, "--first goes with an array file");
        } else {
            status = evaluate(request, model, &set);
        }
    }
    labelled_free(&set);
    ond_model_destroy(model);
    return status;
}

const cli_command evaluate_command = {
    .name = "evaluate",
    .summary = "Error of a trained classifier on labelled images",
    .usage = "MODEL DATA [LABELS] [--confusion OUT.png] [options]",
    .details = "DATA and LABELS are as in 'ondelet help train classify'. Classes go by their names. Prints the error, "
               "precision,\n"
               "recall and F1 of every class, and the confusion matrix.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(evaluate_request),
    .run = run_evaluate,
};
