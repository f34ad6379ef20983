/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/admm.h"

#include "reference/manifest.h"

/* One layer: operators, thresholds, basis pursuit with certificates, trajectories, masks. Objectives within 1e-6, codes
 * within 1e-4 (the inputs are double, the storage here is float). */

static void check_operator(const char *name, ond_border border, size_t stride)
{
    ond_dictionary *dictionary = filters_of(name, "d", stride, border);
    ond_array codes = array_of(name, "z");
    ond_array image = array_of(name, "x");
    ond_array found = {0};
    double norm = 0;
    assert_ok(ond_dictionary_apply(dictionary, &codes, &found));
    assert_error_below(error_against(&found, name, "Dz"), 1e-6);
    assert_ok(ond_dictionary_adjoint(dictionary, &image, &found));
    assert_error_below(error_against(&found, name, "DTx"), 1e-6);
    assert_close(inner_product(&codes, &found), scalar_of(name, "inner"), 1e-5);
    assert_ok(ond_dictionary_norm(dictionary, image.shape[1], image.shape[2], &norm));
    assert_close(norm, scalar_of(name, "norm_sq"), 1e-6);
    ond_array_free(&codes);
    ond_array_free(&image);
    ond_array_free(&found);
    ond_dictionary_destroy(dictionary);
}

static void operators_are_the_references(void **state)
{
    (void)state;
    check_operator("m2_op_circ_s1", OND_BORDER_CIRCULAR, 1);
    check_operator("m3_op_circ_s2", OND_BORDER_CIRCULAR, 2);
    check_operator("m4_op_zero_s1", OND_BORDER_ZERO, 1);
    check_operator("m5_op_zero_s2", OND_BORDER_ZERO, 2);
}

/* Thresholding with D = 1. */
static ond_dictionary *identity(size_t n)
{
    size_t shape[2] = {n, n};
    ond_array matrix = {0};
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_array_resize(&matrix, 2, shape));
    for (size_t i = 0; i < n * n; i++) {
        matrix.data[i] = i % (n + 1) == 0 ? 1 : 0;
    }
    assert_ok(ond_dictionary_create_dense(&matrix, &dictionary));
    ond_array_free(&matrix);
    return dictionary;
}

static void thresholds_are_the_references(void **state)
{
    (void)state;
    const char *name = "m1_thresholds";
    ond_array v = array_of(name, "v");
    ond_dictionary *dictionary = identity(ond_array_count(&v));
    const ond_dictionary *layers[1] = {dictionary};
    static const struct {
        const char *key;
        ond_shrinkage rule;
        int nonnegative;
    } rules[] = {{"soft", OND_SHRINK_SOFT, 0},
                 {"soft_nn", OND_SHRINK_SOFT, 1},
                 {"hard", OND_SHRINK_HARD, 0},
                 {"prox_l0", OND_SHRINK_HARD, 0}};
    for (size_t i = 0; i < 4; i++) {
        ond_pursuit_config config = ond_pursuit_config_default();
        ond_array codes = {0};
        double theta = parameter_of(name, "theta");
        config.method = OND_PURSUIT_THRESHOLD;
        config.rule = rules[i].rule;
        config.nonnegative = rules[i].nonnegative;
        config.lambda = i == 3 ? sqrt(2 * theta) : theta;
        assert_ok(ond_pursuit(layers, 1, &v, &config, NULL, &codes, NULL));
        assert_error_below(error_against(&codes, name, rules[i].key), 1e-7);
        ond_array_free(&codes);
    }
    ond_array_free(&v);
    ond_dictionary_destroy(dictionary);
}

typedef struct lasso_case {
    const char *name;
    ond_border border;
    int nonnegative;
    bool is_unique; /* the atoms of c1's support are dependent: only what they make is determined */
} lasso_case;

static const lasso_case lasso_cases[] = {
    {"c1_camera64", OND_BORDER_CIRCULAR, 0, false},       {"c2_coins48x40_nn", OND_BORDER_CIRCULAR, 1, true},
    {"c3_astro32_rgb", OND_BORDER_CIRCULAR, 0, true},     {"c4_brick36_weighted", OND_BORDER_CIRCULAR, 0, true},
    {"c5_camera45x33_odd", OND_BORDER_CIRCULAR, 0, true}, {"c6_text40_nobnd", OND_BORDER_ZERO, 0, true},
    {"c10_mask", OND_BORDER_CIRCULAR, 0, true},
};

/* Codes of positions that a zero border leaves, in the reference's full maps. */
static ond_array widen(const ond_array *codes, size_t height, size_t width)
{
    size_t shape[3] = {codes->shape[0], height, width};
    ond_array wide = {0};
    assert_ok(ond_array_resize(&wide, 3, shape));
    memset(wide.data, 0, ond_array_count(&wide) * sizeof(float));
    for (size_t i = 0; i < ond_array_count(codes); i++) {
        size_t row = i / codes->shape[2];
        size_t line = row / codes->shape[1] * height + row % codes->shape[1];
        wide.data[line * width + i % codes->shape[2]] = codes->data[i];
    }
    return wide;
}

static void check_reconstruction(const ond_dictionary *dictionary, const ond_array *codes, const char *name)
{
    ond_array made = {0};
    assert_ok(ond_dictionary_apply(dictionary, codes, &made));
    if (has_array(name, "recon")) {
        assert_error_below(error_against(&made, name, "recon"), 1e-5);
    }
    ond_array_free(&made);
}

static void check_lasso(const lasso_case *c, ond_pursuit_method method)
{
    ond_dictionary *dictionary = filters_of(c->name, "D", 1, c->border);
    const ond_dictionary *layers[1] = {dictionary};
    ond_array signal = array_of(c->name, "S");
    ond_array weights = {0};
    ond_array mask = {0};
    ond_array codes = {0};
    ond_pursuit_extras extras = {0};
    ond_pursuit_report report;
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = method;
    config.lambda = parameter_of(c->name, "lambda");
    config.nonnegative = c->nonnegative;
    config.iterations = 3000;
    config.tolerance = method == OND_PURSUIT_ADMM ? 1e-4 : 1e-3;
    config.polish = 1;
    if (has_array(c->name, "W")) {
        weights = array_of(c->name, "W");
        extras.weights = &weights;
    }
    if (has_array(c->name, "mask")) {
        mask = array_of(c->name, "mask");
        extras.mask = &mask;
    }
    assert_ok(ond_pursuit(layers, 1, &signal, &config, &extras, &codes, &report));
    double objective = scalar_of(c->name, "objective");
    ond_array wide = widen(&codes, signal.shape[1], signal.shape[2]);
    printf("    %s: %d iterations, objective off by %.1e, gap %.1e, codes off by %.1e, %zu nonzeros\n", c->name,
           report.layer[0].iterations, report.layer[0].objective / objective - 1, report.layer[0].gap / objective,
           error_against(&wide, c->name, "X"), report.layer[0].nonzeros);
    assert_close(report.layer[0].objective, objective, 1e-6);
    if (c->is_unique) {
        assert_error_below(error_against(&wide, c->name, "X"), 1e-4);
    }
    check_reconstruction(dictionary, &codes, c->name);
    assert_true(report.layer[0].gap >= 0 && report.layer[0].gap < 1e-5 * objective);
    ond_array_free(&wide);
    ond_array_free(&codes);
    ond_array_free(&signal);
    ond_array_free(&weights);
    ond_array_free(&mask);
    ond_dictionary_destroy(dictionary);
}

static void fista_finds_the_minimum(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lasso_cases / sizeof lasso_cases[0]; i++) {
        check_lasso(&lasso_cases[i], OND_PURSUIT_FISTA);
    }
}

static void admm_finds_the_minimum(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lasso_cases / sizeof lasso_cases[0]; i++) {
        check_lasso(&lasso_cases[i], OND_PURSUIT_ADMM);
    }
}

static void the_smooth_part_is_the_reference(void **state)
{
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        const char *name = lasso_cases[i].name;
        ond_array image = array_of(name, "image");
        ond_array smooth = {0};
        assert_ok(ond_smooth_part(&image, 5, &smooth));
        assert_error_below(error_against(&smooth, name, "lowpass"), 1e-6);
        ond_array_free(&image);
        ond_array_free(&smooth);
    }
}

/* Every iterate of ADMM with a fixed penalty: codes, duals, residuals, objectives. */
static void check_trajectory(const char *name)
{
    static const int stops[] = {1, 2, 5, 20};
    ond_dictionary *dictionary = filters_of(name, "D", 1, OND_BORDER_CIRCULAR);
    ond_array signal = array_of(name, "S");
    ond_pursuit_config config = ond_pursuit_config_default();
    ond_operator *operator_ = NULL;
    ond_admm *admm = NULL;
    ond_array codes = {0};
    ond_lasso_room room = {0};
    config.rho = parameter_of(name, "rho");
    config.relaxation = parameter_of(name, "relax");
    assert_ok(ond_operator_create(dictionary, signal.shape[1], signal.shape[2], OND_PRODUCTS_FASTER,
                                  OND_PLANNING_ESTIMATE, &operator_));
    ond_lasso lasso = {.operator_ = operator_, .signal = signal.data, .lambda = parameter_of(name, "lambda")};
    assert_ok(ond_admm_create(&lasso, &config, &admm));
    assert_ok(ond_lasso_room_create(operator_, &room));
    assert_ok(ond_array_resize(&codes, 1, &operator_->code_size));
    int done = 0;
    for (size_t i = 0; i < 4; i++) {
        char key[64];
        ond_layer_report report = {0};
        for (; done < stops[i]; done++) {
            assert_ok(ond_admm_step(admm));
        }
        ond_admm_codes(admm, codes.data);
        snprintf(key, sizeof key, "Y%d", done);
        assert_error_below(error_against(&codes, name, key), 1e-5);
        ond_lasso_evaluate(&lasso, codes.data, &room, &report);
        snprintf(key, sizeof key, "obj_y_%d", done);
        assert_close(report.objective, scalar_of(name, key), 1e-6);
        ond_admm_duals(admm, codes.data);
        snprintf(key, sizeof key, "U%d", done);
        assert_error_below(error_against(&codes, name, key), 1e-5);
        snprintf(key, sizeof key, "primal_rsdl_%d", done);
        assert_close(admm->primal, scalar_of(name, key), 1e-4);
        snprintf(key, sizeof key, "dual_rsdl_%d", done);
        assert_close(admm->dual, scalar_of(name, key), 1e-4);
    }
    ond_lasso_room_free(&room);
    ond_admm_destroy(admm);
    ond_operator_destroy(operator_);
    ond_dictionary_destroy(dictionary);
    ond_array_free(&signal);
    ond_array_free(&codes);
}

static void admm_takes_the_same_way(void **state)
{
    (void)state;
    check_trajectory("c7_admm_traj");
    check_trajectory("c8_admm_traj_norelax");
}

static void fista_takes_the_same_way(void **state)
{
    (void)state;
    const char *name = "c9_fista_traj";
    static const int stops[] = {1, 2, 5, 50};
    ond_dictionary *dictionary = filters_of(name, "D", 1, OND_BORDER_CIRCULAR);
    const ond_dictionary *layers[1] = {dictionary};
    ond_array signal = array_of(name, "S");
    double norm = 0;
    assert_ok(ond_dictionary_norm(dictionary, 40, 40, &norm));
    assert_close(norm, scalar_of(name, "norm_sq"), 1e-6);
    for (size_t i = 0; i < 4; i++) {
        char key[64];
        ond_array codes = {0};
        ond_pursuit_report report;
        ond_pursuit_config config = ond_pursuit_config_default();
        config.lambda = parameter_of(name, "lambda");
        config.iterations = stops[i];
        config.tolerance = 0;
        config.restart = 0;
        assert_ok(ond_pursuit(layers, 1, &signal, &config, NULL, &codes, &report));
        snprintf(key, sizeof key, "X%d", stops[i]);
        assert_error_below(error_against(&codes, name, key), 1e-4);
        snprintf(key, sizeof key, "obj_%d", stops[i]);
        assert_close(report.layer[0].objective, scalar_of(name, key), 1e-6);
        ond_array_free(&codes);
    }
    ond_array_free(&signal);
    ond_dictionary_destroy(dictionary);
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_are_the_references),     cmocka_unit_test(thresholds_are_the_references),
        cmocka_unit_test(fista_finds_the_minimum),          cmocka_unit_test(admm_finds_the_minimum),
        cmocka_unit_test(the_smooth_part_is_the_reference), cmocka_unit_test(admm_takes_the_same_way),
        cmocka_unit_test(fista_takes_the_same_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_with_manifest(run);
}
