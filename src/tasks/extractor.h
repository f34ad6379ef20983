/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_TASKS_EXTRACTOR_H
#define OND_TASKS_EXTRACTOR_H

#include <ondelet/extractor.h>

/* Channels of one colour: paths of the cascade, 1 for pixels. The first one is order 0. */
size_t ond_extractor_paths(const ond_extractor *extractor);

#endif
