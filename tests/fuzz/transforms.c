/* SPDX-License-Identifier: BSD-3-Clause */
/* Any options and any image through every transform: results are finite, or the error says why. */
#include "fuzz/draw.h"
#include <math.h>
#include <stdlib.h>

enum { MOST_SIDE = 20 };

static ond_filters *draw_bank(fuzz_bytes *bytes, bool grid, size_t height, size_t width)
{
    union {
        ond_morlet_config morlet;
        ond_spline_config spline;
        ond_shearlet_config shearlet;
        ond_separable_config separable;
    } config;
    ond_filters *filters = NULL;
    int rows = grid ? (int)height : 0, columns = grid ? (int)width : 0;
    switch (fuzz_below(bytes, 4)) {
    case 0:
        fuzz_config(bytes, ond_morlet_options(), &config.morlet);
        config.morlet.height = rows, config.morlet.width = columns;
        fuzz_check_status(ond_morlet_create(&config.morlet, &filters));
        break;
    case 1:
        fuzz_config(bytes, ond_spline_options(), &config.spline);
        config.spline.height = rows, config.spline.width = columns;
        fuzz_check_status(ond_spline_create(&config.spline, &filters));
        break;
    case 2:
        fuzz_config(bytes, ond_shearlet_options(), &config.shearlet);
        config.shearlet.height = rows, config.shearlet.width = columns;
        fuzz_check_status(ond_shearlet_create(&config.shearlet, &filters));
        break;
    default:
        fuzz_config(bytes, ond_separable_options(), &config.separable);
        config.separable.height = rows, config.separable.width = columns;
        fuzz_check_status(ond_separable_create(&config.separable, &filters));
    }
    return filters;
}

static void use_filters(fuzz_bytes *bytes, const ond_array *image)
{
    ond_filters *filters = draw_bank(bytes, true, image->shape[0], image->shape[1]);
    ond_filters *parseval = NULL;
    ond_array coefficients = {0}, result = {0};
    double lower = 0, upper = 0;
    if (filters && fuzz_check(ond_filters_analysis(filters, image, &coefficients), &coefficients)) {
        (void)fuzz_check(ond_filters_adjoint(filters, &coefficients, &result), &result);
        (void)fuzz_check(ond_filters_synthesis(filters, &coefficients, &result), &result);
    }
    if (filters) {
        (void)fuzz_check(ond_filters_littlewood_paley(filters, &result), &result);
        fuzz_check_status(ond_filters_bounds(filters, &lower, &upper));
        fuzz_check_status(ond_filters_parseval(filters, &parseval));
    }
    ond_filters_destroy(parseval);
    ond_filters_destroy(filters);
    ond_array_free(&coefficients);
    ond_array_free(&result);
}

static void use_bands(fuzz_bytes *bytes, const ond_array *image)
{
    ond_filters *filters = draw_bank(bytes, true, image->shape[0], image->shape[1]);
    ond_bands_config config;
    ond_bands *bands = NULL;
    fuzz_config(bytes, ond_bands_options(), &config);
    if (filters) {
        fuzz_check_status(ond_bands_create(filters, &config, &bands));
    }
    size_t count = bands ? ond_filters_count(filters) : 0;
    ond_array *coefficients = calloc(count + 1, sizeof *coefficients);
    ond_array result = {0};
    if (bands && coefficients && ond_bands_analysis(bands, image, coefficients) == OND_OK) {
        for (size_t i = 0; i < count; i++) {
            fuzz_check_finite(&coefficients[i]);
        }
        (void)fuzz_check(ond_bands_synthesis(bands, coefficients, &result), &result);
    }
    for (size_t i = 0; coefficients && i < count; i++) {
        ond_array_free(&coefficients[i]);
    }
    free(coefficients);
    ond_array_free(&result);
    ond_bands_destroy(bands);
    ond_filters_destroy(filters);
}

static void use_scattering(fuzz_bytes *bytes, const ond_array *image)
{
    ond_filters *filters = draw_bank(bytes, fuzz_below(bytes, 4) == 0, image->shape[0], image->shape[1]);
    ond_scattering_config config;
    ond_scattering *scattering = NULL;
    ond_array features = {0}, gradient = {0};
    ond_scattering_energy energy;
    fuzz_config(bytes, ond_scattering_options(), &config);
    config.order = config.order > 3 ? 3 : config.order;
    if (filters) {
        fuzz_check_status(ond_scattering_create(filters, &config, &scattering));
    }
    if (scattering && fuzz_check(ond_scattering_apply(scattering, image, &features), &features)) {
        (void)fuzz_check(ond_scattering_adjoint(scattering, image, &features, &gradient), &gradient);
        ond_status status = ond_scattering_measure_energy(scattering, image, &energy);
        fuzz_check_status(status);
        if (status == OND_OK && !isfinite(energy.image + energy.discarded + energy.propagated + energy.averaged[0])) {
            abort();
        }
    }
    ond_array_free(&features);
    ond_array_free(&gradient);
    ond_scattering_destroy(scattering);
    ond_filters_destroy(filters);
}

static void use_threshold(fuzz_bytes *bytes, const ond_array *image)
{
    ond_filters *filters = draw_bank(bytes, fuzz_below(bytes, 2), image->shape[0], image->shape[1]);
    ond_threshold_config config;
    ond_array result = {0};
    fuzz_config(bytes, ond_threshold_options(), &config);
    if (filters) {
        (void)fuzz_check(ond_threshold(filters, image, &config, &result, NULL), &result);
    }
    ond_array_free(&result);
    ond_filters_destroy(filters);
}

static void use_dwt(fuzz_bytes *bytes, const ond_array *image)
{
    ond_dwt_config config;
    ond_threshold_config rule;
    ond_dwt *dwt = NULL;
    ond_array coefficients = {0}, result = {0};
    fuzz_config(bytes, ond_dwt_options(), &config);
    fuzz_config(bytes, ond_threshold_options(), &rule);
    fuzz_check_status(ond_dwt_create(&config, image->shape[0], image->shape[1], &dwt));
    if (dwt && fuzz_check(ond_dwt_analysis(dwt, image, &coefficients), &coefficients)) {
        (void)fuzz_check(ond_dwt_synthesis(dwt, &coefficients, &result), &result);
    }
    if (dwt) {
        (void)fuzz_check(ond_threshold_dwt(dwt, image, &rule, &result, NULL), &result);
    }
    ond_array_free(&coefficients);
    ond_array_free(&result);
    ond_dwt_destroy(dwt);
}

static void use_inpaint(fuzz_bytes *bytes, const ond_array *image)
{
    ond_filters *filters = draw_bank(bytes, fuzz_below(bytes, 2), image->shape[0], image->shape[1]);
    ond_inpaint_config config;
    size_t shape[2] = {image->shape[image->rank - 2], image->shape[image->rank - 1]};
    ond_array mask = fuzz_array(bytes, 2, shape), result = {0};
    fuzz_config(bytes, ond_inpaint_options(), &config);
    config.iterations = config.iterations > 4 ? 4 : config.iterations;
    if (filters) {
        (void)fuzz_check(ond_inpaint(filters, image, &mask, &config, &result), &result);
    }
    ond_array_free(&mask);
    ond_array_free(&result);
    ond_filters_destroy(filters);
}

static void use_denoise(fuzz_bytes *bytes, const ond_array *image)
{
    ond_denoise_config config;
    ond_array result = {0};
    double noise_std = 0;
    fuzz_config(bytes, ond_denoise_options(), &config);
    fuzz_check_status(ond_noise_estimate(image, &noise_std));
    (void)fuzz_check(ond_denoise(image, &config, &result, &noise_std), &result);
    ond_array_free(&result);
}

static void use_edges(fuzz_bytes *bytes, const ond_array *image)
{
    ond_edge_config config;
    ond_edge_map map = {0};
    ond_array binary = {0};
    ond_contours contours = {0};
    fuzz_config(bytes, ond_edge_options(), &config);
    if (fuzz_check(ond_edges(image, &config, NULL, &map), &map.strength)) {
        fuzz_check_finite(&map.normal_rad);
        fuzz_check_finite(&map.thin);
        fuzz_check_finite(&map.offset_px);
        if (fuzz_check(ond_edge_select(&map, &binary), &binary)) {
            fuzz_check_status(ond_edge_trace(&map, &binary, &contours));
        }
    }
    ond_contours_free(&contours);
    ond_array_free(&binary);
    ond_edge_map_free(&map);
}

static void use_benchmark(fuzz_bytes *bytes, const ond_array *image)
{
    size_t shape[3] = {1 + fuzz_below(bytes, 2), image->shape[0], image->shape[1]};
    ond_array truth = fuzz_array(bytes, 3, shape), thin = {0};
    double thresholds[3] = {0.1, 0.4, fuzz_number(bytes)};
    double distance = fuzz_number(bytes) / 100;
    ond_edge_counts counts[3];
    ond_edge_score score;
    fuzz_check_status(ond_edge_thin(image, &thin));
    ond_status status = ond_edge_benchmark(image, &truth, thresholds, 3, distance, counts);
    fuzz_check_status(status);
    if (status == OND_OK) {
        fuzz_check_status(ond_edge_score_set(counts, 1, thresholds, 3, NULL, &score));
    }
    ond_array_free(&truth);
    ond_array_free(&thin);
}

static void use_picture(fuzz_bytes *bytes, const ond_array *image)
{
    ond_array result = {0};
    size_t height = fuzz_below(bytes, 40), width = fuzz_below(bytes, 40);
    (void)fuzz_check(ond_image_resize(image, height, width, &result), &result);
    (void)fuzz_check(ond_image_pad(image, height, width, &result), &result);
    fuzz_check_status(ond_image_write(image, fuzz_below(bytes, 2) ? 8 : 16, "/dev/null"));
    static const ond_sample_type types[] = {OND_SAMPLE_U8, OND_SAMPLE_U16, OND_SAMPLE_F32};
    size_t side = 1 + fuzz_below(bytes, 6);
    uint8_t *memory = calloc(side * side * 16, 1);
    ond_image_view view = {.data = memory, .type = types[fuzz_below(bytes, 3)], .height = side, .width = side};
    view.channels = fuzz_below(bytes, 5);
    if (memory && fuzz_check(ond_image_view_read(&view, &result), &result)) {
        fuzz_check_status(ond_image_view_write(&result, &view));
        fuzz_check_status(ond_image_view_write(image, &view));
    }
    free(memory);
    ond_array_free(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const fuzz_use uses[] = {use_filters, use_bands,   use_scattering, use_threshold, use_dwt,
                                    use_inpaint, use_denoise, use_edges,      use_benchmark, use_picture};
    return fuzz_one_use(data, size, uses, sizeof uses / sizeof uses[0], MOST_SIDE);
}
