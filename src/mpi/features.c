/* SPDX-License-Identifier: BSD-3-Clause */
#include "mpi/features.h"

#include "cli/signals.h"

#include "mpi/run.h"
#include <stdlib.h>
#include <string.h>

/* Images that a process takes at a time: enough that asking for them costs nothing, few enough that all processes end
 * at the same time. It depends on the number of images alone, so that other processes can go on. */
enum { FEWEST = 16, MOST = 4096, CHUNKS_WANTED = 1 << 16 };

static bool all_agree(bool fine)
{
    int mine = fine, all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    return all;
}

/* --- inputs --- */

/* Every process finds the inputs itself; they must be the same. */
static bool same_inputs(const shared_run *run)
{
    json_t *mine = request_json(run->request, &run->inputs);
    char *text = json_dumps(mine, JSON_COMPACT);
    size_t length = strlen(text) + 1, first_length = length;
    MPI_Bcast(&first_length, 1, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
    char *first = allocate(first_length, 1);
    memcpy(first, text, run->rank == 0 ? length : 0);
    MPI_Bcast(first, (int)first_length, MPI_CHAR, 0, MPI_COMM_WORLD);
    bool same = strcmp(first, text) == 0;
    if (!same) {
        report_silence(false);
        complain("process %d finds other inputs than the first process", run->rank);
    }
    free(first);
    free(text);
    json_decref(mine);
    return all_agree(same);
}

static bool find_images(shared_run *run)
{
    const cli_request *common = &run->request->common;
    report_silence(run->rank != 0);
    run->inputs = inputs_expand(common, common->inputs, common->input_count);
    if (!all_agree(run->inputs.count > 0) || !same_inputs(run)) {
        return false;
    }
    report_silence(false);
    if (run->rank == 0) {
        run->map = map_images(&run->inputs); /* opens every file: once is enough */
    } else {
        run->map = (image_map){.before = allocate(run->inputs.count + 1, sizeof *run->map.before),
                               .files = run->inputs.count};
    }
    MPI_Bcast(run->map.before, (int)run->inputs.count + 1, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
    run->images = run->map.before[run->map.files];
    size_t chunk = run->images / CHUNKS_WANTED;
    run->chunk = chunk < FEWEST ? FEWEST : chunk > MOST ? MOST : chunk;
    run->chunks = (run->images + run->chunk - 1) / run->chunk;
    return true;
}

/* --- the output, by the first process --- */

typedef struct first_row {
    int rank;
    size_t shape[OND_MAX_RANK];
} first_row;

static bool note_shape(void *context, const ond_array *row, const row_facts facts)
{
    first_row *first = context;
    (void)facts;
    first->rank = row->rank;
    memcpy(first->shape, row->shape, sizeof first->shape);
    return true;
}

/* Computes the first image that can be, for the shape of all rows. What cannot be is named in its turn. */
static bool find_shape(shared_run *run, first_row *first)
{
    feature_job *job = &run->job;
    image_stream stream = open_images(run->request, &run->inputs);
    ond_array image = {0};
    image_event event;
    first->rank = 0;
    job->output.take = note_shape;
    job->output.take_context = first;
    report_silence(true);
    while (first->rank == 0 && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        if (event == IMAGE_READY) {
            batch_take(job, &stream.origin, &image);
            batch_flush(job, job->after);
        }
    }
    report_silence(false);
    image_stream_close(&stream);
    ond_array_free(&image);
    if (first->rank == 0) {
        complain("%s: none of the images can be computed", run->request->common.output);
    }
    return first->rank > 0;
}

static bool make_output(shared_run *run)
{
    feature_output *output = &run->job.output;
    table_layout *layout = &output->rows.table_layout;
    first_row first;
    ledgers_remove(output->rows.path); /* of a run that is not resumed */
    if (!find_shape(run, &first)) {
        return false;
    }
    layout->rank = first.rank;
    memcpy(layout->shape, first.shape, sizeof first.shape);
    if (!table_create(output->rows.path, layout)) {
        return false;
    }
    run_state state = {.rows = run->images, .rank = first.rank, .first_size = {run->job.height, run->job.width}};
    memcpy(state.shape, first.shape, sizeof first.shape);
    return journal_commit(&output->journal, &state) == OND_OK;
}

/* OUTPUT_READY: all processes can begin. */
static output_event begin(shared_run *run)
{
    feature_output *output = &run->job.output;
    output_event event = output_open(run->request, &run->inputs, run->images, name_path, &run->namer, output);
    table_close(output->rows.table); /* all will open it together */
    output->rows.table = NULL;
    bool is_new = event == OUTPUT_READY && output->journal.state.rows == 0;
    if (is_new && !make_output(run)) {
        remove_partial(output->rows.path);
        journal_close(&output->journal, false);
        return OUTPUT_REFUSED;
    }
    if (event == OUTPUT_READY && !ledgers_read(output->rows.path, run->chunks, &run->before)) {
        return OUTPUT_REFUSED;
    }
    if (event == OUTPUT_READY && !is_new) {
        size_t done = run->before.done * run->chunk;
        note(&run->request->common, "%s: going on after %zu images", output->rows.path,
             done < run->images ? done : run->images);
    }
    return event;
}

/* What the first process has found out reaches all. */
static output_event begin_all(shared_run *run)
{
    int event = OUTPUT_REFUSED;
    size_t size[2] = {0};
    if (run->rank == 0) {
        event = begin(run);
        memcpy(size, run->job.output.journal.state.first_size, sizeof size);
    }
    MPI_Bcast(&event, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (event != OUTPUT_READY) {
        return (output_event)event;
    }
    MPI_Bcast(size, 2, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
    run->job.height = size[0];
    run->job.width = size[1];
    if (run->rank != 0) {
        run->before = (ledger_sum){.is_done = allocate(run->chunks, 1), .chunks = run->chunks};
    }
    MPI_Bcast(run->before.is_done, (int)run->chunks, MPI_UNSIGNED_CHAR, 0, MPI_COMM_WORLD);
    MPI_Comm all = MPI_COMM_WORLD;
    const char *path = run->request->common.output;
    run->table = table_open(path, &all);
    bool fine = run->table && ledger_open(path, run->rank, &run->own);
    return all_agree(fine) ? OUTPUT_READY : OUTPUT_REFUSED;
}

/* --- the end, by the first process --- */

typedef struct missing_rows {
    const ledger_sum *sum;
    size_t next; /* rows are asked for in order */
} missing_rows;

static bool is_missing(void *context, size_t row)
{
    missing_rows *rows = context;
    bool missing = rows->next < rows->sum->missing_count && rows->sum->missing[rows->next] == row;
    rows->next += missing;
    return missing;
}

static exit_status complete(shared_run *run, const ledger_sum *sum, double elapsed_s)
{
    feature_output *output = &run->job.output;
    missing_rows rows = {sum, 0};
    size_t done = run->images - sum->missing_count, failed = run->inputs.failed + sum->missing_count;
    if (done == 0 || !table_finish(output->rows.path, done, is_missing, &rows)) {
        return SOME_FAILED;
    }
    ledgers_remove(output->rows.path);
    journal_close(&output->journal, false);
    output->done = output->rows.count = done;
    output->failed = failed;
    output_summary(output, elapsed_s);
    return failed == 0 ? ALL_DONE : SOME_FAILED;
}

static exit_status end(shared_run *run, double elapsed_s)
{
    feature_output *output = &run->job.output;
    ledger_sum sum;
    exit_status status = SOME_FAILED;
    if (ledgers_read(output->rows.path, run->chunks, &sum)) {
        const run_state *state = &output->journal.state;
        output->rows.rank = state->rank;
        memcpy(output->rows.shape, state->shape, sizeof state->shape);
        if (sum.done == sum.chunks) {
            status = complete(run, &sum, elapsed_s);
        } else {
            note(&run->request->common, "%s: %zu of %zu images are done; the same command with --resume goes on",
                 output->rows.path, sum.done * run->chunk, run->images);
        }
    }
    ledger_sum_free(&sum);
    return status;
}

static exit_status compute(shared_run *run)
{
    double started = seconds_now();
    output_event event = begin_all(run);
    int status = event == OUTPUT_COMPLETE && run->job.output.failed == 0 ? ALL_DONE : SOME_FAILED;
    if (event == OUTPUT_READY) {
        run_chunks(run);
    }
    table_close(run->table);
    ledger_close(&run->own);
    MPI_Barrier(MPI_COMM_WORLD);
    if (event == OUTPUT_READY && run->rank == 0) {
        status = end(run, seconds_now() - started);
    }
    MPI_Bcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return (exit_status)status;
}

static exit_status check(const features_request *request)
{
    const cli_command *command = request->common.command;
    const char *output = request->common.output;
    if (request->features.transform != FEATURES_SCATTERING || request->features.energy) {
        return wrong_usage(command, "ondelet-mpi computes scattering features");
    }
    if (rows_format_of(output) != ROWS_HDF5 || request->shard || request->index || request->paths) {
        return wrong_usage(command, "ondelet-mpi writes one .h5 file, without --shard, --index or --paths");
    }
    for (size_t i = 0; i < request->common.input_count; i++) {
        if (strcmp(request->common.inputs[i], "-") == 0 || strcmp(request->common.inputs[i], "@-") == 0) {
            return wrong_usage(command, "ondelet-mpi cannot read standard input");
        }
    }
    return ALL_DONE;
}

static exit_status run_shared(cli_request *common)
{
    shared_run run = {.request = (features_request *)common};
    MPI_Comm_rank(MPI_COMM_WORLD, &run.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &run.size);
    run.request->is_shared = true;
    report_silence(run.rank != 0);
    exit_status status = features_check(run.request);
    status = status == ALL_DONE ? check(run.request) : status;
    if (status == ALL_DONE && find_images(&run)) {
        run.job = (feature_job){
            .request = run.request,
            .inputs = &run.inputs,
            .output = {.request = run.request, .inputs = &run.inputs},
        };
        report_silence(run.rank != 0);
        status = plans_create(run.request, run.images, &run.job.plans);
        report_silence(false);
        run.namer = (path_namer){run.job.plans.quick, run.request->features.color == OND_RGB};
        status = status == ALL_DONE ? compute(&run) : status;
        output_close(&run.job.output);
        plans_destroy(&run.job.plans);
    } else if (status == ALL_DONE) {
        status = SOME_FAILED;
    }
    ledger_sum_free(&run.before);
    map_free(&run.map);
    inputs_free(&run.inputs);
    return status;
}

const cli_command shared_features_command = {
    .name = "features",
    .summary = "Scattering features of images, computed by many processes",
    .usage = "INPUT... -o OUTPUT.h5 [options]",
    .details
    = "Started by mpirun, srun or what your cluster has: every process computes, and the file is that of\n"
      "ondelet features --planning estimate, byte for byte, whatever the number of processes. Processes have one\n"
      "thread unless --threads says otherwise. A run that was killed goes on with --resume, also with another\n"
      "number of processes.",
    .groups = features_groups,
    .texts = features_texts,
    .request_size = sizeof(features_request),
    .run = run_shared,
};
