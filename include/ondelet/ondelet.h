/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ONDELET_ONDELET_H
#define ONDELET_ONDELET_H

/** Everything: images and arrays in, filter banks and scattering features out. */
#include <ondelet/array.h>
#include <ondelet/bands.h>
#include <ondelet/denoise.h>
#include <ondelet/dictionary.h>
#include <ondelet/dictionary_learning.h>
#include <ondelet/dwt.h>
#include <ondelet/edges.h>
#include <ondelet/extractor.h>
#include <ondelet/file.h>
#include <ondelet/filters.h>
#include <ondelet/image.h>
#include <ondelet/inpaint.h>
#include <ondelet/learn.h>
#include <ondelet/model.h>
#include <ondelet/option.h>
#include <ondelet/planes.h>
#include <ondelet/pursuit.h>
#include <ondelet/runtime.h>
#include <ondelet/scattering.h>
#include <ondelet/shearlets.h>
#include <ondelet/sparsity.h>
#include <ondelet/status.h>
#include <ondelet/tensors.h>
#include <ondelet/threshold.h>
#include <ondelet/unrolled.h>
#include <ondelet/view.h>
#include <ondelet/wavelets.h>

#endif
