/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[OND_MESSAGE_SIZE];

const char *ond_error_message(void)
{
    return message;
}

const char *ond_status_name(ond_status status)
{
    static const char *const names[] = {"ok", "argument", "shape", "memory", "io", "format", "unsupported", "internal"};
    size_t index = (size_t)status;
    return index < sizeof names / sizeof names[0] ? names[index] : "unknown";
}

/* A message is one line whatever a file name or a decoder put into it. */
static void message_keep_one_line(void)
{
    for (char *c = message; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 127) {
            *c = '?';
        }
    }
}

/* The new text is made apart, since its arguments may point into the message. */
ond_status ond_fail(ond_status status, const char *format, ...)
{
    char text[OND_MESSAGE_SIZE] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    memcpy(message, text, sizeof message);
    message_keep_one_line();
    return status;
}

ond_status ond_fail_prefix(ond_status status, const char *format, ...)
{
    char text[OND_MESSAGE_SIZE] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s", message);
    memcpy(message, text, sizeof message);
    message_keep_one_line();
    return status;
}
