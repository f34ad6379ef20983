/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/option.h"

#include <ondelet/extractor.h>

_Static_assert(sizeof(ond_feature_kind) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_pooling) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(sizeof(ond_bank_family) == sizeof(int), "choice fields are enums as wide as int");
_Static_assert(OND_GRAY == 0 && OND_RGB == 1, "colors[] is in the order of ond_color");

enum { LARGEST_SIDE = 32768 };

static const char *const kinds[] = {"scattering", "pixels", NULL};
static const char *const colors[] = {"gray", "rgb", NULL};
static const char *const pools[] = {"none", "mean", NULL};
static const char *const banks[] = {"morlet", "spline", "shearlet", NULL};

static const ond_option options[] = {
    OND_OPTION_CHOICE_ROW(ond_extraction_config, features, 0, kinds, "pixels: the image itself, for comparison"),
    OND_OPTION_CHOICE_ROW(ond_extraction_config, color, 0, colors,
                          "gray: luminance; rgb: the features of the three colours, stacked"),
    OND_OPTION_BOOL_ROW(ond_extraction_config, standardize_image, 0,
                        "give each image zero mean and unit variance first"),
    OND_OPTION_CHOICE_ROW(ond_extraction_config, pool, 0, pools,
                          "mean: average over the image, one number per channel"),
    OND_OPTION_CHOICE_ROW(ond_extraction_config, bank, 0, banks, "family of the filters"),
    OND_OPTION_INTERNAL_ROW(ond_extraction_config, height, 0, 0, LARGEST_SIDE, "rows that images are resized to"),
    OND_OPTION_INTERNAL_ROW(ond_extraction_config, width, 0, 0, LARGEST_SIDE, "columns that images are resized to"),
    OND_OPTION_INTERNAL_ROW(ond_extraction_config, pad_height, 0, 0, LARGEST_SIDE, "rows with zeros around"),
    OND_OPTION_INTERNAL_ROW(ond_extraction_config, pad_width, 0, 0, LARGEST_SIDE, "columns with zeros around"),
    OND_OPTION_END,
};

const ond_option *ond_extraction_options(void)
{
    return options;
}

ond_extractor_config ond_extractor_config_default(void)
{
    ond_extractor_config config = {
        .morlet = ond_morlet_config_default(),
        .spline = ond_spline_config_default(),
        .shearlet = ond_shearlet_config_default(),
        .scattering = ond_scattering_config_default(),
    };
    ond_options_default(options, &config.image);
    return config;
}
