/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FUZZ_FUZZ_H
#define OND_FUZZ_FUZZ_H

#include <ondelet/ondelet.h>

#include <stdint.h>

/* What libFuzzer and replay.c call with every input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the input to a file of this process, in memory where the system has that, and returns its path. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* Makes a folder of this process the current one, once; it is removed at the end. */
void fuzz_enter_folder(void);
void fuzz_empty_folder(void);

/* Ends the process unless the status is OND_OK or a failure that has a message of one line. */
void fuzz_check_status(ond_status status);

/* Reads the input as a picture in every way there is. */
void fuzz_read_picture(const uint8_t *data, size_t size);

/* Reads the input as an array, whole and item by item, and checks that both agree. */
void fuzz_read_array(const uint8_t *data, size_t size);

#endif
