/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/features.h"

#include <math.h>
#include <stdlib.h>

/* An image's mean and deviation, found in two passes over its samples. */
typedef struct moments {
    double sum, squares;
    double mean, deviation;
} moments;

typedef void (*moments_step)(moments *found, float *samples, size_t count);

static void add_values(moments *found, float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        found->sum += (double)samples[i];
    }
}

static void add_squares(moments *found, float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double difference = (double)samples[i] - found->mean;
        found->squares += difference * difference;
    }
}

static void change(moments *found, float *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        samples[i] = (float)(((double)samples[i] - found->mean) / found->deviation);
    }
}

/* Whether unit variance can be given; complains of a constant. Not finite: the transform will say so. */
static bool can_change(const image_origin *origin, const moments *found)
{
    if (isfinite(found->deviation) && found->deviation <= 1e-7 * fabs(found->mean)) { /* what rounding leaves */
        complain_of_image(origin, "is constant: it cannot be given unit variance");
        return false;
    }
    return true;
}

/* Takes all rows through memory, in the order in which an array has them. */
static ond_status for_rows(const ond_planes *image, moments *found, moments_step step, bool stores)
{
    ond_status status = OND_OK;
    float *samples = allocate(image->width, sizeof *samples);
    ond_plane_box row = {.height = 1, .width = image->width};
    for (; row.plane < image->count && status == OND_OK; row.plane++) {
        for (row.row = 0; row.row < image->height && status == OND_OK; row.row++) {
            status = image->fetch(image->context, &row, samples);
            if (status == OND_OK) {
                step(found, samples, image->width);
                status = stores ? image->store(image->context, &row, samples) : OND_OK;
            }
        }
    }
    free(samples);
    return status;
}

bool standardize_stored(const image_origin *origin, const ond_planes *image)
{
    double count = (double)image->count * (double)image->height * (double)image->width;
    moments found = {0};
    ond_status status = for_rows(image, &found, add_values, false);
    found.mean = found.sum / count;
    status = status ? status : for_rows(image, &found, add_squares, false);
    found.deviation = sqrt(found.squares / count);
    if (status == OND_OK && !can_change(origin, &found)) {
        return false;
    }
    if (status == OND_OK && isfinite(found.deviation)) {
        status = for_rows(image, &found, change, true);
    }
    if (status != OND_OK) {
        complain_of_image(origin, NULL);
    }
    return status == OND_OK;
}

bool standardize(const image_origin *origin, ond_array *image)
{
    ond_planes planes = {0};
    if (ond_planes_view(image, &planes) != OND_OK) {
        complain_of_image(origin, NULL);
        return false;
    }
    return standardize_stored(origin, &planes);
}

void prepared_size(const features_request *request, const ond_array *image, size_t *height, size_t *width)
{
    bool pads = request->pad_height > 0;
    *height = pads ? (size_t)request->pad_height : image->shape[image->rank - 2];
    *width = pads ? (size_t)request->pad_width : image->shape[image->rank - 1];
}

static bool pad(const features_request *request, const image_origin *origin, ond_array *image, size_t *named)
{
    ond_array padded = {0};
    ond_status status = ond_image_pad(image, (size_t)request->pad_height, (size_t)request->pad_width, &padded);
    if (status == OND_ERROR_SHAPE) {
        complain_of_size(origin, NULL, named);
    } else if (status != OND_OK) {
        complain_of_image(origin, NULL);
    }
    if (status != OND_OK) {
        return false;
    }
    ond_array_free(image);
    *image = padded;
    return true;
}

bool prepare_image(const features_request *request, const image_origin *origin, ond_array *image, size_t *named)
{
    return (!request->features.standardize || standardize(origin, image))
           && (request->pad_height == 0 || pad(request, origin, image, named));
}
