/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_RETOUCH_H
#define OND_CLI_RETOUCH_H

#include "cli/image_file.h"
#include "cli/outputs.h"

#include <stdio.h>

typedef struct retouch_job retouch_job;

/* One image on its way through a command that gives images back. */
typedef struct retouch_image {
    const retouch_job *job;
    const image_file *source;
    const char *output; /* NULL: not written */
    ond_array image, result;
    double elapsed_s;
} retouch_image;

/* A command that changes images one by one. */
struct retouch_job {
    const cli_request *request;
    void *context; /* the command's own */
    /* Makes the result; on failure the library's message is shown. */
    ond_status (*change)(void *context, retouch_image *image);
    /* Says what was done, after the result was written: to `text`, unless that is NULL, or as JSON. */
    void (*tell)(void *context, const retouch_image *image, FILE *text);
};

/* Does all inputs of the request. */
exit_status retouch_run(const retouch_job *job);

/* The start of an object about an image: schema, command, input, item, output, shape. */
json_t *retouch_json(const retouch_image *image);

/* Those of ond_shearlet_options that are free here: the bank is an even Parseval one. */
const ond_option *retouch_shearlet_options(void);

/* "photo.png: " or "stack.npy: image 3: " */
void retouch_name(const retouch_image *image, FILE *text);

#endif
