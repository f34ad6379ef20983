/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/edges.h"
#include "cli/models.h"
#include "cli/report_parts.h"
#include "cli/strip.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Uniform in 0…1 (splitmix64). */
static double uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return ((double)((z ^ z >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

void report_add_noise(ond_array *image, double noise_std, int seed)
{
    uint64_t state = (uint64_t)seed;
    for (size_t i = 0; i < ond_array_count(image); i++) {
        double radius = sqrt(-2 * log(uniform(&state)));
        image->data[i] += (float)(noise_std * radius * cos(6.283185307179586 * uniform(&state)));
    }
}

static ond_status denoise(report_job *job, ond_array *noisy, ond_array *clean, double *found, bool *is_learned)
{
    const size_t *size = job->image.shape + job->image.rank - 2;
    ond_denoise_model *model = NULL;
    ond_denoiser *denoiser = NULL;
    char *path = shipped_model("denoise");
    *is_learned = path != NULL;
    ond_status status = path ? ond_denoise_model_read(path, &model) : OND_OK;
    status = status ? status : ond_denoiser_create(model, NULL, size[0], size[1], &denoiser);
    status = status ? status : ond_denoiser_apply(denoiser, noisy, clean, found);
    ond_denoiser_destroy(denoiser);
    ond_denoise_model_destroy(model);
    free(path);
    return status;
}

static ond_status draw_denoised(report_job *job, const ond_array *noisy, const ond_array *clean, double found,
                                bool is_learned)
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
    page_paragraph(&job->html, "σ = %.1f grey levels added, %.1f found by the estimator; method %s.",
                   job->config->sigma, 255 * found, is_learned ? "learned" : "union (no model was found)");
    strip_images images = {noisy, clean, &job->image, range, before_text, after_text};
    return strip_draw(&images, page_picture(&job->html, SHOWN_DENOISING));
}

ond_status report_denoising(report_job *job)
{
    ond_array noisy = {0}, clean = {0};
    double found = 0;
    bool is_learned = false;
    ond_status status = ond_array_resize(&noisy, job->image.rank, job->image.shape);
    if (status == OND_OK) {
        memcpy(noisy.data, job->image.data, ond_array_count(&noisy) * sizeof(float));
        report_add_noise(&noisy, job->config->sigma / 255, job->common->seed);
        status = denoise(job, &noisy, &clean, &found, &is_learned);
    }
    status = status ? status : draw_denoised(job, &noisy, &clean, found, is_learned);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return status;
}

/* --- edges --- */

static ond_status find_edges(edges_result *result, bool *is_learned)
{
    ond_edge_config config = ond_edge_config_default();
    ond_edge_model *model = NULL;
    char *path = shipped_model("edges");
    *is_learned = path != NULL;
    config.method = path ? OND_EDGE_LEARNED : OND_EDGE_MEASURE;
    ond_status status = path ? ond_edge_model_read(path, &model) : OND_OK;
    status = status ? status : ond_edges(&result->image, &config, model, &result->map);
    status = status ? status : ond_edge_select(&result->map, &result->binary);
    status = status ? status : ond_edge_trace(&result->map, &result->binary, &result->contours);
    ond_edge_model_destroy(model);
    free(path);
    return status;
}

/* Strength as ink on paper. */
static ond_status ink_of(const ond_array *strength, ond_array *colors)
{
    size_t shape[3] = {3, strength->shape[0], strength->shape[1]}, plane = shape[1] * shape[2];
    ond_status status = ond_array_resize(colors, 3, shape);
    for (size_t i = 0; status == OND_OK && i < 3 * plane; i++) {
        colors->data[i] = 1 - strength->data[i % plane];
    }
    return status;
}

static ond_status draw_edges(const edges_result *result, picture_sink sink)
{
    enum { MARGIN = 24, GAP = 18, TITLE = 48, WIDEST = 520 };
    const size_t *size = result->map.strength.shape;
    double zoom = WIDEST / (double)size[1];
    double width = WIDEST, left = MARGIN, right = MARGIN + width + GAP, height = fmax(1, round((double)size[0] * zoom));
    ond_array colors = {0};
    page picture;
    ond_status status = OND_ERROR_MEMORY;
    if (picture_create(2 * MARGIN + (int)(2 * width) + GAP, (int)height + TITLE + MARGIN, &picture)) {
        static const text_style bold = {15, true, TEXT_LEFT};
        picture_text(&picture, left, TITLE - 10, bold, "contours");
        picture_text(&picture, right, TITLE - 10, bold, "strength");
        status = edges_paint(result, &picture, (box){left, TITLE, width, height});
        status = status ? status : ink_of(&result->map.strength, &colors);
        if (status == OND_OK) {
            picture_pixels(&picture, (box){right, TITLE, width, height}, &colors);
            status = sink.take(sink.context, &picture);
        }
    }
    picture_destroy(&picture);
    ond_array_free(&colors);
    return status;
}

ond_status report_edges(report_job *job)
{
    edges_result result = {.image = ond_array_view(job->image.data, job->image.rank, job->image.shape)};
    bool is_learned = false;
    ond_status status = find_edges(&result, &is_learned);
    if (status == OND_OK) {
        page_section(&job->html, "Edges",
                     is_learned ? "Boundaries that a trained model sees: contours between the pixels, drawn over the "
                                  "picture, and how sure it is of each pixel."
                                : "Steps of brightness and colour that stand out from their surroundings: contours "
                                  "between the pixels, drawn over the picture, and the strength at each pixel.");
        page_paragraph(&job->html, "%zu contours of %zu points.", result.contours.count, result.contours.point_count);
        status = draw_edges(&result, page_picture(&job->html, SHOWN_EDGES));
    }
    ond_contours_free(&result.contours);
    ond_array_free(&result.binary);
    ond_edge_map_free(&result.map);
    return status;
}
