/* SPDX-License-Identifier: BSD-3-Clause */
#define _DEFAULT_SOURCE /* madvise */
#include "cli/heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* A fifth of the processor time of one picture of 512 x 512 was the system's, which gave 4 KiB at a time: a megabyte
 * for each filter of a bank, and scratch again and again. A heap that has been made to grow once serves them all. Large
 * pictures gain nothing from more than this: clearing memory takes its time in pages of any size. */
void heap_prepare(void)
{
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE) && defined(OND_OWN_HEAP)
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) {
        return; /* what is kept for later may be missed elsewhere */
    }
    enum { HEAP = 64 << 20, OWN_MAPPING = 32 << 20, KEPT = 4 * HEAP, PAGE = 2 << 20, MAPPINGS = 65536 };
    mallopt(M_MMAP_THRESHOLD, OWN_MAPPING); /* the most that the C library would come to by itself */
    mallopt(M_TRIM_THRESHOLD, KEPT);
    mallopt(M_MMAP_MAX, 0); /* in the heap, though it is large */
    char *memory = malloc(HEAP);
    mallopt(M_MMAP_MAX, MAPPINGS); /* the default */
    if (memory) {
        size_t before = (PAGE - (uintptr_t)memory % PAGE) % PAGE;
        (void)madvise(memory + before, HEAP - PAGE, MADV_HUGEPAGE);
    }
    free(memory);
#endif
}
