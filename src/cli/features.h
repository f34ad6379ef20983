/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_FEATURES_H
#define OND_CLI_FEATURES_H

#include "cli/bank.h"
#include "cli/images.h"

typedef enum feature_pool { POOL_NONE, POOL_MEAN } feature_pool;

typedef enum feature_transform { FEATURES_SCATTERING, FEATURES_CSC } feature_transform;

typedef struct features_config {
    feature_transform transform;
    feature_pool pool;
    int color;       /* OND_GRAY, OND_RGB */
    int standardize; /* 0/1: zero mean, unit variance per image */
    int energy;      /* 0/1 */
} features_config;

/* Of --transform csc. */
typedef struct code_config {
    double smoothness;
    int effective; /* 0/1: the deepest codes in the product of all layers */
} code_config;

/* Runs that are stopped, and runs that share out their images. */
typedef struct run_config {
    int resume; /* 0/1 */
} run_config;

typedef struct features_request {
    cli_request common;
    features_config features;
    run_config run;
    bank_config bank;
    ond_scattering_config scattering;
    code_config csc;
    ond_pursuit_config pursuit;
    const char *dictionary, *lambdas;
    ond_fit_config fit;
    const char *paths, *index, *resize, *crop, *pad, *shard;
    int pad_height, pad_width;    /* of --pad; 0: not */
    int shard_index, shard_count; /* of --shard; 0 of 0 without */
    bool is_shared;               /* many processes at one output: ondelet-mpi */
} features_request;

/* The options of the command. */
extern const option_group features_groups[];
extern const text_option features_texts[];

/* Whether all that was asked for fits together; reads what is given as text. */
exit_status features_check(features_request *request);

const ond_option *features_options(void);
const ond_option *features_code_options(void);

/* Images of any sizes may be mixed: there is one number per channel. */
bool takes_any_size(const features_request *request);

/* Whether FFTs are planned in the same way on every machine, without measuring and without what was measured before, so
 * that the features are the same bits: with --planning estimate, and for a shard. */
bool plans_are_fixed(const features_request *request);

/* The scattering plans of a request. With --planning the user's; else quickly planned, but measured for the first size
 * of images when there are many of it. What is chosen does not depend on where a run was stopped and resumed. */
typedef struct feature_plans {
    const features_request *request;
    size_t expected; /* number of images */
    ond_scattering *quick, *measured;
    bool is_decided;
    size_t measured_size[2]; /* 0: none */
} feature_plans;

/* ALL_DONE, or WRONG_USAGE when the options do not fit together. */
exit_status plans_create(const features_request *request, size_t expected, feature_plans *plans);
/* For the next `run` images of one size. NULL after a complaint. */
const ond_scattering *plans_choose(feature_plans *plans, size_t height, size_t width, size_t run);
void plans_destroy(feature_plans *plans);

/* Standardizes and pads an image as the request says; false after a complaint. `named`: see complain_of_size. */
bool prepare_image(const features_request *request, const image_origin *origin, ond_array *image, size_t *named);
/* The size that it has then. */
void prepared_size(const features_request *request, const ond_array *image, size_t *height, size_t *width);

/* Gives an image zero mean and unit variance; false, after a complaint, when it is constant. Non-finite samples are
 * left to the library to name. */
bool standardize(const image_origin *origin, ond_array *image);
/* The same for one that is not in memory. */
bool standardize_stored(const image_origin *origin, const ond_planes *image);

/* The images of a request, one after the other. */
image_stream open_images(const features_request *request, const input_list *inputs);

/* The first and the last place of the images that a request wants, and their number. WRONG_USAGE when a shard would be
 * empty. */
exit_status shard_bounds(const features_request *request, const image_map *map, image_place *from, image_place *to,
                         size_t *count);

/* --energy: prints where the energy goes, averaged over all images. */
exit_status print_energy(const features_request *request, const input_list *inputs);

#endif
