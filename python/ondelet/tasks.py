# SPDX-License-Identifier: BSD-3-Clause
"""Jobs on images, as functions. Images are [height, width] or [3, height, width]; uint8 and uint16 become 0..1, floats
are taken as they are; results are float32."""
from __future__ import annotations

import ctypes
import os
from typing import NamedTuple

import numpy as np

from ._arrays import as_floats, describe, output, take
from ._config import table
from ._library import Array, ThresholdReport, call
from .filters import Dwt, Filters

_COLORS = {"gray": 0, "rgb": 1, "native": 2}


def image_read(path: str | os.PathLike, color: str = "native") -> np.ndarray:
    """A PNG, JPEG or PNM picture as floats 0..1.

    :param color: "gray" ([height, width]), "rgb" ([3, height, width]), or "native": as the file is
    """
    if color not in _COLORS:
        raise ValueError(f"color = {color!r} is none of: {', '.join(_COLORS)}")
    image = Array()
    call("image_read", os.fsencode(path), _COLORS[color], ctypes.byref(image))
    return take(image)


def image_write(image, path: str | os.PathLike, bit_depth: int = 8) -> None:
    """Writes a .png, .jpg, .pgm or .ppm picture; values are clipped to 0..1 and rounded."""
    image = as_floats(image, "image")
    call("image_write", ctypes.byref(describe(image)), bit_depth, os.fsencode(path))


def image_resize(image, height: int, width: int) -> np.ndarray:
    """The image at another size (cubic, without aliasing)."""
    image = as_floats(image, "image")
    result = output(image.shape[:-2] + (height, width))
    call("image_resize", ctypes.byref(describe(image)), height, width, ctypes.byref(describe(result)))
    return result


def noise_estimate(image) -> float:
    """Standard deviation of white Gaussian noise in an image [height, width], in its units."""
    image = as_floats(image, "image")
    found = ctypes.c_double()
    call("noise_estimate", ctypes.byref(describe(image)), ctypes.byref(found))
    return found.value


def denoise(
    image,
    noise_std: float = 0.0,
    *,
    method: str = "auto",
    noise: str = "gaussian",
    out: np.ndarray | None = None,
    return_noise: bool = False,
    **options,
) -> np.ndarray | tuple[np.ndarray, float]:
    """Removes noise.

    :param noise_std: its standard deviation in units of the image (0..1 for uint8 and uint16); 0: estimated
    :param method, noise: and further options: ``print(ondelet.options("denoise"))``
    :param return_noise: also return the standard deviation that was used
    """
    image = as_floats(image, "image")
    config = table("denoise").config(noise_std=float(noise_std), method=method, noise=noise, **options)
    result = output(image.shape, out)
    used = ctypes.c_double()
    call("denoise", ctypes.byref(describe(image)), config, ctypes.byref(describe(result)), ctypes.byref(used))
    return (result, used.value) if return_noise else result


class Thresholded(NamedTuple):
    """What :func:`threshold` returns."""

    image: np.ndarray
    terms_kept: int
    terms: int
    relative_error: float
    threshold: float


def threshold(image, transform: Filters | Dwt | None = None, **options) -> Thresholded:
    """An image from its thresholded coefficients: ``threshold(image, keep=5000)`` is the best 5000-term approximation.

    :param transform: a :class:`Filters` of even filters or a :class:`Dwt` of the image's size; None: shearlets of the
        library's presets
    :param options: rule, value, keep, weights, …: ``print(ondelet.options("threshold"))``
    """
    image = as_floats(image, "image")
    transform = Filters("shearlet") if transform is None else transform
    if not isinstance(transform, (Filters, Dwt)):
        raise TypeError(f"transform is {type(transform).__name__}, Filters or Dwt is wanted")
    function = "threshold_dwt" if isinstance(transform, Dwt) else "threshold"
    result = output(image.shape)
    report = ThresholdReport()
    call(
        function,
        transform._handle,
        ctypes.byref(describe(image)),
        table("threshold").config(**options),
        ctypes.byref(describe(result)),
        ctypes.byref(report),
    )
    return Thresholded(result, report.terms_kept, report.terms, report.relative_error, report.threshold)


def inpaint(image, mask, filters: Filters | None = None, **options) -> np.ndarray:
    """Fills in missing pixels.

    :param mask: [height, width]; known where True (or above 0.5), missing elsewhere
    :param filters: a bank of even filters; None: shearlets of the library's presets
    :param options: iterations, …: ``print(ondelet.options("inpaint"))``
    """
    image = as_floats(image, "image")
    mask = np.ascontiguousarray(np.asarray(mask), dtype=np.float32)
    filters = Filters("shearlet") if filters is None else filters
    result = output(image.shape)
    call(
        "inpaint",
        filters._handle,
        ctypes.byref(describe(image)),
        ctypes.byref(describe(mask)),
        table("inpaint").config(**options),
        ctypes.byref(describe(result)),
    )
    return result


def set_threads(threads: int) -> None:
    """Threads that one call may use; 0: one per processor. Preset 1. Results are the same bits for any number."""
    call("threads_set", threads)


def threads() -> int:
    return call("threads")
