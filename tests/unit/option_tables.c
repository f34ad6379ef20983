/* SPDX-License-Identifier: BSD-3-Clause */
/* Every public option table fills its whole config and says what a help text needs. */
#include "support/test.h"

#include <string.h>

enum { LARGEST_CONFIG = 512 };

/* One row per table: add yours. */
static const struct {
    const char *name;
    const ond_option *(*options)(void);
    size_t size;
} tables[] = {
    {"morlet", ond_morlet_options, sizeof(ond_morlet_config)},
    {"spline", ond_spline_options, sizeof(ond_spline_config)},
    {"separable", ond_separable_options, sizeof(ond_separable_config)},
    {"dwt", ond_dwt_options, sizeof(ond_dwt_config)},
    {"shearlet", ond_shearlet_options, sizeof(ond_shearlet_config)},
    {"scattering", ond_scattering_options, sizeof(ond_scattering_config)},
    {"denoise", ond_denoise_options, sizeof(ond_denoise_config)},
    {"denoise training", ond_denoise_training_options, sizeof(ond_denoise_training)},
    {"unrolled", ond_unrolled_architecture_options, sizeof(ond_unrolled_architecture)},
    {"unrolled training", ond_unrolled_training_options, sizeof(ond_unrolled_training)},
    {"threshold", ond_threshold_options, sizeof(ond_threshold_config)},
    {"fit", ond_fit_options, sizeof(ond_fit_config)},
    {"extraction", ond_extraction_options, sizeof(ond_extraction_config)},
    {"head", ond_head_options, sizeof(ond_head_config)},
    {"inpaint", ond_inpaint_options, sizeof(ond_inpaint_config)},
    {"bands", ond_bands_options, sizeof(ond_bands_config)},
    {"learning", ond_learning_options, sizeof(ond_learning_config)},
    {"pursuit", ond_pursuit_options, sizeof(ond_pursuit_config)},
    {"edges", ond_edge_options, sizeof(ond_edge_config)},
    {"edge training", ond_edge_training_options, sizeof(ond_edge_training)},
};

enum { TABLES = sizeof tables / sizeof tables[0] };

static size_t field_size(const ond_option *option)
{
    return option->kind == OND_OPTION_REAL ? sizeof(double) : sizeof(int);
}

/* Bytes without a row may only be the few that the compiler puts before a double or at the end. */
static void no_field_is_without_its_row(void **state)
{
    (void)state;
    for (size_t t = 0; t < TABLES; t++) {
        bool filled[LARGEST_CONFIG + 1] = {false};
        assert_true(tables[t].size <= LARGEST_CONFIG);
        for (const ond_option *option = tables[t].options(); option->name; option++) {
            assert_true(option->offset + field_size(option) <= tables[t].size);
            for (size_t i = 0; i < field_size(option); i++) {
                assert_false(filled[option->offset + i]);
                filled[option->offset + i] = true;
            }
        }
        filled[tables[t].size] = true;
        for (size_t begin = 0; begin < tables[t].size; begin++) {
            size_t end = begin;
            while (!filled[end]) {
                end++;
            }
            if (end > begin && (end - begin >= sizeof(double) || end % sizeof(double) != 0)) {
                fail_msg("%s: bytes %zu to %zu of the config have no option", tables[t].name, begin, end);
            }
            begin = end;
        }
    }
}

static void presets_are_inside_their_ranges(void **state)
{
    (void)state;
    for (size_t t = 0; t < TABLES; t++) {
        union {
            double alignment;
            unsigned char bytes[LARGEST_CONFIG];
        } config;
        memset(&config, 0xff, sizeof config);
        ond_options_default(tables[t].options(), &config);
        assert_ok(ond_options_check(tables[t].options(), &config));
    }
}

static void rows_say_what_a_help_text_needs(void **state)
{
    (void)state;
    for (size_t t = 0; t < TABLES; t++) {
        const ond_option *options = tables[t].options();
        for (const ond_option *option = options; option->name; option++) {
            assert_ptr_equal(ond_options_find(options, option->name), option);
            assert_true(option->help && option->help[0] && !strchr(option->help, '\n'));
            assert_true(option->help[strlen(option->help) - 1] != '.');
            assert_true((option->kind == OND_OPTION_CHOICE) == (option->choices != NULL));
            assert_true(option->minimum < option->maximum);
        }
    }
}

static void every_choice_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (size_t t = 0; t < TABLES; t++) {
        for (const ond_option *option = tables[t].options(); option->name; option++) {
            for (int i = 0; option->choices && i <= (int)option->maximum; i++) {
                assert_non_null(option->choices[i]);
                for (int k = 0; k < i; k++) {
                    assert_string_not_equal(option->choices[i], option->choices[k]);
                }
            }
            assert_true(!option->choices || option->choices[(int)option->maximum + 1] == NULL);
        }
    }
}

static void configs_start_as_their_tables_say(void **state)
{
    (void)state;
    ond_morlet_config morlet = ond_morlet_config_default();
    ond_spline_config spline = ond_spline_config_default();
    ond_separable_config separable = ond_separable_config_default();
    ond_dwt_config dwt = ond_dwt_config_default();
    ond_shearlet_config shearlet = ond_shearlet_config_default();
    ond_scattering_config scattering = ond_scattering_config_default();
    ond_denoise_config denoise = ond_denoise_config_default();
    ond_denoise_training training = ond_denoise_training_default();
    ond_unrolled_architecture unrolled = ond_unrolled_architecture_default();
    ond_unrolled_training unrolled_training = ond_unrolled_training_default();
    ond_threshold_config threshold = ond_threshold_config_default();
    ond_fit_config fit = ond_fit_config_default();
    ond_extractor_config extractor = ond_extractor_config_default();
    ond_head_config head = ond_head_config_default();
    ond_inpaint_config inpaint = ond_inpaint_config_default();
    ond_bands_config bands = ond_bands_config_default();
    ond_learning_config learning = ond_learning_config_default();
    ond_pursuit_config pursuit = ond_pursuit_config_default();
    ond_edge_config edges = ond_edge_config_default();
    ond_edge_training edge_training = ond_edge_training_default();
    const void *configs[TABLES]
        = {&morlet,   &spline,   &separable,         &dwt,       &shearlet, &scattering,      &denoise,
           &training, &unrolled, &unrolled_training, &threshold, &fit,      &extractor.image, &head,
           &inpaint,  &bands,    &learning,          &pursuit,   &edges,    &edge_training};
    for (size_t t = 0; t < TABLES; t++) {
        for (const ond_option *option = tables[t].options(); option->name; option++) {
            assert_true(ond_option_value(option, configs[t]) == option->preset);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_field_is_without_its_row),       cmocka_unit_test(presets_are_inside_their_ranges),
        cmocka_unit_test(rows_say_what_a_help_text_needs),   cmocka_unit_test(every_choice_has_a_name_of_its_own),
        cmocka_unit_test(configs_start_as_their_tables_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
