/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_BANK_H
#define OND_CLI_BANK_H

#include "cli/command.h"
#include "cli/report.h"

typedef enum bank_family { BANK_MORLET, BANK_SPLINE } bank_family;

/* Which filter bank, for the commands that make one. */
typedef struct bank_config {
    bank_family family;
    ond_morlet_config morlet;
    ond_spline_config spline;
} bank_config;

const ond_option *bank_options(void);

/* The option groups of a request's member `field` of type bank_config. */
#define BANK_GROUPS(type, field)                                                                                       \
    {"filter bank", bank_options, offsetof(type, field), NULL, 0, 0},                                                  \
        {"--bank morlet", ond_morlet_options,           offsetof(type, field.morlet),                                  \
         "--bank morlet", offsetof(type, field.family), BANK_MORLET},                                                  \
    {                                                                                                                  \
        "--bank spline", ond_spline_options, offsetof(type, field.spline), "--bank spline",                            \
            offsetof(type, field.family), BANK_SPLINE                                                                  \
    }

/* The bank on a grid; height = width = 0: without one. */
ond_status bank_create(const bank_config *config, int height, int width, ond_filters **filters);

/* "morlet" */
const char *bank_name(const bank_config *config);
int bank_scales(const bank_config *config);
int bank_orientations(const bank_config *config);

/* {"family": "morlet", "scales": 3, …} */
json_t *bank_json(const bank_config *config);

#endif
