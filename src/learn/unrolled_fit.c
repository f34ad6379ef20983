/* SPDX-License-Identifier: BSD-3-Clause */
/* Training of unrolled pursuits. */
#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "core/random.h"
#include "core/vector.h"
#include "io/record.h"
#include "learn/adam.h"
#include "learn/unrolled_model.h"

#include <math.h>
#include <string.h>

/* Share of the training in which the rate rises from 0. */
static const double warm_up = 0.05;

typedef struct fit {
    const ond_array *pictures, *labels;
    const ond_unrolled_training *training;
    ond_unrolled_model *model;
    uint32_t *order;
    int *batch_labels;
    float *batch_pictures, *gradient;
    ond_adam adam;
    double scale;       /* of the pictures while it lasts */
    size_t step, steps; /* done, and in all */
    double loss;        /* summed over the pictures of this epoch */
    size_t right;       /* pictures of this epoch */
    ond_record record;
} fit;

static ond_status allocate(fit *f)
{
    size_t batch = (size_t)f->training->batch;
    size_t parameters = f->model->network->parameter_count;
    f->order = ond_memory_allocate(f->pictures->shape[0], sizeof *f->order);
    f->batch_labels = ond_memory_allocate(batch, sizeof *f->batch_labels);
    f->batch_pictures = ond_memory_allocate(batch, ond_unrolled_picture_size(&f->model->architecture) * sizeof(float));
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

/* A line up, then half a cosine down. */
static void update(fit *f)
{
    double done = ((double)f->step + 1) / (double)f->steps;
    double share = done < warm_up ? done / warm_up : 0.5 * (1 + cos(3.14159265358979323846 * done));
    ond_adam_step(&f->adam, f->step, share * f->training->rate, f->gradient, f->model->network->parameters);
}

static int draw(ond_random *random, int most)
{
    return most > 0 ? (int)(ond_random_uniform(random) * (2 * most + 1)) - most : 0;
}

/* Pictures and labels of the batch that starts at place `first` of the order. */
static void load(fit *f, size_t first, size_t items)
{
    const ond_unrolled_architecture *a = &f->model->architecture;
    ond_random random = ond_random_make((uint64_t)f->training->seed, (uint64_t)f->step + 1 + ((uint64_t)1 << 32));
    for (size_t i = 0; i < items; i++) {
        ond_unrolled_placing placing = {.scale = (float)f->scale};
        placing.down = draw(&random, f->training->shift);
        placing.right = draw(&random, f->training->shift);
        ond_unrolled_turn_picture(f->pictures, f->order[first + i], a, placing,
                                  f->batch_pictures + i * ond_unrolled_picture_size(a));
        f->batch_labels[i] = (int)f->labels->data[f->order[first + i]];
    }
}

static ond_status run_batch(fit *f, size_t first, size_t items)
{
    double batch_loss = 0;
    size_t batch_right = 0;
    const ond_unrolled *network = f->model->network;
    load(f, first, items);
    OND_TRY(ond_unrolled_gradient(network, items, f->batch_pictures, f->batch_labels, &batch_loss, &batch_right,
                                  f->gradient));
    if (!isfinite(batch_loss) || !isfinite(ond_vector_sum_squares(f->gradient, network->parameter_count))) {
        return ond_fail(OND_ERROR_ARGUMENT, "the training diverged at step %zu, a rate below %g is wanted", f->step,
                        f->training->rate);
    }
    update(f);
    f->step++;
    f->loss += batch_loss * (double)items;
    f->right += batch_right;
    return OND_OK;
}

/* An epoch that is far worse than guessing: finite losses that no later one mends. */
static ond_status check_loss(const fit *f, double loss)
{
    double guessing = log((double)f->model->network->classes);
    if (loss > 10 * guessing) {
        return ond_fail(
            OND_ERROR_ARGUMENT,
            "the training diverged: its mean loss is %.3g, that of guessing %.3g; a rate below %g is wanted", loss,
            guessing, f->training->rate);
    }
    return OND_OK;
}

/* --- kept and taken up again --- */

static ond_status put_state(const void *context, ond_tensors *tensors)
{
    const fit *f = context;
    uint64_t numbers[2] = {f->step, f->right};
    const ond_unrolled *network = f->model->network;
    OND_TRY(ond_record_put(tensors, "step", numbers, 2));
    OND_TRY(ond_record_put_real(tensors, "loss", &f->loss, 1));
    OND_TRY(
        ond_tensors_options_set(tensors, "architecture", ond_unrolled_architecture_options(), &f->model->architecture));
    OND_TRY(ond_record_put_row(tensors, "parameters", network->parameters, network->parameter_count));
    return ond_adam_to_tensors(&f->adam, tensors);
}

static ond_status take_state(fit *f, const ond_tensors *tensors)
{
    uint64_t numbers[2] = {0};
    ond_unrolled *network = f->model->network;
    OND_TRY(
        ond_record_same_options(tensors, "architecture", ond_unrolled_architecture_options(), &f->model->architecture));
    OND_TRY(ond_record_get(tensors, "step", numbers, 2));
    f->step = (size_t)numbers[0];
    f->right = (size_t)numbers[1];
    OND_TRY(ond_record_get_real(tensors, "loss", &f->loss, 1));
    OND_TRY(ond_record_get_row(tensors, "parameters", network->parameters, network->parameter_count));
    return ond_adam_set(&f->adam, tensors);
}

static ond_status begin(fit *f)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_record_read(&f->record, &tensors));
    ond_status status
        = tensors ? take_state(f, tensors) : ond_unrolled_initialize(f->model->network, (uint64_t)f->training->seed);
    bool is_damaged = tensors && status != OND_OK && status != OND_ERROR_MEMORY;
    ond_tensors_destroy(tensors);
    return is_damaged ? ond_fail_prefix(status, "%s: ", f->record.path) : status;
}

/* --- the training --- */

static void put_in_order(const fit *f, size_t epoch)
{
    size_t count = f->pictures->shape[0];
    ond_random random = ond_random_make((uint64_t)f->training->seed, (uint64_t)epoch + 1);
    for (size_t i = 0; i < count; i++) {
        f->order[i] = (uint32_t)i;
    }
    ond_random_shuffle(&random, f->order, count);
}

static ond_status run(fit *f, const ond_unrolled_course *course)
{
    size_t count = f->pictures->shape[0];
    size_t batch = (size_t)f->training->batch;
    size_t batches = (count + batch - 1) / batch;
    f->steps = (size_t)f->training->epochs * batches;
    bool goes_on = true;
    for (size_t epoch = f->step / batches; goes_on && f->step < f->steps; epoch++) {
        put_in_order(f, epoch);
        for (size_t first = f->step % batches * batch; first < count; first += batch) {
            OND_TRY(run_batch(f, first, count - first < batch ? count - first : batch));
            if (first + batch < count && ond_record_is_due(&f->record)) {
                OND_TRY(ond_record_write(&f->record, put_state, f));
            }
        }
        double loss = f->loss / (double)count;
        double error = 1 - (double)f->right / (double)count;
        OND_TRY(check_loss(f, loss));
        goes_on = !course->watch || course->watch(course->context, (int)epoch + 1, loss, error);
        f->loss = 0;
        f->right = 0;
        if (ond_record_is_due(&f->record) || (!goes_on && f->record.path)) {
            OND_TRY(ond_record_write(&f->record, put_state, f));
        }
    }
    return OND_OK;
}

/* Thresholds are learned at the rate of everything else: pictures are brought to a root mean square of 1. */
static void find_scale(fit *f)
{
    size_t count = ond_array_count(f->pictures);
    double square = ond_vector_sum_squares(f->pictures->data, count) / (double)count;
    f->scale = square > 0 ? 1 / sqrt(square) : 1;
}

/* Codes of s x with biases b are s times those of x with biases b / s. */
static void undo_scale(const fit *f)
{
    const ond_unrolled *network = f->model->network;
    ond_unrolled_view view = ond_unrolled_view_of(network, network->parameters);
    for (size_t i = 0; i < network->layer_count; i++) {
        for (size_t k = 0; k < network->layers[i].codes; k++) {
            view.bias[i][k] = (float)((double)view.bias[i][k] / f->scale);
        }
    }
    for (float *weight = view.weight; weight < view.offset; weight++) {
        *weight = (float)((double)*weight * f->scale);
    }
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

static ond_status train(fit *f, const ond_unrolled_course *course)
{
    find_scale(f);
    OND_TRY(allocate(f));
    OND_TRY(begin(f));
    OND_TRY(run(f, course));
    undo_scale(f);
    return OND_OK;
}

ond_status ond_unrolled_model_fit(const ond_array *pictures, const ond_array *labels,
                                  const ond_unrolled_architecture *architecture, const ond_unrolled_training *training,
                                  const ond_unrolled_course *course, ond_unrolled_model **model)
{
    ond_unrolled_architecture a = architecture ? *architecture : ond_unrolled_architecture_default();
    ond_unrolled_training t = training ? *training : ond_unrolled_training_default();
    ond_unrolled_course given = course ? *course : (ond_unrolled_course){0};
    OND_TRY(ond_options_check(ond_unrolled_architecture_options(), &a));
    OND_TRY(ond_options_check(ond_unrolled_training_options(), &t));
    OND_TRY(ond_unrolled_check_pictures(pictures, &a, false));
    OND_TRY(check_labels(labels, pictures->shape[0], &a.classes));
    fit f = {.pictures = pictures, .labels = labels, .training = &t};
    f.record = (ond_record){
        .path = given.checkpoint, .kind = "pursuit", .options = ond_unrolled_training_options(), .config = &t};
    f.record.data = ond_record_sum(ond_record_sum(OND_RECORD_SUM, pictures), labels);
    OND_TRY(ond_unrolled_model_create(&a, &f.model));
    ond_status status = train(&f, &given);
    release(&f);
    if (status != OND_OK) {
        ond_unrolled_model_destroy(f.model);
        return status;
    }
    *model = f.model;
    return OND_OK;
}
