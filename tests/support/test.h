/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SUPPORT_TEST_H
#define OND_SUPPORT_TEST_H

/* cmocka wants these first, in this order. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "support/support.h"

#include <ondelet/ondelet.h>

/* Fails the test with the library's message unless the call succeeds. */
#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        ond_status assert_ok_status_ = (call);                                                                         \
        if (assert_ok_status_ != OND_OK) {                                                                             \
            fail_msg("%s: %s: %s", #call, ond_status_name(assert_ok_status_), ond_error_message());                    \
        }                                                                                                              \
    } while (0)

/* The call fails with this status and a one-line message that contains `words`. */
#define assert_fails(expected, words, call)                                                                            \
    do {                                                                                                               \
        ond_status assert_fails_status_ = (call);                                                                      \
        if (assert_fails_status_ != (expected) || !text_contains(ond_error_message(), words)) {                        \
            fail_msg("%s: %s '%s', wanted %s with '%s'", #call, ond_status_name(assert_fails_status_),                 \
                     ond_error_message(), ond_status_name(expected), words);                                           \
        }                                                                                                              \
    } while (0)

#endif
