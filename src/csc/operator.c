/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/operator.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"

#include <math.h>
#include <string.h>

/* Multiply-adds per nanosecond of the direct way and operations per nanosecond of the FFT, measured on one core of an
 * EPYC; only their ratio matters. */
static const double direct_rate = 5;
static const double fourier_rate = 4;

static size_t grid_size(const ond_dictionary *dictionary, size_t size)
{
    return dictionary->info.border == OND_BORDER_CIRCULAR ? size : ond_fft_good_size(size, 1);
}

static bool is_fourier_faster(const ond_operator *operator_)
{
    const ond_dictionary_info *info = &operator_->dictionary->info;
    double pairs = (double)info->atoms * (double)info->channels;
    double taps = (double)info->filter_height * (double)info->filter_width;
    double direct = pairs * taps * (double)operator_->rows * (double)operator_->columns / direct_rate;
    double grid = (double)grid_size(operator_->dictionary, operator_->height)
                  * (double)grid_size(operator_->dictionary, operator_->width);
    double transforms = 2.5 * grid * log2(grid + 1) * (double)(info->atoms + info->channels);
    return (transforms + 4 * pairs * grid) / fourier_rate < direct;
}

static ond_status create(const ond_dictionary *dictionary, size_t height, size_t width, ond_products products,
                         ond_planning planning, ond_operator *made)
{
    made->dictionary = dictionary;
    made->height = height;
    made->width = width;
    OND_TRY(ond_dictionary_positions(dictionary, height, width, &made->rows, &made->columns));
    made->image_size = dictionary->info.channels * height * width;
    made->code_size = dictionary->info.atoms * made->rows * made->columns;
    made->by_fourier = products == OND_PRODUCTS_FOURIER || (products == OND_PRODUCTS_FASTER && is_fourier_faster(made));
    return made->by_fourier ? ond_fourier_create(made, planning) : OND_OK;
}

ond_status ond_operator_create(const ond_dictionary *dictionary, size_t height, size_t width, ond_products products,
                               ond_planning planning, ond_operator **made)
{
    ond_operator *operator_ = ond_memory_allocate_zero(1, sizeof *operator_);
    if (!operator_) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = create(dictionary, height, width, products, planning, operator_);
    if (status != OND_OK) {
        ond_operator_destroy(operator_);
        return status;
    }
    *made = operator_;
    return OND_OK;
}

void ond_operator_destroy(ond_operator *operator_)
{
    if (operator_) {
        ond_fft_destroy(operator_->fft);
        ond_memory_free(operator_->spectra);
        ond_memory_free(operator_);
    }
}

size_t ond_operator_scratch(const ond_operator *operator_)
{
    return operator_->by_fourier ? ond_fourier_scratch(operator_) : ond_direct_scratch(operator_);
}

float *ond_operator_scratch_create(const ond_operator *operator_)
{
    return ond_memory_allocate(ond_operator_scratch(operator_), sizeof(float));
}

void ond_operator_apply(const ond_operator *operator_, const float *codes, float *image, float *scratch)
{
    if (operator_->by_fourier) {
        ond_fourier_apply(operator_, codes, image, scratch);
    } else {
        ond_direct_apply(operator_, codes, image, scratch);
    }
}

void ond_operator_adjoint(const ond_operator *operator_, const float *image, float *codes, float *scratch)
{
    if (operator_->by_fourier) {
        ond_fourier_adjoint(operator_, image, codes, scratch);
    } else {
        ond_direct_adjoint(operator_, image, codes, scratch);
    }
}

/* A batch of products: items on threads, each with its piece of scratch. */
typedef struct product_job {
    const ond_operator *operator_;
    const float *from;
    float *to, *scratch;
    bool is_adjoint;
} product_job;

static size_t scratch_piece(const ond_operator *operator_)
{
    size_t line = OND_ALIGNMENT / sizeof(float);
    return (ond_operator_scratch(operator_) + line - 1) / line * line;
}

static ond_status multiply_item(void *context, size_t index, int worker)
{
    const product_job *job = context;
    const ond_operator *operator_ = job->operator_;
    float *scratch = job->scratch + (size_t)worker * scratch_piece(operator_);
    if (job->is_adjoint) {
        ond_operator_adjoint(operator_, job->from + index * operator_->image_size,
                             job->to + index * operator_->code_size, scratch);
    } else {
        ond_operator_apply(operator_, job->from + index * operator_->code_size, job->to + index * operator_->image_size,
                           scratch);
    }
    return OND_OK;
}

static ond_status multiply(const ond_operator *operator_, size_t count, const float *from, bool is_adjoint, float *to)
{
    int workers = ond_parallel_workers(count);
    product_job job = {operator_, from, to, NULL, is_adjoint};
    job.scratch = ond_memory_allocate((size_t)workers * scratch_piece(operator_), sizeof(float));
    if (!job.scratch) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = ond_parallel_for(count, workers, multiply_item, &job);
    ond_memory_free(job.scratch);
    return status;
}

/* The image that codes of this size make. */
static ond_status image_size_of(const ond_dictionary *dictionary, const ond_signals *codes, size_t *height,
                                size_t *width)
{
    const ond_dictionary_info *info = &dictionary->info;
    bool is_zero = info->border == OND_BORDER_ZERO;
    *height = is_zero ? info->stride * (codes->height - 1) + info->filter_height : info->stride * codes->height;
    *width = is_zero ? info->stride * (codes->width - 1) + info->filter_width : info->stride * codes->width;
    size_t rows = 0;
    size_t columns = 0;
    return ond_dictionary_positions(dictionary, *height, *width, &rows, &columns);
}

ond_status ond_dictionary_apply(const ond_dictionary *dictionary, const ond_array *codes, ond_array *signal)
{
    ond_signals batch;
    size_t height = 0;
    size_t width = 0;
    ond_operator *operator_ = NULL;
    OND_TRY(ond_signals_of(dictionary, codes, true, "the codes", &batch));
    OND_TRY(image_size_of(dictionary, &batch, &height, &width));
    OND_TRY(ond_operator_create(dictionary, height, width, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE, &operator_));
    ond_status status = ond_signals_resize(batch, dictionary->info.channels, height, width, signal);
    if (status == OND_OK) {
        status = multiply(operator_, batch.count, codes->data, false, signal->data);
    }
    ond_operator_destroy(operator_);
    return status ? status : ond_array_check_result(signal);
}

ond_status ond_dictionary_adjoint(const ond_dictionary *dictionary, const ond_array *signal, ond_array *codes)
{
    ond_signals batch;
    ond_operator *operator_ = NULL;
    OND_TRY(ond_signals_of(dictionary, signal, false, "the signal", &batch));
    OND_TRY(ond_operator_create(dictionary, batch.height, batch.width, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE,
                                &operator_));
    ond_status status = ond_signals_resize(batch, dictionary->info.atoms, operator_->rows, operator_->columns, codes);
    if (status == OND_OK) {
        status = multiply(operator_, batch.count, signal->data, true, codes->data);
    }
    ond_operator_destroy(operator_);
    return status ? status : ond_array_check_result(codes);
}
