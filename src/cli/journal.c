/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Seconds between two states: a hundredth of the run, within these bounds, and twenty times what writing one takes. */
static const double shortest_s = 0.1, longest_s = 10, share = 0.01, times_cost = 20;

enum { COMPACT = JSON_COMPACT | JSON_SORT_KEYS };

static char *partial_path(const char *path)
{
    return join_text(path, OND_PARTIAL_ENDING);
}

void remove_partial(const char *path)
{
    char *partial = partial_path(path);
    unlink(partial);
    free(partial);
}

const char *first_difference(json_t *a, json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value)
    {
        json_t *other = json_object_get(b, key);
        if (!json_equal(value, other)) {
            const char *inner = json_is_object(value) && json_is_object(other) ? first_difference(value, other) : NULL;
            return inner ? inner : key;
        }
    }
    json_object_foreach(b, key, value)
    {
        if (!json_object_get(a, key)) {
            return key;
        }
    }
    return NULL;
}

/* --- states as lines --- */

/* A new text without the end of the line. */
static char *state_text(const run_state *state)
{
    json_t *object = json_pack("{s:I, s:I, s:b, s:b}", "rows", (json_int_t)state->rows, "failed",
                               (json_int_t)state->failed, "plans", state->has_plans, "ended", state->ended);
    const size_t place[2] = {state->place.file, state->place.item};
    const size_t bytes[2] = {state->row_bytes, state->index_bytes};
    json_object_set_new(object, "place", json_shape(2, place));
    json_object_set_new(object, "bytes", json_shape(2, bytes));
    json_object_set_new(object, "shape", json_shape(state->rank, state->shape));
    json_object_set_new(object, "first", json_shape(2, state->first_size));
    json_object_set_new(object, "measured", json_shape(2, state->measured_size));
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

/* Reads up to `most` numbers; -1: there are others. */
static int scan_sizes(json_t *object, const char *key, int most, size_t *sizes)
{
    json_t *array = json_object_get(object, key), *value;
    size_t i;
    if (!json_is_array(array) || json_array_size(array) > (size_t)most) {
        return -1;
    }
    json_array_foreach(array, i, value)
    {
        if (!json_is_integer(value) || json_integer_value(value) < 0) {
            return -1;
        }
        sizes[i] = (size_t)json_integer_value(value);
    }
    return (int)json_array_size(array);
}

static bool scan_state(const char *line, run_state *state)
{
    json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
    size_t place[2], bytes[2];
    json_int_t rows = -1, failed = -1;
    int has_plans = 0, ended = 0;
    bool fine = object
                && json_unpack(object, "{s:I, s:I, s:b, s:b}", "rows", &rows, "failed", &failed, "plans", &has_plans,
                               "ended", &ended)
                       == 0
                && rows > 0 && failed >= 0 && scan_sizes(object, "place", 2, place) == 2
                && scan_sizes(object, "bytes", 2, bytes) == 2 && scan_sizes(object, "first", 2, state->first_size) == 2
                && scan_sizes(object, "measured", 2, state->measured_size) == 2;
    state->rank = fine ? scan_sizes(object, "shape", OND_MAX_RANK - 1, state->shape) : -1;
    if (fine) {
        state->rows = (size_t)rows;
        state->failed = (size_t)failed;
        state->place = (image_place){place[0], place[1]};
        state->row_bytes = bytes[0];
        state->index_bytes = bytes[1];
        state->has_plans = has_plans;
        state->ended = ended;
    }
    json_decref(object);
    return fine && state->rank > 0;
}

/* --- the file --- */

static bool complain_of_journal(const run_journal *journal)
{
    complain("%s: %s", journal->path, strerror(errno));
    return false;
}

/* The whole journal as a text; NULL after a complaint. */
static char *read_text(const run_journal *journal)
{
    struct stat found;
    if (fstat(journal->descriptor, &found) != 0) {
        complain_of_journal(journal);
        return NULL;
    }
    size_t size = (size_t)found.st_size, used = 0;
    char *text = allocate(size + 1, 1);
    while (used < size) {
        ssize_t got = pread(journal->descriptor, text + used, size - used, (off_t)used);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    text[used] = '\0';
    return text;
}

/* The last line that was written whole, and is not the first; the text ends behind it. NULL: there is none. */
static char *last_line(char *text)
{
    char *end = strrchr(text, '\n');
    if (!end) {
        return NULL;
    }
    end[1] = '\0';
    *end = '\0';
    char *before = strrchr(text, '\n');
    *end = '\n';
    return before ? before + 1 : NULL;
}

static bool check_parameters(const run_journal *journal, const char *text, json_t *wanted)
{
    json_t *found = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
    const char *key = found ? first_difference(wanted, found) : "";
    if (!found) {
        complain("%s: is damaged; --force without --resume starts again", journal->path);
    } else if (key) {
        complain("%s: the run before had other parameters (%s); --force without --resume starts again", journal->path,
                 key);
    }
    bool fine = found && !key;
    json_decref(found);
    return fine;
}

/* Reads the last state of an earlier run from its line. */
static bool read_state(run_journal *journal, const char *text, const char *line, json_t *parameters)
{
    if (!check_parameters(journal, text, parameters)) {
        return false;
    }
    if (!scan_state(line, &journal->state)) {
        complain("%s: is damaged; --force without --resume starts again", journal->path);
        return false;
    }
    if (journal->state.has_plans && access(journal->plans_path, R_OK) != 0) {
        complain("%s: %s; --force without --resume starts again", journal->plans_path, strerror(errno));
        return false;
    }
    /* A line that was cut short goes. */
    return ftruncate(journal->descriptor, (off_t)strlen(text)) == 0 || complain_of_journal(journal);
}

static ond_status put(const run_journal *journal, const char *text, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(journal->descriptor, text, bytes);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            complain_of_journal(journal);
            return OND_ERROR_IO;
        }
        text += written;
        bytes -= (size_t)written;
    }
    return OND_OK;
}

/* Takes the text. */
static ond_status put_line(const run_journal *journal, char *text)
{
    char *line = text ? join_text(text, "\n") : NULL;
    ond_status status = line ? put(journal, line, strlen(line)) : OND_ERROR_MEMORY;
    free(text);
    free(line);
    return status;
}

/* Starts the file anew, with the parameters alone. */
static bool write_parameters(const run_journal *journal, json_t *parameters)
{
    return (ftruncate(journal->descriptor, 0) == 0 || complain_of_journal(journal))
           && put_line(journal, json_dumps(parameters, COMPACT)) == OND_OK;
}

static bool lock(const run_journal *journal)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(journal->descriptor, F_SETLK, &whole) == 0 || errno == ENOLCK || errno == ENOSYS) {
        return true;
    }
    complain("%s: another process is at this run", journal->path);
    return false;
}

/* Whether a run was left before, and may be gone on with or replaced. */
static journal_event look_for_run(const cli_request *request, bool resume, run_journal *journal, const char *output,
                                  json_t *parameters)
{
    char *text = read_text(journal), *line = text ? last_line(text) : NULL;
    journal_event event = text ? JOURNAL_NEW : JOURNAL_REFUSED;
    if (line && resume) {
        event = read_state(journal, text, line, parameters) ? JOURNAL_RESUMED : JOURNAL_REFUSED;
    } else if (line && !request->force) {
        complain("%s: a run before was stopped; --resume goes on with it, --force starts again", output);
        event = JOURNAL_REFUSED;
    }
    if (event == JOURNAL_NEW && !write_parameters(journal, parameters)) {
        unlink(journal->path); /* nothing to go on with */
        event = JOURNAL_REFUSED;
    }
    free(text);
    return event;
}

journal_event journal_open(const cli_request *request, bool resume, const char *output, json_t *parameters,
                           run_journal *journal)
{
    *journal = (run_journal){
        .path = join_text(output, ".journal"),
        .plans_path = join_text(output, ".plans"),
        .interval_s = shortest_s,
        .started_s = seconds_now(),
    };
    journal->committed_s = journal->started_s;
    journal->descriptor
        = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, (mode_t)0666);
    if (journal->descriptor < 0) {
        complain_of_journal(journal);
        journal_close(journal, true);
        return JOURNAL_REFUSED;
    }
    journal_event event = lock(journal) ? look_for_run(request, resume, journal, output, parameters) : JOURNAL_REFUSED;
    if (event == JOURNAL_REFUSED) {
        journal_close(journal, true);
    }
    return event;
}

bool journal_is_due(const run_journal *journal)
{
    return journal->path && seconds_now() - journal->committed_s >= journal->interval_s;
}

ond_status journal_commit(run_journal *journal, const run_state *state)
{
    double began = seconds_now();
    bool has_plans = journal->state.has_plans;
    journal->state = *state;
    journal->state.has_plans = has_plans;
    if (journal->plans_grow || (journal->keeps_plans && !has_plans)) {
        ond_status status = ond_wisdom_write(journal->plans_path);
        if (status != OND_OK) {
            complain_of(journal->plans_path);
            return status;
        }
        journal->state.has_plans = access(journal->plans_path, F_OK) == 0; /* some libraries measure nothing */
    }
    ond_status status = put_line(journal, state_text(&journal->state));
    if (status == OND_OK && fdatasync(journal->descriptor) != 0 && errno != EINVAL && errno != EROFS) {
        complain_of_journal(journal);
        status = OND_ERROR_IO;
    }
    journal->committed_s = seconds_now();
    double interval = share * (journal->committed_s - journal->started_s);
    double cost = times_cost * (journal->committed_s - began);
    interval = interval > shortest_s ? interval : shortest_s;
    interval = interval > cost ? interval : cost;
    journal->interval_s = interval < longest_s ? interval : longest_s;
    return status;
}

void journal_close(run_journal *journal, bool keep)
{
    if (journal->path && !keep) {
        unlink(journal->plans_path);
        unlink(journal->path);
    }
    if (journal->path && journal->descriptor >= 0) {
        close(journal->descriptor);
    }
    free(journal->path);
    free(journal->plans_path);
    *journal = (run_journal){0};
}
