/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/parallel.h"

#include <ondelet/runtime.h>

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { MAX_THREADS = 1024 };

static atomic_int threads_allowed = 1;
/* A child of fork has none of its parent's threads, for which GNU's OpenMP would wait for ever. */
static atomic_bool is_orphan;
static pthread_once_t watched = PTHREAD_ONCE_INIT;

static void become_orphan(void)
{
    atomic_store(&is_orphan, true);
}

static void watch_for_forks(void)
{
    (void)pthread_atfork(NULL, NULL, become_orphan);
}

ond_status ond_threads_set(int threads)
{
    if (threads < 0 || threads > MAX_THREADS) {
        return ond_fail(OND_ERROR_ARGUMENT, "threads = %d is outside 0..%d", threads, MAX_THREADS);
    }
    atomic_store(&threads_allowed, threads ? threads : omp_get_num_procs());
    return OND_OK;
}

int ond_threads(void)
{
    return atomic_load(&threads_allowed);
}

int ond_parallel_workers(size_t count)
{
    int allowed = ond_threads();
    if (count < (size_t)allowed) {
        return count ? (int)count : 1;
    }
    return allowed;
}

typedef struct first_failure {
    size_t index;
    ond_status status;
    char message[OND_MESSAGE_SIZE];
} first_failure;

static ond_status run_in_order(size_t count, ond_parallel_task task, void *context)
{
    for (size_t index = 0; index < count; index++) {
        OND_TRY(task(context, index, 0));
    }
    return OND_OK;
}

ond_status ond_parallel_for(size_t count, int workers, ond_parallel_task task, void *context)
{
    if (workers <= 1 || count <= 1 || atomic_load(&is_orphan)) {
        return run_in_order(count, task, context);
    }
    pthread_once(&watched, watch_for_forks);
    first_failure failure = {.index = SIZE_MAX, .status = OND_OK};
    atomic_size_t lowest = SIZE_MAX;
#pragma omp parallel for num_threads(workers) schedule(monotonic : dynamic)
    for (size_t index = 0; index < count; index++) {
        if (index > atomic_load(&lowest)) {
            continue;
        }
        ond_status status = task(context, index, omp_get_thread_num());
        if (status == OND_OK) {
            continue;
        }
#pragma omp critical(ond_first_failure)
        if (index < failure.index) {
            failure.index = index;
            failure.status = status;
            snprintf(failure.message, sizeof failure.message, "%s", ond_error_message());
            atomic_store(&lowest, index);
        }
    }
    return failure.status == OND_OK ? OND_OK : ond_fail(failure.status, "%s", failure.message);
}
