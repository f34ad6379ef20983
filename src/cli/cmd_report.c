/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/report.h"
#include "cli/report_parts.h"

#include <math.h>
#include <string.h>

typedef struct report_request {
    cli_request common;
    report_config report;
    const char *pictures;
} report_request;

static const ond_option own_options[] = {
    INT_ROW(report_config, scales, 4, 2, 6, "octaves J of the wavelets"),
    INT_ROW(report_config, orientations, 8, 1, 16, "angles L of the wavelets"),
    INT_ROW(report_config, side, 512, 64, 4096, "larger pictures are first brought to this many pixels a side"),
    REAL_ROW(report_config, sigma, 25, 1, 200, "noise added before denoising, in grey levels of 255"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"report", options, offsetof(report_request, report), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "FILE.html", offsetof(cli_request, output), "the page; - is standard output"},
    {"pictures", 0, "FOLDER", offsetof(report_request, pictures),
     "also write every picture of the page here, as .png and as .svg"},
    {NULL, 0, NULL, 0, NULL},
};

static ond_status read_image(report_job *job, const char *path)
{
    ond_array whole = {0};
    ond_status status = ond_image_read(path, OND_NATIVE, &whole);
    if (status == OND_OK) {
        const size_t *size = whole.shape + whole.rank - 2;
        double largest = (double)(size[0] > size[1] ? size[0] : size[1]);
        double factor = fmin(1, job->config->side / largest);
        status = ond_image_resize(&whole, (size_t)fmax(1, round((double)size[0] * factor)),
                                  (size_t)fmax(1, round((double)size[1] * factor)), &job->image);
    }
    ond_array_free(&whole);
    return status;
}

static ond_status make_gray(report_job *job)
{
    const ond_array *image = &job->image;
    ond_status status = ond_array_resize(&job->gray, 2, image->shape + image->rank - 2);
    size_t count = status == OND_OK ? ond_array_count(&job->gray) : 0;
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        const float *x = image->data + i;
        job->gray.data[i] = image->rank == 2 ? x[0] : 0.299f * x[0] + 0.587f * x[count] + 0.114f * x[2 * count];
        mean += (double)job->gray.data[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        job->gray.data[i] -= (float)mean;
    }
    return status;
}

/* The picture itself, as wide as the page allows. */
static ond_status show_image(report_job *job)
{
    const ond_array *image = &job->image;
    const size_t *size = image->shape + image->rank - 2;
    size_t shape[3] = {3, size[0], size[1]}, plane = size[0] * size[1];
    ond_array colors = {0};
    page picture;
    ond_status status = ond_array_resize(&colors, 3, shape);
    for (size_t i = 0; status == OND_OK && i < 3; i++) {
        memcpy(colors.data + i * plane, image->data + (image->rank == 3 ? i * plane : 0), plane * sizeof(float));
    }
    if (status == OND_OK) {
        status = OND_ERROR_MEMORY;
        if (picture_create((int)size[1], (int)size[0], &picture)) {
            picture_pixels(&picture, (box){0, 0, (double)size[1], (double)size[0]}, &colors);
            picture_sink sink = page_picture(&job->html, SHOWN_IMAGE);
            status = sink.take(sink.context, &picture);
        }
        picture_destroy(&picture);
    }
    ond_array_free(&colors);
    return status;
}

/* The last part of the path. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "standard input" : slash ? slash + 1 : path;
}

/* Names what is at fault: the output where it could not be written, else the picture. */
static void complain_of_report(ond_status failure, const char *output, const char *input)
{
    bool is_output = failure == OND_ERROR_IO;
    complain_of_file((file_name){is_output ? output : name_of(input), is_output ? output : input});
}

static ond_status write_report(report_job *job, const char *path, const char *pictures)
{
    const size_t *size = job->image.shape + job->image.rank - 2;
    job->html.folder = pictures;
    page_begin(&job->html, job->common->output, name_of(path));
    page_paragraph(&job->html, "%zu × %zu pixels, %s. ondelet %s.", size[0], size[1],
                   job->image.rank == 3 ? "colour" : "gray", ond_version());
    ond_status status = show_image(job);
    status = status ? status : report_scattering(job);
    status = status ? status : report_denoising(job);
    status = status ? status : report_edges(job);
    status = status ? status : report_codes(job);
    status = status ? status : report_pieces(job);
    status = status ? status : report_banks(job);
    if (status != OND_OK && job->html.status == OND_OK) {
        job->html.status = status;
    }
    return page_end(&job->html);
}

static exit_status check_request(const report_request *request)
{
    const cli_request *common = &request->common;
    if (common->input_count != 1) {
        return wrong_usage(common->command, "%zu inputs given, one picture is wanted", common->input_count);
    }
    if (!common->output) {
        return wrong_usage(common->command, "no output given: -o FILE.html");
    }
    if (strcmp(common->output, "-") != 0 && !has_ending(common->output, ".html")) {
        return wrong_usage(common->command, "output '%s' does not end in .html", common->output);
    }
    return ALL_DONE;
}

static exit_status run_report(cli_request *common)
{
    const report_request *request = (const report_request *)common;
    report_job job = {.common = common, .config = &request->report};
    exit_status status = check_request(request);
    if (status != ALL_DONE) {
        return status;
    }
    const char *path = common->inputs[0];
    ignore(ond_wisdom_read(NULL));
    if (!output_is_free(common, common->output)
        || (request->pictures && !page_folder_is_free(common, request->pictures))) {
        status = SOME_FAILED;
    } else if (read_image(&job, path) || make_gray(&job)) {
        complain_of_file((file_name){name_of(path), path});
        status = SOME_FAILED;
    } else {
        ond_status failure = write_report(&job, path, request->pictures);
        if (failure != OND_OK) {
            complain_of_report(failure, common->output, path);
            status = SOME_FAILED;
        }
    }
    ond_array_free(&job.image);
    ond_array_free(&job.gray);
    return status;
}

const cli_command report_command = {
    .name = "report",
    .summary = "One web page that shows what ondelet sees in a picture",
    .usage = "PICTURE -o FILE.html [options]",
    .details
    = "The picture; its scattering coefficients, their energy and where they are large; noise added and removed; "
      "edges; how\nsparse codes are found; a classifier of what was done to pieces of it; and the filters. The page "
      "holds "
      "its\npictures: one file, nothing else to keep.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(report_request),
    .run = run_report,
};
