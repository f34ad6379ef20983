/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/arguments.h"
#include "cli/bank.h"
#include "cli/gallery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRESET_SIZE = 128, LARGEST_SIZE = 4096 };

typedef struct filters_config {
    int table;
} filters_config;

typedef struct filters_request {
    cli_request common;
    filters_config filters;
    bank_config bank;
    const char *size;
} filters_request;

static const ond_option own_options[] = {
    BOOL_ROW(filters_config, table, 1, "print a row for each filter"),
    END_ROW,
};

static const ond_option *options(void)
{
    return own_options;
}

static const option_group groups[] = {
    {"filters", options, offsetof(filters_request, filters), NULL, 0, 0},
    BANK_GROUPS(filters_request, bank, ond_shearlet_options),
    {NULL, NULL, 0, NULL, 0, 0},
};

static const text_option texts[] = {
    {"output", 'o', "FILE.png", offsetof(cli_request, output),
     "a picture of the filters and of their Littlewood-Paley sum: .png or .svg"},
    {"size", 0, "MxN", offsetof(filters_request, size),
     "rows and columns of the frequency grid (1..4096, default 128x128)"},
    {NULL, 0, NULL, 0, NULL},
};

/* A made bank and what is to be told about it. */
typedef struct bank_facts {
    ond_filters *bank;
    int height, width;
    double lower, upper, build_s;
} bank_facts;

static exit_status check_request(const filters_request *request, bank_facts *facts)
{
    const cli_command *command = request->common.command;
    const char *output = request->common.output;
    if (request->common.input_count) {
        return wrong_usage(command, "'%s': this command takes no input", request->common.inputs[0]);
    }
    facts->height = facts->width = PRESET_SIZE;
    if (request->size && !parse_size(request->size, LARGEST_SIZE, &facts->height, &facts->width)) {
        return wrong_usage(command, "size = '%s' is not MxN with M and N in 1..%d", request->size, LARGEST_SIZE);
    }
    if (output && strcmp(output, "-") != 0 && !is_drawing(output)) {
        return wrong_usage(command, "output '%s' ends neither in .png nor in .svg", output);
    }
    return ALL_DONE;
}

static bool make_bank(const filters_request *request, bank_facts *facts)
{
    double started = seconds_now();
    ond_status status = bank_create(&request->bank, facts->height, facts->width, &facts->bank);
    facts->build_s = seconds_now() - started;
    if (status || ond_filters_bounds(facts->bank, &facts->lower, &facts->upper)) {
        complain("%s", ond_error_message());
        return false;
    }
    return true;
}

static const char *kind_name(const ond_filter_info *info)
{
    return info->kind == OND_FILTER_LOW_PASS ? "low-pass" : "band-pass";
}

static json_t *filter_json(const ond_filters *bank, size_t index)
{
    ond_filter_info info = ond_filters_info(bank, index);
    json_t *row = json_pack("{s:i, s:s, s:i, s:i}", "filter", (int)index, "kind", kind_name(&info), "scale", info.scale,
                            "orientation", info.orientation);
    json_object_set_new(row, "angle_rad", json_number(info.angle_rad));
    json_object_set_new(row, "center_frequency", json_number(info.center_frequency));
    json_object_set_new(row, "bandwidth", json_number(info.bandwidth));
    json_object_set_new(row, "subsampling", json_integer(info.subsampling));
    json_object_set_new(row, "one_sided", json_boolean(info.one_sided));
    json_object_set_new(row, "support", json_number(ond_filters_support(bank, index)));
    return row;
}

static void print_json(const filters_request *request, const bank_facts *facts)
{
    json_t *object = json_pack("{s:i, s:s}", "schema", 1, "bank", bank_name(&request->bank));
    size_t count = ond_filters_count(facts->bank);
    json_object_set_new(object, "count", json_integer((json_int_t)count));
    json_object_set_new(object, "lower_bound", json_number(facts->lower));
    json_object_set_new(object, "upper_bound", json_number(facts->upper));
    json_object_set_new(object, "build_seconds", json_number(facts->build_s));
    json_object_set_new(object, "height", json_integer(facts->height));
    json_object_set_new(object, "width", json_integer(facts->width));
    json_object_set_new(object, "scales", json_integer(bank_scales(&request->bank)));
    json_object_set_new(object, "orientations", json_integer(bank_most_orientations(facts->bank)));
    json_t *rows = json_array();
    for (size_t i = 0; request->filters.table && i < count; i++) {
        json_array_append_new(rows, filter_json(facts->bank, i));
    }
    json_object_set_new(object, "filters", rows);
    json_print(object);
}

static void print_text(const filters_request *request, const bank_facts *facts)
{
    static const double degrees = 57.295779513082321;
    size_t count = ond_filters_count(facts->bank);
    char orientations[BANK_ORIENTATIONS];
    printf("%s: %zu filters, J = %d, L = %s, on %d x %d\n", ond_filters_name(facts->bank), count,
           bank_scales(&request->bank), bank_orientations(facts->bank, orientations), facts->height, facts->width);
    printf("frame bounds A = %.9g, B = %.9g, built in %.3g s\n", facts->lower, facts->upper, facts->build_s);
    if (!request->filters.table) {
        return;
    }
    printf("\n%6s  %-9s %5s %11s %9s %16s %9s %11s %9s\n", "filter", "kind", "scale", "orientation", "angle/deg",
           "center frequency", "bandwidth", "subsampling", "support");
    for (size_t i = 0; i < count; i++) {
        ond_filter_info info = ond_filters_info(facts->bank, i);
        printf("%6zu  %-9s %5d %11d %9.2f %16.5f %9.5f %11d %8.2f%%\n", i, kind_name(&info), info.scale,
               info.orientation, info.angle_rad * degrees, info.center_frequency, info.bandwidth, info.subsampling,
               100 * ond_filters_support(facts->bank, i));
    }
}

static bool write_gallery(const filters_request *request, const bank_facts *facts)
{
    char orientations[BANK_ORIENTATIONS];
    gallery_facts gallery = {
        .scales = bank_scales(&request->bank),
        .orientations = bank_orientations(facts->bank, orientations),
        .most_orientations = bank_most_orientations(facts->bank),
        .height = (size_t)facts->height,
        .width = (size_t)facts->width,
        .lower = facts->lower,
        .upper = facts->upper,
    };
    ignore(ond_wisdom_read(NULL));
    bool fine = gallery_draw(facts->bank, &gallery, picture_to_file(&request->common.output)) == OND_OK;
    if (!fine) {
        complain_of(request->common.output);
    }
    ignore(ond_wisdom_write(NULL));
    return fine;
}

static exit_status run_filters(cli_request *common)
{
    const filters_request *request = (const filters_request *)common;
    bank_facts facts = {.bank = NULL};
    exit_status status = check_request(request, &facts);
    if (status != ALL_DONE) {
        return status;
    }
    const char *output = common->output;
    bool fine = (!output || output_is_free(common, output)) && make_bank(request, &facts)
                && (!output || write_gallery(request, &facts));
    if (fine && !(output && strcmp(output, "-") == 0)) {
        if (common->json) {
            print_json(request, &facts);
        } else {
            print_text(request, &facts);
        }
    }
    ond_filters_destroy(facts.bank);
    return fine ? ALL_DONE : SOME_FAILED;
}

const cli_command filters_command = {
    .name = "filters",
    .summary = "A filter bank's frame bounds and table, and a picture of it",
    .usage = "[options] [-o GALLERY.png]",
    .details = "Frequencies are in radians per pixel, angles from the downward row axis towards the column axis.",
    .groups = groups,
    .texts = texts,
    .request_size = sizeof(filters_request),
    .run = run_filters,
};
