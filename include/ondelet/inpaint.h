/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_INPAINT_H
#define ONDELET_INPAINT_H

#include <ondelet/filters.h>
#include <ondelet/option.h>
#include <ondelet/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Thresholds are in standard deviations of the known pixels, times the band's weight g √(g/max g), g being the
 *  standard deviation of its coefficients for white noise of unit variance: what is missing hides fine detail most. */
typedef struct ond_inpaint_config {
    int iterations;         /**< 1…10000, preset 50; three in five threshold, the others are Wiener filters */
    double first_threshold; /**< preset 3; larger helps where whole structures are missing */
    double last_threshold;  /**< of the thresholding iterations, which fall exponentially; preset 0.5 */
    double wiener_noise;    /**< noise assumed by the Wiener filters; preset 0.1 */
    ond_planning planning;  /**< time spent on choosing fast FFTs; preset OND_PLANNING_ESTIMATE */
} ond_inpaint_config;

OND_API ond_inpaint_config ond_inpaint_config_default(void);
OND_API const ond_option *ond_inpaint_options(void);

/** Fills in missing pixels so that few coefficients of a frame describe the image: iterative hard thresholding with a
 *  falling threshold, then iterations of the empirical Wiener filter whose gains come from the last estimate.
 *  @param[in]  bank    as ond_threshold
 *  @param[in]  image   [height, width] or [channels, height, width]; finite where it is known, anything elsewhere
 *  @param[in]  mask    [height, width]: known where > 0.5, missing elsewhere; finite
 *  @param[in]  config  NULL for the default
 *  @param[out] result  the shape of `image`, which it may be; known pixels keep their bits. Not clipped
 *  @retval OND_ERROR_ARGUMENT  no pixel is known, or a known one is not finite
 *  @retval OND_ERROR_SHAPE     sizes of image and mask, or of image and grid, differ
 *  Cost: about two and a half real FFTs per band, iteration and channel. Memory of about twelve images.
 *  Source: Elad, Starck, Querre & Donoho, Simultaneous cartoon and texture image inpainting using morphological
 *  component analysis, ACHA 19(3), 2005; King, Kutyniok & Zhuang, Analysis of inpainting via clustered sparsity and
 *  microlocal analysis, JMIV 48(2), 2014. */
OND_CHECKED ond_status ond_inpaint(const ond_filters *bank, const ond_array *image, const ond_array *mask,
                                   const ond_inpaint_config *config, ond_array *result);

#ifdef __cplusplus
}
#endif

#endif
