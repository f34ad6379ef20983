/* SPDX-License-Identifier: BSD-3-Clause */
/* Coefficients of PyWavelets 1.8.0 (MIT licence; numpy 2.2.6) for small images with whole numbers,
 * image(h, w)[r, c] = (3 r² + 5 c + r c) mod 11, by the calls named beside them, printed with '%.8g'. Bands in
 * PyWavelets' order, which is ours: approximation, then (H, V, D) of each level, coarsest first. No signs or shifts
 * differ. */
#include "support/test.h"

#include <math.h>

enum { MOST = 72 };

typedef struct reference {
    const char *call;
    ond_dwt_config config;
    size_t height, width, count;
    double coefficients[MOST];
} reference;

static const reference references[] = {
    {"wavedec2(image(8, 6), 'db4', mode='periodization', level=2)",
     {OND_DWT_DB4, OND_DWT_PERIODIC, 2, 0},
     8,
     6,
     52,
     {23.184838,   16.179581,  28.799248,   26.201172,  -0.28001361, 1.9170814,  -0.065569836, -6.5416519,
      0.41082858,  -1.0800898, 0.16163874,  -3.1451598, -0.12876574, 0.31372502, 0.38123298,   -1.4242035,
      -0.69249875, -2.4257457, 5.907432,    -4.2697634, 3.7955724,   1.4772332,  0.38771496,   -3.4349446,
      -3.7142054,  -1.6438987, 3.0787922,   3.034312,   -0.76148433, 1.1007411,  -0.54546607,  -1.4530313,
      -2.6988624,  5.4743444,  -3.3361765,  -2.3759501, 2.7520981,   3.5088777,  -3.0688874,   -1.0962033,
      -0.80568142, 0.31888134, -5.4072469,  -3.7760697, 0.093156665, 0.27476734, 2.3615572,    1.002784,
      -0.21245622, 7.0760899,  -0.87405789, 0.44827567}},
    {"wavedec(image(1, 9)[0], 'db4', mode='symmetric', level=3)",
     {OND_DWT_DB4, OND_DWT_SYMMETRIC, 3, 0},
     1,
     9,
     29,
     {14.465429, 14.753027,   15.744076,   15.431661,     14.302741,  15.277454,  15.823388,  1.5523317,
      5.1633484, 0.60388692,  -0.78406862, 0.82371016,    -2.5433165, -4.815892,  -2.5359399, -8.0172302,
      1.6512349, -0.72127097, 0.25193413,  -0.0077010287, 1.2076937,  0.37416642, 2.8555378,  3.821312,
      4.0056587, 2.5068204,   -4.5986061,  -3.6572862,    -3.9526717}},
    {"wavedec2(image(4, 5), 'db2', mode='symmetric', level=2)",
     {OND_DWT_DB2, OND_DWT_SYMMETRIC, 2, 0},
     4,
     5,
     72,
     {11.871304,   16.198289,  28.741957,   13.625832,  17.605214,   27.247636,  16.243009,   18.24618,   20.03088,
      -1.7921971,  -1.5673282, 1.0809188,   0.61688691, 0.063797652, -1.9996886, 1.1753102,   1.5035305,  0.91876985,
      -4.41359,    1.5421863,  1.3890926,   -4.0723145, 1.374333,    0.92358722, -0.94974874, 4.3328363,  -2.9438095,
      -0.11517469, 0.45806319, 0.19209732,  0.8924983,  0.88947764,  -1.1015625, -0.77732361, -1.3475408, 0.90946518,
      -2.8145826,  -1.6372595, -1.0669873,  1.9330127,  -1.3047278,  1.4452722,  -6.7553675,  1.2610572,  1.2990381,
      -1.6217151,  5.1862976,  -1.9387024,  -4.5466334, 4.2598548,   0.70096189, -3.2990381,  -5.7508802, -0.87171507,
      0.27572142,  0.71201905, 0.4330127,   4.6282849,  -0.84479128, -1.9697913, 0.375,       5.6348548,  1.2141016,
      -5.7141016,  -3.2532849, -0.50328493, 2.4309301,  -3.9407849,  3.75,       1.5098548,   -2.0858167, 2.4608167}},
    {"wavedec2(image(4, 6), 'bior2.2', mode='periodization', level=1)",
     {OND_DWT_CDF53, OND_DWT_PERIODIC, 1, 0},
     4,
     6,
     24,
     {1.4375, 18.625, 12.4375, 6.4375, 9.375, 8.6875, -2.5,  -0.4375, 0.9375, -1.875, -2.3125, 3.1875,
      1.375,  1.375,  2.75,    -4.125, 1.375, 2.25,   1.375, 5.5,     -1.375, -4.125, 2.75,    -1.125}},
    {"wavedec2(image(4, 6), 'bior4.4', mode='periodization', level=1)",
     {OND_DWT_CDF97, OND_DWT_PERIODIC, 1, 0},
     4,
     6,
     24,
     {3.5460984,  16.568501,   11.636973,  6.7167885, 10.336726,  8.194913,   -1.4764292, -1.0207302,
      0.38207235, -0.79801956, -2.0834163, 1.9965229, 0.54708583, 2.1290821,  2.2625113,  -4.4657876,
      1.9016843,  2.625424,    1.8492375,  6.7984703, -2.2270114, -5.9028522, 3.3593514,  -0.87719564}},
    {"dwt2(image(5, 4), 'bior2.2', mode='reflect'), rows and columns from 1 on",
     {OND_DWT_CDF53, OND_DWT_SYMMETRIC, 1, 0},
     5,
     4,
     20,
     {3.875,  17.4375, 8.625,  11.25, 6.375, 9.0625, -3.875, -0.4375, 1.625,  -4.5625,
      -1.375, 0.5,     -4.125, 2.625, 4.125, -6.25,  1.375,  5.5,     -4.125, -2.75}},
    {"dwt2(image(5, 4), 'bior4.4', mode='reflect'), rows and columns from 2 on",
     {OND_DWT_CDF97, OND_DWT_SYMMETRIC, 1, 0},
     5,
     4,
     20,
     {6.8267753,   15.136485,  9.4645966,  10.85359,   5.2057986,   10.425451,  -3.2085898,
      -0.42595775, 1.3296004,  -4.7595476, -2.7019488, 0.089664454, -4.1271574, 3.1438588,
      4.4185459,   -4.8019468, 1.1990435,  7.4283758,  -4.2655329,  -4.045397}},
    {"swt(image(1, 8)[0], 'db3', level=2): the coarser pair, then the finer details",
     {OND_DWT_DB3, OND_DWT_PERIODIC, 2, 1},
     1,
     8,
     24,
     {10.29524,  8.4734812,  6.7664706, 6.9874156,  10.20476,   12.026519,  13.733529,  13.512584,
      2.1159525, 0.30374454, 1.4128168, 1.1823211,  -4.8511063, -6.2214243, 1.322337,   4.7353587,
      4.8915383, -4.9698465, 3.5015981, -3.8890873, 3.8890873,  -1.5603934, -3.0898355, 1.226939}},
};

enum { REFERENCES = sizeof references / sizeof references[0], MOST_PIXELS = 64 };

static ond_array make_image(const reference *wanted, float *pixels)
{
    size_t shape[2] = {wanted->height, wanted->width};
    for (size_t row = 0; row < wanted->height; row++) {
        for (size_t column = 0; column < wanted->width; column++) {
            pixels[row * wanted->width + column] = (float)((3 * row * row + 5 * column + row * column) % 11);
        }
    }
    return ond_array_view(pixels, 2, shape);
}

static double largest_difference(const reference *wanted, const ond_array *found)
{
    double largest = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        largest = fmax(largest, fabs((double)found->data[i] - wanted->coefficients[i]));
    }
    return largest;
}

/* Numbers up to 29 with roundings of 2⁻²⁴ in at most 2 · 2 · 8 products. */
static void coefficients_are_those_of_pywavelets(void **state)
{
    (void)state;
    for (size_t i = 0; i < REFERENCES; i++) {
        float pixels[MOST_PIXELS];
        ond_array image = make_image(&references[i], pixels);
        ond_array found = {0};
        ond_dwt *dwt = NULL;
        assert_ok(ond_dwt_create(&references[i].config, references[i].height, references[i].width, &dwt));
        assert_int_equal(ond_dwt_count(dwt), references[i].count);
        assert_ok(ond_dwt_analysis(dwt, &image, &found));
        double difference = largest_difference(&references[i], &found);
        if (!(difference <= 1e-5)) {
            fail_msg("%s: largest difference %g", references[i].call, difference);
        }
        ond_array_free(&found);
        ond_dwt_destroy(dwt);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(coefficients_are_those_of_pywavelets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
