/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_IO_VERSIONS_H
#define OND_IO_VERSIONS_H

/* "libpng 1.6.39", …: the libraries behind the readers, NULL after the last. */
const char *ond_io_version(int index);

#endif
