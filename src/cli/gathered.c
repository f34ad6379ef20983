/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/gathered.h"

#include "cli/signals.h"

#include <stdio.h>
#include <string.h>

/* Appends a picture; grows by doubling. */
static bool take(gathered *all, size_t total, const image_stream *stream, const ond_array *image, size_t label)
{
    size_t count = all->labels.shape[0];
    size_t size = image->shape[0] * image->shape[1];
    if (!all->pictures.data) {
        size_t shape[3] = {total, image->shape[0], image->shape[1]};
        if (ond_array_resize(&all->pictures, 3, shape)) {
            complain("%s", ond_error_message());
            return false;
        }
    }
    if (image->shape[0] != all->pictures.shape[1] || image->shape[1] != all->pictures.shape[2]) {
        char cause[SHAPE_TEXT];
        snprintf(cause, sizeof cause,
                 "is %zu x %zu, the first picture is %zu x %zu; --resize MxN brings all to one size", image->shape[0],
                 image->shape[1], all->pictures.shape[1], all->pictures.shape[2]);
        complain_of_image(&stream->origin, cause);
        return false;
    }
    memcpy(all->pictures.data + count * size, image->data, size * sizeof *image->data);
    all->labels.data[count] = (float)label;
    all->labels.shape[0]++;
    return true;
}

static void walk(const labelled_set *set, int height, int width, gathered *all)
{
    image_stream stream = {.inputs = &set->inputs, .color = OND_GRAY, .fit = {.height = height, .width = width}};
    ond_array image = {0};
    image_event event;
    size_t index = 0;
    while (index < set->count && !stop_signal() && (event = image_stream_next(&stream, &image)) != IMAGE_END) {
        bool fine = event == IMAGE_READY && take(all, set->count, &stream, &image, set->labels[index]);
        all->failed += !fine;
        index++;
    }
    ond_array_free(&image);
    image_stream_close(&stream);
}

bool gather_pictures(const cli_request *request, const char **words, size_t count, size_t first, int height, int width,
                     gathered *all)
{
    labelled_set set = {0};
    *all = (gathered){0};
    bool fine = labelled_read(request, words, count, &set);
    if (fine && set.is_features) {
        complain("%s: holds features, pictures are wanted", words[0]);
        fine = false;
    }
    if (fine) {
        if (first) {
            labelled_cut(&set, first);
        }
        all->failed = set.inputs.failed;
        fine = ond_array_resize(&all->labels, 1, &set.count) == OND_OK;
    }
    if (fine) {
        all->labels.shape[0] = 0;
        walk(&set, height, width, all);
        all->pictures.shape[0] = all->labels.shape[0];
    }
    labelled_free(&set);
    return fine && all->labels.shape[0] > 0 && !stop_signal();
}

void gathered_free(gathered *all)
{
    ond_array_free(&all->pictures);
    ond_array_free(&all->labels);
}
