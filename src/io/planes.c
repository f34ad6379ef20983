/* SPDX-License-Identifier: BSD-3-Clause */
#define _XOPEN_SOURCE 700 /* mkstemp, pread */
#include "core/planes.h"

#include "core/memory.h"
#include "io/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

typedef struct plane_file {
    int descriptor;
    size_t height, width;
} plane_file;

/* --- the file --- */

/* A file that goes with its last descriptor. −1 with errno. */
static int open_nameless(const char *folder)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/ondelet-XXXXXX", folder);
    if (length < 0 || length >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int descriptor = mkstemp(path);
    if (descriptor >= 0) {
        (void)unlink(path);
        (void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    return descriptor;
}

/* What was named is the place; else the one for large files, which is seldom kept in memory. */
static ond_status open_file(size_t bytes, int *descriptor)
{
    const char *named = getenv("TMPDIR");
    const char *folder = named && *named ? named : "/var/tmp";
    *descriptor = open_nameless(folder);
    if (*descriptor < 0 && !(named && *named)) {
        folder = "/tmp";
        *descriptor = open_nameless(folder);
    }
    if (*descriptor < 0) {
        return ond_fail_prefix(ond_fail_system("cannot create a temporary file"), "%s: ", folder);
    }
    return ftruncate(*descriptor, (off_t)bytes) == 0
               ? OND_OK
               : ond_fail_prefix(ond_fail_system("cannot give a temporary file its size"), "%s: ", folder);
}

/* --- boxes --- */

typedef ssize_t (*transfer)(int descriptor, void *data, size_t bytes, off_t place);

static ssize_t write_at(int descriptor, void *data, size_t bytes, off_t place)
{
    return pwrite(descriptor, data, bytes, place);
}

static ond_status move_bytes(const plane_file *file, transfer move, unsigned char *data, size_t bytes, off_t place)
{
    while (bytes > 0) {
        ssize_t moved = move(file->descriptor, data, bytes, place);
        if (moved < 0 && errno == EINTR) {
            continue;
        }
        if (moved <= 0) {
            errno = moved < 0 ? errno : move == write_at ? ENOSPC : EIO;
            return ond_fail_system(move == write_at ? "cannot write the temporary file"
                                                    : "cannot read the temporary file");
        }
        data += moved;
        place += moved;
        bytes -= (size_t)moved;
    }
    return OND_OK;
}

static ond_status move_box(const plane_file *file, transfer move, const ond_plane_box *box, float *samples)
{
    bool is_whole = box->width == file->width; /* rows follow one another */
    size_t count = is_whole ? box->height * box->width : box->width;
    for (size_t row = 0; row < (is_whole ? 1 : box->height); row++) {
        size_t place = (box->plane * file->height + box->row + row) * file->width + box->column;
        OND_TRY(move_bytes(file, move, (unsigned char *)(samples + row * count), count * sizeof *samples,
                           (off_t)(place * sizeof *samples)));
    }
    return OND_OK;
}

static ond_status fetch_from_file(void *context, const ond_plane_box *box, float *samples)
{
    return move_box(context, pread, box, samples);
}

static ond_status store_in_file(void *context, const ond_plane_box *box, const float *samples)
{
    union {
        const float *given;
        float *data;
    } read_only = {.given = samples};
    return move_box(context, write_at, box, read_only.data);
}

/* --- planes --- */

static ond_status check_size(size_t count, size_t height, size_t width)
{
    size_t most = PTRDIFF_MAX / sizeof(float);
    if (count == 0 || height == 0 || width == 0 || count > most / height || count * height > most / width) {
        return ond_fail(OND_ERROR_SHAPE, "planes of %zu x %zu x %zu, sides of 1 or more that a file can hold wanted",
                        count, height, width);
    }
    return OND_OK;
}

ond_status ond_planes_create(size_t count, size_t height, size_t width, ond_planes *planes)
{
    OND_TRY(planes ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "the output is missing"));
    OND_TRY(check_size(count, height, width));
    plane_file *file = ond_memory_allocate(1, sizeof *file);
    if (!file) {
        return OND_ERROR_MEMORY;
    }
    *file = (plane_file){-1, height, width};
    *planes = (ond_planes){count, height, width, file, fetch_from_file, store_in_file};
    ond_status status = open_file(count * height * width * sizeof(float), &file->descriptor);
    if (status != OND_OK) {
        ond_planes_destroy(planes);
    }
    return status;
}

void ond_planes_destroy(ond_planes *planes)
{
    if (!planes || planes->fetch != fetch_from_file) {
        return;
    }
    plane_file *file = planes->context;
    if (file->descriptor >= 0) {
        (void)close(file->descriptor);
    }
    ond_memory_free(file);
    *planes = (ond_planes){0};
}
