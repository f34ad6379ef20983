/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FFT_BACKEND_H
#define OND_FFT_BACKEND_H

#include "fft/fft.h"

/* What an FFT library's file provides: these two, the passes of fft.h (ond_fft_run, the real rows), ond_fft_version and
 * the wisdom of <ondelet/runtime.h>. One such file is compiled: fftw.c or kissfft.c. */

/* Fills fft->plans for the passes; the geometry is there. What a failure leaves in `plans` is destroyed later. */
ond_status ond_fft_backend_create(ond_fft *fft, unsigned passes, ond_planning planning);
void ond_fft_backend_destroy(ond_fft *fft);

#endif
