/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_POLISH_H
#define OND_CSC_POLISH_H

#include "csc/pursuit.h"

/* Brings codes near the minimum of a lasso to it, in double; leaves them where they are when that would take more than
 * some seconds. Never makes the objective larger. */
ond_status ond_polish(const ond_lasso *lasso, float *codes);

#endif
