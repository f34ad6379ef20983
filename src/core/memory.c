/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *ond_memory_allocate(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - OND_ALIGNMENT) / size) {
        (void)ond_fail(OND_ERROR_MEMORY, "%zu items of %zu bytes are more than memory can hold", count, size);
        return NULL;
    }
    size_t bytes = count * size;
    size_t rounded = (bytes + OND_ALIGNMENT - 1) / OND_ALIGNMENT * OND_ALIGNMENT;
    void *memory = aligned_alloc(OND_ALIGNMENT, rounded ? rounded : OND_ALIGNMENT);
    if (!memory) {
        (void)ond_fail(OND_ERROR_MEMORY, "out of memory for %zu bytes", bytes);
    }
    return memory;
}

void *ond_memory_allocate_zero(size_t count, size_t size)
{
    void *memory = ond_memory_allocate(count, size);
    if (memory) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void ond_memory_free(void *memory)
{
    free(memory);
}

char *ond_memory_copy_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = ond_memory_allocate(bytes, 1);
    if (copy) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

void *ond_arena_take(ond_arena *arena, size_t count, size_t size)
{
    void *piece = arena->base ? arena->base + arena->used : NULL;
    arena->used += (count * size + OND_ALIGNMENT - 1) / OND_ALIGNMENT * OND_ALIGNMENT;
    return piece;
}
