/* SPDX-License-Identifier: BSD-3-Clause */
#include "tasks/threshold.h"

#include "core/array.h"
#include "core/memory.h"
#include "core/vector.h"
#include "tasks/work_bank.h"

#include <math.h>
#include <string.h>

/* What is known of one band. */
typedef struct band_tally {
    size_t terms, kept;
    size_t ties; /* magnitudes equal to the threshold: found, then those still to be kept */
} band_tally;

typedef struct threshold_job {
    const ond_threshold_config *config;
    ond_selection selection;
    band_tally *tallies; /* one per band */
} threshold_job;

static bool is_spared(const ond_threshold_config *config, const ond_band *band)
{
    return config->low_pass == OND_LOW_PASS_SPARED && band->info.kind == OND_FILTER_LOW_PASS;
}

/* 1 over the band's weight. */
static float factor_of(const void *context, const ond_band *band)
{
    const ond_threshold_config *config = context;
    if (is_spared(config, band)) {
        return -1;
    }
    if (config->weights == OND_WEIGHTS_NONE) {
        return 1;
    }
    return band->noise_gain > 0 ? (float)(1 / band->noise_gain) : 0;
}

static ond_status count_ties(void *context, const ond_band *band)
{
    threshold_job *job = context;
    float factor = factor_of(job->config, band);
    size_t ties = 0;
    for (size_t row = 0; row < band->height && factor >= 0; row++) {
        const float *line = band->data[0] + row * band->stride;
        for (size_t i = 0; i < band->width; i++) {
            ties += fabsf(line[i]) * factor == job->selection.threshold;
        }
    }
    job->tallies[band->index].ties = ties;
    return OND_OK;
}

/* Ties are given to the first bands until all are spent. */
static ond_status deal_ties(threshold_job *job, const ond_band_source *source)
{
    size_t left = job->selection.ties;
    if (left == 0) {
        return OND_OK;
    }
    OND_TRY(source->walk(source->object, false, count_ties, job));
    for (size_t i = 0; i < source->bands; i++) {
        band_tally *tally = &job->tallies[i];
        tally->ties = tally->ties < left ? tally->ties : left;
        left -= tally->ties;
    }
    return OND_OK;
}

static float shrink(ond_threshold_rule rule, float coefficient, float threshold)
{
    switch (rule) {
    case OND_THRESHOLD_SOFT:
        return coefficient - copysignf(threshold, coefficient);
    case OND_THRESHOLD_GARROTE:
        return coefficient != 0 ? coefficient - threshold * (threshold / coefficient) : 0;
    default:
        return coefficient;
    }
}

/* One row with its threshold on magnitudes and on coefficients. Returns the number of coefficients kept. */
static size_t threshold_row(const threshold_job *job, float factor, float shrinkage, size_t width, float *row,
                            size_t *ties)
{
    size_t kept = 0;
    float threshold = job->selection.threshold;
    for (size_t i = 0; i < width; i++) {
        float magnitude = fabsf(row[i]) * factor;
        bool keep = magnitude > threshold;
        if (!keep && *ties > 0 && magnitude == threshold) {
            (*ties)--;
            keep = true;
        }
        row[i] = keep ? shrink(job->config->rule, row[i], shrinkage) : 0;
        kept += keep;
    }
    return kept;
}

static ond_status threshold_band(void *context, const ond_band *band)
{
    threshold_job *job = context;
    band_tally *tally = &job->tallies[band->index];
    float factor = factor_of(job->config, band);
    if (factor < 0) {
        return OND_OK;
    }
    tally->terms = band->height * band->width;
    if (job->selection.all) {
        tally->kept = tally->terms;
        return OND_OK;
    }
    bool weighted = job->config->weights == OND_WEIGHTS_NOISE;
    float shrinkage
        = weighted ? (float)((double)job->selection.threshold * band->noise_gain) : job->selection.threshold;
    for (size_t row = 0; row < band->height; row++) {
        float *line = band->data[0] + row * band->stride;
        tally->kept += threshold_row(job, factor, shrinkage, band->width, line, &tally->ties);
    }
    return OND_OK;
}

static ond_status run_job(threshold_job *job, const ond_band_source *source)
{
    const ond_threshold_config *config = job->config;
    job->selection = (ond_selection){.threshold = (float)config->value};
    if (config->keep >= 0) {
        OND_TRY(ond_select_largest(source, factor_of, config, (size_t)config->keep, &job->selection));
        OND_TRY(deal_ties(job, source));
    }
    return source->walk(source->object, true, threshold_band, job);
}

ond_status ond_threshold_source(const ond_threshold_config *config, const ond_band_source *source,
                                ond_threshold_report *report)
{
    threshold_job job = {.config = config};
    job.tallies = ond_memory_allocate_zero(source->bands, sizeof *job.tallies);
    if (!job.tallies) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = run_job(&job, source);
    for (size_t i = 0; i < source->bands; i++) {
        report->terms += job.tallies[i].terms;
        report->terms_kept += job.tallies[i].kept;
    }
    report->low_pass_spared = config->low_pass == OND_LOW_PASS_SPARED;
    report->threshold = fmax(report->threshold, (double)job.selection.threshold);
    ond_memory_free(job.tallies);
    return status;
}

ond_status ond_threshold_check(const ond_threshold_config *config, bool redundant, ond_threshold_config *checked)
{
    *checked = config ? *config : ond_threshold_config_default();
    OND_TRY(ond_options_check(ond_threshold_options(), checked));
    if (checked->low_pass == OND_LOW_PASS_AUTO) {
        bool spared = redundant || checked->rule != OND_THRESHOLD_HARD;
        checked->low_pass = spared ? OND_LOW_PASS_SPARED : OND_LOW_PASS_TREATED;
    }
    if (checked->keep != floor(checked->keep)) {
        return ond_fail(OND_ERROR_ARGUMENT, "keep = %g is not a whole number", checked->keep);
    }
    return OND_OK;
}

void ond_threshold_take_row(const float *image, const float *result, size_t width, float *row, ond_error_sums *sums)
{
    sums->error += ond_vector_sum_squared_difference(image, result, width);
    sums->image += ond_vector_sum_squares(image, width);
    memcpy(row, result, width * sizeof *row);
}

double ond_threshold_error(const ond_error_sums *sums)
{
    return sums->image > 0 ? sqrt(sums->error / sums->image) : 0;
}

/* One padded plane as a source of bands. */
typedef struct bank_source {
    const ond_filters *bank;
    ond_array padded, result;
} bank_source;

static ond_status walk_bank(void *object, bool change, ond_band_function function, void *context)
{
    bank_source *source = object;
    return ond_filters_process(source->bank, &source->padded, 1, function, context, change ? &source->result : NULL);
}

static ond_status threshold_planes(const ond_work_bank *work, const ond_threshold_config *config, bank_source *own,
                                   const ond_array *image, ond_array *result, ond_threshold_report *report)
{
    ond_band_source source = {own, ond_filters_count(work->bank), walk_bank};
    ond_planes planes = work->planes;
    ond_error_sums sums = {0};
    for (size_t channel = 0; channel < planes.channels; channel++) {
        size_t offset = channel * planes.height * planes.width;
        ond_work_bank_pad(work, image->data + offset, own->padded.data);
        OND_TRY(ond_threshold_source(config, &source, report));
        for (size_t row = 0; row < planes.height; row++) {
            size_t place = offset + row * planes.width;
            ond_threshold_take_row(image->data + place, ond_work_bank_row(work, own->result.data, row), planes.width,
                                   result->data + place, &sums);
        }
    }
    report->relative_error = ond_threshold_error(&sums);
    return OND_OK;
}

static ond_status threshold_with(const ond_work_bank *work, const ond_threshold_config *config, const ond_array *image,
                                 ond_array *result, ond_threshold_report *report)
{
    bank_source own = {.bank = work->bank};
    size_t shape[2] = {work->height, work->width};
    ond_status status = ond_array_resize(&own.padded, 2, shape);
    if (status == OND_OK) {
        status = threshold_planes(work, config, &own, image, result, report);
    }
    ond_array_free(&own.padded);
    ond_array_free(&own.result);
    return status;
}

ond_status ond_threshold(const ond_filters *bank, const ond_array *image, const ond_threshold_config *config,
                         ond_array *result, ond_threshold_report *report)
{
    ond_threshold_config checked;
    ond_planes planes;
    ond_work_bank work;
    ond_threshold_report found = {0};
    OND_TRY(ond_threshold_check(config, true, &checked));
    OND_TRY(ond_planes_of(image, &planes));
    OND_TRY(ond_array_check_finite(image, "the image"));
    OND_TRY(ond_work_bank_create(bank, planes, &work));
    ond_status status = ond_array_resize(result, image->rank, image->shape);
    if (status == OND_OK) {
        status = threshold_with(&work, &checked, image, result, &found);
    }
    ond_work_bank_destroy(&work);
    status = status ? status : ond_array_check_result(result);
    if (status == OND_OK && report) {
        *report = found;
    }
    return status;
}
