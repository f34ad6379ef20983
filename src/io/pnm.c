/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/picture.h"

#include <string.h>

enum { LARGEST_SIZE = 0x7fffffff, LARGEST_SAMPLE = 65535, MOST_CHANNELS = 4, END = -1 };

typedef struct pnm_decoder {
    ond_stream *stream;
    ond_picture_sink *sink;
    ond_picture picture;
    bool plain;           /* numbers as text */
    bool bits;            /* PBM */
    uint64_t row_bytes;   /* binary: exactly; plain: at least */
    unsigned char *bytes; /* one row */
    uint16_t *samples;    /* one row */
} pnm_decoder;

static bool is_space(int character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

static bool is_digit(int character)
{
    return character >= '0' && character <= '9';
}

static ond_status pnm_truncated(void)
{
    return ond_fail(OND_ERROR_FORMAT, "the PNM file is truncated");
}

/* The next character of the text part; a comment counts as its line's end. */
static ond_status pnm_character(pnm_decoder *decoder, int *character)
{
    OND_TRY(ond_stream_byte(decoder->stream, character));
    bool comment = *character == '#';
    while (comment && *character != '\n' && *character != END) {
        OND_TRY(ond_stream_byte(decoder->stream, character));
    }
    return OND_OK;
}

static ond_status pnm_skip_space(pnm_decoder *decoder, int *character)
{
    do {
        OND_TRY(pnm_character(decoder, character));
    } while (is_space(*character));
    return *character == END ? pnm_truncated() : OND_OK;
}

/* A decimal number and the one character after it. */
static ond_status pnm_number(pnm_decoder *decoder, const char *name, unsigned largest, unsigned *number)
{
    int character = END;
    OND_TRY(pnm_skip_space(decoder, &character));
    bool digits = is_digit(character);
    uint64_t value = 0;
    while (is_digit(character)) {
        value = value * 10 + (uint64_t)(character - '0');
        if (value > largest) {
            return ond_fail(OND_ERROR_FORMAT, "the PNM file is damaged (its %s is above %u)", name, largest);
        }
        OND_TRY(pnm_character(decoder, &character));
    }
    if (!digits || (character != END && !is_space(character))) {
        return ond_fail(OND_ERROR_FORMAT, "the PNM file is damaged (its %s is not a number)", name);
    }
    *number = (unsigned)value;
    return OND_OK;
}

static ond_status pnm_positive(pnm_decoder *decoder, const char *name, unsigned largest, unsigned *number)
{
    OND_TRY(pnm_number(decoder, name, largest, number));
    return *number ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the PNM file is damaged (its %s is 0)", name);
}

enum { WORD = 16 }; /* longer than the longest word of a PAM header that matters */

/* The next word, cut where it is too long, and the character after it. */
static ond_status pam_word(pnm_decoder *decoder, char word[WORD], int *after)
{
    size_t length = 0;
    OND_TRY(pnm_skip_space(decoder, after));
    while (*after != END && !is_space(*after)) {
        word[length] = (char)*after;
        length += length < WORD - 1;
        OND_TRY(ond_stream_byte(decoder->stream, after));
    }
    word[length] = '\0';
    return OND_OK;
}

static ond_status skip_line(pnm_decoder *decoder, int character)
{
    while (character != END && character != '\n') {
        OND_TRY(ond_stream_byte(decoder->stream, &character));
    }
    return OND_OK;
}

/* The lines of a PAM header, in any order, up to ENDHDR. The tuple type says no more than the depth does. */
static ond_status pam_header(pnm_decoder *decoder)
{
    unsigned height = 0, width = 0, depth = 0, *maximum = &decoder->picture.maximum;
    char word[WORD];
    int after;
    while (true) {
        OND_TRY(pam_word(decoder, word, &after));
        if (strcmp(word, "ENDHDR") == 0) {
            break;
        }
        if (strcmp(word, "WIDTH") == 0) {
            OND_TRY(pnm_positive(decoder, "width", LARGEST_SIZE, &width));
        } else if (strcmp(word, "HEIGHT") == 0) {
            OND_TRY(pnm_positive(decoder, "height", LARGEST_SIZE, &height));
        } else if (strcmp(word, "DEPTH") == 0) {
            OND_TRY(pnm_positive(decoder, "depth", MOST_CHANNELS, &depth));
        } else if (strcmp(word, "MAXVAL") == 0) {
            OND_TRY(pnm_positive(decoder, "largest sample", LARGEST_SAMPLE, maximum));
        } else {
            OND_TRY(skip_line(decoder, after));
        }
    }
    if (!height || !width || !depth || !*maximum) {
        return ond_fail(OND_ERROR_FORMAT, "the PNM file is damaged (its header lacks width, height, depth or maximum)");
    }
    decoder->picture.info = (ond_image_info){
        .format = OND_FORMAT_PNM,
        .height = height,
        .width = width,
        .channels = (int)depth,
        .bit_depth = *maximum > 255 ? 16 : 8,
        .transparent = depth % 2 == 0,
    };
    return skip_line(decoder, after);
}

static ond_status pnm_header(pnm_decoder *decoder)
{
    unsigned char magic[2] = {0};
    size_t taken = 0;
    unsigned width = 0;
    unsigned height = 0;
    OND_TRY(ond_stream_read(decoder->stream, magic, sizeof magic, &taken));
    if (magic[1] == '7') {
        return pam_header(decoder);
    }
    int kind = magic[1] - '0'; /* 1 to 3 plain, 4 to 6 binary: bits, gray, colour */
    decoder->plain = kind <= 3;
    decoder->bits = kind % 3 == 1;
    OND_TRY(pnm_positive(decoder, "width", LARGEST_SIZE, &width));
    OND_TRY(pnm_positive(decoder, "height", LARGEST_SIZE, &height));
    decoder->picture.maximum = 1;
    if (!decoder->bits) {
        OND_TRY(pnm_positive(decoder, "largest sample", LARGEST_SAMPLE, &decoder->picture.maximum));
    }
    decoder->picture.zero_is_white = decoder->bits;
    decoder->picture.info = (ond_image_info){
        .format = OND_FORMAT_PNM,
        .height = height,
        .width = width,
        .channels = kind % 3 == 0 ? 3 : 1,
        .bit_depth = decoder->bits                    ? 1
                     : decoder->picture.maximum > 255 ? 16
                                                      : 8,
    };
    return OND_OK;
}

static ond_status pnm_check_size(pnm_decoder *decoder)
{
    const ond_image_info *info = &decoder->picture.info;
    uint64_t count = (uint64_t)info->width * (uint64_t)info->channels;
    uint64_t left = 0;
    if (decoder->plain) {
        decoder->row_bytes = decoder->bits ? count : 2 * count; /* a digit and a space */
    } else {
        decoder->row_bytes = decoder->bits ? (count + 7) / 8 : info->bit_depth == 16 ? 2 * count : count;
    }
    bool known = ond_stream_remaining(decoder->stream, &left);
    double last_space = decoder->plain ? 1 : 0;
    if (known && (double)decoder->row_bytes * (double)info->height > (double)left + last_space) {
        return ond_fail(OND_ERROR_FORMAT, "the PNM file is truncated: %zu x %zu pixels cannot be in %llu bytes",
                        info->height, info->width, (unsigned long long)left);
    }
    return OND_OK;
}

static ond_status pnm_plain_bit(pnm_decoder *decoder, unsigned *bit)
{
    int character = END;
    OND_TRY(pnm_skip_space(decoder, &character));
    if (character != '0' && character != '1') {
        return ond_fail(OND_ERROR_FORMAT, "the PNM file is damaged (a bit is neither 0 nor 1)");
    }
    *bit = (unsigned)(character - '0');
    return OND_OK;
}

static ond_status pnm_plain_row(pnm_decoder *decoder, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned sample = 0;
        OND_TRY(decoder->bits ? pnm_plain_bit(decoder, &sample)
                              : pnm_number(decoder, "sample", decoder->picture.maximum, &sample));
        decoder->samples[i] = (uint16_t)sample;
    }
    return OND_OK;
}

static ond_status pnm_binary_row(pnm_decoder *decoder, size_t count)
{
    const unsigned char *bytes = decoder->bytes;
    size_t taken = 0;
    unsigned largest = 0;
    OND_TRY(ond_stream_read(decoder->stream, decoder->bytes, (size_t)decoder->row_bytes, &taken));
    if (taken < decoder->row_bytes) {
        return pnm_truncated();
    }
    for (size_t i = 0; i < count; i++) {
        unsigned sample = bytes[i / (decoder->bits ? 8 : 1)];
        if (decoder->bits) {
            sample = sample >> (7 - i % 8) & 1;
        } else if (decoder->picture.info.bit_depth == 16) {
            sample = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
        }
        decoder->samples[i] = (uint16_t)sample;
        largest = sample > largest ? sample : largest;
    }
    if (largest > decoder->picture.maximum) {
        return ond_fail(OND_ERROR_FORMAT, "the PNM file is damaged (its sample is above %u)", decoder->picture.maximum);
    }
    return OND_OK;
}

static ond_status pnm_rows(pnm_decoder *decoder)
{
    size_t count = decoder->picture.info.width * (size_t)decoder->picture.info.channels;
    decoder->samples = ond_memory_allocate(count, sizeof *decoder->samples);
    decoder->bytes = ond_memory_allocate(decoder->plain ? 0 : (size_t)decoder->row_bytes, 1);
    if (!decoder->samples || !decoder->bytes) {
        return OND_ERROR_MEMORY;
    }
    for (size_t row = 0; row < decoder->picture.info.height; row++) {
        OND_TRY(decoder->plain ? pnm_plain_row(decoder, count) : pnm_binary_row(decoder, count));
        OND_TRY(decoder->sink->row(decoder->sink, row, decoder->samples));
    }
    return OND_OK;
}

static ond_status pnm_decode(pnm_decoder *decoder)
{
    OND_TRY(pnm_header(decoder));
    if (!decoder->sink->row) {
        return decoder->sink->begin(decoder->sink, &decoder->picture);
    }
    OND_TRY(pnm_check_size(decoder));
    OND_TRY(decoder->sink->begin(decoder->sink, &decoder->picture));
    return pnm_rows(decoder);
}

ond_status ond_pnm_read(ond_stream *stream, ond_picture_sink *sink)
{
    pnm_decoder decoder = {.stream = stream, .sink = sink};
    ond_status status = pnm_decode(&decoder);
    ond_memory_free(decoder.bytes);
    ond_memory_free(decoder.samples);
    return status;
}
