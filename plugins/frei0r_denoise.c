/* SPDX-License-Identifier: BSD-3-Clause */
/* The denoiser as a frei0r effect: ffmpeg -i in.mkv -vf "frei0r=ondelet_denoise:0.05|wavelet" out.mkv */
#include "frei0r_effect.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOISE, METHOD, MODEL, PARAMETERS, METHOD_SIZE = 32, PATH_SIZE = 4096 };

/* frei0r promises one call at a time for an instance. */
typedef struct effect {
    frame_size size;
    double noise_std; /* 0…1; 0: estimated for every frame */
    char method[METHOD_SIZE], model[PATH_SIZE];
    ond_denoiser *denoiser; /* NULL: the parameters have changed */
    ond_array image;
} effect;

void f0r_get_param_info(f0r_param_info_t *info, int index)
{
    if (index == NOISE) {
        *info = (f0r_param_info_t){
            .name = "noise",
            .type = F0R_PARAM_DOUBLE,
            .explanation = "standard deviation of the noise, 1 being white (grey levels / 255); 0: estimated",
        };
    } else if (index == METHOD) {
        *info = (f0r_param_info_t){
            .name = "method",
            .type = F0R_PARAM_STRING,
            .explanation = "auto, union, shearlet, local, wavelet (the fastest) or learned",
        };
    } else if (index == MODEL) {
        *info = (f0r_param_info_t){
            .name = "model",
            .type = F0R_PARAM_STRING,
            .explanation = "file of a trained model, for the method learned",
        };
    }
}

f0r_instance_t f0r_construct(unsigned int width, unsigned int height)
{
    effect *made = calloc(1, sizeof *made);
    if (made) {
        made->size.height = height;
        made->size.width = width;
        snprintf(made->method, sizeof made->method, "auto");
    }
    return made;
}

void f0r_destruct(f0r_instance_t instance)
{
    effect *own = instance;
    ond_denoiser_destroy(own->denoiser);
    ond_array_free(&own->image);
    free(own);
}

void f0r_set_param_value(f0r_instance_t instance, f0r_param_t value, int index)
{
    effect *own = instance;
    if (index == NOISE) {
        own->noise_std = *(const double *)value;
    } else if (index == METHOD) {
        snprintf(own->method, sizeof own->method, "%s", *(char *const *)value);
    } else if (index == MODEL) {
        snprintf(own->model, sizeof own->model, "%s", *(char *const *)value);
    }
    ond_denoiser_destroy(own->denoiser);
    own->denoiser = NULL;
}

void f0r_get_param_value(f0r_instance_t instance, f0r_param_t value, int index)
{
    effect *own = instance;
    if (index == NOISE) {
        *(double *)value = own->noise_std;
    } else if (index == METHOD) {
        *(char **)value = own->method;
    } else if (index == MODEL) {
        *(char **)value = own->model;
    }
}

static ond_status prepare(effect *own)
{
    ond_denoise_config config = ond_denoise_config_default();
    const ond_option *method = ond_options_find(ond_denoise_options(), "method");
    ond_status status = ond_option_parse(method, own->method, &config);
    config.noise_std = own->noise_std;
    ond_denoise_model *model = NULL;
    if (status == OND_OK && own->model[0]) {
        status = ond_denoise_model_read(own->model, &model);
    }
    status = status ? status : ond_denoiser_create(model, &config, own->size.height, own->size.width, &own->denoiser);
    ond_denoise_model_destroy(model);
    return status;
}

static ond_status denoise_frame(f0r_instance_t instance, const ond_image_view *frame)
{
    effect *own = instance;
    ond_status status = own->denoiser ? OND_OK : prepare(own);
    status = status ? status : ond_image_view_read(frame, &own->image);
    status = status ? status : ond_denoiser_apply(own->denoiser, &own->image, &own->image, NULL);
    return status ? status : ond_image_view_write(&own->image, frame);
}

const frei0r_effect this_effect = {
    .name = "ondelet denoise",
    .explanation = "Removes noise by shearlets and sliding cosine transforms, or by wavelets",
    .parameters = PARAMETERS,
    .apply = denoise_frame,
};
