/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/retouch.h"

typedef enum transform_kind { TRANSFORM_SHEARLET, TRANSFORM_WAVELET } transform_kind;
typedef enum padding_kind { PADDING_MIRROR, PADDING_NONE } padding_kind;

typedef struct transform_config {
    transform_kind transform;
    padding_kind padding;
} transform_config;

typedef struct threshold_request {
    cli_request common;
    ond_threshold_config threshold;
    transform_config own;
    ond_shearlet_config shearlet;
    ond_dwt_config wavelet;
} threshold_request;

/* One run of the command. */
typedef struct threshold_run {
    const threshold_request *request;
    ond_threshold_report report; /* of the image at work */
    double unit;                 /* what 1 of --value is in the values of the image */
} threshold_run;

static const char *const transforms[] = {"shearlet", "wavelet", NULL};
static const char *const paddings[] = {"mirror", "none", NULL};

static const ond_option own_options[] = {
    CHOICE_ROW(transform_config, transform, TRANSFORM_SHEARLET, transforms,
               "a Parseval frame of shearlets, or wavelets without redundancy"),
    CHOICE_ROW(transform_config, padding, PADDING_MIRROR, paddings,
               "of shearlets; none: opposite borders of the image meet"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"threshold", ond_threshold_options, offsetof(threshold_request, threshold), NULL, 0, 0},
    {"transform", options, offsetof(threshold_request, own), NULL, 0, 0},
    {"--transform shearlet", retouch_shearlet_options, offsetof(threshold_request, shearlet), "--transform shearlet",
     offsetof(threshold_request, own.transform), TRANSFORM_SHEARLET},
    {"--transform wavelet", ond_dwt_options, offsetof(threshold_request, wavelet), "--transform wavelet",
     offsetof(threshold_request, own.transform), TRANSFORM_WAVELET},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "OUT", offsetof(cli_request, output),
     "a picture or .npy; a folder for several inputs; - is standard output; not needed for the figures alone"},
    {NULL, 0, NULL, 0, NULL},
};

static ond_status threshold_by_shearlets(threshold_run *run, const ond_threshold_config *config, retouch_image *image)
{
    const size_t *size = image->image.shape + image->image.rank - 2;
    ond_shearlet_config shearlet = run->request->shearlet;
    ond_filters *bank = NULL;
    if (run->request->own.padding == PADDING_NONE) { /* sizes fit: --max-pixels is an int */
        shearlet.height = (int)size[0];
        shearlet.width = (int)size[1];
    }
    ond_status status = ond_shearlet_create(&shearlet, &bank);
    status = status ? status : ond_threshold(bank, &image->image, config, &image->result, &run->report);
    ond_filters_destroy(bank);
    return status;
}

static ond_status threshold_by_wavelets(threshold_run *run, const ond_threshold_config *config, retouch_image *image)
{
    const size_t *size = image->image.shape + image->image.rank - 2;
    ond_dwt *dwt = NULL;
    ond_status status = ond_dwt_create(&run->request->wavelet, size[0], size[1], &dwt);
    status = status ? status : ond_threshold_dwt(dwt, &image->image, config, &image->result, &run->report);
    ond_dwt_destroy(dwt);
    return status;
}

static ond_status change(void *context, retouch_image *image)
{
    static const double grey_levels = 255;
    threshold_run *run = context;
    ond_threshold_config config = run->request->threshold;
    run->unit = image->source->is_unit ? 1 / grey_levels : 1;
    config.value *= run->unit;
    bool by_wavelets = run->request->own.transform == TRANSFORM_WAVELET;
    return by_wavelets ? threshold_by_wavelets(run, &config, image) : threshold_by_shearlets(run, &config, image);
}

static void tell_json(const threshold_run *run, const retouch_image *image)
{
    const threshold_request *request = run->request;
    bool by_wavelets = request->own.transform == TRANSFORM_WAVELET;
    json_t *object = retouch_json(image);
    json_object_set_new(object, "transform", json_text(transforms[request->own.transform]));
    json_object_update_new(object, by_wavelets ? json_options(ond_dwt_options(), &request->wavelet)
                                               : json_options(ond_shearlet_options(), &request->shearlet));
    json_object_set_new(object, "padding", json_text(by_wavelets ? "none" : paddings[request->own.padding]));
    json_object_set_new(
        object, "rule",
        json_text(ond_option_choice(ond_options_find(ond_threshold_options(), "rule"), &request->threshold)));
    json_object_set_new(object, "low_pass", json_text(run->report.low_pass_spared ? "spared" : "treated"));
    json_object_set_new(object, "terms_kept", json_integer((json_int_t)run->report.terms_kept));
    json_object_set_new(object, "terms", json_integer((json_int_t)run->report.terms));
    json_object_set_new(object, "relative_error", json_number(run->report.relative_error));
    json_object_set_new(object, "threshold", json_number(run->report.threshold / run->unit));
    json_object_set_new(object, "threshold_unit", json_text(image->source->is_unit ? "grey levels of 255" : "input"));
    json_object_set_new(object, "seconds", json_number(image->elapsed_s));
    json_print(object);
}

static void tell(void *context, const retouch_image *image, FILE *text)
{
    const threshold_run *run = context;
    const ond_threshold_report *report = &run->report;
    if (run->request->common.json) {
        tell_json(run, image);
    } else if (text) {
        retouch_name(image, text);
        fprintf(text, "kept %zu of %zu terms (%.4g %%)%s, relative error %.6g, threshold %.6g\n", report->terms_kept,
                report->terms, report->terms ? 100 * (double)report->terms_kept / (double)report->terms : 0,
                report->low_pass_spared ? " beside the low-pass band" : "", report->relative_error,
                report->threshold / run->unit);
    }
}

static exit_status run_threshold(cli_request *common)
{
    const threshold_request *request = (const threshold_request *)common;
    threshold_run run = {.request = request};
    retouch_job job = {common, &run, change, tell};
    bool by_value = was_given(common, "value");
    bool by_number = was_given(common, "keep") && request->threshold.keep >= 0;
    if (by_value == by_number) {
        return wrong_usage(common->command, "%s: --value T or --keep N",
                           by_value ? "one is wanted" : "no threshold given");
    }
    if (by_number && request->threshold.keep != (double)(long long)request->threshold.keep) {
        return wrong_usage(common->command, "keep = %g is not a whole number", request->threshold.keep);
    }
    return retouch_run(&job);
}

const cli_command threshold_command = {
    .name = "threshold",
    .summary = "Images from their largest shearlet or wavelet coefficients",
    .usage = "INPUT... [-o OUTPUT] --value T | --keep N [options]",
    .details
    = "Prints how many terms (coefficients) were kept and the relative error |image - result| / |image|. T counts "
      "grey\n"
      "levels of 255 for pictures and unsigned integer arrays of every depth, and is in the array's own units for "
      "others;\n"
      "it is compared with coefficients of a Parseval frame, or of the wavelet transform. Each channel of a colour "
      "image\n"
      "is treated for itself, and N is for each. Shearlets are those of the image mirrored by 32 pixels or more on "
      "every\n"
      "side, and N counts them all; with --padding none it is the image alone.\n"
      "Shearlets are many times more than pixels, and the largest of them say the same many times: they serve\n"
      "denoising by --value; for few terms --keep N wants --transform wavelet, or sparse.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(threshold_request),
    .run = run_threshold,
};
