/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_HEAD_H
#define OND_LEARN_HEAD_H

#include "learn/network.h"
#include "learn/prepare.h"
#include "learn/samples.h"

/* z → raw scores [classes], by the kind:
 *   network, linear, ridge   network(z)
 *   kernel                   network(k), k_j = exp(−gamma ‖z − center_j‖²)
 *   affine                   −‖z − m − V Vᵀ (z − m)‖² / spread for each class's mean m and directions V */
struct ond_head {
    ond_head_config config;
    size_t classes;
    ond_prepare *prepare;
    ond_network *network; /* NULL: affine */
    size_t center_count;  /* kernel */
    float *centers;       /* [center_count, prepare->outputs] */
    double gamma;         /* kernel */
    int dimensions;       /* affine, of each class */
    float *means;         /* [classes, prepare->outputs] */
    float *directions;    /* [classes, dimensions, prepare->outputs] */
    double sharpness;     /* scores = softmax(sharpness · raw) */
    double validation_error;
};

/* A head of this kind with nothing in it but the prepared features. Takes the preparation over, also on failure. */
ond_status ond_head_make(const ond_head_config *config, size_t classes, ond_prepare *prepare, ond_head **head);

/* Frees what was learned: all but the preparation and the head itself. */
void ond_head_release(ond_head *head);

/* Raw scores of prepared rows: z [rows, prepare->outputs], raw [rows, classes]. */
ond_status ond_head_raw(const ond_head *head, const float *z, size_t rows, float *raw);

/* Derivative of Σ_k slope_k raw_k at one sample x [inputs] with respect to x: gradient [inputs]. */
ond_status ond_head_derive(const ond_head *head, const float *x, const float *slope, float *gradient);

/* Prepared training rows and their labels, for the kinds that learn from all at once. */
typedef struct ond_lesson {
    const float *z; /* [count, columns] */
    size_t count, columns;
    const uint32_t *labels; /* [count] */
    const float *weights;   /* [classes], of the classes */
} ond_lesson;

/* Each fills a head made by ond_head_make with what config says; penalty, width and dimensions are chosen already. */
ond_status ond_head_fit_linear(ond_head *head, const ond_lesson *lesson);
ond_status ond_head_fit_ridge(ond_head *head, const ond_lesson *lesson);
ond_status ond_head_fit_kernel(ond_head *head, const ond_lesson *lesson);
ond_status ond_head_fit_affine(ond_head *head, const ond_lesson *lesson);

/* The kind that learns by mini-batches, with its own preparation, validation and checkpoints. */
ond_status ond_head_fit_network(const ond_samples *samples, const ond_head_config *config,
                                const ond_head_course *course, ond_head **head);
/* The other kinds: chooses what is to be chosen, then learns from all samples. */
ond_status ond_head_fit_chosen(const ond_samples *samples, const ond_head_config *config, const ond_head_course *course,
                               ond_head **head);

/* Kernel values of prepared rows: [rows, center_count]. */
ond_status ond_kernel_rows(const ond_head *head, const float *z, size_t rows, float *values);

/* A softmax's sharpness that makes held-out labels likeliest, and the share of wrong decisions.
 * raw [count, classes], labels [count] */
double ond_sharpness(const float *raw, const uint32_t *labels, size_t count, size_t classes);
/* −Σ log softmax(sharpness · raw)[label] */
double ond_log_loss(const float *raw, const uint32_t *labels, size_t count, size_t classes, double sharpness);
double ond_error_share(const float *raw, const uint32_t *labels, size_t count, size_t classes);

/* Class with the largest score. */
size_t ond_decide(const float *scores, size_t classes);

#endif
