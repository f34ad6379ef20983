/* SPDX-License-Identifier: BSD-3-Clause */
/* Scattering features of one picture: example_features PICTURE FEATURES.npy */
#include <ondelet/ondelet.h>

#include <stdio.h>

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: example_features PICTURE FEATURES.npy\n");
        return 2;
    }
    ond_array image = {0};
    ond_array features = {0};
    ond_filters *wavelets = NULL;
    ond_scattering *scattering = NULL;

    ond_morlet_config bank = ond_morlet_config_default();
    bank.scales = 4;

    bool failed = ond_image_read(arguments[1], OND_GRAY, &image) || ond_morlet_create(&bank, &wavelets)
                  || ond_scattering_create(wavelets, NULL, &scattering)
                  || ond_scattering_apply(scattering, &image, &features) || ond_array_write(&features, arguments[2]);
    if (failed) {
        fprintf(stderr, "example_features: %s\n", ond_error_message());
    } else {
        printf("%zu paths of %zu x %zu\n", features.shape[0], features.shape[1], features.shape[2]);
    }
    ond_scattering_destroy(scattering);
    ond_filters_destroy(wavelets);
    ond_array_free(&features);
    ond_array_free(&image);
    return failed;
}
