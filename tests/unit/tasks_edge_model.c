/* SPDX-License-Identifier: BSD-3-Clause */
/* Learned edges do not depend on how bright a picture is or on its contrast. */
#include "support/test.h"

#include <math.h>

enum { SIDE = 64, PLANE = SIDE * SIDE };

/* A bright disc on a slope with a little noise; its channels differ. */
static void draw(size_t channels, ond_array *image)
{
    test_random random = {11};
    size_t shape[3] = {channels, SIDE, SIDE};
    assert_ok(ond_array_resize(image, channels == 1 ? 2 : 3, channels == 1 ? shape + 1 : shape));
    for (size_t i = 0; i < channels * PLANE; i++) {
        double row = (double)(i % PLANE / SIDE), column = (double)(i % SIDE);
        double disc = hypot(row - 30, column - 35) < 15 ? 0.3 : 0;
        double value = 0.3 + disc * (i < PLANE ? 1 : 0.5) + 0.002 * row + 0.05 * random_normal(&random);
        image->data[i] = (float)value;
    }
}

static ond_status show(void *context, size_t index, ond_array *image, ond_array *truth)
{
    (void)index;
    draw(*(const size_t *)context, image);
    assert_ok(ond_array_resize(truth, 3, (size_t[3]){1, SIDE, SIDE}));
    for (size_t i = 0; i < PLANE; i++) {
        double radius = hypot((double)(i / SIDE) - 30, (double)(i % SIDE) - 35);
        truth->data[i] = fabs(radius - 15) < 0.5 ? 1 : 0;
    }
    return OND_OK;
}

static ond_edge_model *trained(size_t channels)
{
    ond_edge_training training = ond_edge_training_default();
    ond_edge_model *model = NULL;
    training.samples = 1000;
    training.epochs = 20;
    training.hidden = 12;
    assert_ok(ond_edge_model_train(&training, (int)channels, 1, show, &channels, NULL, &model));
    return model;
}

/* The map of gain times the picture plus an offset. */
static void find(const ond_edge_model *model, size_t channels, double gain, double offset, ond_edge_map *map)
{
    ond_edge_config config = ond_edge_config_default();
    ond_array image = {0};
    config.method = OND_EDGE_LEARNED;
    draw(channels, &image);
    for (size_t i = 0; i < channels * PLANE; i++) {
        image.data[i] = (float)(gain * (double)image.data[i] + offset);
    }
    assert_ok(ond_edges(&image, &config, model, map));
    ond_array_free(&image);
}

static void check(size_t channels)
{
    static const double changes[][2] = {{0.5, 0}, {0.3, 0.5}, {1, 0.2}, {255, 0}, {1, -0.5}};
    ond_edge_model *model = trained(channels);
    ond_edge_map map = {0};
    ond_array wanted = {0}, found = {0};
    find(model, channels, 1, 0, &map);
    assert_ok(ond_edge_select(&map, &wanted));
    size_t points = 0;
    for (size_t i = 0; i < PLANE; i++) {
        points += wanted.data[i] > 0;
    }
    assert_true(points > 60); /* the disc's border is 94 pixels long */
    for (size_t c = 0; c < sizeof changes / sizeof *changes; c++) {
        find(model, channels, changes[c][0], changes[c][1], &map);
        assert_ok(ond_edge_select(&map, &found));
        size_t different = 0;
        for (size_t i = 0; i < PLANE; i++) {
            different += found.data[i] != wanted.data[i];
        }
        assert_true(different <= points / 20); /* ties that rounding decides */
    }
    ond_edge_map_free(&map);
    ond_array_free(&wanted);
    ond_array_free(&found);
    ond_edge_model_destroy(model);
}

static void gray_edges_stay(void **state)
{
    (void)state;
    check(1);
}

static void color_edges_stay(void **state)
{
    (void)state;
    check(3);
}

/* Half as colourful as what the networks for colour know: those for gray see it, as they see its gray. */
static void pale_pictures_are_seen_as_gray_ones(void **state)
{
    (void)state;
    ond_edge_config config = ond_edge_config_default();
    ond_edge_model *model = NULL;
    ond_edge_map map = {0}, gray_map = {0};
    ond_array image = {0}, gray = {0};
    config.method = OND_EDGE_LEARNED;
    assert_ok(ond_edge_model_read(OND_SOURCE_DIR "/models/edges.safetensors", &model));
    draw(3, &image);
    assert_ok(ond_array_resize(&gray, 2, image.shape + 1));
    for (size_t i = 0; i < PLANE; i++) {
        float *red = image.data + i, *green = red + PLANE, *blue = green + PLANE;
        float mean = (*red + *green + *blue) / 3;
        gray.data[i] = mean;
        *red = mean + 0.1F * (*red - mean);
        *green = mean + 0.1F * (*green - mean);
        *blue = mean + 0.1F * (*blue - mean);
    }
    assert_ok(ond_edges(&image, &config, model, &map));
    assert_ok(ond_edges(&gray, &config, model, &gray_map));
    for (size_t i = 0; i < PLANE; i++) {
        assert_true(fabsf(map.strength.data[i] - gray_map.strength.data[i]) < 1e-3F);
    }
    ond_edge_map_free(&map);
    ond_edge_map_free(&gray_map);
    ond_array_free(&image);
    ond_array_free(&gray);
    ond_edge_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gray_edges_stay),
        cmocka_unit_test(color_edges_stay),
        cmocka_unit_test(pale_pictures_are_seen_as_gray_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
