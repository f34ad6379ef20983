/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_thin.h"

#include "core/array.h"
#include "core/memory.h"

#include <ondelet/edges.h>

#include <stdbool.h>
#include <string.h>

enum { NEIGHBOURS = 8, PATTERNS = 256 };

ond_status ond_thinner_create(size_t height, size_t width, ond_thinner *thinner)
{
    size_t padded = (height + 2) * (width + 2);
    *thinner = (ond_thinner){.height = height, .width = width, .stride = width + 2};
    if (padded > UINT32_MAX) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "a map of %zu x %zu pixels, at most 2^32 can be thinned", height, width);
    }
    thinner->map = ond_memory_allocate_zero(padded, sizeof *thinner->map);
    thinner->active = ond_memory_allocate(height * width, sizeof *thinner->active);
    thinner->removed = ond_memory_allocate(height * width, sizeof *thinner->removed);
    if (!thinner->map || !thinner->active || !thinner->removed) {
        ond_thinner_destroy(thinner);
        return OND_ERROR_MEMORY;
    }
    return OND_OK;
}

void ond_thinner_destroy(ond_thinner *thinner)
{
    ond_memory_free(thinner->map);
    ond_memory_free(thinner->active);
    ond_memory_free(thinner->removed);
    *thinner = (ond_thinner){0};
}

/* Whether a pixel goes in the first or second half of an iteration. x[0…7] are its neighbours x1…x8 counterclockwise
 * from the east. */
static bool goes(const bool x[NEIGHBOURS], bool second)
{
    int crossings = 0, first_pairs = 0, second_pairs = 0;
    for (int i = 0; i < NEIGHBOURS; i += 2) { /* x[i] = x_(2k−1) */
        bool a = x[i], b = x[i + 1], c = x[(i + 2) % NEIGHBOURS];
        crossings += !a && (b || c);
        first_pairs += a || b;
        second_pairs += b || c;
    }
    int least = first_pairs < second_pairs ? first_pairs : second_pairs;
    bool edge = second ? (x[5] || x[6] || !x[3]) && x[4] : (x[1] || x[2] || !x[7]) && x[0];
    return crossings == 1 && least >= 2 && least <= 3 && !edge;
}

static void make_table(bool second, bool table[PATTERNS])
{
    for (int pattern = 0; pattern < PATTERNS; pattern++) {
        bool x[NEIGHBOURS];
        for (int i = 0; i < NEIGHBOURS; i++) {
            x[i] = pattern >> i & 1;
        }
        table[pattern] = goes(x, second);
    }
}

static int pattern_at(const uint8_t *p, ptrdiff_t stride)
{
    return p[1] | p[1 - stride] << 1 | p[-stride] << 2 | p[-1 - stride] << 3 | p[-1] << 4 | p[stride - 1] << 5
           | p[stride] << 6 | p[stride + 1] << 7;
}

/* Takes away at once all pixels that the table names. Returns how many. */
static size_t take_away(ond_thinner *thinner, size_t *active, const bool table[PATTERNS])
{
    size_t removed = 0, left = 0;
    for (size_t i = 0; i < *active; i++) {
        uint32_t position = thinner->active[i];
        if (table[pattern_at(thinner->map + position, (ptrdiff_t)thinner->stride)]) {
            thinner->removed[removed++] = position;
        } else {
            thinner->active[left++] = position;
        }
    }
    for (size_t i = 0; i < removed; i++) {
        thinner->map[thinner->removed[i]] = 0;
    }
    *active = left;
    return removed;
}

void ond_thinner_run(ond_thinner *thinner)
{
    bool tables[2][PATTERNS];
    size_t active = 0;
    make_table(false, tables[0]);
    make_table(true, tables[1]);
    for (size_t row = 1; row <= thinner->height; row++) {
        for (size_t column = 1; column <= thinner->width; column++) {
            size_t position = row * thinner->stride + column;
            if (thinner->map[position]) {
                thinner->active[active++] = (uint32_t)position;
            }
        }
    }
    size_t removed = 1;
    while (removed) {
        removed = take_away(thinner, &active, tables[0]);
        removed += take_away(thinner, &active, tables[1]);
    }
}

ond_status ond_edge_thin(const ond_array *binary, ond_array *thinned)
{
    ond_thinner thinner;
    OND_TRY(ond_array_check_filled(binary, "the map"));
    if (binary->rank != 2) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the map is %s, height x width is wanted",
                        ond_shape_text(binary->rank, binary->shape, text));
    }
    size_t height = binary->shape[0], width = binary->shape[1];
    OND_TRY(ond_thinner_create(height, width, &thinner));
    for (size_t i = 0; i < height * width; i++) {
        thinner.map[(i / width + 1) * thinner.stride + i % width + 1] = binary->data[i] > 0.5F;
    }
    ond_thinner_run(&thinner);
    ond_status status = ond_array_resize(thinned, 2, (size_t[]){height, width});
    for (size_t i = 0; status == OND_OK && i < height * width; i++) {
        thinned->data[i] = thinner.map[(i / width + 1) * thinner.stride + i % width + 1];
    }
    ond_thinner_destroy(&thinner);
    return status;
}
