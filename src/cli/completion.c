/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/help.h"
#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

/* What a word of the command line may be. */
typedef struct completed_option {
    char name[HELP_TEXT]; /* without the dashes */
    const char *help;
    const char *const *choices; /* NULL: any value, or none */
    bool takes_value, takes_file;
} completed_option;

typedef void (*option_printer)(const cli_command *command, const completed_option *option);

static void print_row(const cli_command *command, const ond_option *row, option_printer print)
{
    completed_option option = {.help = row->help, .choices = row->choices};
    bool is_no = row->kind == OND_OPTION_BOOL && row->preset != 0;
    snprintf(option.name, sizeof option.name, "%s%s", is_no ? "no-" : "", row->name);
    for (char *letter = option.name; *letter; letter++) {
        *letter = *letter == '_' ? '-' : *letter;
    }
    option.takes_value = row->kind != OND_OPTION_BOOL;
    print(command, &option);
}

/* Groups may have options of one name (--scales of each bank): the first speaks for all. */
static bool is_known_earlier(const cli_command *command, const option_group *last, const ond_option *row)
{
    for (const option_group *group = command->groups; group != last; group++) {
        const ond_option *other = ond_options_find(group->options(), row->name);
        if (other && !other->internal) {
            return true;
        }
    }
    return false;
}

static void print_group(const cli_command *command, const option_group *group, option_printer print)
{
    for (const ond_option *row = group->options(); row->name; row++) {
        if (!row->internal && !is_known_earlier(command, group, row)) {
            print_row(command, row, print);
        }
    }
}

static void each_option(const cli_command *command, option_printer print)
{
    for (const text_option *text = command->texts; text->name; text++) {
        completed_option option = {.help = text->help, .takes_value = true, .takes_file = true};
        snprintf(option.name, sizeof option.name, "%s", text->name);
        print(command, &option);
    }
    for (const option_group *group = command->groups; group->options; group++) {
        print_group(command, group, print);
    }
    for (const ond_option *row = common_options(); row->name; row++) {
        print_row(command, row, print);
    }
}

/* Commands may have names of two words, "evaluate edges": "edges", or NULL. */
static const char *second_word(const cli_command *command)
{
    const char *space = strchr(command->name, ' ');
    return space ? space + 1 : NULL;
}

static bool same_first_word(const cli_command *one, const cli_command *other)
{
    size_t length = strcspn(one->name, " ");
    return length == strcspn(other->name, " ") && strncmp(one->name, other->name, length) == 0;
}

static bool is_first_with_its_word(const cli_command *const *commands, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (same_first_word(commands[i], commands[index])) {
            return false;
        }
    }
    return true;
}

static void put_first_word(const cli_command *command)
{
    printf("%.*s", (int)strcspn(command->name, " "), command->name);
}

/* "a b": the words that commands begin with. */
static void put_first_words(const cli_command *const *commands)
{
    for (size_t i = 0; commands[i]; i++) {
        if (is_first_with_its_word(commands, i)) {
            fputs(i ? " " : "", stdout);
            put_first_word(commands[i]);
        }
    }
}

/* " a b": what may follow the first word of this command. False when nothing does. */
static bool has_second_words(const cli_command *const *commands, const cli_command *command, bool print)
{
    bool any = false;
    for (size_t i = 0; commands[i]; i++) {
        if (same_first_word(commands[i], command) && second_word(commands[i])) {
            if (print) {
                printf("%s%s", any ? " " : "", second_word(commands[i]));
            }
            any = true;
        }
    }
    return any;
}

/* A line for every first word that others follow, in the syntax of `case`: 'first) BEFOREsecond secondAFTER'. */
static void put_second_words(const cli_command *const *commands, const char *before, const char *after)
{
    for (size_t i = 0; commands[i]; i++) {
        if (is_first_with_its_word(commands, i) && has_second_words(commands, commands[i], false)) {
            printf("        ");
            put_first_word(commands[i]);
            printf(") %s", before);
            has_second_words(commands, commands[i], true);
            puts(after);
        }
    }
}

/* A pattern for all names of two words, or one that never matches. */
static void put_long_names(const cli_command *const *commands)
{
    printf("        ' '");
    for (size_t i = 0; commands[i]; i++) {
        if (second_word(commands[i])) {
            printf("|'%s'", commands[i]->name);
        }
    }
}

static void bash_word(const cli_command *command, const completed_option *option)
{
    (void)command;
    printf(" --%s", option->name);
}

static void bash_choices(const cli_command *command, const completed_option *option)
{
    if (!option->choices) {
        return;
    }
    printf("        '%s':--%s) words=\"", command->name, option->name);
    for (const char *const *choice = option->choices; *choice; choice++) {
        printf("%s%s", choice == option->choices ? "" : " ", *choice);
    }
    puts("\" ;;");
}

static void print_bash(const cli_command *const *commands)
{
    puts("# bash completion for ondelet; made from the program's option tables\n"
         "_ondelet() {\n"
         "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} words=\n"
         "    COMPREPLY=()\n"
         "    if ((COMP_CWORD == 1)); then");
    printf("        words=\"help version ");
    put_first_words(commands);
    puts("\"\n    elif ((COMP_CWORD == 2)) && [[ $word != -* ]]; then\n        case $command in");
    printf("        help) words=\"");
    put_first_words(commands);
    puts("\" ;;");
    put_second_words(commands, "words=\"", "\" ;;");
    puts("        esac\n    fi\n    case \"$command ${COMP_WORDS[2]}\" in");
    put_long_names(commands);
    puts(") command+=\" ${COMP_WORDS[2]}\" ;;\n    esac\n    case $command:$before in");
    for (size_t i = 0; commands[i]; i++) {
        each_option(commands[i], bash_choices);
    }
    puts("    esac\n    if [[ -z $words && $word == -* ]]; then\n        case $command in");
    for (size_t i = 0; commands[i]; i++) {
        printf("            '%s') words=\"", commands[i]->name);
        each_option(commands[i], bash_word);
        puts("\" ;;");
    }
    puts("        esac\n    fi\n"
         "    if [[ -n $words ]]; then\n"
         "        COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "    else\n"
         "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "    fi\n"
         "}\n"
         "complete -o filenames -F _ondelet ondelet");
}

/* Help inside of single quotes, where zsh also reads brackets and colons. */
static void put_quoted(const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", stdout);
        } else {
            printf(strchr(special, *text) ? "\\%c" : "%c", *text);
        }
    }
}

static void zsh_option(const cli_command *command, const completed_option *option)
{
    (void)command;
    printf("                '--%s[", option->name);
    put_quoted(option->help, "[]:\\");
    printf("]");
    if (option->choices) {
        printf(":value:(");
        for (const char *const *choice = option->choices; *choice; choice++) {
            printf("%s%s", choice == option->choices ? "" : " ", *choice);
        }
        printf(")");
    } else if (option->takes_value) {
        printf(option->takes_file ? ":file:_files" : ":value: ");
    }
    puts("' \\");
}

static void print_zsh(const cli_command *const *commands)
{
    puts("#compdef ondelet\n# made from the program's option tables\n"
         "_ondelet() {\n"
         "    local -a commands\n"
         "    commands=('help:what a command does' 'version:versions of the libraries in use'");
    for (size_t i = 0; commands[i]; i++) {
        if (is_first_with_its_word(commands, i)) {
            printf("        '");
            put_first_word(commands[i]);
            putchar(':');
            put_quoted(commands[i]->summary, ":\\");
            puts("'");
        }
    }
    puts("    )\n"
         "    if ((CURRENT == 2)); then\n"
         "        _describe command commands\n"
         "        return\n"
         "    fi\n"
         "    if ((CURRENT == 3)) && [[ $words[3] != -* ]]; then\n"
         "        case $words[2] in");
    printf("        help) compadd ");
    put_first_words(commands);
    puts(" ;;");
    put_second_words(commands, "compadd ", " ;;");
    puts("        esac\n    fi\n"
         "    local command=$words[2]\n"
         "    case \"$words[2] $words[3]\" in");
    put_long_names(commands);
    puts(") command=\"$words[2] $words[3]\"; shift words; ((CURRENT--)) ;;\n"
         "    esac\n"
         "    shift words\n"
         "    ((CURRENT--))\n"
         "    case $command in");
    for (size_t i = 0; commands[i]; i++) {
        printf("        '%s')\n            _arguments -s \\\n", commands[i]->name);
        each_option(commands[i], zsh_option);
        puts("                '*:input:_files'\n            ;;");
    }
    puts("    esac\n}\n_ondelet \"$@\"");
}

/* The words of the command's name were typed. */
static void fish_condition(const cli_command *command)
{
    printf("complete -c ondelet -n '__fish_seen_subcommand_from ");
    put_first_word(command);
    if (second_word(command)) {
        printf("; and __fish_seen_subcommand_from %s", second_word(command));
    }
    printf("'");
}

static void fish_option(const cli_command *command, const completed_option *option)
{
    fish_condition(command);
    printf(" -l %s", option->name);
    if (option->choices) {
        printf(" -xa '");
        for (const char *const *choice = option->choices; *choice; choice++) {
            printf("%s%s", choice == option->choices ? "" : " ", *choice);
        }
        printf("'");
    } else if (option->takes_value) {
        printf(option->takes_file ? " -r" : " -x");
    }
    printf(" -d \"");
    for (const char *letter = option->help; *letter; letter++) {
        printf(strchr("\"\\$", *letter) ? "\\%c" : "%c", *letter);
    }
    puts("\"");
}

/* Offered behind the first word, unless one of the second words is there. */
static void fish_second_word(const cli_command *const *commands, const cli_command *command)
{
    printf("complete -c ondelet -n '__fish_seen_subcommand_from ");
    put_first_word(command);
    printf("; and not __fish_seen_subcommand_from ");
    has_second_words(commands, command, true);
    printf("' -a %s -d \"%s\"\n", second_word(command), command->summary);
}

static void print_fish(const cli_command *const *commands)
{
    puts("# fish completion for ondelet; made from the program's option tables");
    for (size_t i = 0; commands[i]; i++) {
        if (is_first_with_its_word(commands, i)) {
            printf("complete -c ondelet -n __fish_use_subcommand -a ");
            put_first_word(commands[i]);
            printf(" -d \"%s\"\n", commands[i]->summary);
        }
        if (second_word(commands[i])) {
            fish_second_word(commands, commands[i]);
        }
    }
    puts("complete -c ondelet -n __fish_use_subcommand -a help -d \"what a command does\"");
    printf("complete -c ondelet -n '__fish_seen_subcommand_from help' -xa '");
    put_first_words(commands);
    puts("'");
    for (size_t i = 0; commands[i]; i++) {
        each_option(commands[i], fish_option);
    }
}

bool print_completion(const cli_command *const *commands, const char *shell)
{
    static const struct {
        const char *shell;
        void (*print)(const cli_command *const *commands);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].shell, shell) == 0) {
            shells[i].print(commands);
            return true;
        }
    }
    return false;
}
