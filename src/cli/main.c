/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/heap.h"
#include "cli/help.h"
#include "cli/manual.h"
#include "cli/nearest.h"
#include "cli/report.h"
#include "cli/signals.h"
#include "cli/spool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How many of the words a command's name is: 0 when they do not start with it. */
static int words_of_name(const char *name, int count, char **words)
{
    int used = 0;
    while (used < count) {
        size_t length = strcspn(name, " ");
        if (strlen(words[used]) != length || strncmp(name, words[used], length) != 0) {
            return 0;
        }
        used++;
        if (name[length] == '\0') {
            return used;
        }
        name += length + 1;
    }
    return 0;
}

/* The command whose name is the longest start of the words; `*used` of them. */
static const cli_command *find_command(int count, char **words, int *used)
{
    const cli_command *found = NULL;
    *used = 0;
    for (size_t i = 0; cli_commands[i]; i++) {
        int length = words_of_name(cli_commands[i]->name, count, words);
        if (length > *used) {
            found = cli_commands[i];
            *used = length;
        }
    }
    return found;
}

static exit_status unknown_command(const char *name)
{
    if (name[0] == '-') {
        return wrong_usage(NULL, "the command comes first, then its options: %s", name);
    }
    if (is_family(cli_commands, name)) {
        return wrong_usage(NULL, "'%s' wants a second word, which 'ondelet %s --help' lists", name, name);
    }
    nearest_word nearest = {.word = name};
    for (size_t i = 0; cli_commands[i]; i++) {
        nearest_consider(&nearest, cli_commands[i]->name);
    }
    if (nearest.known) {
        return wrong_usage(NULL, "unknown command '%s'; did you mean '%s'?", name, nearest.known);
    }
    return wrong_usage(NULL, "unknown command '%s'", name);
}

static bool is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Of "help train" or "help features". */
static exit_status help_with(int count, char **words)
{
    int used;
    const cli_command *command = find_command(count, words, &used);
    if (command) {
        print_command_help(command);
        return ALL_DONE;
    }
    if (!is_family(cli_commands, words[0])) {
        return unknown_command(words[0]);
    }
    print_family_help(cli_commands, words[0]);
    return ALL_DONE;
}

static exit_status run_request(cli_request *request)
{
    if (request->help) {
        print_command_help(request->command);
        return ALL_DONE;
    }
    if (request->version) {
        print_version(request->json);
        return ALL_DONE;
    }
    if (ond_threads_set(request->threads) || ond_image_limit_set((size_t)request->max_pixels)) {
        return wrong_usage(request->command, "%s", ond_error_message());
    }
    return request->command->run(request);
}

static exit_status run_command(const cli_command *command, int count, char **words)
{
    cli_request *request = NULL;
    exit_status status = arguments_parse(command, count, words, &request);
    if (status == ALL_DONE) {
        status = run_request(request);
    }
    arguments_free(request);
    return status;
}

/* For packagers: help --names, help --man [COMMAND], help --completion SHELL. */
static exit_status help_for_packages(int count, char **words)
{
    if (strcmp(words[0], "--names") == 0 && count == 1) {
        print_command_names(cli_commands);
    } else if (strcmp(words[0], "--man") == 0 && count == 1) {
        print_manual(cli_commands);
    } else if (strcmp(words[0], "--man") == 0) {
        int used = 0;
        const cli_command *command = find_command(count - 1, words + 1, &used);
        if (!command) {
            return unknown_command(words[1]);
        }
        print_command_manual(command);
    } else if (strcmp(words[0], "--completion") != 0 || count != 2) {
        return wrong_usage(NULL, "help takes a command, --names, --man [COMMAND] or --completion SHELL");
    } else if (!print_completion(cli_commands, words[1])) {
        return wrong_usage(NULL, "no completion for '%s': bash, zsh and fish are known", words[1]);
    }
    return ALL_DONE;
}

/* ondelet --help, ondelet help features, ondelet --version --json */
static exit_status run_words(int count, char **words)
{
    if (count == 0) {
        return wrong_usage(NULL, "no command given");
    }
    int used;
    const cli_command *command = find_command(count, words, &used);
    if (command) {
        return run_command(command, count - used, words + used);
    }
    bool asks_for_help = is_help(words[0]);
    if (asks_for_help && (count == 1 || is_help(words[1]))) {
        print_help(cli_commands);
        return ALL_DONE;
    }
    if (asks_for_help) {
        return words[1][0] == '-' ? help_for_packages(count - 1, words + 1) : help_with(count - 1, words + 1);
    }
    if (count > 1 && is_help(words[1])) {
        return help_with(1, words);
    }
    if (strcmp(words[0], "--version") == 0 || strcmp(words[0], "version") == 0) {
        print_version(count > 1 && strcmp(words[1], "--json") == 0);
        return ALL_DONE;
    }
    return unknown_command(words[0]);
}

/* Past the exit handlers of libraries: where memory is short (ulimit -v), OpenBLAS waits in its own for threads of its
 * that never end. Tools that look at the end of the process need the handlers. */
static int leave(int status)
{
#ifdef OND_LEAVES_AT_ONCE
    _exit(status);
#endif
    return status;
}

int main(int count, char **words)
{
    enum { SIGNAL_BASE = 128 };
    heap_prepare();
    ond_blas_threads_end();
    signals_prepare();
    exit_status status = run_words(count ? count - 1 : 0, words + 1);
    spool_remove();
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("standard output: %s", strerror(errno));
        return leave(SOME_FAILED);
    }
    return leave(stop_signal() ? SIGNAL_BASE + stop_signal() : (int)status);
}
