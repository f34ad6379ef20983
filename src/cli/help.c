/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"

#include "cli/report.h"

#include <stdio.h>
#include <string.h>

enum { LEFT_WIDTH = 30, LEFT_TEXT = 256 };

/* "--log-floor X" */
static void option_left(const ond_option *option, char *text)
{
    static const char *const placeholders[]
        = {[OND_OPTION_INT] = " N", [OND_OPTION_REAL] = " X", [OND_OPTION_BOOL] = ""};
    bool is_switch = option->kind == OND_OPTION_BOOL && option->preset != 0;
    size_t used = (size_t)snprintf(text, LEFT_TEXT, "--%s%s", is_switch ? "[no-]" : "", option->name);
    for (char *letter = text; *letter; letter++) {
        *letter = *letter == '_' ? '-' : *letter;
    }
    if (option->kind != OND_OPTION_CHOICE) {
        snprintf(text + used, LEFT_TEXT - used, "%s", placeholders[option->kind]);
        return;
    }
    for (int i = 0; option->choices[i] && used < LEFT_TEXT; i++) {
        used += (size_t)snprintf(text + used, LEFT_TEXT - used, "%s%s", i ? "|" : " ", option->choices[i]);
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

static void print_option(const ond_option *option)
{
    char left[LEFT_TEXT];
    option_left(option, left);
    print_row(left, option->help);
    switch (option->kind) {
    case OND_OPTION_INT:
        printf(" (%.0f..%.0f, default %.0f)\n", option->minimum, option->maximum, option->preset);
        break;
    case OND_OPTION_REAL:
        printf(" (%g..%g, default %g)\n", option->minimum, option->maximum, option->preset);
        break;
    case OND_OPTION_CHOICE:
        printf(" (default %s)\n", option->choices[(int)option->preset]);
        break;
    case OND_OPTION_BOOL:
        printf("%s\n", option->preset != 0 ? " (default yes)" : "");
        break;
    }
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

static void print_text_option(const text_option *option)
{
    char left[LEFT_TEXT];
    if (option->letter) {
        snprintf(left, sizeof left, "-%c, --%s %s", option->letter, option->name, option->placeholder);
    } else {
        snprintf(left, sizeof left, "--%s %s", option->name, option->placeholder);
    }
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

void print_help(const cli_command *const *commands)
{
    puts("usage: ondelet COMMAND [options] INPUT... [-o OUTPUT]\n\n"
         "Wavelet and scattering features of images.\n");
    for (; *commands; commands++) {
        printf("  %-16s%s\n", (*commands)->name, (*commands)->summary);
    }
    puts(
        "\nAn INPUT is a picture (PNG, JPEG, PGM, PPM), a folder of pictures, @list.txt with one path per line, a "
        ".npy\n"
        "array, an IDX file (also gzipped), or - for standard input. Results go to standard output or to -o, all else\n"
        "to standard error. Exit status: 0 all done, 1 some input failed (the rest is done), 2 wrong usage.\n\n"
        "'ondelet COMMAND --help' lists the options of a command, 'ondelet --version' the libraries in use.");
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
