/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "core/random.h"
#include "core/vector.h"
#include "io/tensors.h"
#include "learn/adam.h"
#include "learn/loss.h"
#include "learn/unrolled.h"

#include <ondelet/tensors.h>

#include <math.h>
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

struct ond_unrolled_model {
    ond_unrolled_architecture architecture;
    ond_unrolled *network;
};

static const char format_name[] = "ondelet unrolled pursuit 1";

static ond_status create(const ond_unrolled_architecture *architecture, ond_unrolled_model **model)
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

/* [count, height, width] or [count, channels, height, width] of the architecture. */
static ond_status check_pictures(const ond_array *pictures, ond_unrolled_architecture *architecture, bool fixed)
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

/* Picture `index` with its channels last. */
static void turn_picture(const ond_array *pictures, size_t index, const ond_unrolled_architecture *a, float *to)
{
    size_t grid = (size_t)a->height * (size_t)a->width;
    size_t channels = (size_t)a->channels;
    const float *from = pictures->data + index * grid * channels;
    for (size_t c = 0; c < channels; c++) {
        for (size_t i = 0; i < grid; i++) {
            to[i * channels + c] = from[c * grid + i];
        }
    }
}

static size_t picture_size(const ond_unrolled_architecture *a)
{
    return (size_t)a->height * (size_t)a->width * (size_t)a->channels;
}

/* --- training --- */

typedef struct fit {
    const ond_array *pictures, *labels;
    const ond_unrolled_training *training;
    ond_unrolled_model *model;
    uint32_t *order;
    int *batch_labels;
    float *batch_pictures, *gradient;
    ond_adam adam;
    size_t step, steps;
} fit;

static ond_status allocate(fit *f)
{
    size_t batch = (size_t)f->training->batch;
    size_t parameters = f->model->network->parameter_count;
    f->order = ond_memory_allocate(f->pictures->shape[0], sizeof *f->order);
    f->batch_labels = ond_memory_allocate(batch, sizeof *f->batch_labels);
    f->batch_pictures = ond_memory_allocate(batch, picture_size(&f->model->architecture) * sizeof(float));
    f->gradient = ond_memory_allocate(parameters, sizeof(float));
    bool complete = f->order && f->batch_labels && f->batch_pictures && f->gradient;
    return complete ? ond_adam_create(parameters, &f->adam) : OND_ERROR_MEMORY;
}

static void release(fit *f)
{
    ond_memory_free(f->order);
    ond_memory_free(f->batch_labels);
    ond_memory_free(f->batch_pictures);
    ond_memory_free(f->gradient);
    ond_adam_free(&f->adam);
}

static void update(fit *f)
{
    double n = (double)f->step + 1;
    double rate = f->training->rate * 0.5 * (1 + cos(3.14159265358979323846 * n / (double)f->steps));
    ond_adam_step(&f->adam, f->step, rate, f->gradient, f->model->network->parameters);
}

static ond_status run_batch(fit *f, size_t first, size_t items, double *loss, size_t *right)
{
    const ond_unrolled_architecture *a = &f->model->architecture;
    double batch_loss = 0;
    size_t batch_right = 0;
    for (size_t i = 0; i < items; i++) {
        size_t index = f->order[first + i];
        turn_picture(f->pictures, index, a, f->batch_pictures + i * picture_size(a));
        f->batch_labels[i] = (int)f->labels->data[index];
    }
    OND_TRY(ond_unrolled_gradient(f->model->network, items, f->batch_pictures, f->batch_labels, &batch_loss,
                                  &batch_right, f->gradient));
    if (!isfinite(batch_loss) || !isfinite(ond_vector_sum_squares(f->gradient, f->model->network->parameter_count))) {
        return ond_fail(OND_ERROR_ARGUMENT, "the training diverged at step %zu, a rate below %g is wanted", f->step,
                        f->training->rate);
    }
    update(f);
    f->step++;
    *loss += batch_loss * (double)items;
    *right += batch_right;
    return OND_OK;
}

static ond_status run(fit *f, ond_unrolled_watch watch, void *context)
{
    size_t count = f->pictures->shape[0];
    size_t batch = (size_t)f->training->batch;
    f->steps = (size_t)f->training->epochs * ((count + batch - 1) / batch);
    for (int epoch = 0; epoch < f->training->epochs; epoch++) {
        ond_random random = ond_random_make((uint64_t)f->training->seed, (uint64_t)epoch + 1);
        double loss = 0;
        size_t right = 0;
        for (size_t i = 0; i < count; i++) {
            f->order[i] = (uint32_t)i;
        }
        ond_random_shuffle(&random, f->order, count);
        for (size_t first = 0; first < count; first += batch) {
            OND_TRY(run_batch(f, first, count - first < batch ? count - first : batch, &loss, &right));
        }
        double error = 1 - (double)right / (double)count;
        if (watch && !watch(context, epoch + 1, loss / (double)count, error)) {
            break;
        }
    }
    return OND_OK;
}

static ond_status check_labels(const ond_array *labels, size_t count, int *classes)
{
    char text[OND_SHAPE_TEXT_SIZE];
    if (labels->rank != 1 || labels->shape[0] != count || count > UINT32_MAX) {
        return ond_fail(OND_ERROR_SHAPE, "the labels are %s, one for each of %zu pictures is wanted",
                        ond_shape_text(labels->rank, labels->shape, text), count);
    }
    *classes = 2;
    for (size_t i = 0; i < count; i++) {
        float label = labels->data[i];
        if (!(label >= 0 && label < 1e6F) || label != floorf(label)) {
            return ond_fail(OND_ERROR_ARGUMENT, "label %zu is %g, a whole number of 0 to 999999 is wanted", i,
                            (double)label);
        }
        *classes = (int)label + 1 > *classes ? (int)label + 1 : *classes;
    }
    return OND_OK;
}

ond_status ond_unrolled_model_fit(const ond_array *pictures, const ond_array *labels,
                                  const ond_unrolled_architecture *architecture, const ond_unrolled_training *training,
                                  ond_unrolled_watch watch, void *context, ond_unrolled_model **model)
{
    ond_unrolled_architecture a = architecture ? *architecture : ond_unrolled_architecture_default();
    ond_unrolled_training t = training ? *training : ond_unrolled_training_default();
    OND_TRY(ond_options_check(architecture_rows, &a));
    OND_TRY(ond_options_check(training_rows, &t));
    OND_TRY(check_pictures(pictures, &a, false));
    OND_TRY(check_labels(labels, pictures->shape[0], &a.classes));
    fit f = {.pictures = pictures, .labels = labels, .training = &t};
    OND_TRY(create(&a, &f.model));
    ond_status status = allocate(&f);
    if (status == OND_OK) {
        status = ond_unrolled_initialize(f.model->network, (uint64_t)t.seed);
    }
    if (status == OND_OK) {
        status = run(&f, watch, context);
    }
    release(&f);
    if (status != OND_OK) {
        ond_unrolled_model_destroy(f.model);
        return status;
    }
    *model = f.model;
    return OND_OK;
}

/* --- use --- */

ond_status ond_unrolled_model_predict(const ond_unrolled_model *model, const ond_array *pictures,
                                      ond_array *probabilities)
{
    enum { AT_ONCE = 512 };
    ond_unrolled_architecture a = model->architecture;
    OND_TRY(check_pictures(pictures, &a, true));
    size_t count = pictures->shape[0];
    size_t classes = model->network->classes;
    OND_TRY(ond_array_resize(probabilities, 2, (size_t[2]){count, classes}));
    float *turned = ond_memory_allocate(count < AT_ONCE ? count : AT_ONCE, picture_size(&a) * sizeof *turned);
    if (!turned) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = OND_OK;
    for (size_t first = 0; first < count && status == OND_OK; first += AT_ONCE) {
        size_t items = count - first < AT_ONCE ? count - first : AT_ONCE;
        for (size_t i = 0; i < items; i++) {
            turn_picture(pictures, first + i, &a, turned + i * picture_size(&a));
        }
        status = ond_unrolled_predict(model->network, items, turned, probabilities->data + first * classes);
    }
    ond_memory_free(turned);
    if (status == OND_OK) {
        ond_softmax(probabilities->data, count, classes);
    }
    return status;
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
    OND_TRY(create(&architecture, &made));
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
