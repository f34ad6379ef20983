/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_REPORT_PARTS_H
#define OND_CLI_REPORT_PARTS_H

#include "cli/command.h"
#include "cli/report_page.h"

typedef struct report_config {
    int scales, orientations, side;
    double sigma;
} report_config;

/* A report on its way. */
typedef struct report_job {
    const cli_request *common;
    const report_config *config;
    report_page html;
    ond_array image, gray; /* colour or gray as the file is, and its luminance without its mean */
} report_job;

/* Normal numbers by Box and Muller. */
void report_add_noise(ond_array *image, double noise_std, int seed);

/* The sections of the page. */
ond_status report_scattering(report_job *job);
ond_status report_denoising(report_job *job);
ond_status report_edges(report_job *job);
ond_status report_codes(report_job *job);
ond_status report_pieces(report_job *job);
ond_status report_banks(report_job *job);

#endif
