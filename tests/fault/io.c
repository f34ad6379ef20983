/* SPDX-License-Identifier: BSD-3-Clause */
#include "fault/fault.h"
#include "unit/io_bytes.h"

static ond_status picture_is_read(void *context)
{
    ond_array image = {0};
    ond_status status = ond_image_read(context, OND_NATIVE, &image);
    ond_array_free(&image);
    return status;
}

static ond_status header_is_read(void *context)
{
    ond_image_info info;
    return ond_image_inspect(context, &info);
}

static ond_status array_is_read(void *context)
{
    ond_array array = {0};
    ond_status status = ond_array_read(context, &array);
    ond_array_free(&array);
    return status;
}

static ond_status items_are_read(void *context)
{
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    ond_status status = ond_array_reader_create(context, &reader);
    while (status == OND_OK && !end) {
        status = ond_array_reader_next(reader, &item, &end);
    }
    ond_array_reader_destroy(reader);
    ond_array_free(&item);
    return status;
}

static ond_status image_is_fitted(void *context)
{
    (void)context;
    float values[30] = {0};
    ond_array image = ond_array_view(values, 2, (size_t[]){5, 6});
    ond_array fitted = {0};
    ond_fit_config config = ond_fit_config_default();
    config.short_side = 4;
    config.crop_height = config.crop_width = 3;
    ond_status status = ond_image_fit(&image, &config, &fitted);
    ond_array_free(&fitted);
    return status;
}

static ond_status image_is_padded(void *context)
{
    (void)context;
    float values[30] = {0};
    ond_array image = ond_array_view(values, 2, (size_t[]){5, 6});
    ond_array padded = {0};
    ond_status status = ond_image_pad(&image, 8, 7, &padded);
    ond_array_free(&padded);
    return status;
}

static ond_status picture_is_written(void *context)
{
    float values[30] = {0};
    ond_array image = ond_array_view(values, 2, (size_t[]){5, 6});
    return ond_image_write(&image, 8, context);
}

/* Read from one picture, written with another. */
static ond_status metadata_is_copied(void *context)
{
    float values[30] = {0};
    ond_array image = ond_array_view(values, 2, (size_t[]){5, 6});
    ond_metadata *metadata = NULL;
    ond_status status = ond_metadata_read(corpus_path("png_read/basn6a08.png"), &metadata);
    status = status == OND_OK ? ond_image_write_with(&image, 8, metadata, context) : status;
    ond_metadata_destroy(metadata);
    return status;
}

static ond_status array_is_written(void *context)
{
    float values[30] = {0};
    ond_array image = ond_array_view(values, 2, (size_t[]){5, 6});
    return ond_array_write(&image, context);
}

static ond_status items_are_written(void *context)
{
    float values[30] = {0};
    ond_array item = ond_array_view(values, 2, (size_t[]){5, 6});
    ond_array_writer *writer = NULL;
    ond_status status = ond_array_writer_create(context, 2, item.shape, &writer);
    if (status == OND_OK) {
        status = ond_array_writer_append(writer, &item);
    }
    if (status == OND_OK) {
        return ond_array_writer_finish(&writer);
    }
    ond_array_writer_destroy(writer);
    return status;
}

static ond_status items_go_on(void *context)
{
    float values[30] = {0};
    ond_array item = ond_array_view(values, 2, (size_t[]){5, 6});
    ond_array_writer *writer = NULL;
    ond_status status = OND_OK;
    for (size_t begun = 0; begun < 2 && status == OND_OK; begun++) {
        status = ond_array_writer_continue(context, 2, item.shape, begun, &writer);
        status = status == OND_OK ? ond_array_writer_append(writer, &item) : status;
        status = status == OND_OK ? ond_array_writer_commit(writer) : status;
        ond_array_writer_destroy(writer);
        writer = NULL;
    }
    return status;
}

static ond_status text_is_written(void *context)
{
    static char text[2000];
    memset(text, 'x', sizeof text - 1);
    ond_file *file = NULL;
    ond_status status = ond_file_create(context, &file);
    if (status == OND_OK) {
        status = ond_file_print(file, "%s", text);
    }
    if (status == OND_OK) {
        return ond_file_finish(&file);
    }
    ond_file_destroy(file);
    return status;
}

static ond_status tensors_are_read(void *context)
{
    ond_tensors *tensors = NULL;
    ond_status status = ond_tensors_read(context, &tensors);
    ond_tensors_destroy(tensors);
    return status;
}

static ond_status fill_and_write(ond_tensors *tensors, const char *path)
{
    float values[6] = {0};
    ond_array array = ond_array_view(values, 2, (size_t[]){2, 3});
    ond_scattering_config config = ond_scattering_config_default();
    for (char name[2] = "a"; name[0] < 'k'; name[0]++) {
        ond_status status = ond_tensors_add(tensors, name, &array);
        if (status != OND_OK) {
            return status;
        }
    }
    ond_status status = ond_tensors_options_set(tensors, "scattering", ond_scattering_options(), &config);
    return status == OND_OK ? ond_tensors_write(tensors, path) : status;
}

static ond_status tensors_are_written(void *context)
{
    ond_tensors *tensors = NULL;
    ond_status status = ond_tensors_create(&tensors);
    if (status == OND_OK) {
        status = fill_and_write(tensors, context);
    }
    ond_tensors_destroy(tensors);
    return status;
}

static void sweep(fault_operation operation, const char *path)
{
    char kept[4096];
    snprintf(kept, sizeof kept, "%s", path);
    assert_true(fault_sweep(operation, kept) > 0);
}

static void readers_survive_every_failed_allocation(void **state)
{
    (void)state;
    const char *pictures[] = {"png_read/basi0g01.png",     "png_read/basi3p02.png", "png_read/basn6a08.png",
                              "jpeg_read/progressive.jpg", "pnm_read/gray16.pgm",   "pnm_read/bits.plain.pbm"};
    const char *arrays[]
        = {"npy_read/f4.npy", "npy_read/u2_fortran.npy", "npy_read/f4_gzip.npy.gz", "idx_read/u1.idx.gz"};
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        sweep(picture_is_read, corpus_path(pictures[i]));
        sweep(header_is_read, corpus_path(pictures[i]));
    }
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        sweep(array_is_read, corpus_path(arrays[i]));
        sweep(items_are_read, corpus_path(arrays[i]));
    }
    sweep(tensors_are_read, corpus_path("tensors_read/model.safetensors"));
    sweep(tensors_are_read, corpus_path("tensors_read/types.safetensors"));
    sweep(image_is_fitted, "");
    sweep(image_is_padded, "");
}

static void writers_survive_every_failed_allocation(void **state)
{
    (void)state;
    const char *names[] = {"a.png", "a.jpg", "a.pgm", "a.ppm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        sweep(picture_is_written, scratch_path(names[i]));
    }
    sweep(metadata_is_copied, scratch_path("m.png"));
    sweep(metadata_is_copied, scratch_path("m.jpg"));
    sweep(array_is_written, scratch_path("a.npy"));
    sweep(items_are_written, scratch_path("b.npy"));
    sweep(items_go_on, scratch_path("c.npy"));
    sweep(text_is_written, scratch_path("a.txt"));
    sweep(tensors_are_written, scratch_path("a.safetensors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_survive_every_failed_allocation),
        cmocka_unit_test(writers_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
