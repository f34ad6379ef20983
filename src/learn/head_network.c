/* SPDX-License-Identifier: BSD-3-Clause */
/* The head that learns by mini-batches. */
#include "core/memory.h"
#include "core/random.h"
#include "learn/checkpoint.h"
#include "learn/head.h"
#include "learn/trainer.h"

#include <math.h>
#include <string.h>

enum { MEASURED = 2000, CHUNK_ROWS = 1024 };

typedef struct session {
    const ond_samples *samples;
    const ond_head_config *config;
    const ond_head_course *course;
    ond_split split;
    ond_head *head;  /* its network is the one in training */
    float *z;        /* all samples prepared, where that makes them smaller; else NULL */
    uint32_t *order; /* of the training rows in this epoch */
    float *weights;  /* of the classes */
    float *scratch;  /* CHUNK_ROWS prepared rows and their scores */
    float *best;     /* parameters */
    double best_error;
    size_t best_epoch, done; /* epochs */
    ond_trainer *trainer;
    double *errors; /* of each epoch on the rows held out, NULL: not wanted */
} session;

/* --- mini-batches --- */

static ond_status prepared_rows(const session *s, const uint32_t *items, size_t count, float *z)
{
    size_t n = s->head->prepare->outputs;
    if (!s->z) {
        ond_rows rows = {s->samples->features, s->samples->columns, items, count};
        return ond_prepare_apply(s->head->prepare, &rows, z);
    }
    for (size_t row = 0; row < count; row++) {
        memcpy(z + row * n, s->z + (size_t)items[row] * n, n * sizeof *z);
    }
    return OND_OK;
}

static ond_status fill_batch(void *context, const ond_batch *batch)
{
    session *s = context;
    size_t classes = s->samples->classes;
    if (batch->index == 0) {
        ond_random random = ond_random_make((uint64_t)s->config->seed + 1, batch->epoch);
        memcpy(s->order, s->split.training, s->split.training_count * sizeof *s->order);
        ond_random_shuffle(&random, s->order, s->split.training_count);
    }
    const uint32_t *items = s->order + batch->index * batch->rows;
    float even = (float)(s->config->smoothing / (double)classes);
    for (size_t row = 0; row < batch->rows; row++) {
        uint32_t label = s->samples->labels[items[row]];
        float *target = batch->targets + row * classes;
        for (size_t k = 0; k < classes; k++) {
            target[k] = even;
        }
        target[label] += (float)(1 - s->config->smoothing);
        batch->weights[row] = s->weights[label];
    }
    return prepared_rows(s, items, batch->rows, batch->inputs);
}

/* --- after each epoch --- */

/* Share of wrong decisions among rows; their raw scores too unless `raw` is NULL. */
static ond_status measure(session *s, const uint32_t *items, size_t count, double *error, float *raw)
{
    size_t classes = s->samples->classes, wrong = 0;
    float *scores = s->scratch + CHUNK_ROWS * s->head->prepare->outputs;
    for (size_t first = 0; first < count; first += CHUNK_ROWS) {
        size_t rows = count - first < CHUNK_ROWS ? count - first : CHUNK_ROWS;
        OND_TRY(prepared_rows(s, items + first, rows, s->scratch));
        OND_TRY(ond_network_predict(s->head->network, s->scratch, rows, scores));
        for (size_t row = 0; row < rows; row++) {
            wrong += ond_decide(scores + row * classes, classes) != s->samples->labels[items[first + row]];
        }
        if (raw) {
            memcpy(raw + first * classes, scores, rows * classes * sizeof *raw);
        }
    }
    *error = count ? (double)wrong / (double)count : (double)NAN;
    return OND_OK;
}

static void keep_if_best(session *s, size_t epoch, double error)
{
    /* Without rows held out the last one is the best. */
    if (!(error > s->best_error)) {
        s->best_error = error;
        s->best_epoch = epoch;
        memcpy(s->best, s->head->network->parameters, s->head->network->parameter_count * sizeof *s->best);
    }
}

static bool is_stale(const session *s)
{
    return s->config->patience > 0 && s->split.validation_count > 0
           && s->done > s->best_epoch + (size_t)s->config->patience;
}

static ond_status after_epoch(void *context, size_t epoch, double loss, bool *stop)
{
    session *s = context;
    size_t some = s->split.training_count < MEASURED ? s->split.training_count : MEASURED;
    ond_head_progress progress = {.step = (int)epoch + 1, .steps = s->config->epochs, .loss = loss};
    OND_TRY(measure(s, s->split.training, some, &progress.training_error, NULL));
    OND_TRY(measure(s, s->split.validation, s->split.validation_count, &progress.validation_error, NULL));
    keep_if_best(s, epoch, progress.validation_error);
    s->done = epoch + 1;
    if (s->errors) {
        s->errors[epoch] += progress.validation_error;
    }
    if (s->course->checkpoint) {
        ond_checkpoint kept
            = {s->config, s->samples, s->head->network, s->best, s->best_error, s->best_epoch, s->done, s->trainer};
        OND_TRY(ond_checkpoint_write(&kept, s->course->checkpoint));
    }
    *stop = is_stale(s) || (s->course->watch && !s->course->watch(s->course->context, &progress));
    return OND_OK;
}

/* --- one training --- */

static ond_architecture architecture_of(const session *s)
{
    const int hidden[] = {s->config->hidden1, s->config->hidden2, s->config->hidden3};
    ond_architecture a = {.activation = s->config->activation};
    a.sizes[0] = s->head->prepare->outputs;
    for (int i = 0; i < 3 && hidden[i] > 0; i++) {
        a.sizes[++a.layers] = (size_t)hidden[i];
    }
    a.sizes[++a.layers] = s->samples->classes;
    return a;
}

static ond_status session_prepare(session *s)
{
    const ond_samples *samples = s->samples;
    ond_rows rows = {samples->features, samples->columns, s->split.training, s->split.training_count};
    ond_prepare *prepare = NULL;
    OND_TRY(ond_prepare_create(s->config, &rows, &prepare));
    OND_TRY(ond_head_make(s->config, samples->classes, prepare, &s->head));
    if (prepare->components) {
        rows = (ond_rows){samples->features, samples->columns, NULL, samples->count};
        s->z = ond_memory_allocate(samples->count * prepare->outputs, sizeof *s->z);
        OND_TRY(s->z ? ond_prepare_apply(prepare, &rows, s->z) : OND_ERROR_MEMORY);
    }
    ond_architecture a = architecture_of(s);
    OND_TRY(ond_network_create(&a, &s->head->network));
    ond_network_initialize(s->head->network, (uint64_t)s->config->seed);
    s->order = ond_memory_allocate(s->split.training_count, sizeof *s->order);
    s->weights = ond_memory_allocate(samples->classes, sizeof *s->weights);
    s->scratch = ond_memory_allocate(CHUNK_ROWS * (prepare->outputs + samples->classes), sizeof *s->scratch);
    s->best = ond_memory_allocate(s->head->network->parameter_count, sizeof *s->best);
    return s->order && s->weights && s->scratch && s->best ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status session_train(session *s, int epochs)
{
    const ond_head_config *c = s->config;
    size_t rows = s->split.training_count < (size_t)c->batch ? s->split.training_count : (size_t)c->batch;
    ond_course course = {.epochs = (size_t)epochs,
                         .batches = s->split.training_count / rows,
                         .rows = rows,
                         .source = fill_batch,
                         .source_context = s,
                         .watch = after_epoch,
                         .watch_context = s};
    ond_training training = {.loss = OND_LOSS_SOFTMAX,
                             .optimizer = c->optimizer,
                             .schedule = c->schedule,
                             .rate = c->rate,
                             .momentum = c->momentum,
                             .weight_decay = c->weight_decay,
                             .dropout = c->dropout,
                             .steps = (size_t)c->epochs * course.batches,
                             .seed = (uint64_t)c->seed};
    OND_TRY(ond_trainer_create(s->head->network, &training, rows, &s->trainer));
    s->best_error = HUGE_VAL;
    if (s->course->checkpoint) {
        ond_checkpoint kept = {c, s->samples, s->head->network, s->best, 0, 0, 0, s->trainer};
        bool found = false;
        OND_TRY(ond_checkpoint_read(&kept, s->course->checkpoint, &found));
        if (found) {
            s->best_error = kept.best_error;
            s->best_epoch = kept.best_epoch;
            s->done = course.first_epoch = kept.epochs;
            course.epochs = is_stale(s) ? 0 : course.epochs;
        }
    }
    OND_TRY(ond_trainer_run(s->trainer, &course));
    memcpy(s->head->network->parameters, s->best, s->head->network->parameter_count * sizeof *s->best);
    return OND_OK;
}

static ond_status session_judge(session *s)
{
    size_t count = s->split.validation_count, classes = s->samples->classes;
    if (count == 0) {
        return OND_OK;
    }
    float *raw = ond_memory_allocate(count * classes, sizeof *raw);
    uint32_t *labels = ond_memory_allocate(count, sizeof *labels);
    ond_status status
        = raw && labels ? measure(s, s->split.validation, count, &s->head->validation_error, raw) : OND_ERROR_MEMORY;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        labels[i] = s->samples->labels[s->split.validation[i]];
    }
    if (status == OND_OK) {
        s->head->sharpness = ond_sharpness(raw, labels, count, classes);
    }
    ond_memory_free(raw);
    ond_memory_free(labels);
    return status;
}

static ond_status session_run(session *s, int epochs)
{
    OND_TRY(session_prepare(s));
    ond_class_weights(s->samples, s->config->balance, s->weights);
    OND_TRY(session_train(s, epochs));
    return session_judge(s);
}

static void session_free(session *s)
{
    ond_split_free(&s->split);
    ond_head_destroy(s->head);
    ond_trainer_destroy(s->trainer);
    ond_memory_free(s->z);
    ond_memory_free(s->order);
    ond_memory_free(s->weights);
    ond_memory_free(s->scratch);
    ond_memory_free(s->best);
}

/* --- with and without cross-validation --- */

static ond_status fit_held_out(const ond_samples *samples, const ond_head_config *config, const ond_head_course *course,
                               int epochs, ond_head **head)
{
    session s = {.samples = samples, .config = config, .course = course};
    OND_TRY(ond_split_create(samples, 0, 0, config->validation, 0, (uint64_t)config->seed, &s.split));
    ond_status status = session_run(&s, epochs);
    if (status == OND_OK) {
        *head = s.head;
        s.head = NULL;
    }
    session_free(&s);
    return status;
}

static ond_status fold_errors(const ond_samples *samples, const ond_head_config *config, const ond_head_course *course,
                              int folds, double *errors)
{
    ond_head_config whole = *config;
    whole.patience = 0;
    ond_head_course watched = {course->watch, course->context, NULL};
    for (int fold = 0; fold < folds; fold++) {
        session s = {.samples = samples, .config = &whole, .course = &watched, .errors = errors};
        OND_TRY(ond_split_create(samples, fold, folds, 0, 0, (uint64_t)config->seed, &s.split));
        ond_status status = session_run(&s, config->epochs);
        size_t done = s.done;
        session_free(&s);
        OND_TRY(status);
        for (size_t epoch = done; epoch < (size_t)config->epochs; epoch++) { /* told to stop */
            errors[epoch] = HUGE_VAL;
        }
    }
    return OND_OK;
}

/* Trains on all samples, for as many epochs as err least over the folds. */
static ond_status fit_folds(const ond_samples *samples, const ond_head_config *config, const ond_head_course *course,
                            ond_head **head)
{
    double *errors = ond_memory_allocate_zero((size_t)config->epochs, sizeof *errors);
    if (!errors) {
        return OND_ERROR_MEMORY;
    }
    int folds = ond_folds_possible(samples, config->folds);
    ond_status status = fold_errors(samples, config, course, folds, errors);
    int best = 0;
    for (int epoch = 1; status == OND_OK && epoch < config->epochs; epoch++) {
        best = errors[epoch] <= errors[best] ? epoch : best;
    }
    if (status == OND_OK) {
        ond_head_config all = *config;
        all.validation = 0;
        status = fit_held_out(samples, &all, course, best + 1, head);
    }
    if (status == OND_OK) {
        (*head)->config = *config;
        (*head)->validation_error = errors[best] / folds;
    }
    ond_memory_free(errors);
    return status;
}

/* Few samples need more epochs to be learned. */
static int epochs_for(const ond_samples *samples, const ond_head_config *config)
{
    enum { STEPS = 4000, FEWEST = 15, MOST = 400 };
    size_t batches = samples->count / (size_t)config->batch, epochs = STEPS / (batches ? batches : 1);
    return epochs < FEWEST ? FEWEST : epochs > MOST ? MOST : (int)epochs;
}

ond_status ond_head_fit_network(const ond_samples *samples, const ond_head_config *config,
                                const ond_head_course *course, ond_head **head)
{
    ond_head_config used = *config;
    used.epochs = used.epochs ? used.epochs : epochs_for(samples, config);
    return used.folds ? fit_folds(samples, &used, course, head)
                      : fit_held_out(samples, &used, course, used.epochs, head);
}
