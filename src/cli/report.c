/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/report.h"

#include "cli/progress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Control characters of a file's name would break the line, or steer a terminal. The library shows them like this too.
 */
static char shown_character(char c)
{
    return (unsigned char)c < ' ' || c == 127 ? '?' : c;
}

/* One line whatever a file's name holds. */
static void print_line(const char *start, const char *format, va_list values)
{
    va_list again;
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    size_t size = length > 0 ? (size_t)length + 1 : 1;
    char *text = allocate(size, 1);
    vsnprintf(text, size, format, again);
    va_end(again);
    for (char *c = text; *c; c++) {
        *c = shown_character(*c);
    }
    fprintf(stderr, "%s%s\n", start, text);
    free(text);
}

static bool is_silent;

void report_silence(bool silent)
{
    is_silent = silent;
}

void complain(const char *format, ...)
{
    if (is_silent) {
        return;
    }
    progress_hide();
    va_list values;
    va_start(values, format);
    print_line("ondelet: ", format, values);
    va_end(values);
}

const char *library_message(const char *path)
{
    const char *message = ond_error_message();
    size_t length = 0;
    while (path[length] && message[length] == shown_character(path[length])) {
        length++;
    }
    return path[length] == '\0' && strncmp(message + length, ": ", 2) == 0 ? message + length + 2 : message;
}

void complain_of_file(file_name name)
{
    complain("%s: %s", name.shown, library_message(name.path));
}

void complain_of(const char *name)
{
    complain_of_file((file_name){name, name});
}

exit_status wrong_usage(const cli_command *command, const char *format, ...)
{
    if (is_silent) {
        return WRONG_USAGE;
    }
    va_list values;
    va_start(values, format);
    print_line("ondelet: ", format, values);
    va_end(values);
    fprintf(stderr, "Try 'ondelet%s%s --help'.\n", command ? " " : "", command ? command->name : "");
    return WRONG_USAGE;
}

void note(const cli_request *request, const char *format, ...)
{
    if (request->quiet || is_silent) {
        return;
    }
    progress_hide();
    va_list values;
    va_start(values, format);
    print_line("", format, values);
    va_end(values);
}

const char *shape_text(int rank, const size_t *shape, char text[SHAPE_TEXT])
{
    size_t used = 0;
    snprintf(text, SHAPE_TEXT, "a single number");
    for (int axis = 0; axis < rank && used < SHAPE_TEXT; axis++) {
        int written = snprintf(text + used, SHAPE_TEXT - used, "%s%zu", axis ? " x " : "", shape[axis]);
        used += written > 0 ? (size_t)written : 0;
    }
    return text;
}

/* The folder of a path exists and takes new files. */
static bool folder_takes_files(const char *path)
{
    char *folder = copy_text(path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        slash[slash == folder] = '\0';
    }
    bool fine = access(slash ? folder : ".", W_OK | X_OK) == 0;
    if (!fine) {
        complain("%s: %s", path, strerror(errno));
    }
    free(folder);
    return fine;
}

bool output_is_free(const cli_request *request, const char *path)
{
    if (strcmp(path, "-") == 0) {
        if (isatty(STDOUT_FILENO)) {
            complain("standard output is a terminal: binary data is not written to it");
            return false;
        }
        return true;
    }
    if (access(path, F_OK) == 0 && !request->force) {
        complain("%s exists; give --force to replace it", path);
        return false;
    }
    struct stat found;
    if (stat(path, &found) == 0 && S_ISDIR(found.st_mode)) {
        complain("%s: cannot create: a folder has this name", path);
        return false;
    }
    return folder_takes_files(path);
}

bool has_ending(const char *path, const char *ending)
{
    size_t length = strlen(path), wanted = strlen(ending);
    return length > wanted && strcasecmp(path + length - wanted, ending) == 0;
}

exit_status check_model_output(const cli_request *request)
{
    if (!request->output || !has_ending(request->output, ".safetensors")) {
        return wrong_usage(request->command, "output '%s' does not end in .safetensors",
                           request->output ? request->output : "");
    }
    return ALL_DONE;
}

bool is_drawing(const char *path)
{
    return has_ending(path, ".png") || has_ending(path, ".svg");
}

static void *surely(void *block)
{
    if (!block) {
        complain("out of memory");
        exit(SOME_FAILED);
    }
    return block;
}

void *allocate(size_t count, size_t size)
{
    return surely(calloc(count ? count : 1, size));
}

void *enlarge(void *block, size_t count, size_t size)
{
    return surely(count > SIZE_MAX / size ? NULL : realloc(block, count * size));
}

char *copy_text(const char *text)
{
    return join_text(text, "");
}

char *join_text(const char *first, const char *second)
{
    size_t size = strlen(first) + strlen(second) + 1;
    char *joined = allocate(size, 1);
    snprintf(joined, size, "%s%s", first, second);
    return joined;
}

double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
