/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/curve.h"
#include "cli/images.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct benchmark_config {
    int thresholds;
    double distance;
} benchmark_config;

typedef struct benchmark_request {
    cli_request common;
    benchmark_config benchmark;
    const char *truth, *table;
} benchmark_request;

static const ond_option own_options[] = {
    INT_ROW(benchmark_config, thresholds, 99, 1, 10000, "thresholds 1/(N+1), 2/(N+1), ..., N/(N+1)"),
    REAL_ROW(benchmark_config, distance, 0.0075, 0, 0.1, "how far partners may be apart, as a share of the diagonal"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"benchmark", options, offsetof(benchmark_request, benchmark), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"truth", 0, "DIR", offsetof(benchmark_request, truth),
     "boundaries drawn by people: NAME_0.png, NAME_1.png, ... for the map NAME.png, or NAME.png; white is boundary"},
    {"output", 'o', "CURVE.png", offsetof(cli_request, output), "precision and recall as a picture: .png or .svg"},
    {"table", 0, "FILE.csv", offsetof(benchmark_request, table), "counts of every picture at every threshold"},
    {NULL, 0, NULL, 0, NULL},
};

/* One run of the command. */
typedef struct benchmark_run {
    const benchmark_request *request;
    truth_folder folder;
    double *thresholds;
    size_t threshold_count;
    ond_edge_counts *counts; /* [picture][threshold] */
    size_t picture_count, capacity;
    ond_file *table;
} benchmark_run;

static ond_edge_counts *next_row(benchmark_run *run)
{
    if (run->picture_count == run->capacity) {
        run->capacity = 2 * run->capacity + 16;
        run->counts = enlarge(run->counts, run->capacity * run->threshold_count, sizeof *run->counts);
    }
    return run->counts + run->picture_count * run->threshold_count;
}

static ond_status append_to_table(benchmark_run *run, const char *name, const ond_edge_counts *row)
{
    ond_status status = OND_OK;
    for (size_t i = 0; status == OND_OK && run->table && i < run->threshold_count; i++) {
        status = ond_file_print(run->table, "%s,%.6g,%.0f,%.0f,%.0f,%.0f\n", name, run->thresholds[i],
                                row[i].truth_matched, row[i].truth, row[i].detected_matched, row[i].detected);
    }
    return status;
}

static bool do_map(benchmark_run *run, const image_origin *origin, const ond_array *map)
{
    ond_array truth = {0};
    bool fine = truth_read(&run->folder, origin->file.path, &truth);
    if (fine) {
        ond_edge_counts *row = next_row(run);
        ond_status status = ond_edge_benchmark(map, &truth, run->thresholds, run->threshold_count,
                                               run->request->benchmark.distance, row);
        status = status ? status : append_to_table(run, relative_name(&run->request->common, origin->file.shown), row);
        if (status != OND_OK) {
            complain_of_image(origin, NULL);
            fine = false;
        } else {
            run->picture_count++;
        }
    }
    ond_array_free(&truth);
    return fine;
}

/* Returns how many maps failed. */
static size_t do_maps(benchmark_run *run, const input_list *inputs)
{
    image_stream stream = {.inputs = inputs, .color = OND_GRAY};
    ond_array map = {0};
    size_t failed = inputs->failed;
    image_event event;
    progress_start(images_count(inputs), run->request->common.quiet);
    while (!stop_signal() && (event = image_stream_next(&stream, &map)) != IMAGE_END) {
        failed += event == IMAGE_FAILED || !do_map(run, &stream.origin, &map);
        progress_advance(1);
    }
    progress_hide();
    image_stream_close(&stream);
    ond_array_free(&map);
    return failed + (stop_signal() != 0);
}

static json_t *point_json(const ond_edge_point *point, bool has_threshold)
{
    json_t *object = json_object();
    if (has_threshold) {
        json_object_set_new(object, "threshold", json_number(point->threshold));
    }
    json_object_set_new(object, "recall", json_number(point->recall));
    json_object_set_new(object, "precision", json_number(point->precision));
    json_object_set_new(object, "f_score", json_number(point->f_score));
    return object;
}

static void tell_json(const benchmark_run *run, const ond_edge_point *curve, const ond_edge_score *score)
{
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "evaluate edges");
    json_object_set_new(object, "pictures", json_integer((json_int_t)run->picture_count));
    json_object_set_new(object, "distance", json_number(run->request->benchmark.distance));
    json_object_set_new(object, "ods", point_json(&score->best, true));
    json_object_set_new(object, "ois", point_json(&score->best_each, false));
    json_object_set_new(object, "average_precision", json_number(score->average_precision));
    json_t *points = json_array();
    for (size_t i = 0; i < run->threshold_count; i++) {
        json_array_append_new(points, point_json(&curve[i], true));
    }
    json_object_set_new(object, "curve", points);
    json_print(object);
}

static void tell_text(const benchmark_run *run, const ond_edge_score *score)
{
    printf("%zu pictures, %zu thresholds\n", run->picture_count, run->threshold_count);
    printf("ODS %.4f  recall %.4f  precision %.4f  threshold %.3f\n", score->best.f_score, score->best.recall,
           score->best.precision, score->best.threshold);
    printf("OIS %.4f  recall %.4f  precision %.4f\n", score->best_each.f_score, score->best_each.recall,
           score->best_each.precision);
    printf("AP  %.4f\n", score->average_precision);
}

/* False after a complaint. */
static bool tell(benchmark_run *run)
{
    const char *output = run->request->common.output;
    ond_edge_point *curve = allocate(run->threshold_count, sizeof *curve);
    ond_edge_score score;
    ond_status status
        = ond_edge_score_set(run->counts, run->picture_count, run->thresholds, run->threshold_count, curve, &score);
    if (status == OND_OK && output) {
        status = curve_write(curve, run->threshold_count, &score, output);
    }
    if (status != OND_OK) {
        complain_of(output ? output : "score");
    } else if (run->request->common.json) {
        tell_json(run, curve, &score);
    } else {
        tell_text(run, &score);
    }
    free(curve);
    return status == OND_OK;
}

static bool open_table(benchmark_run *run)
{
    static const char header[] = "map,threshold,truth_matched,truth,detected_matched,detected\n";
    const char *path = run->request->table;
    if (path && (ond_file_create(path, &run->table) || ond_file_print(run->table, "%s", header))) {
        complain_of(path);
        return false;
    }
    return true;
}

static bool close_table(benchmark_run *run, bool keep)
{
    if (run->table && keep && ond_file_finish(&run->table)) {
        complain_of(run->request->table);
        return false;
    }
    ond_file_destroy(run->table);
    return true;
}

static exit_status do_inputs(benchmark_run *run, const input_list *inputs)
{
    const benchmark_request *request = run->request;
    run->threshold_count = (size_t)request->benchmark.thresholds;
    run->thresholds = allocate(run->threshold_count, sizeof *run->thresholds);
    for (size_t i = 0; i < run->threshold_count; i++) {
        run->thresholds[i] = (double)(i + 1) / (double)(run->threshold_count + 1);
    }
    exit_status status = SOME_FAILED;
    if (truth_folder_open(request->truth, &run->folder) && open_table(run)) {
        size_t failed = do_maps(run, inputs);
        bool done = !stop_signal() && run->picture_count > 0;
        bool told = close_table(run, done) && done && tell(run);
        status = failed || !told ? SOME_FAILED : ALL_DONE;
    }
    truth_folder_close(&run->folder);
    free(run->thresholds);
    free(run->counts);
    return status;
}

static exit_status run_benchmark(cli_request *common)
{
    const benchmark_request *request = (const benchmark_request *)common;
    benchmark_run run = {.request = request};
    if (!request->truth) {
        return wrong_usage(common->command, "no --truth DIR given");
    }
    if (common->input_count == 0) {
        return wrong_usage(common->command, "no edge maps given");
    }
    if (common->output && !is_drawing(common->output)) {
        return wrong_usage(common->command, "output '%s' ends neither in .png nor in .svg", common->output);
    }
    if ((common->output && !output_is_free(common, common->output))
        || (request->table && !output_is_free(common, request->table))) {
        return SOME_FAILED;
    }
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    exit_status status = inputs.count ? do_inputs(&run, &inputs) : SOME_FAILED;
    inputs_free(&inputs);
    return status;
}

const cli_command evaluate_edges_command = {
    .name = "evaluate edges",
    .summary = "Score of edge maps against boundaries drawn by people",
    .usage = "MAPS... --truth DIR [-o CURVE.png] [options]",
    .details = "The Berkeley boundary benchmark: every map is cut at each threshold, thinned, and matched pixel to "
               "pixel with\n"
               "each annotator's boundaries. ODS is the best F score with one threshold for all pictures, OIS with "
               "the best\n"
               "threshold for each, AP the area under the curve of precision over recall.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(benchmark_request),
    .run = run_benchmark,
};
