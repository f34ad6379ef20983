/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_UNROLLED_H
#define ONDELET_UNROLLED_H

#include <ondelet/array.h>
#include <ondelet/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the codes of a multi-layer convolutional model are found, all with the same parameters. */
typedef enum ond_unrolled_kind {
    OND_UNROLLED_FORWARD, /**< layered thresholding: the forward pass of a convolutional network */
    OND_UNROLLED_LAYERED, /**< layered basis pursuit: each layer to its end before the next */
    OND_UNROLLED_ML_ISTA, /**< multi-layer ISTA: all layers in each iteration */
    OND_UNROLLED_ML_FISTA /**< the same with momentum */
} ond_unrolled_kind;

/** A classifier of pictures by pursuit: three layers of codes and a linear head, as in Sulam et al., PAMI 2020. */
typedef struct ond_unrolled_architecture {
    ond_unrolled_kind pursuit;
    int iterations;                /**< of the pursuit, after the forward pass */
    int codes1, codes2, codes3;    /**< atoms of each layer; 0: no such layer */
    int side1, side2, side3;       /**< of their square patches */
    int stride1, stride2, stride3; /**< from patch to patch */
    int height, width, channels;   /**< of the pictures */
    int classes;
} ond_unrolled_architecture;

OND_API ond_unrolled_architecture ond_unrolled_architecture_default(void);
OND_API const ond_option *ond_unrolled_architecture_options(void);

typedef struct ond_unrolled_training {
    int epochs, batch;
    double rate; /**< of Adam, falling to 0 as a cosine; gradients have norm 1 at most */
    int shift;   /**< pixels: pictures are moved at random by up to so many each time that they are seen */
    int seed;
} ond_unrolled_training;

OND_API ond_unrolled_training ond_unrolled_training_default(void);
OND_API const ond_option *ond_unrolled_training_options(void);

typedef struct ond_unrolled_model ond_unrolled_model;

/** Called after each epoch with its mean loss and the share of pictures that were labelled wrongly while it lasted.
 *  Returns false to end the training. */
typedef bool (*ond_unrolled_watch)(void *context, int epoch, double loss, double error);

/** How a training is watched and kept. All fields may be empty. */
typedef struct ond_unrolled_course {
    ond_unrolled_watch watch;
    void *context;
    /** A file in which the training keeps where it stands: from time to time, and when `watch` ends it. Where the file
     * is there at the start the training goes on from it, to the bits that it would have reached undisturbed. It stays
     * when the training is complete. */
    const char *checkpoint;
} ond_unrolled_course;

/** Trains dictionaries, thresholds, steps and head together through the unrolled pursuit.
 *  @param[in] pictures      [count, height, width] or [count, channels, height, width], finite
 *  @param[in] labels        [count]: whole numbers 0 … classes − 1
 *  @param[in] architecture  NULL: the default; its height, width, channels and classes are taken from the data
 *  @param[in] training      NULL: the default
 *  @param[in] course        NULL: neither watched nor kept
 *  @retval OND_ERROR_ARGUMENT  labels that are no classes, a NaN, or a loss that is not finite or
 *                              far above that of guessing: the training diverged
 *  @retval OND_ERROR_SHAPE, OND_ERROR_MEMORY
 *  @retval OND_ERROR_FORMAT, OND_ERROR_IO  the checkpoint is damaged or of another training, or cannot be written
 *  The same data, options and processor give the same bits, whatever the number of threads.
 *  Cost per picture and epoch: 6 (iterations + 1) multiplications for each number in the layers' matrices of patches
 * and code. Source: Grohs & Kutyniok (eds.), 2023, eq. (7.30). */
OND_CHECKED ond_status ond_unrolled_model_fit(const ond_array *pictures, const ond_array *labels,
                                              const ond_unrolled_architecture *architecture,
                                              const ond_unrolled_training *training, const ond_unrolled_course *course,
                                              ond_unrolled_model **model);

/** @param[out] probabilities  [count, classes] */
OND_CHECKED ond_status ond_unrolled_model_predict(const ond_unrolled_model *model, const ond_array *pictures,
                                                  ond_array *probabilities);

OND_CHECKED ond_status ond_unrolled_model_read(const char *path, ond_unrolled_model **model);
OND_CHECKED ond_status ond_unrolled_model_write(const ond_unrolled_model *model, const char *path);
/** Accepts NULL. */
OND_API void ond_unrolled_model_destroy(ond_unrolled_model *model);
OND_API ond_unrolled_architecture ond_unrolled_model_architecture(const ond_unrolled_model *model);

#ifdef __cplusplus
}
#endif

#endif
