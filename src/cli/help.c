/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"

#include "cli/report.h"

#include <stdio.h>
#include <string.h>

enum { LEFT_WIDTH = 30 };

void help_option_left(const ond_option *option, char text[HELP_TEXT])
{
    static const char *const placeholders[]
        = {[OND_OPTION_INT] = " N", [OND_OPTION_REAL] = " X", [OND_OPTION_BOOL] = ""};
    bool is_switch = option->kind == OND_OPTION_BOOL && option->preset != 0;
    size_t used = (size_t)snprintf(text, HELP_TEXT, "--%s%s", is_switch ? "[no-]" : "", option->name);
    for (char *letter = text; *letter; letter++) {
        *letter = *letter == '_' ? '-' : *letter;
    }
    if (option->kind != OND_OPTION_CHOICE) {
        snprintf(text + used, HELP_TEXT - used, "%s", placeholders[option->kind]);
        return;
    }
    for (int i = 0; option->choices[i] && used < HELP_TEXT; i++) {
        used += (size_t)snprintf(text + used, HELP_TEXT - used, "%s%s", i ? "|" : " ", option->choices[i]);
    }
}

static void print_row(const char *left, const char *help)
{
    if (strlen(left) < LEFT_WIDTH) {
        printf("  %-*s%s", LEFT_WIDTH, left, help);
    } else {
        printf("  %s\n  %*s%s", left, LEFT_WIDTH, "", help);
    }
}

void help_option_facts(const ond_option *option, char text[HELP_TEXT])
{
    text[0] = '\0';
    switch (option->kind) {
    case OND_OPTION_INT:
        snprintf(text, HELP_TEXT, " (%.0f..%.0f, default %.0f)", option->minimum, option->maximum, option->preset);
        break;
    case OND_OPTION_REAL:
        snprintf(text, HELP_TEXT, " (%g..%g, default %g)", option->minimum, option->maximum, option->preset);
        break;
    case OND_OPTION_CHOICE:
        snprintf(text, HELP_TEXT, " (default %s)", option->choices[(int)option->preset]);
        break;
    case OND_OPTION_BOOL:
        snprintf(text, HELP_TEXT, "%s", option->preset != 0 ? " (default yes)" : "");
        break;
    }
}

static void print_option(const ond_option *option)
{
    char text[HELP_TEXT];
    help_option_left(option, text);
    print_row(text, option->help);
    help_option_facts(option, text);
    puts(text);
}

static void print_group(const option_group *group)
{
    printf("\n%s\n", group->title);
    for (const ond_option *option = group->options(); option->name; option++) {
        if (!option->internal) {
            print_option(option);
        }
    }
}

void help_text_option_left(const text_option *option, char text[HELP_TEXT])
{
    if (option->letter) {
        snprintf(text, HELP_TEXT, "-%c, --%s %s", option->letter, option->name, option->placeholder);
    } else {
        snprintf(text, HELP_TEXT, "--%s %s", option->name, option->placeholder);
    }
}

static void print_text_option(const text_option *option)
{
    char left[HELP_TEXT];
    help_text_option_left(option, left);
    print_row(left, option->help);
    putchar('\n');
}

void print_command_help(const cli_command *command)
{
    printf("usage: ondelet %s %s\n\n%s.\n", command->name, command->usage, command->summary);
    if (command->details) {
        printf("\n%s\n", command->details);
    }
    if (command->texts->name) {
        printf("\nfiles and sizes\n");
    }
    for (const text_option *text = command->texts; text->name; text++) {
        print_text_option(text);
    }
    for (const option_group *group = command->groups; group->options; group++) {
        print_group(group);
    }
    print_group(&(option_group){"everywhere", common_options, 0, NULL, 0, 0});
}

const char *help_inputs(void)
{
    return "An INPUT is a picture (PNG, JPEG, PGM, PPM, PAM), a folder of pictures, @list.txt with one path per line,\n"
           "a .npy array, an IDX file (also gzipped), or - for standard input. An array is [height, width],\n"
           "[height, width, 3], or several of these; [3, height, width] is one colour picture for commands that give\n"
           "pictures back, and three gray ones for the others.";
}

void print_help(const cli_command *const *commands)
{
    puts("usage: ondelet COMMAND [options] INPUT... [-o OUTPUT]\n\n"
         "Wavelets, shearlets and sparse codes for images: features, denoising, edges, classifiers.\n");
    for (; *commands; commands++) {
        printf("  %-19s%s\n", (*commands)->name, (*commands)->summary);
    }
    printf("\n%s\n\nResults go to standard output or to -o, all else to standard error. Exit status: 0 all done,\n"
           "1 some input failed (the rest is done), 2 wrong usage.\n\n"
           "'ondelet COMMAND --help' lists the options of a command, 'ondelet --version' the libraries in use.\n",
           help_inputs());
}

static bool is_member(const cli_command *command, const char *word)
{
    size_t length = strlen(word);
    return strncmp(command->name, word, length) == 0 && command->name[length] == ' ';
}

bool is_family(const cli_command *const *commands, const char *word)
{
    bool found = false;
    for (; *commands; commands++) {
        found = found || is_member(*commands, word);
    }
    return found;
}

void print_family_help(const cli_command *const *commands, const char *word)
{
    printf("usage: ondelet %s WHAT [options] INPUT... [-o OUTPUT]\n\n", word);
    for (; *commands; commands++) {
        if (is_member(*commands, word)) {
            printf("  %-19s%s\n", (*commands)->name, (*commands)->summary);
        }
    }
    printf("\n'ondelet %s WHAT --help' lists the options.\n", word);
}

void print_version(bool json)
{
    json_t *libraries = json_array();
    for (int i = 0; ond_library_version(i); i++) {
        json_array_append_new(libraries, json_text(ond_library_version(i)));
    }
    if (json) {
        json_print(json_pack("{s:i, s:s, s:o}", "schema", 1, "version", ond_version(), "libraries", libraries));
        return;
    }
    printf("ondelet %s\n", ond_version());
    for (size_t i = 0; i < json_array_size(libraries); i++) {
        printf("%s\n", json_string_value(json_array_get(libraries, i)));
    }
    json_decref(libraries);
}
