/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/truth.h"

#include "cli/images.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Names are sorted by length first, so that annotator 10 comes after annotator 9. */
static int compare_names(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    size_t length[2] = {strlen(x), strlen(y)};
    return length[0] != length[1] ? (length[0] > length[1] ? 1 : -1) : strcmp(x, y);
}

bool truth_folder_open(const char *path, truth_folder *folder)
{
    size_t capacity = 0;
    *folder = (truth_folder){.path = path};
    DIR *entries = opendir(path);
    if (!entries) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (folder->count == capacity) {
            capacity = 2 * capacity + 64;
            folder->names = enlarge(folder->names, capacity, sizeof *folder->names);
        }
        folder->names[folder->count++] = copy_text(entry->d_name);
    }
    closedir(entries);
    if (folder->count) {
        qsort(folder->names, folder->count, sizeof *folder->names, compare_names);
    }
    return true;
}

void truth_folder_close(truth_folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->names[i]);
    }
    free(folder->names);
    *folder = (truth_folder){0};
}

/* "a/b/name.png": "name" is its stem, `*length` characters from the pointer that is returned. */
static const char *stem_of(const char *path, size_t *length)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    *length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    return name;
}

/* "stem.png" or "stem_12.png" */
static bool belongs(const char *name, const char *stem, size_t length)
{
    if (strncmp(name, stem, length) != 0) {
        return false;
    }
    const char *rest = name + length;
    if (*rest == '_') {
        rest++;
        if (!isdigit((unsigned char)*rest)) {
            return false;
        }
        while (isdigit((unsigned char)*rest)) {
            rest++;
        }
    }
    return *rest == '.';
}

/* Puts an annotation, or several, behind the others. */
static bool append(ond_array *truth, const ond_array *more, const char *path)
{
    size_t before = truth->rank ? truth->shape[0] : 0, added = more->rank == 3 ? more->shape[0] : 1;
    const size_t *size = more->shape + more->rank - 2;
    char text[SHAPE_TEXT];
    if (more->rank < 2 || more->rank > 3) {
        complain("%s: has the shape %s; annotations are height x width or count x height x width", path,
                 shape_text(more->rank, more->shape, text));
        return false;
    }
    if (before && (size[0] != truth->shape[1] || size[1] != truth->shape[2])) {
        complain("%s: is %zu x %zu, annotations before it are %zu x %zu", path, size[0], size[1], truth->shape[1],
                 truth->shape[2]);
        return false;
    }
    ond_array joined = {0};
    size_t plane = size[0] * size[1];
    if (ond_array_resize(&joined, 3, (size_t[]){before + added, size[0], size[1]})) {
        complain_of(path);
        return false;
    }
    if (before) {
        memcpy(joined.data, truth->data, before * plane * sizeof *joined.data);
    }
    memcpy(joined.data + before * plane, more->data, added * plane * sizeof *joined.data);
    ond_array_free(truth);
    *truth = joined;
    return true;
}

static bool read_one(const char *path, ond_array *truth)
{
    whole_file file;
    bool fine = file_read((file_name){path, path}, OND_GRAY, false, &file) && append(truth, &file.array, path);
    ond_array_free(&file.array);
    return fine;
}

bool truth_read(const truth_folder *folder, const char *name, ond_array *truth)
{
    size_t length;
    const char *stem = stem_of(name, &length);
    bool fine = true;
    ond_array_free(truth);
    for (size_t i = 0; fine && i < folder->count; i++) {
        if (belongs(folder->names[i], stem, length)) {
            char *path = join_path(folder->path, folder->names[i]);
            fine = read_one(path, truth);
            free(path);
        }
    }
    if (fine && !truth->rank) {
        complain("%s: %s holds neither %.*s.png nor %.*s_0.png", name, folder->path, (int)length, stem, (int)length,
                 stem);
        fine = false;
    }
    return fine;
}
