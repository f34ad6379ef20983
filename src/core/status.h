/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_STATUS_H
#define OND_CORE_STATUS_H

#include <ondelet/status.h>

enum { OND_MESSAGE_SIZE = 512 };

/* Sets this thread's message and returns `status`, so that a failure is one statement. */
ond_status ond_fail(ond_status status, const char *format, ...) OND_PRINTF(2, 3);

/* Puts text in front of the message of a failure that is being passed on: "lena.png: " + "truncated". */
ond_status ond_fail_prefix(ond_status status, const char *format, ...) OND_PRINTF(2, 3);

/* Leaves the calling function with a failed status. The only control-flow macro. */
#define OND_TRY(call)                                                                                                  \
    do {                                                                                                               \
        ond_status try_status_ = (call);                                                                               \
        if (try_status_ != OND_OK) {                                                                                   \
            return try_status_;                                                                                        \
        }                                                                                                              \
    } while (0)

#endif
