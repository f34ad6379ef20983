/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"

#include "cli/nearest.h"
#include "cli/report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ond_option common[] = {
    INT_ROW(cli_request, threads, 0, 0, 1024, "threads; 0 is one per processor"),
    INT_ROW(cli_request, seed, 0, 0, INT_MAX, "of random numbers"),
    INT_ROW(cli_request, max_pixels, 1 << 28, 1, INT_MAX, "refuse images that declare more pixels"),
    BOOL_ROW(cli_request, quiet, 0, "no progress, notes and summary on stderr"),
    BOOL_ROW(cli_request, json, 0, "results as JSON, one object per line"),
    BOOL_ROW(cli_request, force, 0, "replace existing files"),
    BOOL_ROW(cli_request, help, 0, "this text"),
    BOOL_ROW(cli_request, version, 0, "versions of the program and of the libraries it uses"),
    END_ROW,
};

const ond_option *common_options(void)
{
    return common;
}

static const option_group common_group = {"everywhere", common_options, 0, NULL, 0, 0};

/* What an option's name stands for: a row of a table, or an option that takes any text. */
typedef struct known_option {
    const ond_option *row;
    const text_option *text;
    bool negated; /* --no-NAME */
} known_option;

/* The command's groups, then the common one; NULL after it. */
static const option_group *group_at(const cli_command *command, size_t index)
{
    for (size_t i = 0; command->groups[i].options; i++) {
        if (i == index) {
            return &command->groups[i];
        }
        if (!command->groups[i + 1].options) {
            return index == i + 1 ? &common_group : NULL;
        }
    }
    return index == 0 ? &common_group : NULL;
}

static const ond_option *find_row(const cli_command *command, const char *name)
{
    const option_group *group;
    for (size_t i = 0; (group = group_at(command, i)); i++) {
        const ond_option *row = ond_options_find(group->options(), name);
        if (row && !row->internal) {
            return row;
        }
    }
    return NULL;
}

static known_option find_option(const cli_command *command, const char *name)
{
    known_option known = {.row = find_row(command, name)};
    for (const text_option *text = command->texts; text->name; text++) {
        if (strcmp(text->name, name) == 0) {
            known.text = text;
        }
    }
    if (!known.row && !known.text && strncmp(name, "no-", 3) == 0) {
        const ond_option *row = find_row(command, name + 3);
        if (row && row->kind == OND_OPTION_BOOL) {
            known = (known_option){.row = row, .negated = true};
        }
    }
    return known;
}

static exit_status unknown_option(const cli_command *command, const char *name)
{
    nearest_word nearest = {.word = name};
    const option_group *group;
    for (size_t i = 0; (group = group_at(command, i)); i++) {
        for (const ond_option *row = group->options(); row->name; row++) {
            if (!row->internal) {
                nearest_consider(&nearest, row->name);
            }
        }
    }
    for (const text_option *text = command->texts; text->name; text++) {
        nearest_consider(&nearest, text->name);
    }
    if (!nearest.known) {
        return wrong_usage(command, "unknown option --%s", name);
    }
    char *spelled = copy_text(nearest.known);
    for (char *letter = spelled; *letter; letter++) {
        *letter = *letter == '_' ? '-' : *letter;
    }
    wrong_usage(command, "unknown option --%s; did you mean --%s?", name, spelled);
    free(spelled);
    return WRONG_USAGE;
}

/* The words still to be read. */
typedef struct word_list {
    char **words;
    int count, next;
} word_list;

static void remember(cli_request *request, const char *name, const char *text)
{
    request->given[request->given_count++] = (given_option){name, text};
}

static exit_status take_value(cli_request *request, const char *name, const char *value, word_list *list)
{
    if (!value && list->next == list->count) {
        return wrong_usage(request->command, "--%s wants a value", name);
    }
    remember(request, name, value ? value : list->words[list->next++]);
    return ALL_DONE;
}

/* --name, --name=value, --name value, --no-name */
static exit_status take_long(cli_request *request, const char *word, word_list *list)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    char *name = copy_text(word);
    name[length] = '\0';
    const char *value = equals ? equals + 1 : NULL;
    known_option known = find_option(request->command, name);
    exit_status status = ALL_DONE;
    if (known.text) {
        status = take_value(request, known.text->name, value, list);
    } else if (!known.row) {
        status = unknown_option(request->command, name);
    } else if (known.negated && value) {
        status = wrong_usage(request->command, "--%s takes no value", name);
    } else if (known.row->kind == OND_OPTION_BOOL) {
        remember(request, known.row->name, value ? value : known.negated ? "false" : "true");
    } else {
        status = take_value(request, known.row->name, value, list);
    }
    free(name);
    return status;
}

/* -o FILE, -oFILE, -h, -q */
static exit_status take_short(cli_request *request, const char *word, word_list *list)
{
    if (strcmp(word, "-h") == 0 || strcmp(word, "-q") == 0) {
        remember(request, word[1] == 'h' ? "help" : "quiet", "true");
        return ALL_DONE;
    }
    for (const text_option *text = request->command->texts; text->name; text++) {
        if (text->letter && word[1] == text->letter) {
            return take_value(request, text->name, word[2] ? word + 2 : NULL, list);
        }
    }
    return wrong_usage(request->command, "unknown option %s", word);
}

static exit_status split_words(cli_request *request, word_list *list)
{
    bool only_inputs = false;
    exit_status status = ALL_DONE;
    while (status == ALL_DONE && list->next < list->count) {
        const char *word = list->words[list->next++];
        if (only_inputs || word[0] != '-' || !word[1]) {
            request->inputs[request->input_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_inputs = true;
        } else if (word[1] == '-') {
            status = take_long(request, word + 2, list);
        } else {
            status = take_short(request, word, list);
        }
    }
    return status;
}

bool group_counts(const option_group *group, const cli_request *request)
{
    if (!group->switch_name) {
        return true;
    }
    int setting;
    memcpy(&setting, (const char *)request + group->switch_offset, sizeof setting);
    return setting == group->switch_value;
}

/* Sets the options of one group; `*used` marks the given ones that it knows. */
static exit_status fill_group(cli_request *request, const option_group *group, bool *used)
{
    if (!group_counts(group, request)) {
        return ALL_DONE;
    }
    for (size_t i = 0; i < request->given_count; i++) {
        const ond_option *row = ond_options_find(group->options(), request->given[i].name);
        if (!row || row->internal) {
            continue;
        }
        used[i] = true;
        if (ond_option_parse(row, request->given[i].text, (char *)request + group->offset)) {
            return wrong_usage(request->command, "%s", ond_error_message());
        }
    }
    return ALL_DONE;
}

/* An option of a group that does not count under the others, such as --parameters with --bank spline. */
static exit_status misplaced_option(const cli_request *request, const char *name)
{
    for (const option_group *group = request->command->groups; group->options; group++) {
        if (group->switch_name && ond_options_find(group->options(), name)) {
            return wrong_usage(request->command, "--%s goes with %s", name, group->switch_name);
        }
    }
    return ALL_DONE;
}

static exit_status fill_request(cli_request *request, bool *used)
{
    const option_group *group;
    for (size_t i = 0; (group = group_at(request->command, i)); i++) {
        ond_options_default(group->options(), (char *)request + group->offset);
    }
    for (size_t i = 0; i < request->given_count; i++) {
        for (const text_option *text = request->command->texts; text->name; text++) {
            if (strcmp(text->name, request->given[i].name) == 0) {
                memcpy((char *)request + text->offset, &request->given[i].text, sizeof request->given[i].text);
                used[i] = true;
            }
        }
    }
    for (size_t i = 0; (group = group_at(request->command, i)); i++) {
        exit_status status = fill_group(request, group, used);
        if (status != ALL_DONE) {
            return status;
        }
    }
    for (size_t i = 0; i < request->given_count; i++) {
        if (!used[i]) {
            return misplaced_option(request, request->given[i].name);
        }
    }
    return ALL_DONE;
}

exit_status arguments_parse(const cli_command *command, int count, char **words, cli_request **parsed)
{
    cli_request *request = allocate(1, command->request_size);
    size_t words_count = (size_t)count;
    request->command = command;
    request->inputs = allocate(words_count, sizeof *request->inputs);
    request->given = allocate(words_count, sizeof *request->given);
    *parsed = request;
    word_list list = {words, count, 0};
    exit_status status = split_words(request, &list);
    if (status == ALL_DONE) {
        bool *used = allocate(words_count, sizeof *used);
        status = fill_request(request, used);
        free(used);
    }
    return status;
}

void arguments_free(cli_request *request)
{
    if (request) {
        free(request->inputs);
        free(request->given);
        free(request);
    }
}

bool was_given(const cli_request *request, const char *name)
{
    for (size_t i = 0; i < request->given_count; i++) {
        if (strcmp(request->given[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool parse_size(const char *text, int largest, int *height, int *width)
{
    char *end = NULL;
    long rows = strtol(text, &end, 10), columns = rows;
    if (end != text && (*end == 'x' || *end == 'X')) {
        const char *second = end + 1;
        columns = strtol(second, &end, 10);
        if (end == second) {
            return false;
        }
    }
    *height = rows >= 1 && rows <= largest ? (int)rows : 0;
    *width = columns >= 1 && columns <= largest ? (int)columns : 0;
    return end != text && !*end && *height && *width;
}

exit_status parse_sizes(const cli_command *command, const size_text *sizes, size_t count, int largest)
{
    for (size_t i = 0; i < count; i++) {
        const size_text *size = &sizes[i];
        if (size->text && !parse_size(size->text, largest, size->height, size->width)) {
            return wrong_usage(command, "%s = '%s' is not MxN with M and N in 1..%d", size->name, size->text, largest);
        }
    }
    return ALL_DONE;
}
