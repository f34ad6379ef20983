/* SPDX-License-Identifier: BSD-3-Clause */
#define _XOPEN_SOURCE 700 /* realpath */
#include "io/file.h"

#include "core/memory.h"
#include "core/status.h"
#include "core/temporaries.h"
#include "io/system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 16, SHORT_TEXT = 512, NAME_TRIES = 100, NAME_ROOM = 32, NAME_DIGITS = 16 };

struct ond_file {
    char *path;      /* as given, for messages */
    char *target;    /* what the temporary file becomes: the path with symbolic links followed */
    char *temporary; /* NULL when written straight: standard output, devices, pipes */
    bool stays;      /* a temporary file that ond_file_continue can go on with */
    int descriptor;  /* -1 when closed */
    int error;       /* errno of the first failure; all later calls fail with it */
    locale_t locale; /* in which a decimal point is a point */
    size_t used;
    unsigned char buffer[BUFFER_SIZE];
};

const char *ond_file_name(const ond_file *file)
{
    return strcmp(file->path, "-") == 0 ? "standard output" : file->path;
}

static ond_status file_fail(ond_file *file, const char *action)
{
    if (!file->error) {
        file->error = errno ? errno : EIO;
    }
    errno = file->error;
    return ond_fail_prefix(ond_fail_system(action), "%s: ", ond_file_name(file));
}

static uint64_t name_number(void)
{
    static atomic_uint_fast64_t calls;
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t mixed = (uint64_t)now.tv_nsec + ((uint64_t)now.tv_sec << 30);
    mixed += ((uint64_t)getpid() << 40) + atomic_fetch_add(&calls, 1);
    return mixed * 0x9e3779b97f4a7c15u;
}

/* A new file in the target's folder, so that the rename cannot cross file systems. */
static ond_status file_open_temporary(ond_file *file)
{
    size_t room = strlen(file->target) + NAME_ROOM;
    file->temporary = ond_memory_allocate(room, 1);
    if (!file->temporary) {
        return OND_ERROR_MEMORY;
    }
    const char *slash = strrchr(file->target, '/');
    int folder = slash ? (int)(slash - file->target) + 1 : 0;
    for (int i = 0; i < NAME_TRIES && file->descriptor < 0; i++) {
        snprintf(file->temporary, room, "%.*s.ondelet-%0*llx", folder, file->target, NAME_DIGITS,
                 (unsigned long long)name_number());
        file->descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0666);
        if (file->descriptor < 0 && errno != EEXIST) {
            break;
        }
    }
    if (file->descriptor < 0) {
        ond_memory_free(file->temporary);
        file->temporary = NULL;
        return file_fail(file, "cannot create");
    }
    ond_temporaries_hold(file->descriptor);
    ond_temporaries_add(file->temporary);
    ond_temporaries_sweep(file->temporary, NAME_DIGITS);
    return OND_OK;
}

/* The file that an earlier process left, cut to its first `bytes`; a new one for 0 bytes. */
static ond_status file_open_partial(ond_file *file, size_t bytes)
{
    size_t room = strlen(file->target) + NAME_ROOM;
    file->temporary = ond_memory_allocate(room, 1);
    if (!file->temporary) {
        return OND_ERROR_MEMORY;
    }
    file->stays = true;
    snprintf(file->temporary, room, "%s" OND_PARTIAL_ENDING, file->target);
    int creates = bytes ? 0 : O_CREAT;
    struct stat found;
    file->descriptor = open(file->temporary, O_WRONLY | creates | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0666);
    if (file->descriptor < 0 || fstat(file->descriptor, &found) != 0) {
        return file_fail(file, "cannot open what was begun");
    }
    if (!S_ISREG(found.st_mode) || (uintmax_t)found.st_size < bytes) {
        return ond_fail(OND_ERROR_FORMAT, "%s: holds %lld bytes, %zu wanted", file->temporary, (long long)found.st_size,
                        bytes);
    }
    if (ftruncate(file->descriptor, (off_t)bytes) != 0 || lseek(file->descriptor, 0, SEEK_END) < 0) {
        return file_fail(file, "cannot go on");
    }
    return OND_OK;
}

static ond_status file_open_straight(ond_file *file, int descriptor)
{
    file->descriptor = descriptor;
    return descriptor < 0 ? file_fail(file, "cannot open") : OND_OK;
}

/* A symbolic link stays one: what it points to is replaced. */
static ond_status file_find_target(ond_file *file, bool exists)
{
    char resolved[PATH_MAX];
    const char *target = exists && realpath(file->path, resolved) ? resolved : file->path;
    file->target = ond_memory_copy_text(target);
    return file->target ? OND_OK : OND_ERROR_MEMORY;
}

/* `bytes` of what was begun are kept when the temporary file stays. */
static ond_status file_open(ond_file *file, bool stays, size_t bytes)
{
    if (strcmp(file->path, "-") == 0) {
        fflush(stdout);
        return file_open_straight(file, fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
    }
    struct stat found;
    bool exists = stat(file->path, &found) == 0;
    if (!exists && (errno != ENOENT || !file->path[0])) {
        return file_fail(file, "cannot create");
    }
    if (exists && S_ISDIR(found.st_mode)) {
        return ond_fail(OND_ERROR_IO, "%s: cannot create: a folder has this name", file->path);
    }
    if (exists && !S_ISREG(found.st_mode)) {
        return file_open_straight(file, open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY));
    }
    if (exists && access(file->path, W_OK) != 0) {
        return file_fail(file, "cannot replace");
    }
    if (exists && found.st_nlink == 0) { /* /proc/self/fd/N of a file without a name: there is nothing to replace */
        return file_open_straight(file, open(file->path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY));
    }
    OND_TRY(file_find_target(file, exists));
    return stays ? file_open_partial(file, bytes) : file_open_temporary(file);
}

static ond_status file_prepare(ond_file *file, const char *path, bool stays, size_t bytes)
{
    file->descriptor = -1;
    file->path = ond_memory_copy_text(path);
    if (!file->path) {
        return OND_ERROR_MEMORY;
    }
    file->locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!file->locale) {
        return ond_fail(OND_ERROR_MEMORY, "out of memory for a locale");
    }
    return file_open(file, stays, bytes);
}

static ond_status file_make(const char *path, bool stays, size_t bytes, ond_file **file)
{
    if (!path || !file) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    ond_file *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = file_prepare(made, path, stays, bytes);
    if (status != OND_OK) {
        ond_file_destroy(made);
        return status;
    }
    *file = made;
    return OND_OK;
}

ond_status ond_file_create(const char *path, ond_file **file)
{
    return file_make(path, false, 0, file);
}

ond_status ond_file_continue(const char *path, size_t bytes, ond_file **file)
{
    return file_make(path, true, bytes, file);
}

static ond_status file_put(ond_file *file, const unsigned char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(file->descriptor, data, bytes);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            errno = written < 0 ? errno : ENOSPC;
            return file_fail(file, "cannot write");
        }
        data += written;
        bytes -= (size_t)written;
    }
    return OND_OK;
}

static ond_status file_flush(ond_file *file)
{
    if (file->error) {
        return file_fail(file, "cannot write");
    }
    size_t bytes = file->used;
    file->used = 0;
    return file_put(file, file->buffer, bytes);
}

ond_status ond_file_write(ond_file *file, const void *data, size_t bytes)
{
    if (!file || (!data && bytes)) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", file ? "data" : "file");
    }
    if (file->error) {
        return file_fail(file, "cannot write");
    }
    if (bytes > BUFFER_SIZE - file->used) {
        OND_TRY(file_flush(file));
    }
    if (bytes > BUFFER_SIZE) {
        return file_put(file, data, bytes);
    }
    if (bytes > 0) {
        memcpy(file->buffer + file->used, data, bytes);
        file->used += bytes;
    }
    return OND_OK;
}

ond_status ond_file_print(ond_file *file, const char *format, ...)
{
    if (!file || !format) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", file ? "format" : "file");
    }
    char text[SHORT_TEXT];
    char *long_text = NULL;
    va_list arguments;
    locale_t callers = uselocale(file->locale);
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length >= SHORT_TEXT && (long_text = ond_memory_allocate((size_t)length + 1, 1))) {
        va_start(arguments, format);
        vsnprintf(long_text, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    uselocale(callers);
    if (length < 0) {
        return file_fail(file, "cannot print");
    }
    if (length >= SHORT_TEXT && !long_text) {
        file->error = ENOMEM; /* the file lacks this text and must not be finished */
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_file_write(file, long_text ? long_text : text, (size_t)length);
    ond_memory_free(long_text);
    return status;
}

bool ond_file_seekable(const ond_file *file)
{
    return lseek(file->descriptor, 0, SEEK_CUR) >= 0;
}

ond_status ond_file_rewrite(ond_file *file, const void *data, size_t bytes)
{
    OND_TRY(file_flush(file));
    if (lseek(file->descriptor, 0, SEEK_SET) < 0) {
        return file_fail(file, "cannot seek");
    }
    OND_TRY(file_put(file, data, bytes));
    return lseek(file->descriptor, 0, SEEK_END) < 0 ? file_fail(file, "cannot seek") : OND_OK;
}

ond_status ond_file_commit(ond_file *file, size_t *bytes)
{
    if (!file || !bytes) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", file ? "output" : "file");
    }
    OND_TRY(file_flush(file));
    off_t end = lseek(file->descriptor, 0, SEEK_CUR);
    if (end < 0 || (fdatasync(file->descriptor) != 0 && errno != EINVAL && errno != EROFS)) {
        return file_fail(file, "cannot write");
    }
    *bytes = (size_t)end;
    return OND_OK;
}

static ond_status file_complete(ond_file *file)
{
    OND_TRY(file_flush(file));
    int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0) {
        return file_fail(file, "cannot write");
    }
    if (!file->temporary) {
        return OND_OK;
    }
    if (rename(file->temporary, file->target) != 0) {
        return file_fail(file, "cannot replace");
    }
    ond_temporaries_forget(file->temporary);
    ond_memory_free(file->temporary);
    file->temporary = NULL;
    return OND_OK;
}

ond_status ond_file_finish(ond_file **file)
{
    if (!file || !*file) {
        return ond_fail(OND_ERROR_ARGUMENT, "the file is missing");
    }
    ond_status status = file_complete(*file);
    ond_file_destroy(*file);
    *file = NULL;
    return status;
}

void ond_file_destroy(ond_file *file)
{
    if (!file) {
        return;
    }
    if (file->descriptor >= 0) {
        close(file->descriptor);
    }
    if (file->temporary && !file->stays) {
        unlink(file->temporary);
    }
    ond_temporaries_forget(file->temporary);
    if (file->locale) {
        freelocale(file->locale);
    }
    ond_memory_free(file->temporary);
    ond_memory_free(file->target);
    ond_memory_free(file->path);
    ond_memory_free(file);
}

void ond_files_discard(void)
{
    ond_temporaries_discard();
}
