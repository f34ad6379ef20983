/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FUZZ_DRAW_H
#define OND_FUZZ_DRAW_H

#include "fuzz/fuzz.h"

/* An input that decides, byte by byte; zeros follow its end. */
typedef struct fuzz_bytes {
    const uint8_t *data;
    size_t size, used;
} fuzz_bytes;

unsigned fuzz_byte(fuzz_bytes *bytes);

/* 0…count − 1 */
unsigned fuzz_below(fuzz_bytes *bytes, unsigned count);

/* Fills a config: presets, values near either end of the range, values outside it, numbers that are none. Counts stay
 * small unless they are out of range, so that an input takes milliseconds; planning stays as it is. */
void fuzz_config(fuzz_bytes *bytes, const ond_option *options, void *config);

/* A number of any kind: ordinary, huge, tiny, infinite, NaN. */
double fuzz_number(fuzz_bytes *bytes);

/* An array whose numbers are of one kind, with one of another among them now and then. */
ond_array fuzz_array(fuzz_bytes *bytes, int rank, const size_t *shape);

/* An image [height, width], or sometimes with an axis of 1…4 in front, of `most` pixels a side. */
ond_array fuzz_image(fuzz_bytes *bytes, unsigned most);

/* Runs one of the uses, which the input chooses, on an image that it draws. */
typedef void (*fuzz_use)(fuzz_bytes *bytes, const ond_array *image);
int fuzz_one_use(const uint8_t *data, size_t size, const fuzz_use *uses, size_t count, unsigned most_side);

/* Ends the process when a call that succeeded left a number that is not finite. */
void fuzz_check_finite(const ond_array *array);

/* fuzz_check_status, and the outputs of a call that succeeded. */
bool fuzz_check(ond_status status, const ond_array *output);

#endif
