/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_BANK_H
#define OND_CLI_BANK_H

#include "cli/command.h"
#include "cli/report.h"

typedef enum bank_family { BANK_MORLET, BANK_SPLINE, BANK_SHEARLET } bank_family;

/* Which filter bank, for the commands that make one. */
typedef struct bank_config {
    bank_family family;
    ond_morlet_config morlet;
    ond_spline_config spline;
    ond_shearlet_config shearlet;
} bank_config;

const ond_option *bank_options(void);

/* Those of ond_shearlet_options that are free in the scattering cascade, which wants one-sided Parseval banks. */
const ond_option *bank_cascade_shearlet_options(void);

/* The option groups of a request's member `field` of type bank_config; `shearlet_options` is ond_shearlet_options or
 * bank_cascade_shearlet_options. */
#define BANK_GROUPS(type, field, shearlet_options)                                                                     \
    {"filter bank", bank_options, offsetof(type, field), NULL, 0, 0},                                                  \
        {"--bank morlet", ond_morlet_options,           offsetof(type, field.morlet),                                  \
         "--bank morlet", offsetof(type, field.family), BANK_MORLET},                                                  \
        {"--bank spline", ond_spline_options,           offsetof(type, field.spline),                                  \
         "--bank spline", offsetof(type, field.family), BANK_SPLINE},                                                  \
    {                                                                                                                  \
        "--bank shearlet", shearlet_options, offsetof(type, field.shearlet), "--bank shearlet",                        \
            offsetof(type, field.family), BANK_SHEARLET                                                                \
    }

/* The bank on a grid; height = width = 0: without one. */
ond_status bank_create(const bank_config *config, int height, int width, ond_filters **filters);

/* "morlet" */
const char *bank_name(const bank_config *config);
int bank_scales(const bank_config *config);

/* The number of orientations of each scale, the finest first: "16, 16, 8, 8", or "8" when all have as many. */
enum { BANK_ORIENTATIONS = 64 };
const char *bank_orientations(const ond_filters *filters, char text[BANK_ORIENTATIONS]);
/* Of the scale that has most. */
int bank_most_orientations(const ond_filters *filters);

/* {"family": "morlet", "scales": 3, …} */
json_t *bank_json(const bank_config *config);

#endif
