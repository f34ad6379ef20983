/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "support/test.h"

#include <string.h>

static bool is_aligned(const void *memory)
{
    return (uintptr_t)memory % OND_ALIGNMENT == 0;
}

static void every_block_is_aligned_and_its_own(void **state)
{
    (void)state;
    enum { BLOCKS = 40 };
    unsigned char *blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = ond_memory_allocate(i, 3);
        assert_non_null(blocks[i]);
        assert_true(is_aligned(blocks[i]));
        memset(blocks[i], (int)i, 3 * i);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        for (size_t k = 0; k < 3 * i; k++) {
            assert_int_equal(blocks[i][k], i);
        }
        ond_memory_free(blocks[i]);
    }
}

static void zero_bytes_give_a_valid_pointer(void **state)
{
    (void)state;
    void *no_items = ond_memory_allocate(0, 8);
    void *no_size = ond_memory_allocate_zero(8, 0);
    assert_non_null(no_items);
    assert_non_null(no_size);
    ond_memory_free(no_items);
    ond_memory_free(no_size);
}

static void cleared_block_is_zero(void **state)
{
    (void)state;
    unsigned char *block = ond_memory_allocate(1000, 1);
    assert_non_null(block);
    memset(block, 0xff, 1000);
    ond_memory_free(block);
    block = ond_memory_allocate_zero(250, 4);
    assert_non_null(block);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(block[i], 0);
    }
    ond_memory_free(block);
}

static void overflowing_size_is_refused_with_both_numbers(void **state)
{
    (void)state;
    assert_null(ond_memory_allocate(SIZE_MAX / 4 + 1, 4));
    assert_string_equal(ond_error_message(), "4611686018427387904 items of 4 bytes are more than memory can hold");
    assert_null(ond_memory_allocate(SIZE_MAX, 1));
    assert_null(ond_memory_allocate(1, SIZE_MAX - 1));
    assert_null(ond_memory_allocate_zero(SIZE_MAX / 2, 8));
}

static void impossible_size_is_refused_with_a_message(void **state)
{
    (void)state;
    (void)ond_fail(OND_OK, "nothing");
    assert_null(ond_memory_allocate(SIZE_MAX / 4, 2));
    assert_true(text_contains(ond_error_message(), "out of memory for"));
}

static void free_accepts_null(void **state)
{
    (void)state;
    ond_memory_free(NULL);
}

static void text_copy_is_equal_and_apart(void **state)
{
    (void)state;
    char text[] = "wavelet";
    char *copy = ond_memory_copy_text(text);
    assert_non_null(copy);
    text[0] = '?';
    assert_string_equal(copy, "wavelet");
    ond_memory_free(copy);
    copy = ond_memory_copy_text("");
    assert_string_equal(copy, "");
    ond_memory_free(copy);
}

static void arena_cuts_what_it_measured(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 0, 16, 17, 1000};
    enum { PIECES = sizeof counts / sizeof counts[0] };
    ond_arena arena = {0};
    for (size_t i = 0; i < PIECES; i++) {
        assert_null(ond_arena_take(&arena, counts[i], sizeof(float)));
    }
    size_t measured = arena.used;
    assert_int_equal(measured % OND_ALIGNMENT, 0);
    char *base = ond_memory_allocate(measured, 1);
    assert_non_null(base);
    arena = (ond_arena){.base = base};
    for (size_t i = 0; i < PIECES; i++) {
        char *piece = ond_arena_take(&arena, counts[i], sizeof(float));
        assert_true(is_aligned(piece));
        assert_true(piece >= base && piece + counts[i] * sizeof(float) <= base + measured);
        memset(piece, 0, counts[i] * sizeof(float));
    }
    assert_int_equal(arena.used, measured);
    ond_memory_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_is_aligned_and_its_own),
        cmocka_unit_test(zero_bytes_give_a_valid_pointer),
        cmocka_unit_test(cleared_block_is_zero),
        cmocka_unit_test(overflowing_size_is_refused_with_both_numbers),
        cmocka_unit_test(impossible_size_is_refused_with_a_message),
        cmocka_unit_test(free_accepts_null),
        cmocka_unit_test(text_copy_is_equal_and_apart),
        cmocka_unit_test(arena_cuts_what_it_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
