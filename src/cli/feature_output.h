/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_FEATURE_OUTPUT_H
#define OND_CLI_FEATURE_OUTPUT_H

#include "cli/features.h"
#include "cli/journal.h"
#include "cli/rows.h"
#include "cli/sidecar.h"

/* All that a run of `features` writes: rows, what stands beside them, and the journal by which a run that was stopped
 * can be resumed. */
typedef struct feature_output {
    const features_request *request;
    const input_list *inputs;
    feature_rows rows;
    sidecar_set sidecars;
    run_journal journal;
    run_state state; /* of what has been appended; kept by the walk as far as it knows more than this file */
    size_t done, failed;
    bool (*take)(void *context, const ond_array *row, const row_facts facts); /* instead of all files; NULL: none */
    void *take_context;
    bool broken; /* an output cannot be written: there is no sense in going on */
} feature_output;

typedef enum output_event { OUTPUT_READY, OUTPUT_COMPLETE, OUTPUT_REFUSED } output_event;

/* Begins the output of `expected` images or goes on with it: `output->state` says where. OUTPUT_COMPLETE: with
 * --resume, it was complete before; OUTPUT_REFUSED: complained of. output_close in any case. */
output_event output_open(const features_request *request, const input_list *inputs, size_t expected,
                         channel_namer namer, const void *namer_context, feature_output *output);

/* Appends one image's row; false, after a complaint, when it cannot be written. */
bool output_append(feature_output *output, const image_origin *origin, const ond_array *row, size_t height,
                   size_t width);
/* The same for features that are not in memory. */
bool output_append_stored(feature_output *output, const image_origin *origin, const ond_planes *row, size_t height,
                          size_t width);
/* All images before `place` are appended or failed: from time to time this is put on record. */
void output_settle(feature_output *output, image_place place);
/* Completes all files when at least one image was done; keeps what is done of a run that was stopped. True when they
 * are complete. `scattering`: NULL when the features are codes. */
bool output_finish(feature_output *output, const ond_scattering *scattering);
void output_close(feature_output *output);

/* One line on what was done. */
void output_summary(const feature_output *output, double elapsed_s);

#endif
