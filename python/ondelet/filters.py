# SPDX-License-Identifier: BSD-3-Clause
"""Filter banks."""
from __future__ import annotations

import ctypes
import weakref

import numpy as np

from ._arrays import as_floats, describe, output, take
from ._config import table
from ._library import Array, FilterInfo, call

FAMILIES = ("morlet", "spline", "separable", "shearlet")


class Filters:
    """A bank of filters: real spectra on a frequency grid, and a row of facts about each.

    ``Filters("morlet", scales=4)`` has no grid yet; ``height=`` and ``width=`` give one. The options of a family are
    those of the program: ``print(ondelet.options("shearlet"))``. Immutable; threads may share it, and it can be pickled.
    """

    def __init__(self, family: str = "morlet", **options):
        if family not in FAMILIES:
            raise ValueError(f"family = {family!r} is none of: {', '.join(FAMILIES)}")
        config = table(family).config(**options)
        self._adopt(("family", family, options), f"{family}_create", config)

    def _adopt(self, recipe, function, *arguments):
        handle = ctypes.c_void_p()
        call(function, *arguments, ctypes.byref(handle))
        self._handle = handle
        self._recipe = recipe
        weakref.finalize(self, call, "filters_destroy", handle)
        return self

    @classmethod
    def from_spectra(cls, spectra, infos, name: str = "own") -> "Filters":
        """A bank of one's own.

        :param spectra: [count, height, width], zero frequency at [.., 0, 0]
        :param infos: a mapping for each filter with the fields that :meth:`info` gives; fields left out are 0
        """
        spectra = as_floats(spectra, "spectra")
        rows = (FilterInfo * len(infos))(*[cls._row(info) for info in infos])
        if spectra.ndim != 3 or spectra.shape[0] != len(infos):
            raise ValueError(f"spectra are {spectra.shape}, there are {len(infos)} infos")
        made = cls.__new__(cls)
        recipe = ("spectra", spectra.copy(), [dict(info) for info in infos], name)
        return made._adopt(recipe, "filters_create", name.encode(), ctypes.byref(describe(spectra)), rows)

    @staticmethod
    def _row(info):
        values = dict(info)
        values["kind"] = {"band-pass": 0, "low-pass": 1}.get(values.get("kind"), values.get("kind", 0))
        return FilterInfo(**values)

    def _derive(self, way, function, *arguments):
        return type(self).__new__(type(self))._adopt(("derived", self, way, arguments), function, self._handle, *arguments)

    def remake(self, height: int, width: int) -> "Filters":
        """The same family and options on another grid."""
        return self._derive("remake", "filters_remake", height, width)

    def dual(self) -> "Filters":
        """The canonical dual bank: its adjoint inverts this bank's analysis."""
        return self._derive("dual", "filters_dual")

    def parseval(self) -> "Filters":
        """The bank divided by the root of its Littlewood–Paley sum: its adjoint is its inverse."""
        return self._derive("parseval", "filters_parseval")

    def __reduce__(self):
        return _rebuild, self._recipe

    def __len__(self) -> int:
        return call("filters_count", self._handle)

    def __repr__(self):
        grid = f" on {self.height} x {self.width}" if self.height else ""
        return f"<ondelet.Filters {self.name}: {len(self)} filters, {self.scales} scales{grid}>"

    @property
    def name(self) -> str:
        return call("filters_name", self._handle).decode()

    @property
    def height(self) -> int:
        return call("filters_height", self._handle)

    @property
    def width(self) -> int:
        return call("filters_width", self._handle)

    @property
    def scales(self) -> int:
        return call("filters_scales", self._handle)

    def info(self, index: int) -> dict:
        """Scale, orientation, angle (radians), centre frequency and bandwidth (radians per pixel), … of a filter."""
        if not 0 <= index < len(self):
            raise IndexError(f"filter {index} is outside 0..{len(self) - 1}")
        row = call("filters_info", self._handle, index)
        facts = {name: getattr(row, name) for name, _ in FilterInfo._fields_}
        facts["kind"] = "low-pass" if row.kind else "band-pass"
        return facts

    def _result(self, function, *arguments):
        result = Array()
        call(function, self._handle, *arguments, ctypes.byref(result))
        return take(result)

    def spectrum(self, index: int) -> np.ndarray:
        """[height, width], zero frequency at [0, 0]."""
        self.info(index)
        return self._result("filters_spectrum", index)

    def littlewood_paley(self) -> np.ndarray:
        """The Littlewood–Paley sum, [height, width], zero frequency at [0, 0]."""
        return self._result("filters_littlewood_paley")

    def bounds(self) -> tuple[float, float]:
        """Frame bounds: the extremes of the Littlewood–Paley sum."""
        lower, upper = ctypes.c_double(), ctypes.c_double()
        call("filters_bounds", self._handle, ctypes.byref(lower), ctypes.byref(upper))
        return lower.value, upper.value

    def analysis(self, image) -> np.ndarray:
        """All filtered images, [count, 2, height, width] (real, imaginary), or [count, 1, height, width] when no filter
        is one-sided."""
        image = as_floats(image, "image")
        return self._result("filters_analysis", ctypes.byref(describe(image)))

    def adjoint(self, coefficients) -> np.ndarray:
        """The adjoint of :meth:`analysis`."""
        coefficients = as_floats(coefficients, "coefficients")
        return self._result("filters_adjoint", ctypes.byref(describe(coefficients)))

    def synthesis(self, coefficients) -> np.ndarray:
        """The image whose analysis is nearest to the coefficients; inverts :meth:`analysis`."""
        coefficients = as_floats(coefficients, "coefficients")
        return self._result("filters_synthesis", ctypes.byref(describe(coefficients)))


def _rebuild(kind, *recipe):
    if kind == "family":
        return Filters(recipe[0], **recipe[1])
    if kind == "spectra":
        return Filters.from_spectra(*recipe)
    parent, way, arguments = recipe
    return getattr(parent, way)(*arguments)


class Dwt:
    """The discrete wavelet transform of images of one size. Options: ``print(ondelet.options("dwt"))``."""

    def __init__(self, height: int, width: int, **options):
        handle = ctypes.c_void_p()
        call("dwt_create", table("dwt").config(**options), height, width, ctypes.byref(handle))
        self._handle = handle
        self._recipe = (height, width, options)
        weakref.finalize(self, call, "dwt_destroy", handle)

    def __reduce__(self):
        return _rebuild_dwt, self._recipe

    @property
    def shape(self) -> tuple[int, int]:
        return self._recipe[:2]

    def bands(self) -> list[dict]:
        """Level (1 is the finest), orientation, offset, height, width and gain of every subband."""
        bands = []
        for index in range(call("dwt_bands", self._handle)):
            band = call("dwt_band_at", self._handle, index)
            bands.append({name: getattr(band, name) for name, _ in band._fields_})
        return bands

    def analysis(self, image) -> np.ndarray:
        """The coefficients as a vector, band after band."""
        image = as_floats(image, "image")
        result = output(call("dwt_count", self._handle))
        call("dwt_analysis", self._handle, ctypes.byref(describe(image)), ctypes.byref(describe(result)))
        return result

    def synthesis(self, coefficients) -> np.ndarray:
        """Inverts :meth:`analysis`."""
        coefficients = as_floats(coefficients, "coefficients")
        result = output(self.shape)
        call("dwt_synthesis", self._handle, ctypes.byref(describe(coefficients)), ctypes.byref(describe(result)))
        return result


def _rebuild_dwt(height, width, options):
    return Dwt(height, width, **options)
