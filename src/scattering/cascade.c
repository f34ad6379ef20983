/* SPDX-License-Identifier: BSD-3-Clause */
#include "scattering/cascade.h"

/* Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, algorithm 8.1, depth first. */

static ond_plane plane_of(const ond_fft *fft, ond_complex *data)
{
    return (ond_plane){data, fft->height, fft->width, fft->complex_stride};
}

/* Row group by row group while the rows are in the first-level cache; the forward rows that the next layer starts with
 * follow at once. */
void ond_cascade_modulus(const ond_fft *fft, ond_layer layer, float scale, bool forward)
{
    ond_fft_run(fft, OND_FFT_COLUMNS_BACKWARD, layer.plane);
    for (size_t group = 0; group < fft->height; group += fft->group) {
        ond_complex *plane = layer.plane + group * fft->complex_stride;
        float *modulus = layer.modulus + group * fft->real_stride;
        ond_fft_run(fft, OND_FFT_ROWS_BACKWARD, plane);
        for (size_t row = 0; row < fft->group; row++) {
            ond_vector_modulus(modulus + row * fft->real_stride, scale, plane + row * fft->complex_stride, fft->width);
        }
        if (forward) {
            ond_fft_rows_real_forward(fft, modulus, layer.spectrum + group * fft->complex_stride);
        }
    }
    if (forward) {
        ond_fft_run(fft, OND_FFT_COLUMNS_HALF_FORWARD, layer.spectrum);
        ond_fft_mirror(fft, layer.spectrum);
    }
}

int ond_cascade_level(const ond_plan *plan, size_t filter, int parent_level)
{
    return plan->filter_level[filter] > parent_level ? plan->filter_level[filter] : parent_level;
}

static ond_status go_down(const ond_cascade *cascade, size_t channel, ond_plane parent, int parent_level,
                          ond_scratch *scratch);

static ond_status follow(const ond_cascade *cascade, size_t channel, ond_plane parent, int parent_level,
                         ond_scratch *scratch)
{
    const ond_plan *plan = cascade->plan;
    const ond_path_node *node = &cascade->tree->nodes[channel];
    size_t filter = ond_path_last_filter(&node->path);
    int level = ond_cascade_level(plan, filter, parent_level);
    const ond_fft *fft = plan->fft[level];
    ond_layer layer = scratch->layer[node->path.order];
    bool forward = node->child_count > 0 || cascade->leaf_spectra;

    ond_filter_fold(&plan->bank->filters[filter], parent, plane_of(fft, layer.plane));
    ond_cascade_modulus(fft, layer, 1 / ((float)parent.height * (float)parent.width), forward);
    ond_propagated propagated = {channel, level, layer.modulus, plane_of(fft, forward ? layer.spectrum : NULL)};
    OND_TRY(cascade->visitor(cascade->context, &propagated, scratch));
    return node->child_count > 0 ? go_down(cascade, channel, propagated.spectrum, level, scratch) : OND_OK;
}

static ond_status go_down(const ond_cascade *cascade, size_t channel, ond_plane parent, int parent_level,
                          ond_scratch *scratch)
{
    const ond_path_node *node = &cascade->tree->nodes[channel];
    for (size_t child = 0; child < node->child_count; child++) {
        OND_TRY(follow(cascade, node->first_child + child, parent, parent_level, scratch));
    }
    return OND_OK;
}

ond_status ond_cascade_begin(const ond_cascade *cascade, ond_channel image, ond_padding padding, ond_scratch *scratch)
{
    const ond_plan *plan = cascade->plan;
    const ond_fft *fft = plan->fft[0];
    ond_layer layer = scratch->layer[0];
    bool forward = cascade->tree->nodes[0].child_count > 0 || cascade->leaf_spectra;
    ond_pad(&plan->rows, &plan->columns, padding, image, layer.modulus, fft->real_stride);
    if (forward) {
        ond_fft_real_forward(fft, layer.modulus, layer.spectrum);
        ond_fft_mirror(fft, layer.spectrum);
    }
    ond_propagated propagated = {0, 0, layer.modulus, plane_of(fft, forward ? layer.spectrum : NULL)};
    return cascade->visitor(cascade->context, &propagated, scratch);
}

ond_status ond_cascade_branch(const ond_cascade *cascade, size_t child, const ond_scratch *image, ond_scratch *scratch)
{
    ond_plane spectrum = plane_of(cascade->plan->fft[0], image->layer[0].spectrum);
    return follow(cascade, cascade->tree->nodes[0].first_child + child, spectrum, 0, scratch);
}

ond_status ond_cascade_walk(const ond_cascade *cascade, ond_channel image, ond_padding padding, ond_scratch *scratch)
{
    OND_TRY(ond_cascade_begin(cascade, image, padding, scratch));
    return go_down(cascade, 0, plane_of(cascade->plan->fft[0], scratch->layer[0].spectrum), 0, scratch);
}
