/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/planes.h"
#include "core/status.h"
#include "io/file.h"
#include "io/picture.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { MOST_CHANNELS = 4 };

typedef struct picture_kind {
    const char *ending;
    ond_status (*write)(const ond_picture_source *source, ond_file *file);
    int bit_depth;                    /* the largest */
    bool channels[MOST_CHANNELS + 1]; /* which counts it can hold */
    const char *wanted;               /* the same in words */
} picture_kind;

static const picture_kind kinds[] = {
    {".png", ond_png_write, 16, {[1] = true, [2] = true, [3] = true, [4] = true}, "1 to 4"},
    {".jpg", ond_jpeg_write, 8, {[1] = true, [3] = true}, "1 or 3"},
    {".jpeg", ond_jpeg_write, 8, {[1] = true, [3] = true}, "1 or 3"},
    {".pam", ond_pam_write, 16, {[1] = true, [2] = true, [3] = true, [4] = true}, "1 to 4"},
    {".pgm", ond_pgm_write, 16, {[1] = true}, "1"},
    {".ppm", ond_ppm_write, 16, {[1] = true, [3] = true}, "1 or 3"},
};

static const picture_kind *kind_find(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t ending = strlen(kinds[i].ending);
        if (length > ending && strcasecmp(path + length - ending, kinds[i].ending) == 0) {
            return &kinds[i];
        }
    }
    return strcmp(path, "-") == 0 ? &kinds[0] : NULL;
}

ond_status ond_picture_source_row(const ond_picture_source *source, size_t row)
{
    size_t channels = (size_t)source->channels;
    double maximum = source->bit_depth == 16 ? 65535 : 255;
    for (size_t channel = 0; channel < channels; channel++) {
        OND_TRY(ond_planes_fetch_rows(source->planes, channel, row, 1, source->row));
        for (size_t column = 0; column < source->width; column++) {
            double value = (double)source->row[column];
            if (!isfinite(value)) {
                return ond_fail(OND_ERROR_ARGUMENT,
                                "%s: plane %zu holds %g at row %zu, column %zu, finite numbers are wanted",
                                source->name, channel, value, row, column);
            }
            value = value < 0 ? 0 : value > 1 ? 1 : value;
            source->samples[column * channels + channel] = (uint16_t)(value * maximum + 0.5);
        }
    }
    return OND_OK;
}

/* `channels` of the picture. */
static ond_status kind_check(const picture_kind *kind, size_t channels, int bit_depth)
{
    if (!kind) {
        return ond_fail(OND_ERROR_ARGUMENT, "the ending is none of .png, .jpg, .pgm, .ppm, .pam");
    }
    if (bit_depth != 8 && bit_depth != 16) {
        return ond_fail(OND_ERROR_ARGUMENT, "a bit depth of %d, 8 or 16 is wanted", bit_depth);
    }
    if (bit_depth > kind->bit_depth) {
        return ond_fail(OND_ERROR_ARGUMENT, "a bit depth of %d, a %s file has %d", bit_depth, kind->ending,
                        kind->bit_depth);
    }
    if (channels > MOST_CHANNELS || !kind->channels[channels]) {
        return ond_fail(OND_ERROR_SHAPE, "the image has %zu channels, a %s file has %s", channels, kind->ending,
                        kind->wanted);
    }
    return OND_OK;
}

static ond_status image_check(const ond_array *image)
{
    OND_TRY(ond_array_check_filled(image, "the image"));
    if (image->rank != 2 && image->rank != 3) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the image is %s, height x width or channels x height x width is wanted",
                        ond_shape_text(image->rank, image->shape, text));
    }
    return ond_array_check_finite(image, "the image");
}

static ond_status source_write(const ond_picture_source *source, const picture_kind *kind, const char *path)
{
    ond_file *file = NULL;
    OND_TRY(ond_file_create(path, &file));
    ond_status status = kind->write(source, file);
    if (status != OND_OK) {
        ond_file_destroy(file);
        return status;
    }
    return ond_file_finish(&file);
}

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

static ond_status planes_write(const ond_planes *planes, int bit_depth, const ond_metadata *metadata, const char *path)
{
    const picture_kind *kind = kind_find(path);
    ond_status status = kind_check(kind, planes->count, bit_depth);
    if (status != OND_OK) {
        return ond_fail_prefix(status, "%s: ", name_of(path));
    }
    ond_picture_source source = {
        .name = name_of(path),
        .planes = planes,
        .height = planes->height,
        .width = planes->width,
        .channels = (int)planes->count,
        .bit_depth = bit_depth,
        .metadata = metadata,
    };
    source.row = ond_memory_allocate(source.width, sizeof *source.row);
    source.samples = ond_memory_allocate(source.width, planes->count * sizeof *source.samples);
    status = source.row && source.samples ? source_write(&source, kind, path) : OND_ERROR_MEMORY;
    ond_memory_free(source.row);
    ond_memory_free(source.samples);
    return status;
}

ond_status ond_image_write(const ond_array *image, int bit_depth, const char *path)
{
    return ond_image_write_with(image, bit_depth, NULL, path);
}

ond_status ond_image_write_with(const ond_array *image, int bit_depth, const ond_metadata *metadata, const char *path)
{
    OND_TRY(path ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "the path is missing"));
    ond_array view = image ? ond_array_view(image->data, image->rank, image->shape) : (ond_array){0};
    ond_planes planes = {0};
    ond_status status = image_check(image);
    status = status ? status : ond_planes_view(&view, &planes);
    return status ? ond_fail_prefix(status, "%s: ", name_of(path)) : planes_write(&planes, bit_depth, metadata, path);
}

ond_status ond_image_write_planes(const ond_planes *planes, int bit_depth, const ond_metadata *metadata,
                                  const char *path)
{
    OND_TRY(path ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "the path is missing"));
    ond_status status = ond_planes_check(planes, false, "the image");
    return status ? ond_fail_prefix(status, "%s: ", name_of(path)) : planes_write(planes, bit_depth, metadata, path);
}
