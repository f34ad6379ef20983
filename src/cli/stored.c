/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stored.h"

#include <stdlib.h>

bool is_huge(size_t height, size_t width)
{
    static const size_t most_pixels = (size_t)1 << 23;
    return height > most_pixels / width;
}

ond_status stored_read_picture(const char *path, ond_color color, bool with_alpha, ond_planes *planes)
{
    ond_image_info info;
    ond_status status = ond_image_inspect(path, &info);
    if (status != OND_OK) {
        return status;
    }
    bool is_color = color == OND_RGB || (color == OND_NATIVE && (info.palette || info.channels >= 3));
    bool has_alpha = with_alpha && (info.channels == 2 || info.channels == 4);
    status = ond_planes_create((is_color ? 3 : 1) + (size_t)has_alpha, info.height, info.width, planes);
    return status ? status : ond_image_read_planes(path, color, planes);
}

static void scale(float *row, size_t count, double factor)
{
    for (size_t i = 0; i < count; i++) {
        row[i] = (float)((double)row[i] * factor);
    }
}

static void divide(float *row, size_t count, double divisor)
{
    for (size_t i = 0; i < count; i++) {
        row[i] = (float)((double)row[i] / divisor);
    }
}

/* What is done with one row of a plane, or of all planes where the samples of a pixel lie side by side. */
typedef struct row_step {
    const ond_planes *planes;
    size_t samples; /* of a pixel */
    float *row;     /* in the file's order */
    float *single;  /* of one plane; `row` itself for one sample */
    double maximum;
    size_t copies; /* planes that a sample is stored in */
    ond_array_reader *reader;
    ond_array_writer *writer;
    size_t outside;
} row_step;

/* Calls `step` for the rows of all planes of the file, plane after plane, or row after row of pixels. */
static ond_status for_rows(row_step *all, size_t planes, ond_status (*step)(row_step *all, ond_plane_box place))
{
    ond_status status = OND_OK;
    size_t width = all->planes->width;
    all->samples = all->samples ? all->samples : 1;
    all->single = allocate(width * (all->samples > 1 ? all->samples + 1 : 1), sizeof *all->single);
    all->row = all->samples > 1 ? all->single + width : all->single;
    for (size_t plane = 0; plane < planes && status == OND_OK; plane += all->samples) {
        for (size_t row = 0; row < all->planes->height && status == OND_OK; row++) {
            status = step(all, (ond_plane_box){plane, row, 0, 1, width});
        }
    }
    free(all->single);
    return status;
}

static ond_status read_row(row_step *all, ond_plane_box place)
{
    const ond_planes *planes = all->planes;
    ond_status status = ond_array_reader_take(all->reader, all->row, all->samples * planes->width);
    if (all->maximum > 0) {
        divide(all->row, all->samples * planes->width, all->maximum);
    }
    for (size_t sample = 0; sample < all->samples; sample++) {
        for (size_t i = 0; all->samples > 1 && i < planes->width; i++) {
            all->single[i] = all->row[i * all->samples + sample];
        }
        for (size_t copy = 0; copy < all->copies && status == OND_OK; copy++, place.plane++) {
            status = planes->store(planes->context, &place, all->single);
        }
    }
    return status;
}

ond_status stored_read_array(ond_array_reader *reader, const array_layout *layout, double maximum,
                             const ond_planes *planes)
{
    row_step all = {
        .planes = planes,
        .samples = layout->channels_last ? layout->colors : 1,
        .maximum = maximum,
        .copies = planes->count / layout->colors,
        .reader = reader,
    };
    return for_rows(&all, layout->colors, read_row);
}

static ond_status write_row(row_step *all, ond_plane_box place)
{
    const ond_planes *planes = all->planes;
    ond_status status = OND_OK;
    for (size_t sample = 0; sample < all->samples && status == OND_OK; sample++, place.plane++) {
        status = planes->fetch(planes->context, &place, all->single);
        for (size_t i = 0; all->samples > 1 && i < planes->width; i++) {
            all->row[i * all->samples + sample] = all->single[i];
        }
    }
    if (all->maximum > 0) {
        scale(all->row, all->samples * planes->width, all->maximum);
    }
    return status ? status : ond_array_writer_put(all->writer, all->row, all->samples * planes->width);
}

ond_status stored_write_array(const ond_planes *planes, bool channels_last, double maximum, ond_array_writer *writer)
{
    size_t samples = channels_last ? planes->count : 1;
    row_step all = {.planes = planes, .samples = samples, .maximum = maximum, .writer = writer};
    return for_rows(&all, planes->count, write_row);
}

static ond_status count_row(row_step *all, ond_plane_box place)
{
    const ond_planes *planes = all->planes;
    ond_status status = planes->fetch(planes->context, &place, all->row);
    for (size_t i = 0; i < planes->width && status == OND_OK; i++) {
        all->outside += all->row[i] < 0 || all->row[i] > 1;
    }
    return status;
}

ond_status stored_count_outside(const ond_planes *planes, size_t *outside)
{
    row_step all = {.planes = planes};
    ond_status status = for_rows(&all, planes->count, count_row);
    *outside = all.outside;
    return status;
}
