/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_COMMAND_H
#define OND_CLI_COMMAND_H

#include <ondelet/ondelet.h>

#include <stdbool.h>
#include <stddef.h>

typedef enum exit_status {
    ALL_DONE = 0,
    SOME_FAILED = 1, /* some input failed, or an output could not be written */
    WRONG_USAGE = 2
} exit_status;

typedef struct cli_command cli_command;

/* One option of the command line with its text, in the order given. */
typedef struct given_option {
    const char *name; /* of the table's row */
    const char *text;
} given_option;

/* What the user asks for. The first member of every command's own request; see arguments_parse. */
typedef struct cli_request {
    const cli_command *command;
    int threads, seed, quiet, json, force, max_pixels, help, version;
    const char *output;
    const char **inputs;
    size_t input_count;
    given_option *given;
    size_t given_count;
} cli_request;

/* A public option table and the config in the command's request that it fills. */
typedef struct option_group {
    const char *title; /* heading in --help */
    const ond_option *(*options)(void);
    size_t offset; /* of the config in the command's cli_request */
    /* The group counts only while the int at `switch_offset` is `switch_value`; always, when `switch_name` is NULL. */
    const char *switch_name;
    size_t switch_offset;
    int switch_value;
} option_group;

/* An option that takes any text: a file name, a size. */
typedef struct text_option {
    const char *name;
    char letter; /* 'o' for -o; 0 for none */
    const char *placeholder;
    size_t offset; /* of a const char * in the command's cli_request */
    const char *help;
} text_option;

struct cli_command {
    const char *name;           /* one word or two: "evaluate edges" */
    const char *summary;        /* one line */
    const char *usage;          /* after "ondelet NAME " */
    const char *details;        /* lines for --help, or NULL */
    const option_group *groups; /* ended by a row whose options are NULL */
    const text_option *texts;   /* ended by a row whose name is NULL */
    size_t request_size;
    exit_status (*run)(cli_request *request);
};

extern const cli_command features_command, denoise_command, threshold_command, inpaint_command, filters_command,
    convert_command, compare_command, info_command, report_command, evaluate_edges_command, train_pursuit_command,
    evaluate_pursuit_command, train_denoise_command, sparse_command, train_dictionary_command, train_classify_command,
    predict_command, evaluate_command, edges_command, train_edges_command, merge_command;

/* All of them in the order in which they are listed, ended by NULL. */
extern const cli_command *const cli_commands[];
extern const unsigned cli_command_count;

/* Options of every command. */
const ond_option *common_options(void);

#endif
