/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_SCATTERING_H
#define ONDELET_SCATTERING_H

#include <ondelet/filters.h>
#include <ondelet/option.h>
#include <ondelet/planes.h>
#include <ondelet/runtime.h>
#include <ondelet/view.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The Mallat scattering cascade: S[p]x = |…||x ⋆ ψ₁| ⋆ ψ₂|… ⋆ ψ_m| ⋆ φ over frequency-decreasing paths
 *  p = (ψ₁, …, ψ_m), sampled every 2^J pixels, on any bank whose filters carry scales.
 *  Immutable; may be shared by any number of threads. What depends on the image size (the bank on the padded grid, FFT
 *  plans) is made at the first image of a size and kept for the last eight sizes. */
typedef struct ond_scattering ond_scattering;

enum { OND_MAX_ORDER = 4 };

typedef enum ond_padding {
    OND_PADDING_REFLECT,  /**< mirror without repeating the edge, on a size whose FFT is fast */
    OND_PADDING_KYMATIO,  /**< mirror, with the sizes and output positions of Kymatio */
    OND_PADDING_ZERO,     /**< zeros around the image */
    OND_PADDING_PERIODIC, /**< none: the image is one period */
    OND_PADDING_NONE      /**< the image is padded already; a margin of 2^J on each side is left out of the output */
} ond_padding;

typedef enum ond_averaging {
    OND_AVERAGING_LOCAL, /**< the bank's low-pass, sampled every 2^(J − oversampling) pixels */
    OND_AVERAGING_GLOBAL /**< mean over the image: one number per path */
} ond_averaging;

typedef struct ond_scattering_config {
    int order; /**< highest order m, 0…4, preset 2 */
    ond_padding padding;
    ond_averaging averaging;
    int oversampling; /**< every layer is sampled 2^oversampling times more densely, 0…12, preset 0 */
    int normalize;    /**< 0/1: order m ≥ 2 divided by its parent of order m − 1 */
    int log;          /**< 0/1: natural logarithm of orders ≥ 1 */
    double log_floor; /**< added before logarithm and division, > 0, preset 1e-4 */
    ond_planning planning;
} ond_scattering_config;

OND_API ond_scattering_config ond_scattering_config_default(void);
OND_API const ond_option *ond_scattering_options(void);

/** @param[in] filters  copied; with or without a grid
 *  @param[in] config   NULL for the default
 *  @retval OND_ERROR_ARGUMENT  a field is outside its range, or the bank has no low-pass or no scales */
OND_CHECKED ond_status ond_scattering_create(const ond_filters *filters, const ond_scattering_config *config,
                                             ond_scattering **scattering);
/** Accepts NULL. */
OND_API void ond_scattering_destroy(ond_scattering *scattering);

/** One output channel. */
typedef struct ond_scattering_path {
    int order;
    size_t filter[OND_MAX_ORDER]; /**< index in the bank */
    int scale[OND_MAX_ORDER], orientation[OND_MAX_ORDER];
    double angle_rad[OND_MAX_ORDER];
    size_t parent; /**< channel of the path without its last filter; 0 for order 0 */
} ond_scattering_path;

/** Number of channels: Σ_m L^m (J choose m). Order 0 first, then order 1, …; within an order the first filter varies
 * slowest. */
OND_API size_t ond_scattering_paths(const ond_scattering *scattering);
/** Channel `channel` < ond_scattering_paths. */
OND_API ond_scattering_path ond_scattering_path_at(const ond_scattering *scattering, size_t channel);

/** Where outputs lie for images of one size. */
typedef struct ond_scattering_geometry {
    size_t padded_height, padded_width;
    size_t output_height, output_width;
    ptrdiff_t first_row, first_column; /**< pixel of output [0, 0] */
    size_t stride;                     /**< pixels between outputs */
} ond_scattering_geometry;

/** @retval OND_ERROR_SHAPE  2^J is larger than the image */
OND_CHECKED ond_status ond_scattering_describe(const ond_scattering *scattering, size_t height, size_t width,
                                               ond_scattering_geometry *geometry);

/** Makes what images of this size need, ahead of the first of them. */
OND_CHECKED ond_status ond_scattering_prepare(const ond_scattering *scattering, size_t height, size_t width);

/** Scattering coefficients of one or many images.
 *  @param[in]  images    [height, width], [batch, height, width] or [batch, channels, height, width]; finite
 *  @param[out] features  the same leading axes, then [paths, output_height, output_width]
 *  @retval OND_ERROR_SHAPE     2^J is larger than the image
 *  @retval OND_ERROR_ARGUMENT  an image holds a NaN or infinity: the first is named, `features` is unspecified
 *  Cost: 1 + J·L + J(J−1)/2·L² inverse FFTs at falling resolution per image (order 2); scratch of about six padded
 * images per thread. Runs on ond_threads() threads, over images or else over first-order paths; same bits for any
 * number. Source: Bruna & Mallat, Invariant Scattering Convolution Networks, IEEE PAMI 35(8), 2013, sections 2–3; Grohs
 * & Kutyniok (eds.), Mathematical Aspects of Deep Learning, 2023, algorithm 8.1. */
OND_CHECKED ond_status ond_scattering_apply(const ond_scattering *scattering, const ond_array *images,
                                            ond_array *features);

/** The adjoint of the transform's derivative at an image (vector–Jacobian product): gradient = (∂S/∂x)ᵀ cotangent, so
 * that ⟨gradient, v⟩ = d/dt ⟨cotangent, S(x + tv)⟩ at t = 0, logarithm and normalisation included. Linear in the
 * cotangent. Where a modulus or the argument of a logarithm is 0, its derivative is taken as 0.
 *  @param[in]  images     as for ond_scattering_apply
 *  @param[in]  cotangent  of the shape that ond_scattering_apply gives for these images; finite
 *  @param[out] gradient   of the shape of the images
 *  @retval OND_ERROR_SHAPE     `cotangent` has another shape; otherwise as ond_scattering_apply
 *  @retval OND_ERROR_ARGUMENT  an image or the cotangent is not finite, or the gradient overflows
 *  Cost: two to three times ond_scattering_apply; scratch of about ten padded images per thread. Same bits for any
 *  number of threads. */
OND_CHECKED ond_status ond_scattering_adjoint(const ond_scattering *scattering, const ond_array *images,
                                              const ond_array *cotangent, ond_array *gradient);

/** The same for an image in somebody else's memory, which is read in place: each channel is an image of its own.
 *  @param[out] features  [paths, output_height, output_width], with the channels in front when there are several;
 *                        the bits of ond_scattering_apply on what ond_image_view_read gives
 *  Errors as ond_scattering_apply and ond_image_view_read. */
OND_CHECKED ond_status ond_scattering_apply_view(const ond_scattering *scattering, const ond_image_view *image,
                                                 ond_array *features);

/** The same for images that are larger than memory, in overlapping tiles of about 2048 x 2048 pixels: those of
 *  ond_scattering_apply to 1e-5 of the largest coefficient for the Morlet bank. Spline and shearlet filters end
 *  abruptly in frequency and so reach further: 1e-3 at worst, 2e-5 in the mean (root mean square).
 *  @param[in]  images    each plane is an image of its own
 *  @param[out] features  [planes · paths, output_height, output_width]: all paths of the first image, then of the next.
 *                        Unspecified after a failure
 *  Errors: as ond_scattering_apply.
 *  Cost: about 1.5 times ond_scattering_apply, for global averaging three times. Memory: that of one tile, of three at
 *  most for global averaging, and 4 · 2048 · width bytes. */
OND_CHECKED ond_status ond_scattering_apply_planes(const ond_scattering *scattering, const ond_planes *images,
                                                   const ond_planes *features);

/** One step of a walk over the paths. */
typedef struct ond_scattering_step {
    size_t channel;
    ond_scattering_path path;
    ond_array
        propagated;  /**< U[p]x on the padded grid, borrowed: valid during the call; not changed by log or normalize */
    int subsampling; /**< `propagated` is sampled every 2^subsampling pixels */
    ond_array averaged; /**< S[p]x, [output_height, output_width], borrowed; before log and normalize */
} ond_scattering_step;

/** Returns OND_OK to go on; anything else ends the walk and is returned from it. */
typedef ond_status (*ond_scattering_visitor)(void *context, const ond_scattering_step *step);

/** Visits all paths of one image depth first (parents before children), so that memory never holds all of U.
 *  @param[in] image  [height, width], finite. Cost: as ond_scattering_apply, on the calling thread. */
OND_CHECKED ond_status ond_scattering_visit(const ond_scattering *scattering, const ond_array *image,
                                            ond_scattering_visitor visitor, void *context);

/** Where the energy of one image goes, on the padded grid, each summed at full resolution. */
typedef struct ond_scattering_energy {
    double image;                       /**< ‖x‖² */
    double averaged[OND_MAX_ORDER + 1]; /**< Σ ‖S[p]x‖² over the paths of each order */
    double discarded;                   /**< filters that frequency-decreasing paths do not follow */
    double propagated;                  /**< left for orders above the highest: Σ ‖U[p]x ⋆ ψ‖² over them */
} ond_scattering_energy;

/** For a unitary bank image = Σ averaged + discarded + propagated; every term is computed from its own filters. Takes
 * each layer at the bank's own subsampling, less `oversampling`.
 *  @param[in] image  [height, width], finite
 *  @retval OND_ERROR_ARGUMENT  as ond_scattering_apply */
OND_CHECKED ond_status ond_scattering_measure_energy(const ond_scattering *scattering, const ond_array *image,
                                                     ond_scattering_energy *energy);

#ifdef __cplusplus
}
#endif

#endif
