/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SKIPPED = 77, BUFFERS = 8, PATH_SIZE = 4096 };

bool text_contains(const char *text, const char *words)
{
    return strstr(text, words) != NULL;
}

static char *next_buffer(void)
{
    static char buffers[BUFFERS][PATH_SIZE];
    static unsigned next = 0;
    return buffers[next++ % BUFFERS];
}

const char *shared_path(const char *relative)
{
    char *path = next_buffer();
    snprintf(path, PATH_SIZE, "%s/%s", OND_SHARED_DATA, relative);
    return path;
}

void skip_without_shared_data(void)
{
    if (access(shared_path("DESIGN.md"), R_OK) != 0) {
        printf("skipped: no %s\n", OND_SHARED_DATA);
        exit(SKIPPED);
    }
}

static char scratch_folder[64];

static void scratch_remove(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch_folder);
    if (system(command) != 0) {
        fprintf(stderr, "cannot remove %s\n", scratch_folder);
    }
}

const char *scratch_path(const char *name)
{
    if (!scratch_folder[0]) {
        snprintf(scratch_folder, sizeof scratch_folder, "/tmp/ondelet-test-XXXXXX");
        if (!mkdtemp(scratch_folder)) {
            perror("mkdtemp");
            exit(1);
        }
        atexit(scratch_remove);
    }
    char *path = next_buffer();
    snprintf(path, PATH_SIZE, "%s/%s", scratch_folder, name);
    return path;
}

static uint64_t random_bits(test_random *random)
{
    uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double random_uniform(test_random *random)
{
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

double random_normal(test_random *random)
{
    double radius = sqrt(-2 * log(1 - random_uniform(random)));
    return radius * cos(2 * acos(-1.0) * random_uniform(random));
}

size_t random_between(test_random *random, size_t low, size_t high)
{
    return low + (size_t)(random_bits(random) % (high - low + 1));
}

ond_array random_array(test_random *random, int rank, const size_t *shape)
{
    ond_array array = {0};
    assert_ok(ond_array_resize(&array, rank, shape));
    for (size_t i = 0; i < ond_array_count(&array); i++) {
        array.data[i] = (float)random_normal(random);
    }
    return array;
}

double relative_error(const ond_array *x, const ond_array *y)
{
    assert_int_equal(x->rank, y->rank);
    for (int axis = 0; axis < x->rank; axis++) {
        assert_int_equal(x->shape[axis], y->shape[axis]);
    }
    double difference = 0;
    double norm = 0;
    for (size_t i = 0; i < ond_array_count(x); i++) {
        double error = (double)x->data[i] - (double)y->data[i];
        difference += error * error;
        norm += (double)y->data[i] * (double)y->data[i];
    }
    if (norm > 0) {
        return sqrt(difference / norm);
    }
    return difference > 0 ? HUGE_VAL : 0;
}

double norm_of(const ond_array *x)
{
    return sqrt(inner_product(x, x));
}

double inner_product(const ond_array *x, const ond_array *y)
{
    assert_int_equal(ond_array_count(x), ond_array_count(y));
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(x); i++) {
        sum += (double)x->data[i] * (double)y->data[i];
    }
    return sum;
}

void assert_same_file(const char *path, const char *other)
{
    FILE *files[2] = {fopen(path, "rb"), fopen(other, "rb")};
    assert_non_null(files[0]);
    assert_non_null(files[1]);
    for (size_t i = 0;; i++) {
        int byte = fgetc(files[0]);
        if (byte != fgetc(files[1])) {
            fail_msg("%s and %s differ at byte %zu", path, other, i);
        }
        if (byte == EOF) {
            break;
        }
    }
    fclose(files[0]);
    fclose(files[1]);
}
