/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 9 };

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string) {
        return string;
    }
    /* A file name that is not UTF-8: its foreign bytes are shown as question marks. */
    char *shown = copy_text(text);
    for (char *letter = shown; *letter; letter++) {
        if ((unsigned char)*letter >= 0x80) {
            *letter = '?';
        }
    }
    string = json_string(shown);
    free(shown);
    return string;
}

json_t *json_shape(int rank, const size_t *shape)
{
    json_t *axes = json_array();
    for (int axis = 0; axis < rank; axis++) {
        json_array_append_new(axes, json_integer((json_int_t)shape[axis]));
    }
    return axes;
}

static json_t *option_json(const ond_option *option, const void *config)
{
    double value = ond_option_value(option, config);
    switch (option->kind) {
    case OND_OPTION_INT:
        return json_integer((json_int_t)value);
    case OND_OPTION_BOOL:
        return json_boolean(value != 0);
    case OND_OPTION_CHOICE:
        return json_text(ond_option_choice(option, config));
    case OND_OPTION_REAL:
        break;
    }
    return json_number(value);
}

json_t *json_options(const ond_option *options, const void *config)
{
    json_t *object = json_object();
    for (const ond_option *option = options; option->name; option++) {
        if (!option->internal) {
            json_object_set_new(object, option->name, option_json(option, config));
        }
    }
    return object;
}

void json_print(json_t *object)
{
    json_dumpf(object, stdout, JSON_REAL_PRECISION(DIGITS));
    putchar('\n');
    json_decref(object);
}

static int write_piece(const char *piece, size_t size, void *file)
{
    return ond_file_write(file, piece, size) ? -1 : 0;
}

ond_status json_write(json_t *object, const char *path)
{
    ond_file *file = NULL;
    ond_status status = ond_file_create(path, &file);
    if (status == OND_OK
        && json_dump_callback(object, write_piece, file, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS))) {
        status = OND_ERROR_IO;
    }
    if (status == OND_OK) {
        status = ond_file_print(file, "\n");
    }
    if (status == OND_OK) {
        status = ond_file_finish(&file);
    } else {
        ond_file_destroy(file);
    }
    json_decref(object);
    return status;
}
