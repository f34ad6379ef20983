/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_STREAM_H
#define OND_IO_STREAM_H

#include "core/status.h"

#include <stdint.h>

enum { OND_STREAM_PEEK = 16 };

/* Bytes of a file, a pipe or standard input ("-"), read from start to end. */
typedef struct ond_stream ond_stream;

ond_status ond_stream_open(const char *path, ond_stream **stream);
void ond_stream_close(ond_stream *stream);

/* Closes a stream that was only looked at. What cannot be opened a second time (standard input, a pipe) is kept, with
 * the bytes read ahead, for the next ond_stream_open of the same path. */
void ond_stream_park(ond_stream *stream);

/* From here on the content is inflated, if it is gzip. */
ond_status ond_stream_inflate(ond_stream *stream);

/* The next bytes without taking them: `*available` ≤ OND_STREAM_PEEK, fewer only near the end. */
ond_status ond_stream_peek(ond_stream *stream, const unsigned char **data, size_t *available);

/* Takes `bytes` bytes; `*taken` is smaller only at the end. */
ond_status ond_stream_read(ond_stream *stream, void *data, size_t bytes, size_t *taken);

/* Passes over `bytes` bytes; without reading them in a plain file. @retval OND_ERROR_FORMAT  fewer are left */
ond_status ond_stream_skip(ond_stream *stream, uint64_t bytes);

/* Takes one byte; −1 at the end. */
ond_status ond_stream_byte(ond_stream *stream, int *byte);

/* How many bytes are left, where that is known beforehand: in a plain file. What headers declare is compared with it
 * before memory is taken. */
bool ond_stream_remaining(const ond_stream *stream, uint64_t *bytes);

/* The path as messages name it. */
const char *ond_stream_name(const char *path);

#endif
