/* SPDX-License-Identifier: BSD-3-Clause */
/* Images that need not lie in memory give what images in memory give. */
#include "scattering/tiles.h"
#include "support/test.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static void draw(ond_array *image, size_t planes, size_t height, size_t width)
{
    test_random random = {17};
    assert_ok(ond_array_resize(image, planes > 1 ? 3 : 2,
                               planes > 1 ? (size_t[]){planes, height, width} : (size_t[]){height, width}));
    for (size_t i = 0; i < planes * height * width; i++) {
        size_t row = i / width % height, column = i % width;
        double squares = (row / 40 + column / 61) % 2 ? 0.3 : 0;
        image->data[i] = (float)(0.3 + squares + 0.1 * sin((double)(row + column) / 9) + 0.05 * random_normal(&random));
    }
}

/* The image in a temporary file. */
static ond_planes put_away(const ond_array *image)
{
    ond_planes planes = {0};
    size_t count = image->rank == 3 ? image->shape[0] : 1;
    const size_t *size = image->shape + image->rank - 2;
    assert_ok(ond_planes_create(count, size[0], size[1], &planes));
    for (size_t plane = 0; plane < count; plane++) {
        assert_ok(planes.store(planes.context, &(ond_plane_box){plane, 0, 0, size[0], size[1]},
                               image->data + plane * size[0] * size[1]));
    }
    return planes;
}

static void take_back(const ond_planes *planes, ond_array *image)
{
    assert_ok(ond_array_resize(image, 3, (size_t[]){planes->count, planes->height, planes->width}));
    for (size_t plane = 0; plane < planes->count; plane++) {
        assert_ok(planes->fetch(planes->context, &(ond_plane_box){plane, 0, 0, planes->height, planes->width},
                                ond_array_item(image, plane).data));
    }
}

static void a_file_gives_back_what_it_was_given(void **state)
{
    (void)state;
    ond_array image = {0};
    ond_planes view = {0};
    float part[2][7 * 5];
    draw(&image, 3, 30, 20);
    ond_planes planes = put_away(&image);
    assert_ok(ond_planes_view(&image, &view));
    ond_plane_box box = {2, 11, 9, 7, 5};
    assert_ok(planes.fetch(planes.context, &box, part[0]));
    assert_ok(view.fetch(view.context, &box, part[1]));
    assert_memory_equal(part[0], part[1], sizeof part[0]);
    box.plane = 1;
    assert_ok(planes.store(planes.context, &box, part[0]));
    assert_ok(view.store(view.context, &box, part[0]));
    ond_array back = {0};
    take_back(&planes, &back);
    assert_memory_equal(back.data, image.data, ond_array_count(&image) * sizeof(float));
    ond_planes_destroy(&planes);
    ond_planes_destroy(&planes);
    ond_array_free(&image);
    ond_array_free(&back);
    assert_fails(OND_ERROR_SHAPE, "0 x 3 x 4", ond_planes_create(0, 3, 4, &planes));
    assert_fails(OND_ERROR_SHAPE, "a file can hold", ond_planes_create((size_t)1 << 40, (size_t)1 << 40, 4, &planes));
}

static void compare_tiles(const ond_scattering_config *config, const ond_array *image)
{
    ond_morlet_config bank = ond_morlet_config_default();
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array whole = {0};
    ond_array tiled = {0};
    bank.scales = 3;
    assert_ok(ond_morlet_create(&bank, &filters));
    assert_ok(ond_scattering_create(filters, config, &scattering));
    assert_ok(ond_scattering_apply(scattering, image, &whole));
    ond_planes from = put_away(image);
    ond_planes to = {0};
    assert_ok(ond_planes_create(whole.shape[0], whole.shape[1], whole.shape[2], &to));
    bool is_mean = config->averaging == OND_AVERAGING_GLOBAL;
    assert_ok((is_mean ? ond_scattering_mean_tiles : ond_scattering_apply_tiles)(scattering, &from, 400, &to));
    take_back(&to, &tiled);
    double largest = 0;
    double difference = 0;
    for (size_t i = 0; i < ond_array_count(&whole); i++) {
        largest = fmax(largest, fabs((double)whole.data[i]));
        difference = fmax(difference, fabs((double)whole.data[i] - (double)tiled.data[i]));
    }
    if (!(difference <= 1e-5 * largest)) {
        fail_msg("averaging %d, padding %d: tiles differ by %g of %g", (int)config->averaging, (int)config->padding,
                 difference, largest);
    }
    assert_fails(OND_ERROR_SHAPE, "the output is", ond_scattering_apply_planes(scattering, &from, &from));
    ond_planes_destroy(&from);
    ond_planes_destroy(&to);
    ond_array_free(&whole);
    ond_array_free(&tiled);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

static void tiles_give_the_features_of_the_whole(void **state)
{
    (void)state;
    ond_array image = {0};
    for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_NONE; padding++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.padding = (ond_padding)padding;
        bool is_free = padding < OND_PADDING_PERIODIC; /* of the sizes */
        config.oversampling = padding == OND_PADDING_ZERO;
        draw(&image, 1, is_free ? 601 : 600, is_free ? 350 : 352);
        compare_tiles(&config, &image);
        if (padding == OND_PADDING_REFLECT || padding == OND_PADDING_PERIODIC) {
            config.averaging = OND_AVERAGING_GLOBAL;
            config.log = config.normalize = padding == OND_PADDING_REFLECT;
            compare_tiles(&config, &image);
        }
    }
    ond_array_free(&image);
}

/* Colour, estimated noise of both kinds, and alpha, which stays. */
static void denoising_on_the_disk_gives_the_same_bits(void **state)
{
    (void)state;
    enum { HEIGHT = 90, WIDTH = 70 };
    for (int noise = OND_NOISE_GAUSSIAN; noise <= OND_NOISE_POISSON; noise++) {
        ond_denoise_config config = ond_denoise_config_default();
        config.method = OND_DENOISE_WAVELET;
        config.noise = (ond_noise_model)noise;
        ond_array image = {0};
        ond_array clean = {0};
        ond_array back = {0};
        ond_denoiser *denoiser = NULL;
        double found[2] = {0, 1};
        draw(&image, 4, HEIGHT, WIDTH);
        ond_planes planes = put_away(&image);
        ond_array color = ond_array_view(image.data, 3, (size_t[]){3, HEIGHT, WIDTH});
        assert_ok(ond_denoiser_create(NULL, &config, HEIGHT, WIDTH, &denoiser));
        assert_ok(ond_denoiser_apply(denoiser, &color, &clean, &found[0]));
        assert_ok(ond_denoiser_apply_planes(denoiser, &planes, &found[1]));
        take_back(&planes, &back);
        assert_true(found[0] == found[1] && found[0] > 0);
        assert_memory_equal(back.data, clean.data, ond_array_count(&clean) * sizeof(float));
        assert_memory_equal(ond_array_item(&back, 3).data, ond_array_item(&image, 3).data,
                            (size_t)HEIGHT * WIDTH * sizeof(float));
        float bad = NAN;
        assert_ok(planes.store(planes.context, &(ond_plane_box){1, 2, 3, 1, 1}, &bad));
        assert_fails(OND_ERROR_ARGUMENT, "nan at element 6443", ond_denoiser_apply_planes(denoiser, &planes, NULL));
        ond_denoiser_destroy(denoiser);
        ond_planes_destroy(&planes);
        ond_array_free(&image);
        ond_array_free(&clean);
        ond_array_free(&back);
    }
}

static void pictures_go_through_planes_unchanged(void **state)
{
    (void)state;
    static const char path[] = "property_planes.png";
    ond_array image = {0};
    ond_array read = {0};
    ond_array back = {0};
    draw(&image, 4, 40, 33);
    ond_planes planes = put_away(&image);
    assert_ok(ond_image_write_planes(&planes, 16, NULL, path));
    assert_ok(ond_image_read(path, OND_NATIVE, &read));
    assert_ok(ond_image_read_planes(path, OND_NATIVE, &planes));
    take_back(&planes, &back);
    assert_memory_equal(back.data, read.data, ond_array_count(&read) * sizeof(float));
    for (size_t i = 3 * 40 * 33; i < ond_array_count(&image); i++) { /* alpha, rounded to 16 bits */
        assert_true(fabsf(back.data[i] - fminf(fmaxf(image.data[i], 0), 1)) <= 0.51f / 65535);
    }
    ond_planes_destroy(&planes);
    assert_ok(ond_planes_create(1, 40, 32, &planes));
    assert_fails(OND_ERROR_SHAPE, "40 x 33", ond_image_read_planes(path, OND_GRAY, &planes));
    float bad = INFINITY;
    assert_ok(planes.store(planes.context, &(ond_plane_box){0, 39, 31, 1, 1}, &bad));
    static const char *const paths[] = {path, "property_planes.jpg", "property_planes.pgm"};
    for (size_t i = 0; i < 3; i++) {
        assert_fails(OND_ERROR_ARGUMENT, "row 39, column 31", ond_image_write_planes(&planes, 8, NULL, paths[i]));
    }
    assert_true(access(paths[1], F_OK) != 0);
    ond_planes_destroy(&planes);
    (void)unlink(path);
    ond_array_free(&image);
    ond_array_free(&read);
    ond_array_free(&back);
}

static void arrays_are_read_and_written_in_parts(void **state)
{
    (void)state;
    static const char path[] = "property_planes.npy";
    float values[24], found[24];
    ond_array_writer *writer = NULL;
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    for (size_t i = 0; i < 24; i++) {
        values[i] = (float)i;
    }
    assert_ok(ond_array_writer_create(path, 2, (size_t[]){3, 4}, &writer));
    assert_ok(ond_array_writer_put(writer, values, 5));
    assert_fails(OND_ERROR_SHAPE, "8 elements, the item has 7 left", ond_array_writer_put(writer, values, 8));
    assert_fails(OND_ERROR_ARGUMENT, "5 of 12", ond_array_writer_commit(writer));
    assert_ok(ond_array_writer_put(writer, values + 5, 7));
    assert_ok(ond_array_writer_put(writer, values + 12, 12));
    assert_ok(ond_array_writer_finish(&writer));
    assert_ok(ond_array_reader_create(path, &reader));
    assert_ok(ond_array_reader_take(reader, found, 13));
    assert_fails(OND_ERROR_ARGUMENT, "1 of 12", ond_array_reader_next(reader, &item, &end));
    assert_fails(OND_ERROR_ARGUMENT, "11 are left", ond_array_reader_take(reader, found, 12));
    assert_ok(ond_array_reader_take(reader, found + 13, 11));
    assert_memory_equal(found, values, sizeof values);
    assert_ok(ond_array_reader_next(reader, &item, &end));
    assert_true(end);
    ond_array_reader_destroy(reader);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_back_what_it_was_given),
        cmocka_unit_test(tiles_give_the_features_of_the_whole),
        cmocka_unit_test(denoising_on_the_disk_gives_the_same_bits),
        cmocka_unit_test(pictures_go_through_planes_unchanged),
        cmocka_unit_test(arrays_are_read_and_written_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
