/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/denoise.h"

#include "cli/models.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/spool.h"
#include "cli/strip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Largest grey level of the unit that --sigma is given in. */
static const double grey_levels = 255;

/* One file on its way. */
typedef struct denoise_run {
    denoise_job *job;
    file_name reference_name; /* shown NULL: there is none */
    image_file source, reference;
    image_file_writer writer;
    ond_array noisy, clean, wanted; /* of the image at work; `wanted` is the reference */
    double sigma;                   /* used for it */
    double elapsed_s;
    score before, after;
    value_range range;
} denoise_run;

const char *scores_text(const score *before, const score *after, char text[SCORES_TEXT])
{
    int used = snprintf(text, SCORES_TEXT, "PSNR %.2f -> %.2f dB", before->psnr_db, after->psnr_db);
    if (!isnan(after->ssim) && used > 0) {
        snprintf(text + used, SCORES_TEXT - (size_t)used, ", SSIM %.4f -> %.4f", before->ssim, after->ssim);
    }
    return text;
}

void add_scores(json_t *object, const score *before, const score *after)
{
    json_object_set_new(object, "psnr_before_db", json_number(before->psnr_db));
    json_object_set_new(object, "psnr_after_db", json_number(after->psnr_db));
    json_object_set_new(object, "ssim_before", json_number(before->ssim));
    json_object_set_new(object, "ssim_after", json_number(after->ssim));
}

/* --- the reference of a file --- */

/* The file of a folder that has the input's name, with the same ending or another. */
static char *find_in_folder(const char *folder, const char *name)
{
    static const char *const endings[] = {".png", ".npy", ".jpg", ".jpeg", ".pgm", ".ppm", ".pam"};
    char *same = join_path(folder, name);
    for (size_t i = 0; access(same, F_OK) != 0 && i < sizeof endings / sizeof endings[0]; i++) {
        char *other = replace_ending(same, endings[i]);
        if (access(other, F_OK) == 0) {
            free(same);
            return other;
        }
        free(other);
    }
    return same;
}

static char *reference_path(const denoise_job *job, size_t index)
{
    const char *reference = job->request->reference;
    if (!reference || !is_folder(reference)) {
        return reference ? copy_text(reference) : NULL;
    }
    return find_in_folder(reference, relative_name(&job->request->common, job->inputs->files[index].path));
}

/* Brings the reference to the units of the image. */
static bool fit_reference(denoise_run *run)
{
    double peak = run->job->request->own.peak;
    ond_array *wanted = &run->wanted;
    if (run->source.is_unit == run->reference.is_unit) {
        return true;
    }
    if (peak <= 0) {
        complain("%s is in units of its own, %s is %s: give the value of white by --peak",
                 run->source.is_unit ? run->reference_name.shown : run->source.name.shown,
                 run->source.is_unit ? run->source.name.shown : run->reference_name.shown,
                 run->source.is_picture || run->reference.is_picture ? "a picture" : "of integers");
        return false;
    }
    array_divide(wanted, run->source.is_unit ? peak : 1 / peak);
    return true;
}

static bool is_finite(const denoise_run *run)
{
    size_t count = ond_array_count(&run->wanted);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(run->wanted.data[i])) {
            complain("%s: sample %zu is %g, finite numbers wanted", run->reference_name.shown, i,
                     (double)run->wanted.data[i]);
            return false;
        }
    }
    return true;
}

static bool read_reference(denoise_run *run)
{
    const ond_array *a = &run->noisy, *b = &run->wanted;
    char shape_a[SHAPE_TEXT], shape_b[SHAPE_TEXT];
    image_event event = image_file_next(&run->reference, &run->wanted);
    if (event == IMAGE_END) {
        complain("%s: holds fewer images than %s", run->reference_name.shown, run->source.name.shown);
    }
    if (event != IMAGE_READY) {
        return false;
    }
    if (a->rank != b->rank || memcmp(a->shape, b->shape, (size_t)a->rank * sizeof a->shape[0]) != 0) {
        complain("%s is %s, %s is %s: shapes must agree", run->source.name.shown,
                 shape_text(a->rank, a->shape, shape_a), run->reference_name.shown,
                 shape_text(b->rank, b->shape, shape_b));
        return false;
    }
    if (!is_finite(run) || !fit_reference(run)) {
        return false;
    }
    /* For images that are 0…1 now a given peak was their file's white. */
    run->range = range_for(&run->wanted, run->source.is_unit ? 1 : run->job->request->own.peak);
    return true;
}

/* --- results --- */

/* With what "auto" came to. */
static json_t *settings_used(const denoise_job *job)
{
    ond_denoise_config used = job->request->denoise;
    if (used.method == OND_DENOISE_AUTO) {
        used.method = ond_denoise_model_method(job->model);
    }
    return json_options(ond_denoise_options(), &used);
}

static void print_json(const denoise_run *run, const char *output)
{
    const denoise_request *request = run->job->request;
    image_origin origin = image_file_origin(&run->source);
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "command", "denoise");
    json_object_set_new(object, "input", json_text(origin.file.shown));
    if (origin.is_item) {
        json_object_set_new(object, "item", json_integer((json_int_t)origin.item));
    }
    json_object_set_new(object, "output", output ? json_text(output) : json_null());
    json_object_set_new(object, "shape", json_shape(run->noisy.rank, run->noisy.shape));
    json_object_update_new(object, settings_used(run->job));
    json_object_set_new(object, "sigma", json_number(run->sigma));
    json_object_set_new(object, "sigma_estimated", json_boolean(request->sigma == 0));
    json_object_set_new(object, "sigma_unit", json_text(run->source.is_unit ? "grey levels of 255" : "input"));
    if (run->reference_name.shown) {
        add_scores(object, &run->before, &run->after);
        json_object_set_new(object, "peak", json_number(run->range.peak));
    }
    json_object_set_new(object, "seconds", json_number(run->elapsed_s));
    json_print(object);
}

static void print_text(const denoise_run *run)
{
    bool is_estimated = run->job->request->sigma == 0;
    FILE *text = run->job->text;
    image_origin origin = image_file_origin(&run->source);
    char scores[SCORES_TEXT];
    if (!text || (!is_estimated && !run->reference_name.shown)) {
        return;
    }
    progress_hide();
    fprintf(text, "%s: ", origin.file.shown);
    if (origin.is_item) {
        fprintf(text, "image %zu: ", origin.item);
    }
    fprintf(text, "sigma %.4g %s", run->sigma, is_estimated ? "(estimated)" : "(given)");
    if (run->reference_name.shown) {
        fprintf(text, ", %s", scores_text(&run->before, &run->after, scores));
    }
    fputc('\n', text);
}

static void print_result(const denoise_run *run, const char *output)
{
    denoise_totals *totals = &run->job->totals;
    if (run->reference_name.shown) {
        totals->scored++;
        totals->before.psnr_db += run->before.psnr_db;
        totals->before.ssim += run->before.ssim;
        totals->after.psnr_db += run->after.psnr_db;
        totals->after.ssim += run->after.ssim;
    }
    if (run->job->request->common.json) {
        print_json(run, output);
    } else {
        print_text(run);
    }
}

static void describe(const char *what, const score *found, bool has_score, char text[SCORES_TEXT])
{
    size_t used = (size_t)snprintf(text, SCORES_TEXT, "%s", what);
    if (has_score) {
        const char *comma = used ? ", " : "";
        used += (size_t)snprintf(text + used, SCORES_TEXT - used, "%s%.2f dB", comma, found->psnr_db);
    }
    if (has_score && !isnan(found->ssim)) {
        snprintf(text + used, SCORES_TEXT - used, ", SSIM %.3f", found->ssim);
    }
}

static bool draw_strip(const denoise_run *run)
{
    const denoise_request *request = run->job->request;
    bool has_score = run->reference_name.shown != NULL;
    char sigma[SCORES_TEXT], noisy[SCORES_TEXT], clean[SCORES_TEXT];
    snprintf(sigma, sizeof sigma, "σ = %.3g", run->sigma);
    describe(sigma, &run->before, has_score, noisy);
    describe("", &run->after, has_score, clean);
    strip_images images = {
        .noisy = &run->noisy,
        .clean = &run->clean,
        .reference = has_score ? &run->wanted : NULL,
        .range = run->range,
        .noisy_facts = noisy,
        .clean_facts = clean,
    };
    if (!has_score && run->source.is_unit) {
        images.range = (value_range){0, 1, 1};
    } else if (!has_score) {
        images.range = range_for(&run->clean, request->own.peak);
    }
    if (strip_draw(&images, picture_to_file(&request->compare))) {
        complain_of(request->compare);
        return false;
    }
    return true;
}

/* --- one image --- */

/* What 1 of --sigma is in the values of the image. For Poisson noise sigma is the root of variance / mean. */
static double sigma_scale(const denoise_run *run)
{
    double scale = run->source.is_unit ? 1 / grey_levels : 1;
    return run->job->request->denoise.noise == OND_NOISE_POISSON ? sqrt(scale) : scale;
}

static ond_status score_both(denoise_run *run)
{
    if (!run->reference_name.shown) {
        return OND_OK;
    }
    ond_status status = score_image(&run->noisy, &run->wanted, run->range, &run->before);
    return status ? status : score_image(&run->clean, &run->wanted, run->range, &run->after);
}

/* The denoiser of the image before, where it fits this one too. */
static ond_status choose_denoiser(denoise_job *job, const ond_denoise_config *config, const ond_array *noisy)
{
    const size_t *size = noisy->shape + noisy->rank - 2;
    bool fits = job->denoiser && memcmp(size, job->denoiser_size, sizeof job->denoiser_size) == 0
                && job->denoiser_config.noise_std == config->noise_std;
    if (fits) {
        return OND_OK;
    }
    ond_denoiser_destroy(job->denoiser);
    job->denoiser = NULL;
    job->denoiser_config = *config;
    memcpy(job->denoiser_size, size, sizeof job->denoiser_size);
    return ond_denoiser_create(job->model, config, size[0], size[1], &job->denoiser);
}

static bool denoise_image(denoise_run *run)
{
    const denoise_request *request = run->job->request;
    ond_denoise_config config = request->denoise;
    config.noise_std = request->sigma * sigma_scale(run);
    double started = seconds_now();
    ond_status status = choose_denoiser(run->job, &config, &run->noisy);
    if (status == OND_OK) {
        status = run->source.is_huge ? ond_denoiser_apply_planes(run->job->denoiser, &run->source.stored, &run->sigma)
                                     : ond_denoiser_apply(run->job->denoiser, &run->noisy, &run->clean, &run->sigma);
    }
    run->elapsed_s = seconds_now() - started;
    run->sigma = request->sigma > 0 ? request->sigma : run->sigma / sigma_scale(run);
    status = status ? status : score_both(run);
    if (status != OND_OK) {
        image_origin origin = image_file_origin(&run->source);
        complain_of_image(&origin, NULL);
    }
    return status == OND_OK;
}

/* Once, before the first image that auto denoises without a model: the better method is not far. */
static void note_method(denoise_job *job)
{
    const denoise_request *request = job->request;
    if (job->model || request->denoise.method != OND_DENOISE_AUTO || job->method_noted) {
        return;
    }
    char *places = shipped_model_places();
    progress_hide();
    note(&request->common, "method union: no denoise.safetensors for the better one, learned, in %s", places);
    job->method_noted = true;
    free(places);
}

static bool find_clean(denoise_run *run)
{
    note_method(run->job);
    return denoise_image(run);
}

static bool do_image(denoise_run *run, const char *output)
{
    bool fine = (!run->reference_name.shown || read_reference(run)) && find_clean(run)
                && (!run->job->request->compare || draw_strip(run))
                && image_file_writer_take(&run->writer, &run->clean);
    if (fine) {
        print_result(run, output);
    }
    return fine;
}

static bool do_images(denoise_run *run, const char *output)
{
    const denoise_request *request = run->job->request;
    if (!image_file_writer_open(&run->source, output, depth_of(request), &run->writer)) {
        return false;
    }
    if (request->compare && image_file_count(&run->source) > 1) {
        complain("%s: holds %zu images, --compare draws one", run->source.name.shown, image_file_count(&run->source));
        return false;
    }
    bool fine = true;
    image_event event = IMAGE_END;
    while (fine && !stop_signal() && (event = image_file_next(&run->source, &run->noisy)) == IMAGE_READY) {
        fine = do_image(run, output);
        progress_advance(1);
    }
    return image_file_writer_close(&run->writer, fine && event == IMAGE_END && !stop_signal());
}

static bool do_file(denoise_run *run, size_t index)
{
    denoise_job *job = run->job;
    const char *output = job->outputs.paths ? job->outputs.paths[index] : NULL;
    bool looks_at_pixels = run->reference_name.shown || job->request->compare;
    if (!(looks_at_pixels ? image_file_open : image_file_open_huge)(job->inputs->files[index], &run->source)) {
        return false;
    }
    if (run->reference_name.shown && !image_file_open(run->reference_name, &run->reference)) {
        return false;
    }
    return outputs_prepare(&job->request->common, job->inputs, &job->outputs, index) && do_images(run, output);
}

/* Results appear whole or not at all: what is there is complete. */
static bool is_done(const denoise_job *job, size_t index)
{
    return job->request->own.resume && job->outputs.paths && !job->outputs.taken[index]
           && access(job->outputs.paths[index], F_OK) == 0;
}

void denoise_file(denoise_job *job, size_t index)
{
    if (is_done(job, index)) {
        job->totals.kept++;
        progress_advance(1);
        return;
    }
    char *reference = reference_path(job, index);
    denoise_run run = {.job = job, .reference_name = {reference, reference}};
    if (reference && strcmp(reference, "-") == 0) {
        run.reference_name.path = spool_input();
    }
    bool can_start = !reference || run.reference_name.path;
    if (can_start && do_file(&run, index)) {
        job->totals.files++;
        image_file_writer_note(&run.writer, &job->request->common);
    } else {
        job->totals.failed++;
    }
    image_file_close(&run.source);
    image_file_close(&run.reference);
    ond_array_free(&run.noisy);
    ond_array_free(&run.clean);
    ond_array_free(&run.wanted);
    free(reference);
}
