/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/edges.h"
#include "cli/models.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run of the command. */
typedef struct edges_run {
    const edges_request *request;
    const char *image_output; /* -o, unless that is a drawing */
    ond_edge_model *model;
} edges_run;

static const char *const shows[] = {"strength", "binary", "orientation", NULL};

static const ond_option own_options[] = {
    CHOICE_ROW(edges_own, map, MAP_STRENGTH, shows, "what the picture shows; orientation: hue is the edge's direction"),
    BOOL_ROW(edges_own, thin, 0, "strength on lines one pixel wide, elsewhere black"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"edges", ond_edge_options, offsetof(edges_request, edges), NULL, 0, 0},
    {"picture", options, offsetof(edges_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "OUT", offsetof(cli_request, output),
     "the map as .png, .pgm or .npy, or the contours as .svg; a folder for several inputs"},
    {"overlay", 0, "OUT.png", offsetof(edges_request, overlay),
     "the picture with its contours drawn in, .png or .svg; or a folder"},
    {"svg", 0, "OUT.svg", offsetof(edges_request, svg), "the contours as lines; or a folder"},
    {"model", 0, "FILE", offsetof(edges_request, model), "of --method learned, instead of the one that is shipped"},
    {NULL, 0, NULL, 0, NULL},
};

/* Where each input's results go: a list for each kind of output. */
enum { KINDS = 3 };

typedef struct edges_outputs {
    cli_request requests[KINDS];
    output_list lists[KINDS];
} edges_outputs;

static void use_ending(output_list *list, const char *ending)
{
    for (size_t i = 0; list->paths && list->in_folder && i < list->count; i++) {
        char *path = replace_ending(list->paths[i], ending);
        free(list->paths[i]);
        list->paths[i] = path;
    }
}

static exit_status plan_outputs(const edges_run *run, const input_list *inputs, edges_outputs *outputs)
{
    const edges_request *request = run->request;
    const char *const paths[KINDS] = {run->image_output, request->overlay, request->svg};
    for (int k = 0; k < KINDS; k++) {
        outputs->requests[k] = request->common;
        outputs->requests[k].output = paths[k];
        bool to_file = paths[k] && inputs->is_single && !is_folder(paths[k]) && paths[k][strlen(paths[k]) - 1] != '/';
        if (to_file && (k == 2 || (k == 1 && has_ending(paths[k], ".svg")))) { /* the plan knows pixels only */
            outputs->lists[k] = (output_list){.count = 1};
            outputs->lists[k].paths = allocate(1, sizeof *outputs->lists[k].paths);
            outputs->lists[k].taken = allocate(1, sizeof *outputs->lists[k].taken);
            outputs->lists[k].paths[0] = copy_text(paths[k]);
            continue;
        }
        exit_status status = outputs_plan(&outputs->requests[k], inputs, &outputs->lists[k]);
        if (status != ALL_DONE) {
            return status;
        }
    }
    use_ending(&outputs->lists[1], ".png");
    use_ending(&outputs->lists[2], ".svg");
    return ALL_DONE;
}

static bool prepare_outputs(const edges_outputs *outputs, const input_list *inputs, size_t index, edges_paths *paths)
{
    const char **const places[KINDS] = {&paths->image, &paths->overlay, &paths->svg};
    for (int k = 0; k < KINDS; k++) {
        if (!outputs_prepare(&outputs->requests[k], inputs, &outputs->lists[k], index)) {
            return false;
        }
        *places[k] = outputs->lists[k].paths ? outputs->lists[k].paths[index] : NULL;
    }
    return true;
}

static ond_status find_contours(const edges_run *run, edges_result *result)
{
    double started = seconds_now();
    ond_status status = ond_edges(&result->image, &run->request->edges, run->model, &result->map);
    status = status ? status : ond_edge_select(&result->map, &result->binary);
    status = status ? status : ond_edge_trace(&result->map, &result->binary, &result->contours);
    result->elapsed_s = seconds_now() - started;
    return status;
}

static bool do_image(const edges_run *run, const image_file *source, const edges_paths *paths, edges_result *result)
{
    result->origin = image_file_origin(source);
    if (find_contours(run, result)) {
        complain_of_image(&result->origin, NULL);
        return false;
    }
    bool fine = edges_write(run->request, paths, result);
    if (fine) {
        progress_hide();
        edges_tell(run->request, paths, result);
    }
    ond_contours_free(&result->contours);
    return fine;
}

/* Maps of an array of several images make an array; drawings are of one. */
static bool stack_fits(const image_file *source, const edges_paths *paths)
{
    bool fine = !paths->overlay && !paths->svg && (!paths->image || has_ending(paths->image, ".npy"));
    if (!fine) {
        complain("%s: holds %zu images: their maps go to a .npy file, and no drawing is made of them",
                 source->name.shown, image_file_count(source));
    }
    return fine;
}

static bool do_images(const edges_run *run, image_file *source, const edges_paths *paths, edges_result *result)
{
    image_event event;
    while ((event = image_file_next(source, &result->image)) == IMAGE_READY && !stop_signal()) {
        if (!do_image(run, source, paths, result)) {
            return false;
        }
    }
    return event == IMAGE_END;
}

/* Folders are made for what can be opened. */
static bool do_file(const edges_run *run, const input_list *inputs, const edges_outputs *outputs, size_t index)
{
    image_file source;
    edges_result result = {0};
    edges_paths paths = {0};
    if (!image_file_open(inputs->files[index], &source)) {
        return false;
    }
    bool fine = prepare_outputs(outputs, inputs, index, &paths)
                && (!source.layout.is_stack || stack_fits(&source, &paths)) && do_images(run, &source, &paths, &result);
    if (fine && result.stack && ond_array_writer_finish(&result.stack)) {
        complain_of(paths.image);
        fine = false;
    }
    ond_array_writer_destroy(result.stack);
    ond_array_free(&result.image);
    ond_array_free(&result.binary);
    ond_edge_map_free(&result.map);
    image_file_close(&source);
    progress_advance(1);
    return fine;
}

static exit_status do_inputs(const edges_run *run, const input_list *inputs)
{
    edges_outputs outputs = {0};
    size_t failed = inputs->failed;
    exit_status status = plan_outputs(run, inputs, &outputs);
    if (status == ALL_DONE) {
        progress_start(inputs->count, run->request->common.quiet);
        for (size_t i = 0; i < inputs->count && !stop_signal(); i++) {
            failed += !do_file(run, inputs, &outputs, i);
        }
        progress_hide();
        status = failed || stop_signal() ? SOME_FAILED : ALL_DONE;
    }
    for (int k = 0; k < KINDS; k++) {
        outputs_free(&outputs.lists[k]);
    }
    return status;
}

static bool open_model(edges_run *run)
{
    const char *given = run->request->model;
    if (run->request->edges.method != OND_EDGE_LEARNED) {
        return true;
    }
    char *path = given ? copy_text(given) : shipped_model("edges");
    if (!path) {
        complain("the model edges.safetensors is not installed; --model FILE names one");
        return false;
    }
    bool fine = ond_edge_model_read(path, &run->model) == OND_OK;
    if (!fine) {
        complain_of(path);
    }
    free(path);
    return fine;
}

static exit_status run_edges(cli_request *common)
{
    edges_request *request = (edges_request *)common;
    edges_run run = {.request = request, .image_output = common->output};
    if (common->input_count == 0) {
        return wrong_usage(common->command, "no input given");
    }
    if (request->model && request->edges.method != OND_EDGE_LEARNED) {
        return wrong_usage(common->command, "--model goes with --method learned");
    }
    if (common->output && has_ending(common->output, ".svg")) {
        if (request->svg) {
            return wrong_usage(common->command, "-o and --svg both name a drawing");
        }
        request->svg = common->output;
        run.image_output = NULL;
    }
    if (common->json && run.image_output && strcmp(run.image_output, "-") == 0) {
        return wrong_usage(common->command, "--json and -o - both want standard output");
    }
    if (!open_model(&run)) {
        return SOME_FAILED;
    }
    ignore(ond_wisdom_read(NULL));
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    exit_status status = inputs.count ? do_inputs(&run, &inputs) : SOME_FAILED;
    inputs_free(&inputs);
    ond_edge_model_destroy(run.model);
    return status;
}

const cli_command edges_command = {
    .name = "edges",
    .summary = "Edges and lines of images as maps, contours and drawings",
    .usage = "INPUT... [-o OUTPUT] [options]",
    .details = "The map has the image's size and one band, 0 to 255. Contours are what --map binary shows: lines "
               "whose strength\n"
               "reaches --high somewhere and --low all along, with points between the pixels, as drawings (.svg, "
               "--overlay) or as\n"
               "numbers (--json). Strengths are 0 to 1.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(edges_request),
    .run = run_edges,
};
