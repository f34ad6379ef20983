/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "io/picture.h"

/* `copies` > 1 repeats gray. */
static ond_status pnm_write_rows(const ond_picture_source *source, size_t copies, unsigned char *bytes, ond_file *file)
{
    size_t count = source->width * (size_t)source->channels;
    for (size_t row = 0; row < source->height; row++) {
        OND_TRY(ond_picture_source_row(source, row));
        unsigned char *end = bytes;
        for (size_t i = 0; i < count * copies; i++) {
            uint16_t sample = source->samples[i / copies];
            if (source->bit_depth == 16) {
                *end++ = (unsigned char)(sample >> 8);
            }
            *end++ = (unsigned char)(sample & 255);
        }
        OND_TRY(ond_file_write(file, bytes, (size_t)(end - bytes)));
    }
    return OND_OK;
}

/* The header is there; `channels` of the file. */
static ond_status pnm_write_samples(const ond_picture_source *source, int channels, ond_file *file)
{
    unsigned char *bytes = ond_memory_allocate(source->width, (size_t)channels * 2);
    if (!bytes) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = pnm_write_rows(source, (size_t)(channels / source->channels), bytes, file);
    ond_memory_free(bytes);
    return status;
}

static int maximum_of(const ond_picture_source *source)
{
    return source->bit_depth == 16 ? 65535 : 255;
}

static ond_status pnm_write(const ond_picture_source *source, int channels, ond_file *file)
{
    OND_TRY(ond_file_print(file, "P%d\n%zu %zu\n%d\n", channels == 3 ? 6 : 5, source->width, source->height,
                           maximum_of(source)));
    return pnm_write_samples(source, channels, file);
}

ond_status ond_pam_write(const ond_picture_source *source, ond_file *file)
{
    static const char *const types[] = {"", "GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"};
    OND_TRY(ond_file_print(file, "P7\nWIDTH %zu\nHEIGHT %zu\nDEPTH %d\nMAXVAL %d\nTUPLTYPE %s\nENDHDR\n", source->width,
                           source->height, source->channels, maximum_of(source), types[source->channels]));
    return pnm_write_samples(source, source->channels, file);
}

ond_status ond_pgm_write(const ond_picture_source *source, ond_file *file)
{
    return pnm_write(source, 1, file);
}

ond_status ond_ppm_write(const ond_picture_source *source, ond_file *file)
{
    return pnm_write(source, 3, file);
}
