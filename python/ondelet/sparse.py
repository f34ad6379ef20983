# SPDX-License-Identifier: BSD-3-Clause
"""Convolutional dictionaries and sparse codes."""
from __future__ import annotations

import ctypes
import os
import weakref
from typing import NamedTuple, Sequence

import numpy as np

from ._arrays import as_floats, describe, output, take
from ._config import table
from ._library import Array, DictionaryInfo, LearningReport, MAX_LAYERS, PursuitReport, call

_BORDERS = ("circular", "zero")


class Dictionary:
    """Filters [atoms, channels, height, width] that are shifted over an image by multiples of a stride.

    Immutable; threads may share it, and it can be pickled.

    :param border: "circular" (shifts wrap) or "zero" (filters stay inside)
    """

    def __init__(self, filters, stride: int = 1, border: str = "circular"):
        filters = as_floats(filters, "filters")
        if filters.ndim == 3:
            filters = filters[:, None]
        if border not in _BORDERS:
            raise ValueError(f"border = {border!r} is none of: {', '.join(_BORDERS)}")
        handle = ctypes.c_void_p()
        call("dictionary_create", ctypes.byref(describe(filters)), stride, _BORDERS.index(border), ctypes.byref(handle))
        self._adopt(handle, (filters.copy(), stride, border))

    def _adopt(self, handle, recipe):
        self._handle, self._recipe = handle, recipe
        weakref.finalize(self, call, "dictionary_destroy", handle)
        return self

    @classmethod
    def _wrap(cls, handle):
        made = cls.__new__(cls)._adopt(handle, None)
        made._recipe = (made.filters, made.info["stride"], made.info["border"])
        return made

    @classmethod
    def random(cls, atoms: int, size: int | tuple[int, int] = 8, channels: int = 1, seed: int = 0) -> "Dictionary":
        """Normal random numbers, atoms of norm 1: what learning starts from."""
        height, width = (size, size) if np.isscalar(size) else size
        info = DictionaryInfo(atoms=atoms, channels=channels, filter_height=height, filter_width=width, stride=1)
        handle = ctypes.c_void_p()
        call("dictionary_random", ctypes.byref(info), seed, ctypes.byref(handle))
        return cls._wrap(handle)

    @classmethod
    def read(cls, path: str | os.PathLike) -> list["Dictionary"]:
        """The layers of a dictionary file (safetensors)."""
        handles, count = (ctypes.c_void_p * MAX_LAYERS)(), ctypes.c_size_t()
        call("dictionary_read", os.fsencode(path), handles, ctypes.byref(count))
        return [cls._wrap(ctypes.c_void_p(handles[layer])) for layer in range(count.value)]

    def __reduce__(self):
        return Dictionary, self._recipe

    @property
    def info(self) -> dict:
        row = call("dictionary_describe", self._handle)
        facts = {name: getattr(row, name) for name, _ in DictionaryInfo._fields_}
        facts["border"] = _BORDERS[row.border]
        return facts

    @property
    def filters(self) -> np.ndarray:
        result = Array()
        call("dictionary_filters", self._handle, ctypes.byref(result))
        return take(result)

    def _product(self, function, values, name):
        values = as_floats(values, name)
        result = Array()
        call(function, self._handle, ctypes.byref(describe(values)), ctypes.byref(result))
        return take(result)

    def apply(self, codes) -> np.ndarray:
        """D z: images [channels, height, width] of codes [atoms, rows, columns]."""
        return self._product("dictionary_apply", codes, "codes")

    def adjoint(self, images) -> np.ndarray:
        """Dᵀ x."""
        return self._product("dictionary_adjoint", images, "images")

    def norm_squared(self, height: int, width: int) -> float:
        """‖D‖² for images of one size."""
        found = ctypes.c_double()
        call("dictionary_norm", self._handle, height, width, ctypes.byref(found))
        return found.value


def _layers(dictionary):
    layers = [dictionary] if isinstance(dictionary, Dictionary) else list(dictionary)
    if not 1 <= len(layers) <= MAX_LAYERS or not all(isinstance(layer, Dictionary) for layer in layers):
        raise TypeError(f"a Dictionary or a list of 1 to {MAX_LAYERS} is wanted")
    return layers, (ctypes.c_void_p * len(layers))(*[layer._handle for layer in layers])


def dictionary_write(layers: Dictionary | Sequence[Dictionary], path: str | os.PathLike) -> None:
    """Writes the layers of a dictionary as safetensors."""
    layers, handles = _layers(layers)
    call("dictionary_write", handles, len(layers), os.fsencode(path))


class Pursued(NamedTuple):
    """What :func:`pursuit` returns: codes of each layer (an array when there is one), and a report for each."""

    codes: np.ndarray | list[np.ndarray]
    reports: list[dict]


def pursuit(dictionary: Dictionary | Sequence[Dictionary], signal, **options) -> Pursued:
    """Sparse codes of one image.

    :param dictionary: one layer or several
    :param signal: [channels, height, width], or [height, width] for one channel
    :param options: method, lambda (as ``lambda_``), iterations, …: ``print(ondelet.options("pursuit"))``
    """
    layers, handles = _layers(dictionary)
    signal = as_floats(signal, "signal")
    config = table("pursuit").config(**{name.rstrip("_"): value for name, value in options.items()})
    codes, report = (Array * len(layers))(), PursuitReport()
    call("pursuit", handles, len(layers), ctypes.byref(describe(signal)), config, None, codes, ctypes.byref(report))
    arrays = [take(Array.from_buffer_copy(code)) for code in codes]
    reports = []
    for row in report.layer[: report.layers]:
        reports.append({name: getattr(row, name) for name, _ in row._fields_})
    return Pursued(arrays[0] if isinstance(dictionary, Dictionary) else arrays, reports)


def smooth_part(image, smoothness: float) -> np.ndarray:
    """The smooth part of an image, which codes of small filters do not represent well: it is taken away first."""
    image = as_floats(image, "image")
    result = output(image.shape)
    call("smooth_part", ctypes.byref(describe(image)), float(smoothness), ctypes.byref(describe(result)))
    return result


def learn_dictionary(start: Dictionary | Sequence[Dictionary], images, **options):
    """Learns from images one after the other.

    :param start: what to start from: one layer or several
    :param images: an iterable of [height, width] or [channels, height, width] arrays, usually without their smooth part
    :param options: lambda (as ``lambda_``), step, …: ``print(ondelet.options("learning"))``
    :return: the learned layers as ``start`` came, and a list of one report for each image
    """
    layers, handles = _layers(start)
    config = table("learning").config(**{name.rstrip("_"): value for name, value in options.items()})
    learner = ctypes.c_void_p()
    call("learner_create", handles, len(layers), config, ctypes.byref(learner))
    try:
        reports, learned = [], []
        for image in images:
            image, report = as_floats(image, "image"), LearningReport()
            call("learner_take", learner, ctypes.byref(describe(image)), ctypes.byref(report))
            reports.append({name: getattr(report, name) for name, _ in report._fields_})
        for layer in range(len(layers)):
            handle = ctypes.c_void_p()
            call("learner_dictionary", learner, layer, ctypes.byref(handle))
            learned.append(Dictionary._wrap(handle))
    finally:
        call("learner_destroy", learner)
    return (learned[0] if isinstance(start, Dictionary) else learned), reports


__all__ = ["Dictionary", "Pursued", "dictionary_write", "learn_dictionary", "pursuit", "smooth_part"]
