/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/test.h"

#include <math.h>
#include <string.h>

static const ond_denoise_method methods[]
    = {OND_DENOISE_AUTO, OND_DENOISE_UNION, OND_DENOISE_SHEARLET, OND_DENOISE_LOCAL, OND_DENOISE_WAVELET};
enum { METHODS = sizeof methods / sizeof methods[0] };

/* Smooth shading, a disc, a slanted bar and stripes: 20…235. */
static float scene(double row, double column)
{
    double value = 90 + 50 * sin(row / 37) * cos(column / 53);
    double distance = hypot(row - 40, column - 45);
    double slanted = row - 0.6 * column;
    if (distance < 24) {
        value = 210;
    }
    if (slanted > 20 && slanted < 30) {
        value = 40;
    }
    if (row > 90) {
        value += 25 * sin(column * 1.1);
    }
    return (float)value;
}

static ond_array picture(size_t channels, size_t height, size_t width)
{
    ond_array image = {0};
    size_t shape[3] = {channels, height, width};
    assert_ok(ond_array_resize(&image, channels == 1 ? 2 : 3, channels == 1 ? shape + 1 : shape));
    for (size_t i = 0; i < channels * height * width; i++) {
        size_t place = i % (height * width);
        double shift = (double)(i / (height * width)) * 3;
        image.data[i] = scene((double)(place / width) + shift, (double)(place % width));
    }
    return image;
}

static ond_array add_noise(const ond_array *clean, double noise_std, uint64_t seed)
{
    test_random random = {seed};
    ond_array noisy = {0};
    assert_ok(ond_array_resize(&noisy, clean->rank, clean->shape));
    for (size_t i = 0; i < ond_array_count(clean); i++) {
        noisy.data[i] = (float)((double)clean->data[i] + noise_std * random_normal(&random));
    }
    return noisy;
}

static double mean_square(const ond_array *a, const ond_array *b)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(a); i++) {
        double difference = (double)a->data[i] - (double)b->data[i];
        sum += difference * difference;
    }
    return sum / (double)ond_array_count(a);
}

static double gain_db(const ond_array *noisy, const ond_array *clean, const ond_array *wanted)
{
    return 10 * log10(mean_square(noisy, wanted) / mean_square(clean, wanted));
}

static void assert_finite(const ond_array *array)
{
    for (size_t i = 0; i < ond_array_count(array); i++) {
        assert_true(isfinite(array->data[i]));
    }
}

static ond_denoise_config config_of(ond_denoise_method method, double noise_std)
{
    ond_denoise_config config = ond_denoise_config_default();
    config.method = method;
    config.noise_std = noise_std;
    return config;
}

/* Gain over the noisy picture in dB. */
static double denoised_gain(ond_denoise_method method, size_t channels, double noise_std)
{
    ond_array wanted = picture(channels, 120, 131);
    ond_array noisy = add_noise(&wanted, noise_std, 17);
    ond_array clean = {0};
    ond_denoise_config config = config_of(method, noise_std);
    double used = 0;
    assert_ok(ond_denoise(&noisy, &config, &clean, &used));
    assert_true(used == noise_std);
    assert_int_equal(clean.rank, noisy.rank);
    double gain = gain_db(&noisy, &clean, &wanted);
    ond_array_free(&wanted);
    ond_array_free(&noisy);
    ond_array_free(&clean);
    return gain;
}

static void every_method_takes_most_of_the_noise_away(void **state)
{
    (void)state;
    for (size_t m = 0; m < METHODS; m++) {
        for (size_t channels = 1; channels <= 3; channels += 2) {
            assert_true(denoised_gain(methods[m], channels, 10) > 6);
            assert_true(denoised_gain(methods[m], channels, 40) > 9);
        }
    }
}

static void union_is_better_than_its_parts(void **state)
{
    (void)state;
    double both = denoised_gain(OND_DENOISE_UNION, 1, 25);
    assert_true(both > denoised_gain(OND_DENOISE_SHEARLET, 1, 25));
    assert_true(both > denoised_gain(OND_DENOISE_LOCAL, 1, 25));
    assert_true(denoised_gain(OND_DENOISE_AUTO, 1, 25) >= both);
}

static void the_result_does_not_depend_on_the_units(void **state)
{
    (void)state;
    ond_array noisy = picture(1, 40, 50);
    ond_array large = {0};
    ond_array clean = {0};
    ond_array scaled = {0};
    assert_ok(ond_array_resize(&large, 2, noisy.shape));
    for (size_t m = 0; m < METHODS; m++) {
        ond_denoise_config config = config_of(methods[m], 20);
        assert_ok(ond_denoise(&noisy, &config, &clean, NULL));
        for (int power = -60; power <= 60; power += 30) {
            for (size_t i = 0; i < ond_array_count(&noisy); i++) {
                large.data[i] = ldexpf(noisy.data[i], power);
            }
            config.noise_std = ldexp(20, power);
            assert_ok(ond_denoise(&large, &config, &scaled, NULL));
            for (size_t i = 0; i < ond_array_count(&noisy); i++) {
                scaled.data[i] = ldexpf(scaled.data[i], -power);
            }
            assert_finite(&scaled);
            assert_true(relative_error(&scaled, &clean) < 1e-6);
        }
    }
    ond_array_free(&noisy);
    ond_array_free(&large);
    ond_array_free(&clean);
    ond_array_free(&scaled);
}

static void any_size_gives_a_finite_picture_of_that_size(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {5, 80}, {80, 5}, {7, 8}, {8, 8}, {31, 33}};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        for (size_t m = 0; m < METHODS; m++) {
            for (size_t channels = 1; channels <= 3; channels += 2) {
                ond_array noisy = picture(channels, sizes[s][0], sizes[s][1]);
                ond_array clean = {0};
                double used = -1;
                ond_denoise_config config = config_of(methods[m], m % 2 ? 12 : 0);
                assert_ok(ond_denoise(&noisy, &config, &clean, &used));
                assert_true(isfinite(used) && used >= 0);
                assert_int_equal(ond_array_count(&clean), ond_array_count(&noisy));
                assert_finite(&clean);
                ond_array_free(&noisy);
                ond_array_free(&clean);
            }
        }
    }
}

static void absurd_noise_gives_a_finite_picture(void **state)
{
    (void)state;
    static const double absurd[] = {1e-30, 1e-9, 1e9, 1e30};
    ond_array noisy = picture(1, 33, 20);
    ond_array clean = {0};
    for (size_t m = 0; m < METHODS; m++) {
        for (size_t i = 0; i < sizeof absurd / sizeof absurd[0]; i++) {
            for (int model = 0; model < 2; model++) {
                ond_denoise_config config = config_of(methods[m], absurd[i]);
                config.noise = (ond_noise_model)model;
                assert_ok(ond_denoise(&noisy, &config, &clean, NULL));
                assert_finite(&clean);
                if (absurd[i] < 1e-3 && model == OND_NOISE_GAUSSIAN) {
                    assert_true(relative_error(&clean, &noisy) < 1e-5);
                }
            }
        }
    }
    ond_array_free(&noisy);
    ond_array_free(&clean);
}

static void constant_picture_stays_as_it_is(void **state)
{
    (void)state;
    ond_array noisy = {0};
    ond_array clean = {0};
    size_t shape[3] = {3, 24, 17};
    assert_ok(ond_array_resize(&noisy, 3, shape));
    for (size_t i = 0; i < ond_array_count(&noisy); i++) {
        noisy.data[i] = 77;
    }
    for (size_t m = 0; m < METHODS; m++) {
        for (int model = 0; model < 2; model++) {
            double used = -1;
            ond_denoise_config config = config_of(methods[m], 0);
            config.noise = (ond_noise_model)model;
            assert_ok(ond_denoise(&noisy, &config, &clean, &used));
            assert_true(used < 1e-3);
            assert_true(relative_error(&clean, &noisy) < 1e-5);
            config = config_of(methods[m], 10);
            assert_ok(ond_denoise(&noisy, &config, &clean, NULL));
            assert_true(relative_error(&clean, &noisy) < 1e-5);
        }
    }
    ond_array_free(&noisy);
    ond_array_free(&clean);
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    ond_array wanted = picture(3, 70, 83);
    ond_array noisy = add_noise(&wanted, 20, 3);
    ond_array one = {0};
    ond_array many = {0};
    for (size_t m = 0; m < METHODS; m++) {
        ond_denoise_config config = config_of(methods[m], 0);
        assert_ok(ond_threads_set(1));
        assert_ok(ond_denoise(&noisy, &config, &one, NULL));
        for (int threads = 2; threads <= 7; threads += 5) {
            assert_ok(ond_threads_set(threads));
            assert_ok(ond_denoise(&noisy, &config, &many, NULL));
            assert_memory_equal(one.data, many.data, ond_array_count(&one) * sizeof(float));
        }
    }
    assert_ok(ond_threads_set(1));
    ond_array_free(&wanted);
    ond_array_free(&noisy);
    ond_array_free(&one);
    ond_array_free(&many);
}

static void one_denoiser_serves_every_image_of_its_size(void **state)
{
    (void)state;
    ond_denoiser *denoiser = NULL;
    assert_ok(ond_denoiser_create(NULL, NULL, 40, 37, &denoiser));
    ond_array once = {0};
    ond_array again = {0};
    double sigma_once = 0;
    double sigma_again = 0;
    for (size_t channels = 1; channels <= 3; channels += 2) {
        ond_array noisy = picture(channels, 40, 37);
        assert_ok(ond_denoise(&noisy, NULL, &once, &sigma_once));
        assert_ok(ond_denoiser_apply(denoiser, &noisy, &again, &sigma_again));
        assert_memory_equal(once.data, again.data, ond_array_count(&once) * sizeof(float));
        assert_true(sigma_once == sigma_again);
        ond_array_free(&noisy);
    }
    ond_array other = picture(1, 37, 40);
    assert_fails(OND_ERROR_SHAPE, "the image is 37 x 40, the denoiser was made for 40 x 37",
                 ond_denoiser_apply(denoiser, &other, &again, NULL));
    assert_fails(OND_ERROR_SHAPE, "0 x 40", ond_denoiser_create(NULL, NULL, 0, 40, &denoiser));
    ond_denoiser_destroy(denoiser);
    ond_array_free(&other);
    ond_array_free(&once);
    ond_array_free(&again);
}

static void output_may_be_the_input(void **state)
{
    (void)state;
    ond_array noisy = picture(3, 40, 37);
    ond_array clean = {0};
    for (size_t m = 0; m < METHODS; m++) {
        ond_denoise_config config = config_of(methods[m], 15);
        ond_array in_place = {0};
        assert_ok(ond_array_resize(&in_place, 3, noisy.shape));
        memcpy(in_place.data, noisy.data, ond_array_count(&noisy) * sizeof(float));
        assert_ok(ond_denoise(&noisy, &config, &clean, NULL));
        assert_ok(ond_denoise(&in_place, &config, &in_place, NULL));
        assert_memory_equal(in_place.data, clean.data, ond_array_count(&noisy) * sizeof(float));
        ond_array_free(&in_place);
    }
    ond_array borrowed = ond_array_view(clean.data, 2, clean.shape);
    assert_fails(OND_ERROR_SHAPE, "3 x 40 x 37", ond_denoise(&noisy, NULL, &borrowed, NULL));
    ond_array_free(&noisy);
    ond_array_free(&clean);
}

/* The gray picture in three channels. */
static ond_array repeated(const ond_array *gray)
{
    ond_array color = {0};
    size_t count = ond_array_count(gray);
    assert_ok(ond_array_resize(&color, 3, (size_t[]){3, gray->shape[0], gray->shape[1]}));
    for (size_t i = 0; i < 3 * count; i++) {
        color.data[i] = gray->data[i % count];
    }
    return color;
}

static void a_gray_picture_in_color_is_denoised_as_a_gray_one(void **state)
{
    (void)state;
    ond_array wanted = picture(1, 60, 72);
    ond_array gray = add_noise(&wanted, 20, 5);
    ond_array color = repeated(&gray);
    ond_array clean_gray = {0}, clean_color = {0};
    for (double noise_std = 0; noise_std <= 20; noise_std += 20) {
        ond_denoise_config config = config_of(OND_DENOISE_UNION, noise_std);
        double found[2];
        assert_ok(ond_denoise(&gray, &config, &clean_gray, &found[0]));
        assert_ok(ond_denoise(&color, &config, &clean_color, &found[1]));
        assert_true(found[0] > 0 && found[0] == found[1]);
        ond_array expected = repeated(&clean_gray);
        assert_memory_equal(clean_color.data, expected.data, ond_array_count(&expected) * sizeof(float));
        ond_array_free(&expected);
    }
    ond_array_free(&wanted);
    ond_array_free(&gray);
    ond_array_free(&color);
    ond_array_free(&clean_gray);
    ond_array_free(&clean_color);
}

static void noise_in_the_brightness_alone_is_found_in_color(void **state)
{
    (void)state;
    ond_array wanted = picture(3, 150, 160), flat = {0}, clean = {0};
    assert_ok(ond_array_resize(&flat, 2, wanted.shape + 1));
    memset(flat.data, 0, ond_array_count(&flat) * sizeof(float));
    ond_array noise = add_noise(&flat, 15, 9), noisy = repeated(&noise);
    for (size_t i = 0; i < ond_array_count(&noisy); i++) {
        noisy.data[i] += wanted.data[i];
    }
    double found = 0;
    assert_ok(ond_denoise(&noisy, NULL, &clean, &found));
    assert_true(found > 12 && found < 18);
    assert_true(gain_db(&noisy, &clean, &wanted) > 6);
    ond_array_free(&wanted);
    ond_array_free(&flat);
    ond_array_free(&noise);
    ond_array_free(&noisy);
    ond_array_free(&clean);
}

/* Photon counts, to be denoised better with the right model. */
static ond_array count_photons(const ond_array *mean, double gain)
{
    test_random random = {21};
    ond_array counts = {0};
    assert_ok(ond_array_resize(&counts, mean->rank, mean->shape));
    for (size_t i = 0; i < ond_array_count(mean); i++) {
        double limit = exp(-(double)mean->data[i] / gain);
        double product = random_uniform(&random);
        int count = 0;
        for (; product > limit; count++) {
            product *= random_uniform(&random);
        }
        counts.data[i] = (float)(gain * count);
    }
    return counts;
}

static void poisson_noise_is_stabilised(void **state)
{
    (void)state;
    static const double gain = 20;
    ond_array mean = picture(1, 150, 160);
    ond_array counts = count_photons(&mean, gain);
    ond_array poisson = {0};
    ond_array gaussian = {0};
    double found = 0;
    ond_denoise_config config = config_of(OND_DENOISE_AUTO, sqrt(gain));
    config.noise = OND_NOISE_POISSON;
    assert_ok(ond_denoise(&counts, &config, &poisson, NULL));
    assert_ok(ond_denoise(&counts, NULL, &gaussian, NULL));
    double gained = gain_db(&counts, &poisson, &mean);
    assert_true(gained > 9 && gained > gain_db(&counts, &gaussian, &mean) + 0.3);
    config.noise_std = 0;
    assert_ok(ond_denoise(&counts, &config, &poisson, &found));
    assert_true(found > 0.85 * sqrt(gain) && found < 1.15 * sqrt(gain));
    assert_true(gain_db(&counts, &poisson, &mean) > gained - 0.5);
    ond_array_free(&mean);
    ond_array_free(&counts);
    ond_array_free(&poisson);
    ond_array_free(&gaussian);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    ond_array image = picture(1, 12, 13);
    ond_array clean = {0};
    ond_array empty = {0};
    ond_denoise_config config = config_of(OND_DENOISE_AUTO, -1);
    assert_fails(OND_ERROR_ARGUMENT, "noise_std = -1", ond_denoise(&image, &config, &clean, NULL));
    config = config_of((ond_denoise_method)99, 0);
    assert_fails(OND_ERROR_ARGUMENT, "99", ond_denoise(&image, &config, &clean, NULL));
    config = config_of(OND_DENOISE_AUTO, (double)NAN);
    assert_fails(OND_ERROR_ARGUMENT, "noise_std", ond_denoise(&image, &config, &clean, NULL));
    assert_fails(OND_ERROR_ARGUMENT, "missing", ond_denoise(&empty, NULL, &clean, NULL));
    ond_array line = ond_array_view(image.data, 1, (size_t[1]){12});
    assert_fails(OND_ERROR_SHAPE, "[height, width]", ond_denoise(&line, NULL, &clean, NULL));
    ond_array two = ond_array_view(image.data, 3, (size_t[3]){2, 6, 13});
    assert_fails(OND_ERROR_SHAPE, "2 x 6 x 13", ond_denoise(&two, NULL, &clean, NULL));
    image.data[20] = NAN;
    assert_fails(OND_ERROR_ARGUMENT, "nan", ond_denoise(&image, NULL, &clean, NULL));
    image.data[20] = -INFINITY;
    assert_fails(OND_ERROR_ARGUMENT, "inf", ond_denoise(&image, NULL, &clean, NULL));
    ond_array_free(&image);
    ond_array_free(&clean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_takes_most_of_the_noise_away),
        cmocka_unit_test(union_is_better_than_its_parts),
        cmocka_unit_test(the_result_does_not_depend_on_the_units),
        cmocka_unit_test(any_size_gives_a_finite_picture_of_that_size),
        cmocka_unit_test(absurd_noise_gives_a_finite_picture),
        cmocka_unit_test(constant_picture_stays_as_it_is),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(one_denoiser_serves_every_image_of_its_size),
        cmocka_unit_test(output_may_be_the_input),
        cmocka_unit_test(a_gray_picture_in_color_is_denoised_as_a_gray_one),
        cmocka_unit_test(noise_in_the_brightness_alone_is_found_in_color),
        cmocka_unit_test(poisson_noise_is_stabilised),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
