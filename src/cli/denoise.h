/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_DENOISE_H
#define OND_CLI_DENOISE_H

#include "cli/image_file.h"
#include "cli/outputs.h"
#include "cli/score.h"

#include <stdio.h>

typedef struct denoise_own {
    int depth; /* 0: as the input, 1: 8 bit, 2: 16 bit */
    double peak;
    int resume; /* 0/1 */
} denoise_own;

typedef struct denoise_request {
    cli_request common;
    ond_denoise_config denoise;
    denoise_own own;
    const char *sigma_text, *reference, *compare, *model;
    double sigma; /* 0: estimated */
} denoise_request;

typedef struct denoise_totals {
    size_t files, failed; /* input files */
    size_t kept;          /* files whose result was there already */
    size_t scored;        /* images with a reference */
    score before, after;  /* sums over these */
} denoise_totals;

typedef struct denoise_job {
    const denoise_request *request;
    const input_list *inputs;
    output_list outputs;
    FILE *text; /* results for people: stderr when stdout carries the output; NULL: not wanted there */
    denoise_totals totals;
    ond_denoise_model *model; /* NULL: none */
    bool method_noted;        /* that auto is union for want of a model */
    ond_denoiser *denoiser;   /* of the image before; NULL: none yet */
    ond_denoise_config denoiser_config;
    size_t denoiser_size[2];
} denoise_job;

/* Does all of input `index` and counts it as done or, after a complaint, as failed. */
void denoise_file(denoise_job *job, size_t index);

/* Bits per sample that were asked for; 0: as the input. */
int depth_of(const denoise_request *request);

/* "PSNR 20.17 -> 29.41 dB, SSIM 0.4112 -> 0.8350" */
enum { SCORES_TEXT = 128 };
const char *scores_text(const score *before, const score *after, char text[SCORES_TEXT]);
void add_scores(json_t *object, const score *before, const score *after);

#endif
