/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_ARGUMENTS_H
#define OND_CLI_ARGUMENTS_H

#include "cli/command.h"

/* Rows of the program's own option tables. */
#define INT_ROW(type, field, preset, minimum, maximum, help)                                                           \
    {                                                                                                                  \
#field, OND_OPTION_INT, offsetof(type, field), preset, minimum, maximum, NULL, help, false                     \
    }
#define REAL_ROW(type, field, preset, minimum, maximum, help)                                                          \
    {                                                                                                                  \
#field, OND_OPTION_REAL, offsetof(type, field), preset, minimum, maximum, NULL, help, false                    \
    }
#define BOOL_ROW(type, field, preset, help)                                                                            \
    {                                                                                                                  \
#field, OND_OPTION_BOOL, offsetof(type, field), preset, 0, 1, NULL, help, false                                \
    }
#define CHOICE_ROW(type, field, preset, names, help)                                                                   \
    {                                                                                                                  \
#field, OND_OPTION_CHOICE, offsetof(type, field), preset, 0, LAST_CHOICE(names), names, help, false            \
    }
/* Index of the last name before the closing NULL. */
#define LAST_CHOICE(names) ((int)(sizeof(names) / sizeof((names)[0])) - 2)
#define END_ROW                                                                                                        \
    {                                                                                                                  \
        NULL, OND_OPTION_INT, 0, 0, 0, 0, NULL, NULL, false                                                            \
    }

/* Makes the command's request (command->request_size bytes, all presets) and fills it from the words after the
 * command's name. Complains and returns WRONG_USAGE for what it cannot understand; `*parsed` is to be freed in any
 * case. */
exit_status arguments_parse(const cli_command *command, int count, char **words, cli_request **parsed);
void arguments_free(cli_request *request);

/* Whether the user gave this option ("planning"). */
bool was_given(const cli_request *request, const char *name);

/* "96x64" or "128": rows and columns in 1…largest. */
bool parse_size(const char *text, int largest, int *height, int *width);

/* A size given as text; NULL: not given. */
typedef struct size_text {
    const char *name, *text;
    int *height, *width;
} size_text;

/* Reads those that were given. */
exit_status parse_sizes(const cli_command *command, const size_text *sizes, size_t count, int largest);

/* Whether the group counts under the request's own settings. */
bool group_counts(const option_group *group, const cli_request *request);

#endif
