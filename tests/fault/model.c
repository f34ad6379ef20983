/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"

enum { SIDE = 8, COUNT = 8 };

static ond_model_config config_of(ond_head_kind kind)
{
    ond_model_config config = ond_model_config_default();
    config.extractor.morlet.scales = 1;
    config.extractor.morlet.orientations = 2;
    config.extractor.image.height = config.extractor.image.width = 10;
    config.extractor.image.pad_height = config.extractor.image.pad_width = 12;
    config.head.kind = kind;
    config.head.epochs = 1;
    config.head.hidden1 = 2;
    config.head.components = 3;
    config.head.penalty = 0.1;
    config.head.dimensions = 1;
    config.head.width = 1;
    return config;
}

static ond_status use(const ond_model *model, const ond_array *images)
{
    ond_array scores = {0};
    ond_array relevance = {0};
    ond_model *again = NULL;
    const char *path = scratch_path("fault.safetensors");
    ond_status status = ond_model_predict(model, images, &scores);
    status = status == OND_OK ? ond_model_explain(model, images, NULL, OND_RELEVANCE_LAYERS, &relevance) : status;
    status = status == OND_OK ? ond_model_explain(model, images, NULL, OND_RELEVANCE_SENSITIVITY, &relevance) : status;
    status = status == OND_OK ? ond_model_write(model, path) : status;
    status = status == OND_OK ? ond_model_read(path, &again) : status;
    ond_model_destroy(again);
    ond_array_free(&scores);
    ond_array_free(&relevance);
    return status;
}

static ond_status train_and_use(void *context)
{
    ond_model_config config = config_of(*(const ond_head_kind *)context);
    static float pixels[COUNT * SIDE * SIDE];
    float numbers[COUNT];
    test_random random = {100};
    for (size_t i = 0; i < COUNT * SIDE * SIDE; i++) {
        pixels[i] = (float)random_uniform(&random) + (float)(i / (SIDE * SIDE) % 2);
    }
    for (size_t i = 0; i < COUNT; i++) {
        numbers[i] = (float)(i % 2);
    }
    ond_array images = ond_array_view(pixels, 3, (size_t[3]){COUNT, SIDE, SIDE});
    ond_array labels = ond_array_view(numbers, 1, (size_t[1]){COUNT});
    ond_model *model = NULL;
    ond_status status = ond_model_fit(&images, &labels, &config, &model);
    status = status == OND_OK ? use(model, &images) : status;
    ond_model_destroy(model);
    return status;
}

static void models_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (int kind = OND_HEAD_NETWORK; kind <= OND_HEAD_AFFINE; kind++) {
        ond_head_kind own = (ond_head_kind)kind;
        assert_true(fault_sweep(train_and_use, &own) > 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
