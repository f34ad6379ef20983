/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "csc/operator.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

/* Laws of dictionaries of random sizes, strides and borders. */

typedef struct sizes {
    size_t atoms, channels, filter_height, filter_width, stride, height, width;
    ond_border border;
} sizes;

static sizes random_sizes(test_random *random)
{
    sizes s = {.atoms = random_between(random, 1, 6), .channels = random_between(random, 1, 3)};
    s.filter_height = random_between(random, 1, 6);
    s.filter_width = random_between(random, 1, 6);
    size_t least = s.filter_height < s.filter_width ? s.filter_height : s.filter_width;
    s.stride = random_between(random, 1, least);
    s.border = random_between(random, 0, 1) ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR;
    size_t rows = random_between(random, 1, 9);
    size_t columns = random_between(random, 1, 9);
    if (s.border == OND_BORDER_ZERO) {
        s.height = s.stride * (rows - 1) + s.filter_height;
        s.width = s.stride * (columns - 1) + s.filter_width;
    } else {
        s.height = s.stride * (rows + s.filter_height / s.stride);
        s.width = s.stride * (columns + s.filter_width / s.stride);
    }
    return s;
}

static ond_dictionary *random_dictionary(test_random *random, const sizes *s)
{
    size_t shape[4] = {s->atoms, s->channels, s->filter_height, s->filter_width};
    ond_array filters = random_array(random, 4, shape);
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create(&filters, s->stride, s->border, &dictionary));
    ond_array_free(&filters);
    return dictionary;
}

static ond_array random_image(test_random *random, const sizes *s)
{
    size_t shape[3] = {s->channels, s->height, s->width};
    return random_array(random, 3, shape);
}

static ond_array random_codes(test_random *random, const ond_dictionary *dictionary, const sizes *s)
{
    size_t shape[3] = {s->atoms, 0, 0};
    assert_ok(ond_dictionary_positions(dictionary, s->height, s->width, &shape[1], &shape[2]));
    return random_array(random, 3, shape);
}

/* Both ways of multiplying, each against the definition and against its adjoint. */
static void oracle_apply(const ond_dictionary *dictionary, const sizes *s, const ond_array *codes, double *image)
{
    ond_array filters = {0};
    assert_ok(ond_dictionary_filters(dictionary, &filters));
    memset(image, 0, s->channels * s->height * s->width * sizeof *image);
    for (size_t i = 0; i < ond_array_count(codes); i++) {
        size_t m = i / codes->shape[1] / codes->shape[2];
        size_t row = i / codes->shape[2] % codes->shape[1];
        size_t column = i % codes->shape[2];
        for (size_t k = 0; k < s->channels * s->filter_height * s->filter_width; k++) {
            size_t c = k / s->filter_width / s->filter_height;
            size_t y = (s->stride * row + k / s->filter_width % s->filter_height) % s->height;
            size_t x = (s->stride * column + k % s->filter_width) % s->width;
            image[(c * s->height + y) * s->width + x]
                += (double)codes->data[i]
                   * (double)filters.data[m * s->channels * s->filter_height * s->filter_width + k];
        }
    }
    ond_array_free(&filters);
}

static void check_products(ond_products products)
{
    test_random random = {500 + (uint64_t)products};
    for (int trial = 0; trial < 60; trial++) {
        sizes s = random_sizes(&random);
        ond_dictionary *dictionary = random_dictionary(&random, &s);
        ond_array image = random_image(&random, &s);
        ond_array codes = random_codes(&random, dictionary, &s);
        ond_array made = random_image(&random, &s);
        ond_array found = random_codes(&random, dictionary, &s);
        ond_operator *operator_ = NULL;
        assert_ok(ond_operator_create(dictionary, s.height, s.width, products, OND_PLANNING_ESTIMATE, &operator_));
        float *scratch = ond_operator_scratch_create(operator_);
        double *wanted = ond_memory_allocate(ond_array_count(&image), sizeof *wanted);
        ond_operator_apply(operator_, codes.data, made.data, scratch);
        ond_operator_adjoint(operator_, image.data, found.data, scratch);
        oracle_apply(dictionary, &s, &codes, wanted);
        double error = 0;
        for (size_t i = 0; i < ond_array_count(&image); i++) {
            error = fmax(error, fabs(wanted[i] - (double)made.data[i]));
        }
        /* a sum of at most 6 * 36 products of normal numbers */
        assert_true(error < 1e-5 * (1 + norm_of(&made)));
        double scale = norm_of(&made) * norm_of(&image) + norm_of(&codes) * norm_of(&found);
        assert_true(fabs(inner_product(&made, &image) - inner_product(&codes, &found)) <= 1e-6 * scale);
        ond_memory_free(wanted);
        ond_memory_free(scratch);
        ond_operator_destroy(operator_);
        ond_array_free(&image);
        ond_array_free(&codes);
        ond_array_free(&made);
        ond_array_free(&found);
        ond_dictionary_destroy(dictionary);
    }
}

static void direct_products_are_the_definition_and_adjoint(void **state)
{
    (void)state;
    check_products(OND_PRODUCTS_DIRECT);
}

static void fourier_products_are_the_definition_and_adjoint(void **state)
{
    (void)state;
    check_products(OND_PRODUCTS_FOURIER);
}

/* Power iteration approaches ‖D‖² from below. */
static double power_iteration(const ond_dictionary *dictionary, ond_array *codes)
{
    double norm = 0;
    ond_array image = {0};
    for (int i = 0; i < 3000; i++) {
        double length = norm_of(codes);
        for (size_t k = 0; k < ond_array_count(codes); k++) {
            codes->data[k] = (float)((double)codes->data[k] / length);
        }
        assert_ok(ond_dictionary_apply(dictionary, codes, &image));
        norm = inner_product(&image, &image);
        assert_ok(ond_dictionary_adjoint(dictionary, &image, codes));
    }
    ond_array_free(&image);
    return norm;
}

static void the_norm_is_the_largest_gain(void **state)
{
    (void)state;
    test_random random = {510};
    for (int trial = 0; trial < 24; trial++) {
        sizes s = random_sizes(&random);
        ond_dictionary *dictionary = random_dictionary(&random, &s);
        ond_array codes = random_codes(&random, dictionary, &s);
        double norm = 0;
        assert_ok(ond_dictionary_norm(dictionary, s.height, s.width, &norm));
        double reached = power_iteration(dictionary, &codes);
        assert_true(reached <= norm * (1 + 2e-6));
        assert_true(reached >= norm * (1 - 1e-3)); /* what 3000 steps leave of a gap of 1e-3 between eigenvalues */
        ond_array_free(&codes);
        ond_dictionary_destroy(dictionary);
    }
}

/* One position: the border does not matter, but the way in which a large norm is found depends on it. */
static void the_norm_of_one_position_is_that_of_a_matrix(void **state)
{
    (void)state;
    test_random random = {511};
    for (size_t atoms = 100; atoms <= 200; atoms += 50) {
        size_t shape[4] = {atoms, 1, 13, 13};
        ond_array filters = random_array(&random, 4, shape);
        double norms[2] = {0};
        for (size_t i = 0; i < 2; i++) {
            ond_dictionary *dictionary = NULL;
            ond_border border = i == 0 ? OND_BORDER_CIRCULAR : OND_BORDER_ZERO;
            assert_ok(ond_dictionary_create(&filters, 13, border, &dictionary));
            assert_ok(ond_dictionary_norm(dictionary, 13, 13, &norms[i]));
            ond_dictionary_destroy(dictionary);
        }
        assert_true(fabs(norms[1] / norms[0] - 1) < 1e-6); /* of float products */
        ond_array_free(&filters);
    }
}

static void the_effective_dictionary_is_the_chain(void **state)
{
    (void)state;
    test_random random = {520};
    for (int trial = 0; trial < 30; trial++) {
        ond_border border = trial % 2 ? OND_BORDER_ZERO : OND_BORDER_CIRCULAR;
        size_t first = random_between(&random, 1, 3);
        size_t second = random_between(&random, 1, 2);
        sizes a = {3, 2, 4, 3, first, 0, 0, border};
        sizes b = {4, 3, 3, 2, second, 0, 0, border};
        ond_dictionary *layers[2] = {random_dictionary(&random, &a), random_dictionary(&random, &b)};
        ond_dictionary *product = NULL;
        size_t shape[3] = {4, 8, 9};
        ond_array codes = random_array(&random, 3, shape);
        ond_array middle = {0};
        ond_array wanted = {0};
        ond_array found = {0};
        assert_ok(ond_dictionary_compose((const ond_dictionary *const *)layers, 2, &product));
        assert_ok(ond_dictionary_apply(layers[1], &codes, &middle));
        assert_ok(ond_dictionary_apply(layers[0], &middle, &wanted));
        assert_ok(ond_dictionary_apply(product, &codes, &found));
        assert_true(relative_error(&found, &wanted) < 2e-6);
        for (int i = 0; i < 2; i++) {
            ond_dictionary_destroy(layers[i]);
        }
        ond_dictionary_destroy(product);
        ond_array_free(&codes);
        ond_array_free(&middle);
        ond_array_free(&wanted);
        ond_array_free(&found);
    }
}

/* A bank's dictionary is its analysis; one-sided filters give real and imaginary maps. */
static void check_bank(const ond_filters *filters, bool is_complex)
{
    test_random random = {530};
    size_t shape[2] = {ond_filters_height(filters), ond_filters_width(filters)};
    ond_array image = random_array(&random, 2, shape);
    ond_array codes = {0};
    ond_array back = {0};
    ond_array wanted = {0};
    ond_array wanted_back = {0};
    ond_dictionary *dictionary = NULL;
    assert_ok(ond_dictionary_create_bank(filters, &dictionary));
    assert_ok(ond_dictionary_adjoint(dictionary, &image, &codes));
    assert_ok(ond_filters_analysis(filters, &image, &wanted));
    assert_ok(ond_dictionary_apply(dictionary, &codes, &back));
    assert_ok(ond_filters_adjoint(filters, &wanted, &wanted_back));
    size_t plane = shape[0] * shape[1];
    size_t atom = 0;
    double error = 0;
    for (size_t i = 0; i < ond_filters_count(filters); i++) {
        for (size_t part = 0; part < (ond_filters_info(filters, i).one_sided ? 2u : 1u); part++, atom++) {
            const float *row = wanted.data + (i * (is_complex ? 2 : 1) + part) * plane;
            for (size_t k = 0; k < plane; k++) {
                error += pow((double)codes.data[atom * plane + k] - (double)row[k], 2);
            }
        }
    }
    assert_int_equal(atom, ond_dictionary_describe(dictionary).atoms);
    assert_true(sqrt(error) < 2e-6 * norm_of(&wanted));
    ond_array view = ond_array_view(back.data, 2, shape);
    assert_true(relative_error(&view, &wanted_back) < 5e-6);
    ond_dictionary_destroy(dictionary);
    ond_array_free(&image);
    ond_array_free(&codes);
    ond_array_free(&back);
    ond_array_free(&wanted);
    ond_array_free(&wanted_back);
}

static void a_bank_is_a_dictionary(void **state)
{
    (void)state;
    size_t grids[2][2] = {{32, 40}, {33, 27}};
    for (int i = 0; i < 2; i++) {
        ond_shearlet_config shearlet = ond_shearlet_config_default();
        shearlet.scales = 2;
        shearlet.height = (int)grids[i][0];
        shearlet.width = (int)grids[i][1];
        ond_spline_config spline = {2, 4, (int)grids[i][0], (int)grids[i][1]};
        ond_filters *filters = NULL;
        assert_ok(ond_shearlet_create(&shearlet, &filters));
        check_bank(filters, false);
        ond_filters_destroy(filters);
        assert_ok(ond_spline_create(&spline, &filters));
        check_bank(filters, true);
        ond_filters_destroy(filters);
    }
}

static void threads_give_the_same_bits(void **state)
{
    (void)state;
    test_random random = {540};
    sizes s = {5, 2, 3, 4, 1, 0, 0, OND_BORDER_CIRCULAR};
    ond_dictionary *dictionary = random_dictionary(&random, &s);
    size_t shape[4] = {7, 2, 12, 10};
    ond_array batch = random_array(&random, 4, shape);
    ond_array one = {0};
    ond_array three = {0};
    ond_array single = {0};
    assert_ok(ond_dictionary_adjoint(dictionary, &batch, &one));
    assert_ok(ond_threads_set(3));
    assert_ok(ond_dictionary_adjoint(dictionary, &batch, &three));
    assert_ok(ond_threads_set(1));
    assert_memory_equal(one.data, three.data, ond_array_count(&one) * sizeof(float));
    ond_array item = ond_array_item(&batch, 6);
    ond_array last = ond_array_item(&one, 6);
    assert_ok(ond_dictionary_adjoint(dictionary, &item, &single));
    assert_memory_equal(single.data, last.data, ond_array_count(&single) * sizeof(float));
    ond_array_free(&batch);
    ond_array_free(&one);
    ond_array_free(&three);
    ond_array_free(&single);
    ond_dictionary_destroy(dictionary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct_products_are_the_definition_and_adjoint),
        cmocka_unit_test(fourier_products_are_the_definition_and_adjoint),
        cmocka_unit_test(the_norm_is_the_largest_gain),
        cmocka_unit_test(the_norm_of_one_position_is_that_of_a_matrix),
        cmocka_unit_test(the_effective_dictionary_is_the_chain),
        cmocka_unit_test(a_bank_is_a_dictionary),
        cmocka_unit_test(threads_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
