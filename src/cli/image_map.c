/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/images.h"

#include <stdlib.h>

static size_t count_in_file(const char *path)
{
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    if (!ond_array_recognize(path) || ond_array_reader_create(path, &reader)) {
        return 1;
    }
    array_layout layout;
    bool known = array_layout_of(ond_array_reader_shape(reader, shape), shape, false, &layout);
    ond_array_reader_destroy(reader);
    return known ? layout.count : 1; /* to be complained of */
}

image_map map_images(const input_list *inputs)
{
    image_map map = {allocate(inputs->count + 1, sizeof *map.before), inputs->count};
    for (size_t i = 0; i < inputs->count; i++) {
        map.before[i + 1] = map.before[i] + count_in_file(inputs->files[i].path);
    }
    return map;
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
        count += count_in_file(inputs->files[i].path);
    }
    return count;
}
