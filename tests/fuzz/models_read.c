/* SPDX-License-Identifier: BSD-3-Clause */
/* A model file as each kind of model; what could be read is used and written. */
#include "fuzz/draw.h"
#include <stdlib.h>

enum { SIDE = 6, LARGE_SIDE = 17 };

static ond_array gray_picture(size_t side)
{
    size_t shape[2] = {side, side};
    ond_array image = {0};
    fuzz_check_status(ond_array_resize(&image, 2, shape));
    for (size_t i = 0; i < side * side; i++) {
        image.data[i] = (float)(i * 7 % 11) / 11;
    }
    return image;
}

static void use_classifier(const char *path, const ond_array *image)
{
    ond_model *model = NULL;
    ond_head *head = NULL;
    ond_array scores = {0};
    fuzz_check_status(ond_model_read(path, &model));
    if (model) {
        fuzz_check_status(ond_model_predict(model, image, &scores));
        fuzz_check_status(ond_model_write(model, "/dev/null"));
        for (size_t i = 0; i < ond_model_classes(model); i++) {
            if (!ond_model_class_name(model, i)) {
                abort();
            }
        }
    }
    fuzz_check_status(ond_head_read(path, &head));
    if (head) {
        size_t shape[2] = {1, ond_head_inputs(head)};
        ond_array row = {0};
        ond_status status = ond_array_resize(&row, 2, shape);
        for (size_t i = 0; status == OND_OK && i < ond_array_count(&row); i++) {
            row.data[i] = (float)(i % 5) / 4;
        }
        fuzz_check_status(status ? status : ond_head_predict(head, &row, &scores));
        ond_array_free(&row);
    }
    ond_array_free(&scores);
    ond_head_destroy(head);
    ond_model_destroy(model);
}

static void use_denoiser(const char *path, const ond_array *image, bool denoises)
{
    ond_denoise_model *model = NULL;
    ond_denoiser *denoiser = NULL;
    ond_array clean = {0};
    ond_denoise_config config = ond_denoise_config_default();
    config.noise_std = 0.1; /* the method is the model's */
    fuzz_check_status(ond_denoise_model_read(path, &model));
    if (model) {
        fuzz_check_status(ond_denoise_model_write(model, "/dev/null"));
    }
    if (model && denoises
        && ond_denoiser_create(model, &config, image->shape[0], image->shape[1], &denoiser) == OND_OK) {
        fuzz_check_status(ond_denoiser_apply(denoiser, image, &clean, NULL));
    }
    ond_array_free(&clean);
    ond_denoiser_destroy(denoiser);
    ond_denoise_model_destroy(model);
}

static void use_edges(const char *path, const ond_array *image)
{
    ond_edge_model *model = NULL;
    ond_edge_map map = {0};
    ond_edge_config config = ond_edge_config_default();
    config.method = OND_EDGE_LEARNED;
    fuzz_check_status(ond_edge_model_read(path, &model));
    if (model) {
        fuzz_check_status(ond_edges(image, &config, model, &map));
    }
    ond_edge_map_free(&map);
    ond_edge_model_destroy(model);
}

static void use_dictionary(const char *path, const ond_array *image)
{
    ond_dictionary *layers[OND_MAX_LAYERS] = {NULL};
    ond_array codes[OND_MAX_LAYERS] = {{0}};
    size_t count = 0;
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = OND_PURSUIT_THRESHOLD;
    ond_status status = ond_dictionary_read(path, layers, &count);
    fuzz_check_status(status);
    if (status == OND_OK) {
        fuzz_check_status(ond_pursuit((const ond_dictionary *const *)layers, count, image, &config, NULL, codes, NULL));
        fuzz_check_status(ond_dictionary_write((const ond_dictionary *const *)layers, count, "/dev/null"));
    }
    for (size_t i = 0; i < OND_MAX_LAYERS; i++) {
        ond_dictionary_destroy(layers[i]);
        ond_array_free(&codes[i]);
    }
}

static void use_unrolled(const char *path)
{
    ond_unrolled_model *model = NULL;
    ond_array shares = {0};
    ond_array pictures = {0};
    fuzz_check_status(ond_unrolled_model_read(path, &model));
    if (model) {
        ond_unrolled_architecture a = ond_unrolled_model_architecture(model);
        size_t shape[4] = {1, (size_t)a.channels, (size_t)a.height, (size_t)a.width};
        bool is_small = a.channels <= 4 && a.height <= SIDE && a.width <= SIDE;
        if (is_small && ond_array_resize(&pictures, 4, shape) == OND_OK) {
            for (size_t i = 0; i < ond_array_count(&pictures); i++) {
                pictures.data[i] = (float)(i % 5) / 4;
            }
            fuzz_check_status(ond_unrolled_model_predict(model, &pictures, &shares));
        }
    }
    ond_array_free(&pictures);
    ond_array_free(&shares);
    ond_unrolled_model_destroy(model);
}

/* Denoising takes as long as reading a hundred files: one in four does it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    ond_array small = gray_picture(SIDE);
    ond_array large = gray_picture(LARGE_SIDE);
    use_classifier(path, &small);
    use_denoiser(path, &large, size % 4 == 0);
    use_edges(path, &large);
    use_dictionary(path, &small);
    use_unrolled(path);
    ond_array_free(&small);
    ond_array_free(&large);
    return 0;
}
