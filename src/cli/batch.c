/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/batch.h"

#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bounds of one batch: enough images to keep all threads busy, memory that does not grow with their number. */
enum { MOST_IMAGES = 128, MOST_BYTES = 32 << 20 };

static void fail(feature_job *job)
{
    job->output.failed++;
    progress_advance(1);
}

static bool has_room_for_scales(feature_job *job, const image_origin *origin, size_t height, size_t width)
{
    ond_scattering_geometry geometry;
    if (ond_scattering_describe(job->plans.quick, height, width, &geometry)) {
        complain_of_size(origin, NULL, &job->size_named);
        return false;
    }
    return true;
}

static bool has_size_of_first(feature_job *job, const image_origin *origin, size_t height, size_t width)
{
    if (takes_any_size(job->request)) {
        return true;
    }
    if (job->height == 0) {
        job->height = height;
        job->width = width;
    }
    if (job->height == height && job->width == width) {
        return true;
    }
    char cause[192];
    snprintf(cause, sizeof cause, "is %zu x %zu, the first image is %zu x %zu; use --pool mean for mixed sizes", height,
             width, job->height, job->width);
    complain_of_size(origin, cause, &job->size_named);
    return false;
}

bool batch_accepts(feature_job *job, const image_origin *origin, ond_array *image)
{
    size_t height, width;
    prepared_size(job->request, image, &height, &width);
    return has_room_for_scales(job, origin, height, width)
           && prepare_image(job->request, origin, image, &job->size_named)
           && has_size_of_first(job, origin, height, width);
}

static size_t capacity_for(const feature_job *job, const ond_array *image, const ond_scattering_geometry *geometry)
{
    size_t colors = image->rank == 3 ? 3 : 1, paths = ond_scattering_paths(job->plans.quick);
    size_t floats = ond_array_count(image) + colors * paths * geometry->output_height * geometry->output_width;
    size_t capacity = MOST_BYTES / sizeof(float) / floats;
    capacity = capacity > MOST_IMAGES ? MOST_IMAGES : capacity;
    capacity = capacity > job->plans.expected ? job->plans.expected : capacity;
    return capacity ? capacity : 1;
}

/* An empty batch for images of another size. */
static ond_status start_batch(feature_job *job, const ond_array *image, size_t height, size_t width)
{
    feature_batch *batch = &job->batch;
    ond_scattering_geometry geometry;
    ond_status status = ond_scattering_describe(job->plans.quick, height, width, &geometry);
    if (status != OND_OK) {
        return status;
    }
    batch->capacity = capacity_for(job, image, &geometry);
    size_t shape[OND_MAX_RANK] = {batch->capacity};
    memcpy(shape + 1, image->shape, (size_t)image->rank * sizeof shape[0]);
    status = ond_array_resize(&batch->images, image->rank + 1, shape);
    batch->origins = enlarge(batch->origins, batch->capacity, sizeof *batch->origins);
    batch->height = status == OND_OK ? height : 0;
    batch->width = width;
    return status;
}

void batch_take(feature_job *job, const image_origin *origin, ond_array *image)
{
    feature_batch *batch = &job->batch;
    if (!batch_accepts(job, origin, image)) {
        fail(job);
        return;
    }
    size_t height = image->shape[image->rank - 2], width = image->shape[image->rank - 1];
    if (batch->height != height || batch->width != width) {
        batch_flush(job, job->before);
        if (start_batch(job, image, height, width)) {
            complain_of_image(origin, NULL);
            fail(job);
            return;
        }
    }
    ond_array place = ond_array_item(&batch->images, batch->count);
    memcpy(place.data, image->data, ond_array_count(image) * sizeof(float));
    batch->origins[batch->count++] = *origin;
    if (batch->count == batch->capacity) {
        batch_flush(job, job->after);
    }
}

/* One mean per channel of [channels, height, width], in place of the first of each. */
static ond_array pool(const ond_array *row)
{
    size_t places = row->shape[1] * row->shape[2];
    for (size_t channel = 0; channel < row->shape[0]; channel++) {
        double sum = 0;
        for (size_t place = 0; place < places; place++) {
            sum += (double)row->data[channel * places + place];
        }
        row->data[channel] = (float)(sum / (double)places);
    }
    return ond_array_view(row->data, 1, row->shape);
}

static void write_row(feature_job *job, const image_origin *origin, ond_array *features)
{
    bool is_color = features->rank == 4;
    size_t shape[3] = {is_color ? 3 * features->shape[1] : features->shape[0], features->shape[features->rank - 2],
                       features->shape[features->rank - 1]};
    ond_array row = ond_array_view(features->data, 3, shape);
    if (job->request->features.pool == POOL_MEAN) {
        row = pool(&row);
    }
    output_append(&job->output, origin, &row, job->batch.height, job->batch.width);
}

static void write_rows(feature_job *job, const image_origin *origins, size_t count)
{
    for (size_t i = 0; i < count && !job->output.broken; i++) {
        ond_array features = ond_array_item(&job->batch.features, i);
        write_row(job, &origins[i], &features);
    }
    progress_advance(count);
}

static ond_status apply(feature_job *job, const ond_scattering *plan, size_t first, size_t count)
{
    feature_batch *batch = &job->batch;
    size_t shape[OND_MAX_RANK];
    memcpy(shape, batch->images.shape, sizeof shape);
    shape[0] = count;
    ond_array images = ond_array_view(ond_array_item(&batch->images, first).data, batch->images.rank, shape);
    return ond_scattering_apply(plan, &images, &batch->features);
}

/* After a batch has failed: the good images are done, the bad ones are named. */
static void apply_one_by_one(feature_job *job, const ond_scattering *plan)
{
    feature_batch *batch = &job->batch;
    for (size_t i = 0; i < batch->count && !job->output.broken; i++) {
        if (apply(job, plan, i, 1)) {
            complain_of_image(&batch->origins[i], NULL);
            fail(job);
        } else {
            write_rows(job, &batch->origins[i], 1);
        }
    }
}

void batch_flush(feature_job *job, image_place place)
{
    feature_batch *batch = &job->batch;
    if (batch->count > 0) {
        const ond_scattering *plan = plans_choose(&job->plans, batch->height, batch->width, batch->count);
        if (!plan) {
            job->output.broken = true;
        } else if (apply(job, plan, 0, batch->count) == OND_OK) {
            write_rows(job, batch->origins, batch->count);
        } else {
            apply_one_by_one(job, plan);
        }
        memcpy(job->output.state.measured_size, job->plans.measured_size, sizeof job->plans.measured_size);
    }
    batch->count = 0;
    job->output.state.first_size[0] = job->height;
    job->output.state.first_size[1] = job->width;
    output_settle(&job->output, place);
}

/* --- images too large for memory --- */

/* One mean per channel. */
static ond_status pool_stored(const ond_planes *features, float *means)
{
    ond_status status = OND_OK;
    float *row = allocate(features->width, sizeof *row);
    ond_plane_box box = {.height = 1, .width = features->width};
    for (; box.plane < features->count && status == OND_OK; box.plane++) {
        double sum = 0;
        for (box.row = 0; box.row < features->height && status == OND_OK; box.row++) {
            status = features->fetch(features->context, &box, row);
            for (size_t i = 0; i < features->width; i++) {
                sum += (double)row[i];
            }
        }
        means[box.plane] = (float)(sum / (double)(features->height * features->width));
    }
    free(row);
    return status;
}

static ond_status write_pooled(feature_job *job, const image_origin *origin, const ond_planes *image,
                               const ond_planes *features)
{
    float *means = allocate(features->count, sizeof *means);
    ond_array row = ond_array_view(means, 1, &features->count);
    ond_status status = pool_stored(features, means);
    if (status == OND_OK) {
        output_append(&job->output, origin, &row, image->height, image->width);
    }
    free(means);
    return status;
}

static ond_status do_stored(feature_job *job, const ond_scattering *plan, const image_origin *origin,
                            const ond_planes *image)
{
    ond_scattering_geometry geometry;
    ond_planes features = {0};
    ond_status status = ond_scattering_describe(plan, image->height, image->width, &geometry);
    status = status ? status
                    : ond_planes_create(image->count * ond_scattering_paths(plan), geometry.output_height,
                                        geometry.output_width, &features);
    status = status ? status : ond_scattering_apply_planes(plan, image, &features);
    if (status == OND_OK && job->request->features.pool == POOL_MEAN) {
        status = write_pooled(job, origin, image, &features);
    } else if (status == OND_OK) {
        output_append_stored(&job->output, origin, &features, image->height, image->width);
    }
    ond_planes_destroy(&features);
    return status;
}

bool batch_accepts_stored(feature_job *job, const image_origin *origin, const ond_planes *image)
{
    return has_room_for_scales(job, origin, image->height, image->width)
           && (!job->request->features.standardize || standardize_stored(origin, image))
           && has_size_of_first(job, origin, image->height, image->width);
}

void batch_take_stored(feature_job *job, const image_origin *origin, const ond_planes *image)
{
    batch_flush(job, job->before);
    bool fits = batch_accepts_stored(job, origin, image);
    const ond_scattering *plan = fits ? plans_choose(&job->plans, image->height, image->width, 1) : NULL;
    if (!fits) {
        fail(job);
    } else if (!plan) {
        job->output.broken = true;
    } else if (do_stored(job, plan, origin, image)) {
        complain_of_image(origin, NULL);
        fail(job);
    } else {
        progress_advance(1);
    }
    memcpy(job->output.state.measured_size, job->plans.measured_size, sizeof job->plans.measured_size);
    batch_flush(job, job->after);
}

void batch_free(feature_job *job)
{
    ond_array_free(&job->batch.images);
    ond_array_free(&job->batch.features);
    free(job->batch.origins);
    job->batch = (feature_batch){0};
}
