/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef EXAMPLES_PURSUIT_H
#define EXAMPLES_PURSUIT_H

#include <ondelet/ondelet.h>

/* Sparse approximation of an image by few atoms of a redundant frame: a stagewise orthogonal matching pursuit.
 *
 * Thresholding the frame's own coefficients wastes terms, because neighbouring atoms all respond to the same edge. Here
 * atoms are taken where the normalised correlation with what is not yet explained is a local maximum above a threshold,
 * the coefficients of all atoms taken so far are then fitted together (conjugate gradients), and those that became
 * small are given up. The low-pass part of the image is taken away first and is not counted.
 *
 * Source: Donoho, Tsaig, Drori & Starck, Sparse solution of underdetermined linear equations by stagewise orthogonal
 * matching pursuit, IEEE Trans. Information Theory 58(2), 2012. */
typedef struct pursuit pursuit;

/* The bank has the image's grid, is Parseval and even, and must outlive the pursuit. */
ond_status pursuit_create(const ond_filters *bank, const ond_array *image, pursuit **created);
void pursuit_destroy(pursuit *own);

/* Largest normalised correlation at the start. */
double pursuit_largest(const pursuit *own);
/* One stage. */
ond_status pursuit_run(pursuit *own, double threshold);

size_t pursuit_terms(const pursuit *own);
/* ‖image − approximation‖² */
double pursuit_squared_error(const pursuit *own);

#endif
