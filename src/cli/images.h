/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_IMAGES_H
#define OND_CLI_IMAGES_H

#include "cli/array_layout.h"
#include "cli/inputs.h"

/* Where an image comes from. */
typedef struct image_origin {
    file_name file;
    size_t input; /* which of the inputs the file is */
    bool is_item; /* one of several in an array file */
    size_t item;
} image_origin;

/* A place between two images of the inputs: so many files are behind it, and so many items of the next one. */
typedef struct image_place {
    size_t file, item;
} image_place;

static inline bool is_before(image_place a, image_place b)
{
    return a.file < b.file || (a.file == b.file && a.item < b.item);
}

/* Walks over the images of all inputs, one in memory at a time. */
typedef struct image_stream {
    const input_list *inputs;
    ond_color color;
    ond_fit_config fit; /* that every image is brought to */
    size_t next_file;
    ond_array_reader *reader; /* of the array file being read, or NULL */
    array_layout layout;      /* of that file */
    image_origin origin;      /* of the image last taken */
    bool takes_huge;          /* the caller can work on images that are too large for memory */
    ond_planes stored;        /* the image last taken, if it is one of these: with functions */
    double maximum;           /* of that array file's integers, which become 0…1; 0: they are taken as they are */
} image_stream;

typedef enum image_event {
    IMAGE_READY,
    IMAGE_FAILED, /* complained of; the walk can go on */
    IMAGE_END
} image_event;

/* Next image: [height, width], or [3, height, width] when the colour is OND_RGB. 8- and 16-bit samples become 0…1.
 * Of a huge image, where these are taken, the shape alone, without data: it is in `stored`. */
image_event image_stream_next(image_stream *stream, ond_array *image);
void image_stream_close(image_stream *stream);

static inline bool image_is_stored(const image_stream *stream)
{
    return stream->stored.fetch != NULL;
}

/* Where the next image is taken. */
image_place image_stream_place(const image_stream *stream);
/* Goes there, in a stream that nothing was taken from. False after a complaint: the walk can go on with the file after.
 */
bool image_stream_go(image_stream *stream, image_place place);

/* "ondelet: FILE: image 7: cause". `cause` NULL: the library's last message. */
void complain_of_image(const image_origin *origin, const char *cause);
/* The same for causes that lie in the size, which all images of an array share: an array is named once. `named` is 0 at
 * first and belongs to the walk. */
void complain_of_size(const image_origin *origin, const char *cause, size_t *named);

/* How many images come before each of the inputs, from their headers alone; what cannot be read counts as one. */
typedef struct image_map {
    size_t *before; /* files + 1; the last is the number of all */
    size_t files;
    const char *three; /* the first array of shape [3, height, width]; NULL: none */
} image_map;
image_map map_images(const input_list *inputs);
/* Says what such an array is taken for. */
void map_note_three(const image_map *map, const cli_request *request);
void map_free(image_map *map);
/* Where image `index` is; the end for the number of images. */
image_place map_place(const image_map *map, size_t index);

/* Number of images that the inputs hold. */
size_t images_count(const input_list *inputs);

/* A whole file as one array, and what its samples are. */
typedef struct whole_file {
    ond_array array; /* a picture: [height, width] or [3, height, width], 0…1; an array file: its own shape */
    bool is_picture;
    bool is_unit; /* samples were integers and are 0…1 now */
} whole_file;

/* Complains and returns false when it cannot be read. `as_stored`: integers of array files are not scaled. */
bool file_read(file_name name, ond_color color, bool as_stored, whole_file *file);

/* Replaces [height, width] or [3, height, width] by what `color` asks for. */
ond_status array_color(ond_array *array, ond_color color);

/* Divides every sample; a divisor of 0 leaves them as they are. */
void array_divide(ond_array *array, double divisor);

#endif
