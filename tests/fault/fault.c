/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"

#include "core/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* The linker sends the library's calls here (--wrap). Calls inside core/memory.c are not seen, so that each of these
 * counts as one allocation. */
void *__real_ond_memory_allocate(size_t count, size_t size);
void *__wrap_ond_memory_allocate(size_t count, size_t size);
void *__real_ond_memory_allocate_zero(size_t count, size_t size);
void *__wrap_ond_memory_allocate_zero(size_t count, size_t size);
char *__real_ond_memory_copy_text(const char *text);
char *__wrap_ond_memory_copy_text(const char *text);
void __real_ond_memory_free(void *memory);
void __wrap_ond_memory_free(void *memory);

static atomic_size_t allocations;
static atomic_size_t failing; /* number of the allocation that fails, from 1; 0 for none */
static atomic_bool failed;
static atomic_size_t blocks_in_use;
static size_t injected; /* in all sweeps of this program */

static void print_injected(void)
{
    printf("%zu allocations were made to fail\n", injected);
}

static bool fails_now(void)
{
    size_t number = atomic_fetch_add(&allocations, 1) + 1;
    if (number != atomic_load(&failing)) {
        return false;
    }
    atomic_store(&failed, true);
    (void)ond_fail(OND_ERROR_MEMORY, "allocation %zu was made to fail", number);
    return true;
}

static void *counted(void *memory)
{
    if (memory) {
        atomic_fetch_add(&blocks_in_use, 1);
    }
    return memory;
}

void *__wrap_ond_memory_allocate(size_t count, size_t size)
{
    return fails_now() ? NULL : counted(__real_ond_memory_allocate(count, size));
}

void *__wrap_ond_memory_allocate_zero(size_t count, size_t size)
{
    return fails_now() ? NULL : counted(__real_ond_memory_allocate_zero(count, size));
}

char *__wrap_ond_memory_copy_text(const char *text)
{
    return fails_now() ? NULL : counted(__real_ond_memory_copy_text(text));
}

void __wrap_ond_memory_free(void *memory)
{
    if (memory) {
        atomic_fetch_sub(&blocks_in_use, 1);
    }
    __real_ond_memory_free(memory);
}

size_t fault_blocks_in_use(void)
{
    return atomic_load(&blocks_in_use);
}

static void start(size_t number)
{
    atomic_store(&allocations, 0);
    atomic_store(&failing, number);
    atomic_store(&failed, false);
    (void)ond_fail(OND_OK, "no message was set");
}

static void check_failure(ond_status status, size_t number)
{
    if (status != OND_ERROR_MEMORY) {
        fail_msg("allocation %zu failed, and the operation returned %s: %s", number, ond_status_name(status),
                 ond_error_message());
    }
    if (text_contains(ond_error_message(), "no message was set")) {
        fail_msg("allocation %zu failed without a message", number);
    }
}

size_t fault_sweep(fault_operation operation, void *context)
{
    enum { MOST = 1000000 };
    for (size_t number = 1; number < MOST; number++) {
        size_t before = fault_blocks_in_use();
        start(number);
        ond_status status = operation(context);
        bool was_failed = atomic_load(&failed);
        if (was_failed) {
            if (injected++ == 0) {
                (void)atexit(print_injected);
            }
            check_failure(status, number);
        } else if (status != OND_OK) {
            fail_msg("no allocation failed, and the operation returned %s: %s", ond_status_name(status),
                     ond_error_message());
        }
        start(0);
        size_t after = fault_blocks_in_use();
        if (after > before) {
            fail_msg("allocation %zu failed, and %zu blocks were not given back", number, after - before);
        }
        assert_int_equal(after, before);
        if (!was_failed) {
            return number - 1;
        }
    }
    fail_msg("the operation allocates without end");
    return 0;
}

size_t fault_sweep_threads(fault_operation operation, void *context, int threads)
{
    int before = ond_threads();
    assert_ok(ond_threads_set(threads));
    size_t count = fault_sweep(operation, context);
    assert_ok(ond_threads_set(before));
    return count;
}
