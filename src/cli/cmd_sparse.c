/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/images.h"
#include "cli/plot.h"
#include "cli/signals.h"
#include "cli/sparse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sparse_config {
    int report;
    double smoothness;
} sparse_config;

typedef struct sparse_request {
    cli_request common;
    sparse_config own;
    ond_pursuit_config pursuit;
    const char *dictionary, *lambdas, *curve;
} sparse_request;

static const ond_option own_options[] = {
    BOOL_ROW(sparse_config, report, 0, "print densities, guarantees and the curve of residuals too"),
    REAL_ROW(sparse_config, smoothness, 5, 0, 1e30, "of the part that is taken away first; 0: nothing is"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"sparse", options, offsetof(sparse_request, own), NULL, 0, 0},
    {"pursuit", ond_pursuit_options, offsetof(sparse_request, pursuit), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "CODES.npy", offsetof(cli_request, output), "the deepest codes [atoms, rows, columns]; one image"},
    {"dictionary", 0, "D.safetensors", offsetof(sparse_request, dictionary), "made by train dictionary"},
    {"lambdas", 0, "L1,L2,...", offsetof(sparse_request, lambdas), "one penalty for each layer instead of --lambda"},
    {"curve", 0, "OUT.png", offsetof(sparse_request, curve),
     "draw how the residual falls with the iterations: .png or .svg; one image"},
    {NULL, 0, NULL, 0, NULL},
};

/* One image with what its codes say. */
typedef struct sparse_image {
    ond_array image, smooth, curve;
    ond_array codes[OND_MAX_LAYERS];
    ond_pursuit_report report;
    ond_guarantees guarantees;
    double elapsed_s, norm;
} sparse_image;

static void free_image(sparse_image *one)
{
    ond_array_free(&one->image);
    ond_array_free(&one->smooth);
    ond_array_free(&one->curve);
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_array_free(&one->codes[i]);
    }
}

static void say_layer(const sparse_image *one, const dictionary_file *file, size_t i)
{
    const ond_layer_report *layer = &one->report.layer[i];
    size_t codes = ond_array_count(&one->codes[i]);
    ond_dictionary_info info = ond_dictionary_describe(file->layers[i]);
    char shape[SHAPE_TEXT];
    printf("layer %zu: %zu atoms of %zu x %zu, codes %s, %zu nonzero (%.3g %%)", i + 1, info.atoms, info.filter_height,
           info.filter_width, shape_text(one->codes[i].rank, one->codes[i].shape, shape), layer->nonzeros,
           100 * (double)layer->nonzeros / (double)codes);
    if (layer->iterations > 0) {
        printf(", %d iterations%s, residual %.4g", layer->iterations, layer->converged ? "" : " (not converged)",
               layer->residual);
    }
    if (layer->iterations > 0 && layer->lambda > 0) {
        printf(", lambda %.4g, objective %.6g", layer->lambda, layer->objective);
        if (layer->gap >= 0) {
            printf(", gap %.2g", layer->gap);
        }
    }
    printf("\n");
}

static const char *holds(bool value)
{
    return value ? "holds" : "does not hold";
}

static void say_guarantees(const ond_guarantees *g)
{
    for (size_t i = 0; i < g->layers; i++) {
        const ond_layer_guarantee *layer = &g->layer[i];
        printf(
            "layer %zu: densest stripe %zu, coherence %.4f, unique below %.4g, thresholding below %.4g, basis pursuit "
            "up to %.4g\n",
            i + 1, layer->density.stripe, layer->coherence, layer->uniqueness, layer->thresholding, layer->recovery);
    }
    printf("theorem 7.1 (sparsest codes of every layer) %s\n", holds(g->theorem_7_1));
    printf("theorem 7.2 (layered thresholding finds the supports) %s\n", holds(g->theorem_7_2));
    printf("layered basis pursuit inside the supports: %s\n", holds(g->layered_pursuit));
    if (g->has_effective) {
        size_t nonzeros = g->layer[g->layers - 1].density.nonzeros;
        printf("theorem 7.3 (unique model codes) %s: %zu nonzeros, rank %zu, below %.4g is wanted; effective coherence "
               "%.4f\n",
               holds(g->theorem_7_3), nonzeros, g->rank, g->holistic, g->effective_coherence);
    } else {
        printf("theorem 7.3: not examined (more than 1000 nonzeros)\n");
    }
}

static void say_curve(const ond_array *curve)
{
    size_t count = ond_array_count(curve);
    printf("residual after iteration");
    for (size_t i = 1; i <= count; i = i < count && 2 * i > count ? count : 2 * i) {
        printf(" %zu: %.4g", i, (double)curve->data[i - 1]);
        if (i == count) {
            break;
        }
    }
    printf("\n");
}

static void say(const sparse_request *request, const dictionary_file *file, const image_origin *origin,
                const sparse_image *one)
{
    printf("%s: %.2f s\n", origin->file.shown, one->elapsed_s);
    for (size_t i = 0; i < file->count; i++) {
        say_layer(one, file, i);
    }
    if (request->own.report) {
        say_guarantees(&one->guarantees);
        say_curve(&one->curve);
    }
}

static json_t *layer_json(const sparse_image *one, size_t i)
{
    const ond_layer_report *layer = &one->report.layer[i];
    json_t *row = json_pack("{s:i, s:b, s:i}", "iterations", layer->iterations, "converged", (int)layer->converged,
                            "nonzeros", (int)layer->nonzeros);
    json_object_set_new(row, "shape", json_shape(one->codes[i].rank, one->codes[i].shape));
    json_object_set_new(row, "lambda", json_number(layer->lambda));
    json_object_set_new(row, "objective", json_number(layer->objective));
    json_object_set_new(row, "residual", json_number(layer->residual));
    json_object_set_new(row, "gap", layer->gap >= 0 ? json_number(layer->gap) : json_null());
    return row;
}

static void add_guarantees(json_t *object, const sparse_image *one)
{
    const ond_guarantees *g = &one->guarantees;
    json_t *rows = json_object_get(object, "layers");
    for (size_t i = 0; i < g->layers; i++) {
        json_t *row = json_array_get(rows, i);
        json_object_set_new(row, "stripe", json_integer((json_int_t)g->layer[i].density.stripe));
        json_object_set_new(row, "coherence", json_number(g->layer[i].coherence));
        json_object_set_new(row, "uniqueness_below", json_number(g->layer[i].uniqueness));
        json_object_set_new(row, "thresholding_below", json_number(g->layer[i].thresholding));
        json_object_set_new(row, "basis_pursuit_up_to", json_number(g->layer[i].recovery));
    }
    json_object_set_new(object, "theorem_7_1", json_boolean(g->theorem_7_1));
    json_object_set_new(object, "theorem_7_2", json_boolean(g->theorem_7_2));
    json_object_set_new(object, "theorem_7_3", g->has_effective ? json_boolean(g->theorem_7_3) : json_null());
    if (g->has_effective) {
        json_object_set_new(object, "rank", json_integer((json_int_t)g->rank));
        json_object_set_new(object, "effective_coherence", json_number(g->effective_coherence));
    }
    json_t *curve = json_array();
    for (size_t i = 0; i < ond_array_count(&one->curve); i++) {
        json_array_append_new(curve, json_number((double)one->curve.data[i]));
    }
    json_object_set_new(object, "residuals", curve);
}

static void say_json(const sparse_request *request, const dictionary_file *file, const image_origin *origin,
                     const sparse_image *one)
{
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "sparse");
    json_t *rows = json_array();
    json_object_set_new(object, "input", json_text(origin->file.shown));
    for (size_t i = 0; i < file->count; i++) {
        json_array_append_new(rows, layer_json(one, i));
    }
    json_object_set_new(object, "layers", rows);
    json_object_set_new(object, "seconds", json_number(one->elapsed_s));
    if (request->own.report) {
        add_guarantees(object, one);
    }
    json_print(object);
}

static ond_status code(const sparse_request *request, const dictionary_file *file, sparse_image *one)
{
    ond_pursuit_extras extras = {.lambdas = file->has_lambdas ? file->lambdas : NULL};
    double started = seconds_now();
    if (request->own.report || request->curve) {
        extras.curve = &one->curve;
    }
    ond_status status = take_smooth_part_away(request->own.smoothness, &one->smooth, &one->image);
    if (status == OND_OK) {
        status = ond_pursuit(dictionary_layers(file), file->count, &one->image, &request->pursuit, &extras, one->codes,
                             &one->report);
    }
    one->elapsed_s = seconds_now() - started;
    if (status == OND_OK && request->own.report) {
        status = ond_codes_guarantees(dictionary_layers(file), file->count, one->codes, 0, &one->guarantees);
    }
    return status;
}

static bool draw_curve(const char *const *path, const ond_array *curve)
{
    size_t count = ond_array_count(curve);
    double *steps = allocate(count, sizeof *steps), *residuals = allocate(count, sizeof *residuals);
    for (size_t i = 0; i < count; i++) {
        steps[i] = (double)(i + 1);
        residuals[i] = (double)curve->data[i];
    }
    plot drawn = {"residual", "iteration", {{"residual", steps, residuals, count}}, 1, false, true};
    bool fine = plot_page(&drawn, picture_to_file(path)) == OND_OK;
    if (!fine) {
        complain_of(*path);
    }
    free(steps);
    free(residuals);
    return fine;
}

static bool take(const sparse_request *request, const dictionary_file *file, const image_origin *origin,
                 sparse_image *one)
{
    const char *output = request->common.output;
    if (code(request, file, one)) {
        complain_of_image(origin, NULL);
        return false;
    }
    if (output && ond_array_write(&one->codes[file->count - 1], output)) {
        complain_of(output);
        return false;
    }
    if (request->curve && !draw_curve(&request->curve, &one->curve)) {
        return false;
    }
    if (request->common.json) {
        say_json(request, file, origin, one);
    } else {
        say(request, file, origin, one);
    }
    return true;
}

/* A folder or an array is one word and may be many images. */
static exit_status check_count(const sparse_request *request, const input_list *inputs)
{
    size_t count = request->common.output || request->curve ? images_count(inputs) : 0;
    if (count > 1) {
        return wrong_usage(request->common.command, "%s, %zu are given",
                           request->common.output ? "-o takes the codes of one image" : "--curve draws one image",
                           count);
    }
    return ALL_DONE;
}

static exit_status code_images(const sparse_request *request, const dictionary_file *file, const input_list *inputs)
{
    bool fine = inputs->failed == 0;
    image_stream stream = {.inputs = inputs, .color = dictionary_color(file)};
    image_event event;
    sparse_image one = {.norm = 0};
    while (!stop_signal() && (event = image_stream_next(&stream, &one.image)) != IMAGE_END) {
        bool done = event == IMAGE_READY && take(request, file, &stream.origin, &one);
        fine = fine && done;
    }
    free_image(&one);
    image_stream_close(&stream);
    return fine && !stop_signal() ? ALL_DONE : SOME_FAILED;
}

static exit_status code_inputs(const sparse_request *request, const dictionary_file *file)
{
    input_list inputs = inputs_expand(&request->common, request->common.inputs, request->common.input_count);
    exit_status status = check_count(request, &inputs);
    if (status == ALL_DONE) {
        status = code_images(request, file, &inputs);
    }
    inputs_free(&inputs);
    return status;
}

static exit_status check_request(const sparse_request *request)
{
    const cli_command *command = request->common.command;
    const char *output = request->common.output;
    if (request->common.input_count == 0) {
        return wrong_usage(command, "no input given");
    }
    if (!request->dictionary) {
        return wrong_usage(command, "no dictionary given: --dictionary D.safetensors");
    }
    if (output && (strcmp(output, "-") == 0 || !has_ending(output, ".npy"))) {
        return wrong_usage(command, "output '%s' does not end in .npy", output);
    }
    if (request->curve && !is_drawing(request->curve)) {
        return wrong_usage(command, "curve '%s' ends neither in .png nor in .svg", request->curve);
    }
    return ALL_DONE;
}

static exit_status run_sparse(cli_request *common)
{
    const sparse_request *request = (const sparse_request *)common;
    dictionary_file file;
    exit_status status = check_request(request);
    if (status != ALL_DONE) {
        return status;
    }
    if ((common->output && !output_is_free(common, common->output))
        || (request->curve && !output_is_free(common, request->curve))) {
        return SOME_FAILED;
    }
    if (!dictionary_open(request->dictionary, &file)) {
        return SOME_FAILED;
    }
    ignore(ond_wisdom_read(NULL));
    status = dictionary_lambdas(common->command, request->lambdas, &file);
    if (status == ALL_DONE) {
        status = code_inputs(request, &file);
    }
    ignore(ond_wisdom_write(NULL));
    dictionary_close(&file);
    return status;
}

const cli_command sparse_command = {
    .name = "sparse",
    .summary = "Sparse codes of images in a dictionary, and what they guarantee",
    .usage = "INPUT... --dictionary D.safetensors [-o CODES.npy] [options]",
    .details
    = "Finds codes by --method and prints for each layer how many are not zero, the objective and its duality gap.\n"
      "--report adds densities, coherences and which of the theorems on uniqueness and recovery hold. --method "
      "ml-ista\n"
      "and ml-fista solve for all layers at once; the others go layer after layer.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(sparse_request),
    .run = run_sparse,
};
