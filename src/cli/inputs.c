/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/inputs.h"

#include "cli/passed_over.h"
#include "cli/spool.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *keep_text(input_list *list, char *text)
{
    if (list->text_count == list->text_capacity) {
        list->text_capacity = 2 * list->text_capacity + 16;
        list->texts = enlarge(list->texts, list->text_capacity, sizeof *list->texts);
    }
    list->texts[list->text_count++] = text;
    return text;
}

static void add_file(input_list *list, const char *shown, const char *path)
{
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 16;
        list->files = enlarge(list->files, list->capacity, sizeof *list->files);
    }
    list->files[list->count++] = (file_name){shown, path};
}

char *join_path(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    char *start = join_text(folder, length && folder[length - 1] == '/' ? "" : "/");
    char *path = join_text(start, name);
    free(start);
    return path;
}

bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

/* By its name, so that a damaged picture is named and not passed over; else by its content. */
static bool is_picture(const char *path)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".pgm", ".ppm", ".pbm", ".pnm", ".pam"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (has_ending(path, endings[i])) {
            return true;
        }
    }
    return ond_image_recognize(path);
}

static void add_folder(input_list *list, const char *folder, const char *top, passed_over *others);

/* One entry of a folder. Links to folders are not followed: they may lead in a circle. */
static void add_entry(input_list *list, const char *folder, const char *name, const char *top, passed_over *others)
{
    char *path = join_path(folder, name);
    struct stat facts;
    if (lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        add_folder(list, path, top, others);
        free(path);
        return;
    }
    bool is_file = stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
    if (is_file && is_picture(path)) {
        keep_text(list, path);
        add_file(list, path, path);
        return;
    }
    if (is_file) {
        const char *below = path + strlen(top);
        passed_over_see(others, below + strspn(below, "/"));
    }
    free(path);
}

/* With the folders in it. `top`: the one that was named, below which the others are shown. */
static void add_folder(input_list *list, const char *folder, const char *top, passed_over *others)
{
    DIR *entries = opendir(folder);
    if (!entries) {
        complain("%s: %s", folder, strerror(errno));
        list->failed++;
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(entries))) {
        if (entry->d_name[0] != '.') {
            add_entry(list, folder, entry->d_name, top, others);
        }
    }
    closedir(entries);
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const file_name *)a)->path, ((const file_name *)b)->path);
}

/* Says what was passed over: as a note beside pictures, as an error without any. */
static void tell_others(const input_list *list, const char *folder, const passed_over *others, bool has_pictures)
{
    char *names = passed_over_text(others);
    const char *files = others->count == 1 ? "file that is" : "files that are";
    if (has_pictures) {
        note(list->request, "ondelet: %s: passed over %zu %s no PNG, JPEG or PNM: %s", folder, others->count, files,
             names);
    } else {
        complain("%s: holds no PNG, JPEG or PNM, only %zu other picture%s: %s", folder, others->count,
                 others->count == 1 ? "" : "s", names);
    }
    free(names);
}

static void add_sorted_folder(input_list *list, const char *folder)
{
    size_t first = list->count, failed = list->failed;
    passed_over others = {0};
    add_folder(list, folder, folder, &others);
    bool has_pictures = list->count > first;
    if (others.count > 0) {
        tell_others(list, folder, &others, has_pictures);
    } else if (!has_pictures && list->failed == failed) {
        complain("%s: holds no pictures", folder);
    }
    if (has_pictures) {
        qsort(list->files + first, list->count - first, sizeof *list->files, compare_files);
    } else if (list->failed == failed) {
        list->failed++;
    }
    passed_over_free(&others);
}

static void add_path(input_list *list, const char *path)
{
    if (is_folder(path)) {
        add_sorted_folder(list, path);
    } else {
        const char *file = spool_pipe(path);
        if (file) {
            add_file(list, path, file);
        } else {
            list->failed++;
        }
    }
}

/* A line of a list: relative to the list's folder, unless it is absolute or exists as it is. */
static void add_line(input_list *list, const char *list_path, const char *line)
{
    const char *slash = strrchr(list_path, '/');
    if (line[0] == '/' || !slash || access(line, F_OK) == 0) {
        add_path(list, keep_text(list, copy_text(line)));
        return;
    }
    char *folder = copy_text(list_path);
    folder[slash - list_path + 1] = '\0';
    add_path(list, keep_text(list, join_path(folder, line)));
    free(folder);
}

typedef enum line_event { LINE_READ, LINE_END, LINE_IS_NO_PATH } line_event;

/* The next line without its end. Zeros, and more bytes than a path may have, tell of a file that is no list. */
static line_event read_line(FILE *file, char line[PATH_MAX])
{
    size_t length = 0;
    int byte;
    while ((byte = fgetc(file)) != EOF && byte != '\n') {
        if (byte == '\0' || length == PATH_MAX - 1) {
            return LINE_IS_NO_PATH;
        }
        line[length++] = (char)byte;
    }
    if (ferror(file) || (byte == EOF && length == 0)) {
        return LINE_END;
    }
    while (length > 0 && line[length - 1] == '\r') {
        length--;
    }
    line[length] = '\0';
    return LINE_READ;
}

static void read_lines(input_list *list, const char *list_path, FILE *file)
{
    char line[PATH_MAX], cause[64];
    const char *complaint = NULL;
    size_t number = 0, paths = 0, before = list->count;
    line_event event;
    while ((event = read_line(file, line)) == LINE_READ) {
        number++;
        /* Some editors begin UTF-8 with a mark that nobody sees. */
        const char *path = number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? line + 3 : line;
        if (path[0]) {
            add_line(list, list_path, path);
            paths++;
        }
    }
    if (event == LINE_IS_NO_PATH) {
        snprintf(cause, sizeof cause, "line %zu is no path: not a list of files", number + 1);
        complaint = cause;
        list->count = before; /* its lines are no paths either */
    } else if (ferror(file)) {
        complaint = strerror(errno);
    } else if (paths == 0) {
        complaint = "holds no paths";
    }
    if (complaint) {
        complain("@%s: %s", list_path, complaint);
        list->failed++;
    }
}

static void add_list(input_list *list, const char *list_path)
{
    bool is_stdin = strcmp(list_path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(list_path, "r");
    if (!file) {
        complain("@%s: %s", list_path, strerror(errno));
        list->failed++;
        return;
    }
    read_lines(list, is_stdin ? "" : list_path, file);
    if (!is_stdin) {
        fclose(file);
    }
}

input_list inputs_expand(const cli_request *request, const char **words, size_t count)
{
    input_list list = {.request = request};
    for (size_t i = 0; i < count; i++) {
        if (!words[i][0]) {
            complain("input %zu has no name", i + 1);
            list.failed++;
        } else if (strcmp(words[i], "-") == 0) {
            const char *path = spool_input();
            if (path) {
                add_file(&list, "-", path);
            } else {
                list.failed++;
            }
        } else if (words[i][0] == '@') {
            add_list(&list, words[i] + 1);
        } else {
            add_path(&list, words[i]);
        }
    }
    list.is_single = count == 1 && words[0][0] != '@' && !is_folder(words[0]);
    return list;
}

void inputs_free(input_list *list)
{
    for (size_t i = 0; i < list->text_count; i++) {
        free(list->texts[i]);
    }
    free(list->texts);
    free(list->files);
    *list = (input_list){0};
}
