/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *relative_name(const cli_request *request, const char *path)
{
    size_t longest = 0;
    for (size_t i = 0; i < request->input_count; i++) {
        size_t length = strlen(request->inputs[i]);
        bool starts = length && strncmp(path, request->inputs[i], length) == 0;
        if (starts && (path[length] == '/' || path[length - 1] == '/') && length > longest) {
            longest = length;
        }
    }
    const char *slash = strrchr(path, '/');
    const char *name = longest ? path + longest : slash ? slash + 1 : path;
    while (*name == '/') {
        name++;
    }
    return name;
}

char *replace_ending(const char *path, const char *ending)
{
    char *start = copy_text(path);
    char *slash = strrchr(start, '/'), *name = slash ? slash + 1 : start, *dot = strrchr(name, '.');
    if (dot && dot != name) {
        *dot = '\0';
    }
    char *replaced = join_text(start, ending);
    free(start);
    return replaced;
}

static bool is_known_ending(const char *path)
{
    static const char *const endings[] = {".npy", ".png", ".pgm", ".ppm", ".pam", ".jpg", ".jpeg"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (has_ending(path, endings[i])) {
            return true;
        }
    }
    return strcmp(path, "-") == 0;
}

static char *path_in_folder(const cli_request *request, file_name file)
{
    const char *name = strcmp(file.shown, "-") == 0 ? "stdin" : relative_name(request, file.path);
    char *changed = replace_ending(name, ond_array_recognize(file.path) ? ".npy" : ".png");
    char *path = join_path(request->output, changed);
    free(changed);
    return path;
}

typedef struct numbered_path {
    const char *path;
    size_t index;
} numbered_path;

static int compare_paths(const void *a, const void *b)
{
    const numbered_path *first = a, *second = b;
    int order = strcmp(first->path, second->path);
    return order ? order : (first->index > second->index) - (first->index < second->index);
}

static void find_taken(output_list *outputs)
{
    numbered_path *sorted = allocate(outputs->count, sizeof *sorted);
    for (size_t i = 0; i < outputs->count; i++) {
        sorted[i] = (numbered_path){outputs->paths[i], i};
    }
    qsort(sorted, outputs->count, sizeof *sorted, compare_paths);
    for (size_t i = 1; i < outputs->count; i++) {
        outputs->taken[sorted[i].index] = strcmp(sorted[i].path, sorted[i - 1].path) == 0;
    }
    free(sorted);
}

exit_status outputs_plan(const cli_request *request, const input_list *inputs, output_list *outputs)
{
    *outputs = (output_list){.count = inputs->count};
    const char *output = request->output;
    if (!output) {
        return ALL_DONE;
    }
    size_t length = strlen(output);
    bool ends_as_folder = length && output[length - 1] == '/';
    outputs->in_folder = !inputs->is_single || ends_as_folder || is_folder(output);
    if (outputs->in_folder
        && (strcmp(output, "-") == 0 || (!ends_as_folder && is_known_ending(output) && !is_folder(output)))) {
        return wrong_usage(request->command, "output '%s' is one file, the results of several inputs want a folder",
                           output);
    }
    if (!outputs->in_folder && !is_known_ending(output)) {
        return wrong_usage(request->command,
                           "output '%s' ends neither in .npy, .png, .pgm, .ppm, .pam nor .jpg; a folder ends in /",
                           output);
    }
    outputs->paths = allocate(inputs->count, sizeof *outputs->paths);
    outputs->taken = allocate(inputs->count, sizeof *outputs->taken);
    for (size_t i = 0; i < inputs->count; i++) {
        outputs->paths[i] = outputs->in_folder ? path_in_folder(request, inputs->files[i]) : copy_text(output);
    }
    find_taken(outputs);
    return ALL_DONE;
}

void outputs_free(output_list *outputs)
{
    for (size_t i = 0; outputs->paths && i < outputs->count; i++) {
        free(outputs->paths[i]);
    }
    free(outputs->paths);
    free(outputs->taken);
    *outputs = (output_list){0};
}

bool make_folders(const char *path)
{
    enum { EVERYBODY = 0777 };
    char *folder = copy_text(path);
    bool fine = true;
    for (char *slash = strchr(folder + 1, '/'); fine && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, EVERYBODY) != 0 && !is_folder(folder)) {
            complain("%s: %s", folder, strerror(errno));
            fine = false;
        }
        *slash = '/';
    }
    free(folder);
    return fine;
}

bool outputs_prepare(const cli_request *request, const input_list *inputs, const output_list *outputs, size_t index)
{
    if (!outputs->paths) {
        return true;
    }
    const char *path = outputs->paths[index];
    if (outputs->taken[index]) {
        complain("%s: its output would be %s, which is that of an earlier input", inputs->files[index].shown, path);
        return false;
    }
    return (!outputs->in_folder || make_folders(path)) && output_is_free(request, path);
}
