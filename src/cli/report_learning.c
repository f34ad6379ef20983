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

/* --- what was done to a piece of the picture --- */

/* The classes are ways in which a picture suffers. Pieces of the left half train a classifier and pieces of the right
 * half test it, so that no pixel is in both. */
enum { CLASSES = 5, PIECE = 32, DOWN = 12, ACROSS = 8, PIECES = DOWN * ACROSS, MOST_EPOCHS = 30 };

typedef struct damage {
    const char *name;
    int blur;     /* means of (2 blur + 1)² pixels */
    int block;    /* means of block² pixels in place of each */
    double noise; /* grey levels of 255 */
} damage;

static const damage damages[CLASSES] = {
    {"as it is", 0, 1, 0},    {"blurred", 2, 1, 0},   {"some noise", 0, 1, 10},
    {"more noise", 0, 1, 25}, {"in blocks", 0, 2, 0},
};

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

/* Of the pixels in rows top… bottom − 1 and columns left… right − 1 that the picture has. */
static float mean_of(const ond_array *gray, const ptrdiff_t rows[2], const ptrdiff_t columns[2])
{
    ptrdiff_t height = (ptrdiff_t)gray->shape[0], width = (ptrdiff_t)gray->shape[1];
    double sum = 0;
    int count = 0;
    for (ptrdiff_t row = rows[0] > 0 ? rows[0] : 0; row < rows[1] && row < height; row++) {
        for (ptrdiff_t column = columns[0] > 0 ? columns[0] : 0; column < columns[1] && column < width; column++) {
            sum += (double)gray->data[row * width + column];
            count++;
        }
    }
    return (float)(sum / count);
}

static ond_status do_damage(const ond_array *gray, const damage *how, int seed, ond_array *damaged)
{
    ond_status status = ond_array_resize(damaged, 2, gray->shape);
    ptrdiff_t height = (ptrdiff_t)gray->shape[0], width = (ptrdiff_t)gray->shape[1];
    for (ptrdiff_t row = 0; status == OND_OK && row < height; row++) {
        for (ptrdiff_t column = 0; column < width; column++) {
            ptrdiff_t top = row / how->block * how->block, left = column / how->block * how->block;
            ptrdiff_t rows[2] = {top - how->blur, top + how->block + how->blur};
            ptrdiff_t columns[2] = {left - how->blur, left + how->block + how->blur};
            damaged->data[row * width + column] = mean_of(gray, rows, columns);
        }
    }
    if (status == OND_OK && how->noise > 0) {
        report_add_noise(damaged, how->noise / 255, seed);
    }
    return status;
}

/* The piece's first row or column: `turn` of `turns` evenly spread places in begin…end − PIECE. */
static size_t place_of(size_t begin, size_t end, int turn, int turns)
{
    return begin + (end - begin - PIECE) * (size_t)turn / (size_t)(turns - 1);
}

/* Those of one half of the damaged picture. */
static void cut_pieces(const ond_array *damaged, int half, int class, piece_set *set)
{
    size_t height = damaged->shape[0], width = damaged->shape[1];
    size_t begin = half ? width - width / 2 : 0, end = half ? width : width / 2;
    for (int piece = 0; piece < PIECES; piece++) {
        size_t row = place_of(0, height, piece / ACROSS, DOWN), column = place_of(begin, end, piece % ACROSS, ACROSS);
        size_t place = (size_t)(class * PIECES + piece);
        set->labels.data[place] = (float)class;
        for (size_t k = 0; k < PIECE; k++) {
            memcpy(set->pieces.data + (place * PIECE + k) * PIECE, damaged->data + (row + k) * width + column,
                   PIECE * sizeof(float));
        }
    }
}

static ond_status make_pieces(const report_job *job, piece_set sets[2])
{
    size_t shape[3] = {CLASSES * PIECES, PIECE, PIECE};
    ond_array damaged = {0};
    ond_status status = OND_OK;
    for (int half = 0; half < 2 && status == OND_OK; half++) {
        status = ond_array_resize(&sets[half].pieces, 3, shape);
        status = status ? status : ond_array_resize(&sets[half].labels, 1, shape);
    }
    for (int class = 0; class < CLASSES && status == OND_OK; class ++) {
        status = do_damage(&job->gray, &damages[class], job->common->seed, &damaged);
        for (int half = 0; half < 2 && status == OND_OK; half++) {
            cut_pieces(&damaged, half, class, &sets[half]);
        }
    }
    ond_array_free(&damaged);
    return status;
}

static ond_status describe_pieces(piece_set sets[2])
{
    ond_morlet_config bank = ond_morlet_config_default();
    ond_scattering_config config = ond_scattering_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    bank.scales = 3;
    config.averaging = OND_AVERAGING_GLOBAL;
    config.log = true;
    ond_status status = ond_morlet_create(&bank, &filters);
    status = status ? status : ond_scattering_create(filters, &config, &scattering);
    for (int half = 0; half < 2 && status == OND_OK; half++) {
        status = ond_scattering_apply(scattering, &sets[half].pieces, &sets[half].features);
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
    config.map = OND_FEATURE_NONE;
    config.components = 64;
    config.batch = 32;
    config.rate = 3e-3;
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
    const char *names[CLASSES];
    for (int class = 0; class < CLASSES; class ++) {
        names[class] = damages[class].name;
    }
    confusion table = confusion_create(CLASSES, names);
    confusion_add_scores(&table, scores, labels);
    double right = 1 - (double)confusion_wrong(&table) / (double)confusion_total(&table);
    page_section(&job->html, "What was done to this piece?",
                 "A classifier that is trained on this picture alone. It sees the scattering coefficients of pieces of "
                 "32 × 32 pixels that are left as they are, blurred (means of 5 × 5 pixels), noisy (σ = 10 or "
                 "25) or made of blocks of 2 × 2 pixels, and says which; it learns from the left half of the picture "
                 "and is asked about the right half. Where a piece is flat, little can be told.");
    page_paragraph(&job->html, "%.0f %% of %zu pieces are recognised; by chance it would be %.0f %%.", 100 * right,
                   confusion_total(&table), 100.0 / CLASSES);
    ond_status status = training_curve_draw(course->points, course->count, page_picture(&job->html, SHOWN_TRAINING));
    status = status ? status : confusion_draw(&table, page_picture(&job->html, SHOWN_CONFUSION));
    confusion_free(&table);
    return status;
}

/* Left out where half the picture is smaller than a piece. */
ond_status report_pieces(report_job *job)
{
    const size_t *size = job->gray.shape;
    piece_set sets[2] = {{.pieces = {0}}, {.pieces = {0}}};
    piece_course course = {.count = 0};
    ond_array scores = {0};
    if (size[0] < PIECE || size[1] / 2 < PIECE) {
        return OND_OK;
    }
    ond_status status = make_pieces(job, sets);
    status = status ? status : describe_pieces(sets);
    status = status ? status : decide(job, sets, &course, &scores);
    status = status ? status : show_decisions(job, &course, &scores, &sets[1].labels);
    free_set(&sets[0]);
    free_set(&sets[1]);
    ond_array_free(&scores);
    return status;
}
