/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/passed_over.h"

#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

/* Whoever has such files among the pictures expects them to be read. What the program itself and others put beside
 * pictures (.npy, .csv, .json, .txt, ...) is not among them. */
static bool is_picture_of_another_kind(const char *name)
{
    static const char *const endings[] = {
        ".tif", ".tiff", ".gif", ".bmp", ".dib", ".webp", ".heic", ".heif", ".hif", ".avif", ".jp2", ".j2k",
        ".jpf", ".jpx",  ".jxl", ".jxr", ".svg", ".svgz", ".psd",  ".psb",  ".xcf", ".tga",  ".pcx", ".ico",
        ".exr", ".hdr",  ".pfm", ".dcm", ".fts", ".fits", ".qoi",  ".dng",  ".cr2", ".cr3",  ".crw", ".nef",
        ".nrw", ".arw",  ".sr2", ".srw", ".orf", ".rw2",  ".raf",  ".pef",  ".raw", ".3fr",  ".iiq",
    };
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        if (has_ending(name, endings[i])) {
            return true;
        }
    }
    return false;
}

void passed_over_see(passed_over *some, const char *name)
{
    if (!is_picture_of_another_kind(name)) {
        return;
    }
    char *kept = copy_text(name);
    for (size_t i = 0; i < NAMES_SHOWN && kept; i++) { /* each one that comes later moves on */
        if (!some->names[i] || strcmp(kept, some->names[i]) < 0) {
            char *later = some->names[i];
            some->names[i] = kept;
            kept = later;
        }
    }
    free(kept);
    some->count++;
}

char *passed_over_text(const passed_over *some)
{
    char *text = copy_text("");
    for (size_t i = 0; i <= NAMES_SHOWN && i < some->count; i++) {
        char *start = join_text(text, i ? ", " : "");
        free(text);
        text = join_text(start, i < NAMES_SHOWN ? some->names[i] : "...");
        free(start);
    }
    return text;
}

void passed_over_free(passed_over *some)
{
    for (size_t i = 0; i < NAMES_SHOWN; i++) {
        free(some->names[i]);
    }
    *some = (passed_over){0};
}
