/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_fit.h"
#include "tasks/edge_model.h"
#include "tasks/edge_samples.h"

#include <math.h>
#include <string.h>

/* One training from the first picture to the second network. */
typedef struct edge_training {
    const ond_edge_training *config;
    size_t channels, count;
    ond_edge_pictures pictures;
    void *pictures_context;
    ond_edge_watch watch;
    void *watch_context;
    ond_edge_bank bank; /* of the picture at work */
    ond_array image, truth, gray, planes;
    ond_edge_samples samples;
    size_t *begin;          /* of each picture's samples */
    uint32_t *rows;         /* that a network learns from */
    ond_network *halves[2]; /* first networks from every other picture: the second must not see a map of a picture that
                               its first network knows */
    ond_edge_table table;
    ond_edge_networks networks;
    ond_record record;
    ond_tensors *from; /* what an earlier process kept; NULL: nothing */
} edge_training;

static ond_status tell(const edge_training *own, const char *stage, size_t done)
{
    bool stop = false;
    if (own->watch) {
        own->watch(own->watch_context, stage, done, own->count, (double)NAN, &stop);
    }
    return stop ? ond_fail(OND_ERROR_ARGUMENT, "training was stopped at picture %zu of %zu", done, own->count) : OND_OK;
}

static ond_status check_picture(const edge_training *own, size_t index)
{
    const ond_array *image = &own->image, *truth = &own->truth;
    char text[2][OND_SHAPE_TEXT_SIZE];
    bool is_image = image->rank == 2 || (image->rank == 3 && image->shape[0] == 3);
    const size_t *size = image->shape + (image->rank == 3);
    if (!is_image || truth->rank != 3 || truth->shape[1] != size[0] || truth->shape[2] != size[1]) {
        return ond_fail(OND_ERROR_SHAPE, "picture %zu is %s and its truth %s, an image and maps of its size are wanted",
                        index, ond_shape_text(image->rank, image->shape, text[0]),
                        ond_shape_text(truth->rank, truth->shape, text[1]));
    }
    if (size[0] * size[1] > UINT32_MAX) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "picture %zu is %s, at most 2^32 pixels can be learned from", index,
                        text[0]);
    }
    OND_TRY(ond_array_check_finite(image, "the picture"));
    return ond_array_check_finite(truth, "the truth");
}

/* ITU-R BT.601, as for pictures that are read as gray. */
static ond_status make_gray(edge_training *own)
{
    const size_t *size = own->image.shape + own->image.rank - 2;
    size_t plane = size[0] * size[1];
    const float *from = own->image.data;
    OND_TRY(ond_array_resize(&own->gray, 2, size));
    for (size_t i = 0; i < plane; i++) {
        own->gray.data[i] = own->image.rank == 2
                                ? from[i]
                                : 0.299F * from[i] + 0.587F * from[plane + i] + 0.114F * from[2 * plane + i];
    }
    return OND_OK;
}

static ond_status make_planes(edge_training *own)
{
    if (own->channels == 1) {
        return ond_edge_model_channels(&own->gray, &own->planes);
    }
    if (own->image.rank == 3) {
        return ond_edge_model_channels(&own->image, &own->planes);
    }
    ond_array color = {0};
    size_t plane = own->gray.shape[0] * own->gray.shape[1];
    OND_TRY(ond_array_resize(&color, 3, (size_t[]){3, own->gray.shape[0], own->gray.shape[1]}));
    for (size_t c = 0; c < 3; c++) {
        memcpy(color.data + c * plane, own->gray.data, plane * sizeof *color.data);
    }
    ond_status status = ond_edge_model_channels(&color, &own->planes);
    ond_array_free(&color);
    return status;
}

/* Reads a picture and makes the bank for its size. */
static ond_status begin_picture(edge_training *own, size_t index)
{
    OND_TRY(own->pictures(own->pictures_context, index, &own->image, &own->truth));
    OND_TRY(check_picture(own, index));
    OND_TRY(make_gray(own));
    OND_TRY(make_planes(own));
    size_t height = own->gray.shape[0], width = own->gray.shape[1];
    if (own->bank.height == height && own->bank.width == width) {
        return OND_OK;
    }
    ond_edge_bank_destroy(&own->bank);
    return ond_edge_bank_create(height, width, &own->bank);
}

/* Fills rows of the table, each from one pixel. */
typedef struct table_pass {
    const edge_training *own;
    const ond_edge_scene *scene; /* for the first network */
    const ond_edge_first *first; /* for the second */
    size_t begin, end;
} table_pass;

enum { PASS_ROWS = 64, MOST_INPUTS = 1024 };

static ond_status fill_rows(void *context, size_t index, int worker)
{
    const table_pass *pass = context;
    const edge_training *own = pass->own;
    float inputs[MOST_INPUTS];
    size_t begin = pass->begin + index * PASS_ROWS, end = begin + PASS_ROWS;
    (void)worker;
    for (size_t i = begin; i < end && i < pass->end; i++) {
        size_t row = own->samples.pixels[i] / own->bank.width, column = own->samples.pixels[i] % own->bank.width;
        if (pass->scene) {
            ond_edge_features_at(pass->scene, row, column, inputs);
        } else {
            ond_edge_context_at(pass->first, row, column, inputs);
        }
        ond_edge_table_put(&own->table, i, inputs);
    }
    return OND_OK;
}

static ond_status run_pass(table_pass *pass)
{
    size_t items = (pass->end - pass->begin + PASS_ROWS - 1) / PASS_ROWS;
    return ond_parallel_for(items, ond_parallel_workers(items), fill_rows, pass);
}

static ond_status sample_picture(edge_training *own, size_t index, ond_random *random)
{
    OND_TRY(begin_picture(own, index));
    own->begin[index] = own->samples.count;
    OND_TRY(ond_edge_samples_add(&own->samples, &own->gray, &own->truth, own->config->softness_px,
                                 (size_t)own->config->samples, random));
    own->begin[index + 1] = own->samples.count;
    if (!own->table.values) { /* the first networks are complete */
        return tell(own, "samples", index + 1);
    }
    ond_edge_scene scene;
    OND_TRY(ond_edge_scene_create(&own->bank, &own->planes, &scene));
    table_pass pass = {.own = own, .scene = &scene, .begin = own->begin[index], .end = own->begin[index + 1]};
    ond_status status = run_pass(&pass);
    ond_edge_scene_destroy(&scene);
    return status ? status : tell(own, "first network: features", index + 1);
}

static ond_status look_again(edge_training *own, size_t index)
{
    OND_TRY(begin_picture(own, index));
    ond_edge_scene scene;
    ond_edge_first first;
    const ond_network *stranger = own->halves[1 - index % 2];
    OND_TRY(ond_edge_scene_create(&own->bank, &own->planes, &scene));
    ond_status status = ond_edge_first_create(&scene, stranger ? stranger : own->networks.first, &first);
    if (status == OND_OK) {
        table_pass pass = {.own = own, .first = &first, .begin = own->begin[index], .end = own->begin[index + 1]};
        status = run_pass(&pass);
        ond_edge_first_destroy(&first);
    }
    ond_edge_scene_destroy(&scene);
    return status ? status : tell(own, "second network: features", index + 1);
}

/* --- kept and taken up again --- */

typedef struct named_network {
    const char *name;
    ond_network **network;
} named_network;

enum { NETWORKS = 4 };

static void name_networks(edge_training *own, named_network all[NETWORKS])
{
    all[0] = (named_network){"first", &own->networks.first};
    all[1] = (named_network){"half0", &own->halves[0]};
    all[2] = (named_network){"half1", &own->halves[1]};
    all[3] = (named_network){"second", &own->networks.second};
}

/* Every network that is complete. */
static ond_status put_networks(const void *context, ond_tensors *tensors)
{
    const edge_training *own = context;
    const ond_network *const all[NETWORKS]
        = {own->networks.first, own->halves[0], own->halves[1], own->networks.second};
    static const char *const names[NETWORKS] = {"first", "half0", "half1", "second"};
    for (size_t i = 0; i < NETWORKS; i++) {
        if (all[i]) {
            OND_TRY(ond_tensors_metadata_set(tensors, names[i], "complete"));
            OND_TRY(ond_network_to_tensors(all[i], names[i], tensors));
        }
    }
    return OND_OK;
}

static ond_status keep_networks(edge_training *own)
{
    return own->record.path ? ond_record_write(&own->record, put_networks, own) : OND_OK;
}

/* What a record is of: the number of pictures, and the first of them. */
static ond_status take_up(edge_training *own)
{
    if (!own->record.path) {
        return OND_OK;
    }
    OND_TRY(own->pictures(own->pictures_context, 0, &own->image, &own->truth));
    own->record.data = ond_record_sum(ond_record_sum(OND_RECORD_SUM ^ own->count, &own->image), &own->truth);
    OND_TRY(ond_record_read(&own->record, &own->from));
    named_network all[NETWORKS];
    name_networks(own, all);
    for (size_t i = 0; i < NETWORKS; i++) {
        if (own->from && ond_tensors_metadata(own->from, all[i].name)) {
            OND_TRY(ond_network_from_tensors(own->from, all[i].name, all[i].network));
        }
    }
    return OND_OK;
}

/* --- the networks --- */

/* Fits a network to the samples of the pictures first, first + step, …, unless it is there. */
static ond_status fit(edge_training *own, const char *stage, size_t first, size_t step, const size_t *mirror,
                      ond_network **network)
{
    ond_edge_fitting fitting = {
        .training = own->config,
        .table = &own->table,
        .rows = own->rows,
        .labels = own->samples.labels,
        .weights = own->samples.weights,
        .mirror = mirror,
        .hidden = (size_t)own->config->hidden,
        .stage = stage,
        .watch = own->watch,
        .watch_context = own->watch_context,
        .record = &own->record,
        .put_others = put_networks,
        .others = own,
        .from = own->from,
    };
    for (size_t p = first; p < own->count; p += step) {
        for (size_t i = own->begin[p]; i < own->begin[p + 1]; i++) {
            own->rows[fitting.row_count++] = (uint32_t)i;
        }
    }
    if (*network || !fitting.row_count) {
        return OND_OK;
    }
    OND_TRY(ond_edge_fit(&fitting, network));
    return keep_networks(own);
}

static bool has_pictures_of_half(const edge_training *own, size_t half)
{
    return own->count > half;
}

/* Whether a first network is still to be trained: features are then needed. */
static bool lacks_first(const edge_training *own)
{
    bool lacks_half
        = (!own->halves[0] && has_pictures_of_half(own, 0)) || (!own->halves[1] && has_pictures_of_half(own, 1));
    return !own->networks.first || (own->config->second && !own->networks.second && lacks_half);
}

static ond_status train_first(edge_training *own)
{
    size_t features = ond_edge_feature_count(own->channels), mirror[MOST_INPUTS];
    ond_random random = ond_random_make((uint64_t)own->config->seed, 0);
    size_t room = own->count * ((size_t)own->config->samples + (size_t)own->config->samples / 16 + 64);
    OND_TRY(ond_edge_samples_create(room, &own->samples));
    if (lacks_first(own)) {
        OND_TRY(ond_edge_table_create(room, features, &own->table));
    }
    for (size_t i = 0; i < own->count; i++) {
        OND_TRY(sample_picture(own, i, &random));
    }
    if (own->samples.count == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "none of the %zu pictures has a pixel to learn from", own->count);
    }
    own->rows = ond_memory_allocate(own->samples.count, sizeof *own->rows);
    if (!own->rows) {
        return OND_ERROR_MEMORY;
    }
    if (!lacks_first(own)) {
        return OND_OK;
    }
    ond_edge_feature_mirror(own->channels, mirror);
    OND_TRY(fit(own, "first network: epochs", 0, 1, mirror, &own->networks.first));
    for (size_t half = 0; half < 2 && own->config->second; half++) {
        OND_TRY(fit(own, half ? "second half: epochs" : "first half: epochs", half, 2, mirror, &own->halves[half]));
    }
    ond_edge_table_destroy(&own->table);
    return OND_OK;
}

static ond_status train_second(edge_training *own)
{
    OND_TRY(ond_edge_table_create(own->samples.count, ond_edge_context_count(own->channels), &own->table));
    for (size_t i = 0; i < own->count; i++) {
        OND_TRY(look_again(own, i));
    }
    size_t mirror[MOST_INPUTS];
    ond_edge_context_mirror(own->channels, mirror);
    return fit(own, "second network: epochs", 0, 1, mirror, &own->networks.second);
}

static ond_status train(edge_training *own)
{
    own->begin = ond_memory_allocate(own->count + 1, sizeof *own->begin);
    if (!own->begin) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(take_up(own));
    if (own->config->second ? own->networks.second != NULL : own->networks.first != NULL) {
        return OND_OK; /* the earlier process was stopped behind the last epoch */
    }
    OND_TRY(train_first(own));
    return own->config->second ? train_second(own) : OND_OK;
}

static void release(edge_training *own)
{
    ond_edge_bank_destroy(&own->bank);
    ond_array_free(&own->image);
    ond_array_free(&own->truth);
    ond_array_free(&own->gray);
    ond_array_free(&own->planes);
    ond_edge_samples_destroy(&own->samples);
    ond_edge_table_destroy(&own->table);
    ond_memory_free(own->begin);
    ond_memory_free(own->rows);
    ond_network_destroy(own->halves[0]);
    ond_network_destroy(own->halves[1]);
    ond_network_destroy(own->networks.first);
    ond_network_destroy(own->networks.second);
    ond_tensors_destroy(own->from);
}

/* Takes the networks over. */
static ond_status put_into_model(edge_training *own, ond_edge_model **model)
{
    if (!*model) {
        *model = ond_memory_allocate_zero(1, sizeof **model);
    }
    if (!*model) {
        return OND_ERROR_MEMORY;
    }
    ond_edge_networks *place = own->channels == 1 ? &(*model)->gray : &(*model)->color, old = *place;
    *place = own->networks;
    own->networks = old;
    return OND_OK;
}

ond_status ond_edge_model_train(const ond_edge_training *training, int channels, size_t count,
                                ond_edge_pictures pictures, void *pictures_context, const ond_edge_course *course,
                                ond_edge_model **model)
{
    ond_edge_course given = course ? *course : (ond_edge_course){0};
    ond_edge_training config = training ? *training : ond_edge_training_default();
    OND_TRY(ond_options_check(ond_edge_training_options(), &config));
    if (channels != 1 && channels != 3) {
        return ond_fail(OND_ERROR_ARGUMENT, "channels = %d is neither 1 nor 3", channels);
    }
    if (count == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "no pictures to learn from");
    }
    edge_training own = {
        .config = &config,
        .channels = (size_t)channels,
        .count = count,
        .pictures = pictures,
        .pictures_context = pictures_context,
        .watch = given.watch,
        .watch_context = given.context,
        .record = {.path = given.checkpoint,
                   .kind = channels == 1 ? "gray edges" : "color edges",
                   .options = ond_edge_training_options(),
                   .config = &config},
    };
    ond_status status = train(&own);
    status = status ? status : put_into_model(&own, model);
    release(&own);
    return status;
}
