/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CLI_MODELS_H
#define OND_CLI_MODELS_H

/* Where the model NAME.safetensors that comes with the program lies: in the folder $ONDELET_MODELS; in models/ of the
 * source tree that the program was built in (PROGRAM/../../models); in PREFIX/share/ondelet/models of an installed
 * PREFIX/bin/ondelet. A new text, or NULL when there is none. */
char *shipped_model(const char *name);

/* The folders where that looks, as words. A new text. */
char *shipped_model_places(void);

#endif
