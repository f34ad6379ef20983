/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_DICTIONARY_COURSE_H
#define OND_CLI_DICTIONARY_COURSE_H

#include "cli/inputs.h"

enum { COURSE_TEXT = 256 };

/* How far the learning of a dictionary, image after image, has come. */
typedef struct dictionary_course {
    int epoch;                                   /* from 1 */
    size_t seen;                                 /* images of this epoch that were learned from or named as failed */
    size_t images;                               /* of them, learned from */
    size_t failed;                               /* in all epochs */
    double objective, residual, density, filled; /* sums over the images of this epoch */
    char *checkpoint;                            /* NULL: nothing is kept */
    char of[COURSE_TEXT];                        /* what a checkpoint must be of */
    double began_s, kept_s, keeping_s; /* when the work began, when it was kept last, and how long that took */
} dictionary_course;

/* The first epoch. */
void course_begin(dictionary_course *course, const input_list *inputs, const char *settings);
void course_next_epoch(dictionary_course *course);

/* Keeps where the training stands, where it is time for that or the training is being stopped. False after a
 * complaint. */
bool course_keep(dictionary_course *course, const ond_learner *learner);
/* Goes on from there, if the file is there. False after a complaint. */
bool course_take_up(dictionary_course *course, ond_learner *learner);

#endif
