/* SPDX-License-Identifier: BSD-3-Clause */
/* A filter bank is data: the wavelet coefficients of a picture, their energy by scale, and the picture back from them.
 * example_filter_bank PICTURE */
#include <ondelet/ondelet.h>

#include <math.h>
#include <stdio.h>

static double energy(const ond_array *array)
{
    double sum = 0;
    for (size_t i = 0; i < ond_array_count(array); i++) {
        sum += (double)array->data[i] * (double)array->data[i];
    }
    return sum;
}

static void print_energies(const ond_filters *wavelets, const ond_array *image, const ond_array *coefficients)
{
    for (int scale = 0; scale <= ond_filters_scales(wavelets); scale++) {
        double sum = 0;
        for (size_t i = 0; i < ond_filters_count(wavelets); i++) {
            ond_array band = ond_array_item(coefficients, i);
            sum += ond_filters_info(wavelets, i).scale == scale ? energy(&band) : 0;
        }
        printf("%s %d: %6.2f %% of the energy\n", scale < ond_filters_scales(wavelets) ? "scale" : "low-pass", scale,
               100 * sum / energy(image));
    }
}

static bool analyse(const ond_array *image, ond_filters **wavelets, ond_array *coefficients, ond_array *back)
{
    ond_spline_config bank = ond_spline_config_default();
    bank.height = (int)image->shape[0];
    bank.width = (int)image->shape[1];
    return ond_spline_create(&bank, wavelets) || ond_filters_analysis(*wavelets, image, coefficients)
           || ond_filters_adjoint(*wavelets, coefficients, back); /* a unitary bank: the adjoint is the inverse */
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: example_filter_bank PICTURE\n");
        return 2;
    }
    ond_array image = {0};
    ond_array coefficients = {0};
    ond_array back = {0};
    ond_filters *wavelets = NULL;

    bool failed = ond_image_read(arguments[1], OND_GRAY, &image) || analyse(&image, &wavelets, &coefficients, &back);
    if (failed) {
        fprintf(stderr, "example_filter_bank: %s\n", ond_error_message());
    } else {
        print_energies(wavelets, &image, &coefficients);
        for (size_t i = 0; i < ond_array_count(&image); i++) {
            back.data[i] -= image.data[i];
        }
        printf("relative error of the picture back from its coefficients: %.1e\n",
               sqrt(energy(&back) / energy(&image)));
    }
    ond_filters_destroy(wavelets);
    ond_array_free(&back);
    ond_array_free(&coefficients);
    ond_array_free(&image);
    return failed;
}
