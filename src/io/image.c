/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/planes.h"
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

/* Formats that people have, too, by the bytes at `offset`. */
static const struct stranger {
    size_t offset, count;
    const char *bytes, *name;
} strangers[] = {
    {0, 4, "II*\0", "a TIFF picture"},
    {0, 4, "MM\0*", "a TIFF picture"},
    {0, 4, "II+\0", "a TIFF picture"},
    {0, 4, "MM\0+", "a TIFF picture"},
    {0, 4, "GIF8", "a GIF picture"},
    {8, 4, "WEBP", "a WebP picture"},
    {4, 8, "ftypavif", "an AVIF picture"},
    {4, 8, "ftypavis", "an AVIF picture"},
    {4, 7, "ftyphei", "a HEIC picture"},
    {4, 7, "ftyphev", "a HEIC picture"},
    {4, 8, "ftypcrx ", "a raw photograph"},
    {4, 4, "ftyp", "a HEIC or AVIF picture, or a film"},
    {0, 8, "\0\0\0\14jP  ", "a JPEG 2000 picture"},
    {0, 4, "\377\117\377\121", "a JPEG 2000 picture"},
    {0, 8, "\0\0\0\14JXL ", "a JPEG XL picture"},
    {0, 2, "\377\12", "a JPEG XL picture"},
    {0, 4, "II\274\1", "a JPEG XR picture"},
    {0, 4, "\166\57\61\1", "an OpenEXR picture"},
    {0, 10, "#?RADIANCE", "a Radiance HDR picture"},
    {0, 4, "8BPS", "a Photoshop picture"},
    {0, 4, "IIRO", "a raw photograph"},
    {0, 4, "IIU\0", "a raw photograph"},
    {0, 8, "FUJIFILM", "a raw photograph"},
    {0, 9, "SIMPLE  =", "a FITS picture"},
    {0, 4, "<svg", "an SVG drawing"},
    {0, 4, "PK\3\4", "an archive, as .npz files are"},
    {0, 5, "%PDF-", "a PDF document"},
    {0, 2, "BM", "a BMP picture"},
};

static ond_status refuse(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        const struct stranger *known = &strangers[i];
        if (count >= known->offset + known->count && memcmp(bytes + known->offset, known->bytes, known->count) == 0) {
            return ond_fail(OND_ERROR_FORMAT, "%s: PNG, JPEG or PNM is wanted", known->name);
        }
    }
    return ond_fail(OND_ERROR_FORMAT, "not a PNG, JPEG or PNM picture");
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
        return refuse(bytes, count);
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
    ond_array *image;  /* that is given its size; NULL: the planes have theirs */
    ond_planes planes; /* gray or three colours, and maybe alpha behind them */
    size_t colors;
    float *row; /* of every plane */
    ond_picture picture;
} float_sink;

static bool picture_is_color(const ond_picture *picture)
{
    return picture->info.palette || picture->info.channels >= 3;
}

/* An array is sized; planes must have the picture's sides, and room for its colours. */
static ond_status float_fit(float_sink *sink, const ond_image_info *info)
{
    ond_planes *planes = &sink->planes;
    if (sink->image) {
        size_t shape[3] = {3, info->height, info->width};
        OND_TRY(sink->colors == 3 ? ond_array_resize(sink->image, 3, shape)
                                  : ond_array_resize(sink->image, 2, shape + 1));
        return ond_planes_view(sink->image, planes);
    }
    bool has_alpha = info->channels == 2 || info->channels == 4;
    if (planes->height != info->height || planes->width != info->width || planes->count < sink->colors
        || planes->count > sink->colors + has_alpha) {
        return ond_fail(OND_ERROR_SHAPE, "the picture has %zu planes of %zu x %zu, the output %zu of %zu x %zu",
                        sink->colors, info->height, info->width, planes->count, planes->height, planes->width);
    }
    return OND_OK;
}

static ond_status float_begin(ond_picture_sink *base, const ond_picture *picture)
{
    float_sink *sink = (float_sink *)base;
    OND_TRY(picture_check_limit(&picture->info));
    sink->picture = *picture;
    if (sink->color == OND_NATIVE) {
        sink->color = picture_is_color(picture) ? OND_RGB : OND_GRAY;
    }
    sink->colors = sink->color == OND_RGB ? 3 : 1;
    OND_TRY(float_fit(sink, &picture->info));
    sink->row = ond_memory_allocate(picture->info.width, (sink->colors + 1) * sizeof *sink->row);
    return sink->row ? OND_OK : OND_ERROR_MEMORY;
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

/* Row behind row: red, green, blue. */
static void row_to_colors(const ond_picture *picture, const uint16_t *samples, float *colors)
{
    size_t width = picture->info.width;
    double one = picture->info.palette ? 255 : picture->maximum;
    for (size_t column = 0; column < width; column++) {
        uint32_t color[3];
        pixel_color(picture, samples + column * (size_t)picture->info.channels, color);
        for (size_t channel = 0; channel < 3; channel++) {
            colors[channel * width + column] = (float)(color[channel] / one);
        }
    }
}

static void row_to_alpha(const ond_picture *picture, const uint16_t *samples, float *alpha)
{
    size_t channels = (size_t)picture->info.channels;
    for (size_t column = 0; column < picture->info.width; column++) {
        alpha[column] = (float)samples[column * channels + channels - 1] / (float)picture->maximum;
    }
}

static ond_status float_row(ond_picture_sink *base, size_t row, const uint16_t *samples)
{
    float_sink *sink = (float_sink *)base;
    const ond_picture *picture = &sink->picture;
    const ond_planes *planes = &sink->planes;
    size_t width = picture->info.width;
    if (picture->info.palette) {
        OND_TRY(palette_check(picture, samples));
    }
    if (sink->color == OND_RGB && picture_is_color(picture)) {
        row_to_colors(picture, samples, sink->row);
    } else {
        row_to_gray(picture, samples, sink->row);
        for (size_t copy = 1; copy < sink->colors; copy++) {
            memcpy(sink->row + copy * width, sink->row, width * sizeof *sink->row);
        }
    }
    if (planes->count > sink->colors) {
        row_to_alpha(picture, samples, sink->row + sink->colors * width);
    }
    for (size_t plane = 0; plane < planes->count; plane++) {
        OND_TRY(planes->store(planes->context, &(ond_plane_box){plane, row, 0, 1, width}, sink->row + plane * width));
    }
    return OND_OK;
}

static ond_status float_read(const char *path, float_sink *sink)
{
    if (sink->color != OND_GRAY && sink->color != OND_RGB && sink->color != OND_NATIVE) {
        return ond_fail(OND_ERROR_ARGUMENT, "colour %d is unknown", (int)sink->color);
    }
    sink->base = (ond_picture_sink){float_begin, float_row};
    ond_status status = path_decode(path, &sink->base);
    ond_memory_free(sink->row);
    return status;
}

ond_status ond_image_read(const char *path, ond_color color, ond_array *image)
{
    if (!path || !image) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", path ? "output" : "path");
    }
    return float_read(path, &(float_sink){.color = color, .image = image});
}

ond_status ond_image_read_planes(const char *path, ond_color color, const ond_planes *planes)
{
    OND_TRY(path ? OND_OK : ond_fail(OND_ERROR_ARGUMENT, "the path is missing"));
    OND_TRY(ond_planes_check(planes, true, "the output"));
    return float_read(path, &(float_sink){.color = color, .planes = *planes});
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
