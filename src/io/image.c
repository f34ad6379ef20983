/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/status.h"
#include "io/picture.h"

#include <ondelet/image.h>

#include <stdatomic.h>
#include <string.h>

enum { PRESET_LIMIT = 1 << 28 };

static atomic_size_t limit = PRESET_LIMIT;

ond_status ond_image_limit_set(size_t pixels)
{
    if (pixels < 1) {
        return ond_fail(OND_ERROR_ARGUMENT, "a limit of 0 pixels, 1 or more is wanted");
    }
    atomic_store(&limit, pixels);
    return OND_OK;
}

size_t ond_image_limit(void)
{
    return atomic_load(&limit);
}

static ond_status picture_check_limit(const ond_image_info *info)
{
    if (info->height > ond_image_limit() / info->width) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "%zu x %zu pixels are more than the limit of %zu", info->height,
                        info->width, ond_image_limit());
    }
    return OND_OK;
}

/* --- telling kinds apart --- */

typedef ond_status (*picture_decoder)(ond_stream *stream, ond_picture_sink *sink);

/* A signature with a few wrong bytes counts, so that the damage can be named. */
static bool starts_like_png(const unsigned char *bytes, size_t count)
{
    static const unsigned char signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    size_t equal = 0;
    for (size_t i = 0; i < count && i < sizeof signature; i++) {
        equal += bytes[i] == signature[i];
    }
    return equal >= 6 || (count >= 4 && memcmp(bytes, signature, 4) == 0);
}

static bool starts_like_pnm(const unsigned char *bytes, size_t count)
{
    if (count >= 3 && memcmp(bytes, "P7\n", 3) == 0) {
        return true;
    }
    return count >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6'
           && (bytes[2] == '#' || bytes[2] == ' ' || (bytes[2] >= '\t' && bytes[2] <= '\r'));
}

/* NULL when it is none. */
static picture_decoder decoder_find(const unsigned char *bytes, size_t count)
{
    if (starts_like_png(bytes, count)) {
        return ond_png_read;
    }
    if (count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff) {
        return ond_jpeg_read;
    }
    return starts_like_pnm(bytes, count) ? ond_pnm_read : NULL;
}

bool ond_image_recognize(const char *path)
{
    ond_stream *stream = NULL;
    const unsigned char *bytes = NULL;
    size_t count = 0;
    if (!path || ond_stream_open(path, &stream) != OND_OK) {
        return false;
    }
    bool known = ond_stream_peek(stream, &bytes, &count) == OND_OK && decoder_find(bytes, count);
    ond_stream_park(stream);
    return known;
}

static ond_status stream_decode(ond_stream *stream, ond_picture_sink *sink)
{
    const unsigned char *bytes = NULL;
    size_t count = 0;
    OND_TRY(ond_stream_peek(stream, &bytes, &count));
    if (count == 0) {
        return ond_fail(OND_ERROR_FORMAT, "the file is empty");
    }
    picture_decoder decode = decoder_find(bytes, count);
    if (!decode) {
        return ond_fail(OND_ERROR_FORMAT, "not a PNG, JPEG or PNM picture");
    }
    return decode(stream, sink);
}

static ond_status path_decode(const char *path, ond_picture_sink *sink)
{
    ond_stream *stream = NULL;
    ond_status status = ond_stream_open(path, &stream);
    if (status == OND_OK) {
        status = stream_decode(stream, sink);
        ond_stream_close(stream);
    }
    return status == OND_OK ? OND_OK : ond_fail_prefix(status, "%s: ", ond_stream_name(path));
}

/* --- floats 0…1 --- */

typedef struct float_sink {
    ond_picture_sink base;
    ond_color color;
    ond_array *image;
    ond_picture picture;
} float_sink;

static bool picture_is_color(const ond_picture *picture)
{
    return picture->info.palette || picture->info.channels >= 3;
}

static ond_status float_begin(ond_picture_sink *base, const ond_picture *picture)
{
    float_sink *sink = (float_sink *)base;
    OND_TRY(picture_check_limit(&picture->info));
    sink->picture = *picture;
    if (sink->color == OND_NATIVE) {
        sink->color = picture_is_color(picture) ? OND_RGB : OND_GRAY;
    }
    size_t shape[3] = {3, picture->info.height, picture->info.width};
    return sink->color == OND_RGB ? ond_array_resize(sink->image, 3, shape)
                                  : ond_array_resize(sink->image, 2, shape + 1);
}

static ond_status palette_check(const ond_picture *picture, const uint16_t *samples)
{
    for (size_t column = 0; column < picture->info.width; column++) {
        if (samples[column] >= picture->palette_count) {
            return ond_fail(OND_ERROR_FORMAT, "the picture is damaged (colour %u of a palette of %u)", samples[column],
                            picture->palette_count);
        }
    }
    return OND_OK;
}

static void pixel_color(const ond_picture *picture, const uint16_t *samples, uint32_t color[3])
{
    for (int channel = 0; channel < 3; channel++) {
        color[channel] = picture->info.palette ? picture->palette[samples[0]][channel] : samples[channel];
    }
}

/* Sums whole numbers, so that a colour picture of equal channels gives the bits of a gray one. */
static void row_to_gray(const ond_picture *picture, const uint16_t *samples, float *gray)
{
    size_t channels = (size_t)picture->info.channels;
    bool colorful = picture_is_color(picture);
    double one = colorful ? 1000.0 * (picture->info.palette ? 255 : picture->maximum) : picture->maximum;
    for (size_t column = 0; column < picture->info.width; column++) {
        const uint16_t *pixel = samples + column * channels;
        uint32_t level = picture->zero_is_white ? picture->maximum - pixel[0] : pixel[0];
        if (colorful) {
            uint32_t color[3];
            pixel_color(picture, pixel, color);
            level = 299 * color[0] + 587 * color[1] + 114 * color[2];
        }
        gray[column] = (float)(level / one);
    }
}

static void row_to_planes(const ond_picture *picture, const uint16_t *samples, float *planes)
{
    size_t width = picture->info.width;
    size_t plane = width * picture->info.height;
    double one = picture->info.palette ? 255 : picture->maximum;
    for (size_t column = 0; column < width; column++) {
        uint32_t color[3];
        pixel_color(picture, samples + column * (size_t)picture->info.channels, color);
        for (size_t channel = 0; channel < 3; channel++) {
            planes[channel * plane + column] = (float)(color[channel] / one);
        }
    }
}

static ond_status float_row(ond_picture_sink *base, size_t row, const uint16_t *samples)
{
    float_sink *sink = (float_sink *)base;
    const ond_picture *picture = &sink->picture;
    size_t width = picture->info.width;
    size_t plane = width * picture->info.height;
    float *place = sink->image->data + row * width;
    if (picture->info.palette) {
        OND_TRY(palette_check(picture, samples));
    }
    if (sink->color == OND_RGB && picture_is_color(picture)) {
        row_to_planes(picture, samples, place);
        return OND_OK;
    }
    row_to_gray(picture, samples, place);
    for (size_t copy = 1; copy < 3 && sink->color == OND_RGB; copy++) {
        memcpy(place + copy * plane, place, width * sizeof *place);
    }
    return OND_OK;
}

ond_status ond_image_read(const char *path, ond_color color, ond_array *image)
{
    if (!path || !image) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    if (color != OND_GRAY && color != OND_RGB && color != OND_NATIVE) {
        return ond_fail(OND_ERROR_ARGUMENT, "colour %d is unknown", (int)color);
    }
    float_sink sink = {.base = {float_begin, float_row}, .color = color, .image = image};
    return path_decode(path, &sink.base);
}

/* --- samples as stored --- */

typedef struct sample_sink {
    ond_picture_sink base;
    ond_array *samples;
} sample_sink;

static ond_status sample_begin(ond_picture_sink *base, const ond_picture *picture)
{
    sample_sink *sink = (sample_sink *)base;
    OND_TRY(picture_check_limit(&picture->info));
    return ond_array_resize(sink->samples, 3,
                            (size_t[]){picture->info.height, picture->info.width, (size_t)picture->info.channels});
}

static ond_status sample_row(ond_picture_sink *base, size_t row, const uint16_t *samples)
{
    sample_sink *sink = (sample_sink *)base;
    size_t count = sink->samples->shape[1] * sink->samples->shape[2];
    float *place = sink->samples->data + row * count;
    for (size_t i = 0; i < count; i++) {
        place[i] = samples[i];
    }
    return OND_OK;
}

ond_status ond_image_read_samples(const char *path, ond_array *samples)
{
    if (!path || !samples) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    sample_sink sink = {.base = {sample_begin, sample_row}, .samples = samples};
    return path_decode(path, &sink.base);
}

/* --- the header alone --- */

typedef struct info_sink {
    ond_picture_sink base;
    ond_image_info *info;
} info_sink;

static ond_status info_begin(ond_picture_sink *base, const ond_picture *picture)
{
    *((info_sink *)base)->info = picture->info;
    return OND_OK;
}

ond_status ond_image_inspect(const char *path, ond_image_info *info)
{
    if (!path || !info) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    info_sink sink = {.base = {info_begin, NULL}, .info = info};
    return path_decode(path, &sink.base);
}
