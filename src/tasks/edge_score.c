/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/status.h"

#include <ondelet/edges.h>

#include <stdlib.h>

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static ond_edge_point make_point(double threshold, double recall, double precision)
{
    double f_score = share(2 * precision * recall, precision + recall);
    return (ond_edge_point){threshold, recall, precision, f_score};
}

static ond_edge_point point_of(const ond_edge_counts *counts, double threshold)
{
    return make_point(threshold, share(counts->truth_matched, counts->truth),
                      share(counts->detected_matched, counts->detected));
}

static void add_counts(ond_edge_counts *sum, const ond_edge_counts *counts)
{
    sum->truth_matched += counts->truth_matched;
    sum->truth += counts->truth;
    sum->detected_matched += counts->detected_matched;
    sum->detected += counts->detected;
}

/* The best point of a curve, also between its points. */
static ond_edge_point best_of(const ond_edge_point *curve, size_t count)
{
    enum { STEPS = 100 };
    ond_edge_point best = curve[0];
    for (size_t i = 1; i < count; i++) {
        for (int step = 0; step <= STEPS; step++) {
            double part = (double)step / STEPS;
            const ond_edge_point *a = &curve[i - 1], *b = &curve[i];
            ond_edge_point point = make_point(a->threshold + part * (b->threshold - a->threshold),
                                              a->recall + part * (b->recall - a->recall),
                                              a->precision + part * (b->precision - a->precision));
            best = point.f_score > best.f_score ? point : best;
        }
    }
    return best;
}

/* Each picture at its own best threshold. */
static ond_edge_point best_each(const ond_edge_counts *counts, size_t pictures, size_t thresholds)
{
    ond_edge_counts sum = {0};
    for (size_t p = 0; p < pictures; p++) {
        const ond_edge_counts *row = counts + p * thresholds;
        size_t best = 0;
        for (size_t t = 1; t < thresholds; t++) {
            best = point_of(&row[t], 0).f_score > point_of(&row[best], 0).f_score ? t : best;
        }
        add_counts(&sum, &row[best]);
    }
    return point_of(&sum, 0);
}

static int compare_recall(const void *a, const void *b)
{
    const ond_edge_point *x = a, *y = b;
    int order = (x->recall > y->recall) - (x->recall < y->recall);
    return order ? order : (x->threshold > y->threshold) - (x->threshold < y->threshold);
}

/* Area under the curve, precision being interpolated at recalls of 0, 0.01 … 1 and 0 outside the curve. */
static double area_of(ond_edge_point *sorted, size_t count)
{
    enum { STEPS = 100 };
    double sum = 0;
    size_t right = 0;
    qsort(sorted, count, sizeof *sorted, compare_recall);
    for (int step = 0; step <= STEPS; step++) {
        double recall = (double)step / STEPS;
        while (right < count && sorted[right].recall < recall) {
            right++;
        }
        if (right == count || (right == 0 && sorted[0].recall > recall)) {
            continue;
        }
        const ond_edge_point *b = &sorted[right], *a = right ? b - 1 : b;
        double part = b->recall > a->recall ? (recall - a->recall) / (b->recall - a->recall) : 1;
        sum += a->precision + part * (b->precision - a->precision);
    }
    return sum / STEPS;
}

ond_status ond_edge_score_set(const ond_edge_counts *counts, size_t picture_count, const double *thresholds,
                              size_t threshold_count, ond_edge_point *curve, ond_edge_score *score)
{
    if (picture_count == 0 || threshold_count == 0) {
        return ond_fail(OND_ERROR_ARGUMENT, "%zu pictures at %zu thresholds, at least one of each is wanted",
                        picture_count, threshold_count);
    }
    ond_edge_point *points = ond_memory_allocate(threshold_count, sizeof *points);
    if (!points) {
        return OND_ERROR_MEMORY;
    }
    for (size_t t = 0; t < threshold_count; t++) {
        ond_edge_counts sum = {0};
        for (size_t p = 0; p < picture_count; p++) {
            add_counts(&sum, &counts[p * threshold_count + t]);
        }
        points[t] = point_of(&sum, thresholds[t]);
        if (curve) {
            curve[t] = points[t];
        }
    }
    score->best = best_of(points, threshold_count);
    score->best_each = best_each(counts, picture_count, threshold_count);
    score->average_precision = area_of(points, threshold_count);
    ond_memory_free(points);
    return OND_OK;
}
