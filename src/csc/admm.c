/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/admm.h"

#include "core/memory.h"
#include "csc/polyphase.h"
#include "csc/refine.h"

#include <math.h>
#include <string.h>

size_t ond_admm_plane(const ond_admm *admm)
{
    return admm->operator_->fft->height * admm->operator_->fft->complex_stride;
}

static size_t real_size(const ond_admm *admm)
{
    return admm->operator_->fft->height * admm->operator_->fft->real_stride;
}

/* Channels of the system to solve: those of the polyphase form. */
static ond_status check_channels(const ond_dictionary_info *info)
{
    size_t squared = info->stride * info->stride;
    if (info->channels * squared > OND_ADMM_CHANNELS) {
        return ond_fail(
            OND_ERROR_UNSUPPORTED,
            "admm with %zu channels and stride %zu, at most %d of channels times stride squared are wanted: "
            "take fista",
            info->channels, info->stride, OND_ADMM_CHANNELS);
    }
    return OND_OK;
}

static ond_status check(const ond_lasso *lasso)
{
    const ond_dictionary_info *info = &lasso->operator_->dictionary->info;
    if (info->stride != 1) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "consensus with a stride of %zu, 1 is wanted", info->stride);
    }
    return check_channels(info);
}

static ond_status allocate_group(const ond_admm *admm, ond_admm_group *group)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t channels = admm->circular.info.channels;
    size_t images = admm->spike_limit > 0 ? channels : 0;
    group->plane = ond_memory_allocate_zero(ond_admm_plane(admm), sizeof *group->plane);
    group->rows = ond_memory_allocate(fft->group * fft->real_stride, sizeof *group->rows);
    group->spikes = ond_memory_allocate(admm->spike_limit + OND_SPIKE_SLACK, sizeof *group->spikes);
    group->flags = ond_memory_allocate_zero(fft->real_stride, sizeof *group->flags);
    group->images = ond_memory_allocate(images, ond_taps_padded(&admm->taps) * sizeof *group->images);
    group->sums = ond_memory_allocate(channels, ond_admm_plane(admm) * sizeof *group->sums);
    bool has_memory = group->plane && group->rows && group->spikes && group->flags && group->images && group->sums;
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

static ond_status allocate(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    const ond_dictionary_info *info = &admm->circular.info;
    size_t channels = info->channels;
    size_t plane = ond_admm_plane(admm) * sizeof(ond_complex);
    size_t real = real_size(admm) * sizeof(float);
    size_t masked = admm->lasso->mask ? channels : 0;
    admm->has_weights = admm->lasso->weights != NULL;
    admm->state = ond_memory_allocate_zero(info->atoms, real);
    admm->weights = admm->has_weights ? ond_memory_allocate(info->atoms, real)
                                      : ond_memory_allocate(2 * fft->real_stride, sizeof(float));
    admm->made = ond_memory_allocate_zero(channels, plane);
    admm->held = ond_memory_allocate_zero(channels, plane);
    admm->solution = ond_memory_allocate_zero(channels + masked, plane);
    admm->signal = ond_memory_allocate(channels, plane);
    admm->gram = ond_memory_allocate_zero(channels * channels, plane);
    admm->split = ond_memory_allocate_zero(masked, real);
    admm->split_dual = ond_memory_allocate_zero(masked, real);
    admm->image = ond_memory_allocate(1, real);
    admm->taps.values = ond_memory_allocate(admm->spike_limit > 0 ? ond_taps_size(&admm->taps) : 0, sizeof(float));
    for (size_t g = 0; g < OND_ADMM_GROUPS; g++) {
        OND_TRY(allocate_group(admm, &admm->groups[g]));
    }
    bool has_memory = admm->state && admm->weights && admm->made && admm->held && admm->solution && admm->signal
                      && admm->gram && admm->split && admm->split_dual && admm->image && admm->taps.values;
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

static void load_weights(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t rows = admm->lasso->operator_->rows;
    size_t columns = admm->lasso->operator_->columns;
    size_t lines = admm->has_weights ? admm->circular.info.atoms * fft->height : 2;
    for (size_t line = 0; line < lines; line++) {
        float *target = admm->weights + line * fft->real_stride;
        size_t row = line % fft->height;
        bool is_inside = admm->has_weights ? row < rows : line == 0;
        for (size_t i = 0; i < fft->real_stride; i++) {
            target[i] = is_inside && i < columns ? 1 : INFINITY;
        }
        if (admm->has_weights && is_inside) {
            memcpy(target, admm->lasso->weights + (line / fft->height * rows + row) * columns,
                   columns * sizeof *target);
        }
    }
}

static void transform_plane(ond_admm *admm, const float *image, size_t channel)
{
    const ond_fft *fft = admm->operator_->fft;
    ond_plane_load(fft, image, fft->height, fft->width, admm->image);
    ond_fft_real_forward(fft, admm->image, admm->signal + channel * ond_admm_plane(admm));
}

/* G_ab = Σ_m d^_a conj(d^_b), so that D conj(D)ᵀ = G. */
static void make_gram(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = ond_admm_plane(admm);
    size_t channels = admm->circular.info.channels;
    for (size_t a = 0; a < channels; a++) {
        for (size_t b = 0; b < channels; b++) {
            for (size_t m = 0; m < admm->circular.info.atoms; m++) {
                const ond_complex *spectra = admm->operator_->spectra + m * channels * size;
                ond_spectrum_add_conjugate(fft, spectra + b * size, spectra + a * size,
                                           admm->gram + (a * channels + b) * size);
            }
        }
    }
}

static void load_taps(ond_admm *admm)
{
    if (admm->spike_limit > 0) {
        ond_taps_load(&admm->taps, &admm->circular);
    }
}

void ond_admm_reload(ond_admm *admm)
{
    size_t channels = admm->circular.info.channels;
    ond_fourier_reload(admm->operator_, admm->image);
    memset(admm->gram, 0, channels * channels * ond_admm_plane(admm) * sizeof *admm->gram);
    make_gram(admm);
    load_taps(admm);
    admm->is_primed = false;
}

/* The lasso's products are those of the circular dictionary where they go through Fourier on the image's own grid. */
static ond_status find_operator(ond_admm *admm, const ond_lasso *lasso, ond_planning planning)
{
    const ond_operator *given = lasso->operator_;
    admm->operator_ = given;
    if (given->by_fourier && given->dictionary->info.border == OND_BORDER_CIRCULAR) {
        return OND_OK;
    }
    ond_status status = ond_operator_create(&admm->circular, given->height, given->width, OND_PRODUCTS_FOURIER,
                                            planning, &admm->own_operator);
    admm->operator_ = admm->own_operator;
    return status;
}

static ond_status create(const ond_lasso *lasso, const ond_pursuit_config *config, ond_admm *admm)
{
    OND_TRY(check(lasso));
    admm->lasso = lasso;
    admm->rho = config->rho > 0 ? config->rho : 50 * lasso->lambda + 1;
    admm->relaxation = config->relaxation;
    admm->factor = 1;
    admm->is_primed = true; /* a state of zeros */
    admm->circular = *lasso->operator_->dictionary;
    admm->circular.info.border = OND_BORDER_CIRCULAR;
    OND_TRY(find_operator(admm, lasso, config->planning));
    admm->taps = ond_taps_measure(&admm->circular, admm->operator_->fft->height, admm->operator_->fft->width);
    ond_admm_choose_limit(admm);
    OND_TRY(allocate(admm));
    load_weights(admm);
    make_gram(admm);
    load_taps(admm);
    size_t pixels = admm->operator_->height * admm->operator_->width;
    for (size_t c = 0; c < admm->circular.info.channels; c++) {
        transform_plane(admm, lasso->signal + c * pixels, c);
    }
    return OND_OK;
}

ond_status ond_admm_create(const ond_lasso *lasso, const ond_pursuit_config *config, ond_admm **admm)
{
    ond_admm *made = ond_memory_allocate_zero(1, sizeof *made);
    if (!made) {
        return OND_ERROR_MEMORY;
    }
    ond_status status = create(lasso, config, made);
    if (status != OND_OK) {
        ond_admm_destroy(made);
        return status;
    }
    *admm = made;
    return OND_OK;
}

void ond_admm_destroy(ond_admm *admm)
{
    if (!admm) {
        return;
    }
    for (size_t g = 0; g < OND_ADMM_GROUPS; g++) {
        ond_memory_free(admm->groups[g].plane);
        ond_memory_free(admm->groups[g].rows);
        ond_memory_free(admm->groups[g].spikes);
        ond_memory_free(admm->groups[g].flags);
        ond_memory_free(admm->groups[g].images);
        ond_memory_free(admm->groups[g].sums);
    }
    ond_operator_destroy(admm->own_operator);
    ond_memory_free(admm->state);
    ond_memory_free(admm->weights);
    ond_memory_free(admm->made);
    ond_memory_free(admm->held);
    ond_memory_free(admm->solution);
    ond_memory_free(admm->signal);
    ond_memory_free(admm->gram);
    ond_memory_free(admm->split);
    ond_memory_free(admm->split_dual);
    ond_memory_free(admm->image);
    ond_memory_free(admm->taps.values);
    ond_memory_free(admm);
}

void ond_admm_rescale(ond_admm *admm, double factor)
{
    admm->factor = factor;
}

void ond_admm_codes(const ond_admm *admm, float *codes)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t rows = admm->lasso->operator_->rows;
    size_t columns = admm->lasso->operator_->columns;
    ond_shrinking how = {.threshold = admm->lasso->lambda / admm->rho, .nonnegative = admm->lasso->nonnegative};
    for (size_t line = 0; line < admm->circular.info.atoms * rows; line++) {
        size_t place = line / rows * fft->height + line % rows;
        how.weights = ond_admm_weights(admm, line / rows, line % rows);
        ond_shrink(how, admm->state + place * fft->real_stride, columns, codes + line * columns);
    }
}

void ond_admm_duals(const ond_admm *admm, float *duals)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t rows = admm->lasso->operator_->rows;
    size_t columns = admm->lasso->operator_->columns;
    ond_admm_codes(admm, duals);
    for (size_t i = 0; i < admm->circular.info.atoms * rows * columns; i++) {
        size_t line = i / columns;
        size_t place = line / rows * fft->height + line % rows;
        duals[i] = admm->state[place * fft->real_stride + i % columns] - duals[i]; /* u = T − y */
    }
}

/* Residual balancing (Wohlberg, ADMM penalty parameter selection by residual balancing, 2017). Changes
 * get smaller, so that the penalty has a limit (He, Yang & Wang 2000): with a mask the residuals need not balance.
 * While hardly any code is above the threshold the dual residual is next to nothing: the penalty rises slowly, since
 * too large a one fills the codes. */
static void adapt(ond_admm *admm, const ond_pursuit_config *config, int change)
{
    static const double ratio = 1.2;
    static const double most_rise = 2;
    double most = 1 + 100 / ((double)change * change);
    if (!config->adapt || !(admm->primal > 0) || !(admm->dual > 0)) {
        return;
    }
    double balance = 1 + pow(18.3, log10(admm->lasso->lambda) + 1);
    double off = sqrt(admm->primal / (admm->dual * balance));
    if (admm->primal > ratio * balance * admm->dual) {
        ond_admm_rescale(admm, fmin(off, fmin(most, most_rise)));
    } else if (admm->dual > ratio * admm->primal / balance) {
        ond_admm_rescale(admm, 1 / fmin(1 / off, most));
    }
}

static ond_status iterate(ond_admm *admm, const ond_pursuit_config *config, ond_curve *curve, ond_layer_report *report)
{
    for (int i = 0; i < config->iterations && !report->converged; i++) {
        OND_TRY(ond_admm_step(admm));
        ond_curve_add(curve, admm->primal);
        report->iterations = i + 1;
        report->converged = admm->primal < config->tolerance && admm->dual < config->tolerance;
        if (i % 2 == 1 && !report->converged) { /* a change shows in the residuals after the next step alone */
            adapt(admm, config, i / 2 + 1);
        }
    }
    report->primal = admm->primal;
    report->dual = admm->dual;
    return OND_OK;
}

static ond_status run(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                      ond_layer_report *report)
{
    ond_admm *admm = NULL;
    OND_TRY(ond_admm_create(lasso, config, &admm));
    ond_status status = iterate(admm, config, curve, report);
    ond_admm_codes(admm, codes);
    ond_admm_destroy(admm);
    return status;
}

static ond_status run_strided(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                              ond_layer_report *report)
{
    ond_polyphase parts;
    ond_status status = check_channels(&lasso->operator_->dictionary->info);
    if (status == OND_OK) {
        status = ond_polyphase_create(lasso, config->planning, &parts);
        status = status == OND_OK ? run(&parts.lasso, config, codes, curve, report) : status;
        ond_polyphase_free(&parts);
    }
    return status;
}

ond_status ond_admm_solve(const ond_lasso *lasso, const ond_pursuit_config *config, float *codes, ond_curve *curve,
                          ond_layer_report *report)
{
    ond_lasso_room room = {0};
    bool is_strided = lasso->operator_->dictionary->info.stride > 1;
    OND_TRY(is_strided ? run_strided(lasso, config, codes, curve, report) : run(lasso, config, codes, curve, report));
    OND_TRY(ond_refine(lasso, codes));
    ond_status status = ond_lasso_room_create(lasso->operator_, &room);
    if (status == OND_OK) {
        status = ond_lasso_finish(lasso, config, codes, &room, report);
    }
    ond_lasso_room_free(&room);
    return status;
}
