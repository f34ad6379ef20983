/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_ELEMENTS_H
#define OND_IO_ELEMENTS_H

#include "io/stream.h"

#include <ondelet/file.h>

/* A number type of array files. */
typedef struct ond_element {
    char kind;      /* NumPy's letter: u unsigned, i signed, f float, b bool; 0 when it has none */
    unsigned size;  /* bytes */
    unsigned idx;   /* IDX's code, 0 when it has none */
    double maximum; /* the largest sample of unsigned types, else 0 */
    void (*convert)(const unsigned char *bytes, float *values, size_t count); /* from this machine's byte order */
} ond_element;

/* NULL when unknown. */
const ond_element *ond_element_find(char kind, unsigned size);
const ond_element *ond_element_find_idx(unsigned code);

/* Turns `count` elements round, in place. */
void ond_elements_swap(unsigned char *bytes, size_t count, unsigned size);

/* To binary16 in this machine's byte order, ties to even. Values beyond ±65504 become infinite. */
void ond_elements_to_half(const float *values, size_t count, unsigned char *bytes);

/* In place: what a file of binary16 gives back. */
void ond_elements_round_to_half(float *values, size_t count);

bool ond_machine_is_big_endian(void);

/* The types of tensor files that NumPy has no letter for. */
const ond_element *ond_element_bfloat16(void);

enum { OND_ELEMENTS_TRUSTED = 1 << 18 }; /* taken on trust when the file's size is not known beforehand */

/* Takes the stream's next `count` elements. @retval OND_ERROR_FORMAT  the stream ends before */
ond_status ond_elements_take(ond_stream *stream, const ond_element *element, bool swapped, float *values, size_t count);

/* The same into new memory, taken as the data arrives. Returns what was read in `*values`, also on failure. */
ond_status ond_elements_take_growing(ond_stream *stream, const ond_element *element, bool swapped, size_t count,
                                     float **values);

/* What the header of an array file says. */
typedef struct ond_array_header {
    const ond_element *element;
    bool swapped; /* not in this machine's byte order */
    bool fortran; /* first axis fastest */
    int rank;
    size_t shape[OND_MAX_RANK];
} ond_array_header;

ond_status ond_npy_header_read(ond_stream *stream, ond_array_header *header);
ond_status ond_idx_header_read(ond_stream *stream, ond_array_header *header);

bool ond_npy_starts(const unsigned char *bytes, size_t count);
bool ond_idx_starts(const unsigned char *bytes, size_t count);

enum { OND_NPY_HEADER_SIZE = 256 }; /* room for six axes of twenty digits */

/* The header of a little-endian f4 array in C order, padded to `*size` bytes; `*size` 0 asks for the smallest multiple
 * of 64 that also holds any other first axis. */
void ond_npy_header_format(int rank, const size_t *shape, char text[OND_NPY_HEADER_SIZE], size_t *size);

#endif
