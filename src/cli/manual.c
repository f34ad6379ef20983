/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/manual.h"

#include "cli/help.h"

#include <ctype.h>
#include <stdio.h>

/* Text for troff: hyphens that are minus signs, backslashes, and no line that starts like a request. */
static void put_text(const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) {
            fputs("\\&", stdout);
        }
        line_start = *text == '\n';
        switch (*text) {
        case '\\':
            fputs("\\e", stdout);
            break;
        case '-':
            fputs("\\-", stdout);
            break;
        default:
            putchar(*text);
        }
    }
}

static void put_capitals(const char *text)
{
    for (; *text; text++) {
        putchar(toupper((unsigned char)*text));
    }
}

static void put_heading(const char *title)
{
    fputs(".SH \"", stdout);
    if (title[0] == '-') {
        fputs("WITH ", stdout);
        put_text(title);
    } else {
        put_capitals(title);
    }
    puts("\"");
}

/* The page of "evaluate edges" is ondelet-evaluate-edges. */
static void page_of(const cli_command *command, char page[HELP_TEXT])
{
    snprintf(page, HELP_TEXT, "ondelet-%s", command->name);
    for (char *letter = page; *letter; letter++) {
        *letter = *letter == ' ' ? '-' : *letter;
    }
}

static void put_start(const char *page)
{
    fputs(".TH ", stdout);
    put_capitals(page);
    printf(" 1 \"\" \"ondelet %s\" \"ondelet manual\"\n", ond_version());
}

/* A tagged paragraph: what is typed, then what it does. */
static void put_item(const char *left, const char *text, const char *facts)
{
    puts(".TP");
    fputs(".B ", stdout);
    put_text(left);
    putchar('\n');
    put_text(text);
    put_text(facts);
    putchar('\n');
}

static void put_options(const ond_option *option)
{
    char left[HELP_TEXT], facts[HELP_TEXT];
    for (; option->name; option++) {
        if (!option->internal) {
            help_option_left(option, left);
            help_option_facts(option, facts);
            put_item(left, option->help, facts);
        }
    }
}

static void put_text_options(const text_option *text)
{
    char left[HELP_TEXT];
    for (; text->name; text++) {
        help_text_option_left(text, left);
        put_item(left, text->help, "");
    }
}

static void put_common(void)
{
    put_heading("everywhere");
    put_options(common_options());
}

static void put_exit_status(void)
{
    put_heading("exit status");
    puts("0 when all was done, 1 when some input failed (each is named, the rest is done), 2 for wrong usage.");
}

void print_command_manual(const cli_command *command)
{
    char page[HELP_TEXT];
    page_of(command, page);
    put_start(page);
    puts(".SH NAME");
    put_text(page);
    printf(" \\- ");
    put_text(command->summary);
    puts("\n.SH SYNOPSIS");
    printf(".B ondelet %s\n", command->name);
    put_text(command->usage);
    putchar('\n');
    if (command->details) {
        puts(".SH DESCRIPTION");
        put_text(command->details);
        putchar('\n');
    }
    if (command->texts->name) {
        put_heading("files and sizes");
        put_text_options(command->texts);
    }
    for (const option_group *group = command->groups; group->options; group++) {
        put_heading(group->title);
        put_options(group->options());
    }
    put_common();
    put_exit_status();
    puts(".SH SEE ALSO\n.BR ondelet (1)");
}

void print_manual(const cli_command *const *commands)
{
    put_start("ondelet");
    puts(".SH NAME\nondelet \\- wavelet, shearlet and scattering features of images\n.SH SYNOPSIS\n.B ondelet\n"
         ".I COMMAND\n[options] INPUT... [\\-o OUTPUT]\n.SH COMMANDS");
    for (const cli_command *const *command = commands; *command; command++) {
        put_item((*command)->name, (*command)->summary, "");
    }
    puts(".SH INPUTS");
    put_text(help_inputs());
    putchar('\n');
    put_common();
    put_exit_status();
    puts(".SH FILES\n.TP\n.I ~/.cache/ondelet/fftw\\-wisdom\nmeasured FFT plans ($XDG_CACHE_HOME is honoured)");
    puts(".SH SEE ALSO");
    for (; *commands; commands++) {
        char page[HELP_TEXT];
        page_of(*commands, page);
        fputs(".BR ", stdout);
        put_text(page);
        puts(commands[1] ? " (1)," : " (1)");
    }
}

void print_command_names(const cli_command *const *commands)
{
    for (; *commands; commands++) {
        puts((*commands)->name);
    }
}
