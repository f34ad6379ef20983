/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef OND_SCATTERING_TILES_H
#define OND_SCATTERING_TILES_H

#include "core/status.h"

#include <ondelet/scattering.h>

/* ond_scattering_apply_planes with tiles whose sides are about `side` pixels. */
ond_status ond_scattering_apply_tiles(const ond_scattering *scattering, const ond_planes *images, size_t side,
                                      const ond_planes *features);

#endif
