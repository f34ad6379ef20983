/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/spool.h"

#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    char *folder, *input, *output;
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

void spool_remove(void)
{
    if (spool.input) {
        unlink(spool.input);
    }
    if (spool.output) {
        unlink(spool.output);
    }
    if (spool.folder) {
        rmdir(spool.folder);
    }
    free(spool.input);
    free(spool.output);
    free(spool.folder);
    memset(&spool, 0, sizeof spool);
}
