/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_METADATA_H
#define OND_IO_METADATA_H

#include "core/status.h"
#include "io/stream.h"

#include <ondelet/image.h>

/* What a piece of metadata is, in whatever kind of file it lies. */
typedef enum ond_metadata_kind {
    OND_METADATA_PROFILE, /* an ICC profile */
    OND_METADATA_EXIF,    /* a TIFF structure, without the header that JPEG puts before it */
    OND_METADATA_XMP,     /* XML */
    OND_METADATA_DENSITY, /* as PNG's pHYs: pixels per unit across and down (4 bytes each), unit (1: metre) */
    OND_METADATA_COMMENT, /* text */
    OND_METADATA_CHUNK    /* of a PNG file, kept as it is */
} ond_metadata_kind;

typedef struct ond_metadata_item {
    ond_metadata_kind kind;
    char chunk[5]; /* its type */
    unsigned char *data;
    size_t size;
    int parts; /* that a profile was put together from */
} ond_metadata_item;

struct ond_metadata {
    ond_metadata_item *items;
    size_t count, capacity;
    size_t bytes;       /* of all items */
    bool knows_profile; /* a packed one was found, whole or damaged: unpacking many would take long */
};

/* Copies `size` bytes, at least one. Left out, without an error: the second of what a picture has but once, and what is
 * more than any camera or editor writes (1000 items, 64 MiB). @param chunk  a PNG chunk's type; NULL for other kinds */
ond_status ond_metadata_add(ond_metadata *metadata, ond_metadata_kind kind, const char *chunk,
                            const unsigned char *data, size_t size);
/* The first item of a kind, or NULL. */
const ond_metadata_item *ond_metadata_find(const ond_metadata *metadata, ond_metadata_kind kind);

/* A picture's metadata as far as it lies before the end; what is damaged is left out. */
ond_status ond_metadata_read_png(ond_stream *stream, ond_metadata *metadata);
ond_status ond_metadata_read_jpeg(ond_stream *stream, ond_metadata *metadata);

/* Whether an ICC profile is one for gray pictures (1) or for RGB (3). */
bool ond_profile_suits(const ond_metadata_item *profile, int channels);

/* Four bytes, the highest first. */
uint32_t ond_metadata_number(const unsigned char *bytes);
void ond_metadata_put_number(uint32_t number, unsigned char *bytes);

#endif
