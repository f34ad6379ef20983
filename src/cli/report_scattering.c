/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/bank.h"
#include "cli/disks.h"
#include "cli/gallery.h"
#include "cli/mosaic.h"
#include "cli/report_parts.h"

#include <stdio.h>

static ond_status show_bank(report_job *job, bank_config config, const char *heading, const char *text)
{
    enum { GRID = 128 };
    ond_filters *bank = NULL;
    char orientations[BANK_ORIENTATIONS];
    gallery_facts facts = {.scales = bank_scales(&config), .height = GRID, .width = GRID};
    ond_status status = bank_create(&config, GRID, GRID, &bank);
    status = status ? status : ond_filters_bounds(bank, &facts.lower, &facts.upper);
    if (status == OND_OK) {
        facts.orientations = bank_orientations(bank, orientations);
        facts.most_orientations = bank_most_orientations(bank);
        page_section(&job->html, heading, text);
        page_paragraph(&job->html, "%zu filters; frame bounds A = %.6g, B = %.6g: A ‖x‖² ≤ ‖Wx‖² ≤ B ‖x‖².",
                       ond_filters_count(bank), facts.lower, facts.upper);
        status = gallery_draw(bank, &facts,
                              page_picture(&job->html, config.family == BANK_SPLINE ? SHOWN_SPLINE : SHOWN_SHEARLETS));
    }
    ond_filters_destroy(bank);
    return status;
}

ond_status report_banks(report_job *job)
{
    const report_config *own = job->config;
    bank_config config = {.family = BANK_SPLINE,
                          .morlet = ond_morlet_config_default(),
                          .spline = ond_spline_config_default(),
                          .shearlet = ond_shearlet_config_default()};
    config.spline.scales = own->scales;
    config.spline.orientations = own->orientations;
    config.shearlet.scales = 3;
    ond_status status
        = show_bank(job, config, "Cubic-spline wavelets",
                    "Each filter in space and in frequency, the Littlewood–Paley sum, and which filter is "
                    "the largest at each frequency. The bank is unitary: the sum is 1 everywhere.");
    config.family = BANK_SHEARLET;
    return status
               ? status
               : show_bank(job, config, "Shearlets",
                           "Compactly supported shearlets, as used for denoising and thresholding: finer scales have "
                           "more directions.");
}

static ond_status create_scattering(const report_config *own, ond_averaging averaging, ond_scattering **scattering)
{
    ond_spline_config bank = ond_spline_config_default();
    ond_scattering_config config = ond_scattering_config_default();
    ond_filters *filters = NULL;
    bank.scales = own->scales;
    bank.orientations = own->orientations;
    config.averaging = averaging;
    config.oversampling = averaging == OND_AVERAGING_LOCAL;
    ond_status status = ond_spline_create(&bank, &filters);
    status = status ? status : ond_scattering_create(filters, &config, scattering);
    ond_filters_destroy(filters);
    return status;
}

static ond_status show_energy(report_job *job, const ond_scattering *scattering)
{
    ond_scattering_energy energy;
    ond_status status = ond_scattering_measure_energy(scattering, &job->gray, &energy);
    if (status == OND_OK && energy.image > 0) {
        char text[5][64];
        double all = energy.image / 100;
        snprintf(text[0], sizeof text[0], "order 0|%.3f %%", energy.averaged[0] / all);
        snprintf(text[1], sizeof text[1], "order 1|%.3f %%", energy.averaged[1] / all);
        snprintf(text[2], sizeof text[2], "order 2|%.3f %%", energy.averaged[2] / all);
        snprintf(text[3], sizeof text[3], "paths not followed|%.3f %%", energy.discarded / all);
        snprintf(text[4], sizeof text[4], "left for higher orders|%.3f %%", energy.propagated / all);
        const char *rows[] = {"part|share of ‖x − mean‖²", text[0], text[1], text[2], text[3], text[4], NULL};
        page_section(
            &job->html, "Where the energy goes",
            "A windowed scattering with a unitary bank loses nothing: the shares add up to 100 %. Few orders hold "
            "almost all of it.");
        page_table(&job->html, rows);
    }
    return status;
}

static ond_status scatter(const report_job *job, ond_averaging averaging, ond_scattering **scattering,
                          ond_array *features)
{
    ond_status status = create_scattering(job->config, averaging, scattering);
    return status ? status : ond_scattering_apply(*scattering, &job->gray, features);
}

static ond_status show_disks(report_job *job, const ond_scattering *scattering, const ond_array *features)
{
    page_section(&job->html, "Scattering coefficients",
                 "Means over the picture, laid over the disk of frequencies: the outer ring is the finest scale, a "
                 "sector is an orientation of oscillation. For order 2 each sector is divided again by the second "
                 "wavelet: outwards its finer scales, in the middle its parallel orientation.");
    ond_status status = disks_draw(scattering, features, job->config->scales, job->config->orientations,
                                   page_picture(&job->html, SHOWN_DISKS));
    return status ? status : show_energy(job, scattering);
}

static ond_status show_mosaic(report_job *job, const ond_scattering *scattering, const ond_array *features)
{
    page_section(&job->html, "Where the coefficients are large",
                 "The same coefficients, averaged locally: each small map is one path, and is the picture as that "
                 "path sees it. These maps are the features.");
    return mosaic_draw(scattering, features, job->config->scales, job->config->orientations,
                       page_picture(&job->html, SHOWN_MOSAIC));
}

ond_status report_scattering(report_job *job)
{
    static const ond_averaging averagings[] = {OND_AVERAGING_GLOBAL, OND_AVERAGING_LOCAL};
    ond_status (*const show[])(report_job *, const ond_scattering *, const ond_array *) = {show_disks, show_mosaic};
    ond_status status = OND_OK;
    for (int i = 0; i < 2 && status == OND_OK; i++) {
        ond_scattering *scattering = NULL;
        ond_array features = {0};
        status = scatter(job, averagings[i], &scattering, &features);
        status = status ? status : show[i](job, scattering, &features);
        ond_scattering_destroy(scattering);
        ond_array_free(&features);
    }
    return status;
}
