/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/images.h"
#include "cli/spool.h"

#include <string.h>

void array_divide(ond_array *array, double divisor)
{
    size_t count = divisor > 0 ? ond_array_count(array) : 0;
    for (size_t i = 0; i < count; i++) {
        array->data[i] = (float)((double)array->data[i] / divisor);
    }
}

static ond_status to_gray(const ond_array *color, ond_array *gray)
{
    static const double weight[3] = {0.299, 0.587, 0.114}; /* ITU-R BT.601, as ond_image_read */
    ond_status status = ond_array_resize(gray, 2, color->shape + 1);
    size_t count = ond_array_count(gray);
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        double sum = 0;
        for (size_t channel = 0; channel < 3; channel++) {
            sum += weight[channel] * (double)color->data[channel * count + i];
        }
        gray->data[i] = (float)sum;
    }
    return status;
}

static ond_status to_rgb(const ond_array *gray, ond_array *color)
{
    size_t shape[3] = {3, gray->shape[0], gray->shape[1]}, count = ond_array_count(gray);
    ond_status status = ond_array_resize(color, 3, shape);
    for (size_t channel = 0; status == OND_OK && channel < 3; channel++) {
        memcpy(color->data + channel * count, gray->data, count * sizeof(float));
    }
    return status;
}

ond_status array_color(ond_array *array, ond_color color)
{
    bool is_gray = array->rank == 2;
    if (color == OND_NATIVE || is_gray == (color == OND_GRAY)) {
        return OND_OK;
    }
    ond_array changed = {0};
    ond_status status = is_gray ? to_rgb(array, &changed) : to_gray(array, &changed);
    if (status == OND_OK) {
        ond_array_free(array);
        *array = changed;
    }
    return status;
}

static ond_status read_array(file_name name, bool as_stored, whole_file *file)
{
    ond_array_reader *reader = NULL;
    ond_status status = ond_array_reader_create(name.path, &reader);
    if (status == OND_OK) {
        double maximum = as_stored ? 0 : ond_array_reader_maximum(reader);
        file->is_unit = maximum > 0;
        ond_array_reader_destroy(reader);
        status = ond_array_read(name.path, &file->array);
        array_divide(&file->array, maximum);
    }
    return status;
}

bool file_read(file_name name, ond_color color, bool as_stored, whole_file *file)
{
    *file = (whole_file){0};
    name.path = spool_pipe(name.path);
    if (!name.path) {
        return false;
    }
    bool is_array = ond_array_recognize(name.path);
    ond_status status;
    if (is_array) {
        status = read_array(name, as_stored, file);
    } else {
        file->is_picture = file->is_unit = true;
        status = ond_image_read(name.path, color, &file->array);
    }
    if (status != OND_OK) {
        complain_of_file(name);
        ond_array_free(&file->array);
    }
    return status == OND_OK;
}
