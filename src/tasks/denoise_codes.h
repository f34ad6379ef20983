/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_DENOISE_CODES_H
#define OND_TASKS_DENOISE_CODES_H

#include <ondelet/array.h>
#include <ondelet/tensors.h>

/* Denoising by convolutional sparse codes with strided, learned operators: z <- soft(z + A(y − B z), thresholds) a
 * fixed number of times, picture = D z, averaged over shifts of the picture against the strides. Patches are two
 * strides wide. Source: Simon & Elad, Rethinking the CSC model for natural images, NeurIPS 2019. */
typedef struct ond_denoise_codes ond_denoise_codes;

enum { OND_CODES_LARGEST_SIDE = 16 }; /* of a patch: no more than the mirrored margin of padded planes */

ond_status ond_denoise_codes_read(const ond_tensors *tensors, ond_denoise_codes **codes);
ond_status ond_denoise_codes_write(const ond_denoise_codes *codes, ond_tensors *tensors);
void ond_denoise_codes_destroy(ond_denoise_codes *codes);

/* A plane in units of its noise, both sides 32 or more; right from a patch's side before the borders on. */
ond_status ond_denoise_by_codes(const ond_denoise_codes *codes, const ond_array *noisy, ond_array *clean);

#endif
