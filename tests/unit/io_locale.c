/* SPDX-License-Identifier: BSD-3-Clause */
/* In a program whose locale writes 0,5: numbers in files, options and models keep their decimal points. */
#include "support/support.h"
#include "support/test.h"

#include <ondelet/ondelet.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static char folder[1024];

static const char *path_of(const char *name)
{
    static char path[2048];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* A locale of our own making, since few machines have one with a comma. */
static bool use_comma(void)
{
    char command[8192];
    snprintf(folder, sizeof folder, "%s", scratch_path("locale.d"));
    snprintf(command, sizeof command,
             "mkdir -p '%s' && localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >'%s/log' 2>&1; test -d '%s/de_DE.UTF-8'",
             folder, folder, folder, folder);
    return system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, "de_DE.UTF-8")
           && strcmp(localeconv()->decimal_point, ",") == 0;
}

static void options_are_read_and_written_with_points(void **state)
{
    (void)state;
    ond_scattering_config config = ond_scattering_config_default();
    ond_scattering_config again = ond_scattering_config_default();
    const ond_option *row = ond_options_find(ond_scattering_options(), "log_floor");
    assert_ok(ond_option_parse(row, "0.125", &config));
    assert_true(config.log_floor == 0.125);
    assert_fails(OND_ERROR_ARGUMENT, "0,5", ond_option_parse(row, "0,5", &config));
    ond_tensors *tensors = NULL;
    ond_tensors *read = NULL;
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_tensors_options_set(tensors, "x", ond_scattering_options(), &config));
    assert_string_equal(ond_tensors_metadata(tensors, "x.log_floor"), "0.125");
    assert_ok(ond_tensors_write(tensors, path_of("options.safetensors")));
    assert_ok(ond_tensors_read(path_of("options.safetensors"), &read));
    assert_ok(ond_tensors_options_get(read, "x", ond_scattering_options(), &again));
    assert_true(again.log_floor == 0.125);
    ond_tensors_destroy(tensors);
    ond_tensors_destroy(read);
}

static void files_have_points(void **state)
{
    (void)state;
    char text[64] = "";
    ond_file *file = NULL;
    assert_ok(ond_file_create(path_of("numbers.txt"), &file));
    assert_ok(ond_file_print(file, "%g %.3f", 0.5, 1.25));
    assert_ok(ond_file_finish(&file));
    FILE *stream = fopen(path_of("numbers.txt"), "r");
    assert_non_null(stream);
    assert_non_null(fgets(text, sizeof text, stream));
    fclose(stream);
    assert_string_equal(text, "0.5 1.250");
    assert_string_equal(localeconv()->decimal_point, ","); /* the program's own locale stays */
}

static void models_come_back_the_same(void **state)
{
    (void)state;
    float values[16] = {0.5F, 1.5F, 0.25F, 3, 0.125F, 0, 1, 2, 0.75F, 5, 1, 9, 2, 0.5F, 7, 1};
    float classes[8] = {0, 1, 0, 1, 0, 1, 0, 1};
    ond_array features = ond_array_view(values, 2, (size_t[2]){8, 2});
    ond_array labels = ond_array_view(classes, 1, (size_t[1]){8});
    ond_head_config config = ond_head_config_default();
    ond_head *head = NULL;
    ond_head *again = NULL;
    ond_array before = {0};
    ond_array after = {0};
    config.kind = OND_HEAD_RIDGE;
    config.penalty = 0.375;
    assert_ok(ond_head_fit(&features, &labels, &config, NULL, &head));
    assert_ok(ond_head_write(head, path_of("head.safetensors")));
    assert_ok(ond_head_read(path_of("head.safetensors"), &again));
    assert_true(ond_head_config_used(again).penalty == 0.375);
    assert_ok(ond_head_predict(head, &features, &before));
    assert_ok(ond_head_predict(again, &features, &after));
    assert_memory_equal(before.data, after.data, ond_array_count(&before) * sizeof(float));
    ond_array_free(&before);
    ond_array_free(&after);
    ond_head_destroy(head);
    ond_head_destroy(again);
}

static int remove_folder(void **state)
{
    (void)state;
    char command[8192];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_and_written_with_points),
        cmocka_unit_test(files_have_points),
        cmocka_unit_test(models_come_back_the_same),
    };
    if (!use_comma()) {
        puts("skipped: no locale with a decimal comma, and no localedef to make one");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, remove_folder);
}
