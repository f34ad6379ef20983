/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/spool.h"

#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PIPES = 32, NAME_ROOM = 32 };

/* A file that every opening of its path finds. Without a name it ends with the process, however that ends. */
typedef struct spool_file {
    char *volatile path;
    int descriptor; /* 0 for a file with a name */
} spool_file;

static struct {
    char *volatile folder; /* of files with names, where the system has no /proc */
    spool_file input, output;
    spool_file copies[MOST_PIPES];
    char *pipes[MOST_PIPES]; /* what they are copies of */
} spool;

static const char *spool_place(void)
{
    const char *place = getenv("TMPDIR");
    return place && *place ? place : "/tmp";
}

static bool is_same_file(const char *path, int descriptor)
{
    struct stat own, found;
    return fstat(descriptor, &own) == 0 && stat(path, &found) == 0 && own.st_dev == found.st_dev
           && own.st_ino == found.st_ino;
}

static bool make_nameless(spool_file *file)
{
    char path[NAME_ROOM];
    char *name = join_text(spool_place(), "/ondelet-XXXXXX");
    int descriptor = mkstemp(name);
    if (descriptor >= 0) {
        unlink(name);
        (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    free(name);
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    if (descriptor <= 0 || !is_same_file(path, descriptor) || access(path, R_OK | W_OK) != 0) {
        if (descriptor >= 0) {
            close(descriptor);
        }
        return false;
    }
    file->descriptor = descriptor;
    file->path = copy_text(path);
    return true;
}

static bool make_folder(void)
{
    if (spool.folder) {
        return true;
    }
    spool.folder = join_text(spool_place(), "/ondelet-XXXXXX");
    if (!mkdtemp(spool.folder)) {
        complain("%s: %s", spool.folder, strerror(errno));
        free(spool.folder);
        spool.folder = NULL;
        return false;
    }
    return true;
}

/* False after a complaint. */
static bool make_file(spool_file *file, const char *name)
{
    if (make_nameless(file)) {
        return true;
    }
    if (!make_folder()) {
        return false;
    }
    file->path = join_text(spool.folder, name);
    return true;
}

static void forget(spool_file *file)
{
    char *own = file->path;
    file->path = NULL; /* before it is freed: a signal may come in between */
    if (own && file->descriptor > 0) {
        close(file->descriptor);
    } else if (own) {
        unlink(own);
    }
    file->descriptor = 0;
    free(own);
}

static bool copy(FILE *from, FILE *to)
{
    char block[1 << 16];
    size_t got;
    while ((got = fread(block, 1, sizeof block, from)) > 0) {
        if (fwrite(block, 1, got, to) != got) {
            return false;
        }
    }
    return !ferror(from) && fflush(to) == 0;
}

/* Copies between standard streams and a file; which one is named tells the direction. */
static bool copy_file(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    bool fine = file && (mode[0] == 'w' ? copy(stdin, file) : copy(file, stdout));
    int cause = errno;
    if (file && fclose(file) != 0) {
        fine = false;
    }
    if (!fine) {
        complain("%s: %s", mode[0] == 'w' ? "standard input" : "standard output", strerror(cause));
    }
    return fine;
}

const char *spool_input(void)
{
    if (!spool.input.path && make_file(&spool.input, "/input") && !copy_file(spool.input.path, "wb")) {
        forget(&spool.input);
    }
    return spool.input.path;
}

static bool copy_pipe(const char *path, const char *to)
{
    FILE *from = fopen(path, "rb");
    FILE *file = from ? fopen(to, "wb") : NULL;
    bool fine = file && copy(from, file);
    int cause = errno;
    if (file && fclose(file) != 0) {
        fine = false;
    }
    if (from) {
        fclose(from);
    }
    if (!fine) {
        complain("%s: %s", path, strerror(cause));
    }
    return fine;
}

const char *spool_pipe(const char *path)
{
    struct stat facts;
    size_t i = 0;
    if (stat(path, &facts) != 0 || !S_ISFIFO(facts.st_mode)) {
        return path;
    }
    while (i < MOST_PIPES && spool.pipes[i]) {
        if (strcmp(spool.pipes[i], path) == 0) {
            return spool.copies[i].path;
        }
        i++;
    }
    if (i == MOST_PIPES) {
        complain("%s: more than %d pipes at once", path, MOST_PIPES);
        return NULL;
    }
    char name[NAME_ROOM];
    snprintf(name, sizeof name, "/pipe%zu", i);
    if (!make_file(&spool.copies[i], name)) {
        return NULL;
    }
    spool.pipes[i] = copy_text(path);
    return copy_pipe(path, spool.copies[i].path) ? spool.copies[i].path : NULL;
}

const char *spool_output(void)
{
    return spool.output.path || make_file(&spool.output, "/output") ? spool.output.path : NULL;
}

bool spool_deliver(void)
{
    return copy_file(spool.output.path, "rb");
}

void spool_remove(void)
{
    forget(&spool.input);
    forget(&spool.output);
    for (size_t i = 0; i < MOST_PIPES; i++) {
        forget(&spool.copies[i]);
        free(spool.pipes[i]);
        spool.pipes[i] = NULL;
    }
    char *folder = spool.folder;
    spool.folder = NULL;
    if (folder) {
        rmdir(folder);
    }
    free(folder);
}

static void discard(const spool_file *file)
{
    if (file->path && file->descriptor == 0) {
        unlink(file->path);
    }
}

void spool_discard(void)
{
    discard(&spool.input);
    discard(&spool.output);
    for (size_t i = 0; i < MOST_PIPES; i++) {
        discard(&spool.copies[i]);
    }
    if (spool.folder) {
        rmdir(spool.folder);
    }
}
