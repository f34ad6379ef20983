/* SPDX-License-Identifier: BSD-3-Clause */
/* Words on a command line change as any bytes do, and now and then an option of some command comes between them: one
 * would not be spelled by chance. */
#include "cli/command.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

enum { WORD_ROOM = 80, ONE_IN = 4 };

static unsigned below(unsigned *seed, unsigned count)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % count;
}

static size_t count_rows(const option_group *group)
{
    size_t rows = 0;
    while (group->options()[rows].name) {
        rows++;
    }
    return rows;
}

/* "--name=value" of one of the rows, with an end of the range, the preset or a choice. */
static void draw_row(const ond_option *row, unsigned *seed, char word[WORD_ROOM])
{
    double values[3] = {row->minimum, row->maximum, row->preset};
    double value = values[below(seed, sizeof values / sizeof values[0])];
    if (row->choices) {
        snprintf(word, WORD_ROOM, "--%s=%s", row->name, row->choices[below(seed, (unsigned)row->maximum + 1)]);
    } else {
        snprintf(word, WORD_ROOM, "--%s=%.10g", row->name, value);
    }
}

/* The bytes of a word or two, each with its zero. */
static size_t draw_option(unsigned *seed, char word[WORD_ROOM])
{
    const cli_command *command = cli_commands[below(seed, cli_command_count)];
    size_t groups = 0, texts = 0;
    while (command->groups[groups].options) {
        groups++;
    }
    while (command->texts[texts].name) {
        texts++;
    }
    unsigned chosen = below(seed, (unsigned)(groups + 2));
    if (chosen < groups) {
        const option_group *group = &command->groups[chosen];
        draw_row(&group->options()[below(seed, (unsigned)count_rows(group))], seed, word);
    } else if (chosen == groups && texts > 0) {
        snprintf(word, WORD_ROOM, "--%s", command->texts[below(seed, (unsigned)texts)].name);
    } else {
        snprintf(word, WORD_ROOM, "%s", command->name);
    }
    size_t length = strlen(word) + 1;
    for (char *space = strchr(word, ' '); space; space = strchr(space, ' ')) {
        *space = '\0';
    }
    return length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    char word[WORD_ROOM] = {0};
    size = LLVMFuzzerMutate(data, size, most);
    if (below(&seed, ONE_IN) != 0) {
        return size;
    }
    size_t length = draw_option(&seed, word), where = below(&seed, (unsigned)size + 1);
    while (where < size && where > 0 && data[where - 1] != '\0') {
        where++;
    }
    if (where == 0 || size + length > most) {
        return size;
    }
    memmove(data + where + length, data + where, size - where);
    memcpy(data + where, word, length);
    return size + length;
}
