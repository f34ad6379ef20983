/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/images.h"
#include "cli/train.h"

#include <string.h>

enum {
    LARGEST_IN_PLACE = 64,  /* images up to this size keep the places of their features */
    MOST_FOR_KERNEL = 10000 /* images for which the most accurate classifier is trained in minutes */
};

/* Size of one input, from its header. */
static bool size_of(const char *path, size_t *height, size_t *width)
{
    ond_image_info info;
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    if (!ond_array_recognize(path)) {
        bool fine = ond_image_inspect(path, &info) == OND_OK;
        *height = fine ? info.height : 0;
        *width = fine ? info.width : 0;
        return fine;
    }
    if (ond_array_reader_create(path, &reader)) {
        return false;
    }
    array_layout layout;
    bool fine = array_layout_of(ond_array_reader_shape(reader, shape), shape, false, &layout);
    ond_array_reader_destroy(reader);
    *height = layout.height;
    *width = layout.width;
    return fine;
}

/* Whether all images have one size, and the smallest of their sides. */
static bool have_one_size(const labelled_set *set, size_t *smallest, size_t *largest)
{
    size_t first_height = 0, first_width = 0;
    bool one = true;
    *smallest = *largest = 0;
    for (size_t i = 0; i < set->inputs.count; i++) {
        size_t height, width;
        if (!size_of(set->inputs.files[i].path, &height, &width)) {
            continue; /* complained of when it is read */
        }
        first_height = first_height ? first_height : height;
        first_width = first_width ? first_width : width;
        one = one && height == first_height && width == first_width;
        size_t least = height < width ? height : width, most = height < width ? width : height;
        *smallest = *smallest == 0 || least < *smallest ? least : *smallest;
        *largest = most > *largest ? most : *largest;
    }
    return one;
}

/* The largest J of 1…most for which `cells` output cells of 2^J pixels fit along a side. */
static int scales_for(size_t side, size_t cells, int most)
{
    int scales = 1;
    while (scales < most && (cells << (scales + 1)) <= side) {
        scales++;
    }
    return scales;
}

void choose_settings(train_request *request, const labelled_set *set)
{
    ond_extractor_config *config = &request->extractor;
    const cli_request *common = &request->common;
    size_t smallest, largest;
    if (!was_given(common, "kind")) {
        request->head.kind = set->count <= MOST_FOR_KERNEL ? OND_HEAD_KERNEL : OND_HEAD_NETWORK;
    }
    if (set->is_features) {
        return;
    }
    bool one = have_one_size(set, &smallest, &largest);
    if (config->image.height > 0) {
        int height = config->image.height, width = config->image.width;
        one = true;
        smallest = (size_t)(height < width ? height : width);
        largest = (size_t)(height < width ? width : height);
    }
    bool in_place = one && largest <= LARGEST_IN_PLACE;
    if (!was_given(common, "pool")) {
        config->image.pool
            = in_place || config->image.features == OND_FEATURES_PIXELS ? OND_POOLING_NONE : OND_POOLING_MEAN;
    }
    if (!was_given(common, "log") && !in_place) {
        config->scattering.log = config->image.pool == OND_POOLING_MEAN;
    }
    if (!was_given(common, "scales")) {
        int scales = in_place ? scales_for(smallest, 3, 4) : scales_for(smallest, 4, 5);
        config->morlet.scales = config->spline.scales = scales;
        config->shearlet.scales = scales > 4 ? 4 : scales;
    }
}
