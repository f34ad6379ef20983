/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_IMAGE_FILE_H
#define OND_CLI_IMAGE_FILE_H

#include "cli/images.h"

/* A file whose images are changed and given back as they came: gray stays gray, colour stays colour, 16 bits stay 16,
 * alpha and units are kept. */
typedef struct image_file {
    file_name name;
    bool is_picture;     /* else an array file */
    array_layout layout; /* of an array file; of a picture, one image */
    bool is_unit;        /* images are 0…1: of pictures and of unsigned integers; others are in units of their own */
    double maximum;      /* which 1 stands for in an array of unsigned integers; 0 otherwise */
    int bit_depth;       /* 8 or 16, of a picture */
    bool has_alpha;
    ond_array alpha;        /* [height, width], 0…1; empty without, and for a huge picture */
    ond_metadata *metadata; /* of a picture */
    bool has_color_key;     /* of a picture: transparent palette entries or colours, which are not kept */
    int rank;               /* of the array file, or of the array that a picture is */
    size_t shape[OND_MAX_RANK];
    ond_array_reader *reader;
    size_t next;
    bool is_huge;      /* images are not in memory but in `stored` */
    ond_planes stored; /* the image last taken: colours, and alpha behind them */
} image_file;

/* False after a complaint. */
bool image_file_open(file_name name, image_file *file);
/* The same for a caller who can work on images that are too large for memory. */
bool image_file_open_huge(file_name name, image_file *file);
void image_file_close(image_file *file);

/* Number of its images. */
size_t image_file_count(const image_file *file);

/* The next image: [height, width] or [3, height, width]; of a huge one the shape alone, without data. */
image_event image_file_next(image_file *file, ond_array *image);
/* Of the image last taken, for complaints. */
image_origin image_file_origin(const image_file *file);

/* Receives the changed images of one file in order. */
typedef struct image_file_writer {
    const image_file *source;
    const char *path; /* NULL: nothing is written */
    int bit_depth;    /* of a picture; 0: that of the source */
    bool as_picture;
    ond_array_writer *stack;
    size_t clipped; /* values of a picture */
} image_file_writer;

/* Whether this kind of picture has an alpha channel. */
bool image_file_keeps_alpha(const char *path);
/* Notes what of the source an output cannot hold. `path` may be NULL: there is none. */
void image_file_note_loss(const image_file *source, const char *path, const cli_request *request);

/* False after a complaint: a stack does not fit into a picture. */
bool image_file_writer_open(const image_file *source, const char *path, int bit_depth, image_file_writer *writer);
/* Takes the image's units back to those of the file, in place. A huge image is what the source has stored. */
bool image_file_writer_take(image_file_writer *writer, ond_array *image);
/* Notes values that were clipped, and what the output could not hold. */
void image_file_writer_note(const image_file_writer *writer, const cli_request *request);
/* Completes the output, or removes the partial one when `keep` is false. */
bool image_file_writer_close(image_file_writer *writer, bool keep);

#endif
