/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/parallel.h"
#include "core/vector.h"
#include "csc/admm.h"

#include <math.h>
#include <string.h>

/* One step of ond_admm: the system of each frequency, then one pass over the atoms in groups. */

typedef struct group_job {
    ond_admm *admm;
    void (*pass)(ond_admm *admm, size_t atom, ond_admm_group *group);
} group_job;

static ond_status pass_group(void *context, size_t index, int worker)
{
    (void)worker;
    const group_job *job = context;
    ond_admm_group *group = &job->admm->groups[index];
    ond_admm_clear(job->admm, group);
    memset(group->residuals, 0, sizeof group->residuals);
    for (size_t atom = index; atom < job->admm->circular.info.atoms; atom += OND_ADMM_GROUPS) {
        job->pass(job->admm, atom, group);
    }
    return OND_OK;
}

static ond_status pass_over_atoms(ond_admm *admm, int workers,
                                  void (*pass)(ond_admm *admm, size_t atom, ond_admm_group *group))
{
    group_job job = {admm, pass};
    return ond_parallel_for(OND_ADMM_GROUPS, workers, pass_group, &job);
}

static void transform_atom(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    ond_admm_transform(admm, atom, false, group);
}

static void list_atom(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    ond_admm_list(admm, atom, group);
    ond_admm_add_codes(admm, atom, group);
}

static void update_atom(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    ond_admm_update(admm, atom, group);
    ond_admm_add_codes(admm, atom, group);
}

static ond_status solve_one_row(void *context, size_t row, int worker)
{
    (void)worker;
    ond_admm_solve_row(context, row);
    return OND_OK;
}

static ond_status collect_held(void *context, size_t channel, int worker)
{
    ond_admm *admm = context;
    ond_admm_collect(admm, channel, admm->groups[worker].rows, admm->held + channel * ond_admm_plane(admm));
    return OND_OK;
}

/* D y, and D T = D y + D u / factor where the penalty changes. */
static ond_status collect_made(void *context, size_t channel, int worker)
{
    ond_admm *admm = context;
    ond_complex *made = admm->made + channel * ond_admm_plane(admm);
    ond_complex *held = admm->held + channel * ond_admm_plane(admm);
    ond_admm_collect(admm, channel, admm->groups[worker].rows, made);
    float share = (float)(1 / admm->factor);
    for (size_t i = 0; admm->factor != 1 && i < ond_admm_plane(admm); i++) {
        held[i].re = made[i].re + share * (held[i].re - made[i].re);
        held[i].im = made[i].im + share * (held[i].im - made[i].im);
    }
    return OND_OK;
}

static ond_status collect(ond_admm *admm, ond_parallel_task task)
{
    size_t channels = admm->circular.info.channels;
    size_t most = channels < OND_ADMM_GROUPS ? channels : OND_ADMM_GROUPS; /* each worker has a group's rows */
    return ond_parallel_for(channels, ond_parallel_workers(most), task, admm);
}

/* The images of a state that was not made by steps with this dictionary. */
static ond_status prime(ond_admm *admm, int workers)
{
    double factor = admm->factor; /* waits for the pass over the state */
    admm->factor = 1;
    OND_TRY(pass_over_atoms(admm, workers, transform_atom));
    OND_TRY(collect(admm, collect_held));
    OND_TRY(pass_over_atoms(admm, workers, list_atom));
    OND_TRY(collect(admm, collect_made));
    admm->factor = factor;
    admm->is_primed = true;
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
        ond_fft_real_forward(fft, admm->image, admm->signal + c * ond_admm_plane(admm));
    }
}

static void update_split(ond_admm *admm)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t pixels = fft->height * fft->width;
    double alpha = admm->relaxation;
    for (size_t c = 0; c < admm->circular.info.channels; c++) {
        ond_complex *image = admm->solution + (admm->circular.info.channels + c) * ond_admm_plane(admm);
        ond_fft_real_backward(fft, image, admm->image); /* D x */
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

static void measure_residuals(ond_admm *admm)
{
    double sums[5] = {0};
    for (size_t group = 0; group < OND_ADMM_GROUPS; group++) {
        for (size_t i = 0; i < 5; i++) {
            sums[i] += admm->groups[group].residuals[i];
        }
    }
    double largest = fmax(sums[1], sums[2]);
    admm->primal = largest > 0 ? sqrt(sums[0] / largest) : 0;
    admm->dual = sums[4] > 0 ? sqrt(sums[3] / sums[4]) : 0;
}

ond_status ond_admm_step(ond_admm *admm)
{
    size_t height = admm->operator_->fft->height;
    int workers = ond_parallel_workers(OND_ADMM_GROUPS);
    if (admm->lasso->mask) {
        load_split(admm);
    }
    if (!admm->is_primed) {
        OND_TRY(prime(admm, workers));
    }
    OND_TRY(ond_parallel_for(height, workers, solve_one_row, admm));
    OND_TRY(pass_over_atoms(admm, workers, update_atom));
    OND_TRY(collect(admm, collect_made));
    if (admm->lasso->mask) {
        update_split(admm);
    }
    admm->rho *= admm->factor;
    admm->factor = 1;
    measure_residuals(admm);
    return OND_OK;
}
