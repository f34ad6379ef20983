/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/feature_output.h"

#include "cli/arguments.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether a run that is stopped can leave something: it has more than one row and its own place. */
static bool is_resumable(const feature_output *output, size_t expected)
{
    struct stat found;
    const char *path = output->request->common.output;
    const char *index = output->sidecars.index;
    bool is_file = strcmp(path, "-") != 0 && (stat(path, &found) != 0 || S_ISREG(found.st_mode));
    is_file = is_file && (!index || (strcmp(index, "-") != 0 && (stat(index, &found) != 0 || S_ISREG(found.st_mode))));
    return is_file && (expected > 1 || output->rows.format == ROWS_HDF5);
}

/* A resumed run must also find its inputs unchanged: the time of the last change is noted. */
static json_t *journal_parameters(const features_request *request, const input_list *inputs)
{
    static const json_int_t second = 1000000000;
    json_t *object = request_json(request, inputs);
    json_int_t latest = 0;
    struct stat facts;
    for (size_t i = 0; i < inputs->count; i++) {
        bool is_kept = strcmp(inputs->files[i].shown, "-") != 0; /* standard input is copied anew each time */
        if (is_kept && stat(inputs->files[i].path, &facts) == 0) {
            json_int_t time = (json_int_t)facts.st_mtim.tv_sec * second + (json_int_t)facts.st_mtim.tv_nsec;
            latest = time > latest ? time : latest;
        }
    }
    json_object_set_new(object, "shared", json_boolean(request->is_shared));
    json_object_set_new(object, "time of inputs", json_integer(latest));
    if (request->index) {
        json_object_set_new(object, "index", json_text(request->index));
    }
    return object;
}

/* The parameters of the output that is there. */
static json_t *made_with(feature_output *output)
{
    if (output->rows.format != ROWS_HDF5) {
        return json_load_file(output->sidecars.parameters, 0, NULL);
    }
    hdf5_table *table = table_open_complete(output->rows.path);
    json_t *found = table ? table_settings(table) : NULL;
    output->failed = found ? output->rows.table_layout.rows - table_rows(table) : 0;
    table_close(table);
    return found;
}

/* Whether the output is there, made with these parameters. False after a complaint when it was made with others. */
static bool is_complete(feature_output *output)
{
    const features_request *request = output->request;
    json_t *found = made_with(output);
    json_t *wanted = request_json(request, output->inputs);
    bool fine = true;
    const char *key;
    json_t *value, *same = json_object();
    json_object_foreach(wanted, key, value)
    {
        json_object_set(same, key, json_object_get(found, key)); /* it holds facts besides */
    }
    json_object_set(same, "shard", json_object_get(found, "shard")); /* a share is not the whole */
    const char *differing = found ? first_difference(wanted, same) : "they are not to be found";
    if (!found && output->rows.format == ROWS_HDF5) {
        fine = false; /* complained of */
    } else if (differing) {
        fine = false;
        complain("%s: was made with other parameters (%s); --force replaces it", request->common.output, differing);
    } else {
        note(&request->common, "%s: is complete already", request->common.output);
        output->failed += (size_t)json_integer_value(json_object_get(found, "failed"));
    }
    json_decref(same);
    json_decref(found);
    json_decref(wanted);
    return fine;
}

static bool partials_are_free(const feature_output *output)
{
    const char *const paths[] = {output->request->common.output, output->sidecars.index};
    bool fine = true;
    for (size_t i = 0; i < 2 && paths[i] && fine; i++) {
        char *partial = join_text(paths[i], OND_PARTIAL_ENDING);
        fine = output_is_free(&output->request->common, partial);
        free(partial);
    }
    return fine;
}

static bool exists_partial(const char *path)
{
    char *partial = join_text(path, OND_PARTIAL_ENDING);
    bool exists = access(partial, F_OK) == 0;
    free(partial);
    return exists;
}

/* Takes up the files where the journal says that they are whole. */
static output_event resume(feature_output *output)
{
    const run_state *state = &output->journal.state;
    const char *path = output->request->common.output;
    output->state = *state;
    output->failed = state->failed;
    output->done = output->rows.count = state->rows;
    output->rows.rank = state->rank;
    memcpy(output->rows.shape, state->shape, sizeof state->shape);
    output->sidecars.index_bytes = state->index_bytes;
    if (state->ended && !exists_partial(path)) {
        /* Stopped while the files got their names; the rows get theirs last. */
        journal_close(&output->journal, false);
        return OUTPUT_COMPLETE;
    }
    if (rows_resume(&output->rows, state->row_bytes)) {
        complain_of_rows(&output->rows);
        return OUTPUT_REFUSED;
    }
    const char *index = output->sidecars.index;
    bool has_index = index && (!state->ended || exists_partial(index)); /* else it has its name already */
    if (has_index && sidecars_resume(&output->sidecars)) {
        complain_of(output->sidecars.index);
        return OUTPUT_REFUSED;
    }
    if (!output->request->is_shared) {
        note(&output->request->common, "%s: going on after %zu images", path, state->rows);
    }
    return OUTPUT_READY;
}

static bool may_begin(const feature_output *output)
{
    const features_request *request = output->request;
    return output_is_free(&request->common, request->common.output) && sidecars_are_free(request, &output->sidecars);
}

static output_event open_journal(feature_output *output)
{
    const features_request *request = output->request;
    const char *path = request->common.output;
    char *journal_path = join_text(path, ".journal");
    bool has_journal = access(journal_path, F_OK) == 0;
    free(journal_path);
    if (!has_journal && request->run.resume && access(path, F_OK) == 0 && !request->common.force) {
        return is_complete(output) ? OUTPUT_COMPLETE : OUTPUT_REFUSED;
    }
    if (!has_journal && !partials_are_free(output)) {
        return OUTPUT_REFUSED;
    }
    if (!(has_journal && request->run.resume) && !may_begin(output)) {
        return OUTPUT_REFUSED;
    }
    json_t *parameters = journal_parameters(request, output->inputs);
    journal_event event = journal_open(&request->common, request->run.resume, path, parameters, &output->journal);
    json_decref(parameters);
    output->rows.continues = output->sidecars.continues = true;
    if (event == JOURNAL_RESUMED) {
        return resume(output);
    }
    if (event == JOURNAL_NEW && has_journal && !may_begin(output)) {
        journal_close(&output->journal, false);
        event = JOURNAL_REFUSED;
    }
    return event == JOURNAL_NEW ? OUTPUT_READY : OUTPUT_REFUSED;
}

static void read_plans(const feature_output *output)
{
    if (output->journal.path && output->journal.state.has_plans) {
        ignore(ond_wisdom_read(output->journal.plans_path));
    } else if (!plans_are_fixed(output->request)) {
        ignore(ond_wisdom_read(NULL));
    }
}

/* What an HDF5 file holds besides the rows. */
static void lay_out(feature_output *output, size_t expected)
{
    const input_list *inputs = output->inputs;
    json_t *parameters = request_json(output->request, inputs);
    const char **names = allocate(inputs->count, sizeof *names);
    for (size_t i = 0; i < inputs->count; i++) {
        names[i] = inputs->files[i].shown;
    }
    output->rows.table_layout = (table_layout){
        .rows = expected,
        .names = names,
        .name_count = inputs->count,
        .parameters = json_dumps(parameters, JSON_INDENT(2) | JSON_REAL_PRECISION(PARAMETER_DIGITS)),
    };
    json_decref(parameters);
}

output_event output_open(const features_request *request, const input_list *inputs, size_t expected,
                         channel_namer namer, const void *namer_context, feature_output *output)
{
    const char *path = request->common.output;
    *output = (feature_output){.request = request, .inputs = inputs, .failed = inputs->failed};
    output->rows
        = (feature_rows){.path = path, .format = rows_format_of(path), .namer = namer, .namer_context = namer_context};
    if (!sidecars_plan(request, &output->sidecars)) {
        return OUTPUT_REFUSED;
    }
    if (output->rows.format == ROWS_HDF5) {
        lay_out(output, expected);
    }
    output_event event = OUTPUT_REFUSED;
    if (is_resumable(output, expected)) {
        event = open_journal(output);
        signals_hint("the same command with --resume goes on");
    } else if (may_begin(output)) {
        event = OUTPUT_READY;
    }
    output->journal.keeps_plans = !plans_are_fixed(request);
    output->journal.plans_grow = output->journal.keeps_plans && was_given(&request->common, "planning");
    if (event == OUTPUT_READY) {
        read_plans(output);
    }
    return event;
}

static void start_rows(feature_output *output, const image_origin *origin)
{
    if (output->rows.count == 0) {
        output->rows.single = output->inputs->is_single && !origin->is_item && !output->journal.path;
    }
}

static void note_facts(const image_origin *origin, size_t height, size_t width, row_facts facts)
{
    facts[0] = (int64_t)origin->input;
    facts[1] = origin->is_item ? (int64_t)origin->item : 0;
    facts[2] = (int64_t)height;
    facts[3] = (int64_t)width;
}

/* The row is there, or `status` says why not. */
static bool note_row(feature_output *output, ond_status status, const image_origin *origin, size_t height, size_t width)
{
    if (status != OND_OK) {
        complain_of_rows(&output->rows);
        output->broken = true;
    } else if (sidecars_append(&output->sidecars, origin, output->rows.count - 1, height, width)) {
        complain_of(output->sidecars.index);
        output->broken = true;
    }
    output->done += !output->broken;
    return !output->broken;
}

bool output_append(feature_output *output, const image_origin *origin, const ond_array *row, size_t height,
                   size_t width)
{
    row_facts facts;
    note_facts(origin, height, width, facts);
    start_rows(output, origin);
    if (!output->take) {
        return note_row(output, rows_append(&output->rows, row, facts), origin, height, width);
    }
    output->broken = !output->take(output->take_context, row, facts);
    output->done += !output->broken;
    return !output->broken;
}

bool output_append_stored(feature_output *output, const image_origin *origin, const ond_planes *row, size_t height,
                          size_t width)
{
    row_facts facts;
    note_facts(origin, height, width, facts);
    start_rows(output, origin);
    ond_status status = rows_append_stored(&output->rows, row, facts);
    return note_row(output, status, origin, height, width);
}

/* Everything so far reaches the disk, the journal last. */
static ond_status commit(feature_output *output, bool ended)
{
    run_state *state = &output->state;
    state->ended = ended;
    if (rows_commit(&output->rows, &state->row_bytes)) {
        complain_of_rows(&output->rows);
        return OND_ERROR_IO;
    }
    if (output->sidecars.index_file && ond_file_commit(output->sidecars.index_file, &state->index_bytes)) {
        complain_of(output->sidecars.index);
        return OND_ERROR_IO;
    }
    return journal_commit(&output->journal, state);
}

void output_settle(feature_output *output, image_place place)
{
    run_state *state = &output->state;
    if (output->broken || output->take) {
        return;
    }
    state->place = place;
    state->rows = output->rows.count;
    state->failed = output->failed;
    state->rank = output->rows.rank;
    memcpy(state->shape, output->rows.shape, sizeof state->shape);
    if (journal_is_due(&output->journal) && state->rows > 0) {
        output->broken = commit(output, false) != OND_OK;
    }
}

/* Stopped or broken: what is done stays for --resume. */
static void keep_for_later(feature_output *output)
{
    const char *path = output->request->common.output;
    if (!output->journal.path) {
        return;
    }
    if (output->state.rows > output->journal.state.rows && !output->broken) {
        output->broken = commit(output, false) != OND_OK;
    }
    size_t kept = output->journal.state.rows;
    if (kept > 0) {
        note(&output->request->common, "%s: %zu images are done; the same command with --resume goes on", path, kept);
    } else {
        remove_partial(path);
        if (output->sidecars.index) {
            remove_partial(output->sidecars.index);
        }
    }
    journal_close(&output->journal, kept > 0);
    signals_hint(NULL);
}

/* Gives the files their names, the rows last: who sees them sees all. */
static bool complete(feature_output *output, const ond_scattering *scattering)
{
    feature_facts facts = {output->request, output->inputs, &output->rows, scattering, output->done, output->failed};
    if (output->journal.path && commit(output, true)) {
        output->broken = true;
        return false;
    }
    bool fine = sidecars_finish(&output->sidecars, &facts, true);
    if (fine && rows_finish(&output->rows, true)) {
        complain_of_rows(&output->rows);
        fine = false;
    }
    output->broken = !fine;
    if (fine && output->journal.path) {
        journal_close(&output->journal, false);
    }
    return fine;
}

/* A share all of whose images failed is a file too: merge wants every share. */
static bool open_empty_share(feature_output *output)
{
    ond_status status = rows_open_empty(&output->rows);
    if (status != OND_OK) {
        complain_of_rows(&output->rows);
    } else if ((status = sidecars_open_empty(&output->sidecars)) != OND_OK) {
        complain_of(output->sidecars.index);
    }
    output->broken = status != OND_OK;
    return !output->broken;
}

bool output_finish(feature_output *output, const ond_scattering *scattering)
{
    bool is_stopped = output->broken || stop_signal(), is_share = output->request->shard_count > 0;
    bool has_rows = output->done > 0 || (is_share && !is_stopped && open_empty_share(output));
    bool fine = !is_stopped && has_rows && complete(output, scattering);
    if (!fine) {
        keep_for_later(output);
    }
    return fine;
}

void output_close(feature_output *output)
{
    ignore(rows_finish(&output->rows, false));
    free(output->rows.table_layout.parameters);
    free((void *)output->rows.table_layout.names);
    sidecars_free(&output->sidecars);
    journal_close(&output->journal, true);
}

void output_summary(const feature_output *output, double elapsed_s)
{
    const cli_request *request = &output->request->common;
    size_t shape[OND_MAX_RANK];
    int rank = rows_shape(&output->rows, shape);
    char text[SHAPE_TEXT];
    double rate = (double)output->done / (elapsed_s > 0 ? elapsed_s : 1);
    note(request, "%s: %zu done, %zu failed, %s, %.2f s, %.4g images/s", output->rows.path, output->done,
         output->failed, shape_text(rank, shape, text), elapsed_s, rate);
    if (request->json) {
        json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "features");
        json_object_set_new(object, "output", json_text(output->rows.path));
        json_object_set_new(object, "shape", json_shape(rank, shape));
        json_object_set_new(object, "done", json_integer((json_int_t)output->done));
        json_object_set_new(object, "failed", json_integer((json_int_t)output->failed));
        json_object_set_new(object, "seconds", json_number(elapsed_s));
        json_print(object);
    }
}
