/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_LEARN_CHECKPOINT_H
#define OND_LEARN_CHECKPOINT_H

#include "learn/samples.h"
#include "learn/trainer.h"

/* Where the training of a network stands. */
typedef struct ond_checkpoint {
    const ond_head_config *config;
    const ond_samples *samples;
    ond_network *network;
    float *best; /* parameters of the best epoch */
    double best_error;
    size_t best_epoch, epochs; /* done */
    ond_trainer *trainer;
} ond_checkpoint;

ond_status ond_checkpoint_write(const ond_checkpoint *checkpoint, const char *path);

/* Fills the network, the best parameters, the trainer and the numbers. A file that is not there is not an error.
 * @retval OND_ERROR_FORMAT  damaged, or of another config or other samples; the message begins with the path */
ond_status ond_checkpoint_read(ond_checkpoint *checkpoint, const char *path, bool *found);

#endif
