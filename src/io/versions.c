/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/versions.h"

#include <jansson.h>
#include <png.h>
#include <stdio.h>
#include <zlib.h>
/* jpeglib.h wants stdio.h first */
#include <jpeglib.h>

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

const char *ond_io_version(int index)
{
    static const char *const versions[] = {
        "libpng " PNG_LIBPNG_VER_STRING,
        "libjpeg-turbo API " TEXT(JPEG_LIB_VERSION),
        "zlib " ZLIB_VERSION,
        "jansson " JANSSON_VERSION,
    };
    return index >= 0 && index < (int)(sizeof versions / sizeof versions[0]) ? versions[index] : NULL;
}
