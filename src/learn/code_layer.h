/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_CODE_LAYER_H
#define OND_LEARN_CODE_LAYER_H

#include <stddef.h>

/* A convolutional dictionary with strides and without a border, on small pictures by the dozen: every code stands for a
 * whole patch inside the picture. Pictures are [height, width, channels], codes [rows, columns, codes], dictionaries
 * [side, side, channels, codes]; several items lie behind one another. The products are those of the matrix of patches
 * with the dictionary. (src/csc does the same for single large pictures, through Fourier.) */
typedef struct ond_code_layer {
    size_t height, width, channels;
    size_t side, stride;
    size_t rows, columns, codes;
} ond_code_layer;

size_t ond_code_layer_signal_size(const ond_code_layer *layer);
size_t ond_code_layer_code_size(const ond_code_layer *layer);
size_t ond_code_layer_dictionary_size(const ond_code_layer *layer);
/* Floats of scratch that each of these calls wants for one item. */
size_t ond_code_layer_scratch_size(const ond_code_layer *layer);

/* codes = Dᵀ signal */
void ond_code_layer_analyse(const ond_code_layer *layer, const float *dictionary, size_t items, const float *signal,
                            float *scratch, float *codes);
/* codes += Dᵀ signal */
void ond_code_layer_add_analysis(const ond_code_layer *layer, const float *dictionary, size_t items,
                                 const float *signal, float *scratch, float *codes);
/* signal = D codes */
void ond_code_layer_synthesise(const ond_code_layer *layer, const float *dictionary, size_t items, const float *codes,
                               float *scratch, float *signal);
/* sums += the gradient of ⟨signal, D codes⟩ with respect to D, over all items */
void ond_code_layer_correlate(const ond_code_layer *layer, size_t items, const float *signal, const float *codes,
                              float *scratch, float *sums);

#endif
