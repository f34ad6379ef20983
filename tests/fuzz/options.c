/* SPDX-License-Identifier: BSD-3-Clause */
/* Any words as the options of every command. The first byte of the input is the command; each word ends with a zero
 * byte. What is understood lies inside the ranges of its tables and reads the same when it is written out again. */
#include "cli/arguments.h"

#include "fuzz/fuzz.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 40, LARGEST_SIDE = 1 << 15, NUMBER_ROOM = 32, LARGEST_FIELD = 8 };

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* A value as text gives the value again; a text that fails leaves it alone. */
static void check_field(const ond_option *row, const char *text, const char *config)
{
    char number[NUMBER_ROOM], again[LARGEST_FIELD], before[LARGEST_FIELD];
    size_t size = row->kind == OND_OPTION_REAL ? sizeof(double) : sizeof(int);
    ond_option alone = *row;
    alone.offset = 0;
    memcpy(before, config + row->offset, size);
    memcpy(again, before, size);
    ond_status status = ond_option_parse(&alone, text, again);
    fuzz_check_status(status);
    insist(status == OND_OK || (status == OND_ERROR_ARGUMENT && memcmp(before, again, size) == 0));
    snprintf(number, sizeof number, "%.17g", ond_option_value(row, config));
    bool is_choice = row->kind == OND_OPTION_CHOICE;
    insist(ond_option_parse(&alone, is_choice ? ond_option_choice(row, config) : number, again) == OND_OK);
    insist(memcmp(again, before, size) == 0);
}

static void check_group(const option_group *group, const cli_request *request, const char *text)
{
    const char *config = (const char *)request + group->offset;
    insist(ond_options_check(group->options(), config) == OND_OK);
    for (const ond_option *row = group->options(); row->name; row++) {
        check_field(row, text, config);
    }
}

static bool is_one_of(const char *text, char **words, int count)
{
    for (int i = 0; i < count; i++) {
        if (text >= words[i] && text <= words[i] + strlen(words[i])) {
            return true;
        }
    }
    return false;
}

static void check_request(const cli_request *request, char **words, int count)
{
    insist(request->input_count + request->given_count <= (size_t)count);
    for (size_t i = 0; i < request->input_count; i++) {
        insist(is_one_of(request->inputs[i], words, count));
    }
    for (const text_option *text = request->command->texts; text->name; text++) {
        const char *value;
        memcpy(&value, (const char *)request + text->offset, sizeof value);
        insist((value != NULL) == was_given(request, text->name));
        insist(!value || is_one_of(value, words, count));
    }
    for (const option_group *group = request->command->groups; group->options; group++) {
        check_group(group, request, count ? words[0] : "");
    }
}

static void check_size(const char *word)
{
    int height = 0, width = 0;
    if (parse_size(word, LARGEST_SIDE, &height, &width)) {
        insist(height >= 1 && height <= LARGEST_SIDE && width >= 1 && width <= LARGEST_SIDE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[MOST_WORDS];
    int count = 0;
    cli_request *request = NULL;
    char *text = malloc(size + 1);
    if (!text || size == 0) {
        free(text);
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *word = text + 1; word < text + size && count < MOST_WORDS; word += strlen(word) + 1) {
        check_size(word);
        words[count++] = word;
    }
    exit_status status = arguments_parse(cli_commands[data[0] % cli_command_count], count, words, &request);
    insist(request && (status == ALL_DONE || status == WRONG_USAGE));
    if (status == ALL_DONE) {
        check_request(request, words, count);
    }
    arguments_free(request);
    free(text);
    return 0;
}
