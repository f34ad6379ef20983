/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SUPPORT_SUPPORT_H
#define OND_SUPPORT_SUPPORT_H

#include <ondelet/array.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_contains(const char *text, const char *words);

/* Path of a file under ../shared; in one of eight static buffers. */
const char *shared_path(const char *relative);

/* Leaves the test program with the code that ctest shows as "skipped" when ../shared is absent. */
void skip_without_shared_data(void);

/* A path in a folder of this test program's own, made empty at the first call; in one of eight static buffers. */
const char *scratch_path(const char *name);

/* Two files of the same bytes. */
void assert_same_file(const char *path, const char *other);

/* Seeded random numbers (splitmix64): the same on every machine. */
typedef struct test_random {
    uint64_t state;
} test_random;
double random_uniform(test_random *random); /* 0…1 */
double random_normal(test_random *random);
size_t random_between(test_random *random, size_t low, size_t high); /* both included */

/* A new array of standard normal numbers. */
ond_array random_array(test_random *random, int rank, const size_t *shape);

/* ‖x − y‖ / ‖y‖ in double; 0 when both vanish. Fails the test when shapes differ. */
double relative_error(const ond_array *x, const ond_array *y);
double norm_of(const ond_array *x);
double inner_product(const ond_array *x, const ond_array *y);

#endif
