/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/confusion.h"
#include "cli/models.h"
#include "cli/plot.h"
#include "cli/report_parts.h"
#include "cli/sparse.h"
#include "cli/training_curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- sparse codes --- */

/* The middle of the gray picture, at most `side` pixels wide and high. */
static ond_status middle_of(const ond_array *gray, size_t side, ond_array *crop)
{
    size_t shape[2] = {gray->shape[0] < side ? gray->shape[0] : side, gray->shape[1] < side ? gray->shape[1] : side};
    ond_status status = ond_array_resize(crop, 2, shape);
    for (size_t row = 0; status == OND_OK && row < shape[0]; row++) {
        const float *from = gray->data + ((gray->shape[0] - shape[0]) / 2 + row) * gray->shape[1];
        memcpy(crop->data + row * shape[1], from + (gray->shape[1] - shape[1]) / 2, shape[1] * sizeof(float));
    }
    return status;
}

static double norm_of(const ond_array *image)
{
    double squares = 0;
    for (size_t i = 0; i < ond_array_count(image); i++) {
        squares += (double)image->data[i] * (double)image->data[i];
    }
    return sqrt(squares);
}

enum { CODE_SIDE = 128, CODE_STEPS = 100, CODE_METHODS = 2 };

/* How the residuals of two pursuits fall. */
typedef struct code_run {
    double step[CODE_STEPS], residual[CODE_METHODS][CODE_STEPS]; /* shares of ‖x‖, in % */
    size_t done[CODE_METHODS];
    double density; /* share of the codes that is not zero */
} code_run;

static ond_status follow(const dictionary_file *file, const ond_array *image, ond_pursuit_method method,
                         double *residual, size_t *done, double *density)
{
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_pursuit_report report;
    ond_array codes[OND_MAX_LAYERS] = {{0}}, curve = {0};
    ond_pursuit_extras extras = {.curve = &curve};
    double norm = norm_of(image);
    config.method = method;
    config.iterations = CODE_STEPS;
    config.tolerance = 0;
    config.polish = 0;
    ond_status status = ond_pursuit(dictionary_layers(file), 1, image, &config, &extras, codes, &report);
    if (status == OND_OK) {
        *done = ond_array_count(&curve) < CODE_STEPS ? ond_array_count(&curve) : CODE_STEPS;
        *density = (double)report.layer[0].nonzeros / (double)ond_array_count(&codes[0]);
    }
    for (size_t i = 0; status == OND_OK && i < *done; i++) {
        residual[i] = norm > 0 ? 100 * (double)curve.data[i] / norm : 0;
    }
    ond_array_free(&curve);
    ond_array_free(&codes[0]);
    return status;
}

static ond_status code_middle(const report_job *job, const dictionary_file *file, code_run *run)
{
    static const ond_pursuit_method methods[CODE_METHODS] = {OND_PURSUIT_ISTA, OND_PURSUIT_FISTA};
    ond_array crop = {0}, smooth = {0};
    ond_status status = middle_of(&job->gray, CODE_SIDE, &crop);
    status = status ? status : take_smooth_part_away(5, &smooth, &crop);
    for (int i = 0; i < CODE_STEPS; i++) {
        run->step[i] = i + 1;
    }
    for (int i = 0; i < CODE_METHODS && status == OND_OK; i++) {
        status = follow(file, &crop, methods[i], run->residual[i], &run->done[i], &run->density);
    }
    ond_array_free(&crop);
    ond_array_free(&smooth);
    return status;
}

static ond_status draw_residuals(const code_run *run, picture_sink sink)
{
    plot drawn = {.title = "‖x − Dγ‖ / ‖x‖, %",
                  .x_title = "iteration",
                  .lines = {{"ISTA", run->step, run->residual[0], run->done[0]},
                            {"FISTA", run->step, run->residual[1], run->done[1]}},
                  .count = CODE_METHODS,
                  .log_x = true};
    return plot_page(&drawn, sink);
}

/* Left out where no dictionary comes with the program, or the picture is smaller than its filters. */
ond_status report_codes(report_job *job)
{
    dictionary_file file;
    code_run run = {.density = 0};
    char *path = shipped_model("dictionary");
    if (!path || job->gray.shape[0] < CODE_SIDE / 4 || job->gray.shape[1] < CODE_SIDE / 4) {
        free(path);
        return OND_OK;
    }
    ond_status status = dictionary_open(path, &file) ? OND_OK : OND_ERROR_FORMAT;
    if (status == OND_OK) {
        status = code_middle(job, &file, &run);
        if (status == OND_OK) {
            page_section(&job->html, "Sparse codes",
                         "The middle of the picture, without its smooth part, as a sum of few learned filters: how "
                         "what is left over falls with the iterations of two pursuits. Both come to the same codes, "
                         "FISTA sooner.");
            page_paragraph(&job->html, "%.2f %% of the codes are not zero.", 100 * run.density);
            status = draw_residuals(&run, page_picture(&job->html, SHOWN_RESIDUALS));
        }
        dictionary_close(&file);
    }
    free(path);
    return status;
}

/* --- pieces of the picture told apart --- */

/* Nine regions are the classes. From each, pieces of the left half train a classifier and pieces of the right half
 * test it, so that no pixel is in both. */
enum { REGIONS = 3, CLASSES = REGIONS * REGIONS, PIECE = 32, PIECES = 48, MOST_EPOCHS = 60 };

static const char *const region_names[CLASSES]
    = {"top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"};

typedef struct piece_set {
    ond_array pieces, features, labels;
} piece_set;

typedef struct piece_course {
    ond_head_progress points[MOST_EPOCHS];
    size_t count;
} piece_course;

static void free_set(piece_set *set)
{
    ond_array_free(&set->pieces);
    ond_array_free(&set->features);
    ond_array_free(&set->labels);
}

/* The piece's first row or column: `turn` of `turns` evenly spread places in begin…end − PIECE. */
static size_t place_of(double begin, double end, int turn, int turns)
{
    return (size_t)(begin + (end - begin - PIECE) * turn / (turns - 1));
}

static ond_status cut_pieces(const ond_array *gray, int half, piece_set *set)
{
    enum { DOWN = 8, ACROSS = PIECES / DOWN };
    double height = (double)gray->shape[0] / REGIONS, width = (double)gray->shape[1] / REGIONS;
    size_t shape[3] = {CLASSES * PIECES, PIECE, PIECE};
    ond_status status = ond_array_resize(&set->pieces, 3, shape);
    status = status ? status : ond_array_resize(&set->labels, 1, shape);
    for (int i = 0; status == OND_OK && i < CLASSES * PIECES; i++) {
        int region = i / PIECES, piece = i % PIECES;
        double top = region / REGIONS * height, left = region % REGIONS * width + half * width / 2;
        size_t row = place_of(top, top + height, piece / ACROSS, DOWN);
        size_t column = place_of(left, left + width / 2, piece % ACROSS, ACROSS);
        set->labels.data[i] = (float)region;
        for (size_t k = 0; k < PIECE; k++) {
            memcpy(set->pieces.data + ((size_t)i * PIECE + k) * PIECE, gray->data + (row + k) * gray->shape[1] + column,
                   PIECE * sizeof(float));
        }
    }
    return status;
}

static ond_status describe_pieces(const ond_array *gray, piece_set sets[2])
{
    ond_morlet_config bank = ond_morlet_config_default();
    ond_scattering_config config = ond_scattering_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    bank.scales = 3;
    config.averaging = OND_AVERAGING_GLOBAL;
    ond_status status = ond_morlet_create(&bank, &filters);
    status = status ? status : ond_scattering_create(filters, &config, &scattering);
    for (int half = 0; half < 2 && status == OND_OK; half++) {
        status = cut_pieces(gray, half, &sets[half]);
        status = status ? status : ond_scattering_apply(scattering, &sets[half].pieces, &sets[half].features);
    }
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
    return status;
}

static bool note_progress(void *context, const ond_head_progress *progress)
{
    piece_course *course = context;
    if (course->count < MOST_EPOCHS) {
        course->points[course->count++] = *progress;
    }
    return true;
}

static ond_status decide(const report_job *job, piece_set sets[2], piece_course *course, ond_array *scores)
{
    ond_head_config config = ond_head_config_default();
    ond_head_course given = {.watch = note_progress, .context = course};
    ond_head *head = NULL;
    config.kind = OND_HEAD_NETWORK;
    config.components = 64;
    config.hidden1 = 64;
    config.epochs = MOST_EPOCHS;
    config.seed = job->common->seed;
    ond_status status = ond_head_fit(&sets[0].features, &sets[0].labels, &config, &given, &head);
    status = status ? status : ond_head_predict(head, &sets[1].features, scores);
    ond_head_destroy(head);
    return status;
}

static ond_status show_decisions(report_job *job, const piece_course *course, const ond_array *scores,
                                 const ond_array *labels)
{
    confusion table = confusion_create(CLASSES, region_names);
    confusion_add_scores(&table, scores, labels);
    double right = 1 - (double)confusion_wrong(&table) / (double)confusion_total(&table);
    page_section(&job->html, "Where is this piece from?",
                 "A classifier that is trained on this picture alone. It sees the scattering coefficients of pieces of "
                 "32 × 32 pixels and says from which of nine regions each is; it learns from the left half of every "
                 "region and is asked about the right half. Regions that look alike are taken for one another.");
    page_paragraph(&job->html, "%.0f %% of %zu pieces find their region; by chance it would be 11 %%.", 100 * right,
                   confusion_total(&table));
    ond_status status = training_curve_draw(course->points, course->count, page_picture(&job->html, SHOWN_TRAINING));
    status = status ? status : confusion_draw(&table, page_picture(&job->html, SHOWN_CONFUSION));
    confusion_free(&table);
    return status;
}

/* Left out where half a region is smaller than a piece. */
ond_status report_pieces(report_job *job)
{
    const size_t *size = job->gray.shape;
    piece_set sets[2] = {{.pieces = {0}}, {.pieces = {0}}};
    piece_course course = {.count = 0};
    ond_array scores = {0};
    if (size[0] / REGIONS < PIECE || size[1] / REGIONS / 2 < PIECE) {
        return OND_OK;
    }
    ond_status status = describe_pieces(&job->gray, sets);
    status = status ? status : decide(job, sets, &course, &scores);
    status = status ? status : show_decisions(job, &course, &scores, &sets[1].labels);
    free_set(&sets[0]);
    free_set(&sets[1]);
    ond_array_free(&scores);
    return status;
}
