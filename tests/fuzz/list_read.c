/* SPDX-License-Identifier: BSD-3-Clause */
/* The input as a list of paths (@list). The list is in memory, and of all paths that it may name only those of a small
 * folder are asked of the system: the linker hands the program's questions to the functions here (--wrap). */
#define _GNU_SOURCE /* fopencookie: fmemopen ends at the first zero */
#include "cli/inputs.h"

#include "fuzz/draw.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char list_path[] = "lists/l";
static const char *const known_paths[] = {"a.pgm", "d", "d/b.pgm", "d/c", "e", "lists/a.pgm", "lists/f.pgm", "lists/d"};
static fuzz_bytes list;
static bool expanding; /* else libFuzzer asks */

FILE *__real_fopen(const char *path, const char *mode);
int __real_access(const char *path, int mode);
int __real_stat(const char *path, struct stat *facts);
FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_access(const char *path, int mode);
int __wrap_stat(const char *path, struct stat *facts);

static bool is_known(const char *path)
{
    if (!expanding) {
        return true;
    }
    for (size_t i = 0; i < sizeof known_paths / sizeof known_paths[0]; i++) {
        if (strcmp(path, known_paths[i]) == 0) {
            return true;
        }
    }
    errno = ENOENT;
    return false;
}

static ssize_t read_list(void *cookie, char *buffer, size_t most)
{
    fuzz_bytes *bytes = cookie;
    size_t left = bytes->size - bytes->used, count = left < most ? left : most;
    memcpy(buffer, bytes->data + bytes->used, count);
    bytes->used += count;
    return (ssize_t)count;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    if (strcmp(path, list_path) != 0) {
        return __real_fopen(path, mode);
    }
    return fopencookie(&list, "r", (cookie_io_functions_t){.read = read_list});
}

int __wrap_access(const char *path, int mode)
{
    return is_known(path) ? __real_access(path, mode) : -1;
}

int __wrap_stat(const char *path, struct stat *facts)
{
    return is_known(path) ? __real_stat(path, facts) : -1;
}

/* Two pictures, a folder that holds one and one without any, and what there is beside the list. */
static void prepare(void)
{
    static const char *const folders[] = {"d", "e", "lists", "lists/d"};
    static const char *const pictures[] = {"a.pgm", "d/b.pgm", "lists/f.pgm", "lists/d/g.pgm"};
    static bool done;
    fuzz_enter_folder();
    for (size_t i = 0; !done && i < sizeof folders / sizeof folders[0]; i++) {
        FILE *file = mkdir(folders[i], S_IRWXU) == 0 ? __real_fopen(pictures[i], "w") : NULL;
        if (!file || fclose(file) != 0) {
            abort();
        }
    }
    done = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const cli_request request = {.quiet = 1};
    const char *words[1] = {"@lists/l"};
    prepare();
    list = (fuzz_bytes){data, size, 0};
    expanding = true;
    input_list files = inputs_expand(&request, words, 1);
    expanding = false;
    for (size_t i = 0; i < files.count; i++) {
        if (!files.files[i].path || !files.files[i].path[0] || !files.files[i].shown) {
            abort();
        }
    }
    if (files.count == 0 && files.failed == 0) {
        abort();
    }
    inputs_free(&files);
    return 0;
}
