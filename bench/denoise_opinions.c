/* SPDX-License-Identifier: BSD-3-Clause */
/* What the learned denoiser's network is shown, for bench/train_denoise.py: a shared library of one function. */
#include "core/array.h"
#include "tasks/denoise.h"

#include <string.h>

__attribute__((visibility("default"))) int denoise_opinions(const float *noisy, int height, int width, float *shearlet,
                                                            float *local);

/* noisy, shearlet, local: [height, width] in units of the noise. Returns an ond_status. */
int denoise_opinions(const float *noisy, int height, int width, float *shearlet, float *local)
{
    ond_denoiser *denoiser = NULL;
    ond_array opinions[2] = {{0}};
    ond_denoise_config config = ond_denoise_config_default();
    config.method = OND_DENOISE_UNION;
    ond_status status = ond_denoiser_create(NULL, &config, (size_t)height, (size_t)width, &denoiser);
    if (status == OND_OK) {
        status = ond_denoiser_opinions(denoiser, noisy, &opinions[0], &opinions[1]);
    }
    if (status == OND_OK) {
        memcpy(shearlet, opinions[0].data, ond_array_count(&opinions[0]) * sizeof(float));
        memcpy(local, opinions[1].data, ond_array_count(&opinions[1]) * sizeof(float));
    }
    ond_array_free(&opinions[0]);
    ond_array_free(&opinions[1]);
    ond_denoiser_destroy(denoiser);
    return (int)status;
}
