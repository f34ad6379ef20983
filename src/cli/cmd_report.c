/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/bank.h"
#include "cli/disks.h"
#include "cli/gallery.h"
#include "cli/models.h"
#include "cli/report_page.h"
#include "cli/strip.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct report_config {
    int scales, orientations, side;
    double sigma;
} report_config;

typedef struct report_request {
    cli_request common;
    report_config report;
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
    {NULL, 0, NULL, 0, NULL},
};

/* A report on its way. */
typedef struct report_job {
    const report_request *request;
    report_page html;
    ond_array image, gray; /* colour or gray as the file is, and its luminance without its mean */
} report_job;

static ond_status read_image(report_job *job, const char *path)
{
    ond_array whole = {0};
    ond_status status = ond_image_read(path, OND_NATIVE, &whole);
    if (status == OND_OK) {
        const size_t *size = whole.shape + whole.rank - 2;
        double largest = (double)(size[0] > size[1] ? size[0] : size[1]);
        double factor = fmin(1, job->request->report.side / largest);
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
            picture_sink sink = page_picture(&job->html);
            status = sink.take(sink.context, &picture);
        }
        picture_destroy(&picture);
    }
    ond_array_free(&colors);
    return status;
}

static ond_status show_bank(report_job *job, bank_config config, const char *heading, const char *text)
{
    enum { GRID = 128 };
    ond_filters *bank = NULL;
    char orientations[BANK_ORIENTATIONS];
    gallery_facts facts = {.scales = bank_scales(&config), .height = GRID, .width = GRID};
    ond_status status = bank_create(&config, GRID, GRID, &bank);
    status = status ? status : ond_filters_bounds(bank, &facts.lower, &facts.upper);
    if (status == OND_OK) {
        facts.orientations = bank_orientations(bank, orientations);
        facts.most_orientations = bank_most_orientations(bank);
        page_section(&job->html, heading, text);
        page_paragraph(&job->html, "%zu filters; frame bounds A = %.6g, B = %.6g: A ‖x‖² ≤ ‖Wx‖² ≤ B ‖x‖².",
                       ond_filters_count(bank), facts.lower, facts.upper);
        status = gallery_draw(bank, &facts, page_picture(&job->html));
    }
    ond_filters_destroy(bank);
    return status;
}

static ond_status show_banks(report_job *job)
{
    const report_config *own = &job->request->report;
    bank_config config = {.family = BANK_SPLINE,
                          .morlet = ond_morlet_config_default(),
                          .spline = ond_spline_config_default(),
                          .shearlet = ond_shearlet_config_default()};
    config.spline.scales = own->scales;
    config.spline.orientations = own->orientations;
    config.shearlet.scales = 3;
    ond_status status
        = show_bank(job, config, "Cubic-spline wavelets",
                    "Each filter in space and in frequency, the Littlewood–Paley sum, and which filter is "
                    "the largest at each frequency. The bank is unitary: the sum is 1 everywhere.");
    config.family = BANK_SHEARLET;
    return status
               ? status
               : show_bank(job, config, "Shearlets",
                           "Compactly supported shearlets, as used for denoising and thresholding: finer scales have "
                           "more directions.");
}

static ond_status create_scattering(const report_config *own, ond_scattering **scattering)
{
    ond_spline_config bank = ond_spline_config_default();
    ond_scattering_config config = ond_scattering_config_default();
    ond_filters *filters = NULL;
    bank.scales = own->scales;
    bank.orientations = own->orientations;
    config.averaging = OND_AVERAGING_GLOBAL;
    ond_status status = ond_spline_create(&bank, &filters);
    status = status ? status : ond_scattering_create(filters, &config, scattering);
    ond_filters_destroy(filters);
    return status;
}

static ond_status show_energy(report_job *job, const ond_scattering *scattering)
{
    ond_scattering_energy energy;
    ond_status status = ond_scattering_measure_energy(scattering, &job->gray, &energy);
    if (status == OND_OK && energy.image > 0) {
        char text[5][64];
        double all = energy.image / 100;
        snprintf(text[0], sizeof text[0], "order 0|%.3f %%", energy.averaged[0] / all);
        snprintf(text[1], sizeof text[1], "order 1|%.3f %%", energy.averaged[1] / all);
        snprintf(text[2], sizeof text[2], "order 2|%.3f %%", energy.averaged[2] / all);
        snprintf(text[3], sizeof text[3], "paths not followed|%.3f %%", energy.discarded / all);
        snprintf(text[4], sizeof text[4], "left for higher orders|%.3f %%", energy.propagated / all);
        const char *rows[] = {"part|share of ‖x − mean‖²", text[0], text[1], text[2], text[3], text[4], NULL};
        page_section(
            &job->html, "Where the energy goes",
            "A windowed scattering with a unitary bank loses nothing: the shares add up to 100 %. Few orders hold "
            "almost all of it.");
        page_table(&job->html, rows);
    }
    return status;
}

static ond_status show_scattering(report_job *job)
{
    ond_scattering *scattering = NULL;
    ond_array features = {0};
    ond_status status = create_scattering(&job->request->report, &scattering);
    status = status ? status : ond_scattering_apply(scattering, &job->gray, &features);
    if (status == OND_OK) {
        page_section(&job->html, "Scattering coefficients",
                     "Means over the picture, laid over the disk of frequencies: the outer ring is the finest scale, a "
                     "sector is an orientation of oscillation. For order 2 each sector is divided again by the second "
                     "wavelet: outwards its finer scales, in the middle its parallel orientation.");
        status = disks_draw(scattering, &features, job->request->report.scales, job->request->report.orientations,
                            page_picture(&job->html));
    }
    status = status ? status : show_energy(job, scattering);
    ond_scattering_destroy(scattering);
    ond_array_free(&features);
    return status;
}

/* Uniform in 0…1 (splitmix64). */
static double uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return ((double)((z ^ z >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

/* Normal numbers by Box and Muller. */
static void add_noise(ond_array *image, double noise_std, int seed)
{
    uint64_t state = (uint64_t)seed;
    for (size_t i = 0; i < ond_array_count(image); i++) {
        double radius = sqrt(-2 * log(uniform(&state)));
        image->data[i] += (float)(noise_std * radius * cos(6.283185307179586 * uniform(&state)));
    }
}

static ond_status denoise(report_job *job, ond_array *noisy, ond_array *clean, double *found)
{
    const size_t *size = job->image.shape + job->image.rank - 2;
    ond_denoise_model *model = NULL;
    ond_denoiser *denoiser = NULL;
    char *path = shipped_model("denoise");
    ond_status status = path ? ond_denoise_model_read(path, &model) : OND_OK;
    status = status ? status : ond_denoiser_create(model, NULL, size[0], size[1], &denoiser);
    status = status ? status : ond_denoiser_apply(denoiser, noisy, clean, found);
    ond_denoiser_destroy(denoiser);
    ond_denoise_model_destroy(model);
    free(path);
    return status;
}

static ond_status draw_denoised(report_job *job, const ond_array *noisy, const ond_array *clean, double found)
{
    char before_text[64], after_text[64];
    value_range range = range_for(&job->image, 1);
    score before, after;
    ond_status status = score_image(noisy, &job->image, range, &before);
    status = status ? status : score_image(clean, &job->image, range, &after);
    if (status) {
        return status;
    }
    snprintf(before_text, sizeof before_text, "PSNR %.2f dB, SSIM %.3f", before.psnr_db, before.ssim);
    snprintf(after_text, sizeof after_text, "PSNR %.2f dB, SSIM %.3f", after.psnr_db, after.ssim);
    page_section(
        &job->html, "Noise removed",
        "The picture with noise, denoised, the picture itself, and what was removed: noise, if all went well, and "
        "no structure.");
    page_paragraph(&job->html, "σ = %.1f grey levels added, %.1f found by the estimator.", job->request->report.sigma,
                   255 * found);
    strip_images images = {noisy, clean, &job->image, range, before_text, after_text};
    return strip_draw(&images, page_picture(&job->html));
}

static ond_status show_denoising(report_job *job)
{
    ond_array noisy = {0}, clean = {0};
    double found = 0;
    ond_status status = ond_array_resize(&noisy, job->image.rank, job->image.shape);
    if (status == OND_OK) {
        memcpy(noisy.data, job->image.data, ond_array_count(&noisy) * sizeof(float));
        add_noise(&noisy, job->request->report.sigma / 255, job->request->common.seed);
        status = denoise(job, &noisy, &clean, &found);
    }
    status = status ? status : draw_denoised(job, &noisy, &clean, found);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return status;
}

/* The last part of the path. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "standard input" : slash ? slash + 1 : path;
}

static ond_status write_report(report_job *job, const char *path)
{
    const size_t *size = job->image.shape + job->image.rank - 2;
    page_begin(&job->html, job->request->common.output, name_of(path));
    page_paragraph(&job->html, "%zu × %zu pixels, %s. ondelet %s.", size[0], size[1],
                   job->image.rank == 3 ? "colour" : "gray", ond_version());
    ond_status status = show_image(job);
    status = status ? status : show_scattering(job);
    status = status ? status : show_denoising(job);
    status = status ? status : show_banks(job);
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
    report_job job = {.request = (const report_request *)common};
    exit_status status = check_request(job.request);
    if (status != ALL_DONE) {
        return status;
    }
    const char *path = common->inputs[0];
    ignore(ond_wisdom_read(NULL));
    if (!output_is_free(common, common->output)) {
        status = SOME_FAILED;
    } else if (read_image(&job, path) || make_gray(&job)) {
        complain_of_file((file_name){name_of(path), path});
        status = SOME_FAILED;
    } else if (write_report(&job, path)) {
        complain_of(common->output);
        status = SOME_FAILED;
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
    = "The picture, its scattering coefficients and their energy, noise added and removed, and the filters. The "
      "page\nholds its pictures: one file, nothing else to keep.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(report_request),
    .run = run_report,
};
