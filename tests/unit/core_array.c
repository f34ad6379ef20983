/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

static const size_t two_by_three[] = {2, 3};
static const size_t three_by_two[] = {3, 2};

static void empty_array_has_no_elements_and_may_be_freed(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_int_equal(ond_array_count(&array), 0);
    ond_array_free(&array);
    ond_array_free(&array);
    ond_array_free(NULL);
}

static void empty_output_is_allocated(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, 2, two_by_three));
    assert_int_equal(array.rank, 2);
    assert_int_equal(array.shape[0], 2);
    assert_int_equal(array.shape[1], 3);
    assert_int_equal(ond_array_count(&array), 6);
    assert_false(array.borrowed);
    assert_int_equal((uintptr_t)array.data % 64, 0);
    ond_array_free(&array);
    assert_null(array.data);
    assert_int_equal(array.rank, 0);
}

static void fitting_output_is_reused_with_its_contents(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, 2, two_by_three));
    float *before = array.data;
    array.data[5] = 7;
    assert_ok(ond_array_resize(&array, 2, two_by_three));
    assert_ptr_equal(array.data, before);
    assert_true(array.data[5] == 7);
    assert_ok(ond_array_resize(&array, 2, three_by_two));
    assert_int_equal(array.shape[0], 3);
    ond_array_free(&array);
}

static void unused_axes_are_zero_after_a_lower_rank(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, 2, two_by_three));
    assert_ok(ond_array_resize(&array, 1, two_by_three));
    assert_int_equal(array.rank, 1);
    assert_int_equal(array.shape[1], 0);
    assert_int_equal(ond_array_count(&array), 2);
    ond_array_free(&array);
}

static void scalar_has_rank_zero_and_one_element(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, 0, NULL));
    assert_int_equal(ond_array_count(&array), 1);
    array.data[0] = 1;
    ond_array_free(&array);
}

static void axis_of_size_zero_makes_an_array_without_elements(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, 2, (const size_t[]){0, SIZE_MAX}));
    assert_int_equal(ond_array_count(&array), 0);
    assert_fails(OND_ERROR_SHAPE, "picture is empty (0 x ", ond_array_check_filled(&array, "picture"));
    ond_array_free(&array);
}

static void borrowed_output_must_fit_exactly(void **state)
{
    (void)state;
    float memory[6] = {0};
    ond_array view = ond_array_view(memory, 2, two_by_three);
    assert_ok(ond_array_resize(&view, 2, two_by_three));
    assert_ptr_equal(view.data, memory);
    assert_fails(OND_ERROR_SHAPE, "the borrowed output is 2 x 3, the result is 3 x 2",
                 ond_array_resize(&view, 2, three_by_two));
    assert_fails(OND_ERROR_SHAPE, "the result is 2", ond_array_resize(&view, 1, two_by_three));
    assert_fails(OND_ERROR_SHAPE, "a single number", ond_array_resize(&view, 0, NULL));
    assert_int_equal(view.shape[0], 2);
    ond_array_free(&view);
    assert_null(view.data);
}

static void impossible_shape_leaves_the_array_as_it_was(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, 2, two_by_three));
    ond_array before = array;
    assert_fails(OND_ERROR_MEMORY, "an array of 4294967296 x 4294967296 is more than memory can hold",
                 ond_array_resize(&array, 2, (const size_t[]){4294967296u, 4294967296u}));
    assert_fails(OND_ERROR_MEMORY, "out of memory", ond_array_resize(&array, 1, (const size_t[]){SIZE_MAX / 8}));
    assert_fails(OND_ERROR_ARGUMENT, "an array has 7 axes, 0 to 6 are possible",
                 ond_array_resize(&array, OND_MAX_RANK + 1, (const size_t[OND_MAX_RANK + 1]){1, 1, 1, 1, 1, 1, 1}));
    assert_fails(OND_ERROR_ARGUMENT, "-1 axes", ond_array_resize(&array, -1, NULL));
    assert_memory_equal(&array, &before, sizeof array);
    ond_array_free(&array);
}

static void items_are_views_of_the_first_axis(void **state)
{
    (void)state;
    float memory[] = {0, 1, 2, 3, 4, 5};
    ond_array array = ond_array_view(memory, 2, two_by_three);
    ond_array row = ond_array_item(&array, 1);
    assert_int_equal(row.rank, 1);
    assert_int_equal(row.shape[0], 3);
    assert_true(row.borrowed);
    assert_ptr_equal(row.data, memory + 3);
    ond_array number = ond_array_item(&row, 2);
    assert_int_equal(number.rank, 0);
    assert_int_equal(ond_array_count(&number), 1);
    assert_true(number.data[0] == 5);
}

static void first_bad_number_is_named_with_its_place(void **state)
{
    (void)state;
    static const size_t shape[] = {3000};
    static float memory[3000];
    ond_array array = ond_array_view(memory, 1, shape);
    assert_ok(ond_array_check_finite(&array, "picture"));
    memory[2999] = -INFINITY;
    assert_fails(OND_ERROR_ARGUMENT, "picture holds -inf at element 2999, finite numbers are wanted",
                 ond_array_check_finite(&array, "picture"));
    memory[1023] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "at element 1023", ond_array_check_finite(&array, "picture"));
}

static void missing_or_malformed_array_is_refused(void **state)
{
    (void)state;
    ond_array array = {0};
    assert_fails(OND_ERROR_ARGUMENT, "picture is missing", ond_array_check_filled(NULL, "picture"));
    assert_fails(OND_ERROR_ARGUMENT, "picture is missing", ond_array_check_filled(&array, "picture"));
    float memory[6] = {0};
    array = ond_array_view(memory, OND_MAX_RANK + 1, (const size_t[OND_MAX_RANK + 1]){1, 1, 1, 1, 1, 1, 1});
    assert_fails(OND_ERROR_SHAPE, "picture", ond_array_check_filled(&array, "picture"));
    array = ond_array_view(memory, 2, two_by_three);
    assert_ok(ond_array_check_filled(&array, "picture"));
}

static void shapes_are_written_as_people_read_them(void **state)
{
    (void)state;
    char text[OND_SHAPE_TEXT_SIZE];
    assert_string_equal(ond_shape_text(3, (const size_t[]){3, 512, 640}, text), "3 x 512 x 640");
    assert_string_equal(ond_shape_text(0, NULL, text), "a single number");
    size_t huge[OND_MAX_RANK];
    memset(huge, 0xff, sizeof huge);
    assert_true(strlen(ond_shape_text(OND_MAX_RANK, huge, text)) < OND_SHAPE_TEXT_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_array_has_no_elements_and_may_be_freed),
        cmocka_unit_test(empty_output_is_allocated),
        cmocka_unit_test(fitting_output_is_reused_with_its_contents),
        cmocka_unit_test(unused_axes_are_zero_after_a_lower_rank),
        cmocka_unit_test(scalar_has_rank_zero_and_one_element),
        cmocka_unit_test(axis_of_size_zero_makes_an_array_without_elements),
        cmocka_unit_test(borrowed_output_must_fit_exactly),
        cmocka_unit_test(impossible_shape_leaves_the_array_as_it_was),
        cmocka_unit_test(items_are_views_of_the_first_axis),
        cmocka_unit_test(first_bad_number_is_named_with_its_place),
        cmocka_unit_test(missing_or_malformed_array_is_refused),
        cmocka_unit_test(shapes_are_written_as_people_read_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
