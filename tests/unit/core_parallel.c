/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/parallel.h"
#include "support/test.h"

#include <stdatomic.h>
#include <string.h>

enum { ITEMS = 1000, WORKERS = 4 };

typedef struct count_context {
    atomic_int done[ITEMS];
    atomic_bool bad_worker;
    int workers;
} count_context;

static ond_status count_item(void *context, size_t index, int worker)
{
    count_context *counts = context;
    if (worker < 0 || worker >= counts->workers) {
        atomic_store(&counts->bad_worker, true);
    }
    atomic_fetch_add(&counts->done[index], 1);
    return OND_OK;
}

static void every_item_is_done_once_for_any_number_of_workers(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 7, ITEMS};
    for (int workers = 0; workers <= 9; workers++) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            count_context context = {.workers = workers < 1 ? 1 : workers};
            assert_ok(ond_parallel_for(counts[c], workers, count_item, &context));
            assert_false(atomic_load(&context.bad_worker));
            for (size_t i = 0; i < ITEMS; i++) {
                assert_int_equal(atomic_load(&context.done[i]), i < counts[c] ? 1 : 0);
            }
        }
    }
}

/* Fails for every index from context->first on that is 3 modulo 7. */
static ond_status fail_some(void *context, size_t index, int worker)
{
    (void)worker;
    size_t first = *(const size_t *)context;
    if (index >= first && index % 7 == 3) {
        return ond_fail(index % 2 ? OND_ERROR_IO : OND_ERROR_SHAPE, "item %zu is bad", index);
    }
    return OND_OK;
}

static void failure_of_the_lowest_item_is_returned_for_any_number_of_workers(void **state)
{
    (void)state;
    for (int workers = 1; workers <= 8; workers++) {
        for (int round = 0; round < 20; round++) {
            size_t first = 100;
            assert_fails(OND_ERROR_IO, "item 101 is bad", ond_parallel_for(ITEMS, workers, fail_some, &first));
            first = 102;
            assert_fails(OND_ERROR_SHAPE, "item 108 is bad", ond_parallel_for(ITEMS, workers, fail_some, &first));
        }
    }
}

static ond_status fail_all(void *context, size_t index, int worker)
{
    (void)worker;
    atomic_fetch_add((atomic_int *)context, 1);
    return ond_fail(OND_ERROR_FORMAT, "item %zu", index);
}

static void work_after_a_failure_is_left_out(void **state)
{
    (void)state;
    atomic_int calls = 0;
    assert_fails(OND_ERROR_FORMAT, "item 0", ond_parallel_for(100000, WORKERS, fail_all, &calls));
    assert_true(atomic_load(&calls) < 10000);
}

static ond_status run_nested(void *context, size_t index, int worker)
{
    (void)worker;
    count_context *contexts = context;
    return ond_parallel_for(ITEMS, WORKERS, count_item, &contexts[index]);
}

static void nested_loops_do_every_item_once(void **state)
{
    (void)state;
    static count_context contexts[8];
    for (size_t i = 0; i < 8; i++) {
        contexts[i].workers = WORKERS;
    }
    assert_ok(ond_parallel_for(8, WORKERS, run_nested, contexts));
    for (size_t i = 0; i < 8; i++) {
        assert_false(atomic_load(&contexts[i].bad_worker));
        for (size_t k = 0; k < ITEMS; k++) {
            assert_int_equal(atomic_load(&contexts[i].done[k]), 1);
        }
    }
}

static void library_starts_with_one_thread(void **state)
{
    (void)state;
    assert_int_equal(ond_threads(), 1);
    assert_int_equal(ond_parallel_workers(1000), 1);
}

static void workers_are_no_more_than_items_or_threads(void **state)
{
    (void)state;
    assert_ok(ond_threads_set(4));
    assert_int_equal(ond_threads(), 4);
    assert_int_equal(ond_parallel_workers(0), 1);
    assert_int_equal(ond_parallel_workers(3), 3);
    assert_int_equal(ond_parallel_workers(4), 4);
    assert_int_equal(ond_parallel_workers(SIZE_MAX), 4);
    assert_ok(ond_threads_set(1));
}

static void number_of_threads_is_checked(void **state)
{
    (void)state;
    assert_fails(OND_ERROR_ARGUMENT, "threads = -1 is outside 0..1024", ond_threads_set(-1));
    assert_fails(OND_ERROR_ARGUMENT, "threads = 1025 is outside 0..1024", ond_threads_set(1025));
    assert_int_equal(ond_threads(), 1);
    assert_ok(ond_threads_set(0));
    assert_true(ond_threads() >= 1);
    assert_ok(ond_threads_set(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(library_starts_with_one_thread),
        cmocka_unit_test(every_item_is_done_once_for_any_number_of_workers),
        cmocka_unit_test(failure_of_the_lowest_item_is_returned_for_any_number_of_workers),
        cmocka_unit_test(work_after_a_failure_is_left_out),
        cmocka_unit_test(nested_loops_do_every_item_once),
        cmocka_unit_test(workers_are_no_more_than_items_or_threads),
        cmocka_unit_test(number_of_threads_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
