/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/vector.h"
#include "csc/admm.h"

#include <string.h>

/* Σ d * y with y a list of nonzeros: each adds a filter to an image, whose end is folded on its beginning when all are
 * in. Rows of filters are padded with zeros to whole vectors. */

enum { VECTOR = OND_SPIKE_SLACK, LANES = 16 };

size_t ond_admm_padded(const ond_admm *admm)
{
    return admm->padded_height * admm->padded_width;
}

/* What costs less, in nanoseconds (measured on one core of an EPYC; only the ratio matters): about one per pixel for
 * the transform of an atom and a quarter for its product with each channel, or one per vector of filter. Lists that
 * would have to be shorter than this share of an atom are not worth their room. */
static void choose_limit(ond_admm *admm)
{
    static const size_t least_share = 64;
    const ond_dictionary_info *info = &admm->circular.info;
    double pixels = (double)admm->operator_->fft->height * (double)admm->operator_->fft->width;
    double channels = (double)info->channels;
    double vectors = channels * (double)info->filter_height * (double)(admm->tap_line / VECTOR);
    double limit = pixels * (1 + channels / 4) / vectors;
    bool is_worth_it = limit * (double)least_share >= pixels && ond_admm_padded(admm) <= UINT32_MAX;
    admm->spike_limit = is_worth_it ? (size_t)(limit < pixels ? limit : pixels) : 0;
}

void ond_admm_measure_taps(ond_admm *admm)
{
    const ond_dictionary_info *info = &admm->circular.info;
    const ond_fft *fft = admm->operator_->fft;
    admm->tap_line = (info->filter_width + VECTOR - 1) / VECTOR * VECTOR;
    admm->padded_height = fft->height + info->filter_height - 1;
    admm->padded_width = (fft->width + admm->tap_line + LANES - 2) / LANES * LANES;
    choose_limit(admm);
}

void ond_admm_load_taps(ond_admm *admm)
{
    const ond_dictionary_info *info = &admm->circular.info;
    size_t rows = admm->spike_limit > 0 ? info->atoms * info->channels * info->filter_height : 0;
    for (size_t row = 0; row < rows; row++) {
        float *to = admm->taps + row * admm->tap_line;
        memset(to, 0, admm->tap_line * sizeof *to);
        memcpy(to, admm->circular.values + row * info->filter_width, info->filter_width * sizeof *to);
    }
}

void ond_admm_clear(ond_admm *admm, ond_admm_group *group)
{
    size_t count = admm->spike_limit > 0 ? admm->circular.info.channels * ond_admm_padded(admm) : 0;
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
    uint32_t place = (uint32_t)(row * admm->padded_width);
    size_t count = group->spike_count;
    flag_row(y, width, group->flags); /* zeros behind the width */
    for (size_t first = 0; first < width && count <= admm->spike_limit; first += VECTOR) {
        uint64_t eight;
        memcpy(&eight, group->flags + first, sizeof eight);
        for (size_t i = first; eight != 0 && i < first + VECTOR; i++) { /* what is zero is written over */
            group->spikes[count] = (ond_spike){place + (uint32_t)i, y[i]};
            count += group->flags[i];
        }
    }
    group->spike_count = count;
}

OND_HOT static void add_filters(const ond_spike *restrict spikes, size_t count, const float *restrict taps,
                                size_t filter_height, size_t tap_line, size_t stride, float *restrict image)
{
    for (size_t s = 0; s < count; s++) {
        float *to = image + spikes[s].place;
        float value = spikes[s].value;
        for (size_t row = 0; row < filter_height; row++) {
            for (size_t i = 0; i < tap_line; i += VECTOR) {
                for (size_t k = 0; k < VECTOR; k++) {
                    to[row * stride + i + k] += value * taps[row * tap_line + i + k];
                }
            }
        }
    }
}

void ond_admm_add_codes(ond_admm *admm, size_t atom, ond_admm_group *group)
{
    const ond_dictionary_info *info = &admm->circular.info;
    size_t filter = info->filter_height * admm->tap_line;
    if (group->spike_count > admm->spike_limit) {
        ond_admm_transform(admm, atom, true, group);
        return;
    }
    for (size_t c = 0; group->spike_count > 0 && c < info->channels; c++) {
        add_filters(group->spikes, group->spike_count, admm->taps + (atom * info->channels + c) * filter,
                    info->filter_height, admm->tap_line, admm->padded_width, group->images + c * ond_admm_padded(admm));
    }
}

/* One row of the groups' images, with what was put behind the end of the plane. */
static void fold_row(const ond_admm *admm, size_t channel, size_t row, float *folded)
{
    const ond_fft *fft = admm->operator_->fft;
    size_t behind = admm->circular.info.filter_width - 1;
    memset(folded, 0, fft->width * sizeof *folded);
    for (size_t g = 0; g < OND_ADMM_GROUPS; g++) {
        for (size_t i = row; i < admm->padded_height; i += fft->height) {
            const float *line = admm->groups[g].images + channel * ond_admm_padded(admm) + i * admm->padded_width;
            ond_vector_add_scaled(folded, 1, line, fft->width);
            ond_vector_add_scaled(folded, 1, line + fft->width, behind);
        }
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
