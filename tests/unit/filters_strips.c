/* SPDX-License-Identifier: BSD-3-Clause */
#include "filters/bands.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILTERS = 4 };

/* What a filter keeps: signed columns and rows at most this far from 0, columns at least that far. */
typedef struct kept {
    size_t rows, first_column, last_column;
} kept;

static size_t distance(size_t index, size_t size)
{
    return index < size - index ? index : size - index;
}

/* Random even spectra; columns 0 and width/2, where a real transform sees the even part alone, are not even. */
static ond_array make_spectra(test_random *random, size_t height, size_t width)
{
    const kept parts[FILTERS]
        = {{height, 0, width}, {height, 17, 23}, {height / 4, 0, width}, {height / 3, width / 3, width}};
    ond_array spectra = random_array(random, 3, (size_t[3]){FILTERS, height, width});
    for (size_t i = 0; i < FILTERS; i++) {
        float *plane = spectra.data + i * height * width;
        for (size_t row = 0; row < height; row++) {
            for (size_t column = 0; column < width; column++) {
                size_t far = distance(column, width);
                bool is_kept = distance(row, height) <= parts[i].rows && far >= parts[i].first_column
                               && far <= parts[i].last_column;
                size_t opposite = (height - row) % height * width + width - column;
                float value = plane[2 * column > width ? opposite : row * width + column];
                plane[row * width + column] = is_kept ? value : 0;
            }
        }
    }
    return spectra;
}

static ond_filters *make_bank(test_random *random, size_t height, size_t width, ond_array *spectra)
{
    ond_filter_info infos[FILTERS];
    memset(infos, 0, sizeof infos);
    ond_filters *filters = NULL;
    *spectra = make_spectra(random, height, width);
    assert_ok(ond_filters_create("random", spectra, infos, &filters));
    return filters;
}

/* One axis of a direct transform in double: z[k · step] for k < size, e^{sign i 2π jk / size}. */
static void transform_line(double *re, double *im, size_t size, size_t step, double sign)
{
    double out[2][128];
    for (size_t k = 0; k < size; k++) {
        out[0][k] = out[1][k] = 0;
        for (size_t j = 0; j < size; j++) {
            double angle = sign * 2 * acos(-1.0) * (double)(j * k % size) / (double)size;
            out[0][k] += re[j * step] * cos(angle) - im[j * step] * sin(angle);
            out[1][k] += re[j * step] * sin(angle) + im[j * step] * cos(angle);
        }
    }
    for (size_t k = 0; k < size; k++) {
        re[k * step] = out[0][k];
        im[k * step] = out[1][k];
    }
}

static void transform_plane(double *re, double *im, size_t height, size_t width, double sign)
{
    for (size_t row = 0; row < height; row++) {
        transform_line(re + row * width, im + row * width, width, 1, sign);
    }
    for (size_t column = 0; column < width; column++) {
        transform_line(re + column, im + column, height, width, sign);
    }
}

/* The largest difference of Re IDFT(DFT(x) ψ) from what was found. */
static double difference(const ond_array *image, const float *spectrum, const float *found)
{
    size_t height = image->shape[0];
    size_t width = image->shape[1];
    double *re = calloc(height * width, sizeof *re);
    double *im = calloc(height * width, sizeof *im);
    assert_true(re && im);
    for (size_t i = 0; i < height * width; i++) {
        re[i] = (double)image->data[i];
    }
    transform_plane(re, im, height, width, -1);
    for (size_t i = 0; i < height * width; i++) {
        re[i] *= (double)spectrum[i] / (double)(height * width);
        im[i] *= (double)spectrum[i] / (double)(height * width);
    }
    transform_plane(re, im, height, width, 1);
    double worst = 0;
    for (size_t i = 0; i < height * width; i++) {
        worst = fmax(worst, fabs(re[i] - (double)found[i]));
    }
    free(re);
    free(im);
    return worst;
}

static void free_coefficients(ond_array *coefficients)
{
    for (size_t i = 0; i < FILTERS; i++) {
        ond_array_free(&coefficients[i]);
    }
}

static void check_size(test_random *random, size_t height, size_t width)
{
    ond_array spectra;
    ond_filters *filters = make_bank(random, height, width, &spectra);
    ond_bands *bands = NULL;
    ond_array image = random_array(random, 2, (size_t[2]){height, width});
    ond_array other[FILTERS];
    ond_array coefficients[FILTERS] = {{0}};
    ond_array sum = {0};
    size_t grid = height * width;
    assert_ok(ond_bands_create(filters, NULL, &bands));
    assert_non_null(bands->real);
    assert_ok(ond_bands_analysis(bands, &image, coefficients));
    double products = 0;
    double size = 0;
    for (size_t i = 0; i < FILTERS; i++) {
        /* rounding of every stage, 5 sigma, of numbers of variance 1 and filters up to 4 */
        double allowed = 4 * 2e-7 * (3 + log2((double)grid));
        assert_true(difference(&image, spectra.data + i * grid, coefficients[i].data) < allowed);
        other[i] = random_array(random, 2, image.shape);
        products += inner_product(&coefficients[i], &other[i]);
        size += sqrt(inner_product(&coefficients[i], &coefficients[i]) * (double)grid);
    }
    assert_ok(ond_bands_synthesis(bands, other, &sum));
    assert_true(fabs(inner_product(&sum, &image) - products) < 1e-6 * size);
    free_coefficients(coefficients);
    free_coefficients(other);
    ond_array_free(&sum);
    ond_array_free(&image);
    ond_array_free(&spectra);
    ond_bands_destroy(bands);
    ond_filters_destroy(filters);
}

static void bands_of_any_even_filters_are_those_of_the_direct_transform(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{32, 32}, {33, 48}, {48, 33}, {50, 70}, {64, 96}, {45, 51}};
    test_random random = {90};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check_size(&random, sizes[i][0], sizes[i][1]);
    }
}

/* With transforms of strips, and with those of planes. */
static void numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{32, 34}, {37, 41}};
    test_random random = {91};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ond_array spectra;
        ond_filters *filters = make_bank(&random, sizes[i][0], sizes[i][1], &spectra);
        ond_bands *bands = NULL;
        ond_array image = random_array(&random, 2, sizes[i]);
        ond_array coefficients[FILTERS] = {{0}};
        ond_array sum = {0};
        assert_ok(ond_bands_create(filters, NULL, &bands));
        assert_true((bands->real != NULL) == (i == 0));
        assert_ok(ond_bands_analysis(bands, &image, coefficients));
        coefficients[2].data[700] = -INFINITY;
        assert_fails(OND_ERROR_ARGUMENT, "an array of coefficients holds -inf at element 700",
                     ond_bands_synthesis(bands, coefficients, &sum));
        for (size_t k = 0; k < ond_array_count(&image); k++) {
            image.data[k] = image.data[k] > 0 ? 3e38F : -3e38F;
        }
        assert_fails(OND_ERROR_ARGUMENT, "the numbers are too large", ond_bands_analysis(bands, &image, coefficients));
        free_coefficients(coefficients);
        ond_array_free(&sum);
        ond_array_free(&image);
        ond_array_free(&spectra);
        ond_bands_destroy(bands);
        ond_filters_destroy(filters);
    }
}

/* The first, the last and others of the first and last rows and columns; what is finite itself is not blamed. */
static void each_coefficient_that_is_not_finite_is_found(void **state)
{
    (void)state;
    static const size_t size[2] = {50, 70};
    static const float values[] = {NAN, INFINITY, -INFINITY};
    test_random random = {92};
    ond_array spectra;
    ond_filters *filters = make_bank(&random, size[0], size[1], &spectra);
    ond_bands *bands = NULL;
    ond_array coefficients[FILTERS];
    ond_array sum = {0};
    assert_ok(ond_bands_create(filters, NULL, &bands));
    assert_non_null(bands->real);
    for (size_t i = 0; i < FILTERS; i++) {
        coefficients[i] = random_array(&random, 2, size);
    }
    for (size_t at = 0, tried = 0; at < size[0] * size[1]; at += 23, tried++) {
        float *place = &coefficients[tried % FILTERS].data[at + 23 < size[0] * size[1] ? at : size[0] * size[1] - 1];
        float before = *place;
        *place = values[tried % 3];
        assert_fails(OND_ERROR_ARGUMENT, "an array of coefficients holds",
                     ond_bands_synthesis(bands, coefficients, &sum));
        *place = before;
        assert_ok(ond_bands_synthesis(bands, coefficients, &sum));
    }
    for (size_t i = 0; i < size[0] * size[1]; i++) {
        coefficients[0].data[i] = 3e38F;
    }
    assert_fails(OND_ERROR_ARGUMENT, "the numbers are too large", ond_bands_synthesis(bands, coefficients, &sum));
    free_coefficients(coefficients);
    ond_array_free(&sum);
    ond_array_free(&spectra);
    ond_bands_destroy(bands);
    ond_filters_destroy(filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_of_any_even_filters_are_those_of_the_direct_transform),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(each_coefficient_that_is_not_finite_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
