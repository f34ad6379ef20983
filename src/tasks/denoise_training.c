/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/option.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "io/record.h"
#include "learn/adam.h"
#include "tasks/denoise_model.h"
#include "tasks/denoise_pool.h"
#include "tasks/learned.h"

#include <math.h>
#include <string.h>

static const ond_option options[] = {
    OND_OPTION_INT_ROW(ond_denoise_training, steps, 10000, 1, 10000000, "mini-batches"),
    OND_OPTION_INT_ROW(ond_denoise_training, hidden, 64, 1, 512, "channels between the layers"),
    OND_OPTION_INT_ROW(ond_denoise_training, pairs, 4, 0, 32, "pairs of layers between the first and the last"),
    OND_OPTION_INT_ROW(ond_denoise_training, batch, 16, 1, 1024, "patches of a mini-batch"),
    OND_OPTION_INT_ROW(ond_denoise_training, patch, 64, 16, 128, "side of a patch in pixels, even"),
    OND_OPTION_INT_ROW(ond_denoise_training, pool, 256, 1, 100000, "crops that patches are drawn from"),
    OND_OPTION_REAL_ROW(ond_denoise_training, rate, 1e-3, 1e-8, 1, "learning rate, falling to 0 as a cosine"),
    OND_OPTION_REAL_ROW(ond_denoise_training, noise_low, 5, 0.1, 1000, "least noise, grey levels of 255"),
    OND_OPTION_REAL_ROW(ond_denoise_training, noise_high, 75, 0.1, 1000, "most noise, grey levels of 255"),
    OND_OPTION_INTERNAL_ROW(ond_denoise_training, seed, 1, 0, 2147483647, "of weights, crops and noise"),
    OND_OPTION_END,
};

const ond_option *ond_denoise_training_options(void)
{
    return options;
}

ond_denoise_training ond_denoise_training_default(void)
{
    ond_denoise_training config;
    ond_options_default(options, &config);
    return config;
}

typedef struct fit {
    const ond_denoise_training *config;
    ond_pool pool;
    ond_residual_network *network;
    size_t count;        /* parameters */
    ond_sample *samples; /* of the mini-batch */
    double *losses;      /* and their errors without the network */
    float *scratch;      /* for each sample: gradient, five patches, input, wanted */
    size_t scratch_size;
    ond_adam adam;
    float *mean;      /* running mean of the parameters: the result */
    size_t step;      /* steps done */
    double errors[2]; /* of the last steps, with the network and without */
    ond_record record;
} fit;

static ond_status allocate(fit *f)
{
    size_t batch = (size_t)f->config->batch;
    size_t patch = (size_t)f->config->patch * (size_t)f->config->patch;
    ond_residual_shape shape
        = {OND_LEARNED_INPUTS, (size_t)f->config->hidden, OND_LEARNED_PHASES, (size_t)f->config->pairs};
    OND_TRY(ond_residual_network_create(shape, (uint64_t)f->config->seed, &f->network));
    f->count = ond_residual_network_parameter_count(f->network);
    f->scratch_size = f->count + (5 + OND_LEARNED_PLANES + 1) * patch;
    f->samples = ond_memory_allocate(batch, sizeof *f->samples);
    f->losses = ond_memory_allocate(batch, 2 * sizeof *f->losses);
    f->scratch = ond_memory_allocate(batch, f->scratch_size * sizeof *f->scratch);
    f->mean = ond_memory_allocate_zero(f->count, sizeof(float));
    bool complete = f->samples && f->losses && f->scratch && f->mean;
    return complete ? ond_adam_create(f->count, &f->adam) : OND_ERROR_MEMORY;
}

static void release(fit *f)
{
    ond_pool_free(&f->pool);
    ond_residual_network_destroy(f->network);
    ond_memory_free(f->samples);
    ond_memory_free(f->losses);
    ond_memory_free(f->scratch);
    ond_adam_free(&f->adam);
    ond_memory_free(f->mean);
}

/* Error and gradient of one patch. */
static ond_status do_sample(void *context, size_t index, int worker)
{
    (void)worker;
    fit *f = context;
    const ond_sample *sample = &f->samples[index];
    size_t half = (size_t)f->config->patch / 2;
    size_t patch = 4 * half * half;
    float *gradient = f->scratch + index * f->scratch_size;
    float *input = gradient + f->count + 5 * patch;
    float *wanted = input + OND_LEARNED_PLANES * patch;
    OND_TRY(ond_pool_gather(&f->pool, sample, gradient + f->count, input, wanted));
    double weight = sample->weight / (double)(patch * (size_t)f->config->batch);
    f->losses[2 * index + 1] = weight * ond_vector_sum_squares(wanted, patch);
    return ond_residual_network_gradient(f->network, half, half, input, wanted, weight, &f->losses[2 * index],
                                         gradient);
}

/* The gradients of all patches, summed into the first, in their order. */
static void sum_gradients(const fit *f)
{
    for (size_t i = 1; i < (size_t)f->config->batch; i++) {
        ond_vector_add_scaled(f->scratch, 1, f->scratch + i * f->scratch_size, f->count);
    }
}

/* A step of Adam, and of the mean of the parameters over about the last thousand steps, fewer at first. */
static void update(const fit *f, size_t step)
{
    double n = (double)step + 1;
    double warm = fmin(1, n / fmin(300, 1 + 0.05 * (double)f->config->steps)); /* Adam's first moments are noise */
    double rate = f->config->rate * warm * 0.5 * (1 + cos(3.14159265358979323846 * n / (double)f->config->steps));
    float forget = (float)fmax(1e-3, 1 / (1 + n / 4));
    float *parameters = ond_residual_network_parameters(f->network);
    ond_adam_step(&f->adam, step, rate, f->scratch, parameters);
    for (size_t i = 0; i < f->count; i++) {
        f->mean[i] += forget * (parameters[i] - f->mean[i]);
    }
}

static ond_status take_step(fit *f)
{
    size_t batch = (size_t)f->config->batch;
    OND_TRY(ond_pool_renew(&f->pool, f->step));
    for (size_t i = 0; i < batch; i++) {
        ond_pool_draw(&f->pool, &f->samples[i]);
    }
    OND_TRY(ond_parallel_for(batch, ond_parallel_workers(batch), do_sample, f));
    for (size_t i = 0; i < batch; i++) {
        f->errors[0] += f->losses[2 * i];
        f->errors[1] += f->losses[2 * i + 1];
    }
    if (!isfinite(f->errors[0])) {
        return ond_fail(OND_ERROR_ARGUMENT, "the training diverged at step %zu, a rate below %g is wanted", f->step,
                        f->config->rate);
    }
    sum_gradients(f);
    update(f, f->step);
    f->step++;
    return OND_OK;
}

/* --- kept and taken up again --- */

static ond_status put_state(const void *context, ond_tensors *tensors)
{
    const fit *f = context;
    uint64_t step = f->step;
    OND_TRY(ond_record_put(tensors, "step", &step, 1));
    OND_TRY(ond_record_put_real(tensors, "errors", f->errors, 2));
    OND_TRY(ond_record_put_row(tensors, "parameters", ond_residual_network_parameters(f->network), f->count));
    OND_TRY(ond_record_put_row(tensors, "mean", f->mean, f->count));
    OND_TRY(ond_adam_to_tensors(&f->adam, tensors));
    return ond_pool_to_tensors(&f->pool, tensors);
}

static ond_status take_state(fit *f, const ond_tensors *tensors)
{
    uint64_t step = 0;
    OND_TRY(ond_record_get(tensors, "step", &step, 1));
    f->step = (size_t)step;
    OND_TRY(ond_record_get_real(tensors, "errors", f->errors, 2));
    OND_TRY(ond_record_get_row(tensors, "parameters", ond_residual_network_parameters(f->network), f->count));
    OND_TRY(ond_record_get_row(tensors, "mean", f->mean, f->count));
    OND_TRY(ond_adam_set(&f->adam, tensors));
    return ond_pool_set(&f->pool, tensors);
}

static ond_status begin(fit *f)
{
    ond_tensors *tensors = NULL;
    OND_TRY(ond_record_read(&f->record, &tensors));
    ond_status status = tensors ? take_state(f, tensors) : ond_pool_fill(&f->pool);
    bool is_damaged = tensors && status != OND_OK && status != OND_ERROR_MEMORY;
    ond_tensors_destroy(tensors);
    return is_damaged ? ond_fail_prefix(status, "%s: ", f->record.path) : status;
}

/* --- the training --- */

enum { STEPS_OF_A_MEAN = 50 };

static ond_status run(fit *f, const ond_denoise_course *course)
{
    bool goes_on = true;
    while (goes_on && f->step < (size_t)f->config->steps) {
        OND_TRY(take_step(f));
        double gain_db = f->errors[0] > 0 ? 10 * log10(f->errors[1] / f->errors[0]) : 0;
        if (f->step % STEPS_OF_A_MEAN == 0) {
            f->errors[0] = f->errors[1] = 0;
        }
        goes_on = !course->watch || course->watch(course->context, f->step, gain_db);
        if (ond_record_is_due(&f->record) || (!goes_on && f->record.path)) {
            OND_TRY(ond_record_write(&f->record, put_state, f));
        }
    }
    memcpy(ond_residual_network_parameters(f->network), f->mean, f->count * sizeof(float));
    return OND_OK;
}

static ond_status check(const ond_array *images, size_t count, const ond_denoise_training *config)
{
    OND_TRY(ond_options_check(options, config));
    if (count == 0 || !images) {
        return ond_fail(OND_ERROR_ARGUMENT, "no pictures to learn from, at least one is wanted");
    }
    if (config->patch % 2 != 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "patch = %d, an even number is wanted", config->patch);
    }
    if (config->noise_high < config->noise_low) {
        return ond_fail(OND_ERROR_ARGUMENT, "noise_high = %g is below noise_low = %g", config->noise_high,
                        config->noise_low);
    }
    return OND_OK;
}

ond_status ond_denoise_model_fit(const ond_array *images, size_t count, const ond_denoise_training *config,
                                 const ond_denoise_course *course, ond_denoise_model **model)
{
    ond_denoise_training used = config ? *config : ond_denoise_training_default();
    ond_denoise_course given = course ? *course : (ond_denoise_course){0};
    OND_TRY(check(images, count, &used));
    fit f = {
        .config = &used,
        .record = {.path = given.checkpoint, .kind = "denoiser", .options = options, .config = &used},
    };
    ond_status status = ond_pool_create(images, count, &used, &f.pool);
    f.record.data = OND_RECORD_SUM;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        f.record.data = ond_record_sum(f.record.data, &images[i]);
    }
    if (status == OND_OK) {
        status = allocate(&f);
    }
    if (status == OND_OK) {
        status = begin(&f);
    }
    if (status == OND_OK) {
        status = run(&f, &given);
    }
    if (status == OND_OK) {
        status = ond_denoise_model_create(f.network, model);
        f.network = NULL;
    }
    release(&f);
    return status;
}
