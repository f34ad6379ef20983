/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CORE_MEMORY_H
#define OND_CORE_MEMORY_H

#include "core/status.h"

enum { OND_ALIGNMENT = 64 }; /* a cache line, and enough for every SIMD width */

/* The only allocator. `count * size` bytes, aligned, not cleared; NULL (with the message set) on failure or overflow.
 * Zero bytes give a valid pointer. Tests replace it by the linker to let each allocation fail. */
void *ond_memory_allocate(size_t count, size_t size);

/* The same, cleared. */
void *ond_memory_allocate_zero(size_t count, size_t size);

/* Accepts NULL. */
void ond_memory_free(void *memory);

/* A copy of text in owned memory, or NULL. */
char *ond_memory_copy_text(const char *text);

/* One block handed out in aligned pieces: a call's scratch. First measured with `base` NULL, then cut from memory. */
typedef struct ond_arena {
    char *base;
    size_t used;
} ond_arena;

/* Next piece of `count * size` bytes, aligned; NULL while measuring. Sizes are trusted: they were checked with the
 * plan. */
void *ond_arena_take(ond_arena *arena, size_t count, size_t size);

#endif
