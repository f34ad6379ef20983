/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/trainer.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "learn/pass.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UPDATE_BLOCK = 1 << 14, KEY_SIZE = 256 };

struct ond_trainer {
    ond_network *network;
    ond_training training;
    ond_pass *pass;
    size_t step;
    float *gradient, *slope;
    float *moment1, *moment2; /* of the gradient; SGD's momentum is the first, and has no second */
};

ond_training ond_training_default(ond_loss loss, size_t steps)
{
    return (ond_training){.loss = loss,
                          .optimizer = OND_OPTIMIZER_ADAM,
                          .schedule = OND_SCHEDULE_COSINE,
                          .rate = 1e-3,
                          .momentum = 0.9,
                          .steps = steps};
}

static ond_status training_check(const ond_training *t)
{
    if (!(t->rate > 0 && t->rate <= 1e6)) {
        return ond_fail(OND_ERROR_ARGUMENT, "rate = %g is outside 0..1e6", t->rate);
    }
    if (!(t->momentum >= 0 && t->momentum < 1)) {
        return ond_fail(OND_ERROR_ARGUMENT, "momentum = %g is outside 0..1", t->momentum);
    }
    if (!(t->weight_decay >= 0 && t->weight_decay * t->rate < 1)) {
        return ond_fail(OND_ERROR_ARGUMENT, "weight_decay = %g is outside 0..1/rate", t->weight_decay);
    }
    if (!(t->dropout >= 0 && t->dropout <= 0.9)) {
        return ond_fail(OND_ERROR_ARGUMENT, "dropout = %g is outside 0..0.9", t->dropout);
    }
    return OND_OK;
}

static ond_status trainer_prepare(ond_trainer *trainer, size_t most_rows)
{
    const ond_network *network = trainer->network;
    const ond_architecture *a = &network->architecture;
    size_t count = network->parameter_count;
    OND_TRY(ond_pass_create(network, most_rows, &trainer->pass));
    trainer->slope = ond_memory_allocate(most_rows * a->sizes[a->layers], sizeof *trainer->slope);
    trainer->gradient = ond_memory_allocate(count, sizeof *trainer->gradient);
    trainer->moment1 = ond_memory_allocate_zero(count, sizeof *trainer->moment1);
    bool ready = trainer->slope && trainer->gradient && trainer->moment1;
    if (ready && trainer->training.optimizer == OND_OPTIMIZER_ADAM) {
        trainer->moment2 = ond_memory_allocate_zero(count, sizeof *trainer->moment2);
        ready = trainer->moment2;
    }
    return ready ? OND_OK : OND_ERROR_MEMORY;
}

ond_status ond_trainer_create(ond_network *network, const ond_training *training, size_t most_rows,
                              ond_trainer **trainer)
{
    OND_TRY(training_check(training));
    ond_trainer *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    made->network = network;
    made->training = *training;
    ond_status status = trainer_prepare(made, most_rows);
    if (status != OND_OK) {
        ond_trainer_destroy(made);
        return status;
    }
    *trainer = made;
    return OND_OK;
}

void ond_trainer_destroy(ond_trainer *trainer)
{
    if (trainer) {
        ond_pass_destroy(trainer->pass);
        ond_memory_free(trainer->slope);
        ond_memory_free(trainer->gradient);
        ond_memory_free(trainer->moment1);
        ond_memory_free(trainer->moment2);
        ond_memory_free(trainer);
    }
}

size_t ond_trainer_steps(const ond_trainer *trainer)
{
    return trainer->step;
}

/* --- one step --- */

static double rate_now(const ond_trainer *trainer)
{
    const ond_training *t = &trainer->training;
    double done = t->steps ? fmin((double)trainer->step / (double)t->steps, 1) : 0;
    switch (t->schedule) {
    case OND_SCHEDULE_COSINE:
        return t->rate * 0.5 * (1 + cos(3.14159265358979323846 * done));
    case OND_SCHEDULE_STEP:
        return t->rate * (done < 0.6 ? 1 : done < 0.85 ? 0.1 : 0.01);
    case OND_SCHEDULE_CONSTANT:
        break;
    }
    return t->rate;
}

typedef struct update_task {
    ond_trainer *trainer;
    size_t begin, end; /* of the parameters */
    float rate, keep;  /* what decay leaves of a parameter */
    float correction1, correction2;
} update_task;

static void update_adam(const update_task *task, size_t begin, size_t count)
{
    const float beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-8F;
    float *restrict parameter = task->trainer->network->parameters + begin;
    float *restrict m = task->trainer->moment1 + begin, *restrict v = task->trainer->moment2 + begin;
    const float *restrict g = task->trainer->gradient + begin;
    for (size_t i = 0; i < count; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * (g[i] * g[i]);
        float step = task->rate * (m[i] * task->correction1) / (sqrtf(v[i] * task->correction2) + epsilon);
        parameter[i] = parameter[i] * task->keep - step;
    }
}

static void update_sgd(const update_task *task, size_t begin, size_t count)
{
    float momentum = (float)task->trainer->training.momentum;
    float *restrict parameter = task->trainer->network->parameters + begin;
    float *restrict m = task->trainer->moment1 + begin;
    const float *restrict g = task->trainer->gradient + begin;
    for (size_t i = 0; i < count; i++) {
        m[i] = momentum * m[i] + g[i];
        parameter[i] = parameter[i] * task->keep - task->rate * m[i];
    }
}

static ond_status update_block(void *context, size_t index, int worker)
{
    (void)worker;
    const update_task *task = context;
    size_t begin = task->begin + index * UPDATE_BLOCK, left = task->end - begin;
    size_t count = left < UPDATE_BLOCK ? left : UPDATE_BLOCK;
    if (task->trainer->training.optimizer == OND_OPTIMIZER_ADAM) {
        update_adam(task, begin, count);
    } else {
        update_sgd(task, begin, count);
    }
    return OND_OK;
}

static void update_range(update_task task, size_t begin, size_t end)
{
    task.begin = begin;
    task.end = end;
    size_t blocks = (end - begin + UPDATE_BLOCK - 1) / UPDATE_BLOCK;
    (void)ond_parallel_for(blocks, ond_parallel_workers(blocks), update_block, &task); /* no block can fail */
}

static void trainer_update(ond_trainer *trainer)
{
    const ond_architecture *a = &trainer->network->architecture;
    double rate = rate_now(trainer), steps = (double)trainer->step + 1;
    update_task task = {.trainer = trainer,
                        .rate = (float)rate,
                        .correction1 = (float)(1 / (1 - pow(0.9, steps))),
                        .correction2 = (float)(1 / (1 - pow(0.999, steps)))};
    for (int layer = 1; layer <= a->layers; layer++) {
        size_t begin = ond_network_offset(a, layer), biases = begin + a->sizes[layer - 1] * a->sizes[layer];
        task.keep = (float)(1 - rate * trainer->training.weight_decay);
        update_range(task, begin, biases);
        task.keep = 1;
        update_range(task, biases, biases + a->sizes[layer]);
    }
    trainer->step++;
}

ond_status ond_trainer_step(ond_trainer *trainer, const float *inputs, const float *targets, const float *weights,
                            size_t rows, double *loss)
{
    const ond_training *t = &trainer->training;
    const ond_architecture *a = &trainer->network->architecture;
    uint64_t key = ond_random_make(t->seed, trainer->step).state;
    const float *outputs = ond_pass_forward_dropout(trainer->pass, inputs, rows, t->dropout, key);
    double found = ond_loss_apply(t->loss, rows, a->sizes[a->layers], outputs, targets, weights, trainer->slope);
    if (!isfinite(found)) {
        return ond_fail(OND_ERROR_ARGUMENT, "training diverged at step %zu, a rate below %g is wanted", trainer->step,
                        t->rate);
    }
    ond_pass_backward(trainer->pass, trainer->slope, trainer->gradient, NULL);
    trainer_update(trainer);
    if (loss) {
        *loss = found;
    }
    return OND_OK;
}

/* --- checkpoints --- */

static ond_status add_moment(const ond_trainer *trainer, const char *prefix, int number, float *moment,
                             ond_tensors *tensors)
{
    char key[KEY_SIZE];
    snprintf(key, sizeof key, "%.200s.moment%d", prefix, number);
    ond_array array = ond_array_view(moment, 1, &trainer->network->parameter_count);
    return moment ? ond_tensors_add(tensors, key, &array) : OND_OK;
}

ond_status ond_trainer_to_tensors(const ond_trainer *trainer, const char *prefix, ond_tensors *tensors)
{
    char key[KEY_SIZE], step[32];
    OND_TRY(add_moment(trainer, prefix, 1, trainer->moment1, tensors));
    OND_TRY(add_moment(trainer, prefix, 2, trainer->moment2, tensors));
    snprintf(key, sizeof key, "%.200s.step", prefix);
    snprintf(step, sizeof step, "%zu", trainer->step);
    return ond_tensors_metadata_set(tensors, key, step);
}

static ond_status get_moment(const ond_trainer *trainer, const char *prefix, int number, float *moment,
                             const ond_tensors *tensors)
{
    char key[KEY_SIZE];
    const ond_array *found = NULL;
    size_t count = trainer->network->parameter_count;
    if (!moment) {
        return OND_OK;
    }
    snprintf(key, sizeof key, "%.200s.moment%d", prefix, number);
    OND_TRY(ond_tensors_get(tensors, key, 1, &count, &found));
    memcpy(moment, found->data, count * sizeof *moment);
    return OND_OK;
}

ond_status ond_trainer_set(ond_trainer *trainer, const ond_tensors *tensors, const char *prefix)
{
    char key[KEY_SIZE], *end = NULL;
    snprintf(key, sizeof key, "%.200s.step", prefix);
    const char *text = ond_tensors_metadata(tensors, key);
    unsigned long long step = text ? strtoull(text, &end, 10) : 0;
    if (!text || !*text || *end) {
        return ond_fail(OND_ERROR_FORMAT, "the text '%s' is no number of steps", key);
    }
    OND_TRY(get_moment(trainer, prefix, 1, trainer->moment1, tensors));
    OND_TRY(get_moment(trainer, prefix, 2, trainer->moment2, tensors));
    trainer->step = (size_t)step;
    return OND_OK;
}

/* --- the loop --- */

static ond_status run_epoch(ond_trainer *trainer, const ond_course *course, ond_batch *batch, double *loss)
{
    double sum = 0;
    for (batch->index = 0; batch->index < course->batches; batch->index++) {
        double found = 0;
        for (size_t row = 0; row < batch->rows; row++) {
            batch->weights[row] = 1;
        }
        OND_TRY(course->source(course->source_context, batch));
        OND_TRY(ond_trainer_step(trainer, batch->inputs, batch->targets, batch->weights, batch->rows, &found));
        sum += found;
    }
    *loss = course->batches ? sum / (double)course->batches : 0;
    return OND_OK;
}

static ond_status run_epochs(ond_trainer *trainer, const ond_course *course, ond_batch *batch)
{
    bool stop = false;
    for (batch->epoch = course->first_epoch; batch->epoch < course->epochs && !stop; batch->epoch++) {
        double loss = 0;
        OND_TRY(run_epoch(trainer, course, batch, &loss));
        if (course->watch) {
            OND_TRY(course->watch(course->watch_context, batch->epoch, loss, &stop));
        }
    }
    return OND_OK;
}

ond_status ond_trainer_run(ond_trainer *trainer, const ond_course *course)
{
    const ond_architecture *a = &trainer->network->architecture;
    if (course->rows < 1 || course->rows > trainer->pass->most_rows) {
        return ond_fail(OND_ERROR_ARGUMENT, "a batch of %zu rows, the trainer was made for 1..%zu", course->rows,
                        trainer->pass->most_rows);
    }
    ond_batch batch = {.rows = course->rows};
    batch.inputs = ond_memory_allocate(course->rows * a->sizes[0], sizeof(float));
    batch.targets = ond_memory_allocate(course->rows * a->sizes[a->layers], sizeof(float));
    batch.weights = ond_memory_allocate(course->rows, sizeof(float));
    ond_status status = OND_ERROR_MEMORY;
    if (batch.inputs && batch.targets && batch.weights) {
        status = run_epochs(trainer, course, &batch);
    }
    ond_memory_free(batch.inputs);
    ond_memory_free(batch.targets);
    ond_memory_free(batch.weights);
    return status;
}
