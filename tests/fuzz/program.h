/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_FUZZ_PROGRAM_H
#define OND_FUZZ_PROGRAM_H

/* What main() of src/cli/main.c is called here. */
int ondelet_main(int count, char **words);

#endif
