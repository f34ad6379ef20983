/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/images.h"

#include <stdlib.h>

/* `is_three`: whether the file is an array that another might mean as one colour picture. */
static size_t count_in_file(const char *path, bool *is_three)
{
    *is_three = false;
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    if (!ond_array_recognize(path) || ond_array_reader_create(path, &reader)) {
        return 1;
    }
    array_layout layout;
    int rank = ond_array_reader_shape(reader, shape);
    bool known = array_layout_of(rank, shape, false, &layout);
    *is_three = known && rank == 3 && layout.is_stack && layout.count == 3;
    ond_array_reader_destroy(reader);
    return known ? layout.count : 1; /* to be complained of */
}

image_map map_images(const input_list *inputs)
{
    image_map map = {.before = allocate(inputs->count + 1, sizeof *map.before), .files = inputs->count};
    for (size_t i = 0; i < inputs->count; i++) {
        bool is_three;
        map.before[i + 1] = map.before[i] + count_in_file(inputs->files[i].path, &is_three);
        map.three = is_three && !map.three ? inputs->files[i].shown : map.three;
    }
    return map;
}

void map_note_three(const image_map *map, const cli_request *request)
{
    if (map->three) {
        note(request, "%s: 3 x height x width is taken as three gray images; one in colour is height x width x 3",
             map->three);
    }
}

void map_free(image_map *map)
{
    free(map->before);
    *map = (image_map){0};
}

image_place map_place(const image_map *map, size_t index)
{
    size_t low = 0, high = map->files; /* before[low] ≤ index < before[high], or the end */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (map->before[middle] <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    bool is_end = index >= map->before[map->files];
    return is_end ? (image_place){map->files, 0} : (image_place){low, index - map->before[low]};
}

size_t images_count(const input_list *inputs)
{
    size_t count = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        bool is_three;
        count += count_in_file(inputs->files[i].path, &is_three);
    }
    return count;
}
