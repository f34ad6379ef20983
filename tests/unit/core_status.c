/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/parallel.h"
#include "core/status.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static void message_is_never_null(void **state)
{
    (void)state;
    assert_non_null(ond_error_message());
}

static void failure_returns_its_status_and_keeps_its_message(void **state)
{
    (void)state;
    assert_int_equal(ond_fail(OND_ERROR_SHAPE, "height is %d, %d is wanted", 3, 4), OND_ERROR_SHAPE);
    assert_string_equal(ond_error_message(), "height is 3, 4 is wanted");
}

static void prefix_stands_before_the_cause(void **state)
{
    (void)state;
    (void)ond_fail(OND_ERROR_FORMAT, "truncated at byte %d", 7);
    assert_int_equal(ond_fail_prefix(OND_ERROR_FORMAT, "%s: ", "lena.png"), OND_ERROR_FORMAT);
    assert_string_equal(ond_error_message(), "lena.png: truncated at byte 7");
}

static void message_may_be_built_from_the_last_message(void **state)
{
    (void)state;
    (void)ond_fail(OND_ERROR_IO, "disk full");
    (void)ond_fail(OND_ERROR_IO, "row 3: %s", ond_error_message());
    assert_string_equal(ond_error_message(), "row 3: disk full");
    (void)ond_fail_prefix(OND_ERROR_IO, "%s, again: ", ond_error_message());
    assert_string_equal(ond_error_message(), "row 3: disk full, again: row 3: disk full");
}

static void message_is_one_line_whatever_a_file_name_holds(void **state)
{
    (void)state;
    (void)ond_fail(OND_ERROR_IO, "cannot open '%s'", "a\nb\tc\x1b[31m\x7f");
    assert_string_equal(ond_error_message(), "cannot open 'a?b?c?[31m?'");
    (void)ond_fail_prefix(OND_ERROR_IO, "x\r\ny: ");
    assert_string_equal(ond_error_message(), "x??y: cannot open 'a?b?c?[31m?'");
}

static void message_keeps_bytes_of_other_scripts(void **state)
{
    (void)state;
    (void)ond_fail(OND_ERROR_IO, "%s", "caf\xc3\xa9.png");
    assert_string_equal(ond_error_message(), "caf\xc3\xa9.png");
}

static void long_message_is_cut_not_overrun(void **state)
{
    (void)state;
    char name[2 * OND_MESSAGE_SIZE];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void)ond_fail(OND_ERROR_IO, "%s", name);
    assert_int_equal(strlen(ond_error_message()), OND_MESSAGE_SIZE - 1);
    (void)ond_fail_prefix(OND_ERROR_IO, "%s: ", "prefix");
    assert_int_equal(strlen(ond_error_message()), OND_MESSAGE_SIZE - 1);
    assert_memory_equal(ond_error_message(), "prefix: nnn", 11);
    (void)ond_fail_prefix(OND_ERROR_IO, "%s", name);
    assert_int_equal(strlen(ond_error_message()), OND_MESSAGE_SIZE - 1);
}

static void every_status_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(ond_status_name(OND_OK), "ok");
    assert_string_equal(ond_status_name(OND_ERROR_ARGUMENT), "argument");
    assert_string_equal(ond_status_name(OND_ERROR_INTERNAL), "internal");
    for (int status = OND_OK; status <= OND_ERROR_INTERNAL; status++) {
        assert_string_not_equal(ond_status_name((ond_status)status), "unknown");
    }
    assert_string_equal(ond_status_name((ond_status)(OND_ERROR_INTERNAL + 1)), "unknown");
    assert_string_equal(ond_status_name((ond_status)-1), "unknown");
}

static ond_status fails_then_passes(ond_status first, int *calls)
{
    OND_TRY(first);
    *calls += 1;
    return OND_OK;
}

static void try_leaves_at_the_first_failure(void **state)
{
    (void)state;
    int calls = 0;
    assert_int_equal(fails_then_passes(OND_ERROR_IO, &calls), OND_ERROR_IO);
    assert_int_equal(calls, 0);
    assert_int_equal(fails_then_passes(OND_OK, &calls), OND_OK);
    assert_int_equal(calls, 1);
}

static ond_status leave_own_message(void *context, size_t index, int worker)
{
    (void)worker;
    bool *kept = context;
    (void)ond_fail(OND_ERROR_INTERNAL, "item %zu", index);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "item %zu", index);
    kept[index] = strcmp(ond_error_message(), wanted) == 0;
    return OND_OK;
}

static void each_thread_has_its_own_message(void **state)
{
    (void)state;
    enum { ITEMS = 200 };
    bool kept[ITEMS] = {false};
    assert_ok(ond_parallel_for(ITEMS, 4, leave_own_message, kept));
    for (size_t i = 0; i < ITEMS; i++) {
        assert_true(kept[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_is_never_null),
        cmocka_unit_test(failure_returns_its_status_and_keeps_its_message),
        cmocka_unit_test(prefix_stands_before_the_cause),
        cmocka_unit_test(message_may_be_built_from_the_last_message),
        cmocka_unit_test(message_is_one_line_whatever_a_file_name_holds),
        cmocka_unit_test(message_keeps_bytes_of_other_scripts),
        cmocka_unit_test(long_message_is_cut_not_overrun),
        cmocka_unit_test(every_status_has_a_word),
        cmocka_unit_test(try_leaves_at_the_first_failure),
        cmocka_unit_test(each_thread_has_its_own_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
