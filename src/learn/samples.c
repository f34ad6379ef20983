/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/samples.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/random.h"

#include <math.h>

enum { MOST_CLASSES = 65536 };

static ond_status check_shapes(const ond_array *features, const ond_array *labels)
{
    OND_TRY(ond_array_check_filled(features, "features"));
    OND_TRY(ond_array_check_filled(labels, "labels"));
    char text[OND_SHAPE_TEXT_SIZE];
    if (features->rank < 2) {
        return ond_fail(OND_ERROR_SHAPE, "the features are %s, two axes or more are wanted: samples, features",
                        ond_shape_text(features->rank, features->shape, text));
    }
    if (labels->rank != 1 || labels->shape[0] != features->shape[0]) {
        return ond_fail(OND_ERROR_SHAPE, "the labels are %s for %zu samples, one number for each is wanted",
                        ond_shape_text(labels->rank, labels->shape, text), features->shape[0]);
    }
    if (features->shape[0] > UINT32_MAX || ond_array_count(features) / features->shape[0] > 1 << 24) {
        return ond_fail(OND_ERROR_UNSUPPORTED,
                        "the features are %s, at most 2^32 samples of 2^24 numbers are supported",
                        ond_shape_text(features->rank, features->shape, text));
    }
    return ond_array_check_finite(features, "features");
}

static ond_status read_labels(const ond_array *labels, ond_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        float label = labels->data[i];
        if (!(label >= 0 && label < MOST_CLASSES && label == floorf(label))) {
            return ond_fail(OND_ERROR_ARGUMENT, "the label of sample %zu is %g, a whole number of 0..%d is wanted", i,
                            (double)label, MOST_CLASSES - 1);
        }
        samples->labels[i] = (uint32_t)label;
        samples->classes = samples->classes > samples->labels[i] ? samples->classes : samples->labels[i] + 1;
    }
    return OND_OK;
}

static ond_status count_classes(ond_samples *samples)
{
    if (samples->classes < 2) {
        return ond_fail(OND_ERROR_ARGUMENT, "all labels are 0, at least two classes are wanted");
    }
    samples->class_counts = ond_memory_allocate_zero(samples->classes, sizeof *samples->class_counts);
    if (!samples->class_counts) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < samples->count; i++) {
        samples->class_counts[samples->labels[i]]++;
    }
    for (size_t k = 0; k < samples->classes; k++) {
        if (samples->class_counts[k] < 2) {
            return ond_fail(OND_ERROR_ARGUMENT, "class %zu has %zu sample%s, at least 2 are wanted", k,
                            samples->class_counts[k], samples->class_counts[k] == 1 ? "" : "s");
        }
    }
    return OND_OK;
}

ond_status ond_samples_create(const ond_array *features, const ond_array *labels, ond_samples *samples)
{
    OND_TRY(check_shapes(features, labels));
    *samples = (ond_samples){.features = features->data, .count = features->shape[0]};
    samples->columns = ond_array_count(features) / samples->count;
    samples->labels = ond_memory_allocate(samples->count, sizeof *samples->labels);
    ond_status status = samples->labels ? read_labels(labels, samples) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = count_classes(samples);
    }
    if (status != OND_OK) {
        ond_samples_free(samples);
    }
    return status;
}

void ond_samples_free(ond_samples *samples)
{
    ond_memory_free(samples->labels);
    ond_memory_free(samples->class_counts);
    *samples = (ond_samples){0};
}

/* --- splits --- */

/* Marks of the rows of one class: which part each is in. */
enum { UNUSED, TRAINING, VALIDATION };

typedef struct split_rule {
    int fold, folds;
    double share, kept[2]; /* kept: of the rows to learn from and of those held out; the rest is unused */
} split_rule;

static void mark_class(const split_rule *rule, const uint32_t *items, size_t count, unsigned char *marks)
{
    size_t held = (size_t)fmin(fmax(floor(rule->share * (double)count + 0.5), 1), (double)count - 1);
    size_t used[2] = {0, 0}, seen[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        bool validation = rule->folds ? i % (size_t)rule->folds == (size_t)rule->fold : i < held;
        /* An even choice: the share kept so far never falls behind, and both parts keep one. */
        seen[validation]++;
        if ((double)used[validation] < rule->kept[validation] * (double)seen[validation]) {
            used[validation]++;
            marks[items[i]] = validation ? VALIDATION : TRAINING;
        }
    }
}

static void mark_rows(const ond_samples *samples, const split_rule *rule, uint64_t seed, uint32_t *items,
                      unsigned char *marks)
{
    for (size_t k = 0; k < samples->classes; k++) {
        size_t count = 0;
        for (size_t i = 0; i < samples->count; i++) {
            if (samples->labels[i] == k) {
                items[count++] = (uint32_t)i;
            }
        }
        ond_random random = ond_random_make(seed, k);
        ond_random_shuffle(&random, items, count);
        mark_class(rule, items, count, marks);
    }
}

static ond_status gather(const unsigned char *marks, size_t count, ond_split *split)
{
    split->training = ond_memory_allocate(count, sizeof *split->training);
    split->validation = ond_memory_allocate(count, sizeof *split->validation);
    if (!split->training || !split->validation) {
        ond_split_free(split);
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        if (marks[i] == TRAINING) {
            split->training[split->training_count++] = (uint32_t)i;
        } else if (marks[i] == VALIDATION) {
            split->validation[split->validation_count++] = (uint32_t)i;
        }
    }
    return OND_OK;
}

ond_status ond_split_create(const ond_samples *samples, int fold, int folds, double share, size_t most, uint64_t seed,
                            ond_split *split)
{
    double held = folds ? 1.0 / folds : share, rows = (double)samples->count;
    split_rule rule = {.fold = fold, .folds = folds, .share = share, .kept = {1, 1}};
    if (most) {
        rule.kept[0] = fmin((double)most / (rows * (1 - held)), 1);
        rule.kept[1] = fmin(2 * (double)most / (rows * held), 1);
    }
    *split = (ond_split){0};
    uint32_t *items = ond_memory_allocate(samples->count, sizeof *items);
    unsigned char *marks = ond_memory_allocate_zero(samples->count, 1);
    ond_status status = items && marks ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        mark_rows(samples, &rule, seed, items, marks);
        status = gather(marks, samples->count, split);
    }
    ond_memory_free(items);
    ond_memory_free(marks);
    return status;
}

int ond_folds_possible(const ond_samples *samples, int folds)
{
    for (size_t k = 0; k < samples->classes; k++) {
        folds = samples->class_counts[k] < (size_t)folds ? (int)samples->class_counts[k] : folds;
    }
    return folds;
}

void ond_split_free(ond_split *split)
{
    ond_memory_free(split->training);
    ond_memory_free(split->validation);
    *split = (ond_split){0};
}

void ond_class_weights(const ond_samples *samples, bool balance, float *weights)
{
    for (size_t k = 0; k < samples->classes; k++) {
        double even = (double)samples->count / ((double)samples->classes * (double)samples->class_counts[k]);
        weights[k] = balance ? (float)even : 1;
    }
}
