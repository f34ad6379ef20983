/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "learn/prepare.h"
#include "support/test.h"

/* Ridge regression does without a projection where there are enough samples; whoever asks for one gets it. */
static void components_are_chosen_by_the_kind(void **state)
{
    (void)state;
    enum { INPUTS = 520, ROWS = 530 };
    static const struct {
        ond_head_kind kind;
        size_t rows;
        int components, whiten;
        size_t wanted; /* outputs of the preparation */
    } cases[] = {{OND_HEAD_LINEAR, ROWS, -1, 0, 512}, {OND_HEAD_RIDGE, ROWS, -1, 0, INPUTS},
                 {OND_HEAD_RIDGE, ROWS, -1, 1, 512},  {OND_HEAD_RIDGE, ROWS, 20, 0, 20},
                 {OND_HEAD_RIDGE, 30, -1, 0, 29},     {OND_HEAD_NETWORK, ROWS, 0, 0, INPUTS}};
    test_random random = {8};
    float *features = ond_memory_allocate(ROWS, INPUTS * sizeof *features);
    uint32_t items[ROWS];
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        features[i] = (float)random_normal(&random);
    }
    for (uint32_t i = 0; i < ROWS; i++) {
        items[i] = i;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ond_head_config config = ond_head_config_default();
        config.kind = cases[i].kind;
        config.components = cases[i].components;
        config.whiten = cases[i].whiten;
        ond_rows rows = {features, INPUTS, items, cases[i].rows};
        ond_prepare *prepare = NULL;
        assert_ok(ond_prepare_create(&config, &rows, &prepare));
        assert_int_equal(prepare->outputs, cases[i].wanted);
        ond_prepare_destroy(prepare);
    }
    ond_memory_free(features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_are_chosen_by_the_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
