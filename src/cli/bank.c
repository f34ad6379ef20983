/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/bank.h"

#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(bank_family) == sizeof(int), "choice fields are enums as wide as int");

static const char *const families[] = {"morlet", "spline", "shearlet", NULL};

static const ond_option options[] = {
    {"bank", OND_OPTION_CHOICE, offsetof(bank_config, family), BANK_MORLET, 0, BANK_SHEARLET, families,
     "family of the filters", false},
    END_ROW,
};

const ond_option *bank_options(void)
{
    return options;
}

const ond_option *bank_cascade_shearlet_options(void)
{
    enum { MOST_ROWS = 32 };
    static ond_option rows[MOST_ROWS];
    size_t count = 0;
    for (const ond_option *option = ond_shearlet_options(); option->name && count + 1 < MOST_ROWS; option++) {
        bool forced = strcmp(option->name, "parseval") == 0 || strcmp(option->name, "one_sided") == 0;
        rows[count] = *option;
        rows[count].internal = option->internal || forced;
        rows[count].preset = forced ? 1 : option->preset;
        count++;
    }
    return rows;
}

ond_status bank_create(const bank_config *config, int height, int width, ond_filters **filters)
{
    if (config->family == BANK_SPLINE) {
        ond_spline_config spline = config->spline;
        spline.height = height;
        spline.width = width;
        return ond_spline_create(&spline, filters);
    }
    if (config->family == BANK_SHEARLET) {
        ond_shearlet_config shearlet = config->shearlet;
        shearlet.height = height;
        shearlet.width = width;
        return ond_shearlet_create(&shearlet, filters);
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
    switch (config->family) {
    case BANK_SPLINE:
        return config->spline.scales;
    case BANK_SHEARLET:
        return config->shearlet.scales;
    case BANK_MORLET:
        break;
    }
    return config->morlet.scales;
}

/* Band-pass filters from `first` on that have the scale of the first one. */
static size_t count_of_scale(const ond_filters *filters, size_t first)
{
    size_t end = first;
    int scale = ond_filters_info(filters, first).scale;
    while (end < ond_filters_count(filters) && ond_filters_info(filters, end).kind == OND_FILTER_BAND_PASS
           && ond_filters_info(filters, end).scale == scale) {
        end++;
    }
    return end - first;
}

int bank_most_orientations(const ond_filters *filters)
{
    size_t most = 0, count;
    for (size_t first = 0; (count = count_of_scale(filters, first)) > 0; first += count) {
        most = count > most ? count : most;
    }
    return (int)most;
}

const char *bank_orientations(const ond_filters *filters, char text[BANK_ORIENTATIONS])
{
    size_t used = 0, count, finest = count_of_scale(filters, 0);
    bool equal = true;
    text[0] = '\0';
    for (size_t first = 0; (count = count_of_scale(filters, first)) > 0 && used < BANK_ORIENTATIONS; first += count) {
        equal = equal && count == finest;
        used += (size_t)snprintf(text + used, BANK_ORIENTATIONS - used, "%s%zu", first ? ", " : "", count);
    }
    if (equal) {
        snprintf(text, BANK_ORIENTATIONS, "%zu", finest);
    }
    return text;
}

static json_t *family_json(const bank_config *config)
{
    switch (config->family) {
    case BANK_SPLINE:
        return json_options(ond_spline_options(), &config->spline);
    case BANK_SHEARLET:
        return json_options(ond_shearlet_options(), &config->shearlet);
    case BANK_MORLET:
        break;
    }
    return json_options(ond_morlet_options(), &config->morlet);
}

json_t *bank_json(const bank_config *config)
{
    json_t *object = json_object();
    json_object_set_new(object, "family", json_text(bank_name(config)));
    json_t *rest = family_json(config);
    json_object_update(object, rest);
    json_decref(rest);
    return object;
}
