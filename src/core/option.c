/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include "core/status.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(ond_option_kind) == sizeof(int), "choice fields are enums as wide as int");

static void *field_of(const ond_option *option, void *config)
{
    return (char *)config + option->offset;
}

static void field_set(const ond_option *option, void *config, double value)
{
    if (option->kind == OND_OPTION_REAL) {
        memcpy(field_of(option, config), &value, sizeof value);
    } else {
        int whole = (int)value;
        memcpy(field_of(option, config), &whole, sizeof whole);
    }
}

double ond_option_value(const ond_option *option, const void *config)
{
    const char *field = (const char *)config + option->offset;
    if (option->kind == OND_OPTION_REAL) {
        double value;
        memcpy(&value, field, sizeof value);
        return value;
    }
    int value;
    memcpy(&value, field, sizeof value);
    return value;
}

const char *ond_option_choice(const ond_option *option, const void *config)
{
    double value = ond_option_value(option, config);
    bool known = option->choices && value >= option->minimum && value <= option->maximum;
    return known ? option->choices[(int)value] : "unknown";
}

void ond_options_default(const ond_option *options, void *config)
{
    for (const ond_option *option = options; option->name; option++) {
        field_set(option, config, option->preset);
    }
}

static ond_status check_range(const ond_option *option, double value)
{
    if (!(value >= option->minimum && value <= option->maximum)) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s = %.10g is outside %.10g..%.10g", option->name, value, option->minimum,
                        option->maximum);
    }
    return OND_OK;
}

ond_status ond_options_check(const ond_option *options, const void *config)
{
    for (const ond_option *option = options; option->name; option++) {
        OND_TRY(check_range(option, ond_option_value(option, config)));
    }
    return OND_OK;
}

const ond_option *ond_options_find(const ond_option *options, const char *name)
{
    for (const ond_option *option = options; option->name; option++) {
        size_t i = 0;
        while (option->name[i] && (name[i] == option->name[i] || (name[i] == '-' && option->name[i] == '_'))) {
            i++;
        }
        if (!option->name[i] && !name[i]) {
            return option;
        }
    }
    return NULL;
}

/* "a, b, c" */
static void list_choices(const ond_option *option, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (const char *const *choice = option->choices; *choice && used < size; choice++) {
        int written = snprintf(text + used, size - used, "%s%s", choice == option->choices ? "" : ", ", *choice);
        used += written > 0 ? (size_t)written : 0;
    }
}

static ond_status parse_choice(const ond_option *option, const char *text, double *value)
{
    for (int i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *value = i;
            return OND_OK;
        }
    }
    char known[256];
    list_choices(option, known, sizeof known);
    return ond_fail(OND_ERROR_ARGUMENT, "%s = '%s' is none of: %s", option->name, text, known);
}

static ond_status parse_bool(const ond_option *option, const char *text, double *value)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i], text) == 0) {
            *value = (double)(i % 2);
            return OND_OK;
        }
    }
    return ond_fail(OND_ERROR_ARGUMENT, "%s = '%s' is neither true nor false", option->name, text);
}

/* strtod reads the process's locale; numbers in options always have a decimal point. */
static double parse_decimal(const char *text, char **end)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0) {
        return strtod(text, end);
    }
    locale_t previous = uselocale(plain);
    double value = strtod(text, end);
    uselocale(previous);
    freelocale(plain);
    return value;
}

static ond_status parse_number(const ond_option *option, const char *text, double *value)
{
    char *end = NULL;
    *value = parse_decimal(text, &end);
    if (end == text || *end || !isfinite(*value)) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s = '%s' is not a number", option->name, text);
    }
    if (option->kind == OND_OPTION_INT && *value != floor(*value)) {
        return ond_fail(OND_ERROR_ARGUMENT, "%s = %s is not a whole number", option->name, text);
    }
    return OND_OK;
}

ond_status ond_option_parse(const ond_option *option, const char *text, void *config)
{
    double value = 0;
    switch (option->kind) {
    case OND_OPTION_CHOICE:
        OND_TRY(parse_choice(option, text, &value));
        break;
    case OND_OPTION_BOOL:
        OND_TRY(parse_bool(option, text, &value));
        break;
    case OND_OPTION_INT:
    case OND_OPTION_REAL:
        OND_TRY(parse_number(option, text, &value));
        break;
    }
    OND_TRY(check_range(option, value));
    field_set(option, config, value);
    return OND_OK;
}
