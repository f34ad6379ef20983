/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"

enum { HEIGHT = 20, WIDTH = 24, PIXELS = HEIGHT * WIDTH };

static float pixels[PIXELS];
static float drawn[2 * PIXELS];
static const size_t shape[2] = {HEIGHT, WIDTH};

static ond_array picture(void)
{
    test_random random = {70};
    for (size_t i = 0; i < PIXELS; i++) {
        pixels[i] = (float)random_uniform(&random);
        drawn[i] = drawn[i + PIXELS] = i % 5 == 0;
    }
    return ond_array_view(pixels, 2, shape);
}

static ond_status benchmark(void *context)
{
    (void)context;
    static const double thresholds[2] = {0.3, 0.6};
    ond_array map = picture(), truth = ond_array_view(drawn, 3, (size_t[]){2, HEIGHT, WIDTH}), thinned = {0};
    ond_edge_counts counts[2];
    ond_edge_score score;
    ond_status status = ond_edge_benchmark(&map, &truth, thresholds, 2, 0.1, counts);
    status = status ? status : ond_edge_score_set(counts, 1, thresholds, 2, NULL, &score);
    status = status ? status : ond_edge_thin(&map, &thinned);
    ond_array_free(&thinned);
    return status;
}

static void the_benchmark_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(benchmark, NULL) > 15);
    assert_true(fault_sweep_threads(benchmark, NULL, 2) > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_benchmark_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
