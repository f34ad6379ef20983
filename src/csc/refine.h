/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_CSC_REFINE_H
#define OND_CSC_REFINE_H

#include "csc/pursuit.h"

/* Brings codes nearer to the minimum of a lasso by some steps that never leave their support. One step costs about as
 * much as their nonzeros times the filters' sizes: less than products with all codes, else nothing is done. Never makes
 * the objective larger. */
ond_status ond_refine(const ond_lasso *lasso, float *codes);

#endif
