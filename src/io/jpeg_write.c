/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/file.h"
#include "io/metadata.h"
#include "io/picture.h"

#include <string.h>

/* jpeglib.h wants these first. */
/* clang-format off */
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
/* clang-format on */

enum { OUTPUT_SIZE = 1 << 14, QUALITY = 95, LARGEST_MARKER = 65533, LARGEST_PROFILE = 255 * 65519 };

typedef struct jpeg_encoder {
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    const ond_picture_source *source;
    ond_file *file;
    unsigned char *bytes; /* one row */
    ond_status status;    /* why libjpeg was left */
    unsigned char output[OUTPUT_SIZE];
} jpeg_encoder;

static void jpeg_leave(j_common_ptr codec, ond_status status)
{
    jpeg_encoder *encoder = codec->client_data;
    encoder->status = status;
    longjmp(encoder->escape, 1);
}

static void jpeg_failed(j_common_ptr codec)
{
    const jpeg_encoder *encoder = codec->client_data;
    char cause[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, cause);
    ond_status status = codec->err->msg_code == JERR_OUT_OF_MEMORY ? OND_ERROR_MEMORY : OND_ERROR_ARGUMENT;
    jpeg_leave(codec, ond_fail(status, "%s: cannot be written as JPEG (%s)", ond_file_name(encoder->file), cause));
}

static void jpeg_silent(j_common_ptr codec)
{
    (void)codec;
}

static void destination_reset(j_compress_ptr codec)
{
    jpeg_encoder *encoder = codec->client_data;
    codec->dest->next_output_byte = encoder->output;
    codec->dest->free_in_buffer = OUTPUT_SIZE;
}

static void destination_write(j_compress_ptr codec, size_t bytes)
{
    jpeg_encoder *encoder = codec->client_data;
    ond_status status = ond_file_write(encoder->file, encoder->output, bytes);
    if (status != OND_OK) {
        jpeg_leave((j_common_ptr)codec, status);
    }
}

static boolean destination_empty(j_compress_ptr codec)
{
    destination_write(codec, OUTPUT_SIZE);
    destination_reset(codec);
    return TRUE;
}

static void destination_finish(j_compress_ptr codec)
{
    destination_write(codec, OUTPUT_SIZE - codec->dest->free_in_buffer);
}

static void jpeg_configure(jpeg_encoder *encoder)
{
    struct jpeg_compress_struct *codec = &encoder->codec;
    const ond_picture_source *source = encoder->source;
    encoder->destination = (struct jpeg_destination_mgr){
        .init_destination = destination_reset,
        .empty_output_buffer = destination_empty,
        .term_destination = destination_finish,
    };
    codec->dest = &encoder->destination;
    codec->image_width = (JDIMENSION)source->width;
    codec->image_height = (JDIMENSION)source->height;
    codec->input_components = source->channels;
    codec->in_color_space = source->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(codec);
    jpeg_set_quality(codec, QUALITY, TRUE);
    codec->comp_info[0].h_samp_factor = 1; /* colour as fine as luminance */
    codec->comp_info[0].v_samp_factor = 1;
}

static void jpeg_put_marker(jpeg_encoder *encoder, int marker, const char *start, size_t start_size,
                            const unsigned char *data, size_t size)
{
    if (start_size + size > LARGEST_MARKER) {
        return;
    }
    jpeg_write_m_header(&encoder->codec, marker, (unsigned)(start_size + size));
    for (size_t i = 0; i < start_size; i++) {
        jpeg_write_m_byte(&encoder->codec, start[i]);
    }
    for (size_t i = 0; i < size; i++) {
        jpeg_write_m_byte(&encoder->codec, data[i]);
    }
}

/* "keyword", 0, text: one comment "keyword: text". */
static void jpeg_put_text(jpeg_encoder *encoder, const ond_metadata_item *item)
{
    const unsigned char *end = memchr(item->data, 0, item->size);
    size_t length = end ? (size_t)(end - item->data) : item->size;
    size_t rest = end ? item->size - length - 1 : 0;
    if (!end || length + 2 + rest > LARGEST_MARKER) {
        return;
    }
    bool named = length != 7 || memcmp(item->data, "Comment", 7) != 0;
    jpeg_write_m_header(&encoder->codec, JPEG_COM, (unsigned)((named ? length + 2 : 0) + rest));
    for (size_t i = 0; named && i < length; i++) {
        jpeg_write_m_byte(&encoder->codec, item->data[i]);
    }
    for (size_t i = 0; named && i < 2; i++) {
        jpeg_write_m_byte(&encoder->codec, ": "[i]);
    }
    for (size_t i = 0; i < rest; i++) {
        jpeg_write_m_byte(&encoder->codec, end[1 + i]);
    }
}

static void jpeg_put_item(jpeg_encoder *encoder, const ond_metadata_item *item)
{
    static const char exif[] = "Exif\0";
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/";
    switch (item->kind) {
    case OND_METADATA_PROFILE:
        if (ond_profile_suits(item, encoder->source->channels) && item->size <= LARGEST_PROFILE) {
            jpeg_write_icc_profile(&encoder->codec, item->data, (unsigned)item->size);
        }
        return;
    case OND_METADATA_EXIF:
        jpeg_put_marker(encoder, JPEG_APP0 + 1, exif, sizeof exif, item->data, item->size);
        return;
    case OND_METADATA_XMP:
        jpeg_put_marker(encoder, JPEG_APP0 + 1, xmp, sizeof xmp, item->data, item->size);
        return;
    case OND_METADATA_COMMENT:
        jpeg_put_marker(encoder, JPEG_COM, NULL, 0, item->data, item->size);
        return;
    case OND_METADATA_CHUNK:
        if (memcmp(item->chunk, "tEXt", 4) == 0) {
            jpeg_put_text(encoder, item);
        }
        return;
    case OND_METADATA_DENSITY: /* in the first segment already */
        return;
    }
}

/* Pixels per inch, or their proportion. */
static void jpeg_set_density(jpeg_encoder *encoder)
{
    const ond_metadata_item *item = ond_metadata_find(encoder->source->metadata, OND_METADATA_DENSITY);
    if (!item) {
        return;
    }
    double factor = item->data[8] == 1 ? 0.0254 : 1;
    double across = (double)ond_metadata_number(item->data) * factor + 0.5;
    double down = (double)ond_metadata_number(item->data + 4) * factor + 0.5;
    if (across >= 1 && across < 65536 && down >= 1 && down < 65536) {
        encoder->codec.density_unit = item->data[8] == 1;
        encoder->codec.X_density = (UINT16)across;
        encoder->codec.Y_density = (UINT16)down;
    }
}

static void jpeg_put_metadata(jpeg_encoder *encoder)
{
    const ond_metadata *metadata = encoder->source->metadata;
    for (size_t i = 0; metadata && i < metadata->count; i++) {
        jpeg_put_item(encoder, &metadata->items[i]);
    }
}

static void jpeg_put_picture(jpeg_encoder *encoder)
{
    const ond_picture_source *source = encoder->source;
    size_t count = source->width * (size_t)source->channels;
    jpeg_create_compress(&encoder->codec);
    jpeg_configure(encoder);
    jpeg_set_density(encoder);
    jpeg_start_compress(&encoder->codec, TRUE);
    jpeg_put_metadata(encoder);
    for (size_t row = 0; row < source->height; row++) {
        ond_status status = ond_picture_source_row(source, row);
        if (status != OND_OK) {
            jpeg_leave((j_common_ptr)&encoder->codec, status);
        }
        for (size_t i = 0; i < count; i++) {
            encoder->bytes[i] = (unsigned char)source->samples[i];
        }
        jpeg_write_scanlines(&encoder->codec, &encoder->bytes, 1);
    }
    jpeg_finish_compress(&encoder->codec);
}

/* libjpeg may leave by a long jump. Nothing local lives across it. */
static ond_status jpeg_run(jpeg_encoder *encoder)
{
    if (setjmp(encoder->escape) == 0) {
        jpeg_put_picture(encoder);
    }
    return encoder->status;
}

ond_status ond_jpeg_write(const ond_picture_source *source, ond_file *file)
{
    if (source->height > JPEG_MAX_DIMENSION || source->width > JPEG_MAX_DIMENSION) {
        return ond_fail(OND_ERROR_SHAPE, "%s: %zu x %zu pixels, a JPEG file has sides up to %ld", ond_file_name(file),
                        source->height, source->width, JPEG_MAX_DIMENSION);
    }
    jpeg_encoder encoder = {.source = source, .file = file};
    encoder.bytes = ond_memory_allocate(source->width, (size_t)source->channels);
    if (!encoder.bytes) {
        return OND_ERROR_MEMORY;
    }
    encoder.codec.err = jpeg_std_error(&encoder.errors);
    encoder.codec.client_data = &encoder;
    encoder.errors.error_exit = jpeg_failed;
    encoder.errors.output_message = jpeg_silent;
    ond_status status = jpeg_run(&encoder);
    jpeg_destroy_compress(&encoder.codec);
    ond_memory_free(encoder.bytes);
    return status;
}
