/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/unrolled_model.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "io/tensors.h"
#include "learn/loss.h"

#include <ondelet/tensors.h>

#include <string.h>

_Static_assert(sizeof(ond_unrolled_kind) == sizeof(int), "choice fields are enums as wide as int");

static const char *const kinds[] = {"forward", "layered", "ml-ista", "ml-fista", NULL};

static const ond_option architecture_rows[] = {
    OND_OPTION_CHOICE_ROW(ond_unrolled_architecture, pursuit, 3, kinds,
                          "forward: one pass of thresholds; layered: each layer to its end; ml-: all layers at once"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, iterations, 6, 0, 1000, "of the pursuit, after the first pass"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, codes1, 32, 1, 4096, "atoms of the first layer"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, codes2, 64, 0, 4096, "atoms of the second layer; 0: none"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, codes3, 512, 0, 4096, "atoms of the third layer; 0: none"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, side1, 6, 1, 256, "rows and columns of the first layer's patches"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, side2, 6, 1, 256, "rows and columns of the second layer's patches"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, side3, 4, 1, 256, "rows and columns of the third layer's patches"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, stride1, 2, 1, 256, "from patch to patch"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, stride2, 2, 1, 256, "from patch to patch"),
    OND_OPTION_INT_ROW(ond_unrolled_architecture, stride3, 1, 1, 256, "from patch to patch"),
    OND_OPTION_INTERNAL_ROW(ond_unrolled_architecture, height, 28, 1, 32768, "of the pictures"),
    OND_OPTION_INTERNAL_ROW(ond_unrolled_architecture, width, 28, 1, 32768, "of the pictures"),
    OND_OPTION_INTERNAL_ROW(ond_unrolled_architecture, channels, 1, 1, 4096, "of the pictures"),
    OND_OPTION_INTERNAL_ROW(ond_unrolled_architecture, classes, 10, 1, 1000000, "of the pictures"),
    OND_OPTION_END,
};

static const ond_option training_rows[] = {
    OND_OPTION_INT_ROW(ond_unrolled_training, epochs, 10, 1, 100000, "passes over the pictures"),
    OND_OPTION_INT_ROW(ond_unrolled_training, batch, 128, 1, 65536, "pictures of a mini-batch"),
    OND_OPTION_REAL_ROW(ond_unrolled_training, rate, 5e-4, 1e-8, 1, "learning rate, falling to 0 as a cosine"),
    OND_OPTION_INT_ROW(ond_unrolled_training, shift, 0, 0, 1024,
                       "pictures are moved at random by up to so many pixels, with zeros around them"),
    OND_OPTION_INTERNAL_ROW(ond_unrolled_training, seed, 1, 0, 2147483647, "of the start and of the order"),
    OND_OPTION_END,
};

const ond_option *ond_unrolled_architecture_options(void)
{
    return architecture_rows;
}

const ond_option *ond_unrolled_training_options(void)
{
    return training_rows;
}

ond_unrolled_architecture ond_unrolled_architecture_default(void)
{
    ond_unrolled_architecture architecture;
    ond_options_default(architecture_rows, &architecture);
    return architecture;
}

ond_unrolled_training ond_unrolled_training_default(void)
{
    ond_unrolled_training training;
    ond_options_default(training_rows, &training);
    return training;
}

static const char format_name[] = "ondelet unrolled pursuit 1";

ond_status ond_unrolled_model_create(const ond_unrolled_architecture *architecture, ond_unrolled_model **model)
{
    ond_unrolled_model *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->architecture = *architecture;
    ond_status status = ond_unrolled_create(architecture, &made->network);
    if (status != OND_OK) {
        ond_unrolled_model_destroy(made);
        return status;
    }
    *model = made;
    return OND_OK;
}

void ond_unrolled_model_destroy(ond_unrolled_model *model)
{
    if (model) {
        ond_unrolled_destroy(model->network);
        ond_memory_free(model);
    }
}

ond_unrolled_architecture ond_unrolled_model_architecture(const ond_unrolled_model *model)
{
    return model->architecture;
}

/* --- pictures --- */

ond_status ond_unrolled_check_pictures(const ond_array *pictures, ond_unrolled_architecture *architecture, bool fixed)
{
    char text[OND_SHAPE_TEXT_SIZE];
    OND_TRY(ond_array_check_filled(pictures, "the pictures"));
    if (pictures->rank != 3 && pictures->rank != 4) {
        return ond_fail(OND_ERROR_SHAPE,
                        "the pictures are %s, [count, height, width] or [count, channels, height, width] is wanted",
                        ond_shape_text(pictures->rank, pictures->shape, text));
    }
    const size_t *size = pictures->shape + pictures->rank - 2;
    int found[3] = {(int)size[0], (int)size[1], pictures->rank == 4 ? (int)pictures->shape[1] : 1};
    if (fixed
        && (found[0] != architecture->height || found[1] != architecture->width
            || found[2] != architecture->channels)) {
        return ond_fail(OND_ERROR_SHAPE, "pictures of %d x %d and %d channels, %d x %d and %d are wanted", found[0],
                        found[1], found[2], architecture->height, architecture->width, architecture->channels);
    }
    architecture->height = found[0];
    architecture->width = found[1];
    architecture->channels = found[2];
    return ond_array_check_finite(pictures, "the pictures");
}

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

static ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b)
{
    return a > b ? a : b;
}

void ond_unrolled_turn_picture(const ond_array *pictures, size_t index, const ond_unrolled_architecture *a,
                               ond_unrolled_placing placing, float *to)
{
    ptrdiff_t height = a->height;
    ptrdiff_t width = a->width;
    size_t channels = (size_t)a->channels;
    const float *from = pictures->data + index * ond_unrolled_picture_size(a);
    memset(to, 0, ond_unrolled_picture_size(a) * sizeof *to);
    for (size_t c = 0; c < channels; c++) {
        for (ptrdiff_t row = larger(0, placing.down); row < smaller(height, height + placing.down); row++) {
            const float *line = from + ((ptrdiff_t)c * height + row - placing.down) * width - placing.right;
            for (ptrdiff_t i = larger(0, placing.right); i < smaller(width, width + placing.right); i++) {
                to[(size_t)(row * width + i) * channels + c] = placing.scale * line[i];
            }
        }
    }
}

size_t ond_unrolled_picture_size(const ond_unrolled_architecture *a)
{
    return (size_t)a->height * (size_t)a->width * (size_t)a->channels;
}

/* --- use --- */

ond_status ond_unrolled_model_predict(const ond_unrolled_model *model, const ond_array *pictures,
                                      ond_array *probabilities)
{
    enum { AT_ONCE = 512 };
    static const ond_unrolled_placing as_it_is = {.scale = 1};
    ond_unrolled_architecture a = model->architecture;
    OND_TRY(ond_unrolled_check_pictures(pictures, &a, true));
    size_t count = pictures->shape[0];
    size_t classes = model->network->classes;
    OND_TRY(ond_array_resize(probabilities, 2, (size_t[2]){count, classes}));
    float *turned
        = ond_memory_allocate(count < AT_ONCE ? count : AT_ONCE, ond_unrolled_picture_size(&a) * sizeof *turned);
    if (!turned) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = OND_OK;
    for (size_t first = 0; first < count && status == OND_OK; first += AT_ONCE) {
        size_t items = count - first < AT_ONCE ? count - first : AT_ONCE;
        for (size_t i = 0; i < items; i++) {
            ond_unrolled_turn_picture(pictures, first + i, &a, as_it_is, turned + i * ond_unrolled_picture_size(&a));
        }
        status = ond_unrolled_predict(model->network, items, turned, probabilities->data + first * classes);
    }
    ond_memory_free(turned);
    if (status == OND_OK) {
        ond_softmax(probabilities->data, count, classes);
    }
    return status ? status : ond_array_check_result(probabilities);
}

static ond_status fill_tensors(const ond_unrolled_model *model, ond_tensors *tensors)
{
    size_t shape[1] = {model->network->parameter_count};
    ond_array row = ond_array_view(model->network->parameters, 1, shape);
    OND_TRY(ond_tensors_metadata_set(tensors, "format", format_name));
    OND_TRY(ond_tensors_options_set(tensors, "architecture", architecture_rows, &model->architecture));
    return ond_tensors_add(tensors, "parameters", &row);
}

ond_status ond_unrolled_model_write(const ond_unrolled_model *model, const char *path)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_create(&tensors));
    ond_status status = fill_tensors(model, tensors);
    if (status == OND_OK) {
        status = ond_tensors_write(tensors, path);
    }
    ond_tensors_destroy(tensors);
    return status;
}

static ond_status read_tensors(const ond_tensors *tensors, ond_unrolled_model **model)
{
    ond_unrolled_architecture architecture;
    const ond_array *row = NULL;
    ond_unrolled_model *made = NULL;
    OND_TRY(ond_tensors_check_format(tensors, format_name));
    OND_TRY(ond_tensors_options_get(tensors, "architecture", architecture_rows, &architecture));
    OND_TRY(ond_options_check(architecture_rows, &architecture));
    OND_TRY(ond_tensors_get(tensors, "parameters", 1, (size_t[1]){0}, &row));
    size_t wanted = 0;
    OND_TRY(ond_unrolled_count(&architecture, &wanted)); /* before memory is taken for what a text says */
    if (row->shape[0] != wanted) {
        return ond_fail(OND_ERROR_FORMAT, "%zu parameters, %zu are wanted", row->shape[0], wanted);
    }
    OND_TRY(ond_unrolled_model_create(&architecture, &made));
    memcpy(made->network->parameters, row->data, row->shape[0] * sizeof(float));
    *model = made;
    return OND_OK;
}

ond_status ond_unrolled_model_read(const char *path, ond_unrolled_model **model)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_tensors_read(path, &tensors));
    ond_status status = read_tensors(tensors, model);
    ond_tensors_destroy(tensors);
    if (status != OND_OK && status != OND_ERROR_MEMORY) {
        return ond_fail_prefix(status == OND_ERROR_SHAPE ? OND_ERROR_FORMAT : status, "%s: ", path);
    }
    return status;
}
