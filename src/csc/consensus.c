/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/learning.h"

#include <math.h>
#include <string.h>

/* The dictionary update of consensus learning. For image k, with its codes' spectra x^ in the role of filters,
 *     d^ = v^ + conj(x^) (s^ − Σ x^ v^) / (ρ + Σ |x^|²),   v = D − U_k,
 * then D = P(mean_k (D_k + U_k)) with the relaxed D_k, and U_k += D_k − D. */

static size_t plane_size(const ond_consensus *c)
{
    return c->fft->height * c->fft->complex_stride;
}

static size_t real_size(const ond_consensus *c)
{
    return c->fft->height * c->fft->real_stride;
}

void ond_consensus_destroy(ond_consensus *consensus)
{
    if (consensus) {
        ond_fft_destroy(consensus->fft);
        ond_memory_free(consensus->states);
        ond_memory_free(consensus->signals);
        ond_memory_free(consensus->codes);
        ond_memory_free(consensus->work);
        ond_memory_free(consensus->sum);
        ond_memory_free(consensus->real);
        ond_memory_free(consensus);
    }
}

static ond_status create(ond_consensus *c, const float *images, size_t height, size_t width)
{
    const ond_dictionary_info *info = &c->dictionary->info;
    OND_TRY(
        ond_fft_create(height, width, OND_FFT_REAL_FORWARD | OND_FFT_REAL_BACKWARD, OND_PLANNING_ESTIMATE, &c->fft));
    size_t plane = plane_size(c) * sizeof(ond_complex);
    c->states = ond_memory_allocate_zero(c->count * info->atoms * info->channels, real_size(c) * sizeof(float));
    c->signals = ond_memory_allocate(c->count * info->channels, plane);
    c->codes = ond_memory_allocate(info->atoms, plane);
    c->work = ond_memory_allocate(info->atoms, plane);
    c->sum = ond_memory_allocate(2, plane);
    c->real = ond_memory_allocate(real_size(c), sizeof *c->real);
    if (!c->states || !c->signals || !c->codes || !c->work || !c->sum || !c->real) {
        return OND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < c->count * info->channels; i++) {
        ond_plane_load(c->fft, images + i * height * width, height, width, c->real);
        ond_fft_real_forward(c->fft, c->real, c->signals + i * plane_size(c));
    }
    return OND_OK;
}

ond_status ond_consensus_create(ond_dictionary *dictionary, const float *images, size_t count, size_t height,
                                size_t width, double rho, ond_consensus **made)
{
    static const double usual_relaxation = 1.8;
    ond_consensus *consensus = ond_memory_allocate_zero(1, sizeof *consensus);
    if (!consensus) {
        return OND_ERROR_MEMORY;
    }
    consensus->dictionary = dictionary;
    consensus->count = count;
    consensus->rho = rho;
    consensus->relaxation = usual_relaxation;
    ond_status status = create(consensus, images, height, width);
    if (status != OND_OK) {
        ond_consensus_destroy(consensus);
        return status;
    }
    *made = consensus;
    return OND_OK;
}

/* The atom on the whole grid, minus its state; or the state plus what the transform left of the atom, relaxed. */
static float *state_of(const ond_consensus *c, size_t image, size_t atom, size_t channel)
{
    const ond_dictionary_info *info = &c->dictionary->info;
    return c->states + ((image * info->atoms + atom) * info->channels + channel) * real_size(c);
}

static const float *filter_of(const ond_consensus *c, size_t atom, size_t channel)
{
    const ond_dictionary_info *info = &c->dictionary->info;
    return c->dictionary->values + (atom * info->channels + channel) * info->filter_height * info->filter_width;
}

static void load_atom(ond_consensus *c, const float *filter)
{
    const ond_dictionary_info *info = &c->dictionary->info;
    memset(c->real, 0, real_size(c) * sizeof *c->real);
    for (size_t row = 0; row < info->filter_height; row++) {
        memcpy(c->real + row * c->fft->real_stride, filter + row * info->filter_width,
               info->filter_width * sizeof *filter);
    }
}

static void transform_codes(ond_consensus *c, const float *codes)
{
    size_t height = c->fft->height;
    size_t width = c->fft->width;
    memset(c->sum, 0, plane_size(c) * sizeof *c->sum);
    for (size_t m = 0; m < c->dictionary->info.atoms; m++) {
        ond_complex *plane = c->codes + m * plane_size(c);
        ond_plane_load(c->fft, codes + m * height * width, height, width, c->real);
        ond_fft_real_forward(c->fft, c->real, plane);
        ond_spectrum_add_conjugate(c->fft, plane, plane, c->sum); /* Σ |x^|² */
    }
}

static void solve(ond_consensus *c, const ond_complex *signal)
{
    ond_complex *right = c->sum + plane_size(c);
    for (size_t row = 0; row < c->fft->height; row++) {
        size_t offset = row * c->fft->complex_stride;
        for (size_t i = offset; i < offset + c->fft->half_width; i++) {
            float scale = 1 / ((float)c->rho + c->sum[i].re);
            right[i] = (ond_complex){(signal[i].re - right[i].re) * scale, (signal[i].im - right[i].im) * scale};
        }
    }
}

/* W = α D_k + (1 − α) D + U, into the place of U. */
static void relax(ond_consensus *c, size_t atom, size_t channel, float *state)
{
    const ond_dictionary_info *info = &c->dictionary->info;
    const float *filter = filter_of(c, atom, channel);
    float scale = (float)(c->relaxation / ((double)c->fft->height * (double)c->fft->width));
    for (size_t row = 0; row < c->fft->height; row++) {
        float *line = state + row * c->fft->real_stride;
        for (size_t i = 0; i < c->fft->width; i++) {
            bool is_inside = row < info->filter_height && i < info->filter_width;
            float before = is_inside ? filter[row * info->filter_width + i] : 0;
            line[i] += scale * c->real[row * c->fft->real_stride + i] + (float)(1 - c->relaxation) * before;
        }
    }
}

static void step_channel(ond_consensus *c, size_t image, size_t channel)
{
    size_t size = plane_size(c);
    size_t atoms = c->dictionary->info.atoms;
    ond_complex *right = c->sum + size;
    memset(right, 0, size * sizeof *right);
    for (size_t m = 0; m < atoms; m++) {
        const float *state = state_of(c, image, m, channel);
        load_atom(c, filter_of(c, m, channel));
        for (size_t i = 0; i < real_size(c); i++) {
            c->real[i] -= state[i];
        }
        ond_fft_real_forward(c->fft, c->real, c->work + m * size);
        ond_spectrum_add_product(c->fft, c->codes + m * size, c->work + m * size, right);
    }
    solve(c, c->signals + (image * c->dictionary->info.channels + channel) * size);
    for (size_t m = 0; m < atoms; m++) {
        ond_spectrum_add_conjugate(c->fft, c->codes + m * size, right, c->work + m * size);
        ond_fft_real_backward(c->fft, c->work + m * size, c->real);
        relax(c, m, channel, state_of(c, image, m, channel));
    }
}

/* D = P(mean W), cropped to the filters' support; U = W − D. */
static void agree(ond_consensus *c, bool zero_mean)
{
    const ond_dictionary_info *info = &c->dictionary->info;
    size_t taps = info->filter_height * info->filter_width;
    for (size_t i = 0; i < info->atoms * info->channels * taps; i++) {
        size_t atom = i / taps / info->channels;
        size_t place = i % taps / info->filter_width * c->fft->real_stride + i % info->filter_width;
        double sum = 0;
        for (size_t k = 0; k < c->count; k++) {
            sum += (double)state_of(c, k, atom, i / taps % info->channels)[place];
        }
        c->dictionary->values[i] = (float)(sum / (double)c->count);
    }
    ond_atoms_project(c->dictionary, zero_mean);
    for (size_t i = 0; i < info->atoms * info->channels * taps; i++) {
        size_t atom = i / taps / info->channels;
        size_t place = i % taps / info->filter_width * c->fft->real_stride + i % info->filter_width;
        for (size_t k = 0; k < c->count; k++) {
            state_of(c, k, atom, i / taps % info->channels)[place] -= c->dictionary->values[i];
        }
    }
}

void ond_consensus_step(ond_consensus *consensus, const float *const *codes, bool zero_mean)
{
    for (size_t image = 0; image < consensus->count; image++) {
        transform_codes(consensus, codes[image]);
        for (size_t channel = 0; channel < consensus->dictionary->info.channels; channel++) {
            step_channel(consensus, image, channel);
        }
    }
    agree(consensus, zero_mean);
}
