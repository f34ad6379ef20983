/* SPDX-License-Identifier: BSD-3-Clause */
/* What all frei0r effects have in common: filters of frames of four bytes a pixel that leave alpha alone. */
#include "frei0r_effect.h"

#include <stdio.h>
#include <string.h>

enum { PIXEL_BYTES = 4 };

int f0r_init(void)
{
    return ond_threads_set(0) == OND_OK; /* the bits do not depend on the number */
}

void f0r_deinit(void)
{
}

void f0r_get_plugin_info(f0r_plugin_info_t *info)
{
    *info = (f0r_plugin_info_t){
        .name = this_effect.name,
        .author = "ondelet",
        .plugin_type = F0R_PLUGIN_TYPE_FILTER,
        .color_model = F0R_COLOR_MODEL_RGBA8888,
        .frei0r_version = FREI0R_MAJOR_VERSION,
        .minor_version = 1,
        .num_params = this_effect.parameters,
        .explanation = this_effect.explanation,
    };
}

void f0r_update(f0r_instance_t instance, double time, const uint32_t *from, uint32_t *to)
{
    (void)time;
    const frame_size *size = instance;
    memcpy(to, from, size->height * size->width * sizeof *to); /* alpha, and the whole frame if something fails */
    ond_image_view colors = {
        .data = to,
        .type = OND_SAMPLE_U8,
        .height = size->height,
        .width = size->width,
        .channels = CHANNELS,
        .pixel_stride = PIXEL_BYTES,
    };
    if (this_effect.apply(instance, &colors) != OND_OK) {
        fprintf(stderr, "%s: %s\n", this_effect.name, ond_error_message());
    }
}
