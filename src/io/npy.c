/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/elements.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The header of a plain number type has about a hundred characters; the rest can only be padding. */
enum { MAGIC_SIZE = 6, VERSION_SIZE = 2, LONGEST_HEADER = 1 << 20, ALIGNMENT = 64, WORD_SIZE = 16, MOST_DIGITS = 20 };

static const unsigned char magic[MAGIC_SIZE] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

bool ond_npy_starts(const unsigned char *bytes, size_t count)
{
    return count >= MAGIC_SIZE && memcmp(bytes, magic, MAGIC_SIZE) == 0;
}

/* --- the text: a Python dictionary of three entries --- */

typedef struct npy_text {
    const char *next, *end;
    bool has_type, has_order, has_shape;
    ond_array_header *header;
} npy_text;

static ond_status npy_damaged(const char *cause)
{
    return ond_fail(OND_ERROR_FORMAT, "the NumPy file is damaged (%s)", cause);
}

static char text_peek(npy_text *text)
{
    while (text->next < text->end && (*text->next == ' ' || (*text->next >= '\t' && *text->next <= '\r'))) {
        text->next++;
    }
    return text->next < text->end ? *text->next : '\0';
}

static bool text_accept(npy_text *text, char wanted)
{
    if (text_peek(text) != wanted) {
        return false;
    }
    text->next++;
    return true;
}

static bool text_accept_word(npy_text *text, const char *word)
{
    size_t length = strlen(word);
    text_peek(text);
    if ((size_t)(text->end - text->next) < length || memcmp(text->next, word, length) != 0) {
        return false;
    }
    text->next += length;
    return true;
}

/* A quoted word of at most WORD_SIZE − 1 characters, without escapes. */
static bool text_word(npy_text *text, char word[WORD_SIZE])
{
    char quote = text_peek(text);
    if (quote != '\'' && quote != '"') {
        return false;
    }
    size_t length = 0;
    for (text->next++; text->next < text->end && *text->next != quote; text->next++) {
        if (length == WORD_SIZE - 1 || *text->next < ' ' || *text->next > '~') {
            return false;
        }
        word[length++] = *text->next;
    }
    word[length] = '\0';
    return text_accept(text, quote);
}

/* An axis as NumPy writes it; Python 2 appended an L. */
static ond_status text_axis(npy_text *text, size_t *size)
{
    const char *start = text->next;
    *size = 0;
    for (; text->next < text->end && *text->next >= '0' && *text->next <= '9'; text->next++) {
        size_t digit = (size_t)(*text->next - '0');
        if (*size > (SIZE_MAX - digit) / 10) {
            return ond_fail(OND_ERROR_UNSUPPORTED, "the array has an axis longer than memory");
        }
        *size = *size * 10 + digit;
    }
    if (text->next == start) {
        return npy_damaged("an axis of its shape is not a number from 0 up");
    }
    text_accept(text, 'L');
    return OND_OK;
}

static ond_status text_shape(npy_text *text)
{
    ond_array_header *header = text->header;
    if (!text_accept(text, '(')) {
        return npy_damaged("its shape is not a tuple");
    }
    header->rank = 0;
    while (text_peek(text) != ')') {
        if (header->rank == OND_MAX_RANK) {
            return ond_fail(OND_ERROR_UNSUPPORTED, "the array has more than %d axes", OND_MAX_RANK);
        }
        OND_TRY(text_axis(text, &header->shape[header->rank++]));
        if (!text_accept(text, ',') && text_peek(text) != ')') {
            return npy_damaged("its shape is not a tuple of numbers");
        }
    }
    text->next++;
    return OND_OK;
}

/* "<f4": byte order, kind, size. */
static ond_status text_type(npy_text *text)
{
    char word[WORD_SIZE];
    if (text_peek(text) == '[') {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the array holds records, numbers are wanted");
    }
    if (!text_word(text, word)) {
        return npy_damaged("its type is not a short word in quotes");
    }
    const char *type = word + (*word && strchr("<>|=", *word) ? 1 : 0);
    bool big = *word == '>' || (*word != '<' && ond_machine_is_big_endian());
    bool digit = type[0] && type[1] >= '1' && type[1] <= '9' && !type[2];
    text->header->element = digit ? ond_element_find(type[0], (unsigned)(type[1] - '0')) : NULL;
    text->header->swapped = big != ond_machine_is_big_endian();
    if (!text->header->element) {
        return ond_fail(OND_ERROR_UNSUPPORTED,
                        "the array holds elements of type '%s', bool, integers or floats of 2, 4 or 8 bytes are wanted",
                        word);
    }
    return OND_OK;
}

static ond_status text_order(npy_text *text)
{
    text->header->fortran = text_accept_word(text, "True");
    if (!text->header->fortran && !text_accept_word(text, "False")) {
        return npy_damaged("its fortran_order is neither True nor False");
    }
    return OND_OK;
}

static ond_status text_entry(npy_text *text)
{
    char key[WORD_SIZE];
    if (!text_word(text, key) || !text_accept(text, ':')) {
        return npy_damaged("its header is not a dictionary of names and values");
    }
    bool *seen = strcmp(key, "descr") == 0           ? &text->has_type
                 : strcmp(key, "fortran_order") == 0 ? &text->has_order
                 : strcmp(key, "shape") == 0         ? &text->has_shape
                                                     : NULL;
    if (!seen || *seen) {
        return ond_fail(OND_ERROR_FORMAT, "the NumPy file is damaged (its header has %s '%s')",
                        seen ? "two entries" : "an unknown entry", key);
    }
    *seen = true;
    return seen == &text->has_type ? text_type(text) : seen == &text->has_order ? text_order(text) : text_shape(text);
}

static ond_status text_parse(npy_text *text)
{
    if (!text_accept(text, '{')) {
        return npy_damaged("its header is not a dictionary");
    }
    while (!text_accept(text, '}')) {
        OND_TRY(text_entry(text));
        if (!text_accept(text, ',') && text_peek(text) != '}') {
            return npy_damaged("its header's dictionary does not end");
        }
    }
    if (!text->has_type || !text->has_order || !text->has_shape) {
        return npy_damaged("its header lacks descr, fortran_order or shape");
    }
    text_peek(text);
    return text->next == text->end ? OND_OK : npy_damaged("its header goes on after the dictionary");
}

/* --- the bytes around it --- */

static ond_status npy_take(ond_stream *stream, void *bytes, size_t count)
{
    size_t taken = 0;
    OND_TRY(ond_stream_read(stream, bytes, count, &taken));
    return taken == count ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the NumPy file is truncated in its header");
}

static ond_status npy_header_length(ond_stream *stream, size_t *length)
{
    unsigned char start[MAGIC_SIZE + VERSION_SIZE];
    OND_TRY(npy_take(stream, start, sizeof start));
    unsigned version = start[MAGIC_SIZE];
    if (version < 1 || version > 3) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "NumPy format %u, 1 to 3 are known", version);
    }
    unsigned char bytes[4] = {0};
    OND_TRY(npy_take(stream, bytes, version == 1 ? 2 : 4));
    *length = (size_t)bytes[3] << 24 | (size_t)bytes[2] << 16 | (size_t)bytes[1] << 8 | bytes[0];
    uint64_t left = 0;
    if (*length > LONGEST_HEADER) {
        return ond_fail(OND_ERROR_FORMAT, "the NumPy file is damaged (a header of %zu bytes, at most %d make sense)",
                        *length, LONGEST_HEADER);
    }
    if (ond_stream_remaining(stream, &left) && left < *length) {
        return ond_fail(OND_ERROR_FORMAT, "the NumPy file is truncated in its header");
    }
    return OND_OK;
}

ond_status ond_npy_header_read(ond_stream *stream, ond_array_header *header)
{
    size_t length = 0;
    OND_TRY(npy_header_length(stream, &length));
    char *characters = ond_memory_allocate(length, 1);
    if (!characters) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = npy_take(stream, characters, length);
    if (status == OND_OK) {
        npy_text text = {.next = characters, .end = characters + length, .header = header};
        status = text_parse(&text);
    }
    ond_memory_free(characters);
    return status;
}

/* --- writing --- */

static size_t header_print(int rank, const size_t *shape, char text[OND_NPY_HEADER_SIZE])
{
    int length = snprintf(text, OND_NPY_HEADER_SIZE, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int axis = 0; axis < rank; axis++) {
        length += snprintf(text + length, OND_NPY_HEADER_SIZE - (size_t)length, "%s%zu", axis ? ", " : "", shape[axis]);
    }
    length += snprintf(text + length, OND_NPY_HEADER_SIZE - (size_t)length, "%s), }", rank == 1 ? "," : "");
    return (size_t)length;
}

void ond_npy_header_format(int rank, const size_t *shape, char text[OND_NPY_HEADER_SIZE], size_t *size)
{
    char dictionary[OND_NPY_HEADER_SIZE];
    size_t start = MAGIC_SIZE + VERSION_SIZE + 2;
    size_t length = header_print(rank, shape, dictionary);
    if (*size == 0) {
        *size = (start + length + MOST_DIGITS + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    size_t declared = *size - start;
    memset(text, ' ', *size);
    memcpy(text, magic, MAGIC_SIZE);
    text[MAGIC_SIZE] = 1;
    text[MAGIC_SIZE + 1] = 0;
    text[start - 2] = (char)(declared & 255);
    text[start - 1] = (char)(declared >> 8);
    memcpy(text + start, dictionary, length);
    text[*size - 1] = '\n';
}
