/* SPDX-License-Identifier: BSD-3-Clause */
/* The boundary benchmark against the counts that its official code gave for a known detector. */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { THRESHOLDS = 5, MOST_ANNOTATORS = 12, PATH = 128 };

static const double thresholds[THRESHOLDS] = {0.05, 0.10, 0.15, 0.25, 0.40};

static double f_score(const ond_edge_counts *sum)
{
    double recall = sum->truth_matched / sum->truth, precision = sum->detected_matched / sum->detected;
    return 2 * recall * precision / (recall + precision);
}

static void add(ond_edge_counts *sum, const ond_edge_counts *counts)
{
    sum->truth_matched += counts->truth_matched;
    sum->truth += counts->truth;
    sum->detected_matched += counts->detected_matched;
    sum->detected += counts->detected;
}

static void read_truth(const char *id, ond_array *truth)
{
    ond_array map = {0};
    char name[PATH];
    size_t count = 0;
    for (int a = 0; a < MOST_ANNOTATORS; a++) {
        snprintf(name, sizeof name, "data/bsds500/val/gt_boundaries/%s_%d.png", id, a);
        if (!ond_image_recognize(shared_path(name))) {
            continue;
        }
        assert_ok(ond_image_read(shared_path(name), OND_GRAY, &map));
        if (count == 0) {
            size_t shape[3] = {MOST_ANNOTATORS, map.shape[0], map.shape[1]};
            assert_ok(ond_array_resize(truth, 3, shape));
        }
        memcpy(truth->data + count++ * ond_array_count(&map), map.data, ond_array_count(&map) * sizeof(float));
    }
    assert_true(count > 0);
    truth->shape[0] = count;
    ond_array_free(&map);
}

static void count_picture(const char *id, ond_edge_counts counts[THRESHOLDS])
{
    ond_array strength = {0}, truth = {0};
    char name[PATH];
    snprintf(name, sizeof name, "data/bsds500/val/ref_gpb_owt_ucm/%s.png", id);
    assert_ok(ond_image_read(shared_path(name), OND_GRAY, &strength));
    read_truth(id, &truth);
    assert_ok(ond_edge_benchmark(&strength, &truth, thresholds, THRESHOLDS, 0.0075, counts));
    ond_array_free(&strength);
    ond_array_free(&truth);
}

/* The official matching breaks ties at random; what is detected and drawn is the same to the pixel. */
static void the_benchmark_agrees_with_the_official_one(void **state)
{
    (void)state;
    ond_edge_counts own[THRESHOLDS] = {{0}}, official[THRESHOLDS] = {{0}}, picture[THRESHOLDS];
    char line[256], id[32];
    double t;
    int row = 0;
    FILE *file = fopen(shared_path("data/bsds500/val/ref_counts.tsv"), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        ond_edge_counts counts;
        if (sscanf(line, "%31s %lf %lf %lf %lf %lf", id, &t, &counts.truth_matched, &counts.truth,
                   &counts.detected_matched, &counts.detected)
            != 6) {
            continue;
        }
        int i = row++ % THRESHOLDS;
        assert_true(fabs(t - thresholds[i]) < 1e-6);
        if (i == 0) {
            count_picture(id, picture);
        }
        if (!(picture[i].detected == counts.detected && picture[i].truth == counts.truth))
            fail_msg("%s %g: %g %g, %g %g", id, t, picture[i].detected, counts.detected, picture[i].truth,
                     counts.truth);
        assert_true(fabs(picture[i].truth_matched - counts.truth_matched) < 0.01 * counts.truth);
        add(&own[i], &picture[i]);
        add(&official[i], &counts);
    }
    fclose(file);
    assert_int_equal(row, 500);
    for (int i = 0; i < THRESHOLDS; i++) {
        assert_true(fabs(f_score(&own[i]) - f_score(&official[i])) < 0.001);
    }
}

int main(void)
{
    skip_without_shared_data();
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_benchmark_agrees_with_the_official_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
