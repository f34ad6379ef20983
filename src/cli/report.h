/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_REPORT_H
#define OND_CLI_REPORT_H

#include "cli/command.h"

#include <jansson.h>

/* One line on stderr: "ondelet: ...". */
void complain(const char *format, ...) OND_PRINTF(1, 2);

/* For one of many processes that would all say the same: its complaints are not shown. */
void report_silence(bool silent);

/* A file: the name the user knows, and the path it is read from (they differ for standard input). */
typedef struct file_name {
    const char *shown;
    const char *path;
} file_name;

/* "ondelet: NAME: " and the library's last message, without the path that it may start with. */
void complain_of_file(file_name name);

/* The library's last message without `path` in front. Valid until the next call into the library. */
const char *library_message(const char *path);

/* The same for an output or a step that has no file: "ondelet: NAME: message". */
void complain_of(const char *name);

/* A usage error: the complaint and a pointer to --help. */
exit_status wrong_usage(const cli_command *command, const char *format, ...) OND_PRINTF(2, 3);

/* A line on stderr that is no error; silent under --quiet. */
void note(const cli_request *request, const char *format, ...) OND_PRINTF(2, 3);

/* "60000 x 81 x 7 x 7" */
enum { SHAPE_TEXT = 160 };
const char *shape_text(int rank, const size_t *shape, char text[SHAPE_TEXT]);

/* False, after a complaint, when the file is there and --force is not given, or when its folder cannot take it. "-" is
 * refused when standard output is a terminal. */
bool output_is_free(const cli_request *request, const char *path);

/* True when the path ends so, in either case: has_ending("A.PNG", ".png"). */
bool has_ending(const char *path, const char *ending);
/* Whether a model can be written there: the output ends in .safetensors. */
exit_status check_model_output(const cli_request *request);
/* True when the path ends as drawings with text do: .png or .svg. */
bool is_drawing(const char *path);

/* Memory that is surely there: the program ends with a complaint when it is not. */
void *allocate(size_t count, size_t size);
void *enlarge(void *block, size_t count, size_t size);
char *copy_text(const char *text);
char *join_text(const char *first, const char *second);

/* For calls whose failure changes nothing. */
static inline void ignore(ond_status status)
{
    (void)status;
}

double seconds_now(void);

/* JSON: 9 significant digits; NaN and infinity as null. */
json_t *json_number(double value);
json_t *json_text(const char *text);
json_t *json_shape(int rank, const size_t *shape);
json_t *json_options(const ond_option *options, const void *config);
/* One line on standard output. Takes the object. */
void json_print(json_t *object);
/* A readable file, beside its place and renamed. Takes the object. */
ond_status json_write(json_t *object, const char *path);

#endif
