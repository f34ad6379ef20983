/* SPDX-License-Identifier: BSD-3-Clause */
/* Denoising by basis pursuit in a dictionary that was learned without supervision: the noisy picture's smooth part plus
 * D γ, γ = argmin ½‖y − smooth − D γ‖² + λ‖γ‖₁ by ADMM. Noise as in add_noise.c; the result is clipped.
 * usage: basis_pursuit DICTIONARY.safetensors FIELD.npy SIGMA LAMBDA PICTURE...
 *   SIGMA   in grey levels of 255
 *   LAMBDA  in standard deviations of the noise */
#include <ondelet/ondelet.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct trial {
    ond_dictionary *layers[OND_MAX_LAYERS];
    ond_array field, clean, details, smooth, codes, made;
    double noise_std, lambda;
} trial;

static ond_status add_noise(trial *t)
{
    const size_t *size = t->clean.shape;
    if (t->field.shape[0] < size[0] || t->field.shape[1] < size[1]) {
        return OND_ERROR_SHAPE;
    }
    ond_status status = ond_array_resize(&t->details, 2, size);
    for (size_t i = 0; status == OND_OK && i < size[0] * size[1]; i++) {
        double noise = (double)t->field.data[i / size[1] * t->field.shape[1] + i % size[1]];
        t->details.data[i] = (float)((double)t->clean.data[i] + t->noise_std * noise);
    }
    return status;
}

static ond_status denoise(trial *t)
{
    ond_pursuit_config config = ond_pursuit_config_default();
    config.method = OND_PURSUIT_ADMM;
    config.lambda = t->lambda;
    config.iterations = 60;
    ond_status status = ond_smooth_part(&t->details, 5, &t->smooth);
    for (size_t i = 0; status == OND_OK && i < ond_array_count(&t->details); i++) {
        t->details.data[i] -= t->smooth.data[i];
    }
    const ond_dictionary *const *layers = (const ond_dictionary *const *)t->layers;
    status = status ? status : ond_pursuit(layers, 1, &t->details, &config, NULL, &t->codes, NULL);
    return status ? status : ond_dictionary_apply(t->layers[0], &t->codes, &t->made);
}

static double psnr(const trial *t)
{
    double squares = 0;
    size_t count = ond_array_count(&t->clean);
    for (size_t i = 0; i < count; i++) {
        double value = fmin(fmax((double)t->smooth.data[i] + (double)t->made.data[i], 0), 1);
        squares += (value - (double)t->clean.data[i]) * (value - (double)t->clean.data[i]);
    }
    return 10 * log10((double)count / squares);
}

int main(int count, char **words)
{
    enum { PROGRAM, DICTIONARY, FIELD, SIGMA, LAMBDA, FIRST };
    trial t = {.noise_std = 0};
    size_t layers = 0;
    double sum = 0;
    if (count <= FIRST) {
        fprintf(stderr, "usage: basis_pursuit DICTIONARY FIELD.npy SIGMA LAMBDA PICTURE...\n");
        return 2;
    }
    t.noise_std = strtod(words[SIGMA], NULL) / 255;
    t.lambda = strtod(words[LAMBDA], NULL) * t.noise_std;
    ond_status status = ond_dictionary_read(words[DICTIONARY], t.layers, &layers);
    status = status ? status : ond_array_read(words[FIELD], &t.field);
    for (int i = FIRST; status == OND_OK && i < count; i++) {
        status = ond_image_read(words[i], OND_GRAY, &t.clean);
        status = status ? status : add_noise(&t);
        status = status ? status : denoise(&t);
        sum += status ? 0 : psnr(&t);
    }
    if (status != OND_OK) {
        fprintf(stderr, "basis_pursuit: %s\n", ond_error_message());
        return 1;
    }
    printf("%d pictures, sigma %s, lambda %s sigma: %.2f dB\n", count - FIRST, words[SIGMA], words[LAMBDA],
           sum / (count - FIRST));
    for (size_t i = 0; i < layers; i++) {
        ond_dictionary_destroy(t.layers[i]);
    }
    ond_array *arrays[] = {&t.field, &t.clean, &t.details, &t.smooth, &t.codes, &t.made};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        ond_array_free(arrays[i]);
    }
    return 0;
}
