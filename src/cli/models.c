/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/models.h"

#include "cli/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* FOLDER/MIDDLE/NAME.safetensors where it can be read, else NULL. */
static char *model_in(const char *folder, const char *middle, const char *name)
{
    size_t size = strlen(folder) + strlen(middle) + strlen(name) + sizeof "//.safetensors";
    char *path = allocate(size, 1);
    snprintf(path, size, "%s/%s%s.safetensors", folder, middle, name);
    if (access(path, R_OK) == 0) {
        return path;
    }
    free(path);
    return NULL;
}

/* Where models lie seen from the program's own folder. */
static const char *const middles[] = {"../../models/", "../share/ondelet/models/"};
enum { MIDDLES = sizeof middles / sizeof middles[0] };

/* NULL when none is named. */
static const char *named_folder(void)
{
    const char *named = getenv("ONDELET_MODELS");
    return named && *named ? named : NULL;
}

/* The program's folder; NULL when it is not known. A new text. */
static char *program_folder(void)
{
    enum { LONGEST = 4096 };
    char program[LONGEST];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *end = strrchr(program, '/');
    if (!end) {
        return NULL;
    }
    *end = '\0';
    return copy_text(program);
}

char *shipped_model(const char *name)
{
    const char *named = named_folder();
    if (named) {
        return model_in(named, "", name);
    }
    char *folder = program_folder(), *found = NULL;
    for (int i = 0; folder && !found && i < MIDDLES; i++) {
        found = model_in(folder, middles[i], name);
    }
    free(folder);
    return found;
}

char *shipped_model_places(void)
{
    const char *named = named_folder();
    char *folder = named ? NULL : program_folder();
    if (!folder) {
        return named ? join_text(named, " ($ONDELET_MODELS)") : copy_text("$ONDELET_MODELS, which is not set");
    }
    size_t size = 2 * strlen(folder) + strlen(middles[0]) + strlen(middles[1]) + sizeof "/ or /";
    char *places = allocate(size, 1);
    snprintf(places, size, "%s/%s or %s/%s", folder, middles[0], folder, middles[1]);
    free(folder);
    return places;
}
