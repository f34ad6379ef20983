/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/retouch.h"
#include "cli/spool.h"

#include <string.h>

typedef struct inpaint_request {
    cli_request common;
    ond_inpaint_config inpaint;
    ond_shearlet_config shearlet;
    const char *mask;
} inpaint_request;

/* One run of the command. */
typedef struct inpaint_run {
    const inpaint_request *request;
    ond_filters *bank; /* without a grid */
    ond_array mask;
} inpaint_run;

static const option_group groups[] = {
    {"inpaint", ond_inpaint_options, offsetof(inpaint_request, inpaint), NULL, 0, 0},
    {"shearlets", retouch_shearlet_options, offsetof(inpaint_request, shearlet), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "OUT", offsetof(cli_request, output),
     "a picture or .npy; a folder for several inputs; - is standard output"},
    {"mask", 'm', "MASK", offsetof(inpaint_request, mask), "picture or array of the inputs' height and width"},
    {NULL, 0, NULL, 0, NULL},
};

static ond_status change(void *context, retouch_image *image)
{
    const inpaint_run *run = context;
    return ond_inpaint(run->bank, &image->image, &run->mask, &run->request->inpaint, &image->result);
}

static size_t count_known(const ond_array *mask)
{
    size_t count = ond_array_count(mask), known = 0;
    for (size_t i = 0; i < count; i++) {
        known += mask->data[i] > 0.5f;
    }
    return known;
}

static void tell(void *context, const retouch_image *image, FILE *text)
{
    const inpaint_run *run = context;
    size_t pixels = ond_array_count(&run->mask), known = count_known(&run->mask);
    if (run->request->common.json) {
        json_t *object = retouch_json(image);
        json_object_set_new(object, "mask", json_text(run->request->mask));
        json_object_set_new(object, "pixels", json_integer((json_int_t)pixels));
        json_object_set_new(object, "missing", json_integer((json_int_t)(pixels - known)));
        json_object_update_new(object, json_options(ond_inpaint_options(), &run->request->inpaint));
        json_object_set_new(object, "seconds", json_number(image->elapsed_s));
        json_print(object);
    } else if (text) {
        retouch_name(image, text);
        fprintf(text, "filled %zu of %zu pixels (%.4g %%)\n", pixels - known, pixels,
                100 * (double)(pixels - known) / (double)pixels);
    }
}

/* Arrays as they are, so that ones are ones in integers too. */
static bool read_mask(inpaint_run *run)
{
    const char *path = run->request->mask;
    file_name name = {path, strcmp(path, "-") == 0 ? spool_input() : path};
    whole_file file;
    if (!name.path || !file_read(name, OND_GRAY, true, &file)) {
        return false;
    }
    run->mask = file.array;
    return true;
}

static exit_status run_with_mask(inpaint_run *run, const retouch_job *job)
{
    if (ond_shearlet_create(&run->request->shearlet, &run->bank)) {
        return wrong_usage(job->request->command, "%s", ond_error_message());
    }
    exit_status status = read_mask(run) ? retouch_run(job) : SOME_FAILED;
    ond_filters_destroy(run->bank);
    ond_array_free(&run->mask);
    return status;
}

static exit_status run_inpaint(cli_request *common)
{
    const inpaint_request *request = (const inpaint_request *)common;
    inpaint_run run = {.request = request};
    retouch_job job = {common, &run, change, tell};
    if (!request->mask) {
        return wrong_usage(common->command, "no mask given: --mask MASK");
    }
    if (!common->output) {
        return wrong_usage(common->command, "no output given: -o OUT");
    }
    if (common->input_count == 0) {
        return wrong_usage(common->command, "no input given");
    }
    return run_with_mask(&run, &job);
}

const cli_command inpaint_command = {
    .name = "inpaint",
    .summary = "Missing pixels filled in, so that few shearlets describe the image",
    .usage = "INPUT... --mask MASK -o OUTPUT [options]",
    .details = "A pixel is known where the mask picture is brighter than half, or the mask array is above 0.5; known "
               "pixels are\n"
               "not changed, missing ones may hold anything. Each channel of a colour image is filled for itself.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(inpaint_request),
    .run = run_inpaint,
};
