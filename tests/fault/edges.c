/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"
#include <unistd.h>

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

static ond_status find_edges(void *context)
{
    ond_edge_config config = ond_edge_config_default();
    ond_array image = picture(), binary = {0};
    ond_edge_map map = {0};
    ond_contours contours = {0};
    config.method = *(const ond_edge_method *)context;
    config.low = config.high = 0;
    ond_status status = ond_edges(&image, &config, NULL, &map);
    status = status ? status : ond_edge_select(&map, &binary);
    status = status ? status : ond_edge_trace(&map, &binary, &contours);
    ond_edge_map_free(&map);
    ond_array_free(&binary);
    ond_contours_free(&contours);
    return status;
}

static ond_status show_picture(void *context, size_t index, ond_array *image, ond_array *truth)
{
    (void)context;
    (void)index;
    ond_array own = picture();
    ond_status status = ond_array_resize(image, 2, shape);
    status = status ? status : ond_array_resize(truth, 3, (size_t[]){1, HEIGHT, WIDTH});
    for (size_t i = 0; status == OND_OK && i < PIXELS; i++) {
        image->data[i] = own.data[i];
        truth->data[i] = drawn[i];
    }
    return status;
}

static ond_status train_and_find(void *context)
{
    (void)context;
    ond_edge_training training = ond_edge_training_default();
    training.samples = 10;
    training.epochs = 1;
    training.hidden = 6;
    ond_edge_config config = ond_edge_config_default();
    config.method = OND_EDGE_LEARNED;
    ond_edge_model *model = NULL;
    ond_edge_map map = {0};
    ond_edge_course course = {.checkpoint = "fault_edges.checkpoint"};
    (void)unlink(course.checkpoint);
    ond_status status = ond_edge_model_train(&training, 1, 1, show_picture, NULL, &course, &model);
    status = status ? status : ond_edge_model_train(&training, 1, 1, show_picture, NULL, &course, &model);
    (void)unlink(course.checkpoint);
    ond_array image = picture();
    status = status ? status : ond_edges(&image, &config, model, &map);
    ond_edge_map_free(&map);
    ond_edge_model_destroy(model);
    return status;
}

static ond_status write_and_read(void *context)
{
    static const char path[] = "fault_edges.safetensors";
    ond_edge_model *again = NULL;
    ond_status status = ond_edge_model_write(context, path);
    status = status ? status : ond_edge_model_read(path, &again);
    ond_edge_model_destroy(again);
    (void)unlink(path);
    return status;
}

static void model_files_survive_every_failed_allocation(void **state)
{
    (void)state;
    ond_edge_training training = ond_edge_training_default();
    training.samples = 10;
    training.epochs = 1;
    training.hidden = 6;
    ond_edge_model *model = NULL;
    assert_ok(ond_edge_model_train(&training, 1, 1, show_picture, NULL, NULL, &model));
    assert_ok(ond_edge_model_train(&training, 3, 1, show_picture, NULL, NULL, &model));
    assert_true(fault_sweep(write_and_read, model) > 20);
    ond_edge_model_destroy(model);
}

static void finding_edges_survives_every_failed_allocation(void **state)
{
    (void)state;
    ond_edge_method method = OND_EDGE_MEASURE;
    assert_true(fault_sweep(find_edges, &method) > 40);
    method = OND_EDGE_GRADIENT;
    assert_true(fault_sweep(find_edges, &method) > 5);
    method = OND_EDGE_COSHREM;
    assert_true(fault_sweep(find_edges, &method) > 5);
    method = OND_EDGE_MEASURE;
    assert_true(fault_sweep_threads(find_edges, &method, 2) > 40);
}

static void training_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(fault_sweep(train_and_find, NULL) > 100);
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
        cmocka_unit_test(finding_edges_survives_every_failed_allocation),
        cmocka_unit_test(training_survives_every_failed_allocation),
        cmocka_unit_test(model_files_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
