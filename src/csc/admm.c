/* SPDX-License-Identifier: BSD-3-Clause */
#include "csc/admm.h"

#include "core/memory.h"
#include "core/parallel.h"
#include "core/vector.h"
#include "csc/polyphase.h"

#include <float.h>
#include <math.h>
#include <string.h>

static size_t plane_size(const ond_admm *admm)
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

static ond_status allocate(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t atoms = admm->circular.info.atoms;
    size_t channels = admm->circular.info.channels;
    size_t plane = plane_size(admm) * sizeof(ond_complex);
    size_t real = real_size(admm) * sizeof(float);
    bool is_masked = admm->lasso->mask != NULL;
    admm->has_weights = admm->lasso->weights != NULL;
    admm->state = ond_memory_allocate_zero(atoms, real);
    admm->spectra = ond_memory_allocate(atoms, plane);
    admm->weights = admm->has_weights ? ond_memory_allocate(atoms, real)
                                      : ond_memory_allocate(2 * fft->real_stride, sizeof(float));
    admm->sums = ond_memory_allocate((size_t)OND_ADMM_GROUPS * channels, plane);
    admm->solution = ond_memory_allocate(2 * channels, plane);
    admm->signal = ond_memory_allocate(channels, plane);
    admm->gram = ond_memory_allocate_zero(channels * channels, plane);
    admm->split = ond_memory_allocate_zero(is_masked ? channels : 0, real);
    admm->split_dual = ond_memory_allocate_zero(is_masked ? channels : 0, real);
    admm->buffers = ond_memory_allocate(OND_ADMM_GROUPS * fft->group * fft->real_stride, sizeof(float));
    admm->image = ond_memory_allocate(1, real);
    admm->plane = ond_memory_allocate(1, plane);
    bool has_memory = admm->state && admm->spectra && admm->weights && admm->sums && admm->solution && admm->signal
                      && admm->gram && admm->split && admm->split_dual && admm->buffers && admm->image && admm->plane;
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
    ond_fft_real_forward(fft, admm->image, admm->signal + channel * plane_size(admm));
}

/* G_ab = Σ_m d^_a conj(d^_b), so that D conj(D)ᵀ = G. */
static void make_gram(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = plane_size(admm);
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

void ond_admm_reload(ond_admm *admm)
{
    size_t channels = admm->circular.info.channels;
    ond_fourier_reload(admm->operator_, admm->image);
    memset(admm->gram, 0, channels * channels * plane_size(admm) * sizeof *admm->gram);
    make_gram(admm);
    admm->is_primed = false;
}

static ond_status create(const ond_lasso *lasso, const ond_pursuit_config *config, ond_admm *admm)
{
    OND_TRY(check(lasso));
    admm->lasso = lasso;
    admm->rho = config->rho > 0 ? config->rho : 50 * lasso->lambda + 1;
    admm->relaxation = config->relaxation;
    admm->factor = 1;
    admm->circular = *lasso->operator_->dictionary;
    admm->circular.info.border = OND_BORDER_CIRCULAR;
    OND_TRY(ond_operator_create(&admm->circular, lasso->operator_->height, lasso->operator_->width,
                                OND_PRODUCTS_FOURIER, config->planning, &admm->operator_));
    OND_TRY(allocate(admm));
    load_weights(admm);
    make_gram(admm);
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
    ond_operator_destroy(admm->operator_);
    ond_memory_free(admm->state);
    ond_memory_free(admm->spectra);
    ond_memory_free(admm->weights);
    ond_memory_free(admm->sums);
    ond_memory_free(admm->solution);
    ond_memory_free(admm->signal);
    ond_memory_free(admm->gram);
    ond_memory_free(admm->split);
    ond_memory_free(admm->split_dual);
    ond_memory_free(admm->buffers);
    ond_memory_free(admm->image);
    ond_memory_free(admm->plane);
    ond_memory_free(admm);
}

static float clipped(const ond_admm *admm, float state, float weight)
{
    float t = (float)(admm->lasso->lambda / admm->rho) * weight;
    float low = admm->lasso->nonnegative ? -FLT_MAX : -t;
    return fminf(fmaxf(state, low < -t ? low : -t), t);
}

void ond_admm_rescale(ond_admm *admm, double factor)
{
    admm->factor = factor;
}

static void unload(const ond_admm *admm, bool is_dual, float *codes)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t rows = admm->lasso->operator_->rows;
    size_t columns = admm->lasso->operator_->columns;
    for (size_t line = 0; line < admm->circular.info.atoms * rows; line++) {
        size_t place = line / rows * fft->height + line % rows;
        const float *weights = ond_admm_weights(admm, line / rows, line % rows);
        const float *state = admm->state + place * fft->real_stride;
        for (size_t i = 0; i < columns; i++) {
            float u = clipped(admm, state[i], weights[i]);
            codes[line * columns + i] = is_dual ? u : state[i] - u;
        }
    }
}

void ond_admm_codes(const ond_admm *admm, float *codes)
{
    unload(admm, false, codes);
}

void ond_admm_duals(const ond_admm *admm, float *duals)
{
    unload(admm, true, duals);
}

typedef struct step_job {
    ond_admm *admm;
    double sums[OND_ADMM_GROUPS][5];
} step_job;

static void clear_sums(ond_admm *admm, size_t group)
{
    size_t size = admm->circular.info.channels * plane_size(admm);
    memset(admm->sums + group * size, 0, size * sizeof *admm->sums);
}

static ond_status prime_group(void *context, size_t group, int worker)
{
    (void)worker;
    step_job *job = context;
    clear_sums(job->admm, group);
    for (size_t atom = group; atom < job->admm->circular.info.atoms; atom += OND_ADMM_GROUPS) {
        ond_admm_forward(job->admm, atom, group);
    }
    return OND_OK;
}

/* The end of this step and the start of the next one, while the atom's planes are in the cache. */
static ond_status pass_group(void *context, size_t group, int worker)
{
    (void)worker;
    step_job *job = context;
    clear_sums(job->admm, group);
    for (size_t atom = group; atom < job->admm->circular.info.atoms; atom += OND_ADMM_GROUPS) {
        ond_admm_backward(job->admm, atom, group, job->sums[group]);
        ond_admm_forward(job->admm, atom, group);
    }
    return OND_OK;
}

static ond_status solve_one_row(void *context, size_t row, int worker)
{
    (void)worker;
    step_job *job = context;
    ond_admm_solve_row(job->admm, row);
    return OND_OK;
}

/* The spectrum of y₀ + s − u₀. */
static void load_split(ond_admm *admm)
{
    size_t pixels = admm->operator_->height * admm->operator_->width;
    const ond_fft *fft = admm->operator_->fft;
    for (size_t c = 0; c < admm->circular.info.channels; c++) {
        for (size_t i = 0; i < pixels; i++) {
            size_t place = i / fft->width * fft->real_stride + i % fft->width;
            size_t k = c * pixels + i;
            admm->image[place] = admm->split[k] + admm->lasso->signal[k] - admm->split_dual[k];
        }
        ond_fft_real_forward(fft, admm->image, admm->signal + c * plane_size(admm));
    }
}

/* (D x)^ = Σ d^ v^ + G w, w the solution of the step's system. */
static void synthesize(ond_admm *admm, size_t channel)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = plane_size(admm);
    size_t channels = admm->circular.info.channels;
    memcpy(admm->plane, admm->solution + (channels + channel) * size, size * sizeof *admm->plane);
    for (size_t c = 0; c < channels; c++) {
        ond_spectrum_add_product(fft, admm->gram + (channel * channels + c) * size, admm->solution + c * size,
                                 admm->plane);
    }
    ond_fft_real_backward(fft, admm->plane, admm->image);
}

static void update_split(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t pixels = fft->height * fft->width;
    double alpha = admm->relaxation;
    for (size_t c = 0; c < admm->circular.info.channels; c++) {
        synthesize(admm, c);
        for (size_t i = 0; i < pixels; i++) {
            size_t k = c * pixels + i;
            double made = (double)admm->image[i / fft->width * fft->real_stride + i % fft->width] / (double)pixels;
            double weight = (double)admm->lasso->mask[k];
            double moved = alpha * (made - (double)admm->lasso->signal[k]) + (1 - alpha) * (double)admm->split[k]
                           + (double)admm->split_dual[k];
            double next = admm->rho * moved / (weight * weight + admm->rho);
            admm->split[k] = (float)next;
            admm->split_dual[k] = (float)((moved - next) / admm->factor);
        }
    }
}

ond_status ond_admm_step(ond_admm *admm)
{
    step_job job = {.admm = admm};
    int workers = ond_parallel_workers(OND_ADMM_GROUPS);
    if (admm->lasso->mask) {
        load_split(admm);
    }
    if (!admm->is_primed) {
        double factor = admm->factor; /* waits for the pass below */
        admm->factor = 1;
        OND_TRY(ond_parallel_for(OND_ADMM_GROUPS, workers, prime_group, &job));
        admm->factor = factor;
    }
    OND_TRY(ond_parallel_for(admm->operator_->fft->height, workers, solve_one_row, &job));
    OND_TRY(ond_parallel_for(OND_ADMM_GROUPS, workers, pass_group, &job));
    if (admm->lasso->mask) {
        update_split(admm);
    }
    admm->is_primed = true;
    admm->rho *= admm->factor;
    admm->factor = 1;
    double sums[5] = {0};
    for (size_t group = 0; group < OND_ADMM_GROUPS; group++) {
        for (size_t i = 0; i < 5; i++) {
            sums[i] += job.sums[group][i];
        }
    }
    double largest = fmax(sums[1], sums[2]);
    admm->primal = largest > 0 ? sqrt(sums[0] / largest) : 0;
    admm->dual = sums[4] > 0 ? sqrt(sums[3] / sums[4]) : 0;
    return OND_OK;
}

/* Residual balancing (Wohlberg, ADMM penalty parameter selection by residual balancing, 2017). Changes
 * get smaller, so that the penalty has a limit (He, Yang & Wang 2000): with a mask the residuals need not balance. */
static void adapt(ond_admm *admm, const ond_pursuit_config *config, int change)
{
    static const double ratio = 1.2;
    double most = 1 + 100 / ((double)change * change);
    if (!config->adapt || !(admm->primal > 0) || !(admm->dual > 0)) {
        return;
    }
    double balance = 1 + pow(18.3, log10(admm->lasso->lambda) + 1);
    double off = sqrt(admm->primal / (admm->dual * balance));
    if (admm->primal > ratio * balance * admm->dual) {
        ond_admm_rescale(admm, fmin(off, most));
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
    ond_status status = ond_lasso_room_create(lasso->operator_, &room);
    if (status == OND_OK) {
        status = ond_lasso_finish(lasso, config, codes, &room, report);
    }
    ond_lasso_room_free(&room);
    return status;
}
