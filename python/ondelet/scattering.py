# SPDX-License-Identifier: BSD-3-Clause
"""The scattering transform."""
from __future__ import annotations

import ctypes
import weakref

import numpy as np

from ._arrays import as_floats, describe, output, view_of
from ._config import split, table
from ._library import Geometry, call
from .filters import FAMILIES, Filters


class Scattering:
    """The Mallat scattering cascade as a function of images of any size.

    ``Scattering(scales=4)(images)``. Options are those of the bank and of the cascade, by the program's names:
    ``print(ondelet.options("scattering"))``. Immutable; threads may share it, and it can be pickled.

    :param bank: a family ("morlet", "spline", "shearlet") or a :class:`Filters`
    """

    def __init__(self, bank: str | Filters = "morlet", **options):
        if isinstance(bank, Filters):
            dealt = split(["scattering"], options)
            filters = bank
        else:
            if bank not in FAMILIES:
                raise ValueError(f"bank = {bank!r} is none of: {', '.join(FAMILIES)}")
            dealt = split([bank, "scattering"], options)
            own = dealt[bank]
            if bank == "shearlet":
                own = {"one_sided": True, **own}  # what the cascade wants
            filters = Filters(bank, **own)
        handle = ctypes.c_void_p()
        config = table("scattering").config(**dealt["scattering"])
        call("scattering_create", filters._handle, config, ctypes.byref(handle))
        self._handle = handle
        self._recipe = (bank, options)
        self.filters = filters
        weakref.finalize(self, call, "scattering_destroy", handle)

    def __reduce__(self):
        return _rebuild, self._recipe

    def __repr__(self):
        return f"<ondelet.Scattering: {len(self)} paths of {self.filters!r}>"

    def __len__(self) -> int:
        """Number of paths: the output's channels."""
        return call("scattering_paths", self._handle)

    @property
    def paths(self) -> list[dict]:
        """What each channel is: order, and of every filter on its path the index, scale, orientation and angle."""
        rows = []
        for channel in range(len(self)):
            path = call("scattering_path_at", self._handle, channel)
            row = {"order": path.order, "parent": path.parent}
            for name in ("filter", "scale", "orientation", "angle_rad"):
                row[name] = tuple(getattr(path, name)[: path.order])
            rows.append(row)
        return rows

    def geometry(self, height: int, width: int) -> dict:
        """Padded size, output size, and where outputs lie, for images of one size."""
        geometry = Geometry()
        call("scattering_describe", self._handle, height, width, ctypes.byref(geometry))
        return {name: getattr(geometry, name) for name, _ in Geometry._fields_}

    def __call__(self, images, out: np.ndarray | None = None) -> np.ndarray:
        """Scattering coefficients.

        :param images: [..., height, width]; floats as they are, uint8 and uint16 as 0..1. float32, uint8 and uint16 are
            read in place whatever their strides, as far as one stride leads from image to image; else copied once
        :param out: a contiguous float32 array for the result
        :return: [..., paths, output height, output width], float32
        """
        images = np.asarray(images)
        view = view_of(images)
        if view is None:
            images = as_floats(images, "images")
            view = view_of(images)
        if view is None:  # the library says what is wrong
            call("scattering_apply", self._handle, ctypes.byref(describe(images)), ctypes.byref(describe(output(0))))
            raise AssertionError("unreachable")
        place = self.geometry(view.height, view.width)
        size = (len(self), place["output_height"], place["output_width"])
        result = output(images.shape[:-2] + size, out)
        flat = result.reshape(((view.channels,) if view.channels > 1 else ()) + size)
        call("scattering_apply_view", self._handle, ctypes.byref(view), ctypes.byref(describe(flat)))
        return result

    def adjoint(self, images, cotangent) -> np.ndarray:
        """The adjoint of the transform's derivative at images, applied to an array of the features' shape."""
        images = as_floats(images, "images")
        cotangent = as_floats(cotangent, "cotangent")
        gradient = output(images.shape)
        call(
            "scattering_adjoint",
            self._handle,
            ctypes.byref(describe(images)),
            ctypes.byref(describe(cotangent)),
            ctypes.byref(describe(gradient)),
        )
        return gradient


def _rebuild(bank, options):
    return Scattering(bank, **options)
