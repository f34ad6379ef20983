/* SPDX-License-Identifier: BSD-3-Clause */
#include "mpi/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Seconds between two times of writing, as for the journal of one process. */
static const double shortest_s = 0.2, longest_s = 10, share = 0.01, times_cost = 20;

enum { NUMBER_ROOM = 24 };

static bool complain_of_file_at(const char *path)
{
    complain("%s: %s", path, strerror(errno));
    return false;
}

/* --- a process's own --- */

/* Cuts a line that was not written to its end. */
static bool trim(const ledger *own)
{
    char byte = '\n';
    off_t end = lseek(own->descriptor, 0, SEEK_END);
    while (end > 0 && pread(own->descriptor, &byte, 1, end - 1) == 1 && byte != '\n') {
        end--;
    }
    return end >= 0 && ftruncate(own->descriptor, end) == 0;
}

bool ledger_open(const char *output, int rank, ledger *own)
{
    char number[NUMBER_ROOM];
    snprintf(number, sizeof number, ".journal.%d", rank);
    *own = (ledger){.path = join_text(output, number), .interval_s = shortest_s, .started_s = seconds_now()};
    own->written_s = own->started_s;
    own->descriptor = open(own->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, (mode_t)0666);
    return (own->descriptor >= 0 && trim(own)) || complain_of_file_at(own->path);
}

static void add_number(ledger *own, const char *before, size_t number)
{
    if (own->room - own->used < NUMBER_ROOM + 2) {
        own->room = 2 * own->room + (size_t)1024;
        own->pending = enlarge(own->pending, own->room, 1);
    }
    own->used += (size_t)snprintf(own->pending + own->used, own->room - own->used, "%s%zu", before, number);
}

void ledger_add(ledger *own, size_t chunk, const size_t *missing, size_t count)
{
    add_number(own, "[", chunk);
    for (size_t i = 0; i < count; i++) {
        add_number(own, ",", missing[i]);
    }
    own->pending[own->used++] = ']'; /* there is room for two */
    own->pending[own->used++] = '\n';
}

bool ledger_is_due(const ledger *own)
{
    return seconds_now() - own->written_s >= own->interval_s;
}

bool ledger_write(ledger *own)
{
    double began = seconds_now();
    for (size_t done = 0; done < own->used;) {
        ssize_t written = write(own->descriptor, own->pending + done, own->used - done);
        if (written <= 0 && errno != EINTR) {
            return complain_of_file_at(own->path);
        }
        done += written > 0 ? (size_t)written : 0;
    }
    own->used = 0;
    if (fdatasync(own->descriptor) != 0 && errno != EINVAL && errno != EROFS) {
        return complain_of_file_at(own->path);
    }
    own->written_s = seconds_now();
    double interval = share * (own->written_s - own->started_s), cost = times_cost * (own->written_s - began);
    interval = interval > cost ? interval : cost;
    interval = interval > shortest_s ? interval : shortest_s;
    own->interval_s = interval < longest_s ? interval : longest_s;
    return true;
}

void ledger_close(ledger *own)
{
    if (own->path && own->descriptor >= 0) {
        close(own->descriptor);
    }
    free(own->pending);
    free(own->path);
    *own = (ledger){0};
}

/* --- those of all --- */

typedef bool (*visitor)(void *context, const char *path);

/* Every OUTPUT.journal.NUMBER. */
static bool visit(const char *output, visitor see, void *context)
{
    const char *slash = strrchr(output, '/');
    char *folder = slash ? copy_text(output) : copy_text(".");
    if (slash) {
        folder[slash - output + 1] = '\0';
    }
    char *start = join_text(slash ? slash + 1 : output, ".journal.");
    size_t length = strlen(start);
    DIR *entries = opendir(folder);
    bool fine = entries || complain_of_file_at(folder);
    struct dirent *entry;
    while (fine && (entry = readdir(entries))) {
        const char *number = entry->d_name + length;
        if (strncmp(entry->d_name, start, length) == 0 && *number && strspn(number, "0123456789") == strlen(number)) {
            char *stem = join_text(output, ".journal."), *path = join_text(stem, number);
            fine = see(context, path);
            free(stem);
            free(path);
        }
    }
    if (entries) {
        closedir(entries);
    }
    free(start);
    free(folder);
    return fine;
}

static void add_missing(ledger_sum *sum, size_t image)
{
    if (sum->missing_count == sum->missing_room) {
        sum->missing_room = 2 * sum->missing_room + 16;
        sum->missing = enlarge(sum->missing, sum->missing_room, sizeof *sum->missing);
    }
    sum->missing[sum->missing_count++] = image;
}

static bool take_line(ledger_sum *sum, const char *line)
{
    json_t *numbers = json_loads(line, 0, NULL), *number;
    json_int_t chunk = numbers ? json_integer_value(json_array_get(numbers, 0)) : -1;
    size_t i;
    bool fine = json_is_array(numbers) && json_array_size(numbers) > 0 && chunk >= 0 && (size_t)chunk < sum->chunks;
    if (fine && !sum->is_done[chunk]) {
        sum->is_done[chunk] = 1;
        sum->done++;
        json_array_foreach(numbers, i, number)
        {
            if (i > 0) {
                add_missing(sum, (size_t)json_integer_value(number));
            }
        }
    }
    json_decref(numbers);
    return fine;
}

static bool read_ledger(void *context, const char *path)
{
    ledger_sum *sum = context;
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool fine = file != NULL;
    if (!fine) {
        return complain_of_file_at(path);
    }
    /* A last line without its end was being written when the process was killed. */
    while (fine && (length = getline(&line, &capacity, file)) > 0 && line[length - 1] == '\n') {
        fine = take_line(sum, line);
    }
    if (!fine) {
        complain("%s: is damaged; --force without --resume starts again", path);
    }
    free(line);
    fclose(file);
    return fine;
}

static int compare_numbers(const void *a, const void *b)
{
    const size_t *first = a, *second = b;
    return (*first > *second) - (*first < *second);
}

bool ledgers_read(const char *output, size_t chunks, ledger_sum *sum)
{
    *sum = (ledger_sum){.is_done = allocate(chunks, 1), .chunks = chunks};
    bool fine = visit(output, read_ledger, sum);
    if (sum->missing_count > 0) {
        qsort(sum->missing, sum->missing_count, sizeof *sum->missing, compare_numbers);
    }
    return fine;
}

static bool remove_ledger(void *context, const char *path)
{
    (void)context;
    unlink(path);
    return true;
}

void ledgers_remove(const char *output)
{
    visit(output, remove_ledger, NULL);
}

void ledger_sum_free(ledger_sum *sum)
{
    free(sum->is_done);
    free(sum->missing);
    *sum = (ledger_sum){0};
}
