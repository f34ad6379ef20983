/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_TRAINER_H
#define OND_LEARN_TRAINER_H

#include "learn/loss.h"
#include "learn/network.h"

#include <stdint.h>

typedef struct ond_training {
    ond_loss loss;
    ond_optimizer optimizer;
    ond_schedule schedule;
    double rate;         /* > 0 */
    double momentum;     /* of SGD, 0…1 */
    double weight_decay; /* W −= rate · weight_decay · W with each step, apart from the gradient (Loshchilov & Hutter,
                            2019, algorithm 2); biases do not decay */
    double dropout;      /* share of hidden numbers set to 0 in each step, 0…0.9 */
    size_t steps;        /* in all, for the schedule */
    uint64_t seed;       /* of dropout */
} ond_training;

/* Adam, cosine schedule from 1e-3, no decay, no dropout. */
ond_training ond_training_default(ond_loss loss, size_t steps);

/* Changes a network by mini-batches. Gives the same bits for any number of threads. */
typedef struct ond_trainer ond_trainer;

/* @param network    changed by each step; must outlive the trainer
 * @param most_rows  of one mini-batch */
ond_status ond_trainer_create(ond_network *network, const ond_training *training, size_t most_rows,
                              ond_trainer **trainer);
void ond_trainer_destroy(ond_trainer *trainer);

/* One mini-batch: forward, loss, backward, update.
 * inputs [rows, N_0], targets [rows, N_L], weights [rows] or NULL
 * loss   mean over the rows, before the update; may be NULL
 * @retval OND_ERROR_ARGUMENT  the loss is not finite: the training diverged, or the inputs are not finite */
ond_status ond_trainer_step(ond_trainer *trainer, const float *inputs, const float *targets, const float *weights,
                            size_t rows, double *loss);

/* How many steps were made. */
size_t ond_trainer_steps(const ond_trainer *trainer);

/* A checkpoint: the moments as "PREFIX.moment1", "PREFIX.moment2" and the text "PREFIX.step"; the network is kept by
 * ond_network_to_tensors. A trainer that is made again, and set to it, goes on with the same bits. */
ond_status ond_trainer_to_tensors(const ond_trainer *trainer, const char *prefix, ond_tensors *tensors);
ond_status ond_trainer_set(ond_trainer *trainer, const ond_tensors *tensors, const char *prefix);

/* --- the loop --- */

/* Fills one mini-batch: inputs [rows, N_0], targets [rows, N_L], weights [rows] (ones when called). */
typedef struct ond_batch {
    size_t epoch, index; /* of the mini-batch in the epoch, from 0 */
    size_t rows;
    float *inputs, *targets, *weights;
} ond_batch;
typedef ond_status (*ond_batch_source)(void *context, const ond_batch *batch);

/* After each epoch: mean loss of its mini-batches. `*stop` true ends the training. */
typedef ond_status (*ond_epoch_watch)(void *context, size_t epoch, double loss, bool *stop);

typedef struct ond_course {
    size_t epochs, batches, rows; /* mini-batches of an epoch, rows of a mini-batch */
    size_t first_epoch;           /* to begin with; more than 0 when resumed */
    ond_batch_source source;
    void *source_context;
    ond_epoch_watch watch; /* NULL: none */
    void *watch_context;
} ond_course;

/* training->steps should be epochs · batches. */
ond_status ond_trainer_run(ond_trainer *trainer, const ond_course *course);

#endif
