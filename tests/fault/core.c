/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"

#include "fault/fault.h"
#include <string.h>

static const size_t small[] = {2, 3};
static const size_t large[] = {20, 30};

static ond_status resize_empty(void *context)
{
    (void)context;
    ond_array array = {0};
    ond_status status = ond_array_resize(&array, 2, small);
    if (status != OND_OK) {
        assert_null(array.data);
        assert_int_equal(array.rank, 0);
    }
    ond_array_free(&array);
    return status;
}

static void empty_output_stays_empty(void **state)
{
    (void)state;
    assert_int_equal(fault_sweep(resize_empty, NULL), 1);
}

static ond_status resize_filled(void *context)
{
    (void)context;
    ond_array array = {0};
    ond_status status = ond_array_resize(&array, 2, small);
    if (status == OND_OK) {
        memset(array.data, 0, 6 * sizeof *array.data);
        ond_array before = array;
        status = ond_array_resize(&array, 2, large);
        if (status != OND_OK) {
            assert_memory_equal(&array, &before, sizeof array);
            assert_true(array.data[5] == 0);
        }
    }
    ond_array_free(&array);
    return status;
}

static void filled_output_keeps_shape_and_data(void **state)
{
    (void)state;
    assert_int_equal(fault_sweep(resize_filled, NULL), 2);
}

static ond_status copy_and_clear(void *context)
{
    (void)context;
    char *text = ond_memory_copy_text("ondelet");
    double *numbers = text ? ond_memory_allocate_zero(10, sizeof *numbers) : NULL;
    ond_status status = numbers ? OND_OK : OND_ERROR_MEMORY;
    ond_memory_free(numbers);
    ond_memory_free(text);
    return status;
}

static void every_way_to_allocate_is_made_to_fail(void **state)
{
    (void)state;
    assert_int_equal(fault_sweep(copy_and_clear, NULL), 2);
}

static ond_status allocate_in_worker(void *context, size_t index, int worker)
{
    (void)context;
    (void)worker;
    char *memory = ond_memory_allocate(index + 1, 8);
    if (!memory) {
        return OND_ERROR_MEMORY;
    }
    ond_memory_free(memory);
    return OND_OK;
}

static ond_status allocate_in_workers(void *context)
{
    (void)context;
    return ond_parallel_for(20, ond_threads(), allocate_in_worker, NULL);
}

static void failure_in_a_worker_reaches_the_caller(void **state)
{
    (void)state;
    assert_int_equal(fault_sweep(allocate_in_workers, NULL), 20);
    assert_int_equal(fault_sweep_threads(allocate_in_workers, NULL, 4), 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_output_stays_empty),
        cmocka_unit_test(filled_output_keeps_shape_and_data),
        cmocka_unit_test(every_way_to_allocate_is_made_to_fail),
        cmocka_unit_test(failure_in_a_worker_reaches_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
