/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/images.h"

#include "cli/spool.h"
#include "cli/stored.h"

#include <stdlib.h>
#include <string.h>

void array_divide(ond_array *array, double divisor)
{
    size_t count = divisor > 0 ? ond_array_count(array) : 0;
    for (size_t i = 0; i < count; i++) {
        array->data[i] = (float)((double)array->data[i] / divisor);
    }
}

static ond_status to_gray(const ond_array *color, ond_array *gray)
{
    static const double weight[3] = {0.299, 0.587, 0.114}; /* ITU-R BT.601, as ond_image_read */
    ond_status status = ond_array_resize(gray, 2, color->shape + 1);
    size_t count = ond_array_count(gray);
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        double sum = 0;
        for (size_t channel = 0; channel < 3; channel++) {
            sum += weight[channel] * (double)color->data[channel * count + i];
        }
        gray->data[i] = (float)sum;
    }
    return status;
}

static ond_status to_rgb(const ond_array *gray, ond_array *color)
{
    size_t shape[3] = {3, gray->shape[0], gray->shape[1]}, count = ond_array_count(gray);
    ond_status status = ond_array_resize(color, 3, shape);
    for (size_t channel = 0; status == OND_OK && channel < 3; channel++) {
        memcpy(color->data + channel * count, gray->data, count * sizeof(float));
    }
    return status;
}

ond_status array_color(ond_array *array, ond_color color)
{
    bool is_gray = array->rank == 2;
    if (color == OND_NATIVE || is_gray == (color == OND_GRAY)) {
        return OND_OK;
    }
    ond_array changed = {0};
    ond_status status = is_gray ? to_rgb(array, &changed) : to_gray(array, &changed);
    if (status == OND_OK) {
        ond_array_free(array);
        *array = changed;
    }
    return status;
}

void complain_of_image(const image_origin *origin, const char *cause)
{
    const char *text = cause ? cause : library_message(origin->file.path);
    if (origin->is_item) {
        complain("%s: image %zu: %s", origin->file.shown, origin->item, text);
    } else {
        complain("%s: %s", origin->file.shown, text);
    }
}

void complain_of_size(const image_origin *origin, const char *cause, size_t *named)
{
    if (!origin->is_item) {
        complain_of_image(origin, cause);
    } else if (*named != origin->input + 1) {
        complain("%s: all images: %s", origin->file.shown, cause ? cause : library_message(origin->file.path));
        *named = origin->input + 1;
    }
}

/* What an array file holds: one image, several, several colour images, or nothing of use (rank 0 is returned). */
static int image_rank(const image_stream *stream, int rank, const size_t *shape)
{
    bool is_color_set = rank == 4 && shape[1] == 3 && stream->color == OND_RGB;
    char text[SHAPE_TEXT];
    if (rank != 2 && rank != 3 && !is_color_set) {
        complain("%s: has the shape %s; images are height x width or count x height x width", stream->origin.file.shown,
                 shape_text(rank, shape, text));
        return 0;
    }
    for (int axis = 0; axis < rank; axis++) {
        if (shape[axis] == 0) {
            complain("%s: has the shape %s: there are no pixels", stream->origin.file.shown,
                     shape_text(rank, shape, text));
            return 0;
        }
    }
    return rank;
}

/* A whole image row by row: the items of a two-dimensional file are its rows. */
static ond_status read_rows(ond_array_reader *reader, const size_t *shape, ond_array *image)
{
    ond_status status = ond_array_resize(image, 2, shape);
    bool end = false;
    for (size_t row = 0; status == OND_OK && row < shape[0]; row++) {
        ond_array view = ond_array_item(image, row);
        status = ond_array_reader_next(reader, &view, &end);
    }
    if (status == OND_OK) {
        ond_array none = {0}; /* after the last row: bytes left over are found here */
        status = ond_array_reader_next(reader, &none, &end);
        ond_array_free(&none);
    }
    return status;
}

static void start_file(image_stream *stream)
{
    size_t input = stream->next_file++;
    stream->origin = (image_origin){.file = stream->inputs->files[input], .input = input};
}

static image_event failed(image_stream *stream)
{
    complain_of_image(&stream->origin, NULL);
    image_stream_close(stream);
    return IMAGE_FAILED;
}

static image_event finish_image(image_stream *stream, ond_array *image)
{
    array_divide(image, stream->maximum);
    return array_color(image, stream->color) ? failed(stream) : IMAGE_READY;
}

/* --- images too large for memory --- */

static bool changes_size(const ond_fit_config *fit)
{
    return fit->height > 0 || fit->short_side > 0 || fit->crop_height > 0;
}

static bool stores(const image_stream *stream, size_t height, size_t width)
{
    return stream->takes_huge && !changes_size(&stream->fit) && is_huge(height, width);
}

static void forget_stored(image_stream *stream, ond_array *image)
{
    if (image_is_stored(stream)) {
        ond_planes_destroy(&stream->stored);
        ond_array_free(image); /* it had no data */
    }
}

static image_event finish_stored(image_stream *stream, ond_status status, ond_array *image)
{
    const ond_planes *planes = &stream->stored;
    const size_t shape[3] = {planes->count, planes->height, planes->width};
    if (status != OND_OK) {
        return failed(stream);
    }
    ond_array_free(image);
    *image = planes->count == 1 ? ond_array_view(NULL, 2, shape + 1) : ond_array_view(NULL, 3, shape);
    return IMAGE_READY;
}

/* Of the array file at work, whose shape is given. */
static ond_status store_item(image_stream *stream, int rank, const size_t *shape)
{
    size_t colors = rank == 4 ? 3 : 1, planes = stream->color == OND_RGB ? 3 : colors;
    ond_status status = ond_planes_create(planes, shape[rank - 2], shape[rank - 1], &stream->stored);
    return status ? status : stored_read_array(stream->reader, colors, stream->maximum, &stream->stored);
}

static image_event next_huge_item(image_stream *stream, ond_array *image)
{
    size_t shape[OND_MAX_RANK];
    int rank = ond_array_reader_shape(stream->reader, shape);
    bool end = stream->origin.item == shape[0];
    if (!end) {
        return finish_stored(stream, store_item(stream, rank, shape), image);
    }
    ond_array none = {0}; /* bytes left over are found here */
    if (ond_array_reader_next(stream->reader, &none, &end)) {
        return failed(stream);
    }
    image_stream_close(stream);
    return IMAGE_END;
}

static image_event take_huge_array(image_stream *stream, const size_t *shape, ond_array *image)
{
    ond_array none = {0};
    bool end = false;
    ond_status status = store_item(stream, 2, shape);
    status = status ? status : ond_array_reader_next(stream->reader, &none, &end);
    image_event event = finish_stored(stream, status, image);
    image_stream_close(stream);
    return event;
}

static bool picture_is_huge(const image_stream *stream)
{
    ond_image_info info;
    return stream->takes_huge && ond_image_inspect(stream->origin.file.path, &info) == OND_OK
           && stores(stream, info.height, info.width);
}

static image_event take_picture(image_stream *stream, ond_array *image)
{
    const char *path = stream->origin.file.path;
    if (picture_is_huge(stream)) {
        return finish_stored(stream, stored_read_picture(path, stream->color, false, &stream->stored), image);
    }
    return ond_image_read(path, stream->color, image) ? failed(stream) : IMAGE_READY;
}

/* --- one image after the other --- */

static image_event next_item(image_stream *stream, ond_array *image)
{
    size_t shape[OND_MAX_RANK];
    int rank = ond_array_reader_shape(stream->reader, shape);
    bool end = false;
    stream->origin.item++;
    if (stores(stream, shape[rank - 2], shape[rank - 1])) {
        return next_huge_item(stream, image);
    }
    if (ond_array_reader_next(stream->reader, image, &end)) {
        return failed(stream);
    }
    if (end) {
        image_stream_close(stream);
        return IMAGE_END;
    }
    return finish_image(stream, image);
}

/* Opens the array file of `origin`. Returns the rank, or 0 after a complaint. */
static int open_array(image_stream *stream, size_t shape[OND_MAX_RANK])
{
    if (ond_array_reader_create(stream->origin.file.path, &stream->reader)) {
        failed(stream);
        return 0;
    }
    int rank = image_rank(stream, ond_array_reader_shape(stream->reader, shape), shape);
    stream->maximum = ond_array_reader_maximum(stream->reader);
    if (rank == 0) {
        image_stream_close(stream);
    } else if (rank > 2) {
        stream->origin.is_item = true;
        stream->origin.item = (size_t)-1; /* one before the first */
    }
    return rank;
}

static image_event take_array(image_stream *stream, ond_array *image)
{
    size_t shape[OND_MAX_RANK];
    int rank = open_array(stream, shape);
    if (rank != 2) {
        return rank ? next_item(stream, image) : IMAGE_FAILED;
    }
    if (stores(stream, shape[0], shape[1])) {
        return take_huge_array(stream, shape, image);
    }
    if (read_rows(stream->reader, shape, image)) {
        return failed(stream);
    }
    image_stream_close(stream);
    return finish_image(stream, image);
}

static image_event next_as_stored(image_stream *stream, ond_array *image)
{
    if (stream->reader) {
        image_event event = next_item(stream, image);
        if (event != IMAGE_END) {
            return event;
        }
    }
    if (stream->next_file == stream->inputs->count) {
        return IMAGE_END;
    }
    start_file(stream);
    if (ond_array_recognize(stream->origin.file.path)) {
        return take_array(stream, image);
    }
    return take_picture(stream, image);
}

image_event image_stream_next(image_stream *stream, ond_array *image)
{
    forget_stored(stream, image);
    image_event event = next_as_stored(stream, image);
    if (event != IMAGE_READY || !changes_size(&stream->fit)) {
        return event;
    }
    ond_array resized = {0};
    if (ond_image_fit(image, &stream->fit, &resized)) {
        complain_of_image(&stream->origin, NULL);
        ond_array_free(&resized);
        return IMAGE_FAILED;
    }
    ond_array_free(image);
    *image = resized;
    return IMAGE_READY;
}

void image_stream_close(image_stream *stream)
{
    ond_array_reader_destroy(stream->reader);
    stream->reader = NULL;
}

image_place image_stream_place(const image_stream *stream)
{
    size_t shape[OND_MAX_RANK], taken = stream->origin.item + 1;
    if (!stream->reader) {
        return (image_place){stream->next_file, 0};
    }
    ond_array_reader_shape(stream->reader, shape);
    return taken < shape[0] ? (image_place){stream->next_file - 1, taken} : (image_place){stream->next_file, 0};
}

static bool skip(image_stream *stream, size_t items)
{
    if (ond_array_reader_skip(stream->reader, items)) {
        failed(stream);
        return false;
    }
    stream->origin.item += items;
    return true;
}

bool image_stream_go(image_stream *stream, image_place place)
{
    size_t shape[OND_MAX_RANK], taken = stream->origin.item + 1;
    if (stream->reader && place.file + 1 == stream->next_file && place.item >= taken) {
        return skip(stream, place.item - taken);
    }
    image_stream_close(stream);
    stream->next_file = place.file;
    if (place.item == 0 || place.file >= stream->inputs->count) {
        return true;
    }
    start_file(stream);
    return open_array(stream, shape) > 0 && skip(stream, place.item);
}

static size_t count_in_file(const char *path)
{
    ond_array_reader *reader = NULL;
    size_t shape[OND_MAX_RANK];
    if (!ond_array_recognize(path) || ond_array_reader_create(path, &reader)) {
        return 1;
    }
    size_t count = ond_array_reader_shape(reader, shape) > 2 ? shape[0] : 1;
    ond_array_reader_destroy(reader);
    return count ? count : 1; /* to be complained of */
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

static ond_status read_array(file_name name, bool as_stored, whole_file *file)
{
    ond_array_reader *reader = NULL;
    ond_status status = ond_array_reader_create(name.path, &reader);
    if (status == OND_OK) {
        double maximum = as_stored ? 0 : ond_array_reader_maximum(reader);
        file->is_unit = maximum > 0;
        file->is_deep = maximum > 255;
        ond_array_reader_destroy(reader);
        status = ond_array_read(name.path, &file->array);
        array_divide(&file->array, maximum);
    }
    return status;
}

bool file_read(file_name name, ond_color color, bool as_stored, whole_file *file)
{
    *file = (whole_file){0};
    name.path = spool_pipe(name.path);
    if (!name.path) {
        return false;
    }
    bool is_array = ond_array_recognize(name.path);
    ond_status status;
    if (is_array) {
        status = read_array(name, as_stored, file);
    } else {
        ond_image_info info = {0};
        file->is_picture = file->is_unit = true;
        status = ond_image_inspect(name.path, &info);
        file->is_deep = info.bit_depth > 8;
        status = status ? status : ond_image_read(name.path, color, &file->array);
    }
    if (status != OND_OK) {
        complain_of_file(name);
        ond_array_free(&file->array);
    }
    return status == OND_OK;
}
