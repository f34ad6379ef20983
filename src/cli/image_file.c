/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/image_file.h"

#include "cli/spool.h"
#include "cli/stored.h"

#include <string.h>

/* The last channel of the stored samples, as 0…1. */
static ond_status read_alpha(const char *path, const ond_image_info *info, ond_array *alpha)
{
    ond_array samples = {0};
    ond_status status = ond_image_read_samples(path, &samples);
    status = status ? status : ond_array_resize(alpha, 2, samples.shape);
    size_t channels = (size_t)info->channels, count = status == OND_OK ? ond_array_count(alpha) : 0;
    float largest = (float)((1 << info->bit_depth) - 1);
    for (size_t i = 0; i < count; i++) {
        alpha->data[i] = samples.data[i * channels + channels - 1] / largest;
    }
    ond_array_free(&samples);
    return status;
}

static ond_status open_picture(image_file *file)
{
    ond_image_info info;
    ond_status status = ond_image_inspect(file->name.path, &info);
    if (status != OND_OK) {
        return status;
    }
    file->is_picture = file->is_unit = true;
    file->bit_depth = info.bit_depth == 16 ? 16 : 8;
    file->has_alpha = info.channels == 2 || info.channels == 4;
    file->has_color_key = info.transparent && !file->has_alpha;
    file->is_huge = file->is_huge && is_huge(info.height, info.width);
    file->rank = info.palette || info.channels >= 3 ? 3 : 2;
    size_t shape[3] = {3, info.height, info.width};
    memcpy(file->shape, file->rank == 3 ? shape : shape + 1, (size_t)file->rank * sizeof shape[0]);
    status = ond_metadata_read(file->name.path, &file->metadata);
    bool reads_alpha = status == OND_OK && file->has_alpha && !file->is_huge;
    return reads_alpha ? read_alpha(file->name.path, &info, &file->alpha) : status;
}

static bool open_array(image_file *file)
{
    if (ond_array_reader_create(file->name.path, &file->reader)) {
        complain_of_file(file->name);
        return false;
    }
    file->rank = ond_array_reader_shape(file->reader, file->shape);
    file->maximum = ond_array_reader_maximum(file->reader);
    file->is_unit = file->maximum > 0;
    if (!array_layout_open(file->name, file->rank, file->shape, true, &file->layout)) {
        image_file_close(file);
        return false;
    }
    file->is_huge = file->is_huge && is_huge(file->layout.height, file->layout.width);
    return true;
}

static bool open_file(file_name name, bool takes_huge, image_file *file)
{
    name.path = spool_pipe(name.path);
    *file = (image_file){.name = name, .is_huge = takes_huge};
    if (!name.path) {
        return false;
    }
    if (ond_array_recognize(name.path)) {
        return open_array(file);
    }
    if (open_picture(file)) {
        complain_of_file(name);
        image_file_close(file);
        return false;
    }
    return true;
}

bool image_file_open(file_name name, image_file *file)
{
    return open_file(name, false, file);
}

bool image_file_open_huge(file_name name, image_file *file)
{
    return open_file(name, true, file);
}

void image_file_close(image_file *file)
{
    ond_planes_destroy(&file->stored);
    ond_array_reader_destroy(file->reader);
    file->reader = NULL;
    ond_array_free(&file->alpha);
    ond_metadata_destroy(file->metadata);
    file->metadata = NULL;
}

size_t image_file_count(const image_file *file)
{
    return file->layout.is_stack ? file->layout.count : 1;
}

image_origin image_file_origin(const image_file *file)
{
    return (image_origin){
        .file = file->name, .is_item = file->layout.is_stack, .item = file->next ? file->next - 1 : 0};
}

/* Of an array file. */
static ond_status store_next(image_file *file, bool *end)
{
    const array_layout *layout = &file->layout;
    ond_array none = {0};
    *end = layout->is_stack && file->next > layout->count;
    if (*end) { /* bytes left over are found here */
        return ond_array_reader_next(file->reader, &none, end);
    }
    ond_status status = ond_planes_create(layout->colors, layout->height, layout->width, &file->stored);
    status = status ? status : stored_read_array(file->reader, layout, file->maximum, &file->stored);
    return status || layout->is_stack ? status : ond_array_reader_next(file->reader, &none, &(bool){false});
}

/* A huge image goes to the disk. */
static ond_status read_huge(image_file *file, ond_array *image, bool *end)
{
    ond_planes_destroy(&file->stored);
    ond_status status = file->is_picture ? stored_read_picture(file->name.path, OND_NATIVE, true, &file->stored)
                                         : store_next(file, end);
    if (status == OND_OK && !*end) {
        size_t shape[3] = {3, file->stored.height, file->stored.width};
        bool is_color = file->stored.count >= 3;
        *image = ond_array_view(NULL, is_color ? 3 : 2, is_color ? shape : shape + 1);
    }
    return status;
}

static ond_status read_next(image_file *file, ond_array *image, bool *end)
{
    if (file->is_huge) {
        return read_huge(file, image, end);
    }
    if (file->is_picture) {
        return ond_image_read(file->name.path, OND_NATIVE, image);
    }
    ond_status status = file->layout.is_stack ? ond_array_reader_next(file->reader, image, end)
                                              : ond_array_read(file->name.path, image);
    if (status == OND_OK && !*end) {
        array_divide(image, file->maximum);
        status = array_layout_take(&file->layout, image);
    }
    return status;
}

image_event image_file_next(image_file *file, ond_array *image)
{
    bool end = !file->layout.is_stack && file->next > 0;
    if (!end) {
        file->next++;
        if (read_next(file, image, &end)) {
            image_origin origin = image_file_origin(file);
            complain_of_image(&origin, NULL);
            return IMAGE_FAILED;
        }
    }
    return end ? IMAGE_END : IMAGE_READY;
}

bool image_file_writer_open(const image_file *source, const char *path, int bit_depth, image_file_writer *writer)
{
    bool to_stdout = path && strcmp(path, "-") == 0;
    *writer = (image_file_writer){.source = source, .path = path, .bit_depth = bit_depth};
    writer->as_picture = path && (to_stdout ? source->is_picture : !has_ending(path, ".npy"));
    if (writer->as_picture && source->layout.is_stack) {
        complain("%s: holds %zu images, %s one: write them to .npy", source->name.shown, source->layout.count, path);
        return false;
    }
    if (writer->bit_depth == 0) {
        bool is_jpeg = path && (has_ending(path, ".jpg") || has_ending(path, ".jpeg"));
        bool is_deep = source->is_picture ? source->bit_depth == 16 : source->maximum != 255;
        writer->bit_depth = is_deep && !is_jpeg ? 16 : 8;
    }
    return true;
}

bool image_file_keeps_alpha(const char *path)
{
    return has_ending(path, ".png") || strcmp(path, "-") == 0;
}

void image_file_note_loss(const image_file *source, const char *path, const cli_request *request)
{
    if (path && source->has_alpha && !image_file_keeps_alpha(path)) {
        note(request, "ondelet: %s: %s cannot hold its alpha channel", source->name.shown, path);
    } else if (path && source->has_color_key) {
        note(request, "ondelet: %s: its transparent colours (tRNS) are opaque in the result", source->name.shown);
    }
}

void image_file_writer_note(const image_file_writer *writer, const cli_request *request)
{
    if (writer->clipped) {
        note(request, "ondelet: %s: %zu values were clipped to 0..1", writer->source->name.shown, writer->clipped);
    }
    image_file_note_loss(writer->source, writer->path, request);
}

/* Gray or colours, and alpha as one more channel. */
static ond_status add_alpha(const ond_array *image, const ond_array *alpha, ond_array *joined)
{
    size_t count = ond_array_count(image);
    size_t shape[3] = {image->rank == 3 ? 4 : 2, alpha->shape[0], alpha->shape[1]};
    ond_status status = ond_array_resize(joined, 3, shape);
    if (status == OND_OK) {
        memcpy(joined->data, image->data, count * sizeof(float));
        memcpy(joined->data + count, alpha->data, ond_array_count(alpha) * sizeof(float));
    }
    return status;
}

static size_t count_outside(const ond_array *image)
{
    size_t count = ond_array_count(image), outside = 0;
    for (size_t i = 0; i < count; i++) {
        outside += image->data[i] < 0 || image->data[i] > 1;
    }
    return outside;
}

static ond_status write_picture(image_file_writer *writer, const ond_array *image)
{
    writer->clipped = writer->source->is_unit ? 0 : count_outside(image);
    if (!writer->source->alpha.data || !image_file_keeps_alpha(writer->path)) {
        return ond_image_write_with(image, writer->bit_depth, writer->source->metadata, writer->path);
    }
    ond_array joined = {0};
    ond_status status = add_alpha(image, &writer->source->alpha, &joined);
    status = status ? status : ond_image_write_with(&joined, writer->bit_depth, writer->source->metadata, writer->path);
    ond_array_free(&joined);
    return status;
}

static ond_status open_stack(image_file_writer *writer)
{
    const image_file *source = writer->source;
    if (writer->stack) {
        return OND_OK;
    }
    const char *path = strcmp(writer->path, "-") == 0 ? spool_output() : writer->path;
    return path ? ond_array_writer_create(path, source->rank - 1, source->shape + 1, &writer->stack) : OND_ERROR_IO;
}

/* In the shape of the source. */
static ond_status write_array(image_file_writer *writer, ond_array *image)
{
    const image_file *source = writer->source;
    ond_status status = array_layout_give(&source->layout, image);
    if (status != OND_OK || source->is_picture) {
        return status ? status : ond_array_write(image, writer->path);
    }
    if (!source->layout.is_stack) {
        ond_array whole = ond_array_view(image->data, source->rank, source->shape);
        return ond_array_write(&whole, writer->path);
    }
    ond_array item = ond_array_view(image->data, source->rank - 1, source->shape + 1);
    status = open_stack(writer);
    return status ? status : ond_array_writer_append(writer->stack, &item);
}

static ond_status write_huge(image_file_writer *writer)
{
    const image_file *source = writer->source;
    ond_planes planes = source->stored;
    planes.count -= source->has_alpha && !(writer->as_picture && image_file_keeps_alpha(writer->path));
    if (!writer->as_picture) {
        ond_status status = open_stack(writer);
        return status ? status
                      : stored_write_array(&planes, source->layout.channels_last, source->maximum, writer->stack);
    }
    ond_status status = source->is_unit ? OND_OK : stored_count_outside(&planes, &writer->clipped);
    return status ? status : ond_image_write_planes(&planes, writer->bit_depth, source->metadata, writer->path);
}

static ond_status write_image(image_file_writer *writer, ond_array *image)
{
    const image_file *source = writer->source;
    if (source->is_huge) {
        return write_huge(writer);
    }
    if (writer->as_picture) {
        return write_picture(writer, image);
    }
    array_divide(image, source->maximum > 0 ? 1 / source->maximum : 0);
    return write_array(writer, image);
}

bool image_file_writer_take(image_file_writer *writer, ond_array *image)
{
    bool fine = !writer->path || write_image(writer, image) == OND_OK;
    if (!fine) {
        complain_of(writer->path);
    }
    return fine;
}

bool image_file_writer_close(image_file_writer *writer, bool keep)
{
    bool fine = keep;
    if (writer->stack && keep) {
        fine = ond_array_writer_finish(&writer->stack) == OND_OK;
        if (!fine) {
            complain_of(writer->path);
        } else if (strcmp(writer->path, "-") == 0) {
            fine = spool_deliver();
        }
    }
    ond_array_writer_destroy(writer->stack);
    writer->stack = NULL;
    return fine;
}
