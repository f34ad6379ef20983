/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/feature_walk.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the features are made of, to know a cache by: "schema" grows when features change their meaning. */
static json_t *recipe_json(const train_request *request, const labelled_set *set)
{
    const ond_extractor_config *config = &request->extractor;
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "version", ond_version());
    json_object_set_new(object, "image", json_options(ond_extraction_options(), &config->image));
    json_object_set_new(object, "image_size",
                        json_pack("[i, i, i, i]", config->image.height, config->image.width, config->image.pad_height,
                                  config->image.pad_width));
    json_object_set_new(object, "morlet", json_options(ond_morlet_options(), &config->morlet));
    json_object_set_new(object, "spline", json_options(ond_spline_options(), &config->spline));
    json_object_set_new(object, "shearlet", json_options(ond_shearlet_options(), &config->shearlet));
    json_object_set_new(object, "scattering", json_options(ond_scattering_options(), &config->scattering));
    json_t *files = json_array();
    for (size_t i = 0; i < set->inputs.count; i++) {
        json_array_append_new(files, json_text(set->inputs.files[i].path));
    }
    json_object_set_new(object, "files", files);
    json_object_set_new(object, "images", json_integer((json_int_t)set->count));
    return object;
}

/* Rows on their way into the table. */
typedef struct filling {
    const labelled_set *set;
    training_table *table;
    bool *have; /* images that gave a row */
    bool broken;
} filling;

static bool make_table(filling *some, size_t count)
{
    size_t shape[2] = {some->set->count, count};
    some->broken
        = ond_array_resize(&some->table->features, 2, shape) || ond_array_resize(&some->table->labels, 1, shape);
    if (some->broken) {
        complain("%zu features of %zu images: %s", count, some->set->count, ond_error_message());
    }
    return !some->broken;
}

static bool take_rows(void *context, const feature_block *block)
{
    filling *some = context;
    training_table *table = some->table;
    size_t count = block->features.shape[1];
    if (!table->features.data && !make_table(some, count)) {
        return false;
    }
    for (size_t i = 0; i < block->count && block->ordinals[i] < some->set->count; i++) {
        memcpy(table->features.data + table->rows * count, block->features.data + i * count, count * sizeof(float));
        table->labels.data[table->rows++] = (float)some->set->labels[block->ordinals[i]];
        some->have[block->ordinals[i]] = true;
    }
    return true;
}

/* Rows of images that failed are not there: the table is as long as what it holds. */
static void close_up(training_table *table)
{
    table->features.shape[0] = table->rows;
    table->labels.shape[0] = table->rows;
}

static bool compute(const train_request *request, const labelled_set *set, training_table *table, bool *have)
{
    ond_extractor *extractor = NULL;
    if (!set->is_features && ond_extractor_create(&request->extractor, &extractor)) {
        complain("%s", ond_error_message());
        return false;
    }
    filling some = {set, table, have, false};
    feature_walk walk
        = {.inputs = &set->inputs, .extractor = extractor, .most = set->count, .take = take_rows, .context = &some};
    progress_start(set->count, request->common.quiet);
    bool fine = feature_walk_run(&walk) && !some.broken;
    progress_hide();
    ond_extractor_destroy(extractor);
    table->failed = walk.failed;
    table->height = walk.mixed ? 0 : walk.height;
    table->width = walk.mixed ? 0 : walk.width;
    close_up(table);
    return fine;
}

/* --- the cache: FILE.npy, and FILE.npy.json which says what it is --- */

static bool cache_write(const train_request *request, const labelled_set *set, const training_table *table,
                        const bool *have)
{
    char *key = join_text(request->cache, ".json");
    json_t *object = recipe_json(request, set), *left_out = json_array();
    for (size_t i = 0; i < set->count; i++) {
        if (!have[i]) {
            json_array_append_new(left_out, json_integer((json_int_t)i));
        }
    }
    json_object_set_new(object, "left_out", left_out);
    json_object_set_new(object, "size", json_pack("[I, I]", (json_int_t)table->height, (json_int_t)table->width));
    bool fine = ond_array_write(&table->features, request->cache) == OND_OK && json_write(object, key) == OND_OK;
    if (!fine) {
        complain_of(request->cache);
    }
    free(key);
    return fine;
}

/* The labels of the images that the cache holds. */
static bool take_labels(const labelled_set *set, const json_t *left_out, training_table *table)
{
    size_t shape[1] = {set->count};
    if (ond_array_resize(&table->labels, 1, shape)) {
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        bool missing = table->failed < json_array_size(left_out)
                       && json_integer_value(json_array_get(left_out, table->failed)) == (json_int_t)i;
        if (missing) {
            table->failed++;
        } else {
            table->labels.data[table->rows++] = (float)set->labels[i];
        }
    }
    table->labels.shape[0] = table->rows;
    return table->rows == table->features.shape[0];
}

/* Whether the cache was there and holds these features. */
static bool cache_read(const train_request *request, const labelled_set *set, training_table *table)
{
    char *key = join_text(request->cache, ".json");
    json_t *found = json_load_file(key, 0, NULL), *wanted = recipe_json(request, set);
    json_t *left_out = json_incref(json_object_get(found, "left_out"));
    json_int_t height = 0, width = 0;
    bool fits = found && left_out && json_unpack(found, "{s:[I, I]}", "size", &height, &width) == 0;
    json_object_del(found, "left_out");
    json_object_del(found, "size");
    fits = fits && json_equal(found, wanted) && ond_array_read(request->cache, &table->features) == OND_OK
           && table->features.rank == 2 && take_labels(set, left_out, table);
    if (fits) {
        table->height = (size_t)height;
        table->width = (size_t)width;
        note(&request->common, "%s: features of %zu images", request->cache, table->rows);
        if (table->failed) {
            complain("%s: %zu images are left out, which could not be read when it was made", request->cache,
                     table->failed);
        }
    } else {
        table_free(table);
    }
    json_decref(left_out);
    json_decref(found);
    json_decref(wanted);
    free(key);
    return fits;
}

/* What was there under the cache's name and is no cache of this program is not written over. */
static bool cache_is_free(const train_request *request)
{
    char *key = join_text(request->cache, ".json");
    bool is_ours = access(key, F_OK) == 0;
    free(key);
    return is_ours || output_is_free(&request->common, request->cache);
}

/* Rows of the classes that stay, labelled anew. */
static void keep_classes(training_table *table, const size_t *kept)
{
    size_t count = table->features.shape[1], rows = 0;
    for (size_t i = 0; i < table->rows; i++) {
        size_t label = kept[(size_t)table->labels.data[i]];
        if (label < table->classes) {
            memmove(table->features.data + rows * count, table->features.data + i * count, count * sizeof(float));
            table->labels.data[rows++] = (float)label;
        }
    }
    table->failed += table->rows - rows;
    table->rows = rows;
    close_up(table);
}

/* Classes with fewer than two images are named and left out. False, after a complaint, when fewer than two are left. */
static bool choose_classes(const labelled_set *set, training_table *table)
{
    enum { LEAST = 2 };
    size_t *counts = allocate(set->classes, sizeof *counts), *kept = allocate(set->classes, sizeof *kept);
    table->names = allocate(set->classes, sizeof *table->names);
    for (size_t i = 0; i < table->rows; i++) {
        counts[(size_t)table->labels.data[i]]++;
    }
    for (size_t i = 0; i < set->classes; i++) {
        bool stays = counts[i] >= LEAST;
        kept[i] = stays ? table->classes : (size_t)-1;
        if (stays) {
            table->names[table->classes++] = set->names[i];
        } else {
            complain("class '%s' has %zu image%s, two or more are wanted: it is left out", set->names[i], counts[i],
                     counts[i] == 1 ? "" : "s");
            table->failed += counts[i] == 0;
        }
    }
    keep_classes(table, kept);
    free(counts);
    free(kept);
    if (table->classes < LEAST) {
        complain("%zu class%s with images, two or more are wanted", table->classes, table->classes == 1 ? "" : "es");
    }
    return table->classes >= LEAST;
}

bool table_fill(const train_request *request, const labelled_set *set, training_table *table)
{
    *table = (training_table){0};
    bool caches = request->cache && !set->is_features;
    if (caches && cache_read(request, set, table)) {
        return choose_classes(set, table);
    }
    if (caches && !cache_is_free(request)) {
        return false;
    }
    bool *have = allocate(set->count, sizeof *have);
    bool fine = compute(request, set, table, have);
    if (fine && table->rows == 0) {
        complain("no image could be read");
        fine = false;
    }
    fine = fine && (!caches || cache_write(request, set, table, have));
    free(have);
    return fine && choose_classes(set, table);
}

void table_free(training_table *table)
{
    ond_array_free(&table->features);
    ond_array_free(&table->labels);
    free(table->names);
    *table = (training_table){0};
}
