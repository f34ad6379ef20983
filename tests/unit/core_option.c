/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"
#include "support/test.h"

#include <locale.h>
#include <string.h>

typedef enum color { RED, GREEN, BLUE } color;

typedef struct config {
    int scales;
    double noise_std;
    int log;
    color color;
    int channels;
} config;

static const char *const colors[] = {"red", "green", "blue", NULL};

static const ond_option options[] = {
    OND_OPTION_INT_ROW(config, scales, 3, 1, 12, "octaves"),
    OND_OPTION_REAL_ROW(config, noise_std, 0.25, 0, 255, "noise"),
    OND_OPTION_BOOL_ROW(config, log, 1, "logarithm"),
    OND_OPTION_CHOICE_ROW(config, color, GREEN, colors, "colour"),
    OND_OPTION_INTERNAL_ROW(config, channels, 1, 1, 2000000000, "channels"),
    OND_OPTION_END,
};

static config default_config(void)
{
    config value;
    memset(&value, 0xff, sizeof value);
    ond_options_default(options, &value);
    return value;
}

static const ond_option *option(const char *name)
{
    const ond_option *found = ond_options_find(options, name);
    assert_non_null(found);
    return found;
}

static void defaults_fill_every_field(void **state)
{
    (void)state;
    config value = default_config();
    assert_int_equal(value.scales, 3);
    assert_true(value.noise_std == 0.25);
    assert_int_equal(value.log, 1);
    assert_int_equal(value.color, GREEN);
    assert_int_equal(value.channels, 1);
    assert_ok(ond_options_check(options, &value));
}

static void value_outside_its_range_is_named_with_the_range(void **state)
{
    (void)state;
    config value = default_config();
    value.scales = 99;
    assert_fails(OND_ERROR_ARGUMENT, "scales = 99 is outside 1..12", ond_options_check(options, &value));
    value = default_config();
    value.color = (color)3;
    assert_fails(OND_ERROR_ARGUMENT, "color = 3 is outside 0..2", ond_options_check(options, &value));
    value = default_config();
    value.noise_std = 0.0 / (value.noise_std - 0.25);
    assert_fails(OND_ERROR_ARGUMENT, "noise_std = ", ond_options_check(options, &value));
}

static void large_numbers_are_written_out(void **state)
{
    (void)state;
    config value = default_config();
    value.channels = 2147483647;
    assert_fails(OND_ERROR_ARGUMENT, "channels = 2147483647 is outside 1..2000000000",
                 ond_options_check(options, &value));
}

static void names_may_be_written_with_dashes(void **state)
{
    (void)state;
    assert_ptr_equal(ond_options_find(options, "noise-std"), &options[1]);
    assert_ptr_equal(ond_options_find(options, "noise_std"), &options[1]);
    assert_null(ond_options_find(options, "noise"));
    assert_null(ond_options_find(options, "noise-std-"));
    assert_null(ond_options_find(options, "noise std"));
    assert_null(ond_options_find(options, ""));
}

static void text_becomes_the_value_of_its_field_alone(void **state)
{
    (void)state;
    config value = default_config();
    assert_ok(ond_option_parse(option("scales"), "12", &value));
    assert_ok(ond_option_parse(option("noise_std"), "1.5e1", &value));
    assert_ok(ond_option_parse(option("log"), "false", &value));
    assert_ok(ond_option_parse(option("color"), "blue", &value));
    assert_int_equal(value.scales, 12);
    assert_true(value.noise_std == 15);
    assert_int_equal(value.log, 0);
    assert_int_equal(value.color, BLUE);
    assert_int_equal(value.channels, 1);
}

static void refused_text_leaves_the_config_as_it_was(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *words;
    } cases[] = {
        {"scales", "", "scales = '' is not a number"},
        {"scales", "4x", "scales = '4x' is not a number"},
        {"scales", "4 ", "is not a number"},
        {"scales", "3.5", "scales = 3.5 is not a whole number"},
        {"scales", "0", "scales = 0 is outside 1..12"},
        {"scales", "99999999999999999999", "is outside 1..12"},
        {"scales", "nan", "is not a number"},
        {"noise_std", "inf", "is not a number"},
        {"noise_std", "1e999", "is not a number"},
        {"noise_std", "1,5", "is not a number"},
        {"noise_std", "-1", "noise_std = -1 is outside 0..255"},
        {"log", "maybe", "log = 'maybe' is neither true nor false"},
        {"log", "2", "is neither true nor false"},
        {"color", "pink", "color = 'pink' is none of: red, green, blue"},
        {"color", "", "is none of"},
        {"color", "1", "is none of"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        config value = default_config();
        config before = value;
        assert_fails(OND_ERROR_ARGUMENT, cases[i].words,
                     ond_option_parse(option(cases[i].name), cases[i].text, &value));
        assert_int_equal(value.scales, before.scales);
        assert_true(value.noise_std == before.noise_std);
        assert_int_equal(value.log, before.log);
        assert_int_equal(value.color, before.color);
    }
}

static void truth_has_several_words(void **state)
{
    (void)state;
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (int i = 0; i < 8; i++) {
        config value = default_config();
        assert_ok(ond_option_parse(option("log"), words[i], &value));
        assert_int_equal(value.log, i % 2);
    }
}

static void decimal_point_does_not_depend_on_the_locale(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    for (size_t i = 0; i < sizeof locales / sizeof locales[0]; i++) {
        setlocale(LC_NUMERIC, locales[i]);
        config value = default_config();
        assert_ok(ond_option_parse(option("noise_std"), "0.5", &value));
        assert_true(value.noise_std == 0.5);
        setlocale(LC_NUMERIC, "C");
    }
}

static void values_are_read_back(void **state)
{
    (void)state;
    config value = default_config();
    assert_true(ond_option_value(option("scales"), &value) == 3);
    assert_true(ond_option_value(option("noise_std"), &value) == 0.25);
    assert_true(ond_option_value(option("color"), &value) == GREEN);
    assert_string_equal(ond_option_choice(option("color"), &value), "green");
    value.color = (color)17;
    assert_string_equal(ond_option_choice(option("color"), &value), "unknown");
    assert_string_equal(ond_option_choice(option("scales"), &value), "unknown");
}

static void hostile_text_gives_a_short_message(void **state)
{
    (void)state;
    static char text[100000];
    memset(text, 'x', sizeof text - 1);
    config value = default_config();
    assert_fails(OND_ERROR_ARGUMENT, "color = 'xxx", ond_option_parse(option("color"), text, &value));
    assert_fails(OND_ERROR_ARGUMENT, "scales = 'xxx", ond_option_parse(option("scales"), text, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_every_field),
        cmocka_unit_test(value_outside_its_range_is_named_with_the_range),
        cmocka_unit_test(large_numbers_are_written_out),
        cmocka_unit_test(names_may_be_written_with_dashes),
        cmocka_unit_test(text_becomes_the_value_of_its_field_alone),
        cmocka_unit_test(refused_text_leaves_the_config_as_it_was),
        cmocka_unit_test(truth_has_several_words),
        cmocka_unit_test(decimal_point_does_not_depend_on_the_locale),
        cmocka_unit_test(values_are_read_back),
        cmocka_unit_test(hostile_text_gives_a_short_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
