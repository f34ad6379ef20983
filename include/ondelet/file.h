/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_FILE_H
#define ONDELET_FILE_H

#include <ondelet/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reads a whole NumPy .npy file (format 1 to 3; u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 and bool; either byte order; C or
 *  Fortran order) or an IDX file (u1 i1 i2 i4 f4 f8), plain or gzipped. Values are converted to float as they are,
 *  without scaling.
 *  @param[in] path  "-" is standard input
 *  @retval OND_ERROR_IO, OND_ERROR_FORMAT (damaged, truncated, bytes left over), OND_ERROR_UNSUPPORTED (other types,
 *          more elements than ond_image_limit times 64) */
OND_CHECKED ond_status ond_array_read(const char *path, ond_array *array);

/** Writes a NumPy .npy file (format 1, little-endian f4, C order), beside its place and renamed when complete.
 *  @param[in] path  "-" is standard output */
OND_CHECKED ond_status ond_array_write(const ond_array *array, const char *path);

/** Reads the items of a .npy or IDX file's first axis one after the other, in constant memory (C order; a Fortran-order
 *  file is read whole). Messages name the path.
 *  @retval OND_ERROR_SHAPE  its items hold no elements; otherwise as ond_array_read, the limit being on one item */
typedef struct ond_array_reader ond_array_reader;
OND_CHECKED ond_status ond_array_reader_create(const char *path, ond_array_reader **reader);
/** Shape of the whole array: the shape in `shape`, the rank returned. */
OND_API int ond_array_reader_shape(const ond_array_reader *reader, size_t shape[OND_MAX_RANK]);
/** Largest value a sample can take when the file holds unsigned integers (255, 65535, …); 0 for other types. */
OND_API double ond_array_reader_maximum(const ond_array_reader *reader);
/** Next item: shape without the first axis; `*end` is true, and `item` untouched, after the last one. A file of rank 1
 *  yields scalars; one of rank 0 yields its number. */
OND_CHECKED ond_status ond_array_reader_next(ond_array_reader *reader, ond_array *item, bool *end);
/** Takes the next `count` numbers of the array, in C order and over the ends of items, into `values`: for items larger
 *  than memory. Items are then as many as were taken whole.
 *  @retval OND_ERROR_ARGUMENT  fewer are left */
OND_CHECKED ond_status ond_array_reader_take(ond_array_reader *reader, float *values, size_t count);
/** Passes over `count` items, or as many as are left. Cost: none where the file can be positioned, else reading. */
OND_CHECKED ond_status ond_array_reader_skip(ond_array_reader *reader, size_t count);
OND_API void ond_array_reader_destroy(ond_array_reader *reader);

/** True when the file starts like .npy, IDX, or gzip; false also when it cannot be read. Takes nothing away, see
 *  ond_image_recognize. */
OND_API bool ond_array_recognize(const char *path);

/** Writes a .npy file item by item, so that memory does not limit its size. The number of items need not be known. */
typedef struct ond_array_writer ond_array_writer;
/** @param rank, item_shape  shape of one item: rank 0…OND_MAX_RANK − 1
 *  @param path              where the file appears at ond_array_writer_finish; until then the data is beside it.
 *                           Standard output ("-") and pipes are refused: the header needs the count */
OND_CHECKED ond_status ond_array_writer_create(const char *path, int rank, const size_t *item_shape,
                                               ond_array_writer **writer);
/** As ond_array_writer_create, but what is written lies in PATH.partial and outlives the process, see
 * ond_file_continue: the first `items` items of it are kept. @param items  0: from the beginning */
OND_CHECKED ond_status ond_array_writer_continue(const char *path, int rank, const size_t *item_shape, size_t items,
                                                 ond_array_writer **writer);
/** All items appended so far reach the disk. */
OND_CHECKED ond_status ond_array_writer_commit(ond_array_writer *writer);
/** Appends one item. @retval OND_ERROR_SHAPE  not the item shape; nothing was written */
OND_CHECKED ond_status ond_array_writer_append(ond_array_writer *writer, const ond_array *item);
/** Appends the next `count` numbers of an item that is larger than memory, in C order. Nothing else can be done with
 * the writer before the item is whole.
 *  @retval OND_ERROR_SHAPE  more than the item has left; nothing was written */
OND_CHECKED ond_status ond_array_writer_put(ond_array_writer *writer, const float *values, size_t count);
/** Completes the header and renames the file into place: shape [items, item_shape…]. Destroys the writer in any case
 *  and makes `*writer` NULL. */
OND_CHECKED ond_status ond_array_writer_finish(ond_array_writer **writer);
/** Gives up: the partial file is removed. Accepts NULL. */
OND_API void ond_array_writer_destroy(ond_array_writer *writer);

/** A text or binary file written beside its place: nothing is seen under `path` until ond_file_finish renames it.
 *  "-" is standard output; devices and pipes are written straight; a symbolic link's target is replaced. After a
 *  failure all later calls fail as well. Messages name the path. */
typedef struct ond_file ond_file;
OND_CHECKED ond_status ond_file_create(const char *path, ond_file **file);
OND_CHECKED ond_status ond_file_write(ond_file *file, const void *data, size_t bytes);
/** As printf in the C locale: a decimal point is a point whatever the caller's locale. */
OND_CHECKED ond_status ond_file_print(ond_file *file, const char *format, ...) OND_PRINTF(2, 3);
/** As ond_file_create, but what is written lies in PATH.partial until it is complete and outlives the process: the
 * first `bytes` bytes of it are kept, and writing goes on behind them. 0: from the beginning. ond_file_destroy leaves
 * it. Devices and pipes are written straight.
 *  @retval OND_ERROR_IO      there is no such file, and bytes > 0
 *  @retval OND_ERROR_FORMAT  it is shorter than `bytes` */
OND_CHECKED ond_status ond_file_continue(const char *path, size_t bytes, ond_file **file);
/** All that was written so far reaches the disk; `*bytes`: so many, a position to continue from. */
OND_CHECKED ond_status ond_file_commit(ond_file *file, size_t *bytes);
/** What ond_file_continue adds to a path. */
#define OND_PARTIAL_ENDING ".partial"
/** Flushes, checks and renames. Destroys the file object in any case and makes `*file` NULL. */
OND_CHECKED ond_status ond_file_finish(ond_file **file);
/** Gives up: the partial file is removed. Accepts NULL. */
OND_API void ond_file_destroy(ond_file *file);

/** Removes what all outputs that are not finished have written beside their places, but not what ond_file_continue
 *  keeps. For a handler that ends the process: calls nothing that a signal handler may not call. Of more than 64
 * outputs at once some stay. No output may be used afterwards. */
OND_API void ond_files_discard(void);

#ifdef __cplusplus
}
#endif

#endif
