/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_CODE_PURSUIT_H
#define OND_TASKS_CODE_PURSUIT_H

#include <ondelet/array.h>

/* The pursuit of tasks/denoise_codes.h on a picture that is cut into blocks: squares of a stride's side, each a vector
 * of stride² samples. A patch is four of them, its quarters: top left, top right, bottom left, bottom right. */
typedef struct ond_code_operators {
    size_t stride, codes, steps;
    ond_array analysis;   /* [4, stride², codes] */
    ond_array synthesis;  /* [4, codes, stride²] of −B: what is left of the picture is a sum */
    ond_array dictionary; /* [4, codes, stride²] */
    ond_array thresholds; /* [steps, codes] */
} ond_code_operators;

void ond_code_operators_free(ond_code_operators *operators);

/* Patches [2 stride, 2 stride, 1, codes] by quarters. */
ond_status ond_code_operators_prepare(const ond_array *analysis, const ond_array *synthesis,
                                      const ond_array *dictionary, const ond_array *thresholds,
                                      ond_code_operators *operators);

/* What one thread needs for pursuits of up to rows x columns patches. */
typedef struct ond_code_workspace {
    float *picture;               /* [rows + 1, columns + 1, stride²], to be filled by the user */
    float *made[2];               /* the same */
    float *z;                     /* [rows, columns, codes] */
    float *patches;               /* of some rows: [patches, 4 stride²] */
    size_t *counts;               /* [columns]: how long the lists of a row are */
    struct ond_code_spike *lists; /* of the codes that are not zero: [columns, codes and a few more] */
} ond_code_workspace;

/* To be freed also where it fails. */
ond_status ond_code_workspace_create(const ond_code_operators *operators, size_t rows, size_t columns,
                                     ond_code_workspace *workspace);
void ond_code_workspace_free(ond_code_workspace *workspace);

/* What the dictionary makes of the codes of workspace->picture; it lies in the workspace. */
const float *ond_code_pursuit(const ond_code_operators *operators, size_t rows, size_t columns,
                              const ond_code_workspace *workspace);

#endif
