/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/bank.h"

#include "cli/arguments.h"

_Static_assert(sizeof(bank_family) == sizeof(int), "choice fields are enums as wide as int");

static const char *const families[] = {"morlet", "spline", NULL};

static const ond_option options[] = {
    {"bank", OND_OPTION_CHOICE, offsetof(bank_config, family), BANK_MORLET, 0, BANK_SPLINE, families,
     "family of the filters", false},
    END_ROW,
};

const ond_option *bank_options(void)
{
    return options;
}

ond_status bank_create(const bank_config *config, int height, int width, ond_filters **filters)
{
    if (config->family == BANK_SPLINE) {
        ond_spline_config spline = config->spline;
        spline.height = height;
        spline.width = width;
        return ond_spline_create(&spline, filters);
    }
    ond_morlet_config morlet = config->morlet;
    morlet.height = height;
    morlet.width = width;
    return ond_morlet_create(&morlet, filters);
}

const char *bank_name(const bank_config *config)
{
    return families[config->family];
}

int bank_scales(const bank_config *config)
{
    return config->family == BANK_SPLINE ? config->spline.scales : config->morlet.scales;
}

int bank_orientations(const bank_config *config)
{
    return config->family == BANK_SPLINE ? config->spline.orientations : config->morlet.orientations;
}

json_t *bank_json(const bank_config *config)
{
    json_t *object = json_object();
    json_object_set_new(object, "family", json_text(bank_name(config)));
    bool is_spline = config->family == BANK_SPLINE;
    json_t *rest = is_spline ? json_options(ond_spline_options(), &config->spline)
                             : json_options(ond_morlet_options(), &config->morlet);
    json_object_update(object, rest);
    json_decref(rest);
    return object;
}
