/* SPDX-License-Identifier: BSD-3-Clause */
/* A program of a user, compiled as C11 and as C++17: it touches every outside library that ondelet links. */
#include <ondelet/ondelet.h>

#include <stdio.h>
#include <string.h>

static float pixels[32 * 32];

/* A region of a frame in place. */
static bool scatters_a_view(const ond_filters *filters)
{
    static unsigned char frame[48 * 64 * 3];
    ond_image_view view;
    memset(&view, 0, sizeof view);
    view.data = frame + 3 * (8 * 64 + 8);
    view.type = OND_SAMPLE_U8;
    view.height = view.width = 32;
    view.channels = 3;
    view.row_stride = 3 * 64;
    ond_scattering *scattering = NULL;
    ond_array features;
    memset(&features, 0, sizeof features);
    bool failed
        = ond_scattering_create(filters, NULL, &scattering) || ond_scattering_apply_view(scattering, &view, &features);
    bool colors = !failed && features.rank == 4 && features.shape[0] == 3;
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
    return colors;
}

static bool scatters(const ond_array *image)
{
    ond_morlet_config config = ond_morlet_config_default();
    config.scales = 2;
    ond_filters *filters = NULL;
    ond_scattering *scattering = NULL;
    ond_array features;
    memset(&features, 0, sizeof features);
    bool failed = ond_morlet_create(&config, &filters) || ond_scattering_create(filters, NULL, &scattering)
                  || ond_scattering_apply(scattering, image, &features);
    if (failed) {
        fprintf(stderr, "consumer: %s\n", ond_error_message());
    }
    bool filled = ond_array_count(&features) > 0 && scatters_a_view(filters);
    ond_array_free(&features);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
    return !failed && filled;
}

static bool reports_a_missing_file(void)
{
    ond_array image;
    memset(&image, 0, sizeof image);
    ond_status status = ond_image_read("no/such/file.png", OND_GRAY, &image);
    ond_array_free(&image);
    return status == OND_ERROR_IO && strstr(ond_error_message(), "no/such/file.png") != NULL;
}

int main(void)
{
    const size_t shape[] = {32, 32};
    pixels[5 * 32 + 7] = 1;
    ond_array image = ond_array_view(pixels, 2, shape);
    printf("ondelet %s\n", ond_version());
    return scatters(&image) && reports_a_missing_file() ? 0 : 1;
}
