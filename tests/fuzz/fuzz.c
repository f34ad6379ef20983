/* SPDX-License-Identifier: BSD-3-Clause */
#define _XOPEN_SOURCE 700 /* nftw */
#include "fuzz/fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 64, PIXEL_LIMIT = 1 << 14, FEW_ITEMS = 600 };
enum {
    TINY_LIMIT = 1 << 5,
    SMALL_LIMIT = 1 << 9,
    LARGE_LIMIT = 1 << 13
}; /* pixels: of arrays, 64 times as many elements */

static char file_path[PATH_SIZE];

static void file_remove(void)
{
    unlink(file_path);
}

static int file_make(const char *format)
{
    snprintf(file_path, sizeof file_path, "%s", format);
    return mkstemp(file_path);
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int descriptor = -1;
    if (descriptor < 0) {
        descriptor = file_make("/dev/shm/ondelet-fuzz-XXXXXX");
        descriptor = descriptor < 0 ? file_make("/tmp/ondelet-fuzz-XXXXXX") : descriptor;
        atexit(file_remove);
    }
    if (descriptor < 0 || ftruncate(descriptor, 0) != 0 || pwrite(descriptor, data, size, 0) != (ssize_t)size) {
        perror("fuzz input");
        exit(1);
    }
    return file_path;
}

static char folder[PATH_SIZE];

static int remove_entry(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)facts;
    (void)kind;
    return place->level > 0 ? remove(path) : 0;
}

void fuzz_empty_folder(void)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_folder(void)
{
    fuzz_empty_folder();
    rmdir(folder);
}

void fuzz_enter_folder(void)
{
    if (folder[0]) {
        return;
    }
    snprintf(folder, sizeof folder, "/dev/shm/ondelet-fuzz-XXXXXX");
    bool made = mkdtemp(folder) != NULL;
    if (!made) {
        snprintf(folder, sizeof folder, "/tmp/ondelet-fuzz-XXXXXX");
        made = mkdtemp(folder) != NULL;
    }
    if (!made || chdir(folder) != 0) {
        perror("fuzz folder");
        exit(1);
    }
    setenv("XDG_CACHE_HOME", folder, 1);
    setenv("TMPDIR", folder, 1);
    atexit(remove_folder);
}

void fuzz_check_status(ond_status status)
{
    const char *message = ond_error_message();
    bool failed = status != OND_OK;
    if (failed && (status == OND_ERROR_INTERNAL || !*message || strchr(message, '\n'))) {
        fprintf(stderr, "%s: %s\n", ond_status_name(status), message);
        abort();
    }
}

/* Samples are 0 to 1. */
static void check_range(const ond_array *image)
{
    for (size_t i = 0; i < ond_array_count(image); i++) {
        if (!(image->data[i] >= 0 && image->data[i] <= 1)) {
            abort();
        }
    }
}

/* What lies beside the samples is read and written again. */
static void use_metadata(const char *path)
{
    ond_metadata *metadata = NULL;
    float value = 0;
    ond_array pixel = ond_array_view(&value, 2, (size_t[]){1, 1});
    ond_status status = ond_metadata_read(path, &metadata);
    fuzz_check_status(status);
    if (status == OND_OK) {
        fuzz_check_status(ond_image_write_with(&pixel, 8, metadata, "/dev/null"));
        ond_metadata_destroy(metadata);
    }
}

void fuzz_read_picture(const uint8_t *data, size_t size)
{
    /* One way of reading an input, chosen by it: reading it in all of them would halve the number of inputs. */
    bool raw = size % 4 == 3;
    fuzz_check_status(ond_image_limit_set(PIXEL_LIMIT));
    const char *path = fuzz_file(data, size);
    ond_image_info info = {0};
    ond_array image = {0};
    bool known = ond_image_recognize(path);
    ond_status inspected = ond_image_inspect(path, &info);
    fuzz_check_status(inspected);
    ond_status read = raw ? ond_image_read_samples(path, &image) : ond_image_read(path, (ond_color)(size % 4), &image);
    fuzz_check_status(read);
    if (read == OND_OK) {
        size_t height = raw || image.rank == 2 ? image.shape[0] : image.shape[1];
        if (!known || inspected != OND_OK || info.height != height) {
            abort();
        }
        if (!raw) {
            check_range(&image);
        }
    }
    if (size % 4 == 0) {
        use_metadata(path);
    }
    ond_array_free(&image);
}

/* `*end`: all items were read. Packed data can hold a million tiny ones. */
static ond_status items_read(const char *path, const ond_array *whole, size_t most, bool *end)
{
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    size_t items = 0;
    ond_status status = ond_array_reader_create(path, &reader);
    while (status == OND_OK && !*end && items < most) {
        status = ond_array_reader_next(reader, &item, end);
        size_t count = ond_array_count(&item);
        if (status == OND_OK && !*end && whole
            && memcmp(item.data, whole->data + items * count, count * sizeof *item.data) != 0) {
            abort();
        }
        items++;
    }
    ond_array_free(&item);
    ond_array_reader_destroy(reader);
    return status;
}

void fuzz_read_array(const uint8_t *data, size_t size)
{
    /* Packed data that unpack to many elements take as long as hundreds of others: one input in 8 may have more than
     * fit into the reader's buffer, one in 64 so many that memory is taken bit by bit. */
    unsigned chosen = size > 0 ? data[size / 2] % 64 : 0;
    bool large = chosen == 5;
    fuzz_check_status(ond_image_limit_set(large ? LARGE_LIMIT : chosen % 8 == 5 ? SMALL_LIMIT : TINY_LIMIT));
    const char *path = fuzz_file(data, size);
    ond_array whole = {0};
    bool known = ond_array_recognize(path);
    ond_status status = ond_array_read(path, &whole);
    fuzz_check_status(status);
    if (status == OND_OK && !known) {
        abort();
    }
    bool end = false;
    ond_status streamed = items_read(path, status == OND_OK ? &whole : NULL, large ? SIZE_MAX : FEW_ITEMS, &end);
    fuzz_check_status(streamed);
    /* Of two faults the one or the other is met first. */
    bool same = (streamed == OND_OK && !end) || status == streamed || streamed == OND_ERROR_SHAPE
                || status == OND_ERROR_UNSUPPORTED || (status != OND_OK && streamed == OND_ERROR_UNSUPPORTED);
    if (!same) {
        abort();
    }
    ond_array_free(&whole);
}
