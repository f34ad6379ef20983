/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "scattering/sampler.h"

#include <math.h>
#include <string.h>

/* Weights below this share of the largest are left out. */
static const double negligible = 3e-7;

enum { FOUR = 4, EIGHT = 8 };

static bool is_silent(const double *gain, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fabs(gain[i]) > 1e-14) {
            return false;
        }
    }
    return true;
}

/* Σ_i gain(i) cos(angle + i turn): the angle turns instead of being looked up. */
static double turning_sum(const double *gain, size_t count, double angle, double turn)
{
    double turn_cos = cos(turn), turn_sin = sin(turn);
    double real = cos(angle), imaginary = sin(angle), sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += gain[i] * real;
        double next = real * turn_cos - imaginary * turn_sin;
        imaginary = real * turn_sin + imaginary * turn_cos;
        real = next;
    }
    return sum;
}

/* Kernel of a gain on −inputs/2…, evaluated at `offset` from its centre: 1/inputs Σ_f gain(f) cos(2π f offset /
 * inputs). */
static double kernel_at(const double *gain, size_t inputs, double offset)
{
    enum { TURNS = 64 }; /* before rounding adds up */
    double sum = 0;
    double step = 2 * acos(-1.0) * offset / (double)inputs;
    for (size_t first = 0; first < inputs; first += TURNS) {
        size_t count = inputs - first < TURNS ? inputs - first : TURNS;
        if (!is_silent(gain + first, count)) {
            double lowest = (double)first - (double)(inputs / 2);
            sum += turning_sum(gain + first, count, step * lowest, step);
        }
    }
    return sum / (double)inputs;
}

/* The shortest circular run of `row` that holds everything above the threshold. */
static void find_run(const double *row, size_t inputs, double threshold, size_t *begin, size_t *count)
{
    size_t longest_gap = 0;
    size_t gap_end = 0;
    size_t gap = 0;
    for (size_t i = 0; i < 2 * inputs; i++) {
        gap = fabs(row[i % inputs]) <= threshold ? gap + 1 : 0;
        if (gap > longest_gap && gap <= inputs) {
            longest_gap = gap;
            gap_end = i % inputs;
        }
    }
    *begin = longest_gap ? (gap_end + 1) % inputs : 0;
    *count = inputs - longest_gap;
}

/* Weight of an input for an output, wherever its run begins. */
static float weight_of(const ond_sampler *sampler, size_t output, size_t input)
{
    size_t place = (input + sampler->inputs - sampler->begin[output]) % sampler->inputs;
    return place < sampler->count[output] ? sampler->weights[output * sampler->longest + place] : 0;
}

/* Neighbouring outputs read one run of inputs: from the first one's begin to the last one's end. */
static void find_block(const ond_sampler *sampler, ond_sampler_blocks *blocks, size_t block)
{
    size_t inputs = sampler->inputs;
    size_t first = block * blocks->size;
    size_t last = first + blocks->size < sampler->outputs ? first + blocks->size : sampler->outputs;
    size_t begin = sampler->begin[first];
    size_t reach = 0;
    for (size_t output = first; output < last; output++) {
        size_t end = (sampler->begin[output] + inputs - begin) % inputs + sampler->count[output];
        reach = end > reach ? end : reach;
    }
    blocks->begin[block] = begin;
    blocks->input_count[block] = reach < inputs ? reach : inputs;
    blocks->longest = blocks->input_count[block] > blocks->longest ? blocks->input_count[block] : blocks->longest;
}

static void set_block(const ond_sampler *sampler, ond_sampler_blocks *blocks, size_t block)
{
    size_t size = blocks->size;
    size_t first = block * size;
    size_t last = first + size < sampler->outputs ? first + size : sampler->outputs;
    float *weights = blocks->weights + block * blocks->longest * size;
    for (size_t i = 0; i < blocks->input_count[block]; i++) {
        for (size_t output = first; output < last; output++) {
            weights[i * size + output - first]
                = weight_of(sampler, output, (blocks->begin[block] + i) % sampler->inputs);
        }
    }
}

static ond_status set_blocks(const ond_sampler *sampler, size_t size, ond_sampler_blocks *blocks)
{
    size_t count = (sampler->outputs + size - 1) / size;
    *blocks = (ond_sampler_blocks){
        .size = size,
        .count = count,
        .begin = ond_memory_allocate_zero(count, sizeof(size_t)),
        .input_count = ond_memory_allocate_zero(count, sizeof(size_t)),
    };
    if (!blocks->begin || !blocks->input_count) {
        return OND_ERROR_MEMORY;
    }
    for (size_t block = 0; block < count; block++) {
        find_block(sampler, blocks, block);
    }
    blocks->weights = ond_memory_allocate_zero(count, blocks->longest * size * sizeof(float));
    for (size_t block = 0; blocks->weights && block < count; block++) {
        set_block(sampler, blocks, block);
    }
    return blocks->weights ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status set_all_blocks(ond_sampler *sampler)
{
    OND_TRY(set_blocks(sampler, EIGHT, &sampler->eights));
    return set_blocks(sampler, FOUR, &sampler->fours);
}

static ond_status allocate_runs(size_t inputs, size_t outputs, ond_sampler *sampler)
{
    *sampler = (ond_sampler){
        .inputs = inputs,
        .outputs = outputs,
        .begin = ond_memory_allocate_zero(outputs, sizeof(size_t)),
        .count = ond_memory_allocate_zero(outputs, sizeof(size_t)),
    };
    return sampler->begin && sampler->count ? OND_OK : OND_ERROR_MEMORY;
}

/* After the runs are known. */
static ond_status allocate_weights(ond_sampler *sampler)
{
    for (size_t output = 0; output < sampler->outputs; output++) {
        sampler->longest = sampler->count[output] > sampler->longest ? sampler->count[output] : sampler->longest;
    }
    sampler->weights = ond_memory_allocate_zero(sampler->outputs, sampler->longest * sizeof(float));
    return sampler->weights ? OND_OK : OND_ERROR_MEMORY;
}

/* Where the kernels of the outputs come from: one for all, shifted, when the stride is whole; else each is evaluated.
 */
typedef struct kernel_source {
    const double *gain;
    double first, stride, threshold;
    double *kernel; /* of the output at hand, or of output 0 */
} kernel_source;

static bool is_whole(const kernel_source *source)
{
    return source->stride == floor(source->stride);
}

static size_t shift_of(const kernel_source *source, size_t output)
{
    return is_whole(source) ? (size_t)((double)output * source->stride) : 0;
}

/* On long axes outwards from the centre, until the kernel has been negligible for half as long as it was not. */
static void evaluate(const kernel_source *source, size_t inputs, double position)
{
    enum { LONG = 4096, LEAST_QUIET = 512 };
    size_t centre = (size_t)fmod(fmax(0, round(position)), (double)inputs), quiet = 0;
    memset(source->kernel, 0, inputs * sizeof *source->kernel);
    for (size_t distance = 0; distance <= inputs / 2; distance++) {
        size_t places[2] = {(centre + distance) % inputs, (centre + inputs - distance) % inputs};
        bool is_quiet = true;
        for (int side = 0; side < 2; side++) {
            double value = kernel_at(source->gain, inputs, (double)places[side] - position);
            source->kernel[places[side]] = value;
            is_quiet = is_quiet && fabs(value) <= 0.1 * source->threshold;
        }
        quiet = is_quiet ? quiet + 1 : 0;
        if (inputs > LONG && quiet >= LEAST_QUIET && quiet > distance / 3) {
            return;
        }
    }
}

static void find_kernel(const kernel_source *source, size_t inputs, size_t output)
{
    if (output == 0 || !is_whole(source)) {
        evaluate(source, inputs, source->first + (double)output * source->stride);
    }
}

static void find_runs(const kernel_source *source, ond_sampler *sampler)
{
    size_t inputs = sampler->inputs, begin = 0, count = 0;
    for (size_t output = 0; output < sampler->outputs; output++) {
        if (output == 0 || !is_whole(source)) {
            find_kernel(source, inputs, output);
            find_run(source->kernel, inputs, source->threshold, &begin, &count);
        }
        bool is_short = 2 * count <= inputs; /* else several full rows together are faster */
        sampler->begin[output] = is_short ? (begin + shift_of(source, output)) % inputs : 0;
        sampler->count[output] = is_short ? count : inputs;
    }
}

static void set_weights(const kernel_source *source, ond_sampler *sampler)
{
    size_t inputs = sampler->inputs;
    for (size_t output = 0; output < sampler->outputs; output++) {
        float *weights = sampler->weights + output * sampler->longest;
        size_t place = sampler->begin[output] + inputs - shift_of(source, output) % inputs;
        find_kernel(source, inputs, output);
        for (size_t i = 0; i < sampler->count[output]; i++) {
            weights[i] = (float)source->kernel[(place + i) % inputs];
        }
    }
}

ond_status ond_sampler_create_filter(size_t inputs, size_t outputs, const double *gain, double first, double stride,
                                     ond_sampler *sampler)
{
    kernel_source source = {.gain = gain, .first = first, .stride = stride};
    OND_TRY(allocate_runs(inputs, outputs, sampler));
    source.kernel = ond_memory_allocate(inputs, sizeof *source.kernel);
    ond_status status = source.kernel ? OND_OK : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        source.threshold = negligible * fabs(kernel_at(gain, inputs, 0));
        find_runs(&source, sampler);
        status = allocate_weights(sampler);
    }
    if (status == OND_OK) {
        set_weights(&source, sampler);
        status = set_all_blocks(sampler);
    }
    ond_memory_free(source.kernel);
    return status;
}

ond_status ond_sampler_create_mean(size_t inputs, size_t begin, size_t end, ond_sampler *sampler)
{
    OND_TRY(allocate_runs(inputs, 1, sampler));
    sampler->begin[0] = begin;
    sampler->count[0] = end - begin;
    OND_TRY(allocate_weights(sampler));
    for (size_t i = 0; i < end - begin; i++) {
        sampler->weights[i] = 1 / (float)(end - begin);
    }
    return set_all_blocks(sampler);
}
