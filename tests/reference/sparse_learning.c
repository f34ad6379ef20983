/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/learning.h"

#include "reference/manifest.h"

/* Steps of dictionary learning. */

static void fill(double *list, size_t count, double value)
{
    for (size_t i = 0; i < count; i++) {
        list[i] = value;
    }
}

static double error_of_values(const float *values, size_t count, const char *name, const char *key)
{
    float *copy = ond_memory_allocate(count, sizeof *copy);
    memcpy(copy, values, count * sizeof *copy);
    ond_array view = ond_array_view(copy, 1, &count);
    double error = error_against(&view, name, key);
    ond_memory_free(copy);
    return error;
}

static double error_of_doubles(const double *values, size_t count, const char *name, const char *key)
{
    float *copy = ond_memory_allocate(count, sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        copy[i] = (float)values[i];
    }
    double error = error_of_values(copy, count, name, key);
    ond_memory_free(copy);
    return error;
}

static void an_online_step_is_the_reference(void **state)
{
    (void)state;
    const char *name = "m16_online_dstep";
    ond_dictionary *dictionary = filters_of(name, "D0", 1, OND_BORDER_CIRCULAR);
    ond_array signal = array_of(name, "S");
    ond_array codes = array_of(name, "X");
    ond_operator *operators[1] = {NULL};
    double gradient[6 * 25] = {0};
    double steps[6];
    double *gradients[1] = {gradient};
    double squares = 0;
    assert_ok(ond_operator_create(dictionary, 20, 18, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE, &operators[0]));
    assert_ok(ond_layers_gradient(operators, 1, codes.data, signal.data, gradients, NULL, &squares));
    assert_close(squares / 2, scalar_of(name, "dfid"), 1e-5);
    assert_error_below(error_of_doubles(gradient, 150, name, "grad_support"), 1e-6);
    fill(steps, 6, parameter_of(name, "eta"));
    ond_atoms_move(dictionary, gradient, steps);
    ond_atoms_project(dictionary, true);
    assert_error_below(error_of_values(dictionary->values, 150, name, "D1"), 1e-6);
    ond_operator_destroy(operators[0]);
    ond_dictionary_destroy(dictionary);
    ond_array_free(&signal);
    ond_array_free(&codes);
}

/* The consensus steps start from U = 0 and D = 0. */
static void consensus_steps_are_the_references(void **state)
{
    (void)state;
    const char *name = "m17_consensus";
    ond_array signal = array_of(name, "S");
    ond_array codes = array_of(name, "X");
    ond_dictionary_info info = {4, 1, 4, 4, 1, OND_BORDER_CIRCULAR, 0, 0};
    ond_dictionary *dictionary = NULL;
    ond_consensus *consensus = NULL;
    const float *each[3] = {codes.data, codes.data + 1024, codes.data + 2048};
    assert_ok(ond_dictionary_create_empty(&info, &dictionary));
    memset(dictionary->values, 0, 64 * sizeof(float));
    assert_ok(ond_consensus_create(dictionary, signal.data, 3, 16, 16, parameter_of(name, "rho"), &consensus));
    assert_true(consensus->relaxation == parameter_of(name, "relax"));
    for (int i = 1; i <= 20; i++) {
        char key[32];
        ond_consensus_step(consensus, each, false);
        snprintf(key, sizeof key, "D%d", i);
        if (has_array(name, key)) {
            assert_error_below(error_of_values(dictionary->values, 64, name, key), 1e-5);
        }
    }
    ond_consensus_destroy(consensus);
    ond_dictionary_destroy(dictionary);
    ond_array_free(&signal);
    ond_array_free(&codes);
}

/* A matrix [n, m] as ond_dictionary holds it: [m, n]. */
static double error_of_matrix(const ond_dictionary *dictionary, const double *values, const char *name, const char *key)
{
    size_t atoms = dictionary->info.atoms;
    size_t n = dictionary->info.channels;
    double *turned = ond_memory_allocate(atoms * n, sizeof *turned);
    for (size_t i = 0; i < atoms * n; i++) {
        double value = values ? values[i] : (double)dictionary->values[i];
        turned[i % n * atoms + i / n] = value;
    }
    double error = error_of_doubles(turned, atoms * n, name, key);
    ond_memory_free(turned);
    return error;
}

static void a_step_of_two_layers_is_the_reference(void **state)
{
    (void)state;
    const char *name = "m19_mldl_step";
    ond_dictionary *layers[2] = {matrix_of(name, "D1"), matrix_of(name, "D2")};
    ond_operator *operators[2] = {NULL, NULL};
    ond_array codes = array_of(name, "gamma2");
    ond_array signals = array_of(name, "Y");
    double first[24 * 16] = {0};
    double second[20 * 24] = {0};
    double *gradients[2] = {first, second};
    double steps[24];
    for (int i = 0; i < 2; i++) {
        assert_ok(ond_operator_create(layers[i], 1, 1, OND_PRODUCTS_FASTER, OND_PLANNING_ESTIMATE, &operators[i]));
    }
    for (size_t k = 0; k < 30; k++) {
        float code[20];
        float signal[16];
        for (size_t i = 0; i < 20; i++) {
            code[i] = codes.data[i * 30 + k];
        }
        for (size_t i = 0; i < 16; i++) {
            signal[i] = signals.data[i * 30 + k];
        }
        assert_ok(ond_layers_gradient(operators, 2, code, signal, gradients, NULL, NULL));
    }
    assert_error_below(error_of_matrix(layers[0], first, name, "grad1"), 1e-5);
    assert_error_below(error_of_matrix(layers[1], second, name, "grad2"), 1e-5);
    fill(steps, 24, parameter_of(name, "eta"));
    for (int i = 0; i < 2; i++) {
        ond_atoms_move(layers[i], gradients[i], steps);
        if (i == 1) {
            ond_atoms_threshold(layers[i], steps, parameter_of(name, "zeta"));
        }
        ond_atoms_project(layers[i], false);
    }
    assert_error_below(error_of_matrix(layers[0], NULL, name, "D1_new"), 1e-5);
    assert_error_below(error_of_matrix(layers[1], NULL, name, "D2_new"), 1e-5);
    size_t nonzeros = 0;
    for (size_t i = 0; i < 480; i++) {
        nonzeros += layers[1]->values[i] != 0;
    }
    assert_int_equal(nonzeros, scalar_of(name, "nnz_D2_new"));
    for (int i = 0; i < 2; i++) {
        ond_operator_destroy(operators[i]);
        ond_dictionary_destroy(layers[i]);
    }
    ond_array_free(&codes);
    ond_array_free(&signals);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_online_step_is_the_reference),
        cmocka_unit_test(consensus_steps_are_the_references),
        cmocka_unit_test(a_step_of_two_layers_is_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_with_manifest(run);
}
