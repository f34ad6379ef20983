/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/denoise.h"
#include "cli/models.h"
#include "cli/progress.h"
#include "cli/signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACT_TEXT = 48 };

static const char *const depths[] = {"auto", "8", "16", NULL};

static const ond_option own_options[] = {
    CHOICE_ROW(denoise_own, depth, 0, depths, "bits per sample of a written picture; auto: as the input"),
    REAL_ROW(denoise_own, peak, 0, 0, 1e30,
             "of float arrays, for PSNR and SSIM; 0: the first of 1, 255, 65535 that the reference fits in"),
    BOOL_ROW(denoise_own, resume, 0, "of several inputs: what has its result already is left out"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"denoise", ond_denoise_options, offsetof(denoise_request, denoise), NULL, 0, 0},
    {"files and figures", options, offsetof(denoise_request, own), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "OUT", offsetof(cli_request, output),
     "a picture or .npy; a folder for several inputs; - is standard output"},
    {"sigma", 0, "S", offsetof(denoise_request, sigma_text),
     "standard deviation of the noise, in grey levels of 255; estimated when not given"},
    {"model", 0, "MODEL", offsetof(denoise_request, model),
     "of method learned (made by train denoise) or csc; else the one that comes with the program"},
    {"reference", 0, "CLEAN", offsetof(denoise_request, reference),
     "print PSNR and SSIM against this file, or the one of the same name in this folder"},
    {"compare", 0, "STRIP.png", offsetof(denoise_request, compare),
     "also draw noisy, denoised and what was removed beside each other: .png or .svg"},
    {NULL, 0, NULL, 0, NULL},
};

static exit_status read_sigma(denoise_request *request)
{
    /* Not in the table: an option that is not given has no value in the range. */
    static const ond_option row = REAL_ROW(denoise_request, sigma, 0, 1e-12, 1e12, "");
    if (request->sigma_text && ond_option_parse(&row, request->sigma_text, request)) {
        return wrong_usage(request->common.command, "%s", ond_error_message());
    }
    return ALL_DONE;
}

static exit_status check_request(const denoise_request *request)
{
    const cli_command *command = request->common.command;
    const char *output = request->common.output, *strip = request->compare;
    bool to_stdout = output && strcmp(output, "-") == 0;
    if (request->common.input_count == 0) {
        return wrong_usage(command, "no input given");
    }
    if (!output && !request->reference && !strip) {
        return wrong_usage(command, "no output given: -o OUT");
    }
    if (to_stdout && request->common.json) {
        return wrong_usage(command, "--json and -o - both want standard output");
    }
    if (request->own.resume && (!output || to_stdout || request->reference || strip)) {
        return wrong_usage(command, "--resume leaves out what is there already: it goes with -o OUT, not with %s",
                           request->reference ? "--reference"
                           : strip            ? "--compare"
                                              : "-");
    }
    if (strip && (strcmp(strip, "-") == 0 || !is_drawing(strip))) {
        return wrong_usage(command, "the comparison '%s' ends neither in .png nor in .svg", strip);
    }
    if (strip && output && strcmp(strip, output) == 0) {
        return wrong_usage(command, "%s is named for two outputs", strip);
    }
    bool is_jpeg = output && (has_ending(output, ".jpg") || has_ending(output, ".jpeg"));
    if (is_jpeg && depth_of(request) == 16) {
        return wrong_usage(command, "a .jpg picture has 8 bits per sample, not 16");
    }
    return ALL_DONE;
}

int depth_of(const denoise_request *request)
{
    return 8 * request->own.depth;
}

static void print_mean(const denoise_job *job)
{
    const denoise_totals *t = &job->totals;
    double images = (double)t->scored;
    score before = {t->before.psnr_db / images, t->before.ssim / images};
    score after = {t->after.psnr_db / images, t->after.ssim / images};
    if (job->request->common.json) {
        json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "denoise");
        json_object_set_new(object, "mean_of", json_integer((json_int_t)t->scored));
        add_scores(object, &before, &after);
        json_print(object);
        return;
    }
    char text[SCORES_TEXT];
    if (job->text) {
        fprintf(job->text, "mean of %zu: %s\n", t->scored, scores_text(&before, &after, text));
    }
}

static const char resume_hint[] = "the same command with --resume goes on";

static exit_status run_job(denoise_job *job)
{
    const input_list *inputs = job->inputs;
    const cli_request *request = &job->request->common;
    double started = seconds_now();
    progress_start(images_count(inputs), request->quiet);
    bool can_resume = job->outputs.in_folder;
    signals_hint(can_resume ? resume_hint : NULL);
    for (size_t i = 0; i < inputs->count && !stop_signal(); i++) {
        denoise_file(job, i);
    }
    progress_hide();
    if (can_resume && stop_signal()) {
        note(request, "stopped; %s", resume_hint);
    }
    size_t failed = job->totals.failed + inputs->failed;
    if (job->totals.scored > 1) {
        print_mean(job);
    }
    if (inputs->count > 1) {
        char kept[FACT_TEXT] = "";
        if (job->totals.kept > 0) {
            snprintf(kept, sizeof kept, ", %zu done before", job->totals.kept);
        }
        note(request, "%zu files done%s, %zu failed, %.2f s", job->totals.files, kept, failed, seconds_now() - started);
    }
    return failed || stop_signal() ? SOME_FAILED : ALL_DONE;
}

/* --compare shows one image. */
static exit_status check_strip(const denoise_request *request, const input_list *inputs)
{
    if (request->compare && !inputs->is_single) {
        return wrong_usage(request->common.command, "--compare draws one image, several inputs are given");
    }
    return ALL_DONE;
}

/* The model that was named, or the one that comes with the program where it helps; else the job goes without. */
static exit_status read_model(const denoise_request *request, denoise_job *job)
{
    ond_denoise_method method = request->denoise.method;
    bool needs_model = method == OND_DENOISE_LEARNED || method == OND_DENOISE_CSC;
    bool takes_model = needs_model || method == OND_DENOISE_AUTO;
    const char *name = method == OND_DENOISE_CSC ? "denoise_codes" : "denoise";
    if (!takes_model) {
        return request->model ? wrong_usage(request->common.command, "--model is for --method learned and csc")
                              : ALL_DONE;
    }
    char *path = request->model ? copy_text(request->model) : shipped_model(name);
    exit_status status = ALL_DONE;
    if (path && ond_denoise_model_read(path, &job->model)) {
        complain_of(path);
        status = SOME_FAILED;
    } else if (!path && needs_model) {
        complain("no model %s.safetensors was found: --model MODEL, or its folder in $ONDELET_MODELS, is wanted", name);
        status = SOME_FAILED;
    }
    free(path);
    return status;
}

static exit_status denoise_inputs(const denoise_request *request, const input_list *inputs)
{
    denoise_job job = {.request = request, .inputs = inputs, .text = stdout};
    exit_status status = check_strip(request, inputs);
    if (status != ALL_DONE || inputs->count == 0) {
        return status != ALL_DONE ? status : SOME_FAILED;
    }
    if (request->common.output && strcmp(request->common.output, "-") == 0) {
        job.text = request->common.quiet ? NULL : stderr;
    }
    status = read_model(request, &job);
    if (status == ALL_DONE) {
        status = outputs_plan(&request->common, inputs, &job.outputs);
    }
    if (status == ALL_DONE) {
        status = !request->compare || output_is_free(&request->common, request->compare) ? run_job(&job) : SOME_FAILED;
    }
    ond_denoiser_destroy(job.denoiser);
    ond_denoise_model_destroy(job.model);
    outputs_free(&job.outputs);
    return status;
}

static exit_status run_denoise(cli_request *common)
{
    denoise_request *request = (denoise_request *)common;
    exit_status status = read_sigma(request);
    status = status == ALL_DONE ? check_request(request) : status;
    if (status != ALL_DONE) {
        return status;
    }
    ignore(ond_wisdom_read(NULL));
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    status = denoise_inputs(request, &inputs);
    inputs_free(&inputs);
    ignore(ond_wisdom_write(NULL));
    return status;
}

const cli_command denoise_command = {
    .name = "denoise",
    .summary = "Noise out of images; its strength is estimated when not given",
    .usage = "INPUT... -o OUTPUT [options]",
    .details
    = "A picture keeps its size, depth, colours, alpha and metadata (profile, gamma, density, Exif, XMP, texts) as\n"
      "far as the output's format holds them. An array is height x width, 3 x height x width or height x width x 3\n"
      "(colour), or several of these; the result is .npy, of the same shape and in the units of the input, and\n"
      "nothing is clipped. Sigma counts grey levels of 255 for pictures and unsigned integer arrays of every depth,\n"
      "and is in the array's own units for others.\n"
      "With --noise poisson the variance is proportional to the mean: sigma is the deviation where the mean is 1.\n"
      "PSNR and SSIM are of the result before it is rounded, clipped to the range of the reference.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(denoise_request),
    .run = run_denoise,
};
