/* SPDX-License-Identifier: BSD-3-Clause */
/* Heads that learn from all samples at once: what their config leaves open is tried on samples held out. */
#include "core/memory.h"
#include "learn/head.h"

#include <math.h>

enum { MOST_CHOICES = 64, MOST_TRIED = 4000, FEW_SAMPLES = 2000, FOLDS_OF_FEW = 5 };

typedef struct head_choice {
    double penalty, width;
    int dimensions;
} head_choice;

typedef struct choice_list {
    head_choice items[MOST_CHOICES];
    int count;
} choice_list;

typedef struct search {
    const ond_samples *samples;
    const ond_head_config *config;
    const ond_head_course *course;
    choice_list choices;
    int splits, done;
    size_t tried;                     /* samples that the last split learned from */
    size_t wrong[MOST_CHOICES], held; /* decisions over all splits */
    double loss[MOST_CHOICES];        /* sum of their cross-entropies */
    double sharpness[MOST_CHOICES];   /* sum of logarithms over the splits */
    float *weights;                   /* of the classes */
    bool stopped;
} search;

static void list_choices(const ond_head_config *config, choice_list *list)
{
    static const double linear[] = {1e-4, 1e-3, 1e-2}, ridge[] = {1e-4, 1e-3, 1e-2, 1e-1},
                        kernel[] = {1e-4, 1e-3, 1e-2};
    static const double widths[] = {1, 1.4142135623730951, 2, 2.8284271247461903};
    static const int dimensions[] = {5, 10, 20, 40, 60, 80, 120, 160};
    bool is_kernel = config->kind == OND_HEAD_KERNEL, is_affine = config->kind == OND_HEAD_AFFINE;
    const double *penalties = is_kernel ? kernel : config->kind == OND_HEAD_RIDGE ? ridge : linear;
    int penalty_count = is_affine || config->penalty > 0 ? 1 : config->kind == OND_HEAD_RIDGE ? 4 : 3;
    int width_count = is_kernel && !(config->width > 0) ? 4 : 1;
    int dimension_count = is_affine && config->dimensions == 0 ? 8 : 1;
    for (int w = 0; w < width_count; w++) {
        for (int p = 0; p < penalty_count; p++) {
            for (int d = 0; d < dimension_count; d++) {
                list->items[list->count++] = (head_choice){penalty_count > 1 ? penalties[p] : config->penalty,
                                                           width_count > 1 ? widths[w] : config->width,
                                                           dimension_count > 1 ? dimensions[d] : config->dimensions};
            }
        }
    }
}

static ond_status fit_kind(ond_head *head, const ond_lesson *lesson)
{
    switch (head->config.kind) {
    case OND_HEAD_KERNEL:
        return ond_head_fit_kernel(head, lesson);
    case OND_HEAD_RIDGE:
        return ond_head_fit_ridge(head, lesson);
    case OND_HEAD_AFFINE:
        return ond_head_fit_affine(head, lesson);
    case OND_HEAD_LINEAR:
    case OND_HEAD_NETWORK:
        break;
    }
    return ond_head_fit_linear(head, lesson);
}

/* Prepared rows and their labels. */
typedef struct sample_part {
    float *z;
    uint32_t *labels;
    size_t count;
} sample_part;

static void part_free(sample_part *part)
{
    ond_memory_free(part->z);
    ond_memory_free(part->labels);
}

/* `items` NULL: the first `count` rows. */
static ond_status part_make(const ond_samples *samples, const ond_prepare *prepare, const uint32_t *items, size_t count,
                            sample_part *made)
{
    ond_rows rows = {samples->features, samples->columns, items, count};
    made->count = count;
    made->z = ond_memory_allocate(count * prepare->outputs, sizeof *made->z);
    made->labels = ond_memory_allocate(count, sizeof *made->labels);
    if (!made->z || !made->labels) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        made->labels[i] = samples->labels[items ? items[i] : i];
    }
    return ond_prepare_apply(prepare, &rows, made->z);
}

static ond_head_config config_with(const ond_head_config *config, const head_choice *choice)
{
    ond_head_config changed = *config;
    changed.penalty = choice->penalty;
    changed.width = choice->width;
    changed.dimensions = choice->dimensions;
    return changed;
}

/* `error`: of the choice just tried, over the splits so far. */
static bool report(search *s, double error)
{
    ond_head_progress progress = {.step = ++s->done,
                                  .steps = s->splits * s->choices.count + 1,
                                  .loss = (double)NAN,
                                  .training_error = (double)NAN,
                                  .validation_error = error};
    return !s->course->watch || s->course->watch(s->course->context, &progress);
}

/* The head borrows the preparation, which serves every choice. */
static ond_status try_choice(search *s, int index, ond_prepare *prepare, const sample_part *training,
                             const sample_part *held)
{
    const ond_samples *samples = s->samples;
    ond_head head
        = {.config = config_with(s->config, &s->choices.items[index]), .classes = samples->classes, .prepare = prepare};
    ond_lesson lesson = {training->z, training->count, prepare->outputs, training->labels, s->weights};
    float *raw = ond_memory_allocate(held->count * samples->classes, sizeof *raw);
    ond_status status = raw ? fit_kind(&head, &lesson) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_head_raw(&head, held->z, held->count, raw);
    }
    if (status == OND_OK) {
        double share = ond_error_share(raw, held->labels, held->count, samples->classes);
        s->wrong[index] += (size_t)floor(share * (double)held->count + 0.5);
        double sharpness = ond_sharpness(raw, held->labels, held->count, samples->classes);
        s->sharpness[index] += log(sharpness);
        s->loss[index] += ond_log_loss(raw, held->labels, held->count, samples->classes, sharpness);
    }
    ond_memory_free(raw);
    ond_head_release(&head);
    return status;
}

static ond_status try_parts(search *s, ond_prepare *prepare, const sample_part *training, const sample_part *held)
{
    for (int i = 0; i < s->choices.count; i++) {
        OND_TRY(try_choice(s, i, prepare, training, held));
        double error = (double)s->wrong[i] / (double)(s->held + held->count);
        s->stopped = !report(s, error) || s->stopped;
    }
    s->held += held->count;
    return OND_OK;
}

static ond_status try_split(search *s, const ond_split *split)
{
    ond_rows rows = {s->samples->features, s->samples->columns, split->training, split->training_count};
    ond_prepare *prepare = NULL;
    sample_part training = {0}, held = {0};
    ond_status status = ond_prepare_create(s->config, &rows, &prepare);
    if (status == OND_OK) {
        status = part_make(s->samples, prepare, split->training, split->training_count, &training);
    }
    if (status == OND_OK) {
        status = part_make(s->samples, prepare, split->validation, split->validation_count, &held);
    }
    if (status == OND_OK) {
        s->tried = training.count;
        status = try_parts(s, prepare, &training, &held);
    }
    part_free(&training);
    part_free(&held);
    ond_prepare_destroy(prepare);
    return status;
}

static ond_status try_all(search *s)
{
    bool few = s->config->folds == 0 && s->samples->count < FEW_SAMPLES;
    int folds = ond_folds_possible(s->samples, few ? FOLDS_OF_FEW : s->config->folds);
    s->splits = folds ? folds : 1;
    for (int fold = 0; fold < s->splits && !s->stopped; fold++) {
        ond_split split;
        /* The share is larger than for early stopping: a choice is made once, and the rows come back. */
        OND_TRY(ond_split_create(s->samples, fold, folds, fmax(s->config->validation, 0.2), MOST_TRIED,
                                 (uint64_t)s->config->seed, &split));
        ond_status status = try_split(s, &split);
        ond_split_free(&split);
        OND_TRY(status);
    }
    return OND_OK;
}

static ond_status learn_all(search *s, int best, ond_head **head)
{
    const ond_samples *samples = s->samples;
    ond_head_config config = config_with(s->config, &s->choices.items[best]);
    if (config.kind == OND_HEAD_RIDGE && !(s->config->penalty > 0)) {
        config.penalty *= (double)s->tried / (double)samples->count; /* noise over prior: a sum's, not a mean's */
    }
    ond_rows rows = {samples->features, samples->columns, NULL, samples->count};
    ond_prepare *prepare = NULL;
    ond_head *made = NULL;
    sample_part all = {0};
    OND_TRY(ond_prepare_create(&config, &rows, &prepare));
    OND_TRY(ond_head_make(&config, samples->classes, prepare, &made));
    ond_status status = part_make(samples, prepare, NULL, samples->count, &all);
    if (status == OND_OK) {
        ond_lesson lesson = {all.z, all.count, prepare->outputs, all.labels, s->weights};
        status = fit_kind(made, &lesson);
    }
    part_free(&all);
    if (status != OND_OK) {
        ond_head_destroy(made);
        return status;
    }
    made->sharpness = exp(s->sharpness[best] / s->splits);
    made->validation_error = (double)s->wrong[best] / (double)s->held;
    (void)report(s, made->validation_error);
    *head = made;
    return OND_OK;
}

/* Fewest errors plus cross-entropy, which is less a matter of chance when errors are few. */
static int best_choice(const search *s)
{
    int best = 0;
    for (int i = 1; i < s->choices.count; i++) {
        bool better = (double)s->wrong[i] + s->loss[i] < (double)s->wrong[best] + s->loss[best];
        best = better ? i : best;
    }
    return best;
}

ond_status ond_head_fit_chosen(const ond_samples *samples, const ond_head_config *config, const ond_head_course *course,
                               ond_head **head)
{
    search *s = ond_memory_allocate_zero(1, sizeof *s);
    if (!s) {
        return OND_ERROR_MEMORY;
    }
    s->samples = samples;
    s->config = config;
    s->course = course;
    list_choices(config, &s->choices);
    s->weights = ond_memory_allocate(samples->classes, sizeof *s->weights);
    ond_status status = OND_ERROR_MEMORY;
    if (s->weights) {
        ond_class_weights(samples, config->balance, s->weights);
        status = try_all(s);
    }
    if (status == OND_OK) {
        status = learn_all(s, best_choice(s), head);
    }
    ond_memory_free(s->weights);
    ond_memory_free(s);
    return status;
}
