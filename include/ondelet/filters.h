/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_FILTERS_H
#define ONDELET_FILTERS_H

#include <ondelet/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A filter bank is data: real spectra on a height x width frequency grid, each stored on its support, and one
 *  metadata row per filter. Band-pass filters come first, fine scales before coarse ones; low-pass filters come last.
 *  Immutable; may be shared by any number of threads.
 *
 *  Convention: coefficients of an image x are the circular convolutions x ⋆ ψ = IDFT(DFT(x) · ψ^), with the forward
 *  transform not normalised. A filter whose spectrum is not even (a one-sided, analytic wavelet) has complex
 * coefficients; its partner ψ^(−ω) carries the conjugate ones for real images, is not stored, and is counted in the
 * Littlewood–Paley sum: |φ^(ω)|² + ½ Σ (|ψ^(ω)|² + |ψ^(−ω)|²). */
typedef struct ond_filters ond_filters;

typedef enum ond_filter_kind { OND_FILTER_BAND_PASS, OND_FILTER_LOW_PASS } ond_filter_kind;

/** One row of a bank's table. */
typedef struct ond_filter_info {
    ond_filter_kind kind;
    int scale;               /**< j: octaves below the finest, 0 for the finest band; J for the low-pass */
    int orientation;         /**< 0…L−1; 0 for the low-pass */
    double angle_rad;        /**< direction of oscillation from the downward row axis towards the column axis */
    double center_frequency; /**< |ω| of the peak, radians per pixel, 0…π√2 */
    double bandwidth;        /**< width along the radius at half the peak, radians per pixel */
    int subsampling;         /**< log2 of the decimation that the filtered image allows: every 2^subsampling pixels */
    bool one_sided;          /**< the spectrum is not even: coefficients are complex */
} ond_filter_info;

/** A bank from spectra of one's own.
 *  @param[in] name     for messages and tables, at most 31 characters are kept
 *  @param[in] spectra  [count, height, width], finite, zero frequency at [.., 0, 0]
 *  @param[in] infos    `count` rows, band-pass before low-pass, scales not decreasing
 *  @retval OND_ERROR_ARGUMENT  infos out of order or range, non-finite spectra; OND_ERROR_SHAPE, OND_ERROR_MEMORY
 *  Cost: one pass over the spectra. */
OND_CHECKED ond_status ond_filters_create(const char *name, const ond_array *spectra, const ond_filter_info *infos,
                                          ond_filters **filters);
/** Accepts NULL. */
OND_API void ond_filters_destroy(ond_filters *filters);

/** The same family and options on another grid; a bank made without a grid (height = width = 0) gets one here.
 *  @retval OND_ERROR_UNSUPPORTED  the bank was made from spectra, which cannot be made anew */
OND_CHECKED ond_status ond_filters_remake(const ond_filters *filters, size_t height, size_t width,
                                          ond_filters **remade);

OND_API const char *ond_filters_name(const ond_filters *filters);
OND_API size_t ond_filters_count(const ond_filters *filters);
OND_API size_t ond_filters_height(const ond_filters *filters); /**< rows of the grid; 0 without a grid */
OND_API size_t ond_filters_width(const ond_filters *filters);  /**< columns of the grid */
OND_API int ond_filters_scales(const ond_filters *filters);    /**< J: one more than the largest band-pass scale */
/** Row `index` < ond_filters_count. */
OND_API ond_filter_info ond_filters_info(const ond_filters *filters, size_t index);

/** Share of the grid that the filter's support covers, 0…1. Values outside are below 1e-7 of the peak. */
OND_API double ond_filters_support(const ond_filters *filters, size_t index);

/** A filter's spectrum. @param[out] spectrum  [height, width], zero frequency at [0, 0] */
OND_CHECKED ond_status ond_filters_spectrum(const ond_filters *filters, size_t index, ond_array *spectrum);

/** Littlewood–Paley sum (see ond_filters). @param[out] sum  [height, width], zero frequency at [0, 0] */
OND_CHECKED ond_status ond_filters_littlewood_paley(const ond_filters *filters, ond_array *sum);

/** Frame bounds A ≤ ‖Wx‖²/‖x‖² ≤ B for real images: the extremes of the Littlewood–Paley sum. */
OND_CHECKED ond_status ond_filters_bounds(const ond_filters *filters, double *lower, double *upper);

/** The canonical dual bank ψ^/sum: ond_filters_adjoint with it inverts ond_filters_analysis with `filters`.
 *  @retval OND_ERROR_ARGUMENT  the bank is not a frame: its lower bound is below 1e-6 of the upper */
OND_CHECKED ond_status ond_filters_dual(const ond_filters *filters, ond_filters **dual);

/** The Parseval bank ψ^/√sum, whose adjoint is its inverse. Errors as ond_filters_dual. */
OND_CHECKED ond_status ond_filters_parseval(const ond_filters *filters, ond_filters **parseval);

/** All filtered images, undecimated.
 *  @param[in]  image         [height, width] of the grid, finite
 *  @param[out] coefficients  [count, 2, height, width]: real parts, imaginary parts; [count, 1, height, width] when no
 *                            filter is one-sided
 *  @retval OND_ERROR_SHAPE   image and grid differ
 *  Cost: one real FFT forward, one inverse FFT per filter.
 *  Source: Grohs & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, section 8.3.1, (8.8). */
OND_CHECKED ond_status ond_filters_analysis(const ond_filters *filters, const ond_array *image,
                                            ond_array *coefficients);

/** The adjoint of ond_filters_analysis: ⟨analysis(x), c⟩ = ⟨x, adjoint(c)⟩.
 *  @param[in]  coefficients  as ond_filters_analysis gives them
 *  @param[out] image         [height, width] */
OND_CHECKED ond_status ond_filters_adjoint(const ond_filters *filters, const ond_array *coefficients, ond_array *image);

/** The image whose analysis is nearest to `coefficients` (least squares); inverts ond_filters_analysis.
 *  @retval OND_ERROR_ARGUMENT  the bank is not a frame */
OND_CHECKED ond_status ond_filters_synthesis(const ond_filters *filters, const ond_array *coefficients,
                                             ond_array *image);

/** One band of up to OND_MAX_BAND_IMAGES images on its way through ond_filters_process, or some of its rows. */
enum { OND_MAX_BAND_IMAGES = 4 };
typedef struct ond_band {
    size_t index;                 /**< in the bank */
    ond_filter_info info;         /**< its table row */
    double noise_gain;            /**< standard deviation of its coefficients for white noise of unit variance */
    size_t row;                   /**< of the band, that `data` begins with; 0 unless rows come group by group */
    size_t row_step, column_step; /**< pixels between neighbouring coefficients; 1 unless the band is decimated */
    size_t height, width, stride; /**< coefficient (row, column) is data[i][row * stride + column] */
    float
        *data[OND_MAX_BAND_IMAGES]; /**< coefficients of each image; those of image 0 are what the result is made of */
} ond_band;

/** Changes `band->data[0]` in place; may run on several threads at once for different bands. */
typedef ond_status (*ond_band_function)(void *context, const ond_band *band);

/** Analysis, a function of each band, adjoint, band by band: memory is about five images per thread instead of one per
 *  band. With a Parseval bank and a function that changes nothing the result is image 0.
 *  @param[in]  filters  without one-sided filters
 *  @param[in]  images   `count` images [height, width] of the bank's grid, finite; 1 <= count <= OND_MAX_BAND_IMAGES
 *  @param[out] result   [height, width]; NULL when the coefficients are only looked at
 *  @retval OND_ERROR_UNSUPPORTED  the bank has one-sided filters; other errors as ond_filters_analysis, or the
 *  function's own
 *  Cost: (count + 1) real FFTs per band; same bits for any number of threads. For many images see ond_bands. */
OND_CHECKED ond_status ond_filters_process(const ond_filters *filters, const ond_array *images, size_t count,
                                           ond_band_function function, void *context, ond_array *result);

#ifdef __cplusplus
}
#endif

#endif
