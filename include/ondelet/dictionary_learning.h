/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_DICTIONARY_LEARNING_H
#define ONDELET_DICTIONARY_LEARNING_H

#include <ondelet/dictionary.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ond_learning_method {
    OND_LEARNING_ONLINE,   /**< one image after the other, in the memory of one; one layer or several */
    OND_LEARNING_CONSENSUS /**< all images at once, each with a dictionary of its own that they agree upon; one layer */
} ond_learning_method;

typedef struct ond_learning_config {
    ond_learning_method method;
    double lambda; /**< > 0: of the deepest codes, in units of the images. Of several layers the codes are those of
                              D₁⋯D_L with its atoms scaled to norm 1 */
    double share;  /**< ONLINE: λ of every image as this share, < 1, of the one above which all its codes are zero; 0:
                        `lambda`. As atoms grow like the images, codes stay as sparse */
    int nonnegative;     /**< ONLINE: codes ≥ 0 */
    double step, offset; /**< ONLINE: image j = 0, 1, … moves atoms by step · offset / (offset + j) of the way to the
                              minimum of its own quadratic bound; 0 < step ≤ 1 */
    int zero_mean;       /**< atoms of the first layer have no mean */
    int code_iterations; /**< for the codes of an image; CONSENSUS: 1, they go on from where they were */
    double sparsity; /**< ζ ≥ 0 of deeper dictionaries (7.18): an entry below √(2 η ζ) becomes zero, η the step */
    double filled;   /**< share of a deeper atom's entries that may be other than zero, at least one: the largest stay;
                          1: all */
    double rho;      /**< of CONSENSUS's dictionaries; 0: the number of images */
    int iterations; /**< of CONSENSUS */
} ond_learning_config;

OND_API ond_learning_config ond_learning_config_default(void);
OND_API const ond_option *ond_learning_options(void);

/** A dictionary of normal random numbers, atoms of norm 1, to start from.
 *  @param info  atoms, channels, filter size, stride, border; no fixed size of images */
OND_CHECKED ond_status ond_dictionary_random(const ond_dictionary_info *info, unsigned seed,
                                             ond_dictionary **dictionary);

typedef struct ond_learner ond_learner;

/** @param[in] layers  what to start from; copied. Several layers: ONLINE
 *  @param[in] config  NULL for the default */
OND_CHECKED ond_status ond_learner_create(const ond_dictionary *const *layers, size_t count,
                                          const ond_learning_config *config, ond_learner **learner);
/** Accepts NULL. */
OND_API void ond_learner_destroy(ond_learner *learner);

/** What one image told, or the means over those of a batch. */
typedef struct ond_learning_report {
    double objective; /**< ½‖x − D γ‖² + λ‖γ‖₁ with the dictionary before it moved */
    double residual;  /**< ‖x − D γ‖ / ‖x‖ */
    double density;   /**< share of the deepest codes that are not zero */
    double filled;    /**< share of the deeper dictionaries' entries that are not zero; 1 for one layer */
} ond_learning_report;

/** ONLINE: codes an image, or a batch of images of one size, and moves the dictionaries by the gradient of all
 * (projected; Liu, Garcia-Cardona & Wohlberg 2018; deeper layers as in Sulam et al. 2018, eq. (7.18)).
 *  @param[in]  image   [channels, height, width], or [height, width], or [count, channels, height, width] (of matrices
 * also [n] and [count, n]); usually without its smooth part (ond_smooth_part)
 *  @param[out] report  may be NULL */
OND_CHECKED ond_status ond_learner_take(ond_learner *learner, const ond_array *image, ond_learning_report *report);

/** ONLINE: writes all that the learner is, so that another one goes on to the same bits.
 *  @param[in] note  of the caller, UTF-8: what it has done so far, for example */
OND_CHECKED ond_status ond_learner_write(const ond_learner *learner, const char *note, const char *path);
/** Makes a learner what the one that was written had become. Both have the same config and shapes of dictionaries.
 *  @param[out] note  `note_size` bytes for what the writer noted
 *  @retval OND_ERROR_FORMAT  damaged, of another config or other shapes, or with a longer note; the learner is then
 *          unchanged or fit to be destroyed only
 *  @retval OND_ERROR_IO, OND_ERROR_MEMORY */
OND_CHECKED ond_status ond_learner_read(ond_learner *learner, const char *path, char *note, size_t note_size);

/** CONSENSUS: learns from all images of one size, [count, channels, height, width] or [count, height, width]
 *  (Garcia-Cardona & Wohlberg, Convolutional dictionary learning: a comparative review, 2018, section III-D).
 *  @param[out] report  of the last iteration, means over images; may be NULL
 *  Memory: six copies of the codes of all images. */
OND_CHECKED ond_status ond_learner_fit(ond_learner *learner, const ond_array *images, ond_learning_report *report);

/** A layer as it is now. @param layer  0…count − 1 */
OND_CHECKED ond_status ond_learner_dictionary(const ond_learner *learner, size_t layer, ond_dictionary **dictionary);

#ifdef __cplusplus
}
#endif

#endif
