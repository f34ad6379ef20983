/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/picture.h"

/* jpeglib.h wants these first. */
/* clang-format off */
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
/* clang-format on */

enum { INPUT_SIZE = 1 << 14, MOST_SCANS = 500 };

typedef struct jpeg_decoder {
    struct jpeg_decompress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    ond_stream *stream;
    ond_picture_sink *sink;
    ond_picture picture;
    unsigned char *bytes; /* one row */
    uint16_t *samples;    /* one row */
    ond_status status;    /* why libjpeg was left */
    unsigned char input[INPUT_SIZE];
} jpeg_decoder;

static jpeg_decoder *jpeg_owner(j_common_ptr codec)
{
    return codec->client_data;
}

static void jpeg_leave(j_common_ptr codec, ond_status status)
{
    jpeg_decoder *decoder = jpeg_owner(codec);
    decoder->status = status;
    longjmp(decoder->escape, 1);
}

static ond_status jpeg_status(int code)
{
    switch (code) {
    case JERR_OUT_OF_MEMORY:
        return OND_ERROR_MEMORY;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
        return OND_ERROR_UNSUPPORTED;
    default:
        return OND_ERROR_FORMAT;
    }
}

static void jpeg_failed(j_common_ptr codec)
{
    char cause[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, cause);
    ond_status status = jpeg_status(codec->err->msg_code);
    const char *verdict = status == OND_ERROR_FORMAT ? "is damaged" : "cannot be decoded";
    jpeg_leave(codec, ond_fail(status, "the JPEG file %s (%s)", verdict, cause));
}

/* Corrupt data is only a warning to libjpeg, which goes on with gray. */
static void jpeg_noticed(j_common_ptr codec, int level)
{
    int code = codec->err->msg_code;
    bool harmless = code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR;
    if (level < 0 && !harmless) {
        jpeg_failed(codec);
    }
}

static void jpeg_silent(j_common_ptr codec)
{
    (void)codec;
}

/* Many scans in few bytes would keep a decoder busy for hours. */
static void jpeg_watch(j_common_ptr codec)
{
    int scans = jpeg_owner(codec)->codec.input_scan_number;
    if (scans > MOST_SCANS) {
        jpeg_leave(codec, ond_fail(OND_ERROR_UNSUPPORTED, "the JPEG file has more than %d scans", MOST_SCANS));
    }
}

static void source_nothing(j_decompress_ptr codec)
{
    (void)codec;
}

static boolean source_fill(j_decompress_ptr codec)
{
    jpeg_decoder *decoder = jpeg_owner((j_common_ptr)codec);
    size_t taken = 0;
    ond_status status = ond_stream_read(decoder->stream, decoder->input, INPUT_SIZE, &taken);
    if (status == OND_OK && taken == 0) {
        status = ond_fail(OND_ERROR_FORMAT, "the JPEG file is truncated");
    }
    if (status != OND_OK) {
        jpeg_leave((j_common_ptr)codec, status);
    }
    decoder->source.next_input_byte = decoder->input;
    decoder->source.bytes_in_buffer = taken;
    return TRUE;
}

static void source_skip(j_decompress_ptr codec, long bytes)
{
    struct jpeg_source_mgr *source = codec->src;
    size_t left = bytes > 0 ? (size_t)bytes : 0;
    while (left > source->bytes_in_buffer) {
        left -= source->bytes_in_buffer;
        source_fill(codec);
    }
    source->next_input_byte += left;
    source->bytes_in_buffer -= left;
}

/* Runs a step that libjpeg may leave by a long jump. Nothing local lives across it. */
static ond_status jpeg_run(jpeg_decoder *decoder, void (*step)(jpeg_decoder *decoder))
{
    if (setjmp(decoder->escape) == 0) {
        step(decoder);
    }
    return decoder->status;
}

static void step_header(jpeg_decoder *decoder)
{
    jpeg_create_decompress(&decoder->codec);
    decoder->source = (struct jpeg_source_mgr){
        .init_source = source_nothing,
        .fill_input_buffer = source_fill,
        .skip_input_data = source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_nothing,
    };
    decoder->codec.src = &decoder->source;
    decoder->progress.progress_monitor = jpeg_watch;
    decoder->codec.progress = &decoder->progress;
    jpeg_read_header(&decoder->codec, TRUE);
}

static ond_status jpeg_describe(jpeg_decoder *decoder)
{
    struct jpeg_decompress_struct *codec = &decoder->codec;
    J_COLOR_SPACE stored = codec->jpeg_color_space;
    if (stored != JCS_GRAYSCALE && stored != JCS_YCbCr && stored != JCS_RGB) {
        bool ink = stored == JCS_CMYK || stored == JCS_YCCK;
        return ond_fail(OND_ERROR_UNSUPPORTED, "the JPEG file holds %d %s, gray or RGB is wanted",
                        codec->num_components, ink ? "inks (CMYK)" : "components of an unknown kind");
    }
    codec->out_color_space = stored == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    decoder->picture.maximum = 255;
    decoder->picture.info = (ond_image_info){
        .format = OND_FORMAT_JPEG,
        .height = codec->image_height,
        .width = codec->image_width,
        .channels = stored == JCS_GRAYSCALE ? 1 : 3,
        .bit_depth = 8,
        .interlaced = codec->progressive_mode,
    };
    return OND_OK;
}

/* A Huffman code spends a bit or more on each block of 8 x 8: a file too short for its picture is known before memory
 * is taken. */
static ond_status jpeg_check_size(const jpeg_decoder *decoder)
{
    const struct jpeg_decompress_struct *codec = &decoder->codec;
    uint64_t size = 0;
    uint64_t blocks = 0;
    for (int i = 0; i < codec->num_components; i++) {
        blocks += (uint64_t)codec->comp_info[i].width_in_blocks * codec->comp_info[i].height_in_blocks;
    }
    bool known = ond_stream_remaining(decoder->stream, &size);
    size += decoder->source.bytes_in_buffer;
    if (known && !codec->arith_code && blocks / 8 > size) {
        return ond_fail(OND_ERROR_FORMAT, "the JPEG file is truncated: %u x %u pixels cannot be in %llu bytes",
                        codec->image_height, codec->image_width, (unsigned long long)size);
    }
    return OND_OK;
}

static void step_start(jpeg_decoder *decoder)
{
    jpeg_start_decompress(&decoder->codec);
}

static void step_rows(jpeg_decoder *decoder)
{
    const ond_image_info *info = &decoder->picture.info;
    size_t count = info->width * (size_t)info->channels;
    for (size_t row = 0; row < info->height && decoder->status == OND_OK; row++) {
        jpeg_read_scanlines(&decoder->codec, &decoder->bytes, 1);
        for (size_t i = 0; i < count; i++) {
            decoder->samples[i] = decoder->bytes[i];
        }
        decoder->status = decoder->sink->row(decoder->sink, row, decoder->samples);
    }
    if (decoder->status == OND_OK) {
        jpeg_finish_decompress(&decoder->codec);
    }
}

static ond_status jpeg_decode(jpeg_decoder *decoder)
{
    OND_TRY(jpeg_run(decoder, step_header));
    OND_TRY(jpeg_describe(decoder));
    if (!decoder->sink->row) {
        return decoder->sink->begin(decoder->sink, &decoder->picture);
    }
    OND_TRY(jpeg_check_size(decoder));
    OND_TRY(decoder->sink->begin(decoder->sink, &decoder->picture));
    OND_TRY(jpeg_run(decoder, step_start));
    size_t count = decoder->picture.info.width * (size_t)decoder->picture.info.channels;
    decoder->bytes = ond_memory_allocate(count, 1);
    decoder->samples = ond_memory_allocate(count, sizeof *decoder->samples);
    if (!decoder->bytes || !decoder->samples) {
        return OND_ERROR_MEMORY;
    }
    return jpeg_run(decoder, step_rows);
}

ond_status ond_jpeg_read(ond_stream *stream, ond_picture_sink *sink)
{
    jpeg_decoder decoder = {.stream = stream, .sink = sink};
    decoder.codec.err = jpeg_std_error(&decoder.errors);
    decoder.codec.client_data = &decoder;
    decoder.errors.error_exit = jpeg_failed;
    decoder.errors.emit_message = jpeg_noticed;
    decoder.errors.output_message = jpeg_silent;
    ond_status status = jpeg_decode(&decoder);
    jpeg_destroy_decompress(&decoder.codec);
    ond_memory_free(decoder.bytes);
    ond_memory_free(decoder.samples);
    return status;
}
