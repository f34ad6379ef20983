/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/labelled.h"

#include "cli/images.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The folders in a folder, sorted bytewise: the classes. */
static bool find_classes(const char *path, labelled_set *set)
{
    DIR *entries = opendir(path);
    if (!entries) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    struct dirent *entry;
    while ((entry = readdir(entries))) {
        char *place = join_path(path, entry->d_name);
        if (entry->d_name[0] != '.' && is_folder(place)) {
            set->names = enlarge(set->names, set->classes + 1, sizeof *set->names);
            set->names[set->classes++] = copy_text(entry->d_name);
        }
        free(place);
    }
    closedir(entries);
    if (set->classes == 0) {
        complain("%s: holds no folders; a folder for each class is wanted", path);
        return false;
    }
    qsort(set->names, set->classes, sizeof *set->names, compare_texts);
    return true;
}

static bool is_below(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static bool read_folders(const cli_request *request, const char *path, labelled_set *set)
{
    if (!find_classes(path, set)) {
        return false;
    }
    set->folders = allocate(set->classes, sizeof *set->folders);
    for (size_t i = 0; i < set->classes; i++) {
        set->folders[i] = join_path(path, set->names[i]);
    }
    const char **words = allocate(set->classes, sizeof *words);
    memcpy(words, set->folders, set->classes * sizeof *words);
    set->inputs = inputs_expand(request, words, set->classes); /* its files are texts of its own */
    free(words);
    set->inputs.is_single = false;
    set->count = set->inputs.count;
    set->labels = allocate(set->count, sizeof *set->labels);
    size_t label = 0; /* the files come class by class */
    for (size_t i = 0; i < set->count; i++) {
        while (!is_below(set->inputs.files[i].path, set->folders[label])) {
            label++;
        }
        set->labels[i] = label;
    }
    return true;
}

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Numbers as classes: 0, 1, 2, … or any other whole numbers, in rising order. */
static bool number_classes(const char *path, const ond_array *values, labelled_set *set)
{
    size_t count = ond_array_count(values);
    double *sorted = allocate(count, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (double)values->data[i];
        if (!isfinite(sorted[i]) || sorted[i] != floor(sorted[i])) {
            complain("%s: label %zu is %g, whole numbers are wanted", path, i, sorted[i]);
            free(sorted);
            return false;
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_values);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || sorted[i] != sorted[set->classes - 1]) {
            sorted[set->classes++] = sorted[i]; /* never ahead of i */
        }
    }
    set->names = allocate(set->classes, sizeof *set->names);
    for (size_t i = 0; i < set->classes; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.0f", sorted[i]);
        set->names[i] = copy_text(text);
    }
    set->labels = allocate(count, sizeof *set->labels);
    for (size_t i = 0; i < count; i++) {
        double value = (double)values->data[i];
        const double *place = bsearch(&value, sorted, set->classes, sizeof *sorted, compare_values);
        set->labels[i] = (size_t)(place - sorted);
    }
    set->count = count;
    free(sorted);
    return true;
}

static bool read_numbers(const char *path, labelled_set *set)
{
    ond_array values = {0};
    bool fine = ond_array_read(path, &values) == OND_OK;
    char text[SHAPE_TEXT];
    if (!fine) {
        complain_of(path);
    } else if (values.rank != 1 && !(values.rank == 2 && values.shape[1] == 1)) {
        complain("%s: labels are %s, one number for each image is wanted", path,
                 shape_text(values.rank, values.shape, text));
        fine = false;
    }
    fine = fine && number_classes(path, &values, set);
    ond_array_free(&values);
    return fine;
}

/* Lines of a text file, without empty ones at the end. */
static size_t read_lines(FILE *file, char ***lines)
{
    char *line = NULL;
    size_t capacity = 0, count = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) >= 0) {
        while (length > 0 && strchr("\r\n", line[length - 1])) {
            line[--length] = '\0';
        }
        *lines = enlarge(*lines, count + 1, sizeof **lines);
        (*lines)[count++] = copy_text(line);
    }
    free(line);
    while (count > 0 && !(*lines)[count - 1][0]) {
        free((*lines)[--count]);
    }
    return count;
}

/* Sorted without repetitions: the classes. */
static void name_classes(char **lines, size_t count, labelled_set *set)
{
    char **sorted = allocate(count, sizeof *sorted);
    memcpy(sorted, lines, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_texts);
    set->names = allocate(count, sizeof *set->names);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0) {
            set->names[set->classes++] = copy_text(sorted[i]);
        }
    }
    set->labels = allocate(count, sizeof *set->labels);
    for (size_t i = 0; i < count; i++) {
        char **place = bsearch(&lines[i], set->names, set->classes, sizeof *set->names, compare_texts);
        set->labels[i] = (size_t)(place - set->names);
    }
    set->count = count;
    free(sorted);
}

static bool read_texts(const char *path, labelled_set *set)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    char **lines = NULL;
    size_t count = read_lines(file, &lines);
    bool fine = !ferror(file) && count > 0;
    if (!fine) {
        complain("%s: %s", path, ferror(file) ? strerror(errno) : "holds no labels");
    } else {
        name_classes(lines, count, set);
    }
    fclose(file);
    for (size_t i = 0; i < count; i++) {
        free(lines[i]);
    }
    free(lines);
    return fine;
}

/* "train-images-idx3-ubyte.gz" → "train-labels-idx1-ubyte.gz", when it is there; NULL otherwise. A new text. */
static char *labels_beside(const char *path)
{
    static const char images[] = "images-idx3", labels[] = "labels-idx1";
    _Static_assert(sizeof images == sizeof labels, "one is written over the other");
    const char *slash = strrchr(path, '/');
    const char *part = strstr(slash ? slash : path, images);
    if (!part) {
        return NULL;
    }
    char *beside = copy_text(path);
    memcpy(beside + (part - path), labels, sizeof labels - 1);
    if (access(beside, R_OK) == 0) {
        return beside;
    }
    free(beside);
    return NULL;
}

/* How many images or rows an array file holds. */
static bool count_items(labelled_set *set, size_t *items)
{
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    const char *path = set->inputs.files[0].path;
    if (ond_array_reader_create(path, &reader)) {
        complain_of(path);
        return false;
    }
    int rank = ond_array_reader_shape(reader, shape);
    ond_array_reader_destroy(reader);
    *items = shape[0];
    set->is_features = rank == 2 || rank == 4;
    if (rank < 2 || rank > 4) {
        char text[SHAPE_TEXT];
        complain("%s: is %s; images have three axes, features two or four", path, shape_text(rank, shape, text));
        return false;
    }
    return true;
}

static bool read_pair(const cli_request *request, const char *data, const char *labels, labelled_set *set)
{
    set->inputs = inputs_expand(request, &data, 1);
    size_t items = 0;
    if (set->inputs.count != 1 || !count_items(set, &items)) {
        return false;
    }
    if (!(ond_array_recognize(labels) ? read_numbers(labels, set) : read_texts(labels, set))) {
        return false;
    }
    if (items != set->count) {
        complain("%s holds %zu labels, %s holds %zu %s", labels, set->count, data, items,
                 set->is_features ? "rows" : "images");
        return false;
    }
    return true;
}

bool labelled_read(const cli_request *request, const char **words, size_t count, labelled_set *set)
{
    *set = (labelled_set){0};
    if (is_folder(words[0])) {
        if (count > 1) {
            complain("%s: the folders name the classes; no labels are wanted beside them", words[0]);
            return false;
        }
        return read_folders(request, words[0], set);
    }
    if (count > 1) {
        return read_pair(request, words[0], words[1], set);
    }
    char *beside = labels_beside(words[0]);
    if (!beside) {
        complain("%s: is no folder with a folder for each class, and no labels are given", words[0]);
        return false;
    }
    bool fine = read_pair(request, words[0], beside, set);
    free(beside);
    return fine;
}

void labelled_cut(labelled_set *set, size_t count)
{
    set->count = count < set->count ? count : set->count;
    size_t *kept = allocate(set->classes, sizeof *kept), classes = 0;
    for (size_t i = 0; i < set->count; i++) {
        kept[set->labels[i]] = 1;
    }
    for (size_t i = 0; i < set->classes; i++) {
        if (kept[i]) {
            kept[i] = classes;
            set->names[classes++] = set->names[i];
        } else {
            free(set->names[i]);
        }
    }
    for (size_t i = 0; i < set->count; i++) {
        set->labels[i] = kept[set->labels[i]];
    }
    set->classes = classes;
    free(kept);
}

void labelled_free(labelled_set *set)
{
    inputs_free(&set->inputs);
    for (size_t i = 0; i < set->classes; i++) {
        free(set->names[i]);
        free(set->folders ? set->folders[i] : NULL);
    }
    free(set->names);
    free(set->folders);
    free(set->labels);
    *set = (labelled_set){0};
}
