/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_PLANES_H
#define ONDELET_PLANES_H

#include <ondelet/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A part of one plane. */
typedef struct ond_plane_box {
    size_t plane, row, column; /**< of its first sample */
    size_t height, width;
} ond_plane_box;

/** An image, or features, that need not lie in memory: planes of one size, whose samples are fetched and stored box by
 *  box. Made by ond_planes_create (in a temporary file) and ond_planes_view (over an array), or by the caller over
 *  what he has: tiles of a huge picture, a database. Calls come from one thread at a time. */
typedef struct ond_planes {
    size_t count, height, width;
    void *context;
    /** Fills `samples` [box height, box width]. Boxes are inside the planes. */
    ond_status (*fetch)(void *context, const ond_plane_box *box, float *samples);
    /** Replaces them. NULL: they can only be read. */
    ond_status (*store)(void *context, const ond_plane_box *box, const float *samples);
} ond_planes;

/** Planes of zeros in a file without a name in $TMPDIR (else /var/tmp, else /tmp): they take 4 bytes of disk per sample
 *  that was stored, and memory only for the box at work.
 *  @param count, height, width  ≥ 1
 *  @retval OND_ERROR_SHAPE  an empty side, or more than a file can hold; OND_ERROR_IO  no file can be made;
 *          OND_ERROR_MEMORY */
OND_CHECKED ond_status ond_planes_create(size_t count, size_t height, size_t width, ond_planes *planes);
/** Of ond_planes_create. Accepts {0}, which is what it leaves. */
OND_API void ond_planes_destroy(ond_planes *planes);

/** The planes of an array, which must outlive them and stay at its place.
 *  @param[in] array  [height, width] or [planes, height, width] */
OND_CHECKED ond_status ond_planes_view(ond_array *array, ond_planes *planes);

#ifdef __cplusplus
}
#endif

#endif
