/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/spool.h"

#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PIPES = 32 };

static struct {
    char *volatile folder, *volatile input, *volatile output;
    char *volatile copies[MOST_PIPES];
    char *pipes[MOST_PIPES]; /* what they are copies of */
} spool;

static bool make_folder(void)
{
    if (spool.folder) {
        return true;
    }
    const char *place = getenv("TMPDIR");
    spool.folder = join_text(place && *place ? place : "/tmp", "/ondelet-XXXXXX");
    if (!mkdtemp(spool.folder)) {
        complain("%s: %s", spool.folder, strerror(errno));
        free(spool.folder);
        spool.folder = NULL;
        return false;
    }
    return true;
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
    if (!spool.input && make_folder()) {
        spool.input = join_text(spool.folder, "/input");
        if (!copy_file(spool.input, "wb")) {
            unlink(spool.input);
            free(spool.input);
            spool.input = NULL;
        }
    }
    return spool.input;
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
            return spool.copies[i];
        }
        i++;
    }
    if (i == MOST_PIPES) {
        complain("%s: more than %d pipes at once", path, MOST_PIPES);
        return NULL;
    }
    if (!make_folder()) {
        return NULL;
    }
    char name[16];
    snprintf(name, sizeof name, "/pipe%zu", i);
    spool.pipes[i] = copy_text(path);
    spool.copies[i] = join_text(spool.folder, name);
    return copy_pipe(path, spool.copies[i]) ? spool.copies[i] : NULL;
}

const char *spool_output(void)
{
    if (!spool.output && make_folder()) {
        spool.output = join_text(spool.folder, "/output");
    }
    return spool.output;
}

bool spool_deliver(void)
{
    return copy_file(spool.output, "rb");
}

static void forget(char *volatile *path, int (*take_away)(const char *))
{
    char *own = *path;
    *path = NULL; /* before it is freed: a signal may come in between */
    if (own) {
        take_away(own);
    }
    free(own);
}

void spool_remove(void)
{
    forget(&spool.input, unlink);
    forget(&spool.output, unlink);
    for (size_t i = 0; i < MOST_PIPES; i++) {
        forget(&spool.copies[i], unlink);
        free(spool.pipes[i]);
        spool.pipes[i] = NULL;
    }
    forget(&spool.folder, rmdir);
}

void spool_discard(void)
{
    if (spool.input) {
        unlink(spool.input);
    }
    if (spool.output) {
        unlink(spool.output);
    }
    for (size_t i = 0; i < MOST_PIPES && spool.copies[i]; i++) {
        unlink(spool.copies[i]);
    }
    if (spool.folder) {
        rmdir(spool.folder);
    }
}
