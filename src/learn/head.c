/* SPDX-License-Identifier: BSD-3-Clause */
#include "learn/head.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "learn/gemm.h"
#include "learn/loss.h"

#include <math.h>

enum { CHUNK_ROWS = 1024 };

ond_status ond_head_make(const ond_head_config *config, size_t classes, ond_prepare *prepare, ond_head **head)
{
    ond_head *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        ond_prepare_destroy(prepare);
        return OND_ERROR_MEMORY;
    }
    made->config = *config;
    made->classes = classes;
    made->prepare = prepare;
    made->sharpness = 1;
    made->validation_error = (double)NAN;
    *head = made;
    return OND_OK;
}

void ond_head_release(ond_head *head)
{
    ond_network_destroy(head->network);
    ond_memory_free(head->centers);
    ond_memory_free(head->means);
    ond_memory_free(head->directions);
}

void ond_head_destroy(ond_head *head)
{
    if (head) {
        ond_head_release(head);
        ond_prepare_destroy(head->prepare);
        ond_memory_free(head);
    }
}

size_t ond_head_classes(const ond_head *head)
{
    return head->classes;
}

size_t ond_head_inputs(const ond_head *head)
{
    return head->prepare->inputs;
}

ond_head_config ond_head_config_used(const ond_head *head)
{
    return head->config;
}

double ond_head_validation_error(const ond_head *head)
{
    return head->validation_error;
}

ond_status ond_head_fit(const ond_array *features, const ond_array *labels, const ond_head_config *config,
                        const ond_head_course *course, ond_head **head)
{
    const ond_head_config preset = ond_head_config_default();
    const ond_head_course none = {0};
    if (!head) {
        return ond_fail(OND_ERROR_ARGUMENT, "the output is missing");
    }
    config = config ? config : &preset;
    course = course ? course : &none;
    OND_TRY(ond_options_check(ond_head_options(), config));
    if (config->folds == 1) {
        return ond_fail(OND_ERROR_ARGUMENT, "folds = 1, 0 or 2..100 are wanted");
    }
    ond_samples samples;
    OND_TRY(ond_samples_create(features, labels, &samples));
    ond_status status = config->kind == OND_HEAD_NETWORK ? ond_head_fit_network(&samples, config, course, head)
                                                         : ond_head_fit_chosen(&samples, config, course, head);
    ond_samples_free(&samples);
    return status;
}

/* --- raw scores --- */

typedef struct affine_task {
    const ond_head *head;
    const float *z;
    size_t rows;
    float *raw, *scratch; /* of each worker: r [rows, outputs] and Vᵀ r [rows, dimensions] */
    size_t scratch_size;
} affine_task;

/* One class: −‖r − V Vᵀ r‖² = −‖r‖² + ‖Vᵀ r‖² for r = z − m. */
static ond_status affine_class(void *context, size_t class, int worker)
{
    const affine_task *task = context;
    const ond_head *head = task->head;
    size_t n = head->prepare->outputs, d = (size_t)head->dimensions;
    const float *mean = head->means + class * n;
    float *r = task->scratch + (size_t)worker * task->scratch_size, *along = r + task->rows * n;
    for (size_t i = 0; i < task->rows * n; i++) {
        r[i] = task->z[i] - mean[i % n];
    }
    if (d > 0) {
        ond_product product = {.rows = task->rows, .columns = d, .inner = n, .transpose_right = true};
        ond_gemm_alone(&product, r, head->directions + class * d * n, along);
    }
    for (size_t row = 0; row < task->rows; row++) {
        double rest = ond_vector_sum_squares(r + row * n, n);
        double found = d > 0 ? ond_vector_sum_squares(along + row * d, d) : 0;
        task->raw[row * head->classes + class] = (float)((found - rest) / head->prepare->spread);
    }
    return OND_OK;
}

static ond_status affine_raw(const ond_head *head, const float *z, size_t rows, float *raw)
{
    affine_task task = {.head = head, .z = z, .rows = rows, .raw = raw};
    int workers = ond_gemm_workers(head->classes);
    task.scratch_size = rows * (head->prepare->outputs + (size_t)head->dimensions);
    task.scratch = ond_memory_allocate((size_t)workers * task.scratch_size, sizeof *task.scratch);
    if (!task.scratch) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_parallel_for(head->classes, workers, affine_class, &task);
    ond_memory_free(task.scratch);
    return status;
}

static ond_status kernel_raw(const ond_head *head, const float *z, size_t rows, float *raw)
{
    float *values = ond_memory_allocate(rows * head->center_count, sizeof *values);
    ond_status status = values ? ond_kernel_rows(head, z, rows, values) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        status = ond_network_predict(head->network, values, rows, raw);
    }
    ond_memory_free(values);
    return status;
}

static ond_status raw_chunk(const ond_head *head, const float *z, size_t rows, float *raw)
{
    if (head->config.kind == OND_HEAD_AFFINE) {
        return affine_raw(head, z, rows, raw);
    }
    return head->config.kind == OND_HEAD_KERNEL ? kernel_raw(head, z, rows, raw)
                                                : ond_network_predict(head->network, z, rows, raw);
}

ond_status ond_head_raw(const ond_head *head, const float *z, size_t rows, float *raw)
{
    for (size_t first = 0; first < rows; first += CHUNK_ROWS) {
        size_t count = rows - first < CHUNK_ROWS ? rows - first : CHUNK_ROWS;
        OND_TRY(raw_chunk(head, z + first * head->prepare->outputs, count, raw + first * head->classes));
    }
    return OND_OK;
}

/* --- prediction --- */

static ond_status predict_rows(const ond_head *head, const float *x, size_t rows, float *z, float *scores)
{
    for (size_t first = 0; first < rows; first += CHUNK_ROWS) {
        size_t count = rows - first < CHUNK_ROWS ? rows - first : CHUNK_ROWS;
        ond_rows chunk = {x + first * head->prepare->inputs, head->prepare->inputs, NULL, count};
        float *raw = scores + first * head->classes;
        OND_TRY(ond_prepare_apply(head->prepare, &chunk, z));
        OND_TRY(raw_chunk(head, z, count, raw));
        for (size_t i = 0; i < count * head->classes; i++) {
            raw[i] *= (float)head->sharpness;
        }
        ond_softmax(raw, count, head->classes);
    }
    return OND_OK;
}

ond_status ond_head_predict(const ond_head *head, const ond_array *features, ond_array *scores)
{
    if (!head || !scores) {
        return ond_fail(OND_ERROR_ARGUMENT, "the %s is missing", head ? "output" : "head");
    }
    OND_TRY(ond_array_check_filled(features, "features"));
    size_t rows = features->rank > 1 ? features->shape[0] : 0;
    if (rows == 0 || ond_array_count(features) / rows != head->prepare->inputs) {
        char text[OND_SHAPE_TEXT_SIZE];
        return ond_fail(OND_ERROR_SHAPE, "the features are %s, samples of %zu numbers are wanted",
                        ond_shape_text(features->rank, features->shape, text), head->prepare->inputs);
    }
    OND_TRY(ond_array_check_finite(features, "features"));
    OND_TRY(ond_array_resize(scores, 2, (size_t[]){rows, head->classes}));
    size_t most = rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
    float *z = ond_memory_allocate(most * head->prepare->outputs, sizeof *z);
    ond_status status = z ? predict_rows(head, features->data, rows, z, scores->data) : OND_ERROR_MEMORY;
    ond_memory_free(z);
    return status ? status : ond_array_check_result(scores);
}

/* --- what the scores are worth --- */

size_t ond_decide(const float *scores, size_t classes)
{
    size_t best = 0;
    for (size_t k = 1; k < classes; k++) {
        best = scores[k] > scores[best] ? k : best;
    }
    return best;
}

double ond_error_share(const float *raw, const uint32_t *labels, size_t count, size_t classes)
{
    size_t wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong += ond_decide(raw + i * classes, classes) != labels[i];
    }
    return count ? (double)wrong / (double)count : (double)NAN;
}

double ond_log_loss(const float *raw, const uint32_t *labels, size_t count, size_t classes, double sharpness)
{
    double loss = 0;
    for (size_t i = 0; i < count; i++) {
        const float *row = raw + i * classes;
        double top = (double)row[ond_decide(row, classes)], sum = 0;
        for (size_t k = 0; k < classes; k++) {
            sum += exp(sharpness * ((double)row[k] - top));
        }
        loss += log(sum) - sharpness * ((double)row[labels[i]] - top);
    }
    return loss;
}

/* Derivative by s of Σ log softmax(s raw)[label]: Σ raw[label] − mean of raw under the softmax. It falls in s. */
static double likelihood_slope(const float *raw, const uint32_t *labels, size_t count, size_t classes, double s)
{
    double slope = 0;
    for (size_t i = 0; i < count; i++) {
        const float *row = raw + i * classes;
        double top = (double)row[ond_decide(row, classes)], sum = 0, mean = 0;
        for (size_t k = 0; k < classes; k++) {
            double weight = exp(s * ((double)row[k] - top));
            sum += weight;
            mean += weight * (double)row[k];
        }
        slope += (double)row[labels[i]] - mean / sum;
    }
    return slope;
}

double ond_sharpness(const float *raw, const uint32_t *labels, size_t count, size_t classes)
{
    /* Without an error among the samples there is no largest likelihood: the range ends somewhere. */
    double low = log(1e-2), high = log(1e3);
    for (int i = 0; i < 50; i++) {
        double middle = 0.5 * (low + high);
        if (likelihood_slope(raw, labels, count, classes, exp(middle)) > 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return exp(0.5 * (low + high));
}
