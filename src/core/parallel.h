/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_PARALLEL_H
#define OND_CORE_PARALLEL_H

#include "core/status.h"

/* Does item `index`; `worker` < workers names the scratch it may use alone. */
typedef ond_status (*ond_parallel_task)(void *context, size_t index, int worker);

/* How many workers serve `count` items: min(ond_threads(), count), at least 1. */
int ond_parallel_workers(size_t count);

/* Runs all items, in rising order of start, on `workers` threads. Items must write disjoint outputs. Returns the
 * failure of the lowest failing item (with its message), whatever the number of threads; later items may then be left
 * out. */
ond_status ond_parallel_for(size_t count, int workers, ond_parallel_task task, void *context);

#endif
