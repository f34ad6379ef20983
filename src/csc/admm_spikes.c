/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "csc/admm.h"

#include <string.h>

/* What costs less, in nanoseconds (as ond_taps_cost): about one per pixel for the transform of an atom and a quarter
 * for its product with each channel, or a nonzero after the other. Lists that would have to be shorter than this share
 * of an atom are not worth their room. */
void ond_admm_choose_limit(ond_admm *admm)
{
    static const size_t least_share = 64;
    double pixels = (double)admm->operator_->fft->height * (double)admm->operator_->fft->width;
    double limit = pixels * (1 + (double)admm->taps.channels / 4) / ond_taps_cost(&admm->taps);
    bool is_worth_it = limit * (double)least_share >= pixels && ond_taps_padded(&admm->taps) <= UINT32_MAX;
    admm->spike_limit = is_worth_it ? (size_t)(limit < pixels ? limit : pixels) : 0;
}

void ond_admm_clear(ond_admm *admm, ond_admm_group *group)
{
    size_t count = admm->spike_limit > 0 ? admm->taps.channels * ond_taps_padded(&admm->taps) : 0;
    memset(group->images, 0, count * sizeof *group->images);
    group->has_sums = false;
}

OND_WIDE static void flag_row(const float *restrict y, size_t count, uint8_t *restrict flags)
{
    for (size_t i = 0; i < count; i++) {
        flags[i] = y[i] != 0;
    }
}

void ond_admm_list_row(const ond_admm *admm, const float *y, size_t row, ond_admm_group *group)
{
    size_t width = admm->operator_->fft->width;
    uint32_t place = (uint32_t)(row * admm->taps.padded_width);
    size_t count = group->spike_count;
    flag_row(y, width, group->flags); /* zeros behind the width */
    for (size_t first = 0; first < width && count <= admm->spike_limit; first += OND_SPIKE_SLACK) {
        uint64_t eight;
        memcpy(&eight, group->flags + first, sizeof eight);
        for (size_t i = first; eight != 0 && i < first + OND_SPIKE_SLACK; i++) { /* what is zero is written over */
            group->spikes[count] = (ond_spike){place + (uint32_t)i, y[i]};
            count += group->flags[i];
        }
    }
    group->spike_count = count;
}

void ond_admm_add_codes(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    if (group->spike_count > admm->spike_limit) {
        ond_admm_transform(admm, atom, true, group);
    } else {
        ond_taps_add(&admm->taps, atom, group->spikes, group->spike_count, group->images);
    }
}

/* One row of the groups' images. */
static void fold_row(const ond_admm *admm, size_t channel, size_t row, float *folded)
{
    memset(folded, 0, admm->taps.width * sizeof *folded);
    for (size_t g = 0; g < OND_ADMM_GROUPS; g++) {
        ond_taps_fold_row(&admm->taps, admm->groups[g].images + channel * ond_taps_padded(&admm->taps), row, folded);
    }
}

void ond_admm_collect(const ond_admm *admm, size_t channel, float *rows, ond_complex *plane)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t size = ond_admm_plane(admm);
    if (admm->spike_limit > 0) {
        for (size_t first = 0; first < fft->height; first += fft->group) {
            for (size_t row = first; row < first + fft->group; row++) {
                fold_row(admm, channel, row, rows + (row - first) * fft->real_stride);
            }
            ond_fft_rows_real_forward(fft, rows, plane + first * fft->complex_stride);
        }
        ond_fft_run(fft, OND_FFT_COLUMNS_HALF_FORWARD, plane);
    } else {
        memset(plane, 0, size * sizeof *plane);
    }
    for (size_t g = 0; g < OND_ADMM_GROUPS; g++) {
        if (admm->groups[g].has_sums) {
            ond_vector_add_scaled(&plane->re, 1, &admm->groups[g].sums[channel * size].re, 2 * size);
        }
    }
}
