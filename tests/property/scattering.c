/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "fft/fft.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

/* Laws of the scattering transform: Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, section 8.3.
 */

enum { SIZE = 64 };

static ond_scattering *make(bool spline, int scales, const ond_scattering_config *config)
{
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_spline_config spline_config = ond_spline_config_default();
    ond_morlet_config morlet_config = ond_morlet_config_default();
    spline_config.scales = scales;
    spline_config.orientations = 6;
    morlet_config.scales = scales;
    morlet_config.orientations = 6;
    assert_ok(spline ? ond_spline_create(&spline_config, &filters) : ond_morlet_create(&morlet_config, &filters));
    assert_ok(ond_scattering_create(filters, config, &scattering));
    ond_filters_destroy(filters);
    return scattering;
}

/* On the torus, sampled at every pixel: the norms of the theorems. */
static ond_scattering_config undecimated(int scales, int order)
{
    ond_scattering_config config = ond_scattering_config_default();
    config.padding = OND_PADDING_PERIODIC;
    config.order = order;
    config.oversampling = scales;
    return config;
}

static double distance(const ond_array *x, const ond_array *y)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(x); i++) {
        sum += ((double)x->data[i] - (double)y->data[i]) * ((double)x->data[i] - (double)y->data[i]);
    }
    return sqrt(sum);
}

static double feature_distance(const ond_scattering *scattering, const ond_array *x, const ond_array *y)
{
    ond_array first = {0};
    ond_array second = {0};
    assert_ok(ond_scattering_apply(scattering, x, &first));
    assert_ok(ond_scattering_apply(scattering, y, &second));
    double result = distance(&first, &second);
    ond_array_free(&first);
    ond_array_free(&second);
    return result;
}

static ond_array random_image(test_random *random)
{
    return random_array(random, 2, (size_t[2]){SIZE, SIZE});
}

static void unitary_scattering_never_moves_images_apart(void **state)
{
    (void)state;
    test_random random = {30};
    ond_scattering_config config = undecimated(3, 2);
    ond_scattering *scattering = make(true, 3, &config);
    for (int trial = 0; trial < 5; trial++) {
        ond_array x = random_image(&random);
        ond_array y = random_image(&random);
        for (size_t i = 0; trial % 2 && i < SIZE * SIZE; i++) {
            y.data[i] = x.data[i] + 0.05f * y.data[i]; /* near pairs as well as far ones */
        }
        assert_true(feature_distance(scattering, &x, &y) <= (1 + 1e-5) * distance(&x, &y));
        ond_array_free(&x);
        ond_array_free(&y);
    }
    ond_scattering_destroy(scattering);
}

static void shift(const ond_array *x, size_t rows, size_t columns, ond_array *shifted)
{
    assert_ok(ond_array_resize(shifted, 2, x->shape));
    for (size_t row = 0; row < SIZE; row++) {
        for (size_t column = 0; column < SIZE; column++) {
            shifted->data[(row + rows) % SIZE * SIZE + (column + columns) % SIZE] = x->data[row * SIZE + column];
        }
    }
}

static void shift_by_the_stride_moves_outputs_by_one(void **state)
{
    (void)state;
    test_random random = {31};
    for (int bank = 0; bank < 2; bank++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.padding = OND_PADDING_PERIODIC;
        ond_scattering *scattering = make(bank == 1, 3, &config);
        ond_array x = random_image(&random);
        ond_array moved = {0};
        ond_array first = {0};
        ond_array second = {0};
        shift(&x, 8, 24, &moved);
        assert_ok(ond_scattering_apply(scattering, &x, &first));
        assert_ok(ond_scattering_apply(scattering, &moved, &second));
        double largest = 0;
        for (size_t i = 0; i < ond_array_count(&first); i++) {
            size_t row = i / 8 % 8;
            size_t column = i % 8;
            size_t there = i / 64 * 64 + (row + 1) % 8 * 8 + (column + 3) % 8;
            largest = fmax(largest, fabs((double)first.data[i] - (double)second.data[there]));
        }
        assert_true(largest < 1e-5);
        ond_array_free(&x);
        ond_array_free(&moved);
        ond_array_free(&first);
        ond_array_free(&second);
        ond_scattering_destroy(scattering);
    }
}

/* ‖S x_c − S x‖ falls with the scale of the low-pass while ‖x_c − x‖ stays (theorem 8.3). */
static void features_become_invariant_to_shifts_as_the_scale_grows(void **state)
{
    (void)state;
    test_random random = {32};
    ond_array x = random_image(&random);
    ond_array moved = {0};
    shift(&x, 1, 2, &moved);
    double previous = distance(&x, &moved);
    for (int scales = 2; scales <= 5; scales++) {
        ond_scattering_config config = undecimated(scales, 2);
        ond_scattering *scattering = make(true, scales, &config);
        double change = feature_distance(scattering, &x, &moved);
        assert_true(change < 0.7 * previous);
        previous = change;
        ond_scattering_destroy(scattering);
    }
    assert_true(previous < 0.05 * distance(&x, &moved));
    ond_array_free(&x);
    ond_array_free(&moved);
}

/* A high-frequency wave under a Gaussian, dilated about the centre by 1 − strain: x(u − τ(u)), τ(u) = strain · u. */
static ond_array dilated_wave(double strain)
{
    ond_array x = {0};
    assert_ok(ond_array_resize(&x, 2, (size_t[2]){SIZE, SIZE}));
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        double u = ((double)(i / SIZE) - SIZE / 2) * (1 - strain);
        double v = ((double)(i % SIZE) - SIZE / 2) * (1 - strain);
        x.data[i] = (float)(exp(-(u * u + v * v) / (2 * 10 * 10)) * cos(2.2 * u + 0.8 * v));
    }
    return x;
}

static double fourier_modulus_distance(const ond_array *x, const ond_array *y)
{
    ond_fft *fft = NULL;
    assert_ok(ond_fft_create(SIZE, SIZE, OND_FFT_FORWARD, OND_PLANNING_ESTIMATE, &fft));
    size_t count = SIZE * fft->complex_stride;
    ond_complex *planes = ond_memory_allocate_zero(2 * count, sizeof *planes);
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        size_t place = i / SIZE * fft->complex_stride + i % SIZE;
        planes[place].re = x->data[i];
        planes[count + place].re = y->data[i];
    }
    ond_fft_forward(fft, planes);
    ond_fft_forward(fft, planes + count);
    double sum = 0;
    for (size_t i = 0; i < SIZE * SIZE; i++) {
        size_t place = i / SIZE * fft->complex_stride + i % SIZE;
        double a = hypot((double)planes[place].re, (double)planes[place].im);
        double b = hypot((double)planes[count + place].re, (double)planes[count + place].im);
        sum += (a - b) * (a - b);
    }
    ond_memory_free(planes);
    ond_fft_destroy(fft);
    return sqrt(sum) / SIZE;
}

/* Theorem 8.9: the change is at most a constant times ‖∇τ‖, while the Fourier modulus jumps at once (section 8.2). */
static void change_under_deformation_is_linear_in_the_strain(void **state)
{
    (void)state;
    ond_scattering_config config = undecimated(3, 2);
    ond_scattering *scattering = make(true, 3, &config);
    ond_array x = dilated_wave(0);
    const double strains[] = {0.01, 0.02, 0.04, 0.08};
    double ratio[4];
    double fourier[4];
    for (int i = 0; i < 4; i++) {
        ond_array deformed = dilated_wave(strains[i]);
        ratio[i] = feature_distance(scattering, &x, &deformed) / norm_of(&x) / strains[i];
        fourier[i] = fourier_modulus_distance(&x, &deformed) / norm_of(&x) / strains[i];
        ond_array_free(&deformed);
    }
    for (int i = 0; i < 4; i++) {
        assert_true(ratio[i] < 4);
        assert_true(ratio[i] > 0.5 * ratio[0] && ratio[i] < 2 * ratio[0]);
    }
    assert_true(fourier[0] > 3 * ratio[0]); /* no such constant for the Fourier modulus */
    ond_array_free(&x);
    ond_scattering_destroy(scattering);
}

static void energy_is_conserved_at_every_order(void **state)
{
    (void)state;
    test_random random = {33};
    for (int order = 0; order <= 4; order++) {
        for (int padding = OND_PADDING_REFLECT; padding <= OND_PADDING_PERIODIC; padding++) {
            ond_scattering_config config = ond_scattering_config_default();
            config.order = order;
            config.padding = (ond_padding)padding;
            ond_scattering *scattering = make(true, 4, &config);
            ond_array x = random_array(&random, 2, (size_t[2]){padding == OND_PADDING_PERIODIC ? 48 : 41, 56});
            ond_scattering_energy energy;
            assert_ok(ond_scattering_measure_energy(scattering, &x, &energy));
            double sum = energy.discarded + energy.propagated;
            for (int m = 0; m <= order; m++) {
                sum += energy.averaged[m];
            }
            assert_true(fabs(sum / energy.image - 1) < 1e-5);
            ond_array_free(&x);
            ond_scattering_destroy(scattering);
        }
    }
}

/* The energies are those of the features themselves, summed at every pixel. */
static void energy_of_an_order_is_that_of_its_features(void **state)
{
    (void)state;
    test_random random = {34};
    for (int bank = 0; bank < 2; bank++) {
        ond_scattering_config config = undecimated(2, 2);
        ond_scattering *scattering = make(bank == 1, 2, &config);
        ond_array x = random_image(&random);
        ond_array features = {0};
        ond_scattering_energy energy;
        assert_ok(ond_scattering_apply(scattering, &x, &features));
        assert_ok(ond_scattering_measure_energy(scattering, &x, &energy));
        double sums[3] = {0};
        for (size_t channel = 0; channel < features.shape[0]; channel++) {
            ond_array plane = ond_array_item(&features, channel);
            sums[ond_scattering_path_at(scattering, channel).order] += inner_product(&plane, &plane);
        }
        for (int m = 0; m <= 2; m++) {
            assert_true(fabs(sums[m] / energy.averaged[m] - 1) < 1e-4);
        }
        ond_array_free(&x);
        ond_array_free(&features);
        ond_scattering_destroy(scattering);
    }
}

static void energy_left_for_higher_orders_decays(void **state)
{
    (void)state;
    test_random random = {35};
    ond_array x = random_image(&random);
    double previous = HUGE_VAL;
    for (int order = 0; order <= 4; order++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.padding = OND_PADDING_PERIODIC;
        config.order = order;
        ond_scattering *scattering = make(true, 5, &config);
        ond_scattering_energy energy;
        assert_ok(ond_scattering_measure_energy(scattering, &x, &energy));
        assert_true(energy.propagated < 0.5 * previous);
        previous = energy.propagated;
        ond_scattering_destroy(scattering);
    }
    ond_array_free(&x);
}

static void threads_and_batches_give_the_same_bits(void **state)
{
    (void)state;
    test_random random = {36};
    for (int bank = 0; bank < 2; bank++) {
        ond_scattering *scattering = make(bank == 1, 3, NULL);
        ond_array images = random_array(&random, 3, (size_t[3]){5, 40, 33});
        ond_array wanted = {0};
        ond_array found = {0};
        assert_ok(ond_scattering_apply(scattering, &images, &wanted));
        for (int threads = 2; threads <= 7; threads++) { /* over images, then over paths */
            assert_ok(ond_threads_set(threads));
            assert_ok(ond_scattering_apply(scattering, &images, &found));
            assert_memory_equal(found.data, wanted.data, ond_array_count(&wanted) * sizeof(float));
        }
        assert_ok(ond_threads_set(1));
        for (size_t i = 0; i < 5; i++) {
            ond_array image = ond_array_item(&images, i);
            ond_array own = ond_array_item(&wanted, i);
            assert_ok(ond_scattering_apply(scattering, &image, &found));
            assert_memory_equal(found.data, own.data, ond_array_count(&own) * sizeof(float));
        }
        ond_array_free(&images);
        ond_array_free(&wanted);
        ond_array_free(&found);
        ond_scattering_destroy(scattering);
    }
}

/* The features of `count` images, at any number of threads, beside those of each alone. */
static void compare_to_each_alone(const ond_scattering *scattering, const ond_array *images)
{
    ond_array wanted = {0};
    ond_array found = {0};
    for (int threads = 1; threads <= 3; threads++) {
        assert_ok(ond_threads_set(threads));
        assert_ok(ond_scattering_apply(scattering, images, &found));
        assert_ok(ond_threads_set(1));
        for (size_t i = 0; i < images->shape[0]; i++) {
            ond_array image = ond_array_item(images, i);
            ond_array own = ond_array_item(&found, i);
            assert_ok(ond_scattering_apply(scattering, &image, &wanted));
            assert_memory_equal(own.data, wanted.data, ond_array_count(&own) * sizeof(float));
        }
    }
    ond_array_free(&wanted);
    ond_array_free(&found);
}

/* Sixteen small images go together, one in each lane of a vector; what is left over alone or in a stack of its own. */
static void stacks_of_small_images_give_the_bits_of_each_alone(void **state)
{
    (void)state;
    static const size_t shapes[][3]
        = {{10, 8, 8}, {16, 13, 20}, {21, 28, 28}, {42, 17, 24}, {28, 44, 12}, {33, 32, 32}};
    test_random random = {37};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        ond_scattering_config config = ond_scattering_config_default();
        config.order = s == 0 ? 0 : s == 3 ? 3 : 2;
        config.padding = s == 2 ? OND_PADDING_KYMATIO : s == 4 ? OND_PADDING_PERIODIC : OND_PADDING_REFLECT;
        config.oversampling = s == 1 ? 1 : 0;
        config.normalize = s == 5;
        config.averaging = s == 5 ? OND_AVERAGING_GLOBAL : OND_AVERAGING_LOCAL;
        ond_scattering *scattering = make(s == 1, s == 3 ? 3 : 2, &config);
        ond_array images = random_array(&random, 3, shapes[s]);
        compare_to_each_alone(scattering, &images);
        ond_array_free(&images);
        ond_scattering_destroy(scattering);
    }
}

static void bad_images_of_a_stack_are_named(void **state)
{
    (void)state;
    test_random random = {38};
    ond_scattering *scattering = make(false, 2, NULL);
    ond_array images = random_array(&random, 3, (size_t[3]){20, 16, 16});
    ond_array features = {0};
    images.data[13 * 256 + 5] = INFINITY;
    images.data[18 * 256] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "image 13 holds inf at row 0, column 5",
                 ond_scattering_apply(scattering, &images, &features));
    images.data[13 * 256 + 5] = 3e38f;
    images.data[13 * 256 + 6] = -3e38f;
    images.data[18 * 256] = 0;
    assert_fails(OND_ERROR_ARGUMENT, "image 13 overflows", ond_scattering_apply(scattering, &images, &features));
    images.data[13 * 256 + 5] = images.data[13 * 256 + 6] = 0;
    compare_to_each_alone(scattering, &images); /* nothing of the overflow is left */
    ond_array_free(&images);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unitary_scattering_never_moves_images_apart),
        cmocka_unit_test(shift_by_the_stride_moves_outputs_by_one),
        cmocka_unit_test(features_become_invariant_to_shifts_as_the_scale_grows),
        cmocka_unit_test(change_under_deformation_is_linear_in_the_strain),
        cmocka_unit_test(energy_is_conserved_at_every_order),
        cmocka_unit_test(energy_of_an_order_is_that_of_its_features),
        cmocka_unit_test(energy_left_for_higher_orders_decays),
        cmocka_unit_test(threads_and_batches_give_the_same_bits),
        cmocka_unit_test(stacks_of_small_images_give_the_bits_of_each_alone),
        cmocka_unit_test(bad_images_of_a_stack_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
