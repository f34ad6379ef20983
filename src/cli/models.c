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

char *shipped_model(const char *name)
{
    enum { LONGEST = 4096 };
    const char *named = getenv("ONDELET_MODELS");
    if (named && *named) {
        return model_in(named, "", name);
    }
    char program[LONGEST];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) {
        return NULL;
    }
    program[length] = '\0';
    char *end = strrchr(program, '/');
    if (!end) {
        return NULL;
    }
    *end = '\0';
    char *found = model_in(program, "../../models/", name);
    return found ? found : model_in(program, "../share/ondelet/models/", name);
}
