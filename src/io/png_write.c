/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/file.h"
#include "io/metadata.h"
#include "io/picture.h"

#include <png.h>
#include <string.h>
#include <zlib.h>

typedef struct png_encoder {
    png_struct *png;
    png_info *info;
    const ond_picture_source *source;
    ond_file *file;
    unsigned char *bytes;  /* one row */
    unsigned char *packed; /* the colour profile, once written */
    ond_status status;     /* why libpng was left */
} png_encoder;

static void png_failed(png_struct *png, const char *cause)
{
    png_encoder *encoder = png_get_error_ptr(png);
    if (encoder->status == OND_OK) {
        encoder->status
            = ond_fail(OND_ERROR_ARGUMENT, "%s: cannot be written as PNG (%s)", ond_file_name(encoder->file), cause);
    }
    png_longjmp(png, 1);
}

static void png_warned(png_struct *png, const char *cause)
{
    (void)png;
    (void)cause;
}

static void *png_allocate(png_struct *png, size_t bytes)
{
    png_encoder *encoder = png_get_mem_ptr(png);
    void *memory = ond_memory_allocate(bytes, 1);
    if (!memory) {
        encoder->status = OND_ERROR_MEMORY;
    }
    return memory;
}

static void png_release(png_struct *png, void *memory)
{
    (void)png;
    ond_memory_free(memory);
}

static void png_put(png_struct *png, unsigned char *data, size_t bytes)
{
    png_encoder *encoder = png_get_io_ptr(png);
    ond_status status = ond_file_write(encoder->file, data, bytes);
    if (status != OND_OK) {
        encoder->status = status;
        png_error(png, "not written");
    }
}

static void png_nothing(png_struct *png)
{
    (void)png;
}

static void png_narrow_row(const png_encoder *encoder)
{
    const ond_picture_source *source = encoder->source;
    size_t count = source->width * (size_t)source->channels;
    for (size_t i = 0; i < count; i++) {
        uint16_t sample = source->samples[i];
        if (source->bit_depth == 16) {
            encoder->bytes[2 * i] = (unsigned char)(sample >> 8);
            encoder->bytes[2 * i + 1] = (unsigned char)(sample & 255);
        } else {
            encoder->bytes[i] = (unsigned char)sample;
        }
    }
}

/* A chunk that begins with a fixed text, zeros included. */
static void png_put_chunk(png_encoder *encoder, const char *type, const char *start, size_t start_size,
                          const unsigned char *data, size_t size)
{
    png_write_chunk_start(encoder->png, (const unsigned char *)type, (png_uint_32)(start_size + size));
    if (start_size > 0) {
        png_write_chunk_data(encoder->png, (const unsigned char *)start, start_size);
    }
    png_write_chunk_data(encoder->png, data, size);
    png_write_chunk_end(encoder->png);
}

/* "icc", 0, method 0, deflated profile. */
static void png_put_profile(png_encoder *encoder, const ond_metadata_item *item)
{
    static const char start[] = "icc\0";
    uLongf size = compressBound((uLong)item->size);
    encoder->packed = ond_memory_allocate(size, 1);
    if (!encoder->packed || compress(encoder->packed, &size, item->data, (uLong)item->size) != Z_OK) {
        encoder->status = OND_ERROR_MEMORY;
        png_error(encoder->png, "out of memory");
    }
    png_put_chunk(encoder, "iCCP", start, sizeof start, encoder->packed, size);
}

static void png_put_item(png_encoder *encoder, const ond_metadata_item *item)
{
    static const char comment[] = "Comment";
    static const char xmp[] = "XML:com.adobe.xmp\0\0\0\0"; /* not compressed, no language, no translation */
    switch (item->kind) {
    case OND_METADATA_PROFILE:
        if (!encoder->packed && ond_profile_suits(item, encoder->source->channels)) {
            png_put_profile(encoder, item);
        }
        return;
    case OND_METADATA_EXIF:
        png_put_chunk(encoder, "eXIf", NULL, 0, item->data, item->size);
        return;
    case OND_METADATA_XMP:
        png_put_chunk(encoder, "iTXt", xmp, sizeof xmp, item->data, item->size);
        return;
    case OND_METADATA_DENSITY:
        png_put_chunk(encoder, "pHYs", NULL, 0, item->data, item->size);
        return;
    case OND_METADATA_COMMENT:
        png_put_chunk(encoder, "tEXt", comment, sizeof comment, item->data, item->size);
        return;
    case OND_METADATA_CHUNK:
        png_put_chunk(encoder, item->chunk, NULL, 0, item->data, item->size);
        return;
    }
}

/* All before the rows, where every kind of chunk may stand. */
static void png_put_metadata(png_encoder *encoder)
{
    const ond_metadata *metadata = encoder->source->metadata;
    for (size_t i = 0; metadata && i < metadata->count; i++) {
        png_put_item(encoder, &metadata->items[i]);
    }
}

static void png_put_picture(png_encoder *encoder)
{
    const ond_picture_source *source = encoder->source;
    png_struct *png = encoder->png;
    static const int colors[]
        = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
    png_set_write_fn(png, encoder, png_put, png_nothing);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png, encoder->info, (png_uint_32)source->width, (png_uint_32)source->height, source->bit_depth,
                 colors[source->channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, encoder->info);
    png_put_metadata(encoder);
    for (size_t row = 0; row < source->height; row++) {
        encoder->status = ond_picture_source_row(source, row);
        if (encoder->status != OND_OK) {
            png_error(png, "no row");
        }
        png_narrow_row(encoder);
        png_write_row(png, encoder->bytes);
    }
    png_write_end(png, NULL);
}

/* libpng may leave by a long jump. Nothing local lives across it. */
static ond_status png_run(png_encoder *encoder)
{
    if (setjmp(png_jmpbuf(encoder->png)) == 0) {
        png_put_picture(encoder);
    } else if (encoder->status == OND_OK) {
        encoder->status = ond_fail(OND_ERROR_INTERNAL, "libpng failed without a message");
    }
    return encoder->status;
}

static ond_status png_encode(png_encoder *encoder)
{
    const ond_picture_source *source = encoder->source;
    if (source->height > PNG_UINT_31_MAX || source->width > PNG_UINT_31_MAX) {
        return ond_fail(OND_ERROR_SHAPE, "%s: %zu x %zu pixels, a PNG file has sides up to %u",
                        ond_file_name(encoder->file), source->height, source->width, (unsigned)PNG_UINT_31_MAX);
    }
    encoder->bytes = ond_memory_allocate(source->width, (size_t)source->channels * 2);
    encoder->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, encoder, png_failed, png_warned, encoder,
                                             png_allocate, png_release);
    encoder->info = encoder->png ? png_create_info_struct(encoder->png) : NULL;
    if (!encoder->bytes || !encoder->info) {
        return ond_fail(OND_ERROR_MEMORY, "out of memory for writing PNG");
    }
    return png_run(encoder);
}

ond_status ond_png_write(const ond_picture_source *source, ond_file *file)
{
    png_encoder encoder = {.source = source, .file = file};
    ond_status status = png_encode(&encoder);
    png_destroy_write_struct(&encoder.png, &encoder.info);
    ond_memory_free(encoder.bytes);
    ond_memory_free(encoder.packed);
    return status;
}
