/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_FILE_H
#define OND_IO_FILE_H

#include <ondelet/file.h>

/* Whether ond_file_rewrite is possible: not on a pipe or a terminal. */
bool ond_file_seekable(const ond_file *file);

/* Replaces the first `bytes` bytes, which were written before. */
ond_status ond_file_rewrite(ond_file *file, const void *data, size_t bytes);

/* The path as messages name it. */
const char *ond_file_name(const ond_file *file);

#endif
