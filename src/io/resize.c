/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/resize.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"

#include <math.h>
#include <string.h>

/* Keys' cubic with a = −1/2, supported on −2…2. */
static double cubic(double x)
{
    x = fabs(x);
    if (x < 1) {
        return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/* The hat, supported on −1…1. */
static double linear(double x)
{
    return fmax(0, 1 - fabs(x));
}

typedef struct resize_kernel {
    double (*value)(double x);
    double radius;
} resize_kernel;

static const resize_kernel kernels[] = {[OND_CUBIC] = {cubic, 2}, [OND_LINEAR] = {linear, 1}};

/* The samples that one output is made of. */
typedef struct resize_axis {
    size_t inputs, outputs, most; /* most samples under one kernel */
    size_t *begin, *count;
    float *weights; /* outputs x most */
} resize_axis;

static void free_axis(resize_axis *axis)
{
    ond_memory_free(axis->begin);
    ond_memory_free(axis->count);
    ond_memory_free(axis->weights);
}

static void set_weights(resize_axis *axis, const resize_kernel *kernel, size_t output, double scale, double widening)
{
    double centre = ((double)output + 0.5) * scale - 0.5;
    size_t first = (size_t)fmax(0, ceil(centre - kernel->radius * widening));
    size_t last = (size_t)fmin((double)axis->inputs - 1, floor(centre + kernel->radius * widening));
    float *weights = axis->weights + output * axis->most;
    double sum = 0;
    for (size_t place = first; place <= last; place++) {
        sum += kernel->value(((double)place - centre) / widening);
    }
    axis->begin[output] = first;
    axis->count[output] = last - first + 1;
    for (size_t place = first; place <= last; place++) {
        weights[place - first] = (float)(kernel->value(((double)place - centre) / widening) / sum);
    }
}

static ond_status make_axis(const resize_kernel *kernel, size_t inputs, size_t outputs, resize_axis *axis)
{
    double scale = (double)inputs / (double)outputs;
    double widening = fmax(1, scale);
    size_t most = (size_t)(2 * kernel->radius * widening) + 2;
    *axis = (resize_axis){
        .inputs = inputs,
        .outputs = outputs,
        .most = most,
        .begin = ond_memory_allocate(outputs, sizeof(size_t)),
        .count = ond_memory_allocate(outputs, sizeof(size_t)),
        .weights = ond_memory_allocate_zero(outputs, most * sizeof(float)),
    };
    if (!axis->begin || !axis->count || !axis->weights) {
        return OND_ERROR_MEMORY;
    }
    for (size_t output = 0; output < outputs; output++) {
        set_weights(axis, kernel, output, scale, widening);
    }
    return OND_OK;
}

/* Along rows into `narrow` (height x new width), then along columns. */
static void resize_plane(const resize_axis *rows, const resize_axis *columns, const float *plane, float *narrow,
                         float *to)
{
    for (size_t row = 0; row < rows->inputs; row++) {
        const float *from = plane + row * columns->inputs;
        for (size_t column = 0; column < columns->outputs; column++) {
            narrow[row * columns->outputs + column] = ond_vector_dot(
                columns->weights + column * columns->most, from + columns->begin[column], columns->count[column]);
        }
    }
    for (size_t row = 0; row < rows->outputs; row++) {
        float *line = to + row * columns->outputs;
        memset(line, 0, columns->outputs * sizeof *line);
        for (size_t i = 0; i < rows->count[row]; i++) {
            ond_vector_add_scaled(line, rows->weights[row * rows->most + i],
                                  narrow + (rows->begin[row] + i) * columns->outputs, columns->outputs);
        }
    }
}

static ond_status resize_planes(const resize_axis *rows, const resize_axis *columns, const ond_array *image,
                                ond_array *resized)
{
    size_t plane = rows->inputs * columns->inputs;
    size_t small = rows->outputs * columns->outputs;
    float *narrow = ond_memory_allocate(rows->inputs, columns->outputs * sizeof *narrow);
    if (!narrow) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < ond_array_count(image) / plane; i++) {
        resize_plane(rows, columns, image->data + i * plane, narrow, resized->data + i * small);
    }
    ond_memory_free(narrow);
    return OND_OK;
}

ond_status ond_image_resize(const ond_array *image, size_t height, size_t width, ond_array *resized)
{
    return ond_image_resize_with(image, height, width, OND_CUBIC, resized);
}

ond_status ond_image_resize_with(const ond_array *image, size_t height, size_t width, ond_interpolation interpolation,
                                 ond_array *resized)
{
    OND_TRY(ond_array_check_image(image, "the image"));
    OND_TRY(ond_array_check_finite(image, "the image"));
    if (interpolation != OND_CUBIC && interpolation != OND_LINEAR) {
        return ond_fail(OND_ERROR_ARGUMENT, "interpolation %d, %d (cubic) or %d (linear) is wanted", interpolation,
                        OND_CUBIC, OND_LINEAR);
    }
    if (height == 0 || width == 0) {
        return ond_fail(OND_ERROR_SHAPE, "a size of %zu x %zu is empty", height, width);
    }
    const size_t *size = image->shape + image->rank - 2;
    size_t shape[3] = {image->shape[0], height, width};
    OND_TRY(ond_array_resize(resized, image->rank, shape + (3 - image->rank)));
    resize_axis rows = {0};
    resize_axis columns = {0};
    ond_status status = make_axis(&kernels[interpolation], size[0], height, &rows);
    status = status == OND_OK ? make_axis(&kernels[interpolation], size[1], width, &columns) : status;
    status = status == OND_OK ? resize_planes(&rows, &columns, image, resized) : status;
    free_axis(&rows);
    free_axis(&columns);
    return status ? status : ond_array_check_result(resized);
}
