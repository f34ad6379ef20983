/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/nearest.h"

#include <stddef.h>
#include <string.h>

enum { LONGEST = 32 };

static char plain(char letter)
{
    return letter == '_' ? '-' : letter;
}

static int least(int a, int b, int c)
{
    int smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* Letters to insert, remove or change (Levenshtein), row by row. */
static int edit_distance(const char *from, const char *to)
{
    size_t length = strlen(to);
    if (strlen(from) > LONGEST || length > LONGEST) {
        return LONGEST;
    }
    int row[LONGEST + 1];
    for (size_t j = 0; j <= length; j++) {
        row[j] = (int)j;
    }
    for (size_t i = 0; from[i]; i++) {
        int diagonal = row[0];
        row[0] = (int)i + 1;
        for (size_t j = 1; j <= length; j++) {
            int change = diagonal + (plain(from[i]) != plain(to[j - 1]));
            diagonal = row[j];
            row[j] = least(change, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[length];
}

/* "--scale" is the beginning of "--scales": as good as one wrong letter. */
static bool is_beginning(const char *word, const char *known)
{
    size_t length = strlen(word);
    return length >= 3 && strncmp(word, known, length) == 0;
}

void nearest_consider(nearest_word *nearest, const char *known)
{
    int distance = is_beginning(nearest->word, known) ? 1 : edit_distance(nearest->word, known);
    int allowed = 1 + (int)strlen(nearest->word) / 4;
    if (distance <= allowed && (!nearest->known || distance < nearest->distance)) {
        nearest->known = known;
        nearest->distance = distance;
    }
}
