/* SPDX-License-Identifier: BSD-3-Clause */
/* Real files: every picture and array of the shared data is read, and where an independent decoder's samples are there,
 * they are equal. */
#include "support/test.h"

#include "unit/io_bytes.h"
#include <dirent.h>
#include <unistd.h>

enum { PATH_SIZE = 1024, LINE_SIZE = 512, CHECKSUM_SIZE = 64 };

/* Samples of an independent decoder. */
static void assert_equals_expected(const ond_array *samples, const char *folder, const char *name)
{
    char relative[PATH_SIZE];
    ond_array expected = {0};
    snprintf(relative, sizeof relative, "data/png/%s/expected/%s.npy", folder, name);
    if (access(shared_path(relative), R_OK) != 0) {
        return; /* the longest have a checksum only */
    }
    assert_ok(ond_array_read(shared_path(relative), &expected));
    if (memcmp(samples->shape, expected.shape, sizeof samples->shape) != 0
        || memcmp(samples->data, expected.data, ond_array_count(samples) * sizeof *samples->data) != 0) {
        fail_msg("%s/%s: samples differ", folder, name);
    }
    ond_array_free(&expected);
}

/* The checksum of the samples as bytes, or as pairs of bytes with the high one first. */
static void assert_checksum(const ond_array *samples, bool two_bytes, const char *wanted, const char *name)
{
    const char *path = scratch_path("samples");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < ond_array_count(samples); i++) {
        unsigned sample = (unsigned)samples->data[i];
        if (two_bytes) {
            fputc((int)(sample >> 8), file);
        }
        fputc((int)(sample & 255), file);
    }
    assert_int_equal(fclose(file), 0);
    char command[PATH_SIZE];
    char found[CHECKSUM_SIZE + 1] = "";
    snprintf(command, sizeof command, "sha256sum '%s'", path);
    FILE *sum = popen(command, "r");
    assert_non_null(sum);
    assert_int_equal(fread(found, 1, CHECKSUM_SIZE, sum), CHECKSUM_SIZE);
    pclose(sum);
    if (strncmp(found, wanted, CHECKSUM_SIZE) != 0) {
        fail_msg("%s: checksum %s, %.64s is wanted", name, found, wanted);
    }
}

static void assert_info(const char *path, const unsigned long long wanted[5])
{
    ond_image_info info = {0};
    assert_ok(ond_image_inspect(path, &info));
    assert_int_equal(info.width, wanted[0]);
    assert_int_equal(info.height, wanted[1]);
    assert_int_equal(info.bit_depth, wanted[2]);
    assert_int_equal(info.palette, wanted[3] == 3);
    assert_int_equal(info.interlaced, wanted[4]);
}

static void check_valid(const char *folder, const char *name, char *columns)
{
    char relative[PATH_SIZE];
    unsigned long long info[5] = {0};
    ond_array samples = {0};
    char *next = columns;
    for (int i = 0; i < 5; i++) {
        info[i] = strtoull(next, &next, 10);
    }
    snprintf(relative, sizeof relative, "data/png/%s/%s.png", folder, name);
    assert_info(shared_path(relative), info);
    assert_ok(ond_image_read_samples(shared_path(relative), &samples));
    assert_int_equal(samples.rank, 3);
    assert_equals_expected(&samples, folder, name);
    if (strcmp(folder, "odd") == 0) {
        strtoull(next, &next, 10); /* the file's size */
        assert_checksum(&samples, info[2] == 16, next + 1, name);
    }
    ond_array_free(&samples);
}

static void check_corrupt(const char *folder, const char *name)
{
    char relative[PATH_SIZE];
    char words[PATH_SIZE];
    ond_array samples = {0};
    snprintf(relative, sizeof relative, "data/png/%s/%s.png", folder, name);
    snprintf(words, sizeof words, "%s.png: the PNG file is damaged (", name);
    assert_fails(OND_ERROR_FORMAT, words, ond_image_read_samples(shared_path(relative), &samples));
    ond_array_free(&samples);
}

/* Lines of "file.png [valid] width height depth color_type interlace …". Returns the number of valid files. */
static size_t check_manifest(const char *folder, bool has_validity)
{
    char line[LINE_SIZE];
    size_t valid_files = 0;
    snprintf(line, sizeof line, "data/png/%s/manifest.tsv", folder);
    FILE *manifest = fopen(shared_path(line), "r");
    assert_non_null(manifest);
    assert_non_null(fgets(line, sizeof line, manifest));
    while (fgets(line, sizeof line, manifest)) {
        char *columns = strstr(line, ".png");
        assert_non_null(columns);
        *columns = '\0';
        columns += strlen(".png");
        if (has_validity && strtol(columns, &columns, 10) == 0) {
            check_corrupt(folder, line);
        } else {
            check_valid(folder, line, columns);
            valid_files++;
        }
    }
    fclose(manifest);
    return valid_files;
}

static void pngsuite_gives_the_expected_samples(void **state)
{
    (void)state;
    skip_without_shared_data();
    assert_int_equal(check_manifest("pngsuite", true), 163);
}

static void odd_pictures_give_the_expected_samples(void **state)
{
    (void)state;
    skip_without_shared_data();
    assert_int_equal(check_manifest("odd", false), 61);
}

static size_t read_folder(const char *relative, size_t channels)
{
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", shared_path(relative));
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t files = 0;
    ond_array samples = {0};
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        char path[2 * PATH_SIZE];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_ok(ond_image_read_samples(path, &samples));
        assert_int_equal(samples.shape[2], channels);
        assert_int_equal(samples.shape[0] + samples.shape[1], 321 + 481);
        files++;
    }
    closedir(entries);
    ond_array_free(&samples);
    return files;
}

static void photographs_are_decoded(void **state)
{
    (void)state;
    skip_without_shared_data();
    assert_int_equal(read_folder("data/bsds500/train/images_jpg", 3), 200);
    assert_int_equal(read_folder("data/bsds500/val/images_jpg", 3), 100);
    assert_int_equal(read_folder("data/denoise/bsd68", 1), 68);
}

static size_t digits_in(const char *relative, double *sum)
{
    ond_array_reader *reader = NULL;
    ond_array item = {0};
    bool end = false;
    size_t count = 0;
    assert_ok(ond_array_reader_create(shared_path(relative), &reader));
    assert_true(ond_array_reader_maximum(reader) == 255);
    assert_ok(ond_array_reader_next(reader, &item, &end));
    for (; !end; count++) {
        for (size_t i = 0; i < ond_array_count(&item); i++) {
            *sum += (double)item.data[i];
        }
        assert_ok(ond_array_reader_next(reader, &item, &end));
    }
    ond_array_reader_destroy(reader);
    ond_array_free(&item);
    return count;
}

static void digits_are_read_one_by_one(void **state)
{
    (void)state;
    skip_without_shared_data();
    double sum = 0;
    assert_int_equal(digits_in("data/mnist/train-images-idx3-ubyte.gz", &sum), 60000);
    assert_true(sum / (60000 * 784) / 255 > 0.1306 && sum / (60000 * 784) / 255 < 0.1308);
    assert_int_equal(digits_in("data/mnist/t10k-images-idx3-ubyte.gz", &sum), 10000);
    ond_array labels = {0};
    assert_ok(ond_array_read(shared_path("data/mnist/train-labels-idx1-ubyte.gz"), &labels));
    assert_shape(labels, 60000);
    assert_values(&(ond_array){.data = labels.data, .rank = 1, .shape = {5}}, (double[]){5, 0, 4, 1, 9}, 5);
    assert_ok(ond_array_read(shared_path("data/mnist/t10k-labels-idx1-ubyte.gz"), &labels));
    assert_shape(labels, 10000);
    ond_array_free(&labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pngsuite_gives_the_expected_samples),
        cmocka_unit_test(odd_pictures_give_the_expected_samples),
        cmocka_unit_test(photographs_are_decoded),
        cmocka_unit_test(digits_are_read_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
