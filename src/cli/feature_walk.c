/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/feature_walk.h"

#include "cli/progress.h"
#include "cli/signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bounds of one batch: enough images to keep all threads busy, memory that does not grow with their number. */
enum { MOST_IMAGES = 128, MOST_BYTES = 32 << 20 };

/* Images of one size that go through the extractor together. */
typedef struct batch {
    ond_array images, features;
    image_origin *origins;
    size_t *ordinals;
    size_t count, capacity;
    size_t height, width;
} batch;

static void fail(feature_walk *walk)
{
    walk->failed++;
    progress_advance(1);
}

/* Whether the image gives as many features as the others. */
static bool fits(feature_walk *walk, const image_origin *origin, size_t height, size_t width)
{
    size_t count;
    if (ond_extractor_describe(walk->extractor, height, width, &count)) {
        complain_of_size(origin, NULL, &walk->size_named);
        return false;
    }
    if (walk->wanted == 0) {
        walk->wanted = count;
    }
    if (walk->height == 0) {
        walk->height = height;
        walk->width = width;
    }
    if (count != walk->wanted) {
        char cause[256];
        snprintf(
            cause, sizeof cause,
            "is %zu x %zu and gives %zu features, others are %zu x %zu and give %zu; %s --resize or --pool mean %s",
            height, width, count, walk->height, walk->width, walk->wanted,
            walk->is_trained ? "a model trained with" : "with",
            walk->is_trained ? "takes any size" : "sizes may be mixed");
        complain_of_size(origin, cause, &walk->size_named);
        return false;
    }
    walk->mixed = walk->mixed || height != walk->height || width != walk->width;
    return true;
}

static ond_array part_of(const ond_array *all, size_t first, size_t count)
{
    size_t shape[OND_MAX_RANK];
    memcpy(shape, all->shape, sizeof shape);
    shape[0] = count;
    return ond_array_view(ond_array_item(all, first).data, all->rank, shape);
}

static bool hand_over(feature_walk *walk, const batch *some, size_t first, size_t count)
{
    feature_block block = {
        .count = count,
        .origins = some->origins + first,
        .ordinals = some->ordinals + first,
        .images = walk->extractor ? part_of(&some->images, first, count) : (ond_array){0},
        .features = part_of(&some->features, walk->extractor ? 0 : first, count),
    };
    if (!walk->take(walk->context, &block)) {
        return false;
    }
    walk->done += count;
    progress_advance(count);
    return true;
}

static ond_status extract(feature_walk *walk, batch *some, size_t first, size_t count)
{
    ond_array images = part_of(&some->images, first, count);
    return ond_extractor_apply(walk->extractor, &images, &some->features);
}

static bool flush(feature_walk *walk, batch *some)
{
    bool go_on = true;
    if (some->count > 0 && extract(walk, some, 0, some->count) == OND_OK) {
        go_on = hand_over(walk, some, 0, some->count);
    } else { /* the good ones are done, the bad ones are named */
        for (size_t i = 0; i < some->count && go_on; i++) {
            if (extract(walk, some, i, 1)) {
                complain_of_image(&some->origins[i], NULL);
                fail(walk);
            } else {
                go_on = hand_over(walk, some, i, 1);
            }
        }
    }
    some->count = 0;
    return go_on;
}

/* An empty batch for images of another size. */
static bool start(feature_walk *walk, batch *some, const ond_array *image, size_t expected)
{
    size_t floats = ond_array_count(image) + walk->wanted;
    size_t capacity = MOST_BYTES / sizeof(float) / floats;
    capacity = capacity > MOST_IMAGES ? MOST_IMAGES : capacity;
    capacity = capacity > expected ? expected : capacity;
    some->capacity = capacity ? capacity : 1;
    size_t shape[OND_MAX_RANK] = {some->capacity};
    memcpy(shape + 1, image->shape, (size_t)image->rank * sizeof shape[0]);
    some->origins = enlarge(some->origins, some->capacity, sizeof *some->origins);
    some->ordinals = enlarge(some->ordinals, some->capacity, sizeof *some->ordinals);
    some->height = image->shape[image->rank - 2];
    some->width = image->shape[image->rank - 1];
    return ond_array_resize(&some->images, image->rank + 1, shape) == OND_OK;
}

/* Puts an image into the batch; false ends the walk. */
static bool take(feature_walk *walk, batch *some, const image_origin *origin, size_t ordinal, const ond_array *image,
                 size_t expected)
{
    size_t height = image->shape[image->rank - 2], width = image->shape[image->rank - 1];
    if (!fits(walk, origin, height, width)) {
        fail(walk);
        return true;
    }
    if (some->capacity == 0 || some->height != height || some->width != width) {
        if (!flush(walk, some)) {
            return false;
        }
        if (!start(walk, some, image, expected)) {
            complain_of_image(origin, NULL);
            return false;
        }
    }
    memcpy(ond_array_item(&some->images, some->count).data, image->data, ond_array_count(image) * sizeof(float));
    some->origins[some->count] = *origin;
    some->ordinals[some->count++] = ordinal;
    return some->count < some->capacity || flush(walk, some);
}

static void free_batch(batch *some)
{
    ond_array_free(&some->images);
    ond_array_free(&some->features);
    free(some->origins);
    free(some->ordinals);
}

static bool walk_images(feature_walk *walk, size_t expected)
{
    const ond_extractor_config *config = ond_extractor_configuration(walk->extractor);
    image_stream stream = {.inputs = walk->inputs, .color = config->image.color == OND_RGB ? OND_RGB : OND_GRAY};
    batch some = {0};
    ond_array image = {0};
    image_event event = IMAGE_READY;
    bool go_on = true;
    for (size_t i = 0; go_on && i < expected && event != IMAGE_END; i++) {
        event = image_stream_next(&stream, &image);
        if (event == IMAGE_READY) {
            go_on = take(walk, &some, &stream.origin, i, &image, expected);
        } else if (event == IMAGE_FAILED) {
            fail(walk);
        }
        go_on = go_on && !stop_signal();
    }
    go_on = go_on && flush(walk, &some);
    image_stream_close(&stream);
    ond_array_free(&image);
    free_batch(&some);
    return go_on;
}

/* Whether a row of a feature file can be used. */
static bool is_row(feature_walk *walk, const image_origin *origin, const ond_array *item)
{
    size_t count = ond_array_count(item);
    char cause[160] = "";
    walk->wanted = walk->wanted ? walk->wanted : count;
    if (count != walk->wanted) {
        snprintf(cause, sizeof cause, "has %zu features, %zu are wanted", count, walk->wanted);
    }
    for (size_t i = 0; i < count && !cause[0]; i++) {
        if (!isfinite(item->data[i])) {
            snprintf(cause, sizeof cause, "feature %zu is %g, finite numbers are wanted", i, (double)item->data[i]);
        }
    }
    if (cause[0]) {
        complain("%s: row %zu: %s", origin->file.shown, origin->item, cause);
    }
    return !cause[0];
}

static bool make_room(feature_walk *walk, batch *some)
{
    size_t capacity = MOST_BYTES / sizeof(float) / (walk->wanted ? walk->wanted : 1);
    some->capacity = capacity > MOST_IMAGES ? MOST_IMAGES : capacity ? capacity : 1;
    some->origins = enlarge(some->origins, some->capacity, sizeof *some->origins);
    some->ordinals = enlarge(some->ordinals, some->capacity, sizeof *some->ordinals);
    size_t shape[2] = {some->capacity, walk->wanted};
    if (ond_array_resize(&some->features, 2, shape)) {
        complain("%s", ond_error_message());
        return false;
    }
    return true;
}

static bool hand_over_rows(feature_walk *walk, batch *some)
{
    bool go_on = some->count == 0 || hand_over(walk, some, 0, some->count);
    some->count = 0;
    return go_on;
}

/* Puts one row into the batch; false ends the walk. */
static bool take_features(feature_walk *walk, batch *some, const image_origin *origin, const ond_array *item)
{
    if (!is_row(walk, origin, item)) {
        fail(walk);
        return true;
    }
    if (some->capacity == 0 && !make_room(walk, some)) {
        return false;
    }
    memcpy(ond_array_item(&some->features, some->count).data, item->data, walk->wanted * sizeof(float));
    some->origins[some->count] = *origin;
    some->ordinals[some->count++] = origin->item;
    return some->count < some->capacity || hand_over_rows(walk, some);
}

static bool walk_features(feature_walk *walk, batch *some, file_name file, size_t most)
{
    image_origin origin = {.file = file, .is_item = true};
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false, go_on = true;
    ond_status status = ond_array_reader_create(file.path, &reader);
    while (status == OND_OK && go_on && !end && origin.item < most) {
        status = ond_array_reader_next(reader, &item, &end);
        if (status == OND_OK && !end) {
            go_on = take_features(walk, some, &origin, &item) && !stop_signal();
            origin.item++;
        }
    }
    if (status != OND_OK) {
        complain_of_file(file);
        fail(walk);
    }
    ond_array_free(&item);
    ond_array_reader_destroy(reader);
    return go_on;
}

static bool walk_rows(feature_walk *walk)
{
    batch some = {0};
    bool go_on = true;
    for (size_t i = 0; i < walk->inputs->count && go_on; i++) {
        go_on = walk_features(walk, &some, walk->inputs->files[i], walk->most ? walk->most : (size_t)-1);
    }
    go_on = go_on && hand_over_rows(walk, &some);
    free_batch(&some);
    return go_on;
}

bool feature_walk_run(feature_walk *walk)
{
    if (walk->extractor) {
        size_t expected = images_count(walk->inputs);
        return walk_images(walk, walk->most && walk->most < expected ? walk->most : expected);
    }
    return walk_rows(walk);
}
