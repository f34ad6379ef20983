/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_PICTURE_H
#define OND_IO_PICTURE_H

#include "io/stream.h"

#include <ondelet/file.h>
#include <ondelet/image.h>

#include <stdint.h>

enum { OND_PALETTE_SIZE = 256 };

/* What a decoder learns from the header. */
typedef struct ond_picture {
    ond_image_info info;
    unsigned maximum;   /* the sample that stands for 1 */
    bool zero_is_white; /* PBM */
    unsigned palette_count;
    unsigned char palette[OND_PALETTE_SIZE][3];
} ond_picture;

/* Where a decoder puts a picture: the header first, then every row once, from top to bottom. */
typedef struct ond_picture_sink ond_picture_sink;
struct ond_picture_sink {
    ond_status (*begin)(ond_picture_sink *sink, const ond_picture *picture);
    /* width * channels samples as stored, channels together. NULL: the header is enough. */
    ond_status (*row)(ond_picture_sink *sink, size_t row, const uint16_t *samples);
};

ond_status ond_png_read(ond_stream *stream, ond_picture_sink *sink);
ond_status ond_jpeg_read(ond_stream *stream, ond_picture_sink *sink);
ond_status ond_pnm_read(ond_stream *stream, ond_picture_sink *sink);

/* A picture to be written: float planes of which rows of integers are made. */
typedef struct ond_picture_source {
    const char *name;             /* of the output, for messages */
    const ond_planes *planes;     /* 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha */
    size_t height, width;         /* of the planes */
    int channels;                 /* their number */
    int bit_depth;                /* 8 or 16 */
    float *row;                   /* room for one row of one plane */
    uint16_t *samples;            /* room for one row */
    const ond_metadata *metadata; /* may be NULL */
} ond_picture_source;

/* Clips, rounds and interleaves one row into source->samples. @retval OND_ERROR_ARGUMENT  a sample is not finite */
ond_status ond_picture_source_row(const ond_picture_source *source, size_t row);

ond_status ond_png_write(const ond_picture_source *source, ond_file *file);
ond_status ond_jpeg_write(const ond_picture_source *source, ond_file *file);
ond_status ond_pam_write(const ond_picture_source *source, ond_file *file);
ond_status ond_pgm_write(const ond_picture_source *source, ond_file *file);
ond_status ond_ppm_write(const ond_picture_source *source, ond_file *file);

#endif
