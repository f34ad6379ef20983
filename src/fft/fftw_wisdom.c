/* SPDX-License-Identifier: BSD-3-Clause */
#include "fft/fftw_wisdom.h"

#include "core/memory.h"
#include "core/status.h"
#include "core/temporaries.h"

#include <ondelet/runtime.h>

#include <errno.h>
#include <fftw3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool measured;
static char put_off[PATH_SIZE]; /* the wisdom that was asked for before anything was planned; empty: none */

void ond_planner_lock(void)
{
    pthread_mutex_lock(&lock);
}

void ond_planner_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

void ond_planner_note_measured(void)
{
    measured = true;
}

/* Writes the path of the user's wisdom, or nothing when the user has no home. */
static bool default_path(char path[PATH_SIZE])
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int length = -1;
    if (cache && cache[0] == '/') {
        length = snprintf(path, PATH_SIZE, "%s/ondelet/fftw-wisdom", cache);
    } else if (home && home[0] == '/') {
        length = snprintf(path, PATH_SIZE, "%s/.cache/ondelet/fftw-wisdom", home);
    }
    return length > 0 && length < PATH_SIZE;
}

static void import(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file) {
        (void)fftwf_import_wisdom_from_file(file);
        fclose(file);
    }
}

void ond_planner_import(void)
{
    if (put_off[0]) {
        import(put_off);
        put_off[0] = '\0';
    }
}

ond_status ond_wisdom_read(const char *path)
{
    char usual[PATH_SIZE];
    if (!path && !default_path(usual)) {
        return OND_OK;
    }
    ond_planner_lock();
    if (path) {
        ond_planner_import();
        import(path);
    } else {
        snprintf(put_off, sizeof put_off, "%s", usual);
    }
    ond_planner_unlock();
    return OND_OK;
}

/* Makes every folder that the path goes through, private to the user. */
static ond_status make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
        int cause = errno;
        *slash = '/';
        if (failed) {
            return ond_fail(OND_ERROR_IO, "%s: cannot make its folder: %s", path, strerror(cause));
        }
    }
    return OND_OK;
}

static ond_status write_beside_and_rename(const char *path)
{
    char beside[PATH_SIZE + 16];
    snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    int descriptor = mkstemp(beside);
    if (descriptor < 0) {
        return ond_fail(OND_ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
    }
    ond_temporaries_hold(descriptor);
    ond_temporaries_add(beside);
    ond_temporaries_sweep(beside, strlen("XXXXXX"));
    FILE *file = fdopen(descriptor, "wb");
    bool failed = !file;
    if (file) {
        fftwf_export_wisdom_to_file(file);
        failed = ferror(file) != 0;
        failed = fclose(file) != 0 || failed;
    } else {
        close(descriptor);
    }
    failed = failed || rename(beside, path) != 0;
    int cause = errno;
    if (failed) {
        unlink(beside);
    }
    ond_temporaries_forget(beside);
    return failed ? ond_fail(OND_ERROR_IO, "%s: cannot write: %s", path, strerror(cause)) : OND_OK;
}

ond_status ond_wisdom_write(const char *path)
{
    char usual[PATH_SIZE];
    if (path) {
        int length = snprintf(usual, sizeof usual, "%s", path);
        if (length < 0 || length >= PATH_SIZE) {
            return ond_fail(OND_ERROR_ARGUMENT, "the path of the wisdom is longer than %d bytes", PATH_SIZE - 1);
        }
    } else if (!default_path(usual)) {
        return OND_OK;
    }
    ond_planner_lock();
    ond_status status = OND_OK;
    bool is_wanted = path ? !put_off[0] : measured;
    if (is_wanted) {
        ond_planner_import();
        status = path ? OND_OK : make_folders(usual);
        if (status == OND_OK) {
            status = write_beside_and_rename(usual);
        }
        measured = measured && (path || status != OND_OK);
    }
    ond_planner_unlock();
    return status;
}
