/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_BANDS_H
#define ONDELET_BANDS_H

#include <ondelet/filters.h>
#include <ondelet/option.h>
#include <ondelet/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A plan for taking images apart into the bands of one bank and putting them together again: what
 *  ond_filters_analysis, ond_filters_adjoint and ond_filters_process make anew at every call is made once. Immutable;
 *  may be shared by any number of threads. */
typedef struct ond_bands ond_bands;

typedef struct ond_bands_config {
    int decimated;         /**< 0/1, preset 0: a band whose spectrum lies on 1/q of the rows (columns) of the grid keeps
                              every q-th row (column), q the greatest divisor of the height (width) that loses nothing */
    ond_planning planning; /**< preset OND_PLANNING_ESTIMATE */
} ond_bands_config;

OND_API ond_bands_config ond_bands_config_default(void);
OND_API const ond_option *ond_bands_options(void);

/** @param[in] filters  with a grid, without one-sided filters; the plan shares it
 *  @param[in] config   NULL for the default
 *  @retval OND_ERROR_UNSUPPORTED  one-sided filters; OND_ERROR_ARGUMENT, OND_ERROR_MEMORY
 *  Cost: planning; one pass over the bank. */
OND_CHECKED ond_status ond_bands_create(const ond_filters *filters, const ond_bands_config *config, ond_bands **bands);
/** Accepts NULL. */
OND_API void ond_bands_destroy(ond_bands *bands);

/** Which coefficients a band keeps: those at rows 0, row_step, 2 row_step … and columns likewise; 1 and 1 when it is
 * not decimated. The band is [grid height / row_step, grid width / column_step]. @param[in] index  of the filter */
OND_API void ond_bands_steps(const ond_bands *bands, size_t index, size_t *row_step, size_t *column_step);

/** Coefficients of all the bank's filters; decimated ones are those of ond_filters_analysis at the places kept.
 *  @param[in]  image         [height, width] of the grid, finite
 *  @param[out] coefficients  as many arrays as the bank has filters, each of its band's shape
 *  Cost: one real FFT forward and one backward for each band, of the band's size. */
OND_CHECKED ond_status ond_bands_analysis(const ond_bands *bands, const ond_array *image, ond_array *coefficients);

/** The image with these coefficients: Σ over bands of row_step · column_step · (coefficients ⋆ filter). Inverts
 *  ond_bands_analysis when the bank is Parseval; without decimation it is the adjoint.
 *  @param[in]  coefficients  as ond_bands_analysis gives them, finite
 *  @param[out] image         [height, width] */
OND_CHECKED ond_status ond_bands_synthesis(const ond_bands *bands, const ond_array *coefficients, ond_array *image);

/** As ond_filters_process, which see: analysis, a function of each band, synthesis, in the memory of a few images. */
OND_CHECKED ond_status ond_bands_process(const ond_bands *bands, const ond_array *images, size_t count,
                                         ond_band_function function, void *context, ond_array *result);

/** The same for a function that looks at one coefficient (of each image) at a time: it is called with a few rows of a
 *  band while they are in the cache, band->row being the first. A tenth to a third faster. */
OND_CHECKED ond_status ond_bands_process_rows(const ond_bands *bands, const ond_array *images, size_t count,
                                              ond_band_function function, void *context, ond_array *result);

#ifdef __cplusplus
}
#endif

#endif
