/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_SIDECAR_H
#define OND_CLI_SIDECAR_H

#include "cli/features.h"
#include "cli/rows.h"

/* What stands beside a feature file, by default under its name without the ending: NAME.index.csv and NAME.json. NULL:
 * not written; an HDF5 file holds both itself. */
typedef struct sidecar_set {
    char *index, *parameters, *paths;
    ond_file *index_file;
    bool continues; /* the index outlives the process; its first `index_bytes` bytes are kept */
    size_t index_bytes;
} sidecar_set;

/* Where they are. False, after a complaint, when one would be the output itself. */
bool sidecars_plan(const features_request *request, sidecar_set *sidecars);
/* False, after a complaint, when one of them exists already and may not be replaced. */
bool sidecars_are_free(const features_request *request, const sidecar_set *sidecars);

/* "digits.npy" → "digits" + ending, a new text. */
char *beside(const char *output, const char *ending);

/* All parameters of a run, as its parameters' file and its journal have them. */
json_t *request_json(const features_request *request, const input_list *inputs);
/* Takes up the index of an earlier run behind its first `index_bytes` bytes. */
ond_status sidecars_resume(sidecar_set *sidecars);
/* The index of a share without rows. */
ond_status sidecars_open_empty(sidecar_set *sidecars);
/* One row of the index: where the features' row comes from. */
ond_status sidecars_append(sidecar_set *sidecars, const image_origin *origin, size_t row, size_t height, size_t width);

/* What the parameters' file tells. */
typedef struct feature_facts {
    const features_request *request;
    const input_list *inputs;
    const feature_rows *rows;
    const ond_scattering *scattering; /* NULL: the features are codes */
    size_t done, failed;
} feature_facts;

/* Completes all of them, or removes the partial ones when `keep` is false. Complains when it fails. */
bool sidecars_finish(sidecar_set *sidecars, const feature_facts *facts, bool keep);

void sidecars_free(sidecar_set *sidecars);

/* The channel namer of a ond_scattering: "s2_j0_l3_j1_l5"; "r_", "g_", "b_" before it when there are colours. */
typedef struct path_namer {
    const ond_scattering *scattering;
    bool is_color;
} path_namer;
void name_path(const void *context, size_t channel, char name[CHANNEL_NAME]);

#endif
