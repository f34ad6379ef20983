/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/confusion.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/train.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64: Steele, Lea & Flood, Fast splittable pseudorandom number generators, 2014. The same on every machine. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Rows in random order (Fisher & Yates). */
static void shuffle(size_t *rows, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(next_random(state) % i), row = rows[i - 1];
        rows[i - 1] = rows[other];
        rows[other] = row;
    }
}

static size_t class_of(const training_table *table, size_t row)
{
    return (size_t)table->labels.data[row];
}

/* Images of the smallest class. */
static size_t smallest_class(const training_table *table)
{
    size_t *counts = allocate(table->classes, sizeof *counts), smallest = table->rows;
    for (size_t i = 0; i < table->rows; i++) {
        counts[class_of(table, i)]++;
    }
    for (size_t i = 0; i < table->classes; i++) {
        smallest = counts[i] < smallest ? counts[i] : smallest;
    }
    free(counts);
    return smallest;
}

/* One part of a table: copies of some rows. */
static bool pick(const training_table *table, const size_t *rows, size_t count, training_table *part)
{
    size_t features = table->features.shape[1], shape[2] = {count, features};
    if (ond_array_resize(&part->features, 2, shape) || ond_array_resize(&part->labels, 1, shape)) {
        complain("%s", ond_error_message());
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(part->features.data + i * features, table->features.data + rows[i] * features, features * sizeof(float));
        part->labels.data[i] = table->labels.data[rows[i]];
    }
    part->rows = count;
    return true;
}

/* Rows for training first, then those for testing; `chosen` of each class train. Returns how many train. */
static size_t split(const training_table *table, size_t chosen, uint64_t *state, size_t *rows)
{
    size_t *order = allocate(table->rows, sizeof *order), *taken = allocate(table->classes, sizeof *taken);
    size_t train = 0, test = table->rows;
    for (size_t i = 0; i < table->rows; i++) {
        order[i] = i;
    }
    shuffle(order, table->rows, state);
    for (size_t i = 0; i < table->rows; i++) {
        bool trains = taken[class_of(table, order[i])]++ < chosen;
        rows[trains ? train++ : --test] = order[i];
    }
    free(order);
    free(taken);
    return train;
}

/* The share of errors on the rows behind the first `train`; below 0 after a complaint. */
static double try_split(const train_request *request, const training_table *table, const size_t *rows, size_t train,
                        confusion *sums)
{
    training_table fitted = {0}, tested = {0};
    ond_head *head = NULL;
    ond_array scores = {0};
    double error = -1;
    if (pick(table, rows, train, &fitted) && pick(table, rows + train, table->rows - train, &tested)) {
        if (ond_head_fit(&fitted.features, &fitted.labels, &request->head, NULL, &head)
            || ond_head_predict(head, &tested.features, &scores)) {
            complain("%s", ond_error_message());
        } else {
            size_t before = confusion_wrong(sums);
            confusion_add_scores(sums, &scores, &tested.labels);
            error = (double)(confusion_wrong(sums) - before) / (double)tested.rows;
        }
    }
    ond_head_destroy(head);
    ond_array_free(&scores);
    table_free(&fitted);
    table_free(&tested);
    return error;
}

static void print_splits(const train_request *request, const confusion *sums, size_t chosen, double mean,
                         double deviation)
{
    int splits = request->train.splits;
    if (request->common.json) {
        json_t *object = json_pack("{s:i, s:s, s:i}", "schema", 1, "command", "train classify", "splits", splits);
        json_object_set_new(object, "per_class", json_integer((json_int_t)chosen));
        json_object_set_new(object, "error", json_number(mean));
        json_object_set_new(object, "deviation", json_number(deviation));
        json_object_set_new(object, "mean_f1", json_number(confusion_macro_f1(sums)));
        json_print(object);
    } else {
        printf("%d splits, %zu training images a class: error %.3f %% (standard deviation %.3f), accuracy %.3f %%\n",
               splits, chosen, 100 * mean, 100 * deviation, 100 * (1 - mean));
    }
}

exit_status measure_splits(const train_request *request, const training_table *table)
{
    size_t smallest = smallest_class(table);
    size_t chosen = request->train.per_class > 0 ? (size_t)request->train.per_class : smallest / 2;
    if (chosen < 2 || chosen >= smallest) {
        complain("%zu training images a class: two or more are wanted, and fewer than the %zu of the smallest class",
                 chosen, smallest);
        return SOME_FAILED;
    }
    confusion sums = confusion_create(table->classes, table->names);
    size_t *rows = allocate(table->rows, sizeof *rows);
    uint64_t state = (uint64_t)request->common.seed;
    double sum = 0, squares = 0, error = 0;
    progress_start((size_t)request->train.splits, request->common.quiet);
    for (int i = 0; i < request->train.splits && error >= 0 && !stop_signal(); i++) {
        size_t train = split(table, chosen, &state, rows);
        error = try_split(request, table, rows, train, &sums);
        sum += error;
        squares += error * error;
        progress_advance(1);
    }
    progress_hide();
    bool fine = error >= 0 && !stop_signal();
    if (fine) {
        double count = request->train.splits, mean = sum / count;
        print_splits(request, &sums, chosen, mean, sqrt(fmax(0, squares / count - mean * mean)));
    }
    free(rows);
    confusion_free(&sums);
    return fine ? ALL_DONE : SOME_FAILED;
}
