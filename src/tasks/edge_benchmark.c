/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/array.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "tasks/edge_match.h"
#include "tasks/edge_thin.h"

#include <ondelet/edges.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Greatest share of the diagonal that counts as near. */
static const double largest_distance = 0.1;

typedef int32_t place[2]; /* row, column */

/* What one worker needs for a threshold. */
typedef struct bench_worker {
    ond_thinner thinner;
    ond_matcher matcher;
    place *detected;
    uint8_t *hit; /* detected pixels with a partner so far */
} bench_worker;

typedef struct benchmark {
    const ond_array *strength;
    const double *thresholds;
    ond_edge_counts *counts;
    size_t height, width;
    size_t annotators;
    place *truth; /* boundary pixels, annotator after annotator */
    size_t *truth_begin;
    ond_neighbourhood near;
    bench_worker *workers;
} benchmark;

/* Detected pixels: the map at the threshold, thinned. */
static size_t detect(const benchmark *bench, bench_worker *own, float threshold)
{
    size_t stride = own->thinner.stride, count = 0;
    for (size_t row = 0; row < bench->height; row++) {
        const float *line = bench->strength->data + row * bench->width;
        uint8_t *map = own->thinner.map + (row + 1) * stride + 1;
        for (size_t column = 0; column < bench->width; column++) {
            map[column] = line[column] >= threshold;
        }
    }
    ond_thinner_run(&own->thinner);
    for (size_t row = 0; row < bench->height; row++) {
        const uint8_t *map = own->thinner.map + (row + 1) * stride + 1;
        for (size_t column = 0; column < bench->width; column++) {
            if (map[column]) {
                own->detected[count][0] = (int32_t)row;
                own->detected[count++][1] = (int32_t)column;
            }
        }
    }
    return count;
}

static ond_status count_threshold(void *context, size_t index, int worker)
{
    benchmark *bench = context;
    bench_worker *own = &bench->workers[worker];
    ond_edge_counts *counts = &bench->counts[index];
    size_t detected = detect(bench, own, (float)bench->thresholds[index]);
    *counts = (ond_edge_counts){.detected = (double)detected, .truth = (double)bench->truth_begin[bench->annotators]};
    memset(own->hit, 0, detected);
    for (size_t a = 0; a < bench->annotators; a++) {
        size_t begin = bench->truth_begin[a], truth = bench->truth_begin[a + 1] - begin;
        OND_TRY(ond_matcher_run(&own->matcher, (const int32_t(*)[2])own->detected, detected,
                                (const int32_t(*)[2])(bench->truth + begin), truth));
        for (size_t i = 0; i < detected; i++) {
            bool paired = own->matcher.left_partner[i] != OND_UNMATCHED;
            counts->truth_matched += paired;
            counts->detected_matched += paired && !own->hit[i];
            own->hit[i] |= paired;
        }
    }
    return OND_OK;
}

static ond_status list_truth(benchmark *bench, const ond_array *truth)
{
    size_t pixels = bench->height * bench->width, count = 0;
    for (size_t i = 0; i < bench->annotators * pixels; i++) {
        count += truth->data[i] > 0.5F;
    }
    bench->truth = ond_memory_allocate(count, sizeof *bench->truth);
    bench->truth_begin = ond_memory_allocate(bench->annotators + 1, sizeof *bench->truth_begin);
    if (!bench->truth || !bench->truth_begin) {
        return OND_ERROR_MEMORY;
    }
    count = 0;
    for (size_t a = 0; a < bench->annotators; a++) {
        bench->truth_begin[a] = count;
        for (size_t i = 0; i < pixels; i++) {
            if (truth->data[a * pixels + i] > 0.5F) {
                bench->truth[count][0] = (int32_t)(i / bench->width);
                bench->truth[count++][1] = (int32_t)(i % bench->width);
            }
        }
    }
    bench->truth_begin[bench->annotators] = count;
    return OND_OK;
}

static ond_status make_worker(const benchmark *bench, bench_worker *own)
{
    size_t pixels = bench->height * bench->width;
    OND_TRY(ond_thinner_create(bench->height, bench->width, &own->thinner));
    OND_TRY(ond_matcher_create(bench->height, bench->width, &bench->near, &own->matcher));
    own->detected = ond_memory_allocate(pixels, sizeof *own->detected);
    own->hit = ond_memory_allocate(pixels, sizeof *own->hit);
    return own->detected && own->hit ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status run(benchmark *bench, const ond_array *truth, double radius, size_t count)
{
    int workers = ond_parallel_workers(count);
    OND_TRY(list_truth(bench, truth));
    OND_TRY(ond_neighbourhood_create(radius, &bench->near));
    bench->workers = ond_memory_allocate_zero((size_t)workers, sizeof *bench->workers);
    ond_status status = bench->workers ? OND_OK : OND_ERROR_MEMORY;
    for (int i = 0; status == OND_OK && i < workers; i++) {
        status = make_worker(bench, &bench->workers[i]);
    }
    if (status == OND_OK) {
        status = ond_parallel_for(count, workers, count_threshold, bench);
    }
    for (int i = 0; bench->workers && i < workers; i++) {
        ond_thinner_destroy(&bench->workers[i].thinner);
        ond_matcher_destroy(&bench->workers[i].matcher);
        ond_memory_free(bench->workers[i].detected);
        ond_memory_free(bench->workers[i].hit);
    }
    ond_memory_free(bench->workers);
    return status;
}

static ond_status check(const ond_array *strength, const ond_array *truth, double distance)
{
    char text[2][OND_SHAPE_TEXT_SIZE];
    OND_TRY(ond_array_check_filled(strength, "the edge map"));
    OND_TRY(ond_array_check_filled(truth, "the truth"));
    if (strength->rank != 2 || truth->rank != 3 || truth->shape[1] != strength->shape[0]
        || truth->shape[2] != strength->shape[1]) {
        return ond_fail(OND_ERROR_SHAPE,
                        "the edge map is %s and the truth %s, height x width and annotators x height "
                        "x width are wanted",
                        ond_shape_text(strength->rank, strength->shape, text[0]),
                        ond_shape_text(truth->rank, truth->shape, text[1]));
    }
    if (!(distance >= 0 && distance <= largest_distance)) {
        return ond_fail(OND_ERROR_ARGUMENT, "distance = %g is outside 0..%g of the diagonal", distance,
                        largest_distance);
    }
    OND_TRY(ond_array_check_finite(strength, "the edge map"));
    return ond_array_check_finite(truth, "the truth");
}

ond_status ond_edge_benchmark(const ond_array *strength, const ond_array *truth, const double *thresholds, size_t count,
                              double distance, ond_edge_counts *counts)
{
    OND_TRY(check(strength, truth, distance));
    benchmark bench = {
        .strength = strength,
        .thresholds = thresholds,
        .counts = counts,
        .height = strength->shape[0],
        .width = strength->shape[1],
        .annotators = truth->shape[0],
    };
    double radius = distance * hypot((double)bench.height, (double)bench.width);
    ond_status status = run(&bench, truth, radius, count);
    ond_neighbourhood_destroy(&bench.near);
    ond_memory_free(bench.truth);
    ond_memory_free(bench.truth_begin);
    return status;
}
