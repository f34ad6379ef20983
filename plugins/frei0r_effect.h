/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_PLUGINS_FREI0R_EFFECT_H
#define OND_PLUGINS_FREI0R_EFFECT_H

#include <ondelet/ondelet.h>

/* The interface is seen by the host, everything else is hidden. */
#pragma GCC visibility push(default)
#include <frei0r.h>
#pragma GCC visibility pop

enum { CHANNELS = 3 };

/* What frei0r_effect.c wants to know of an effect. */
typedef struct frei0r_effect {
    const char *name, *explanation;
    int parameters;
    /* Colours in place, OND_OK or a status that leaves them as they are. */
    ond_status (*apply)(f0r_instance_t instance, const ond_image_view *colors);
} frei0r_effect;

extern const frei0r_effect this_effect;

/* What every instance begins with. */
typedef struct frame_size {
    size_t height, width;
} frame_size;

#endif
