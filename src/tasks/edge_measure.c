/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/edge_measure.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_bands.h"
#include "tasks/edge_color.h"
#include "tasks/edge_suppress.h"

#include <ondelet/denoise.h>

#include <math.h>
#include <string.h>

enum { ORIENTATIONS = OND_EDGE_ORIENTATIONS, SCALES = 4, FINE_SCALES = 2 };

static const double pi = 3.14159265358979323846;

/* w_s of steps, from fine to coarse. */
static const float weights[SCALES] = {0.3F, 1, 1, 0.5F};

/* Of the opponent colours beside brightness, whose contrasts in pictures are smaller. */
static const float color_gain = 3;

/* The finest scales' share in a response at which it counts in full. A step has 0.46. */
static const float fine_share = 0.3F;

/* What the root mean square of the whole image adds to the surroundings' mean. */
static const float background = 1;

/* Standard deviations of the noise that are taken off. */
static const double noise_margin = 3;

typedef struct measure {
    const ond_edge_bank *bank;
    size_t channels;
    ond_edge_kind kind;
    ond_edge_bands bands[3];
    float scale_noise[SCALES]; /* what is taken off at a scale */
    float floor, noise;        /* Σ w_s σ_s; what is taken off the sum over scales */
    float *response, *normal_rad;
} measure;

/* Norm of the odd or even part of a filter: the standard deviation that white noise of 1 leaves in it. */
static double part_gain(const ond_filters *filters, size_t index)
{
    const ond_filter *filter = &filters->filters[index];
    double grid = (double)filters->height * (double)filters->width;
    return sqrt(ond_vector_sum_squares(filter->values, filter->count) / grid / 2);
}

/* Standard deviation of the noise of all channels together, with their gains. Rounding is noise as well. */
static ond_status find_noise(const ond_array *planes, size_t channels, double largest, double *noise_std)
{
    static const double rounding = 1e-6;
    size_t shape[2] = {planes->shape[planes->rank - 2], planes->shape[planes->rank - 1]};
    double sum = rounding * largest * rounding * largest;
    for (size_t c = 0; c < channels; c++) {
        double gain = c ? (double)color_gain : 1, own = 0;
        ond_array plane = ond_array_view(planes->data + c * shape[0] * shape[1], 2, shape);
        OND_TRY(ond_noise_estimate(&plane, &own));
        sum += gain * gain * own * own;
    }
    *noise_std = sqrt(sum);
    return OND_OK;
}

static void set_noise(measure *own, double noise_std)
{
    double floor = 0;
    for (size_t s = 0; s < SCALES; s++) {
        double deviation = noise_std * part_gain(own->bank->filters, s * (ORIENTATIONS + 1));
        own->scale_noise[s] = (float)(noise_margin * deviation);
        floor += (double)weights[s] * deviation;
    }
    own->floor = (float)floor;
    own->noise = (float)(noise_margin * floor);
}

/* Four samples of a scale around a pixel and their weights. */
typedef struct corner {
    size_t index, stride;
    float weights[4];
} corner;

static corner corner_of(const ond_edge_scale *scale, int s, size_t row, size_t column)
{
    float unit = 1 / (float)(1 << s);
    float y = (float)(row + OND_EDGE_MARGIN) * unit, x = (float)(column + OND_EDGE_MARGIN) * unit;
    size_t a = (size_t)y, b = (size_t)x;
    float v = y - (float)a, u = x - (float)b;
    return (corner){a * scale->stride + b, scale->stride, {(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u}};
}

/* Even and odd parts in all orientations. */
typedef struct parts {
    float even[ORIENTATIONS], odd[ORIENTATIONS];
} parts;

static void read_parts(const measure *own, int s, size_t c, const corner *at, parts *values)
{
    const float *w = at->weights;
    for (int o = 0; o < ORIENTATIONS; o++) {
        const ond_complex *a = own->bands[c].data[s][o] + at->index, *b = a + at->stride;
        values->even[o] = w[0] * a[0].re + w[1] * a[1].re + w[2] * b[0].re + w[3] * b[1].re;
        values->odd[o] = w[0] * a[0].im + w[1] * a[1].im + w[2] * b[0].im + w[3] * b[1].im;
    }
}

/* r(o) of steps: odd parts summed over scales with their signs. Side lobes of coarse filters lie where fine ones see
 * nothing, or the contrary: r falls to 0 with the finest scales' share in the sum. */
static void respond_to_steps(const measure *own, const corner at[SCALES], float r[ORIENTATIONS])
{
    float squares[ORIENTATIONS] = {0}, products[ORIENTATIONS] = {0};
    for (size_t c = 0; c < own->channels; c++) {
        float sum[ORIENTATIONS] = {0}, fine_sum[ORIENTATIONS] = {0};
        for (int s = 0; s < SCALES; s++) {
            parts values;
            read_parts(own, s, c, &at[s], &values);
            for (int o = 0; o < ORIENTATIONS; o++) {
                sum[o] += weights[s] * values.odd[o];
                fine_sum[o] += s < FINE_SCALES ? weights[s] * values.odd[o] : 0;
            }
        }
        for (int o = 0; o < ORIENTATIONS; o++) {
            squares[o] += sum[o] * sum[o];
            products[o] += sum[o] * fine_sum[o];
        }
    }
    for (int o = 0; o < ORIENTATIONS; o++) {
        float share = squares[o] > 0 ? products[o] / squares[o] : 0;
        r[o] = fmaxf(sqrtf(squares[o]) - own->noise, 0) * fminf(fmaxf(share / fine_share, 0), 1);
    }
}

/* r(o) of lines: even parts less twice the odd ones, in two scales next to each other. Beside a step there are places
 * where the even part is the larger one, even by that factor, but at no place in two scales an octave apart. */
static void respond_to_ridges(const measure *own, const corner at[SCALES], float r[ORIENTATIONS])
{
    float before[ORIENTATIONS] = {0};
    for (int s = 0; s < SCALES; s++) {
        parts squares = {{0}, {0}};
        for (size_t c = 0; c < own->channels; c++) {
            parts values;
            read_parts(own, s, c, &at[s], &values);
            for (int o = 0; o < ORIENTATIONS; o++) {
                squares.even[o] += values.even[o] * values.even[o];
                squares.odd[o] += values.odd[o] * values.odd[o];
            }
        }
        for (int o = 0; o < ORIENTATIONS; o++) {
            float part = fmaxf(sqrtf(squares.even[o]) - 2 * sqrtf(squares.odd[o]) - own->scale_noise[s], 0);
            r[o] = fmaxf(r[o], sqrtf(part * before[o]));
            before[o] = part;
        }
    }
}

static void respond(const measure *own, size_t row, size_t column, float r[ORIENTATIONS])
{
    corner at[SCALES];
    for (int s = 0; s < SCALES; s++) {
        at[s] = corner_of(&own->bank->scales[s], s, row, column);
    }
    if (own->kind == OND_EDGE_STEPS) {
        respond_to_steps(own, at, r);
    } else {
        respond_to_ridges(own, at, r);
    }
}

/* Where between the orientations the largest response lies: the parabola through it and its neighbours. */
static float turn_of(const float r[ORIENTATIONS], int best)
{
    float before = r[(best + ORIENTATIONS - 1) % ORIENTATIONS], after = r[(best + 1) % ORIENTATIONS];
    float bend = 2 * r[best] - before - after;
    return bend > 0 ? 0.5F * (after - before) / bend : 0;
}

static ond_status measure_row(void *context, size_t row, int worker)
{
    measure *own = context;
    size_t width = own->bank->width;
    (void)worker;
    for (size_t column = 0; column < width; column++) {
        float r[ORIENTATIONS] = {0};
        int best = 0;
        respond(own, row, column, r);
        for (int o = 1; o < ORIENTATIONS; o++) {
            best = r[o] > r[best] ? o : best;
        }
        size_t i = row * width + column;
        double angle = pi / ORIENTATIONS * ((double)best + (double)turn_of(r, best));
        own->response[i] = r[best];
        own->normal_rad[i] = (float)(angle < 0 ? angle + pi : angle >= pi ? angle - pi : angle);
    }
    return OND_OK;
}

static ond_status normalize(const measure *own, size_t height, size_t width, float *strength)
{
    float *surround = ond_memory_allocate(height * width, sizeof *surround);
    ond_status status = surround ? ond_edge_surround(own->response, height, width, surround) : OND_ERROR_MEMORY;
    if (status == OND_OK) {
        double squares = ond_vector_sum_squares(own->response, height * width) / (double)(height * width);
        float least = background * (float)sqrt(squares) + 4 * own->floor;
        for (size_t i = 0; i < height * width; i++) {
            float scale = surround[i] + least;
            strength[i] = scale > 0 ? 1 - expf(-own->response[i] / (2 * scale)) : 0;
        }
    }
    ond_memory_free(surround);
    return status;
}

/* Opponent colours without their means, with their gains. */
static ond_status make_planes(const ond_array *image, ond_array *planes, double *largest)
{
    size_t plane = image->shape[image->rank - 2] * image->shape[image->rank - 1];
    *largest = 0;
    if (image->rank == 3) {
        OND_TRY(ond_edge_opponent(image, planes));
    } else {
        OND_TRY(ond_array_resize(planes, 2, image->shape));
        memcpy(planes->data, image->data, plane * sizeof *planes->data);
    }
    for (size_t begin = 0; begin < ond_array_count(planes); begin += plane) {
        float *channel = planes->data + begin;
        double mean = ond_vector_sum(channel, plane) / (double)plane;
        for (size_t i = 0; i < plane; i++) {
            *largest = fmax(*largest, fabs((double)channel[i]));
            channel[i] = (float)((double)channel[i] - mean);
        }
    }
    return OND_OK;
}

static ond_status apply_bands(measure *own, ond_array *planes)
{
    size_t plane = own->bank->height * own->bank->width;
    for (size_t c = 0; c < own->channels; c++) {
        float *channel = planes->data + c * plane;
        for (size_t i = 0; i < plane && c; i++) {
            channel[i] *= color_gain;
        }
        OND_TRY(ond_edge_bands_apply(own->bank, channel, &own->bands[c]));
    }
    return OND_OK;
}

/* Beyond the end of a step long filters still see it, the gradient at a fine scale does not: where it is less than a
 * share of what the response would have it, the response falls. A step of height 1 gives Σ w_s and 1 / (σ √(2π)). */
static ond_status check_gradient(const measure *own, const ond_array *planes)
{
    static const double sigma_px = 1.5, share = 0.4;
    size_t count = own->bank->height * own->bank->width;
    double sum = 0;
    for (int s = 0; s < SCALES; s++) {
        sum += (double)weights[s];
    }
    float expected = (float)(share / (sigma_px * sqrt(2 * pi) * sum));
    float *modulus = ond_memory_allocate(count, 2 * sizeof *modulus);
    ond_status status = modulus ? ond_edge_gradient(planes, sigma_px, modulus, modulus + count) : OND_ERROR_MEMORY;
    for (size_t i = 0; status == OND_OK && i < count; i++) {
        float wanted = expected * own->response[i];
        own->response[i] *= wanted > modulus[i] ? modulus[i] / wanted : 1;
    }
    ond_memory_free(modulus);
    return status;
}

static ond_status run(measure *own, ond_array *planes, double noise_std, float *strength)
{
    size_t height = own->bank->height, width = own->bank->width;
    set_noise(own, noise_std);
    OND_TRY(apply_bands(own, planes));
    own->response = ond_memory_allocate(height * width, sizeof *own->response);
    if (!own->response) {
        return OND_ERROR_MEMORY;
    }
    OND_TRY(ond_parallel_for(height, ond_parallel_workers(height), measure_row, own));
    if (own->kind == OND_EDGE_STEPS) {
        OND_TRY(check_gradient(own, planes));
    }
    return normalize(own, height, width, strength);
}

static ond_status measure_planes(const ond_array *image, ond_edge_kind kind, ond_array *planes, float *strength,
                                 float *normal_rad)
{
    double largest, noise_std;
    ond_edge_bank bank;
    size_t height = image->shape[image->rank - 2], width = image->shape[image->rank - 1];
    measure own = {.bank = &bank, .channels = image->rank == 3 ? 3 : 1, .kind = kind};
    own.normal_rad = normal_rad;
    OND_TRY(make_planes(image, planes, &largest));
    OND_TRY(find_noise(planes, own.channels, largest, &noise_std));
    OND_TRY(ond_edge_bank_create(height, width, &bank));
    ond_status status = run(&own, planes, noise_std, strength);
    for (size_t c = 0; c < own.channels; c++) {
        ond_edge_bands_destroy(&own.bands[c]);
    }
    ond_memory_free(own.response);
    ond_edge_bank_destroy(&bank);
    return status;
}

ond_status ond_edge_measure(const ond_array *image, ond_edge_kind kind, float *strength, float *normal_rad)
{
    ond_array planes = {0};
    ond_status status = measure_planes(image, kind, &planes, strength, normal_rad);
    ond_array_free(&planes);
    return status;
}
