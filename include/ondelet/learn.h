/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_LEARN_H
#define ONDELET_LEARN_H

#include <ondelet/array.h>
#include <ondelet/option.h>
#include <ondelet/tensors.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The function between the layers of a network, applied to each number. */
typedef enum ond_activation {
    OND_ACTIVATION_RELU,        /**< max(x, 0) */
    OND_ACTIVATION_SIGMOID,     /**< 1 / (1 + exp(−x)) */
    OND_ACTIVATION_TANH,        /**< tanh x */
    OND_ACTIVATION_SMOOTH_RELU, /**< log(1 + exp x) */
    OND_ACTIVATION_IDENTITY     /**< x */
} ond_activation;

/** How a network is trained. */
typedef enum ond_optimizer {
    OND_OPTIMIZER_ADAM, /**< Kingma & Ba, Adam, ICLR 2015, algorithm 1, with β = 0.9, 0.999 and ε = 1e-8 */
    OND_OPTIMIZER_SGD   /**< with momentum: v = momentum v + g, W −= rate v */
} ond_optimizer;

/** How the rate changes from the first step to the last. */
typedef enum ond_schedule {
    OND_SCHEDULE_COSINE,   /**< rate · (1 + cos(π step / steps)) / 2 */
    OND_SCHEDULE_CONSTANT, /**< rate */
    OND_SCHEDULE_STEP      /**< a tenth of the rate after 60 % of the steps, a hundredth after 85 % */
} ond_schedule;

/** What decides from features. */
typedef enum ond_head_kind {
    OND_HEAD_NETWORK, /**< fully connected layers, trained on cross-entropy by mini-batches */
    OND_HEAD_KERNEL,  /**< ridge regression on Gaussian kernels: the most accurate with few samples */
    OND_HEAD_LINEAR,  /**< softmax of linear functions, trained by L-BFGS */
    OND_HEAD_RIDGE,   /**< linear regression of the classes' indicators */
    OND_HEAD_AFFINE   /**< the nearest of one affine space per class (Bruna & Mallat, 2013, section 4.1) */
} ond_head_kind;

/** What is done to each feature first. */
typedef enum ond_feature_map {
    OND_FEATURE_ROOT, /**< sign(x) √|x|: evens out scattering coefficients as a logarithm does, with no floor to choose
                       */
    OND_FEATURE_NONE, /**< x */
    OND_FEATURE_LOG   /**< sign(x) log(1 + |x| / s), s the root mean square of all features */
} ond_feature_map;

/** Features → map → standardise → principal components → decision. A 0 at penalty, width or dimensions: chosen where it
 *  errs least on samples held out. */
typedef struct ond_head_config {
    ond_head_kind kind;
    ond_feature_map map;
    int standardize; /**< 0/1: zero mean; divided by the standard deviation plus a tenth of the largest one */
    int components;  /**< principal components kept; 0: no such projection; -1: 512, but none for ridge where there are
                          as many samples as features, and 4096 features at most */
    int whiten;      /**< 0/1: all components get variance 1 */

    int hidden1, hidden2, hidden3; /**< network: sizes of the hidden layers; 0 ends the list */
    ond_activation activation;
    ond_optimizer optimizer;
    ond_schedule schedule;
    int epochs;   /**< network; 0: as many as make about 4000 mini-batches, 15…400 */
    int batch;    /**< samples of a mini-batch */
    int patience; /**< epochs without a better validation error after which training stops; 0: never */

    int centers;    /**< kernel: samples that carry one; with more samples than this, a random choice (Nyström) */
    int dimensions; /**< affine: of each class's space; 0: chosen */
    int folds;   /**< of the cross-validation that chooses, at most the samples of the smallest class; 0: one held-out
                    part, see `validation`, or 5 for other heads than networks with fewer than 2000 samples */
    int balance; /**< 0/1: every class weighs the same, however many samples it has */
    int seed;

    double validation;   /**< share of the samples held out for choices and early stopping; network: 0 trains on all */
    double rate;         /**< network: of learning */
    double momentum;     /**< network: of OND_OPTIMIZER_SGD */
    double weight_decay; /**< network: share of each weight taken away per step, in units of the rate */
    double dropout;      /**< network: share of hidden numbers set to 0 in each step */
    double smoothing;    /**< network, linear: share of a label given to all classes alike */
    double penalty;      /**< linear, ridge, kernel: of squared weights; 0: chosen */
    double width;        /**< kernel: in root mean square distances of two samples; 0: chosen */
} ond_head_config;

OND_API ond_head_config ond_head_config_default(void);
OND_API const ond_option *ond_head_options(void);

/** A trained head: immutable, may be shared by any number of threads. */
typedef struct ond_head ond_head;

/** Where training stands, after each epoch of a network and each choice that another head tries. */
typedef struct ond_head_progress {
    int step, steps;                         /**< epochs or choices done, and in all */
    double loss;                             /**< mean cross-entropy of the epoch's mini-batches; NaN for other heads */
    double training_error, validation_error; /**< shares of wrong decisions; NaN when not known */
} ond_head_progress;

/** Returns false to end the training now: the head is then the best so far. */
typedef bool (*ond_head_watch)(void *context, const ond_head_progress *progress);

typedef struct ond_head_course {
    ond_head_watch watch; /**< NULL: none */
    void *context;
    const char *checkpoint; /**< network: a file written after every epoch; when it exists, training goes on from it
                               with the same result as if it had never stopped. NULL: none */
} ond_head_course;

/** Trains a head. The same samples, config and seed give the same bits on any number of threads.
 *  @param[in]  features  [samples, …], finite; the axes behind the first are taken as one
 *  @param[in]  labels    [samples], whole numbers 0…classes − 1, each class with at least two samples
 *  @param[in]  config    NULL for the default
 *  @param[in]  course    NULL: no progress, no checkpoint
 *  @param[out] head      a new head
 *  @retval OND_ERROR_SHAPE     numbers of samples and labels differ
 *  @retval OND_ERROR_ARGUMENT  NaN or infinity, a label that is no class, a class with fewer than two samples, an
 * option outside its range, training that diverged
 *  @retval OND_ERROR_FORMAT    the checkpoint is damaged or of another training
 *  Cost: network: 6 multiplications per weight, sample and epoch; kernel: samples · centers · (components + centers).
 */
OND_CHECKED ond_status ond_head_fit(const ond_array *features, const ond_array *labels, const ond_head_config *config,
                                    const ond_head_course *course, ond_head **head);
/** Accepts NULL. */
OND_API void ond_head_destroy(ond_head *head);

/** How much each class has for it: rows are positive and sum to 1. Kernel, ridge and affine heads get there by a
 * softmax whose sharpness was fitted to samples held out.
 *  @param[in]  features  [samples, …] as in training
 *  @param[out] scores    [samples, classes] */
OND_CHECKED ond_status ond_head_predict(const ond_head *head, const ond_array *features, ond_array *scores);

OND_API size_t ond_head_classes(const ond_head *head);
/** Numbers of one sample. */
OND_API size_t ond_head_inputs(const ond_head *head);
/** The config it was trained with, choices filled in. */
OND_API ond_head_config ond_head_config_used(const ond_head *head);
/** Share of wrong decisions on the samples held out; NaN when there were none. */
OND_API double ond_head_validation_error(const ond_head *head);

/** Arrays and texts under "PREFIX.…", for models that hold more than the head. */
OND_CHECKED ond_status ond_head_to_tensors(const ond_head *head, const char *prefix, ond_tensors *tensors);
/** @retval OND_ERROR_FORMAT  something is missing or does not fit; the message names it */
OND_CHECKED ond_status ond_head_from_tensors(const ond_tensors *tensors, const char *prefix, ond_head **head);

/** The head alone as a safetensors file, under the prefix "head". */
OND_CHECKED ond_status ond_head_write(const ond_head *head, const char *path);
OND_CHECKED ond_status ond_head_read(const char *path, ond_head **head);

#ifdef __cplusplus
}
#endif

#endif
