/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/elements.h"

#include <string.h>

enum { MAGIC_SIZE = 4, AXIS_SIZE = 4 };

bool ond_idx_starts(const unsigned char *bytes, size_t count)
{
    return count >= MAGIC_SIZE && bytes[0] == 0 && bytes[1] == 0 && ond_element_find_idx(bytes[2]) && bytes[3] > 0;
}

static ond_status idx_take(ond_stream *stream, unsigned char bytes[4])
{
    size_t taken = 0;
    OND_TRY(ond_stream_read(stream, bytes, 4, &taken));
    return taken == 4 ? OND_OK : ond_fail(OND_ERROR_FORMAT, "the IDX file is truncated in its header");
}

ond_status ond_idx_header_read(ond_stream *stream, ond_array_header *header)
{
    unsigned char bytes[MAGIC_SIZE];
    OND_TRY(idx_take(stream, bytes));
    if (bytes[3] > OND_MAX_RANK) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "the IDX file has %d axes, at most %d are possible", bytes[3],
                        OND_MAX_RANK);
    }
    header->element = ond_element_find_idx(bytes[2]);
    header->swapped = !ond_machine_is_big_endian();
    header->fortran = false;
    header->rank = bytes[3];
    for (int axis = 0; axis < header->rank; axis++) {
        unsigned char size[AXIS_SIZE];
        OND_TRY(idx_take(stream, size));
        header->shape[axis] = (size_t)size[0] << 24 | (size_t)size[1] << 16 | (size_t)size[2] << 8 | size[3];
    }
    return OND_OK;
}
