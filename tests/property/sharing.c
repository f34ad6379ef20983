/* SPDX-License-Identifier: BSD-3-Clause */
/* One plan in many threads at once, a plan in a child of fork, and one file of wisdom in two processes. */
#include "support/support.h"
#include "support/test.h"

#include <ondelet/ondelet.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 64, ROUNDS = 3, SIDE = 24, CHILD_SECONDS = 60 };

static ond_scattering *scattering;
static ond_denoiser *denoiser;
static ond_array pictures[2]; /* of two sizes: their plans are made by whoever comes first */
static ond_array wanted[2], clean;

static void make_shared(void)
{
    test_random random = {3};
    ond_morlet_config config = ond_morlet_config_default();
    ond_denoise_config denoising = ond_denoise_config_default();
    ond_filters *filters = NULL;
    config.scales = 2;
    config.orientations = 3;
    denoising.method = OND_DENOISE_WAVELET;
    denoising.noise_std = 0.5;
    pictures[0] = random_array(&random, 2, (size_t[2]){SIDE, SIDE});
    pictures[1] = random_array(&random, 2, (size_t[2]){SIDE + 5, SIDE});
    assert_ok(ond_morlet_create(&config, &filters));
    assert_ok(ond_scattering_create(filters, NULL, &scattering));
    assert_ok(ond_denoiser_create(NULL, &denoising, SIDE, SIDE, &denoiser));
    ond_filters_destroy(filters);
}

static void remove_shared(void)
{
    ond_scattering_destroy(scattering);
    ond_denoiser_destroy(denoiser);
    for (int i = 0; i < 2; i++) {
        ond_array_free(&pictures[i]);
        ond_array_free(&wanted[i]);
    }
    ond_array_free(&clean);
}

static bool same(const ond_array *a, const ond_array *b)
{
    return ond_array_count(a) == ond_array_count(b)
           && memcmp(a->data, b->data, ond_array_count(a) * sizeof *a->data) == 0;
}

/* NULL when everything was as wanted. */
static void *use(void *context)
{
    size_t number = *(const size_t *)context;
    ond_array features = {0};
    ond_array result = {0};
    const char *fault = NULL;
    for (size_t round = 0; round < ROUNDS && !fault; round++) {
        size_t which = (number + round) % 2;
        bool fine = ond_scattering_apply(scattering, &pictures[which], &features) == OND_OK
                    && ond_denoiser_apply(denoiser, &pictures[0], &result, NULL) == OND_OK;
        fault = !fine ? "a call failed" : NULL;
        if (fine && wanted[0].data && !(same(&features, &wanted[which]) && same(&result, &clean))) {
            fault = "another result";
        }
    }
    ond_array_free(&features);
    ond_array_free(&result);
    union {
        const char *constant;
        void *any;
    } given = {.constant = fault};
    return given.any;
}

static void threads_share_plans(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    make_shared();
    for (int pass = 0; pass < 2; pass++) { /* first everybody makes the plans, then results are compared */
        for (size_t i = 0; i < THREADS; i++) {
            numbers[i] = i;
            assert_int_equal(pthread_create(&threads[i], NULL, use, &numbers[i]), 0);
        }
        for (size_t i = 0; i < THREADS; i++) {
            void *fault = NULL;
            pthread_join(threads[i], &fault);
            if (fault) {
                fail_msg("thread %zu: %s", i, (const char *)fault);
            }
        }
        if (pass == 0) {
            assert_ok(ond_scattering_apply(scattering, &pictures[0], &wanted[0]));
            assert_ok(ond_scattering_apply(scattering, &pictures[1], &wanted[1]));
            assert_ok(ond_denoiser_apply(denoiser, &pictures[0], &clean, NULL));
        }
    }
    remove_shared();
}

/* The library in the child of a process that has used it, as Python's multiprocessing makes one. */
static void a_child_of_fork_works(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads += 3) {
        test_random random = {4};
        ond_array stack = random_array(&random, 3, (size_t[3]){6, SIDE, SIDE});
        ond_array before = {0};
        make_shared();
        assert_ok(ond_threads_set(threads));
        assert_ok(ond_scattering_apply(scattering, &stack, &before));
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            ond_array after = {0};
            alarm(CHILD_SECONDS);
            bool fine = ond_scattering_apply(scattering, &stack, &after) == OND_OK && same(&before, &after);
            _exit(fine ? 0 : 1);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fail_msg("%d threads: the child %s", threads, WIFEXITED(status) ? "failed" : "did not end");
        }
        assert_ok(ond_scattering_apply(scattering, &stack, &before)); /* the parent goes on */
        assert_ok(ond_threads_set(1));
        ond_array_free(&stack);
        ond_array_free(&before);
        remove_shared();
    }
}

/* Two processes that read and write the same file of wisdom again and again. */
static void processes_share_wisdom(void **state)
{
    (void)state;
    char path[1024];
    snprintf(path, sizeof path, "%s", scratch_path("wisdom"));
    pid_t children[2];
    for (int c = 0; c < 2; c++) {
        children[c] = fork();
        assert_true(children[c] >= 0);
        if (children[c] == 0) {
            ond_status status = OND_OK;
            for (int i = 0; i < 100 && status == OND_OK; i++) {
                status = ond_wisdom_read(path);
                status = status ? status : ond_wisdom_write(path);
            }
            _exit(status == OND_OK ? 0 : 1);
        }
    }
    for (int c = 0; c < 2; c++) {
        int status = 0;
        assert_int_equal(waitpid(children[c], &status, 0), children[c]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_ok(ond_wisdom_read(path));
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_of_fork_works),
        cmocka_unit_test(threads_share_plans),
        cmocka_unit_test(processes_share_wisdom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
