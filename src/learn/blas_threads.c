/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/gemm.h"

#include <ondelet/runtime.h>

#include <cblas.h>
#include <dirent.h>
#include <sys/resource.h>

/* Of OpenBLAS, where it has threads; it stands in no header. */
extern int blas_thread_shutdown_(void) __attribute__((weak));

/* Threads of this process, 0 where the system does not say. */
static int count_threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks) {
        while (readdir(tasks)) {
            count++;
        }
        count -= 2; /* . and .. */
        (void)closedir(tasks);
    }
    return count;
}

static bool is_unlimited(int resource)
{
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
}

/* Where memory is limited, threads that were never made, or wait for memory of their own, would be waited for without
 * end. */
static bool can_be_ended(int threads)
{
    return threads > 1 && count_threads() == threads && is_unlimited(RLIMIT_AS) && is_unlimited(RLIMIT_DATA);
}

void ond_blas_threads_end(void)
{
    int threads = openblas_get_num_threads();
    ond_blas_enter(); /* one thread from here on */
    ond_blas_leave();
    if (blas_thread_shutdown_ && openblas_get_parallel() == OPENBLAS_THREAD && can_be_ended(threads)) {
        (void)blas_thread_shutdown_();
    }
}
