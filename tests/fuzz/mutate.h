/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FUZZ_MUTATE_H
#define OND_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer calls the second, if a target has it, which calls the first. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* A changed input that still starts like its format, mostly: otherwise a format that is easier to vary soon crowds out
 * the target's own. An input in gzip stays one, and its checksum fits. Returns the new size. */
size_t fuzz_mutate(uint8_t *data, size_t size, size_t most, unsigned seed, const char *start, size_t start_size);

#endif
