/* SPDX-License-Identifier: BSD-3-Clause */
#include "reference/manifest.h"

/* Coherence, density, rank of the co-support. */

static double coherence_of(const char *name, const char *key, size_t stride, ond_border border)
{
    ond_dictionary *dictionary = filters_of(name, key, stride, border);
    ond_coherence coherence;
    assert_ok(ond_dictionary_coherence(dictionary, &coherence));
    ond_dictionary_destroy(dictionary);
    assert_true(coherence.columns <= coherence.shifts);
    return coherence.shifts;
}

static void coherences_are_the_references(void **state)
{
    (void)state;
    assert_close(coherence_of("m2_op_circ_s1", "d", 1, OND_BORDER_CIRCULAR), scalar_of("m2_op_circ_s1", "mu_conv"),
                 1e-6);
    assert_close(coherence_of("m3_op_circ_s2", "d", 2, OND_BORDER_CIRCULAR), scalar_of("m3_op_circ_s2", "mu_conv"),
                 1e-6);
    assert_close(coherence_of("m4_op_zero_s1", "d", 1, OND_BORDER_ZERO), scalar_of("m4_op_zero_s1", "mu_conv"), 1e-6);
    assert_close(coherence_of("m5_op_zero_s2", "d", 2, OND_BORDER_ZERO), scalar_of("m5_op_zero_s2", "mu_conv"), 1e-6);
    assert_close(coherence_of("m18_measures", "d", 1, OND_BORDER_ZERO), scalar_of("m18_measures", "mu_conv"), 1e-6);
    static const struct {
        const char *name;
        size_t count;
    } layered[] = {{"m6_mlista_L2", 2}, {"m8_mlista_L3_nn", 3}, {"m9_mlista_L3", 3}};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < layered[i].count; k++) {
            char key[32];
            ond_coherence coherence;
            snprintf(key, sizeof key, "D%zu", k + 1);
            ond_dictionary *dictionary = matrix_of(layered[i].name, key);
            assert_ok(ond_dictionary_coherence(dictionary, &coherence));
            assert_close(coherence.columns, element_of(layered[i].name, "mutual_coherence", k), 1e-6);
            assert_close(ond_spark_bound(coherence.columns), element_of(layered[i].name, "spark_lower_bound", k), 1e-6);
            ond_dictionary_destroy(dictionary);
        }
    }
}

static void densities_are_the_references(void **state)
{
    (void)state;
    const char *name = "m18_measures";
    ond_array codes = array_of(name, "z");
    ond_density density;
    for (int i = 0; i < 2; i++) {
        ond_border border = i == 0 ? OND_BORDER_CIRCULAR : OND_BORDER_ZERO;
        ond_dictionary *dictionary = filters_of(name, "d", 1, border);
        assert_ok(ond_codes_density(dictionary, &codes, &density));
        assert_int_equal(density.nonzeros, scalar_of(name, "nnz"));
        assert_int_equal(density.stripe, scalar_of(name, i == 0 ? "l0inf_stripe_circ" : "l0inf_stripe_zero"));
        if (i == 0) {
            ond_array made = {0};
            size_t patch = 0;
            assert_ok(ond_dictionary_apply(dictionary, &codes, &made));
            for (size_t k = 0; k < ond_array_count(&made); k++) {
                made.data[k] = fabsf(made.data[k]) > 1e-6f ? made.data[k] : 0; /* what a transform leaves of zeros */
            }
            assert_ok(ond_signal_patch(dictionary, &made, &patch));
            assert_int_equal(patch, scalar_of(name, "l0inf_patch_circ"));
            ond_array_free(&made);
        }
        ond_coherence coherence;
        assert_ok(ond_dictionary_coherence(dictionary, &coherence));
        assert_close(ond_spark_bound(coherence.columns) / 2, scalar_of(name, "uniqueness_bound_half_1_plus_1_over_mu"),
                     1e-6);
        ond_dictionary_destroy(dictionary);
    }
    ond_array_free(&codes);
}

/* γ₁ = D₂ γ₂ with its zeros at the true co-support. */
static void ranks_are_the_references(void **state)
{
    (void)state;
    static const char *const names[] = {"m13_holistic", "m14_holistic_noiseless"};
    for (size_t i = 0; i < 2; i++) {
        ond_dictionary *own[2] = {matrix_of(names[i], "D1"), matrix_of(names[i], "D2")};
        const ond_dictionary *layers[2] = {own[0], own[1]};
        ond_array codes[2] = {{0}, array_of(names[i], "gamma2_true")};
        ond_array zeros = array_of(names[i], "cosupp1_true");
        ond_guarantees g;
        assert_ok(ond_dictionary_apply(own[1], &codes[1], &codes[0]));
        for (size_t k = 0; k < ond_array_count(&zeros); k++) {
            assert_true(fabsf(codes[0].data[(size_t)zeros.data[k]]) < 1e-6f);
            codes[0].data[(size_t)zeros.data[k]] = 0;
        }
        assert_ok(ond_codes_guarantees(layers, 2, codes, 0, &g));
        assert_true(g.has_effective);
        assert_int_equal(g.rank, scalar_of(names[i], "rank_Phi"));
        assert_int_equal(g.dimension, g.layer[1].density.nonzeros - g.rank);
        assert_close(g.holistic, ond_spark_bound(g.effective_coherence) / 2 + (double)g.rank, 1e-12);
        for (size_t k = 0; k < 2; k++) {
            ond_dictionary_destroy(own[k]);
            ond_array_free(&codes[k]);
        }
        ond_array_free(&zeros);
    }
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coherences_are_the_references),
        cmocka_unit_test(densities_are_the_references),
        cmocka_unit_test(ranks_are_the_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_with_manifest(run);
}
