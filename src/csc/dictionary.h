/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_DICTIONARY_H
#define OND_CSC_DICTIONARY_H

#include "core/status.h"

#include <ondelet/dictionary.h>

struct ond_dictionary {
    ond_dictionary_info info;
    float *values; /* atom after atom: [atoms, channels, filter height, filter width] */
};

/* Elements of one atom: channels · filter height · filter width. */
size_t ond_atom_size(const ond_dictionary *dictionary);

/* Filters of 1 x 1: a matrix, for which vectors are accepted. */
bool ond_dictionary_is_matrix(const ond_dictionary *dictionary);

/* With its values not yet set. Sizes are checked, contents are not. */
ond_status ond_dictionary_create_empty(const ond_dictionary_info *info, ond_dictionary **dictionary);

/* Fails unless every layer has as many channels as the one before has atoms. */
ond_status ond_layers_check(const ond_dictionary *const *layers, size_t count);

/* Images or codes as a batch of [channels, height, width]. */
typedef struct ond_signals {
    size_t count, channels, height, width;
    int rank; /* of the array that they came in */
} ond_signals;

/* @param name  "the signal", for messages */
ond_status ond_signals_of(const ond_dictionary *dictionary, const ond_array *array, bool is_code, const char *name,
                          ond_signals *signals);

/* Gives `array` the shape of such a batch with the axes that `like` came with. */
ond_status ond_signals_resize(ond_signals like, size_t channels, size_t height, size_t width, ond_array *array);

#endif
