/* SPDX-License-Identifier: BSD-3-Clause */
/* A learner on its way, kept in a file. */
#include "core/array.h"
#include "csc/learning.h"
#include "io/record.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 48 };

static const char note_key[] = "note", images_key[] = "images";

static ond_record record_of(const ond_learner *learner, const char *path)
{
    return (ond_record){
        .path = path,
        .kind = "dictionaries",
        .data = OND_RECORD_SUM,
        .options = ond_learning_options(),
        .config = &learner->config,
    };
}

static const char *name_of(const char *what, size_t layer, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "layer%zu.%s", layer, what);
    return name;
}

typedef struct noted_learner {
    const ond_learner *learner;
    const char *note;
} noted_learner;

static ond_status put_state(const void *context, ond_tensors *tensors)
{
    const noted_learner *noted = context;
    const ond_learner *learner = noted->learner;
    char name[NAME_SIZE];
    uint64_t images = learner->images;
    OND_TRY(ond_tensors_metadata_set(tensors, note_key, noted->note));
    OND_TRY(ond_record_put(tensors, images_key, &images, 1));
    for (size_t i = 0; i < learner->count; i++) {
        const ond_dictionary *layer = learner->layers[i];
        const ond_dictionary_info *info = &layer->info;
        uint64_t shape[6]
            = {info->atoms, info->channels, info->filter_height, info->filter_width, info->stride, info->border};
        OND_TRY(ond_record_put(tensors, name_of("shape", i, name), shape, 6));
        OND_TRY(ond_record_put_row(tensors, name_of("filters", i, name), layer->values,
                                   info->atoms * ond_atom_size(layer)));
        OND_TRY(ond_record_put_real(tensors, name_of("power", i, name), learner->power[i], info->atoms));
    }
    return OND_OK;
}

ond_status ond_learner_write(const ond_learner *learner, const char *note, const char *path)
{
    if (!learner || !note || !path) {
        return ond_fail(OND_ERROR_ARGUMENT, "the learner, the note or the path is missing");
    }
    ond_record record = record_of(learner, path);
    return ond_record_write(&record, put_state, &(noted_learner){learner, note});
}

static ond_status take_layer(ond_learner *learner, size_t i, const ond_tensors *tensors)
{
    char name[NAME_SIZE];
    ond_dictionary *layer = learner->layers[i];
    const ond_dictionary_info *info = &layer->info;
    uint64_t wanted[6]
        = {info->atoms, info->channels, info->filter_height, info->filter_width, info->stride, info->border};
    uint64_t found[6];
    OND_TRY(ond_record_get(tensors, name_of("shape", i, name), found, 6));
    if (memcmp(found, wanted, sizeof found) != 0) {
        return ond_fail(OND_ERROR_FORMAT,
                        "the checkpoint is of %llu atoms of %llu x %llu in layer %zu, not %zu of %zu x %zu",
                        (unsigned long long)found[0], (unsigned long long)found[2], (unsigned long long)found[3], i + 1,
                        info->atoms, info->filter_height, info->filter_width);
    }
    OND_TRY(
        ond_record_get_row(tensors, name_of("filters", i, name), layer->values, info->atoms * ond_atom_size(layer)));
    return ond_record_get_real(tensors, name_of("power", i, name), learner->power[i], info->atoms);
}

static ond_status take_state(ond_learner *learner, const ond_tensors *tensors, char *note, size_t note_size)
{
    char name[NAME_SIZE];
    uint64_t images = 0;
    const char *text = ond_tensors_metadata(tensors, note_key);
    if (!text || strlen(text) >= note_size) {
        return ond_fail(OND_ERROR_FORMAT, "the checkpoint's note has %zu bytes, at most %zu are wanted",
                        text ? strlen(text) : 0, note_size - 1);
    }
    if (ond_tensors_find(tensors, name_of("filters", learner->count, name))) {
        return ond_fail(OND_ERROR_FORMAT, "the checkpoint has more than %zu layers", learner->count);
    }
    OND_TRY(ond_record_get(tensors, images_key, &images, 1));
    for (size_t i = 0; i < learner->count; i++) {
        OND_TRY(take_layer(learner, i, tensors));
    }
    learner->images = (size_t)images;
    memcpy(note, text, strlen(text) + 1);
    return OND_OK;
}

ond_status ond_learner_read(ond_learner *learner, const char *path, char *note, size_t note_size)
{
    if (!learner || !path || !note || note_size == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "the learner, the path or the room for a note is missing");
    }
    ond_tensors *tensors = NULL;
    ond_record record = record_of(learner, path);
    OND_TRY(ond_record_read(&record, &tensors));
    if (!tensors) {
        return ond_fail(OND_ERROR_IO, "%s: cannot open: No such file or directory", path);
    }
    ond_status status = take_state(learner, tensors, note, note_size);
    ond_tensors_destroy(tensors);
    return status == OND_OK ? OND_OK : ond_fail_prefix(status, "%s: ", path);
}
