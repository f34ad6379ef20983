# SPDX-License-Identifier: BSD-3-Clause
"""Wavelet and shearlet features, scattering and denoising of images, as the C library ondelet computes them.

>>> features = ondelet.Scattering(scales=4)(images)        # [..., height, width] -> [..., paths, rows, columns]
>>> clean = ondelet.denoise(noisy)
"""
from ._config import options
from ._errors import (
    AllocationError,
    ArgumentError,
    FileError,
    FormatError,
    InternalError,
    OndeletError,
    ShapeError,
    UnsupportedError,
)
from ._library import call as _call
from .edges import Contour, Edges, edges
from .filters import Dwt, Filters
from .head import Head
from .model import Model
from .scattering import Scattering
from .sparse import Dictionary, Pursued, dictionary_write, learn_dictionary, pursuit, smooth_part
from .tasks import (
    Denoiser,
    Thresholded,
    denoise,
    image_read,
    image_resize,
    image_write,
    inpaint,
    noise_estimate,
    set_threads,
    threads,
    threshold,
)

__version__ = _call("version").decode()
__all__ = [
    "AllocationError",
    "ArgumentError",
    "Denoiser",
    "Contour",
    "Dictionary",
    "Dwt",
    "Edges",
    "FileError",
    "Filters",
    "FormatError",
    "Head",
    "InternalError",
    "Model",
    "OndeletError",
    "Pursued",
    "Scattering",
    "ShapeError",
    "Thresholded",
    "UnsupportedError",
    "denoise",
    "dictionary_write",
    "edges",
    "image_read",
    "image_resize",
    "image_write",
    "inpaint",
    "learn_dictionary",
    "noise_estimate",
    "options",
    "pursuit",
    "set_threads",
    "smooth_part",
    "threads",
    "threshold",
]
