/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_DWT_H
#define ONDELET_DWT_H

#include <ondelet/array.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Filters of the discrete wavelet transform. All have low-pass sum √2, so that white noise keeps its level, exactly in
 *  orthogonal families and nearly in CDF 9/7. Coefficients, with their signs and places, are those of PyWavelets:
 *  wavedec2 in the modes 'periodization' and 'symmetric', swt2, and bior2.2 and bior4.4 for the CDF families, of whose
 *  mode 'reflect' the symmetric border keeps what is not redundant. */
typedef enum ond_dwt_family {
    OND_DWT_HAAR,
    OND_DWT_DB2, /**< Daubechies with 2…10 vanishing moments, minimum phase */
    OND_DWT_DB3,
    OND_DWT_DB4,
    OND_DWT_DB5,
    OND_DWT_DB6,
    OND_DWT_DB7,
    OND_DWT_DB8,
    OND_DWT_DB9,
    OND_DWT_DB10,
    OND_DWT_CDF53, /**< Cohen–Daubechies–Feauveau 5/3 (JPEG 2000 reversible, here without rounding) */
    OND_DWT_CDF97  /**< Cohen–Daubechies–Feauveau 9/7 (JPEG 2000 irreversible) */
} ond_dwt_family;

/** What lies outside of the image.
 *
 *  | border, family             | decimated                                     | undecimated                         |
 *  |----------------------------|-----------------------------------------------|-------------------------------------|
 *  | periodic                   | an odd side is first made even by its last    | bands of the image's size           |
 *  |                            | sample once more: ⌈n/2⌉ coefficients a band   |                                     |
 *  | symmetric, CDF             | mirrored at its border samples: ⌈n/2⌉ low,    | bands of the image's size           |
 *  |                            | ⌊n/2⌋ high                                    |                                     |
 *  | symmetric, Haar, Daubechies| mirrored with its border samples repeated:    | the image is mirrored to twice its  |
 *  | (filters of 2p taps)       | ⌊(n − 1)/2⌋ + p coefficients a band, at every | height and width, and so are bands  |
 *  |                            | level anew                                    |                                     |
 *
 *  Decimated with periodic borders and sides divisible by 2^levels, orthogonal families are orthonormal transforms. */
typedef enum ond_dwt_border { OND_DWT_PERIODIC, OND_DWT_SYMMETRIC } ond_dwt_border;

/** Orthogonal or biorthogonal wavelet transform of an image, decimated or not. */
typedef struct ond_dwt_config {
    ond_dwt_family family; /**< preset OND_DWT_DB4 */
    ond_dwt_border border; /**< preset OND_DWT_SYMMETRIC */
    int levels;            /**< 1…12, preset 4; not more than ⌊log2 of the smaller side⌋ are done */
    int undecimated;       /**< 0/1, preset 0: no subsampling (à trous), shift-invariant */
} ond_dwt_config;

OND_API ond_dwt_config ond_dwt_config_default(void);
OND_API const ond_option *ond_dwt_options(void);

/** A transform plan for one image size. Immutable; may be shared by threads. */
typedef struct ond_dwt ond_dwt;

/** A side of one pixel is not transformed: a single row gets the one-dimensional transform, whose bands are the
 *  approximation and orientation 2 (a single column: orientation 1), and a single pixel is its own coefficient.
 *  @param[in] config  NULL for the default
 *  @param height, width  of the images, ≥ 1
 *  @retval OND_ERROR_ARGUMENT  a field is outside its range
 *  @retval OND_ERROR_SHAPE     a side is 0; OND_ERROR_MEMORY
 *  Cost: up to that of a transform or two, for the exact gains.
 *  Source: Daubechies, Ten Lectures on Wavelets, 1992, sections 6.4 and 8.3; Cohen, Daubechies & Feauveau,
 *  Comm. Pure Appl. Math. 45, 1992; Mallat, A Wavelet Tour of Signal Processing, 2009, sections 5.2 and 7.3. */
OND_CHECKED ond_status ond_dwt_create(const ond_dwt_config *config, size_t height, size_t width, ond_dwt **dwt);
/** Accepts NULL. */
OND_API void ond_dwt_destroy(ond_dwt *dwt);

/** One subband. */
typedef struct ond_dwt_band {
    int level;            /**< 1 is the finest */
    int orientation;      /**< 0 approximation (the last level's only), 1 horizontal edges (high-pass along columns of
                               the image), 2 vertical edges (high-pass along rows), 3 diagonal */
    size_t offset;        /**< of its first coefficient in the coefficient vector */
    size_t height, width; /**< row-major */
    double gain;          /**< standard deviation of its coefficients for white noise of unit variance: the root mean
                               square over the band, borders included */
} ond_dwt_band;

OND_API size_t ond_dwt_bands(const ond_dwt *dwt);
/** Band `index` < ond_dwt_bands: the approximation, then each level's orientations 1, 2, 3, coarsest level first. */
OND_API ond_dwt_band ond_dwt_band_at(const ond_dwt *dwt, size_t index);
/** Levels done: those of the config, or as many as the smaller side that is not one pixel allows. */
OND_API int ond_dwt_levels(const ond_dwt *dwt);
/** Length of the coefficient vector: the sum over the bands. Height · width when decimated with CDF filters and
 *  symmetric borders, or with periodic borders and sides divisible by 2^levels. */
OND_API size_t ond_dwt_count(const ond_dwt *dwt);

/** @param[in] image [height, width], finite
 *  @param[out] coefficients [count], band after band; its memory must not be the image's
 *  @retval OND_ERROR_SHAPE     the image is of another size
 *  @retval OND_ERROR_ARGUMENT  the image is missing or not finite; OND_ERROR_MEMORY
 *  Cost: for filters of t taps about 8/3 t products per pixel decimated, 6 t per pixel and level undecimated. */
OND_CHECKED ond_status ond_dwt_analysis(const ond_dwt *dwt, const ond_array *image, ond_array *coefficients);
/** Inverts ond_dwt_analysis (perfect reconstruction to rounding for every family, size and border). Undecimated, it is
 *  the mean over all shifts of the decimated transform's inverse.
 *  @param[in] coefficients [count], finite  @param[out] image [height, width]; errors and cost as ond_dwt_analysis */
OND_CHECKED ond_status ond_dwt_synthesis(const ond_dwt *dwt, const ond_array *coefficients, ond_array *image);

#ifdef __cplusplus
}
#endif

#endif
