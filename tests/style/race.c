/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests the thread sanitizer itself: `race` has a data race that it must report, `race clean` has none. */
#include "core/parallel.h"

#include <stdio.h>

enum { ITEMS = 1000, WORKERS = 4 };

static double shared_sum;

static ond_status add_to_shared_sum(void *context, size_t index, int worker)
{
    (void)context;
    (void)worker;
    shared_sum += (double)index;
    return OND_OK;
}

static ond_status write_own_item(void *context, size_t index, int worker)
{
    (void)worker;
    double *items = context;
    items[index] = (double)index;
    return OND_OK;
}

int main(int argument_count, char **arguments)
{
    (void)arguments;
    static double items[ITEMS];
    bool clean = argument_count > 1;
    for (int round = 0; round < 20; round++) {
        if (ond_parallel_for(ITEMS, WORKERS, clean ? write_own_item : add_to_shared_sum, items) != OND_OK) {
            return 2;
        }
        for (size_t i = 0; i < ITEMS; i++) {
            shared_sum += items[i];
        }
    }
    printf("%g\n", shared_sum);
    return 0;
}
