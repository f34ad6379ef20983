# SPDX-License-Identifier: BSD-3-Clause
"""Jobs on images, as functions. Images are [height, width] or [3, height, width]; uint8 and uint16 become 0..1, floats
are taken as they are; results are float32."""
from __future__ import annotations

import ctypes
import os
import weakref
from typing import NamedTuple

import numpy as np

from ._arrays import as_floats, describe, output, take
from ._config import table
from ._errors import ShapeError
from ._library import Array, ThresholdReport, call
from ._models import shipped_model
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


class Denoiser:
    """What images of one size share when they are denoised: ``Denoiser(height, width)(image)``. Threads may share it, and
    it can be pickled.

    :param noise_std: standard deviation of the noise in units of the images (0..1 for uint8 and uint16); 0: estimated
    :param model: path of a trained model, for ``method="learned"`` and ``"auto"``; None: the one that comes with ondelet
    :param options: method, noise, …: ``print(ondelet.options("denoise"))``
    """

    def __init__(self, height: int, width: int, noise_std: float = 0.0, model: str | os.PathLike | None = None, **options):
        self._recipe = (height, width, noise_std, model, options)
        config = table("denoise").config(noise_std=float(noise_std), **options)
        trained, handle = ctypes.c_void_p(), ctypes.c_void_p()
        if model is None and options.get("method", "auto") in ("auto", "learned"):
            model = shipped_model("denoise")
        if model is not None:
            call("denoise_model_read", os.fsencode(model), ctypes.byref(trained))
        try:
            call("denoiser_create", trained, config, height, width, ctypes.byref(handle))
        finally:
            call("denoise_model_destroy", trained)
        self._handle = handle
        weakref.finalize(self, call, "denoiser_destroy", handle)

    def __reduce__(self):
        return _rebuild_denoiser, self._recipe

    def __call__(self, image, out: np.ndarray | None = None) -> tuple[np.ndarray, float]:
        """The clean image, and the standard deviation of the noise that was given or found."""
        image = as_floats(image, "image")
        result = output(image.shape, out)
        used = ctypes.c_double()
        call("denoiser_apply", self._handle, ctypes.byref(describe(image)), ctypes.byref(describe(result)), ctypes.byref(used))
        return result, used.value


def _rebuild_denoiser(height, width, noise_std, model, options):
    return Denoiser(height, width, noise_std, model, **options)


def denoise(
    image,
    noise_std: float = 0.0,
    *,
    model: str | os.PathLike | None = None,
    out: np.ndarray | None = None,
    return_noise: bool = False,
    **options,
) -> np.ndarray | tuple[np.ndarray, float]:
    """Removes noise from one image; see :class:`Denoiser` for many of one size.

    :param return_noise: also return the standard deviation of the noise that was given or found
    """
    image = as_floats(image, "image")
    if image.ndim < 2 or image.size == 0:
        raise ShapeError(f"the image is {image.shape}, [height, width] or [3, height, width] is wanted, not empty")
    result, used = Denoiser(*image.shape[-2:], noise_std, model, **options)(image, out)
    return (result, used) if return_noise else result


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
