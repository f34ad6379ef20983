/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/picture.h"

#include <png.h>
#include <stdio.h>
#include <string.h>

enum { SIGNATURE_SIZE = 8, CAUSE_SIZE = 100, DEFLATE_RATIO = 1032 };

typedef struct png_decoder {
    png_struct *png;
    png_info *info;
    ond_stream *stream;
    ond_picture_sink *sink;
    ond_picture picture;
    size_t row_bytes;
    int passes;
    unsigned char *bytes; /* one row; the whole picture when interlaced */
    uint16_t *samples;    /* one row */
    ond_status status;    /* why libpng was left */
    char warning[CAUSE_SIZE];
} png_decoder;

/* Keeps the status that a callback has set: its message is better. */
static void png_failed(png_struct *png, const char *cause)
{
    png_decoder *decoder = png_get_error_ptr(png);
    if (decoder->status == OND_OK) {
        const char *detail = decoder->warning;
        bool no_data = strncmp(cause, "IEND: out of place", 18) == 0;
        decoder->status = no_data ? ond_fail(OND_ERROR_FORMAT, "the PNG file is damaged (no image data before its end)")
                                  : ond_fail(OND_ERROR_FORMAT, "the PNG file is damaged (%s%s%s)", cause,
                                             *detail ? ", " : "", detail);
    }
    png_longjmp(png, 1);
}

/* libpng only warns of a wrong checksum at the end of the image data. */
static void png_warned(png_struct *png, const char *cause)
{
    png_decoder *decoder = png_get_error_ptr(png);
    if (strncmp(cause, "IDAT", 4) == 0) {
        png_failed(png, cause);
    }
    if (!decoder->warning[0]) {
        snprintf(decoder->warning, sizeof decoder->warning, "%s", cause);
    }
}

static void *png_allocate(png_struct *png, size_t bytes)
{
    png_decoder *decoder = png_get_mem_ptr(png);
    void *memory = ond_memory_allocate(bytes, 1);
    if (!memory) {
        decoder->status = OND_ERROR_MEMORY;
    }
    return memory;
}

static void png_release(png_struct *png, void *memory)
{
    (void)png;
    ond_memory_free(memory);
}

static void png_fetch(png_struct *png, unsigned char *data, size_t bytes)
{
    png_decoder *decoder = png_get_io_ptr(png);
    size_t taken = 0;
    ond_status status = ond_stream_read(decoder->stream, data, bytes, &taken);
    if (status == OND_OK && taken < bytes) {
        status = ond_fail(OND_ERROR_FORMAT, "the PNG file is truncated");
    }
    if (status != OND_OK) {
        decoder->status = status;
        png_error(png, "truncated");
    }
}

/* Runs a step that libpng may leave by a long jump. Nothing local lives across it. */
static ond_status png_run(png_decoder *decoder, void (*step)(png_decoder *decoder))
{
    if (setjmp(png_jmpbuf(decoder->png)) == 0) {
        step(decoder);
    } else if (decoder->status == OND_OK) {
        decoder->status = ond_fail(OND_ERROR_INTERNAL, "libpng failed without a message");
    }
    return decoder->status;
}

static void step_configure(png_decoder *decoder)
{
    png_struct *png = decoder->png;
    png_set_read_fn(png, decoder, png_fetch);
    png_set_sig_bytes(png, SIGNATURE_SIZE);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ond_image_limit counts pixels instead */
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
    /* Texts, profiles and dates are stepped over instead of being unpacked. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#endif
    png_read_info(png, decoder->info);
}

static void png_describe_palette(png_decoder *decoder)
{
    png_color *colors = NULL;
    int count = 0;
    png_get_PLTE(decoder->png, decoder->info, &colors, &count);
    decoder->picture.palette_count = (unsigned)count;
    for (int i = 0; i < count; i++) {
        unsigned char *entry = decoder->picture.palette[i];
        entry[0] = colors[i].red;
        entry[1] = colors[i].green;
        entry[2] = colors[i].blue;
    }
}

static void step_describe(png_decoder *decoder)
{
    png_struct *png = decoder->png;
    png_info *info = decoder->info;
    int color = png_get_color_type(png, info);
    decoder->picture.info = (ond_image_info){
        .format = OND_FORMAT_PNG,
        .height = png_get_image_height(png, info),
        .width = png_get_image_width(png, info),
        .channels = png_get_channels(png, info),
        .bit_depth = png_get_bit_depth(png, info),
        .palette = color == PNG_COLOR_TYPE_PALETTE,
        .interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE,
        .transparent = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS),
    };
    decoder->picture.maximum = (1u << decoder->picture.info.bit_depth) - 1;
    if (color == PNG_COLOR_TYPE_PALETTE) {
        png_describe_palette(decoder);
    }
}

static void step_start(png_decoder *decoder)
{
    png_set_packing(decoder->png); /* a byte per sample of less than 8 bits */
    decoder->passes = png_set_interlace_handling(decoder->png);
    png_read_update_info(decoder->png, decoder->info);
    decoder->row_bytes = png_get_rowbytes(decoder->png, decoder->info);
}

static void png_widen_row(const png_decoder *decoder, const unsigned char *bytes)
{
    const ond_image_info *info = &decoder->picture.info;
    size_t count = info->width * (size_t)info->channels;
    for (size_t i = 0; i < count; i++) {
        unsigned sample = info->bit_depth == 16 ? (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1] : bytes[i];
        decoder->samples[i] = (uint16_t)sample;
    }
}

static void step_rows(png_decoder *decoder)
{
    const ond_image_info *info = &decoder->picture.info;
    size_t stride = info->interlaced ? decoder->row_bytes : 0;
    for (int pass = 1; pass <= decoder->passes; pass++) {
        for (size_t row = 0; row < info->height; row++) {
            unsigned char *bytes = decoder->bytes + row * stride;
            png_read_row(decoder->png, bytes, NULL);
            if (decoder->status == OND_OK && pass == decoder->passes) {
                png_widen_row(decoder, bytes);
                decoder->status = decoder->sink->row(decoder->sink, row, decoder->samples);
            }
            if (decoder->status != OND_OK) {
                return;
            }
        }
    }
    png_read_end(decoder->png, NULL);
}

/* Deflate packs at most 1032 bytes into one: a file too short for its picture is known before memory is taken. */
static ond_status png_check_size(const png_decoder *decoder)
{
    const ond_image_info *info = &decoder->picture.info;
    uint64_t left = 0;
    double row_bits = (double)info->width * info->channels * info->bit_depth;
    if (ond_stream_remaining(decoder->stream, &left)
        && (double)info->height * row_bits / 8 > (double)DEFLATE_RATIO * (double)left) {
        return ond_fail(OND_ERROR_FORMAT, "the PNG file is truncated: %zu x %zu pixels cannot be in %llu bytes",
                        info->height, info->width, (unsigned long long)left);
    }
    return OND_OK;
}

static ond_status png_decode_rows(png_decoder *decoder)
{
    const ond_image_info *info = &decoder->picture.info;
    OND_TRY(png_check_size(decoder));
    OND_TRY(decoder->sink->begin(decoder->sink, &decoder->picture));
    OND_TRY(png_run(decoder, step_start));
    decoder->bytes = ond_memory_allocate(info->interlaced ? info->height : 1, decoder->row_bytes);
    decoder->samples = ond_memory_allocate(info->width, (size_t)info->channels * sizeof *decoder->samples);
    if (!decoder->bytes || !decoder->samples) {
        return OND_ERROR_MEMORY;
    }
    return png_run(decoder, step_rows);
}

/* libpng does not see to this where chunks are stepped over. */
static ond_status check_first_chunk(ond_stream *stream)
{
    enum { LENGTH_SIZE = 4, TYPE_SIZE = 4 };
    const unsigned char *start = NULL;
    size_t available = 0;
    OND_TRY(ond_stream_peek(stream, &start, &available));
    if (available >= LENGTH_SIZE + TYPE_SIZE && memcmp(start + LENGTH_SIZE, "IHDR", TYPE_SIZE) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "the PNG file is damaged (it does not begin with its header)");
    }
    return OND_OK;
}

static ond_status png_decode(png_decoder *decoder)
{
    static const unsigned char wanted[SIGNATURE_SIZE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    unsigned char signature[SIGNATURE_SIZE];
    size_t taken = 0;
    OND_TRY(ond_stream_read(decoder->stream, signature, SIGNATURE_SIZE, &taken));
    if (memcmp(signature, wanted, taken) != 0) {
        return ond_fail(OND_ERROR_FORMAT, "the PNG file is damaged (its first 8 bytes are not the PNG signature)");
    }
    OND_TRY(check_first_chunk(decoder->stream));
    decoder->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, decoder, png_failed, png_warned, decoder,
                                            png_allocate, png_release);
    decoder->info = decoder->png ? png_create_info_struct(decoder->png) : NULL;
    if (!decoder->info) {
        return ond_fail(OND_ERROR_MEMORY, "out of memory for reading PNG");
    }
    OND_TRY(png_run(decoder, step_configure));
    OND_TRY(png_run(decoder, step_describe));
    return decoder->sink->row ? png_decode_rows(decoder) : decoder->sink->begin(decoder->sink, &decoder->picture);
}

ond_status ond_png_read(ond_stream *stream, ond_picture_sink *sink)
{
    png_decoder decoder = {.stream = stream, .sink = sink};
    ond_status status = png_decode(&decoder);
    png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
    ond_memory_free(decoder.bytes);
    ond_memory_free(decoder.samples);
    return status;
}
