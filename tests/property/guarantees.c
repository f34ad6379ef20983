/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What the theorems promise, tried: codes that are sparse enough are found, and the holistic error is that of the
 * model's dimension. */

/* Unit atoms of small coherence: the identity beside a Hadamard basis, μ = 1/√n. n is a power of two. */
static ond_dictionary *two_bases(size_t n)
{
    size_t shape[2] = {n, 2 * n};
    ond_array matrix = {0};
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_array_resize(&matrix, 2, shape));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            int sign = __builtin_popcountll(i & k) % 2 ? -1 : 1;
            matrix.data[i * 2 * n + k] = i == k ? 1 : 0;
            matrix.data[i * 2 * n + n + k] = (float)(sign / sqrt((double)n));
        }
    }
    assert_ok(ond_dictionary_create_dense(&matrix, &dictionary));
    ond_array_free(&matrix);
    return dictionary;
}

/* A permutation of the codes with few columns per atom, so that sparse codes give sparse codes: D₂ [m, m2]. */
static ond_dictionary *sparse_atoms(test_random *random, size_t m, size_t m2, size_t each)
{
    size_t shape[2] = {m, m2};
    ond_array matrix = {0};
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_array_resize(&matrix, 2, shape));
    memset(matrix.data, 0, m * m2 * sizeof(float));
    for (size_t k = 0; k < m2; k++) { /* disjoint supports: μ = 0 */
        for (size_t i = 0; i < each; i++) {
            float sign = random_uniform(random) < 0.5 ? -1 : 1;
            matrix.data[(k * each + i) * m2 + k] = sign / sqrtf((float)each);
        }
    }
    assert_ok(ond_dictionary_create_dense(&matrix, &dictionary));
    ond_array_free(&matrix);
    return dictionary;
}

typedef struct planted {
    ond_dictionary *own[2];
    const ond_dictionary *layers[2];
    ond_array codes[2], signal;
} planted;

static planted plant(test_random *random, size_t nonzeros, double least)
{
    enum { N = 64 };
    planted p = {.own = {two_bases(N), sparse_atoms(random, 2 * N, N, 2)}};
    size_t deep[1] = {N};
    p.layers[0] = p.own[0];
    p.layers[1] = p.own[1];
    assert_ok(ond_array_resize(&p.codes[1], 1, deep));
    memset(p.codes[1].data, 0, N * sizeof(float));
    for (size_t i = 0; i < nonzeros; i++) {
        double magnitude = least + (1 - least) * random_uniform(random);
        p.codes[1].data[random_between(random, 0, N - 1)]
            = (float)(random_uniform(random) < 0.5 ? magnitude : -magnitude);
    }
    assert_ok(ond_dictionary_apply(p.layers[1], &p.codes[1], &p.codes[0]));
    assert_ok(ond_dictionary_apply(p.layers[0], &p.codes[0], &p.signal));
    return p;
}

static void uproot(planted *p)
{
    for (int i = 0; i < 2; i++) {
        ond_dictionary_destroy(p->own[i]);
        ond_array_free(&p->codes[i]);
    }
    ond_array_free(&p->signal);
}

static bool same_support(const ond_array *a, const ond_array *b)
{
    for (size_t i = 0; i < ond_array_count(a); i++) {
        if ((a->data[i] != 0) != (b->data[i] != 0)) {
            return false;
        }
    }
    return true;
}

static double distance(const ond_array *a, const ond_array *b)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(a); i++) {
        sum += pow((double)a->data[i] - (double)b->data[i], 2);
    }
    return sqrt(sum);
}

static void layered_basis_pursuit_recovers_where_7_1_says_so(void **state)
{
    (void)state;
    test_random random = {900};
    int tried = 0;
    for (int trial = 0; trial < 12; trial++) {
        planted p = plant(&random, 1, 0.3);
        ond_guarantees g;
        assert_ok(ond_codes_guarantees(p.layers, 2, p.codes, 0, &g));
        assert_true(fabs(g.layer[0].coherence - 1.0 / 8) < 1e-6 && g.layer[1].coherence == 0);
        assert_true(g.theorem_7_1);
        if (g.layered_pursuit) {
            ond_array found[2] = {{0}, {0}};
            ond_pursuit_config config = ond_pursuit_config_default();
            config.lambda = 1e-3;
            config.iterations = 300;
            config.polish = 1;
            assert_ok(ond_pursuit(p.layers, 2, &p.signal, &config, NULL, found, NULL));
            for (int i = 0; i < 2; i++) {
                assert_true(same_support(&found[i], &p.codes[i]));
                assert_true(distance(&found[i], &p.codes[i]) < 0.02);
                ond_array_free(&found[i]);
            }
            tried++;
        }
        uproot(&p);
    }
    assert_true(tried >= 6);
}

static void layered_thresholding_recovers_where_7_2_says_so(void **state)
{
    (void)state;
    test_random random = {901};
    int tried = 0;
    for (int trial = 0; trial < 12; trial++) {
        planted p = plant(&random, random_between(&random, 1, 3), 0.8);
        ond_guarantees g;
        double noise = 0.01;
        ond_array v = random_array(&random, 1, p.signal.shape);
        double length = norm_of(&v);
        for (size_t i = 0; i < ond_array_count(&v); i++) {
            p.signal.data[i] += (float)(noise * (double)v.data[i] / length);
        }
        assert_ok(ond_codes_guarantees(p.layers, 2, p.codes, noise, &g));
        size_t count = g.theorem_7_2 ? 2 : (double)g.layer[0].density.stripe < g.layer[0].thresholding ? 1 : 0;
        if (count > 0) {
            double lambdas[2] = {g.layer[0].threshold, count > 1 ? g.layer[1].threshold : 1};
            ond_pursuit_extras extras = {.lambdas = lambdas};
            ond_array found[2] = {{0}, {0}};
            ond_pursuit_config config = ond_pursuit_config_default();
            config.method = OND_PURSUIT_THRESHOLD;
            assert_ok(ond_pursuit(p.layers, count, &p.signal, &config, &extras, found, NULL));
            for (size_t i = 0; i < count; i++) {
                assert_true(same_support(&found[i], &p.codes[i]));
                assert_true(distance(&found[i], &p.codes[i]) <= g.layer[i].error);
            }
            ond_array_free(&found[0]);
            ond_array_free(&found[1]);
            tried++;
        }
        ond_array_free(&v);
        uproot(&p);
    }
    assert_true(tried >= 6);
}

enum { SUPPORT = 12, SIGNAL = 64, MOST_ZEROS = 8 };

/* Two layers whose effective dictionary is orthonormal up to 1e-2: D₂ is `zeros` random rows above an identity, D₁ sees
 * the first of them a thousand times less. The code is orthogonal to the random rows: γ₁ has that many zeros. */
typedef struct model {
    ond_dictionary *own[2];
    const ond_dictionary *layers[2];
    ond_array code;
} model;

static void make_orthogonal(double *row, double (*basis)[SUPPORT], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double along = 0;
        for (size_t k = 0; k < SUPPORT; k++) {
            along += row[k] * basis[i][k];
        }
        for (size_t k = 0; k < SUPPORT; k++) {
            row[k] -= along * basis[i][k];
        }
    }
}

/* A code without small entries, so that noise does not make other zeros. */
static void draw_code(test_random *random, double (*basis)[SUPPORT], size_t zeros, ond_array *code)
{
    double least = 0;
    while (least < 0.15) {
        double values[SUPPORT];
        least = HUGE_VAL;
        for (size_t k = 0; k < SUPPORT; k++) {
            values[k] = random_normal(random);
        }
        make_orthogonal(values, basis, zeros);
        for (size_t k = 0; k < SUPPORT; k++) {
            code->data[k] = (float)values[k];
            least = fmin(least, fabs(values[k]));
        }
    }
}

static model make_model(test_random *random, size_t zeros)
{
    double basis[MOST_ZEROS][SUPPORT];
    size_t rows = zeros + SUPPORT;
    size_t first_shape[2] = {SIGNAL, rows};
    size_t second_shape[2] = {rows, SUPPORT};
    size_t code_shape[1] = {SUPPORT};
    ond_array first = {0};
    ond_array second = {0};
    model m = {.code = {0}};
    assert_ok(ond_array_resize(&first, 2, first_shape));
    assert_ok(ond_array_resize(&second, 2, second_shape));
    assert_ok(ond_array_resize(&m.code, 1, code_shape));
    memset(first.data, 0, ond_array_count(&first) * sizeof(float));
    memset(second.data, 0, ond_array_count(&second) * sizeof(float));
    for (size_t i = 0; i < zeros; i++) {
        double norm = 0;
        for (size_t k = 0; k < SUPPORT; k++) {
            basis[i][k] = random_normal(random);
            second.data[i * SUPPORT + k] = (float)basis[i][k];
        }
        make_orthogonal(basis[i], basis, i);
        for (size_t k = 0; k < SUPPORT; k++) {
            norm += basis[i][k] * basis[i][k];
        }
        for (size_t k = 0; k < SUPPORT; k++) {
            basis[i][k] /= sqrt(norm);
        }
        first.data[(SUPPORT + i) * rows + i] = 1e-3f;
    }
    for (size_t k = 0; k < SUPPORT; k++) {
        first.data[k * rows + zeros + k] = 1;
        second.data[(zeros + k) * SUPPORT + k] = 1;
    }
    draw_code(random, basis, zeros, &m.code);
    assert_ok(ond_dictionary_create_dense(&first, &m.own[0]));
    assert_ok(ond_dictionary_create_dense(&second, &m.own[1]));
    m.layers[0] = m.own[0];
    m.layers[1] = m.own[1];
    ond_array_free(&first);
    ond_array_free(&second);
    return m;
}

static double squared_error(const model *m, const ond_array *signal, int cosparsity)
{
    ond_array found[2] = {{0}, {0}};
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = OND_PURSUIT_HOLISTIC;
    config.cosparsity = cosparsity;
    config.lambda = 1e-6;
    config.tolerance = 1e-7;
    config.iterations = 2000;
    assert_ok(ond_pursuit(m->layers, 2, signal, &config, NULL, found, NULL));
    double error = pow(distance(&found[1], &m->code), 2);
    ond_array_free(&found[0]);
    ond_array_free(&found[1]);
    return error;
}

/* E‖γ₂ − γ̂₂‖² is σ² s without the zeros of γ₁ and σ² (s − r) with them (7.21, 7.22; the isometry constant is 0 here).
 */
static void the_holistic_error_is_that_of_the_dimension(void **state)
{
    (void)state;
    enum { TRIALS = 200 };
    const double sigma = 0.01;
    test_random random = {902};
    for (size_t zeros = 2; zeros <= MOST_ZEROS; zeros += 3) {
        model m = make_model(&random, zeros);
        ond_array codes[2] = {{0}, m.code};
        ond_array clean = {0};
        ond_guarantees g;
        double plain = 0;
        double holistic = 0;
        assert_ok(ond_dictionary_apply(m.layers[1], &m.code, &codes[0]));
        memset(codes[0].data, 0, zeros * sizeof(float)); /* exactly */
        assert_ok(ond_dictionary_apply(m.layers[0], &codes[0], &clean));
        assert_ok(ond_codes_guarantees(m.layers, 2, codes, 0, &g));
        assert_int_equal(g.rank, zeros);
        for (int trial = 0; trial < TRIALS; trial++) {
            ond_array noisy = random_array(&random, 1, clean.shape);
            for (size_t i = 0; i < ond_array_count(&noisy); i++) {
                noisy.data[i] = clean.data[i] + (float)sigma * noisy.data[i];
            }
            plain += squared_error(&m, &noisy, 0) / (sigma * sigma * TRIALS);
            holistic += squared_error(&m, &noisy, (int)zeros) / (sigma * sigma * TRIALS);
            ond_array_free(&noisy);
        }
        printf("    s = %d, r = %zu: error %.2f sigma^2 without, %.2f sigma^2 with the zeros\n", SUPPORT, g.rank, plain,
               holistic);
        /* means of chi-squared variables of that many degrees: 4 deviations */
        double deviation = sqrt(2.0 * SUPPORT / TRIALS);
        assert_true(fabs(plain - SUPPORT) < 4 * deviation);
        assert_true(fabs(holistic - (double)g.dimension) < 4 * deviation);
        ond_array_free(&clean);
        ond_array_free(&codes[0]);
        ond_array_free(&m.code);
        ond_dictionary_destroy(m.own[0]);
        ond_dictionary_destroy(m.own[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layered_basis_pursuit_recovers_where_7_1_says_so),
        cmocka_unit_test(layered_thresholding_recovers_where_7_2_says_so),
        cmocka_unit_test(the_holistic_error_is_that_of_the_dimension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
