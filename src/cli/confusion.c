/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/confusion.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PRINTED = 20, LONGEST_NAME = 24 };

confusion confusion_create(size_t classes, const char *const *names)
{
    return (confusion){classes, names, allocate(classes * classes, sizeof(size_t))};
}

void confusion_free(confusion *table)
{
    free(table->counts);
    *table = (confusion){0};
}

void confusion_add(confusion *table, size_t truth, size_t decision)
{
    table->counts[truth * table->classes + decision]++;
}

size_t decision_of(const float *scores, size_t classes)
{
    size_t best = 0;
    for (size_t i = 1; i < classes; i++) {
        best = scores[i] > scores[best] ? i : best;
    }
    return best;
}

void confusion_add_scores(confusion *table, const ond_array *scores, const ond_array *labels)
{
    for (size_t i = 0; i < scores->shape[0]; i++) {
        confusion_add(table, (size_t)labels->data[i], decision_of(scores->data + i * table->classes, table->classes));
    }
}

static size_t count_at(const confusion *table, size_t truth, size_t decision)
{
    return table->counts[truth * table->classes + decision];
}

size_t confusion_total(const confusion *table)
{
    size_t sum = 0;
    for (size_t i = 0; i < table->classes * table->classes; i++) {
        sum += table->counts[i];
    }
    return sum;
}

size_t confusion_wrong(const confusion *table)
{
    size_t right = 0;
    for (size_t i = 0; i < table->classes; i++) {
        right += count_at(table, i, i);
    }
    return confusion_total(table) - right;
}

class_score confusion_score(const confusion *table, size_t index)
{
    size_t decided = 0;
    class_score score = {0};
    for (size_t i = 0; i < table->classes; i++) {
        score.images += count_at(table, index, i);
        decided += count_at(table, i, index);
    }
    double right = (double)count_at(table, index, index);
    score.precision = decided ? right / (double)decided : (double)NAN;
    score.recall = score.images ? right / (double)score.images : (double)NAN;
    score.f1 = score.images ? 2 * right / (double)(score.images + decided) : (double)NAN;
    return score;
}

double confusion_macro_f1(const confusion *table)
{
    double sum = 0;
    size_t seen = 0;
    for (size_t i = 0; i < table->classes; i++) {
        class_score score = confusion_score(table, i);
        sum += score.images ? score.f1 : 0;
        seen += score.images > 0;
    }
    return seen ? sum / (double)seen : (double)NAN;
}

/* "0.983", or "-" for what is not defined. */
static const char *share_text(double share, char text[16])
{
    if (isnan(share)) {
        return "-";
    }
    snprintf(text, 16, "%.4f", share);
    return text;
}

static int name_width(const confusion *table)
{
    size_t longest = 5;
    for (size_t i = 0; i < table->classes; i++) {
        size_t length = strlen(table->names[i]);
        longest = length > longest ? length : longest;
    }
    return (int)(longest > LONGEST_NAME ? LONGEST_NAME : longest);
}

static void print_matrix(const confusion *table, int width)
{
    int column = 4;
    for (size_t i = 0; i < table->classes * table->classes; i++) {
        int digits = snprintf(NULL, 0, "%zu", table->counts[i]);
        column = digits > column ? digits : column;
    }
    printf("\nrows: true class, columns: decision\n%-*s", width, "");
    for (size_t i = 0; i < table->classes; i++) {
        printf(" %*.*s", column, column, table->names[i]);
    }
    printf("\n");
    for (size_t truth = 0; truth < table->classes; truth++) {
        printf("%-*.*s", width, width, table->names[truth]);
        for (size_t i = 0; i < table->classes; i++) {
            printf(" %*zu", column, count_at(table, truth, i));
        }
        printf("\n");
    }
}

void confusion_print(const confusion *table)
{
    size_t total = confusion_total(table), wrong = confusion_wrong(table);
    int width = name_width(table);
    printf("error %.3f %% (%zu of %zu), mean F1 %.4f\n\n", 100 * (double)wrong / (double)total, wrong, total,
           confusion_macro_f1(table));
    printf("%-*s %8s %9s %7s %7s\n", width, "class", "images", "precision", "recall", "F1");
    for (size_t i = 0; i < table->classes; i++) {
        char precision[16], recall[16], f1[16];
        class_score score = confusion_score(table, i);
        printf("%-*.*s %8zu %9s %7s %7s\n", width, width, table->names[i], score.images,
               share_text(score.precision, precision), share_text(score.recall, recall), share_text(score.f1, f1));
    }
    if (table->classes <= MOST_PRINTED) {
        print_matrix(table, width);
    }
}

json_t *confusion_json(const confusion *table)
{
    size_t total = confusion_total(table), wrong = confusion_wrong(table);
    json_t *object = json_object(), *classes = json_array(), *matrix = json_array();
    json_object_set_new(object, "images", json_integer((json_int_t)total));
    json_object_set_new(object, "wrong", json_integer((json_int_t)wrong));
    json_object_set_new(object, "error", json_number((double)wrong / (double)total));
    json_object_set_new(object, "mean_f1", json_number(confusion_macro_f1(table)));
    for (size_t i = 0; i < table->classes; i++) {
        class_score score = confusion_score(table, i);
        json_t *own = json_object(), *row = json_array();
        json_object_set_new(own, "class", json_text(table->names[i]));
        json_object_set_new(own, "images", json_integer((json_int_t)score.images));
        json_object_set_new(own, "precision", json_number(score.precision));
        json_object_set_new(own, "recall", json_number(score.recall));
        json_object_set_new(own, "f1", json_number(score.f1));
        json_array_append_new(classes, own);
        for (size_t k = 0; k < table->classes; k++) {
            json_array_append_new(row, json_integer((json_int_t)count_at(table, i, k)));
        }
        json_array_append_new(matrix, row);
    }
    json_object_set_new(object, "classes", classes);
    json_object_set_new(object, "confusion", matrix);
    return object;
}
