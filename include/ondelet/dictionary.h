/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_DICTIONARY_H
#define ONDELET_DICTIONARY_H

#include <ondelet/array.h>
#include <ondelet/filters.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A dictionary D: filters d[m, c] that are shifted over an image by multiples of a stride s, and so make the image
 *  from maps of coefficients,
 *
 *      (D z)[c, u] = Σ_m Σ_v z[m, v] d[m, c, u − s v],      (Dᵀ x)[m, v] = Σ_c Σ_t d[m, c, t] x[c, s v + t].
 *
 *  A filter is anchored at its first sample. With filters of 1 x 1 it is a plain matrix between channels: a dense
 *  dictionary of vectors is one on images of 1 x 1. Layers D₁, D₂, … of the multi-layer model (x = D₁ γ₁, γ₁ = D₂ γ₂)
 *  are dictionaries whose channels are the atoms of the layer before.
 *  Immutable; may be shared by any number of threads. */
typedef struct ond_dictionary ond_dictionary;

enum { OND_MAX_LAYERS = 8 };

typedef enum ond_border {
    OND_BORDER_CIRCULAR, /**< shifts wrap: an image of height H has H / s positions; s divides H */
    OND_BORDER_ZERO /**< filters stay inside: (H − filter height) / s + 1 positions; s divides H − filter height */
} ond_border;

typedef struct ond_dictionary_info {
    size_t atoms, channels, filter_height, filter_width, stride;
    ond_border border;
    size_t height, width; /**< of the only images it fits; 0 for any */
} ond_dictionary_info;

/** @param[in] filters  [atoms, channels, height, width], finite, none of them all zero
 *  @param     stride   1…filter height and width
 *  @retval OND_ERROR_ARGUMENT  no atoms, an atom of zeros, non-finite values, a stride outside its range */
OND_CHECKED ond_status ond_dictionary_create(const ond_array *filters, size_t stride, ond_border border,
                                             ond_dictionary **dictionary);

/** A matrix. @param[in] matrix  [n, atoms]: atoms are columns */
OND_CHECKED ond_status ond_dictionary_create_dense(const ond_array *matrix, ond_dictionary **dictionary);

/** The bank as first layer: Dᵀ is ond_filters_analysis, D its adjoint. A one-sided filter gives two atoms: the maps of
 *  real and of imaginary parts. Circular, for images of the bank's grid only.
 *  @param[in] filters  with a grid
 *  Memory: two images per filter and real or imaginary part. */
OND_CHECKED ond_status ond_dictionary_create_bank(const ond_filters *filters, ond_dictionary **dictionary);

/** The effective dictionary D₁ D₂ ⋯ of layers, as one dictionary with longer filters: sizes k₁ + s₁ (k₂ − 1) + …,
 *  stride s₁ s₂ ⋯.
 *  @param[in] layers  1…OND_MAX_LAYERS; each has the channels that the one before has atoms, and the same border
 *  @retval OND_ERROR_SHAPE  atoms and channels differ */
OND_CHECKED ond_status ond_dictionary_compose(const ond_dictionary *const *layers, size_t count,
                                              ond_dictionary **dictionary);

/** The same with every atom divided by its norm.
 *  @param[out] norms  [atoms] of the atoms before, or NULL */
OND_CHECKED ond_status ond_dictionary_normalize(const ond_dictionary *dictionary, ond_dictionary **normalized,
                                                ond_array *norms);

/** Accepts NULL. */
OND_API void ond_dictionary_destroy(ond_dictionary *dictionary);

OND_API ond_dictionary_info ond_dictionary_describe(const ond_dictionary *dictionary);

/** @param[out] filters  [atoms, channels, height, width] */
OND_CHECKED ond_status ond_dictionary_filters(const ond_dictionary *dictionary, ond_array *filters);

/** How many positions an atom has in an image.
 *  @retval OND_ERROR_SHAPE  the image is smaller than the filters, or the stride does not divide it */
OND_CHECKED ond_status ond_dictionary_positions(const ond_dictionary *dictionary, size_t height, size_t width,
                                                size_t *rows, size_t *columns);

/** D z, through Fourier or directly, whichever is faster.
 *  @param[in]  codes   [atoms, rows, columns] or a batch [N, atoms, rows, columns]; with filters of 1 x 1 also [atoms]
 *                      and [N, atoms]; finite
 *  @param[out] signal  [channels, height, width], with the axes of `codes`
 *  Cost: the smaller of atoms · channels · filter size · positions products, and one FFT per map and channel. */
OND_CHECKED ond_status ond_dictionary_apply(const ond_dictionary *dictionary, const ond_array *codes,
                                            ond_array *signal);

/** Dᵀ x: ⟨D z, x⟩ = ⟨z, Dᵀ x⟩.
 *  @param[in]  signal  [channels, height, width], [height, width] for one channel, or a batch [N, channels, height,
 *                      width]; with filters of 1 x 1 also [channels] and [N, channels], but not [height, width]
 *  @param[out] codes   [atoms, rows, columns], [N, atoms, rows, columns], [atoms] or [N, atoms] */
OND_CHECKED ond_status ond_dictionary_adjoint(const ond_dictionary *dictionary, const ond_array *signal,
                                              ond_array *codes);

/** ‖D‖², the largest eigenvalue of Dᵀ D, for images of this size. Exact: from the spectra when circular, from the
 *  matrix when dense; by Lanczos iteration, to the rounding of float, when the border is zero.
 *  @param height, width  1 and 1 for vectors */
OND_CHECKED ond_status ond_dictionary_norm(const ond_dictionary *dictionary, size_t height, size_t width,
                                           double *norm_squared);

/** Reads the layers of a dictionary file: safetensors with tensors "layers.N.filters", N from 0.
 *  @param[out] layers  `*count` dictionaries, each to be destroyed
 *  @retval OND_ERROR_FORMAT  not such a file; messages name the path */
OND_CHECKED ond_status ond_dictionary_read(const char *path, ond_dictionary *layers[OND_MAX_LAYERS], size_t *count);

/** @retval OND_ERROR_IO, OND_ERROR_MEMORY; OND_ERROR_SHAPE  the layers do not fit each other */
OND_CHECKED ond_status ond_dictionary_write(const ond_dictionary *const *layers, size_t count, const char *path);

#ifdef __cplusplus
}
#endif

#endif
