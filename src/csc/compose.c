/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/vector.h"
#include "csc/dictionary.h"
#include "fft/fft.h"
#include "filters/filters.h"

#include <string.h>

/* d[m, c, t] = Σ_j Σ_v outer[m, j, v] inner[j, c, t − s v], s the stride of the inner one. */
static void compose_atom(const ond_dictionary *inner, const ond_dictionary *outer, size_t m, ond_dictionary *product)
{
    const ond_dictionary_info *in = &inner->info;
    const ond_dictionary_info *out = &product->info;
    size_t taps = outer->info.filter_height * outer->info.filter_width;
    float *atom = product->values + m * ond_atom_size(product);
    memset(atom, 0, ond_atom_size(product) * sizeof *atom);
    for (size_t place = 0; place < outer->info.channels * taps; place++) {
        float weight = outer->values[m * ond_atom_size(outer) + place];
        size_t top = place % taps / outer->info.filter_width * in->stride;
        size_t left = place % outer->info.filter_width * in->stride;
        const float *source = inner->values + place / taps * ond_atom_size(inner);
        for (size_t row = 0; weight != 0 && row < in->channels * in->filter_height; row++) {
            size_t channel = row / in->filter_height;
            float *target
                = atom + (channel * out->filter_height + top + row % in->filter_height) * out->filter_width + left;
            ond_vector_add_scaled(target, weight, source + row * in->filter_width, in->filter_width);
        }
    }
}

static ond_status compose_two(const ond_dictionary *inner, const ond_dictionary *outer, ond_dictionary **product)
{
    const ond_dictionary_info *in = &inner->info;
    const ond_dictionary_info *out = &outer->info;
    bool have_borders = !ond_dictionary_is_matrix(inner) && !ond_dictionary_is_matrix(outer);
    if (have_borders && in->border != out->border) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "layers with different borders have no effective dictionary");
    }
    if (in->height > 0 && !ond_dictionary_is_matrix(outer)) {
        return ond_fail(OND_ERROR_UNSUPPORTED, "a filter bank and filters of %zu x %zu have no effective dictionary",
                        out->filter_height, out->filter_width);
    }
    ond_dictionary_info info = *in;
    info.atoms = out->atoms;
    info.filter_height = in->filter_height + in->stride * (out->filter_height - 1);
    info.filter_width = in->filter_width + in->stride * (out->filter_width - 1);
    info.stride = in->stride * out->stride;
    info.border = ond_dictionary_is_matrix(inner) ? out->border : in->border;
    OND_TRY(ond_dictionary_create_empty(&info, product));
    for (size_t m = 0; m < info.atoms; m++) {
        compose_atom(inner, outer, m, *product);
    }
    return OND_OK;
}

ond_status ond_dictionary_compose(const ond_dictionary *const *layers, size_t count, ond_dictionary **dictionary)
{
    OND_TRY(ond_layers_check(layers, count));
    ond_dictionary *product = NULL;
    OND_TRY(ond_dictionary_create_empty(&layers[0]->info, &product));
    memcpy(product->values, layers[0]->values, product->info.atoms * ond_atom_size(product) * sizeof *product->values);
    for (size_t i = 1; i < count; i++) {
        ond_dictionary *next = NULL;
        ond_status status = compose_two(product, layers[i], &next);
        ond_dictionary_destroy(product);
        OND_TRY(status);
        product = next;
    }
    *dictionary = product;
    return OND_OK;
}

static size_t count_atoms(const ond_filters *filters)
{
    size_t atoms = 0;
    for (size_t i = 0; i < filters->count; i++) {
        atoms += filters->filters[i].info.one_sided ? 2 : 1;
    }
    return atoms;
}

/* The atom whose correlations are the real (or imaginary) part of the filtered image: D's spectrum is the conjugate of
 * Dᵀ's, and Dᵀ's is (ψ^(ω) + ψ^(−ω)) / 2, or (ψ^(ω) − ψ^(−ω)) / 2i. */
static void load_spectrum(const ond_fft *fft, const ond_filter *filter, bool is_imaginary, ond_complex *plane)
{
    ptrdiff_t height = (ptrdiff_t)fft->height;
    ptrdiff_t width = (ptrdiff_t)fft->width;
    for (ptrdiff_t row = 0; row < height; row++) {
        ptrdiff_t y = row < height - height / 2 ? row : row - height;
        ptrdiff_t opposite_y = 2 * y == -height ? y : -y;
        for (ptrdiff_t x = 0; x < (ptrdiff_t)fft->half_width; x++) {
            ptrdiff_t signed_x = 2 * x == width ? -x : x;
            ptrdiff_t opposite_x = 2 * x == width ? -x : -x;
            float here = ond_filter_value(filter, y, signed_x);
            float there = ond_filter_value(filter, opposite_y, opposite_x);
            ond_complex value = {(here + there) / 2, 0};
            if (is_imaginary) {
                value = (ond_complex){0, (here - there) / 2};
            }
            plane[(size_t)row * fft->complex_stride + (size_t)x] = value;
        }
    }
}

static void make_atom(const ond_fft *fft, ond_complex *plane, float *real, float *atom)
{
    float scale = (float)(1.0 / ((double)fft->height * (double)fft->width));
    ond_fft_real_backward(fft, plane, real);
    for (size_t row = 0; row < fft->height; row++) {
        ond_vector_scale(atom + row * fft->width, scale, real + row * fft->real_stride, fft->width);
    }
}

static ond_status fill_bank(const ond_filters *filters, const ond_fft *fft, ond_dictionary *dictionary)
{
    size_t size = ond_atom_size(dictionary);
    float *real = ond_memory_allocate(fft->height * fft->real_stride, sizeof *real);
    ond_complex *plane = ond_memory_allocate_zero(fft->height * fft->complex_stride, sizeof *plane);
    float *atom = dictionary->values;
    for (size_t i = 0; real && plane && i < filters->count; i++) {
        for (int part = 0; part <= (filters->filters[i].info.one_sided ? 1 : 0); part++) {
            load_spectrum(fft, &filters->filters[i], part == 1, plane);
            make_atom(fft, plane, real, atom);
            atom += size;
        }
    }
    bool has_memory = real && plane;
    ond_memory_free(real);
    ond_memory_free(plane);
    return has_memory ? OND_OK : OND_ERROR_MEMORY;
}

ond_status ond_dictionary_create_bank(const ond_filters *filters, ond_dictionary **dictionary)
{
    OND_TRY(ond_filters_check_grid(filters));
    ond_dictionary_info info = {
        count_atoms(filters),   1, filters->height, filters->width, 1, OND_BORDER_CIRCULAR, .height = filters->height,
        .width = filters->width};
    ond_fft *fft = NULL;
    ond_dictionary *made = NULL;
    OND_TRY(ond_fft_create(filters->height, filters->width, OND_FFT_REAL_BACKWARD, OND_PLANNING_ESTIMATE, &fft));
    ond_status status = ond_dictionary_create_empty(&info, &made);
    if (status == OND_OK) {
        status = fill_bank(filters, fft, made);
    }
    ond_fft_destroy(fft);
    if (status != OND_OK) {
        ond_dictionary_destroy(made);
        return status;
    }
    *dictionary = made;
    return OND_OK;
}
