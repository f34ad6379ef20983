/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_OPTION_H
#define ONDELET_OPTION_H

#include <ondelet/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a config field is stored: `int` for INT, BOOL (0/1) and CHOICE (an enum), `double` for REAL. */
typedef enum ond_option_kind { OND_OPTION_INT, OND_OPTION_REAL, OND_OPTION_BOOL, OND_OPTION_CHOICE } ond_option_kind;

/** One field of a config struct. Default, range check, error text, command-line option, help and JSON all come from
 *  this row. Tables end with a row whose name is NULL. */
typedef struct ond_option {
    const char *name; /**< the field's name; `--log-floor` on the command line for `log_floor` */
    ond_option_kind kind;
    size_t offset; /**< of the field in its config struct */
    double preset, minimum, maximum;
    const char *const *choices; /**< CHOICE: names of the values 0, 1, …, ended by NULL */
    const char *help;           /**< one line, without the default */
    bool internal;              /**< set by the program itself: not a command-line option */
} ond_option;

/** Fills every field of `config` with its preset. */
OND_API void ond_options_default(const ond_option *options, void *config);

/** Checks every field against its range.
 *  @retval OND_ERROR_ARGUMENT  "scales = 99 is outside 1..12" */
OND_CHECKED ond_status ond_options_check(const ond_option *options, const void *config);

/** The row named `name`, whose `_` may also be written `-`; NULL when there is none. */
OND_API const ond_option *ond_options_find(const ond_option *options, const char *name);

/** Sets one field from text: "4", "0.85", "true"/"false", or a choice's name. The config is unchanged on failure.
 *  @retval OND_ERROR_ARGUMENT  not a number, out of range, or an unknown choice (the known ones are named) */
OND_CHECKED ond_status ond_option_parse(const ond_option *option, const char *text, void *config);

/** The field's value as a number (CHOICE: its index). */
OND_API double ond_option_value(const ond_option *option, const void *config);

/** The name of a CHOICE field's value. */
OND_API const char *ond_option_choice(const ond_option *option, const void *config);

#ifdef __cplusplus
}
#endif

#endif
