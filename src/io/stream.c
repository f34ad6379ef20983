/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/stream.h"

#include "core/memory.h"
#include "io/system.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BUFFER_SIZE = 1 << 16, GZIP_WINDOW = 15 + 16 };

typedef struct stream_buffer {
    size_t begin, end;
    bool ended;                      /* nothing follows what is in the buffer */
    unsigned char data[BUFFER_SIZE]; /* left as it comes: zeroing it would cost more than a small file's reading */
} stream_buffer;

typedef struct stream_inflater {
    z_stream codec;
    bool inside_member;    /* the end of the file may not come here */
    stream_buffer content; /* last, and its data last in it */
} stream_inflater;

struct ond_stream {
    int descriptor;
    bool standard_input;
    bool size_known;
    uint64_t remaining;
    struct stat identity;
    stream_inflater *inflater; /* NULL unless the content is gzip */
    ond_stream *next_parked;
    stream_buffer raw; /* last, and its data last in it */
};

static ond_stream *parked;
static pthread_mutex_t parked_lock = PTHREAD_MUTEX_INITIALIZER;

const char *ond_stream_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static ond_stream *stream_unpark(bool standard_input, const struct stat *identity)
{
    ond_stream *found = NULL;
    pthread_mutex_lock(&parked_lock);
    for (ond_stream **link = &parked; *link; link = &(*link)->next_parked) {
        ond_stream *stream = *link;
        if (stream->standard_input == standard_input && stream->identity.st_dev == identity->st_dev
            && stream->identity.st_ino == identity->st_ino) {
            *link = stream->next_parked;
            found = stream;
            break;
        }
    }
    pthread_mutex_unlock(&parked_lock);
    return found;
}

void ond_stream_park(ond_stream *stream)
{
    if (!stream->standard_input && S_ISREG(stream->identity.st_mode)) {
        ond_stream_close(stream);
        return;
    }
    pthread_mutex_lock(&parked_lock);
    stream->next_parked = parked;
    parked = stream;
    pthread_mutex_unlock(&parked_lock);
}

/* Finds out what is to be read, without opening it: opening a parked pipe again could wait for ever. */
static ond_status stream_identify(const char *path, struct stat *identity)
{
    int result = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, identity) : stat(path, identity);
    if (result != 0) {
        return ond_fail_system("cannot open");
    }
    return S_ISDIR(identity->st_mode) ? ond_fail(OND_ERROR_IO, "cannot read: this is a folder") : OND_OK;
}

static ond_status stream_start(ond_stream *stream, const char *path)
{
    stream->descriptor = stream->standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (stream->descriptor < 0) {
        return ond_fail_system("cannot open");
    }
    off_t position = S_ISREG(stream->identity.st_mode) ? lseek(stream->descriptor, 0, SEEK_CUR) : -1;
    /* Files made by the kernel say 0 bytes and hold some. */
    stream->size_known = position >= 0 && stream->identity.st_size > position;
    stream->remaining = stream->size_known ? (uint64_t)(stream->identity.st_size - position) : 0;
    return OND_OK;
}

ond_status ond_stream_open(const char *path, ond_stream **stream)
{
    struct stat identity = {0};
    OND_TRY(stream_identify(path, &identity));
    bool standard_input = strcmp(path, "-") == 0;
    *stream = stream_unpark(standard_input, &identity);
    if (*stream) {
        return OND_OK;
    }
    ond_stream *made = ond_memory_allocate(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    memset(made, 0, offsetof(ond_stream, raw.data));
    made->identity = identity;
    made->standard_input = standard_input;
    ond_status status = stream_start(made, path);
    if (status != OND_OK) {
        ond_stream_close(made);
        return status;
    }
    *stream = made;
    return OND_OK;
}

void ond_stream_close(ond_stream *stream)
{
    if (!stream) {
        return;
    }
    if (stream->inflater) {
        inflateEnd(&stream->inflater->codec);
        ond_memory_free(stream->inflater);
    }
    if (!stream->standard_input && stream->descriptor >= 0) {
        close(stream->descriptor);
    }
    ond_memory_free(stream);
}

static void buffer_make_room(stream_buffer *buffer)
{
    memmove(buffer->data, buffer->data + buffer->begin, buffer->end - buffer->begin);
    buffer->end -= buffer->begin;
    buffer->begin = 0;
}

static ond_status raw_more(ond_stream *stream)
{
    stream_buffer *raw = &stream->raw;
    buffer_make_room(raw);
    ssize_t got = 0;
    do {
        got = read(stream->descriptor, raw->data + raw->end, BUFFER_SIZE - raw->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return ond_fail_system("cannot read");
    }
    raw->end += (size_t)got;
    raw->ended = got == 0;
    return OND_OK;
}

static ond_status inflate_check(const stream_inflater *inflater, int result)
{
    if (result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR) {
        return OND_OK;
    }
    if (result == Z_MEM_ERROR) {
        return ond_fail(OND_ERROR_MEMORY, "out of memory for unpacking");
    }
    const char *cause = inflater->codec.msg ? inflater->codec.msg : "unknown code";
    return ond_fail(OND_ERROR_FORMAT, "the gzip data is damaged (%s)", cause);
}

/* Turns some raw bytes into content, maybe into none yet. */
static ond_status inflate_step(ond_stream *stream)
{
    stream_inflater *inflater = stream->inflater;
    stream_buffer *raw = &stream->raw;
    stream_buffer *content = &inflater->content;
    z_stream *codec = &inflater->codec;
    if (!inflater->inside_member) {
        inflateReset(codec); /* gzip files may be chained */
    }
    codec->next_in = raw->data + raw->begin;
    codec->avail_in = (uInt)(raw->end - raw->begin);
    codec->next_out = content->data + content->end;
    codec->avail_out = (uInt)(BUFFER_SIZE - content->end);
    int result = inflate(codec, Z_NO_FLUSH);
    raw->begin = raw->end - codec->avail_in;
    content->end = BUFFER_SIZE - codec->avail_out;
    inflater->inside_member = result != Z_STREAM_END;
    return inflate_check(inflater, result);
}

static ond_status inflate_more(ond_stream *stream)
{
    stream_inflater *inflater = stream->inflater;
    stream_buffer *raw = &stream->raw;
    if (raw->begin == raw->end && !raw->ended) {
        OND_TRY(raw_more(stream));
    }
    if (raw->begin < raw->end) {
        buffer_make_room(&inflater->content);
        return inflate_step(stream);
    }
    inflater->content.ended = true;
    return inflater->inside_member ? ond_fail(OND_ERROR_FORMAT, "the gzip data is truncated") : OND_OK;
}

static void *inflate_allocate(void *unused, unsigned count, unsigned size)
{
    (void)unused;
    return ond_memory_allocate(count, size);
}

static void inflate_free(void *unused, void *memory)
{
    (void)unused;
    ond_memory_free(memory);
}

ond_status ond_stream_inflate(ond_stream *stream)
{
    const unsigned char *start = NULL;
    size_t available = 0;
    OND_TRY(ond_stream_peek(stream, &start, &available));
    if (stream->inflater || available < 2 || start[0] != 0x1f || start[1] != 0x8b) {
        return OND_OK;
    }
    stream_inflater *inflater = ond_memory_allocate(1, sizeof *inflater);
    if (!inflater) {
        return OND_ERROR_MEMORY;
    }
    memset(inflater, 0, offsetof(stream_inflater, content.data));
    inflater->inside_member = true;
    inflater->codec.zalloc = inflate_allocate;
    inflater->codec.zfree = inflate_free;
    if (inflateInit2(&inflater->codec, GZIP_WINDOW) != Z_OK) {
        ond_memory_free(inflater);
        return ond_fail(OND_ERROR_MEMORY, "out of memory for unpacking");
    }
    stream->inflater = inflater;
    stream->size_known = false;
    return OND_OK;
}

static stream_buffer *stream_content(ond_stream *stream)
{
    return stream->inflater ? &stream->inflater->content : &stream->raw;
}

/* Has at least `bytes` bytes in the buffer unless the end comes before. */
static ond_status stream_fill(ond_stream *stream, size_t bytes)
{
    stream_buffer *content = stream_content(stream);
    while (content->end - content->begin < bytes && !content->ended) {
        OND_TRY(stream->inflater ? inflate_more(stream) : raw_more(stream));
    }
    return OND_OK;
}

ond_status ond_stream_peek(ond_stream *stream, const unsigned char **data, size_t *available)
{
    OND_TRY(stream_fill(stream, OND_STREAM_PEEK));
    const stream_buffer *content = stream_content(stream);
    size_t held = content->end - content->begin;
    *data = content->data + content->begin;
    *available = held < OND_STREAM_PEEK ? held : OND_STREAM_PEEK;
    return OND_OK;
}

static void stream_take(ond_stream *stream, size_t bytes)
{
    stream_content(stream)->begin += bytes;
    stream->remaining = stream->remaining > bytes ? stream->remaining - bytes : 0;
}

ond_status ond_stream_read(ond_stream *stream, void *data, size_t bytes, size_t *taken)
{
    unsigned char *place = data;
    *taken = 0;
    while (*taken < bytes) {
        OND_TRY(stream_fill(stream, 1));
        const stream_buffer *content = stream_content(stream);
        size_t held = content->end - content->begin;
        if (held == 0) {
            break;
        }
        size_t piece = held < bytes - *taken ? held : bytes - *taken;
        memcpy(place + *taken, content->data + content->begin, piece);
        stream_take(stream, piece);
        *taken += piece;
    }
    return OND_OK;
}

/* Moves the descriptor on, where nothing is in the buffer. */
static ond_status stream_jump(ond_stream *stream, uint64_t bytes)
{
    if (lseek(stream->descriptor, (off_t)bytes, SEEK_CUR) < 0) {
        return ond_fail_system("cannot read");
    }
    stream->remaining -= bytes;
    return OND_OK;
}

ond_status ond_stream_skip(ond_stream *stream, uint64_t bytes)
{
    const stream_buffer *content = stream_content(stream);
    while (bytes > 0) {
        size_t held = content->end - content->begin;
        if (held == 0 && stream->size_known && bytes <= stream->remaining) {
            return stream_jump(stream, bytes);
        }
        if (held == 0) {
            OND_TRY(stream_fill(stream, 1));
            held = content->end - content->begin;
        }
        if (held == 0) {
            return ond_fail(OND_ERROR_FORMAT, "the file is truncated");
        }
        size_t piece = held < bytes ? held : (size_t)bytes;
        stream_take(stream, piece);
        bytes -= piece;
    }
    return OND_OK;
}

ond_status ond_stream_byte(ond_stream *stream, int *byte)
{
    OND_TRY(stream_fill(stream, 1));
    const stream_buffer *content = stream_content(stream);
    if (content->begin == content->end) {
        *byte = -1;
        return OND_OK;
    }
    *byte = content->data[content->begin];
    stream_take(stream, 1);
    return OND_OK;
}

bool ond_stream_remaining(const ond_stream *stream, uint64_t *bytes)
{
    *bytes = stream->remaining;
    return stream->size_known;
}
