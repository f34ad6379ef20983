/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_regions.h"

#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const uint32_t none = UINT32_MAX;

/* The common border of two regions. */
typedef struct border {
    uint32_t sides[2];
    uint32_t next[2]; /* in the list of each side's borders: 2 · border + side of that */
    uint32_t into;    /* the border that this one has become a part of, or itself */
    uint32_t pixels;
    double sum;   /* of strengths */
    float height; /* at which it vanished */
    bool is_open; /* not yet */
} border;

typedef struct region {
    uint32_t first, last; /* borders, as in border.next */
    uint32_t degree;      /* length of the list */
} region;

/* The mean of a border when it was put into the heap; out of date when the border has changed since. */
typedef struct candidate {
    double mean;
    uint32_t border;
} candidate;

typedef struct merging {
    size_t height, width;
    const float *map;
    uint32_t *basin_of;
    size_t pair_count;   /* neighbouring pixels of different basins */
    uint32_t *border_of; /* each pair's, in the order of visit_pairs */
    uint32_t region_count, border_count;
    border *borders;
    region *regions;
    uint32_t *slots; /* hash table of borders by their sides; outdated entries stay until it is made anew */
    size_t slot_count, slots_used; /* slot_count is a power of two, at least four to a border */
    candidate *heap;
    size_t heap_count;
} merging;

static size_t slot_of(const merging *own, uint32_t a, uint32_t b)
{
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    uint64_t key = (high << 32 | low) * 0x9e3779b97f4a7c15U;
    size_t slot = (size_t)(key >> 32) & (own->slot_count - 1);
    while (own->slots[slot] != none) {
        const uint32_t *sides = own->borders[own->slots[slot]].sides;
        if ((sides[0] == a && sides[1] == b) || (sides[0] == b && sides[1] == a)) {
            break;
        }
        slot = (slot + 1) & (own->slot_count - 1);
    }
    return slot;
}

static void append(merging *own, uint32_t number, uint32_t end)
{
    region *to = &own->regions[number];
    own->borders[end / 2].next[end % 2] = none;
    if (to->degree++ == 0) {
        to->first = end;
    } else {
        own->borders[to->last / 2].next[to->last % 2] = end;
    }
    to->last = end;
}

/* The border between two basins, made when there is none. */
static border *border_between(merging *own, uint32_t a, uint32_t b)
{
    size_t slot = slot_of(own, a, b);
    if (own->slots[slot] == none) {
        uint32_t made = own->border_count++;
        own->slots[slot] = made;
        own->slots_used++;
        own->borders[made] = (border){.sides = {a, b}, .into = made, .is_open = true};
        append(own, a, 2 * made);
        append(own, b, 2 * made + 1);
    }
    return &own->borders[own->slots[slot]];
}

typedef void (*pair_visit)(merging *own, size_t pixel, size_t neighbour, float *closed);

/* Visits neighbouring pixels of different basins. */
static void visit_pairs(merging *own, pair_visit visit, float *closed)
{
    own->pair_count = 0;
    for (size_t i = 0; i < own->height * own->width; i++) {
        if ((i + 1) % own->width && own->basin_of[i] != own->basin_of[i + 1]) {
            visit(own, i, i + 1, closed);
        }
        if (i / own->width + 1 < own->height && own->basin_of[i] != own->basin_of[i + own->width]) {
            visit(own, i, i + own->width, closed);
        }
    }
}

static void count_pair(merging *own, size_t pixel, size_t neighbour, float *closed)
{
    (void)pixel, (void)neighbour, (void)closed;
    own->pair_count++;
}

static void add_pair(merging *own, size_t pixel, size_t neighbour, float *closed)
{
    border *at = border_between(own, own->basin_of[pixel], own->basin_of[neighbour]);
    (void)closed;
    at->sum += (double)fmaxf(own->map[pixel], own->map[neighbour]);
    at->pixels++;
    own->border_of[own->pair_count++] = (uint32_t)(at - own->borders);
}

/* The stronger of the two pixels bears the border. */
static void draw_pair(merging *own, size_t pixel, size_t neighbour, float *closed)
{
    uint32_t number = own->border_of[own->pair_count++];
    while (own->borders[number].into != number) {
        number = own->borders[number].into;
    }
    float *to = &closed[own->map[pixel] >= own->map[neighbour] ? pixel : neighbour];
    *to = fmaxf(*to, own->borders[number].height);
}

static double mean_of(const border *b)
{
    return b->sum / b->pixels;
}

static bool is_before(const candidate *a, const candidate *b)
{
    return a->mean != b->mean ? a->mean < b->mean : a->border < b->border;
}

/* There is room: a border enters once at first, and once for each border that becomes a part of another. */
static void push(merging *own, uint32_t number)
{
    candidate made = {mean_of(&own->borders[number]), number};
    size_t place = own->heap_count++;
    while (place > 0 && is_before(&made, &own->heap[(place - 1) / 2])) {
        own->heap[place] = own->heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    own->heap[place] = made;
}

static candidate pop(merging *own)
{
    candidate top = own->heap[0], last = own->heap[--own->heap_count];
    size_t place = 0;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < own->heap_count && is_before(&own->heap[child + 1], &own->heap[child])) {
            child++;
        }
        if (child >= own->heap_count || !is_before(&own->heap[child], &last)) {
            break;
        }
        own->heap[place] = own->heap[child];
        place = child;
    }
    own->heap[place] = last;
    return top;
}

/* Only open borders are looked for. */
static void make_slots(merging *own)
{
    memset(own->slots, 0xff, own->slot_count * sizeof *own->slots);
    own->slots_used = 0;
    for (uint32_t i = 0; i < own->border_count; i++) {
        if (own->borders[i].is_open) {
            own->slots[slot_of(own, own->borders[i].sides[0], own->borders[i].sides[1])] = i;
            own->slots_used++;
        }
    }
}

/* A border of the vanishing region `from` becomes one of `to`, alone or as a part of the one that is there. */
static void hand_over(merging *own, uint32_t end, uint32_t from, uint32_t to)
{
    uint32_t number = end / 2;
    border *b = &own->borders[number];
    uint32_t other = b->sides[b->sides[0] == from];
    size_t slot = slot_of(own, to, other);
    if (own->slots[slot] != none) {
        border *whole = &own->borders[own->slots[slot]];
        whole->sum += b->sum;
        whole->pixels += b->pixels;
        b->into = own->slots[slot];
        b->is_open = false;
        push(own, b->into);
        return;
    }
    own->slots[slot] = number;
    own->slots_used++;
    b->sides[b->sides[0] != from] = to;
    append(own, to, end);
}

static void merge(merging *own, uint32_t number, float height)
{
    border *b = &own->borders[number];
    bool first_is_larger = own->regions[b->sides[0]].degree >= own->regions[b->sides[1]].degree;
    uint32_t to = b->sides[!first_is_larger], from = b->sides[first_is_larger];
    b->is_open = false;
    b->height = height;
    for (uint32_t end = own->regions[from].first, next; end != none; end = next) {
        next = own->borders[end / 2].next[end % 2];
        if (own->borders[end / 2].is_open) {
            if (own->slots_used > own->slot_count / 2) {
                make_slots(own);
            }
            hand_over(own, end, from, to);
        }
    }
}

static void merge_all(merging *own)
{
    double height = 0;
    for (uint32_t i = 0; i < own->border_count; i++) {
        push(own, i);
    }
    while (own->heap_count) {
        candidate top = pop(own);
        const border *b = &own->borders[top.border];
        if (b->is_open && mean_of(b) == top.mean) {
            height = fmax(height, top.mean);
            merge(own, top.border, (float)height);
        }
    }
}

static ond_status make_room(merging *own)
{
    size_t most = own->pair_count ? own->pair_count : 1;
    own->slot_count = 4;
    while (own->slot_count < 4 * most) {
        own->slot_count *= 2;
    }
    own->border_of = ond_memory_allocate(most, sizeof *own->border_of);
    own->borders = ond_memory_allocate(most, sizeof *own->borders);
    own->heap = ond_memory_allocate(2 * most, sizeof *own->heap);
    own->slots = ond_memory_allocate(own->slot_count, sizeof *own->slots);
    own->regions = ond_memory_allocate_zero(own->region_count, sizeof *own->regions);
    return own->border_of && own->borders && own->heap && own->slots && own->regions ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status find_closed(merging *own, float *closed)
{
    OND_TRY(ond_edge_basins(own->map, own->height, own->width, own->basin_of, &own->region_count));
    visit_pairs(own, count_pair, NULL);
    OND_TRY(make_room(own));
    make_slots(own);
    visit_pairs(own, add_pair, NULL);
    merge_all(own);
    memset(closed, 0, own->height * own->width * sizeof *closed);
    visit_pairs(own, draw_pair, closed);
    return OND_OK;
}

ond_status ond_edge_closed(const float *map, size_t height, size_t width, float *closed)
{
    merging own = {.height = height, .width = width, .map = map};
    own.basin_of = ond_memory_allocate(height * width, sizeof *own.basin_of);
    ond_status status = own.basin_of ? find_closed(&own, closed) : OND_ERROR_MEMORY;
    ond_memory_free(own.basin_of);
    ond_memory_free(own.border_of);
    ond_memory_free(own.borders);
    ond_memory_free(own.regions);
    ond_memory_free(own.slots);
    ond_memory_free(own.heap);
    return status;
}
