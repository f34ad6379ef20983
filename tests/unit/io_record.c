/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"
#include "io/record.h"
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

typedef struct setting {
    int count;
    double rate;
} setting;

static const ond_option options[] = {
    OND_OPTION_INT_ROW(setting, count, 3, 0, 10, "some"),
    OND_OPTION_REAL_ROW(setting, rate, 0.5, 0, 1, "of something"),
    OND_OPTION_END,
};

static ond_record record_of(const char *path, const setting *config)
{
    return (ond_record){.path = path, .kind = "work", .data = 7, .options = options, .config = config};
}

static const uint64_t numbers[] = {0, 1, UINT64_MAX, UINT64_C(0x123456789abcdef0)};
static const double reals[] = {0.1, -0.0, 1e-310, 1.7e308, HUGE_VAL};
static const float row[] = {0.1F, -0.0F, 1e-40F, 3e38F};

enum {
    NUMBERS = sizeof numbers / sizeof numbers[0],
    REALS = sizeof reals / sizeof reals[0],
    ROW = sizeof row / sizeof row[0]
};

static ond_status put_state(const void *context, ond_tensors *tensors)
{
    (void)context;
    assert_ok(ond_record_put(tensors, "numbers", numbers, NUMBERS));
    assert_ok(ond_record_put(tensors, "none", numbers, 0));
    assert_ok(ond_record_put_real(tensors, "reals", reals, REALS));
    assert_ok(ond_record_put_row(tensors, "row", row, ROW));
    return OND_OK;
}

static void write_some(const char *path, const setting *config)
{
    ond_record record = record_of(path, config);
    assert_ok(ond_record_write(&record, put_state, NULL));
}

static void numbers_come_back_bit_for_bit(void **state)
{
    (void)state;
    const char *path = scratch_path("record");
    setting config = {4, 0.1};
    ond_record record = record_of(path, &config);
    ond_tensors *tensors = NULL;
    uint64_t found[NUMBERS];
    double found_reals[REALS];
    float found_row[ROW];
    write_some(path, &config);
    assert_ok(ond_record_read(&record, &tensors));
    assert_non_null(tensors);
    assert_ok(ond_record_get(tensors, "numbers", found, NUMBERS));
    assert_memory_equal(found, numbers, sizeof numbers);
    assert_ok(ond_record_get(tensors, "none", found, 0));
    assert_ok(ond_record_get_real(tensors, "reals", found_reals, REALS));
    assert_memory_equal(found_reals, reals, sizeof reals);
    assert_ok(ond_record_get_row(tensors, "row", found_row, ROW));
    assert_memory_equal(found_row, row, sizeof row);

    assert_fails(OND_ERROR_FORMAT, "numbers", ond_record_get(tensors, "numbers", found, NUMBERS - 1));
    assert_fails(OND_ERROR_FORMAT, "others '' is damaged", ond_record_get(tensors, "others", found, 1));
    assert_fails(OND_ERROR_FORMAT, "reals", ond_record_get_real(tensors, "reals", found_reals, 1));
    assert_fails(OND_ERROR_FORMAT, "row", ond_record_get_row(tensors, "row", found_row, ROW - 1));
    assert_ok(ond_tensors_metadata_set(tensors, "numbers", "0123456789abcdeX "));
    assert_fails(OND_ERROR_FORMAT, "is damaged", ond_record_get(tensors, "numbers", found, 1));
    assert_ok(ond_tensors_metadata_set(tensors, "numbers", "0123456789abcdef-"));
    assert_fails(OND_ERROR_FORMAT, "is damaged", ond_record_get(tensors, "numbers", found, 1));
    ond_tensors_destroy(tensors);
    (void)unlink(path);
}

static void records_of_other_work_are_refused(void **state)
{
    (void)state;
    const char *path = scratch_path("record");
    setting config = {4, 0.1};
    setting other = {4, 0.2};
    ond_tensors *tensors = NULL;
    ond_record record = record_of(path, &config);
    (void)unlink(path);
    assert_ok(ond_record_read(&record, &tensors));
    assert_null(tensors);
    write_some(path, &config);

    record.config = &other;
    assert_fails(OND_ERROR_FORMAT, "of a training with rate = 0.1, not 0.2", ond_record_read(&record, &tensors));
    record.config = &config;
    record.data++;
    assert_fails(OND_ERROR_FORMAT, "of another training: work, data 0000000000000007",
                 ond_record_read(&record, &tensors));
    assert_ok(ond_tensors_create(&tensors));
    assert_ok(ond_record_put_row(tensors, "row", row, ROW));
    assert_ok(ond_tensors_write(tensors, path));
    ond_tensors_destroy(tensors);
    tensors = NULL;
    assert_fails(OND_ERROR_FORMAT, "not a checkpoint", ond_record_read(&record, &tensors));
    assert_null(tensors);
    (void)unlink(path);
    record.path = NULL;
    assert_ok(ond_record_read(&record, &tensors));
    assert_null(tensors);
}

/* Never where nothing is kept or at once; then after a fifth of a second, unless writing takes long. */
static void records_are_due_from_time_to_time(void **state)
{
    (void)state;
    setting config = {4, 0.1};
    ond_record record = record_of(NULL, &config);
    assert_false(ond_record_is_due(&record));
    record.path = "some";
    assert_false(ond_record_is_due(&record));
    record.written_s -= 0.21;
    assert_true(ond_record_is_due(&record));
    record.cost_s = 1000;
    assert_false(ond_record_is_due(&record));
    record.cost_s = 0;
    record.began_s -= 1e6;
    assert_false(ond_record_is_due(&record));
    record.written_s -= 61;
    assert_true(ond_record_is_due(&record));
}

static void checksums_see_numbers_and_shapes(void **state)
{
    (void)state;
    float values[6] = {1, 2, 3, 4, 5, 6};
    ond_array a = ond_array_view(values, 2, (size_t[]){2, 3});
    ond_array b = ond_array_view(values, 2, (size_t[]){3, 2});
    uint64_t sum = ond_record_sum(OND_RECORD_SUM, &a);
    assert_true(sum != ond_record_sum(OND_RECORD_SUM, &b));
    assert_true(sum != ond_record_sum(sum, &a));
    values[5] = 7;
    assert_true(sum != ond_record_sum(OND_RECORD_SUM, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back_bit_for_bit),
        cmocka_unit_test(records_of_other_work_are_refused),
        cmocka_unit_test(records_are_due_from_time_to_time),
        cmocka_unit_test(checksums_see_numbers_and_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
