/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/checkpoint.h"
#include "cli/dictionary_course.h"
#include "cli/images.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/sparse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct shape_config {
    int atoms, filter, stride, border, color, epochs, crop, batch;
    double smoothness;
    int resume; /* 0/1 */
} shape_config;

typedef struct train_request {
    cli_request common;
    shape_config shape;
    ond_learning_config learning;
    const char *layers, *picture;
} train_request;

enum { CAUSE = 512 };

static const char *const borders[] = {"circular", "zero", NULL};
static const char *const colors[] = {"gray", "rgb", NULL};

_Static_assert(OND_GRAY == 0 && OND_RGB == 1, "colors[] is in the order of ond_color");
_Static_assert(OND_BORDER_CIRCULAR == 0 && OND_BORDER_ZERO == 1, "borders[] is in the order of ond_border");

static const ond_option own_options[] = {
    INT_ROW(shape_config, atoms, 32, 1, 4096, "filters of a dictionary of one layer"),
    INT_ROW(shape_config, filter, 8, 1, 256, "their rows and columns"),
    INT_ROW(shape_config, stride, 1, 1, 64, "pixels between two positions of a filter"),
    CHOICE_ROW(shape_config, border, 0, borders, "zero: filters stay inside the image"),
    CHOICE_ROW(shape_config, color, OND_GRAY, colors, "rgb: filters of three channels"),
    INT_ROW(shape_config, epochs, 1, 1, 100000, "times that every image is taken"),
    INT_ROW(shape_config, crop, 0, 0, 32768,
            "take the middle of every image, that many rows and columns; 0: all of it"),
    INT_ROW(shape_config, batch, 1, 1, 65536, "images of one size that are learned from together (method online)"),
    BOOL_ROW(shape_config, resume, 0,
             "go on with a training that was interrupted (method online; consensus begins anew)"),
    REAL_ROW(shape_config, smoothness, 5, 0, 1e30, "of the part that is taken away first; 0: nothing is"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"dictionary", options, offsetof(train_request, shape), NULL, 0, 0},
    {"learning", ond_learning_options, offsetof(train_request, learning), NULL, 0, 0},
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "D.safetensors", offsetof(cli_request, output), "the dictionary"},
    {"layers", 0, "MxK,MxKsS,...", offsetof(train_request, layers),
     "several layers, M filters of K x K with stride S each, instead of --atoms, --filter and --stride"},
    {"picture", 0, "ATOMS.png", offsetof(train_request, picture), "also draw the atoms of every layer: .png or .svg"},
    {NULL, 0, NULL, 0, NULL},
};

/* One run: what the dictionary is to be, and the one learning it. */
typedef struct training {
    const train_request *request;
    ond_dictionary_info shapes[OND_MAX_LAYERS];
    size_t count;
    ond_learner *learner;
    ond_array all; /* [images, channels, height, width]: of CONSENSUS, or the batch that is not full yet */
    size_t kept;   /* images in it */
    ond_array smooth;
    dictionary_course course;
} training;

/* "32x8s2": false when it is no such thing. */
static bool parse_layer(const char *text, const char **rest, ond_dictionary_info *info)
{
    char *end = NULL;
    unsigned long atoms = strtoul(text, &end, 10);
    if (end == text || *end != 'x') {
        return false;
    }
    const char *size = end + 1;
    unsigned long filter = strtoul(size, &end, 10);
    bool is_read = end != size;
    unsigned long stride = 1;
    if (*end == 's') {
        size = end + 1;
        stride = strtoul(size, &end, 10);
        is_read = is_read && end != size;
    }
    enum { MOST = 4096 };
    info->atoms = atoms;
    info->filter_height = info->filter_width = filter;
    info->stride = stride;
    *rest = *end == ',' ? end + 1 : end;
    return is_read && (*end == ',' || !*end) && atoms >= 1 && atoms <= MOST && filter >= 1 && filter <= MOST
           && stride >= 1 && stride <= filter;
}

static exit_status plan_layers(training *t)
{
    const train_request *request = t->request;
    const char *text = request->layers;
    size_t channels = request->shape.color == OND_RGB ? 3 : 1;
    t->shapes[0] = (ond_dictionary_info){.atoms = (size_t)request->shape.atoms,
                                         .filter_height = (size_t)request->shape.filter,
                                         .filter_width = (size_t)request->shape.filter,
                                         .stride = (size_t)request->shape.stride};
    t->count = 1;
    for (size_t i = 0; text && *text; i++) {
        if (i == OND_MAX_LAYERS || !parse_layer(text, &text, &t->shapes[i])) {
            return wrong_usage(request->common.command, "layers = '%s' is not MxK or MxKsS for each of 1..%d layers",
                               request->layers, OND_MAX_LAYERS);
        }
        t->count = i + 1;
    }
    for (size_t i = 0; i < t->count; i++) {
        t->shapes[i].channels = channels;
        t->shapes[i].border = (ond_border)request->shape.border;
        channels = t->shapes[i].atoms;
    }
    return ALL_DONE;
}

static bool make_learner(training *t)
{
    ond_dictionary *layers[OND_MAX_LAYERS] = {NULL};
    ond_status status = OND_OK;
    for (size_t i = 0; status == OND_OK && i < t->count; i++) {
        status = ond_dictionary_random(&t->shapes[i], (unsigned)t->request->common.seed + (unsigned)i, &layers[i]);
    }
    if (status == OND_OK) {
        status
            = ond_learner_create((const ond_dictionary *const *)layers, t->count, &t->request->learning, &t->learner);
    }
    for (size_t i = 0; i < t->count; i++) {
        ond_dictionary_destroy(layers[i]);
    }
    if (status != OND_OK) {
        complain("%s", ond_error_message());
    }
    return status == OND_OK;
}

/* Keeps the middle of the image. */
static void crop(size_t side, ond_array *image)
{
    size_t height = image->shape[image->rank - 2];
    size_t width = image->shape[image->rank - 1];
    if (side == 0 || (height <= side && width <= side)) {
        return;
    }
    size_t rows = height < side ? height : side;
    size_t columns = width < side ? width : side;
    size_t planes = ond_array_count(image) / height / width;
    for (size_t i = 0; i < planes * rows; i++) {
        const float *from = image->data + (i / rows * height + (height - rows) / 2 + i % rows) * width;
        memmove(image->data + i * columns, from + (width - columns) / 2, columns * sizeof *from);
    }
    image->shape[image->rank - 2] = rows;
    image->shape[image->rank - 1] = columns;
}

/* Keeps an image beside others of its size. */
static ond_status keep(training *t, const ond_array *image)
{
    size_t shape[4]
        = {t->kept + 1, t->shapes[0].channels, image->shape[image->rank - 2], image->shape[image->rank - 1]};
    size_t size = ond_array_count(image);
    ond_array grown = {0};
    ond_status status = ond_array_resize(&grown, 4, shape);
    if (status == OND_OK) {
        memcpy(grown.data, t->kept ? t->all.data : image->data, (t->kept ? t->kept * size : 1) * sizeof(float));
        memcpy(grown.data + t->kept * size, image->data, size * sizeof(float));
        ond_array_free(&t->all);
        t->all = grown;
        t->kept++;
    }
    return status;
}

static bool is_online(const training *t)
{
    return t->request->learning.method == OND_LEARNING_ONLINE;
}

/* Learns from the batch; images that nothing is learned from count as failed. */
static void take_batch(training *t, const image_origin *origin)
{
    ond_learning_report report = {0};
    double images = (double)t->kept;
    if (t->kept == 0) {
        return;
    }
    if (ond_learner_take(t->learner, &t->all, &report)) {
        char cause[CAUSE];
        snprintf(cause, sizeof cause, "ends a batch of %zu images: %s", t->kept, ond_error_message());
        complain_of_image(origin, t->kept > 1 ? cause : NULL);
        t->course.images -= t->kept;
        t->course.failed += t->kept;
    } else {
        t->course.objective += images * report.objective;
        t->course.residual += images * report.residual;
        t->course.density += images * report.density;
        t->course.filled = report.filled;
    }
    t->kept = 0;
}

static bool has_size_of_first(const training *t, const ond_array *image)
{
    return t->kept == 0
           || (image->shape[image->rank - 2] == t->all.shape[2] && image->shape[image->rank - 1] == t->all.shape[3]);
}

/* Whether the image is one to learn from: it waits for its batch. */
static bool accept(training *t, image_stream *stream, image_event event, ond_array *image)
{
    if (event != IMAGE_READY) {
        return false;
    }
    crop((size_t)t->request->shape.crop, image);
    if (!has_size_of_first(t, image)) {
        if (!is_online(t)) {
            complain_of_image(&stream->origin, "has another size than the first: consensus wants one (--crop N)");
            return false;
        }
        take_batch(t, &stream->origin);
    }
    if (take_smooth_part_away(t->request->shape.smoothness, &t->smooth, image) || keep(t, image)) {
        complain_of_image(&stream->origin, NULL);
        return false;
    }
    return true;
}

/* When the training is stopped, images that were not learned from have not been seen. */
static bool end_walk(training *t, const image_origin *origin)
{
    if (!is_online(t)) {
        return true;
    }
    if (stop_signal()) {
        t->course.seen -= t->kept;
        t->course.images -= t->kept;
        t->kept = 0;
        return course_keep(&t->course, t->learner);
    }
    take_batch(t, origin);
    return true;
}

/* One epoch, or what is left of it. False after a complaint: nothing can be kept. */
static bool walk(training *t, const input_list *inputs)
{
    image_stream stream = {.inputs = inputs, .color = (ond_color)t->request->shape.color};
    image_event event;
    ond_array image = {0};
    bool fine = true;
    size_t done = t->course.seen;
    for (size_t i = 0; fine && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END; i++) {
        progress_advance(1);
        if (i >= done) {
            bool is_accepted = accept(t, &stream, event, &image);
            t->course.images += is_accepted;
            t->course.failed += !is_accepted;
            t->course.seen++;
            if (is_online(t) && t->kept >= (size_t)t->request->shape.batch) {
                take_batch(t, &stream.origin);
            }
            fine = !is_online(t) || t->kept > 0 || course_keep(&t->course, t->learner);
        }
    }
    fine = fine && end_walk(t, &stream.origin);
    ond_array_free(&image);
    image_stream_close(&stream);
    return fine;
}

static void tell(const training *t, int epoch, const ond_learning_report *means, double elapsed_s)
{
    progress_hide();
    note(&t->request->common,
         "epoch %d: %zu images, objective %.6g, residual %.1f %%, %.3g %% of the codes not zero, %.0f s", epoch,
         t->course.images, means->objective, 100 * means->residual, 100 * means->density, elapsed_s);
    if (t->count > 1) {
        note(&t->request->common, "epoch %d: %.3g %% of the deeper dictionaries not zero", epoch, 100 * means->filled);
    }
}

static bool end_epoch(training *t, double started_s)
{
    ond_learning_report means = {0};
    if (t->request->learning.method == OND_LEARNING_ONLINE) {
        double n = (double)t->course.images;
        means = (ond_learning_report){t->course.objective / n, t->course.residual / n, t->course.density / n,
                                      t->course.filled};
    } else if (ond_learner_fit(t->learner, &t->all, &means)) {
        progress_hide();
        complain("%s", ond_error_message());
        return false;
    }
    tell(t, t->course.epoch, &means, seconds_now() - started_s);
    return true;
}

static bool learn(training *t, const input_list *inputs)
{
    double started = seconds_now();
    int epochs = t->request->learning.method == OND_LEARNING_ONLINE ? t->request->shape.epochs : 1;
    char settings[COURSE_TEXT];
    snprintf(settings, sizeof settings, "crop %d, smoothness %g, batch %d, seed %d", t->request->shape.crop,
             t->request->shape.smoothness, t->request->shape.batch, t->request->common.seed);
    course_begin(&t->course, inputs, settings);
    if (!course_take_up(&t->course, t->learner)) {
        return false;
    }
    progress_start((size_t)epochs * images_count(inputs), t->request->common.quiet);
    progress_advance((size_t)(t->course.epoch - 1) * images_count(inputs));
    bool fine = true;
    while (fine) {
        fine = walk(t, inputs) && t->course.images > 0 && !stop_signal() && end_epoch(t, started);
        if (t->course.epoch >= epochs) {
            break;
        }
        if (fine) {
            course_next_epoch(&t->course);
        }
    }
    progress_hide();
    return fine;
}

static bool write_outputs(const training *t)
{
    ond_dictionary *layers[OND_MAX_LAYERS] = {NULL};
    const train_request *request = t->request;
    ond_status status = OND_OK;
    for (size_t i = 0; status == OND_OK && i < t->count; i++) {
        status = ond_learner_dictionary(t->learner, i, &layers[i]);
    }
    const ond_dictionary *const *made = (const ond_dictionary *const *)layers;
    const char *name = request->common.output;
    status = status == OND_OK ? ond_dictionary_write(made, t->count, name) : status;
    if (status == OND_OK && request->picture) {
        name = request->picture;
        status = atoms_picture(made, t->count, name);
    }
    if (status != OND_OK) {
        complain_of(name);
    }
    for (size_t i = 0; i < t->count; i++) {
        ond_dictionary_destroy(layers[i]);
    }
    return status == OND_OK;
}

static exit_status check_request(const train_request *request)
{
    const cli_command *command = request->common.command;
    if (request->common.input_count == 0) {
        return wrong_usage(command, "no images given");
    }
    if (check_model_output(&request->common) != ALL_DONE) {
        return WRONG_USAGE;
    }
    if (request->shape.resume && request->learning.method != OND_LEARNING_ONLINE) {
        return wrong_usage(command, "--resume goes with --method online: consensus learning begins anew");
    }
    if (request->picture && !is_drawing(request->picture)) {
        return wrong_usage(command, "picture '%s' ends neither in .png nor in .svg", request->picture);
    }
    return ALL_DONE;
}

static exit_status run_train_dictionary(cli_request *common)
{
    const train_request *request = (const train_request *)common;
    training t = {.request = request};
    exit_status status = check_request(request);
    status = status == ALL_DONE ? plan_layers(&t) : status;
    if (status != ALL_DONE) {
        return status;
    }
    bool resume = request->shape.resume != 0;
    if (!checkpoint_frees_output(common, resume) || (request->picture && !output_is_free(common, request->picture))) {
        return SOME_FAILED;
    }
    if (request->learning.method == OND_LEARNING_ONLINE) {
        t.course.checkpoint = checkpoint_of(common, "", resume);
    }
    ignore(ond_wisdom_read(NULL));
    input_list inputs = inputs_expand(common, common->inputs, common->input_count);
    bool fine = inputs.count > 0 && make_learner(&t) && learn(&t, &inputs) && write_outputs(&t);
    if (t.course.checkpoint) {
        checkpoint_end(common, t.course.checkpoint, fine);
    }
    fine = fine && inputs.failed == 0 && t.course.failed == 0;
    inputs_free(&inputs);
    ond_learner_destroy(t.learner);
    ond_array_free(&t.all);
    ond_array_free(&t.smooth);
    ignore(ond_wisdom_write(NULL));
    return fine ? ALL_DONE : SOME_FAILED;
}

const cli_command train_dictionary_command = {
    .name = "train dictionary",
    .summary = "A dictionary of filters for sparse codes, learned from images",
    .usage = "IMAGES... -o D.safetensors [--picture ATOMS.png] [options]",
    .details
    = "Learns filters whose sparse combinations make the images, without their smooth part. --method online takes\n"
      "images of any sizes one after the other, and goes on with --resume after a stop; --method consensus takes all "
      "of\n"
      "one size at once, and begins anew. With --layers the atoms of each layer are combinations of those of the "
      "layer\n"
      "before, few ones with --sparsity.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(train_request),
    .run = run_train_dictionary,
};
