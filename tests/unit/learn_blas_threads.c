/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/gemm.h"
#include "support/test.h"

#include <dirent.h>

#if defined(__has_feature)
static const bool has_thread_sanitizer = __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_THREAD__)
static const bool has_thread_sanitizer = true;
#else
static const bool has_thread_sanitizer = false;
#endif

static int count_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) {
        return 0;
    }
    while (readdir(tasks)) {
        count++;
    }
    (void)closedir(tasks);
    return count - 2; /* . and .. */
}

static void only_the_thread_of_the_program_is_left(void **state)
{
    (void)state;
    if (has_thread_sanitizer || count_threads() == 0) { /* it has a thread of its own */
        skip();
    }
    ond_blas_threads_end();
    assert_int_equal(count_threads(), 1);
}

static void matrices_are_multiplied_all_the_same(void **state)
{
    (void)state;
    enum { SIDE = 300 };
    static float left[SIDE * SIDE], right[SIDE * SIDE], result[SIDE * SIDE];
    ond_blas_threads_end(); /* again: nothing is left to end */
    assert_ok(ond_threads_set(2));
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        left[i] = (float)(i % 7);
        right[i] = (float)(i % 5);
    }
    ond_gemm(&(ond_product){.rows = SIDE, .columns = SIDE, .inner = SIDE}, left, right, result);
    for (size_t row = 0; row < SIDE; row += 13) {
        for (size_t column = 0; column < SIDE; column++) {
            double sum = 0;
            for (size_t k = 0; k < SIDE; k++) {
                sum += (double)left[row * SIDE + k] * (double)right[k * SIDE + column];
            }
            assert_true((double)result[row * SIDE + column] == sum); /* small integers */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_thread_of_the_program_is_left),
        cmocka_unit_test(matrices_are_multiplied_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
