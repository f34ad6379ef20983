/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FAULT_FAULT_H
#define OND_FAULT_FAULT_H

#include "support/test.h"

/* Something that allocates, done from the start: it makes its outputs, checks them when it succeeds, and frees all.
 * It returns the status of the first call that failed. */
typedef ond_status (*fault_operation)(void *context);

/* Does the operation again and again: with the first allocation failing, then the second, … until none was left to
 * fail. The test fails unless every failed allocation came back as OND_ERROR_MEMORY with a message, every block was
 * given back, and the operation then succeeds. Returns the number of allocations: a test asserts that it is not 0. */
size_t fault_sweep(fault_operation operation, void *context);

/* The same, from several threads: which allocation fails is then up to chance, but what must hold is the same. */
size_t fault_sweep_threads(fault_operation operation, void *context, int threads);

/* Blocks of the library not given back yet. */
size_t fault_blocks_in_use(void);

#endif
