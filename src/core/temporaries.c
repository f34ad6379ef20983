/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/temporaries.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A table of fixed size and no lock: what reads it may be a signal handler. A file that finds no place in it is left
 * behind by a program that ends in its handler, and by no other. */
enum { PLACES = 64 };

static _Atomic(const char *) names[PLACES];

void ond_temporaries_add(const char *name)
{
    for (size_t i = 0; i < PLACES; i++) {
        const char *none = NULL;
        if (atomic_compare_exchange_strong(&names[i], &none, name)) {
            return;
        }
    }
}

void ond_temporaries_forget(const char *name)
{
    for (size_t i = 0; name && i < PLACES; i++) {
        const char *same = name;
        if (atomic_compare_exchange_strong(&names[i], &same, NULL)) {
            return;
        }
    }
}

void ond_temporaries_discard(void)
{
    for (size_t i = 0; i < PLACES; i++) {
        const char *name = atomic_exchange(&names[i], NULL);
        if (name) {
            unlink(name);
        }
    }
}

void ond_temporaries_hold(int descriptor)
{
    /* Where there are no locks, what is left behind stays: a sweep removes only what it can lock. */
    (void)flock(descriptor, LOCK_EX | LOCK_NB);
}

/* True for the first who asks about a folder and files of this kind. */
static bool is_first_look(const struct stat *folder, size_t tail)
{
    static _Atomic uint64_t seen[PLACES];
    uint64_t key = ((uint64_t)folder->st_dev + tail) * 0x9e3779b97f4a7c15u ^ (uint64_t)folder->st_ino;
    key += key == 0;
    return atomic_exchange(&seen[key % PLACES], key) != key;
}

static bool is_sibling(const char *name, const char *own, size_t tail)
{
    size_t length = strlen(own);
    if (strlen(name) != length || length < tail || strncmp(name, own, length - tail) != 0) {
        return false;
    }
    for (size_t i = length - tail; i < length; i++) {
        if (!isalnum((unsigned char)name[i])) {
            return false;
        }
    }
    return strcmp(name, own) != 0;
}

static void remove_if_dead(int folder, const char *name)
{
    enum { OLD_S = 3600 };
    struct stat found;
    int descriptor = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) {
        return;
    }
    bool is_dead = fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode) && found.st_uid == geteuid()
                   && found.st_mtime < time(NULL) - OLD_S && flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    if (is_dead) {
        (void)unlinkat(folder, name, 0);
    }
    close(descriptor);
}

void ond_temporaries_sweep(const char *path, size_t tail)
{
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    if (length >= sizeof folder) {
        return;
    }
    if (length) {
        memcpy(folder, path, length);
        folder[length] = '\0';
    }
    struct stat facts;
    DIR *entries = stat(folder, &facts) == 0 && is_first_look(&facts, tail) ? opendir(folder) : NULL;
    struct dirent *entry;
    while (entries && (entry = readdir(entries))) {
        if (is_sibling(entry->d_name, path + length, tail)) {
            remove_if_dead(dirfd(entries), entry->d_name);
        }
    }
    if (entries) {
        closedir(entries);
    }
}
