/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/images.h"

#include "cli/stored.h"

#include <string.h>

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

/* A whole image row by row: the items of its file are its rows. */
static ond_status read_rows(ond_array_reader *reader, ond_array *image)
{
    size_t shape[OND_MAX_RANK];
    int rank = ond_array_reader_shape(reader, shape);
    ond_status status = ond_array_resize(image, rank, shape);
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
    bool fine = array_layout_take(&stream->layout, image) == OND_OK && array_color(image, stream->color) == OND_OK;
    return fine ? IMAGE_READY : failed(stream);
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

/* Gray is made of colours in memory only. */
static bool stores_array(const image_stream *stream)
{
    bool becomes_gray = stream->layout.colors > 1 && stream->color == OND_GRAY;
    return !becomes_gray && stores(stream, stream->layout.height, stream->layout.width);
}

/* Of the array file at work. */
static ond_status store_item(image_stream *stream)
{
    const array_layout *layout = &stream->layout;
    size_t planes = stream->color == OND_RGB ? 3 : layout->colors;
    ond_status status = ond_planes_create(planes, layout->height, layout->width, &stream->stored);
    return status ? status : stored_read_array(stream->reader, layout, stream->maximum, &stream->stored);
}

static image_event next_huge_item(image_stream *stream, ond_array *image)
{
    bool end = stream->origin.item == stream->layout.count;
    if (!end) {
        return finish_stored(stream, store_item(stream), image);
    }
    ond_array none = {0}; /* bytes left over are found here */
    if (ond_array_reader_next(stream->reader, &none, &end)) {
        return failed(stream);
    }
    image_stream_close(stream);
    return IMAGE_END;
}

static image_event take_huge_array(image_stream *stream, ond_array *image)
{
    ond_array none = {0};
    bool end = false;
    ond_status status = store_item(stream);
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
    bool end = false;
    stream->origin.item++;
    if (stores_array(stream)) {
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

static bool take_layout(image_stream *stream)
{
    size_t shape[OND_MAX_RANK];
    int rank = ond_array_reader_shape(stream->reader, shape);
    return array_layout_open(stream->origin.file, rank, shape, false, &stream->layout);
}

/* Opens the array file of `origin`. False after a complaint. */
static bool open_array(image_stream *stream)
{
    if (ond_array_reader_create(stream->origin.file.path, &stream->reader)) {
        failed(stream);
        return false;
    }
    stream->maximum = ond_array_reader_maximum(stream->reader);
    if (!take_layout(stream)) {
        image_stream_close(stream);
        return false;
    }
    if (stream->layout.is_stack) {
        stream->origin.is_item = true;
        stream->origin.item = (size_t)-1; /* one before the first */
    }
    return true;
}

static image_event take_array(image_stream *stream, ond_array *image)
{
    if (!open_array(stream)) {
        return IMAGE_FAILED;
    }
    if (stream->layout.is_stack) {
        return next_item(stream, image);
    }
    if (stores_array(stream)) {
        return take_huge_array(stream, image);
    }
    if (read_rows(stream->reader, image)) {
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
    size_t taken = stream->origin.item + 1;
    if (!stream->reader) {
        return (image_place){stream->next_file, 0};
    }
    return taken < stream->layout.count ? (image_place){stream->next_file - 1, taken}
                                        : (image_place){stream->next_file, 0};
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
    size_t taken = stream->origin.item + 1;
    if (stream->reader && place.file + 1 == stream->next_file && place.item >= taken) {
        return skip(stream, place.item - taken);
    }
    image_stream_close(stream);
    stream->next_file = place.file;
    if (place.item == 0 || place.file >= stream->inputs->count) {
        return true;
    }
    start_file(stream);
    return open_array(stream) && skip(stream, place.item);
}
