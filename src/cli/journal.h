/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_JOURNAL_H
#define OND_CLI_JOURNAL_H

#include "cli/images.h"

/* What is finished of a run, and all that going on with it needs. */
typedef struct run_state {
    image_place place; /* where the next image is taken */
    size_t rows, failed;
    size_t row_bytes, index_bytes; /* of a text of rows, of the index */
    int rank;                      /* of one row */
    size_t shape[OND_MAX_RANK];
    size_t first_size[2];    /* that all images must have; 0: none yet */
    size_t measured_size[2]; /* that plans were measured for; 0: none */
    bool has_plans;          /* all that is known of measured plans is kept beside the journal */
    bool ended;              /* all images are done: files may have their names already */
} run_state;

/* OUTPUT.journal: a line of parameters, then a line for every state that reached the disk. The last one counts. While
 * the run lasts no other process can have it. */
typedef struct run_journal {
    char *path, *plans_path; /* NULL: there is no journal */
    int descriptor;
    bool keeps_plans, plans_grow; /* whether plans are written with the first state; with every state */
    run_state state;
    double interval_s, committed_s; /* time between two states; when the last one was written */
    double started_s;
} run_journal;

typedef enum journal_event {
    JOURNAL_NEW,     /* a run from the beginning */
    JOURNAL_RESUMED, /* `state` is that of the run before */
    JOURNAL_REFUSED  /* complained of */
} journal_event;

/* Begins or goes on with the run that writes `output`. `parameters` are what both runs must agree in; the caller keeps
 * them. A run left before is refused without --resume or --force. */
journal_event journal_open(const cli_request *request, bool resume, const char *output, json_t *parameters,
                           run_journal *journal);
/* Whether so much time has gone by since the last state that the next one should be written. */
bool journal_is_due(const run_journal *journal);
/* The files hold what `state` says: from now on a resumed run starts here. */
ond_status journal_commit(run_journal *journal, const run_state *state);
/* Closes it; removes the files unless the run is to be resumed. */
void journal_close(run_journal *journal, bool keep);

/* A file left by a run that is not resumed. */
void remove_partial(const char *path);

/* The first key in which two objects differ, or NULL. */
const char *first_difference(json_t *a, json_t *b);

#endif
