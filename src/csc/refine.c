/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/refine.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "csc/spikes.h"

#include <math.h>
#include <string.h>

/* Splitting methods find the support of the codes long before their values. With the support and the signs s fixed the
 * lasso is quadratic, and products take the nonzeros alone: conjugate gradients (Polak–Ribière with non-negative β),
 * where after every step codes whose sign has turned become zero and stay so. The residual follows by what the step and
 * those codes make in the image. */

enum { STEPS = 30, GROUPS = 4 }; /* atoms are dealt to groups, whatever the number of threads */

typedef struct refinement {
    const ond_lasso *lasso;
    ond_taps taps;
    size_t *first;                            /* [atoms + 1] where the nonzeros of an atom begin */
    ond_spike *step, *turned;                 /* [count] the direction; what is taken back of it */
    size_t *turned_count;                     /* [atoms] */
    float *values, *before, *slope, *penalty; /* [count] slope: −gradient */
    size_t *code;                             /* [count] which one it is */
    double (*sums)[2];                        /* [atoms] ‖slope‖², its product with its change */
    float *group_images;                      /* [groups, channels] padded images */
    float *made, *undone;                     /* [channels] padded images: of the step, of what is taken back */
    float *rest;                              /* x − D codes */
    float *weighed;                           /* W² rest, going on beyond the end */
    double objective;
} refinement;

static size_t image_floats(const refinement *r)
{
    return r->taps.channels * ond_taps_padded(&r->taps);
}

static size_t count_of(const refinement *r)
{
    return r->first[r->taps.atoms];
}

/* The nonzeros of one atom, where they lie. */
static void list_atom(refinement *r, const float *codes, size_t atom)
{
    const ond_operator *operator_ = r->lasso->operator_;
    size_t stride = operator_->dictionary->info.stride;
    size_t plane = operator_->rows * operator_->columns;
    size_t k = r->first[atom];
    for (size_t i = 0; i < plane; i++) {
        size_t code = atom * plane + i;
        if (codes[code] != 0) {
            size_t place = i / operator_->columns * stride * r->taps.padded_width + i % operator_->columns * stride;
            float weight = r->lasso->weights ? r->lasso->weights[code] : 1;
            r->step[k] = (ond_spike){(uint32_t)place, codes[code]};
            r->values[k] = codes[code];
            r->penalty[k] = (float)r->lasso->lambda * weight;
            r->code[k++] = code;
        }
    }
}

static void store(const refinement *r, float *codes)
{
    memset(codes, 0, r->lasso->operator_->code_size * sizeof *codes);
    for (size_t i = 0; i < count_of(r); i++) {
        codes[r->code[i]] = r->values[i];
    }
}

/* What has become zero leaves the lists. */
static void drop_zeros(refinement *r)
{
    size_t kept = 0;
    for (size_t m = 0; m < r->taps.atoms; m++) {
        size_t begin = r->first[m];
        r->first[m] = kept;
        for (size_t i = begin; i < r->first[m + 1]; i++) {
            r->step[kept] = r->step[i];
            r->values[kept] = r->values[i];
            r->slope[kept] = r->slope[i];
            r->penalty[kept] = r->penalty[i];
            r->code[kept] = r->code[i];
            kept += r->values[kept] != 0;
        }
    }
    r->first[r->taps.atoms] = kept;
}

typedef struct sum_job {
    refinement *r;
    const ond_spike *spikes;
    const size_t *counts; /* [atoms], or NULL: all */
    float *image;
} sum_job;

static ond_status add_group(void *context, size_t index, int worker)
{
    (void)worker;
    const sum_job *job = context;
    const refinement *r = job->r;
    float *images = r->group_images + index * image_floats(r);
    memset(images, 0, image_floats(r) * sizeof *images);
    for (size_t m = index; m < r->taps.atoms; m += GROUPS) {
        size_t count = job->counts ? job->counts[m] : r->first[m + 1] - r->first[m];
        ond_taps_add(&r->taps, m, job->spikes + r->first[m], count, images);
    }
    return OND_OK;
}

static ond_status fold_channel(void *context, size_t channel, int worker)
{
    (void)worker;
    const sum_job *job = context;
    const refinement *r = job->r;
    for (size_t row = 0; row < r->taps.height; row++) {
        float *sum = job->image + channel * ond_taps_padded(&r->taps) + row * r->taps.padded_width;
        memset(sum, 0, r->taps.width * sizeof *sum);
        for (size_t g = 0; g < GROUPS; g++) {
            const float *image = r->group_images + g * image_floats(r) + channel * ond_taps_padded(&r->taps);
            ond_taps_fold_row(&r->taps, image, row, sum);
        }
    }
    return OND_OK;
}

/* image = Σ d * spikes */
static ond_status synthesize(refinement *r, const ond_spike *spikes, const size_t *counts, float *image)
{
    sum_job job = {r, spikes, counts, image};
    OND_TRY(ond_parallel_for(GROUPS, ond_parallel_workers(GROUPS), add_group, &job));
    return ond_parallel_for(r->taps.channels, ond_parallel_workers(r->taps.channels), fold_channel, &job);
}

/* W² of a row in the images, or NULL. */
static const float *mask_row(const refinement *r, size_t line)
{
    return r->lasso->mask ? r->lasso->mask + line * r->taps.width : NULL;
}

static float *image_row(const refinement *r, float *image, size_t line)
{
    size_t channel = line / r->taps.height;
    return image + channel * ond_taps_padded(&r->taps) + line % r->taps.height * r->taps.padded_width;
}

/* ‖W image‖² */
static double energy(const refinement *r, float *image)
{
    double sum = 0;
    for (size_t line = 0; line < r->taps.channels * r->taps.height; line++) {
        const float *row = image_row(r, image, line);
        const float *mask = mask_row(r, line);
        if (!mask) {
            sum += ond_vector_sum_squares(row, r->taps.width);
        }
        for (size_t i = 0; mask && i < r->taps.width; i++) {
            double value = (double)mask[i] * (double)row[i];
            sum += value * value;
        }
    }
    return sum;
}

static double objective_of(refinement *r)
{
    double sum = energy(r, r->rest) / 2;
    for (size_t i = 0; i < count_of(r); i++) {
        sum += (double)r->penalty[i] * fabs((double)r->values[i]);
    }
    return sum;
}

/* W² rest; a circular image goes on beyond its end as far as filters reach. */
static void weigh(refinement *r)
{
    const ond_taps *taps = &r->taps;
    for (size_t line = 0; line < taps->channels * taps->height; line++) {
        float *to = image_row(r, r->weighed, line);
        const float *mask = mask_row(r, line);
        memcpy(to, image_row(r, r->rest, line), taps->width * sizeof *to);
        for (size_t i = 0; mask && i < taps->width; i++) {
            to[i] *= mask[i] * mask[i];
        }
        memcpy(to + taps->width, to, (taps->filter_width - 1) * sizeof *to);
    }
    for (size_t c = 0; c < taps->channels; c++) {
        float *image = r->weighed + c * ond_taps_padded(taps);
        memcpy(image + taps->height * taps->padded_width, image,
               (taps->filter_height - 1) * taps->padded_width * sizeof *image);
    }
}

static ond_status find_slope(void *context, size_t atom, int worker)
{
    (void)worker;
    refinement *r = context;
    size_t begin = r->first[atom];
    size_t count = r->first[atom + 1] - begin;
    float *found = r->before + begin; /* free between two steps */
    double squares = 0;
    double along = 0;
    ond_taps_correlate(&r->taps, atom, r->step + begin, count, r->weighed, found);
    for (size_t i = begin; i < begin + count; i++) {
        float slope = found[i - begin] - (r->values[i] > 0 ? r->penalty[i] : -r->penalty[i]);
        squares += (double)slope * (double)slope;
        along += (double)slope * (double)(slope - r->slope[i]);
        r->slope[i] = slope;
    }
    r->sums[atom][0] = squares;
    r->sums[atom][1] = along;
    return OND_OK;
}

/* The next direction, from the slope here and `squares` of the one before (0: none); `along`: its product with the
 * slope. */
static ond_status turn(refinement *r, double *squares, double *along)
{
    double sums[2] = {0, 0};
    weigh(r);
    OND_TRY(ond_parallel_for(r->taps.atoms, ond_parallel_workers(r->taps.atoms), find_slope, r));
    for (size_t m = 0; m < r->taps.atoms; m++) {
        sums[0] += r->sums[m][0];
        sums[1] += r->sums[m][1];
    }
    float beta = *squares > 0 ? (float)fmax(sums[1] / *squares, 0) : 0;
    *along = 0;
    for (size_t i = 0; i < count_of(r); i++) {
        float direction = r->slope[i] + (beta > 0 ? beta * r->step[i].value : 0);
        r->step[i].value = direction;
        *along += (double)direction * (double)r->slope[i];
    }
    *squares = sums[0];
    return OND_OK;
}

/* values += length · step; what turns its sign becomes zero and is listed. */
static void move(refinement *r, float length)
{
    memcpy(r->before, r->values, count_of(r) * sizeof *r->before);
    for (size_t m = 0; m < r->taps.atoms; m++) {
        ond_spike *turned = r->turned + r->first[m];
        size_t count = 0;
        for (size_t i = r->first[m]; i < r->first[m + 1]; i++) {
            float next = r->values[i] + length * r->step[i].value;
            if (next * r->values[i] < 0) {
                turned[count++] = (ond_spike){r->step[i].place, next};
                next = 0;
            }
            r->values[i] = next;
        }
        r->turned_count[m] = count;
    }
}

/* One step; false when it would not have made the objective smaller. */
static ond_status advance(refinement *r, double along, bool *descends)
{
    *descends = false;
    OND_TRY(synthesize(r, r->step, NULL, r->made));
    double curvature = energy(r, r->made);
    if (!(along > 0) || !(curvature > 0)) {
        return OND_OK;
    }
    float length = (float)(along / curvature);
    move(r, length);
    OND_TRY(synthesize(r, r->turned, r->turned_count, r->undone));
    for (size_t line = 0; line < r->taps.channels * r->taps.height; line++) {
        float *rest = image_row(r, r->rest, line);
        ond_vector_add_scaled(rest, -length, image_row(r, r->made, line), r->taps.width);
        ond_vector_add_scaled(rest, 1, image_row(r, r->undone, line), r->taps.width);
    }
    double objective = objective_of(r);
    *descends = objective < r->objective;
    if (*descends) {
        r->objective = objective;
        drop_zeros(r);
    } else {
        memcpy(r->values, r->before, count_of(r) * sizeof *r->values);
    }
    return OND_OK;
}

static ond_status refine(refinement *r)
{
    static const double least_gain = 1e-5; /* of a step, as a share of the objective */
    const float *signal = r->lasso->signal;
    double squares = 0;
    double along = 0;
    bool descends = true;
    OND_TRY(synthesize(r, r->step, NULL, r->rest));
    for (size_t line = 0; line < r->taps.channels * r->taps.height; line++) {
        float *rest = image_row(r, r->rest, line);
        for (size_t i = 0; i < r->taps.width; i++) {
            rest[i] = signal[line * r->taps.width + i] - rest[i];
        }
    }
    r->objective = objective_of(r);
    for (int i = 0; i < STEPS && descends; i++) {
        double last = r->objective;
        OND_TRY(turn(r, &squares, &along));
        OND_TRY(advance(r, along, &descends));
        descends = descends && last - r->objective > least_gain * last;
    }
    return OND_OK;
}

static ond_status allocate(refinement *r)
{
    size_t count = count_of(r);
    size_t atoms = r->taps.atoms;
    size_t image = image_floats(r) * sizeof(float);
    r->taps.values = ond_memory_allocate(ond_taps_size(&r->taps), sizeof(float));
    r->step = ond_memory_allocate(count, sizeof *r->step);
    r->turned = ond_memory_allocate(count, sizeof *r->turned);
    r->turned_count = ond_memory_allocate(atoms, sizeof *r->turned_count);
    r->values = ond_memory_allocate(4 * count, sizeof *r->values);
    r->code = ond_memory_allocate(count, sizeof *r->code);
    r->sums = ond_memory_allocate(atoms, sizeof *r->sums);
    r->group_images = ond_memory_allocate(GROUPS, image);
    r->made = ond_memory_allocate_zero(4, image);
    bool has_memory = r->taps.values && r->step && r->turned && r->turned_count && r->values && r->code && r->sums
                      && r->group_images && r->made;
    if (has_memory) {
        r->before = r->values + count;
        r->slope = r->before + count;
        r->penalty = r->slope + count;
        r->undone = r->made + image_floats(r);
        r->rest = r->undone + image_floats(r);
        r->weighed = r->rest + image_floats(r);
        memset(r->slope, 0, count * sizeof *r->slope);
    }
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

static void release(refinement *r)
{
    ond_memory_free(r->first);
    ond_memory_free(r->taps.values);
    ond_memory_free(r->step);
    ond_memory_free(r->turned);
    ond_memory_free(r->turned_count);
    ond_memory_free(r->values);
    ond_memory_free(r->code);
    ond_memory_free(r->sums);
    ond_memory_free(r->group_images);
    ond_memory_free(r->made);
}

/* Whether two products with the nonzeros cost less than two by FFT of all codes. */
static bool is_worth_it(const refinement *r)
{
    double grid = (double)r->taps.height * (double)r->taps.width * (double)r->taps.atoms;
    bool is_cheap = (double)count_of(r) * ond_taps_cost(&r->taps) < grid * (1 + (double)r->taps.channels / 4);
    return count_of(r) > 0 && is_cheap && ond_taps_padded(&r->taps) <= UINT32_MAX;
}

ond_status ond_refine(const ond_lasso *lasso, float *codes)
{
    const ond_operator *operator_ = lasso->operator_;
    size_t plane = operator_->rows * operator_->columns;
    refinement r
        = {.lasso = lasso, .taps = ond_taps_measure(operator_->dictionary, operator_->height, operator_->width)};
    r.first = ond_memory_allocate_zero(r.taps.atoms + 1, sizeof *r.first);
    if (!r.first) {
        return OND_ERROR_MEMORY;
    }
    for (size_t m = 0; m < r.taps.atoms; m++) {
        r.first[m + 1] = r.first[m] + ond_count_nonzeros(codes + m * plane, plane);
    }
    ond_status status = OND_OK;
    if (is_worth_it(&r)) {
        status = allocate(&r);
        if (status == OND_OK) {
            ond_taps_load(&r.taps, operator_->dictionary);
            for (size_t m = 0; m < r.taps.atoms; m++) {
                list_atom(&r, codes, m);
            }
            status = refine(&r);
            store(&r, codes);
        }
    }
    release(&r);
    return status;
}
