# SPDX-License-Identifier: BSD-3-Clause
"""Edges of images."""
from __future__ import annotations

import ctypes
import os
from typing import NamedTuple

import numpy as np

from ._arrays import as_floats, describe, take
from ._config import table
from ._errors import FileError
from ._library import Array, Contours, EdgeMap, call
from ._models import shipped_model


class Contour(NamedTuple):
    """A chain of points between the pixels; pixel centres are whole numbers."""

    points: np.ndarray  #: [count, 2]: row, column
    strength: np.ndarray  #: [count], 0..1
    normal: np.ndarray  #: [count]: direction across the contour, from the row axis towards the column axis
    curvature: np.ndarray  #: [count], 1/pixel; NaN near the ends
    closed: bool


class Edges(NamedTuple):
    """What is known of the edges of an image; all maps are [height, width]."""

    strength: np.ndarray  #: 0..1
    normal: np.ndarray  #: direction across the edge in radians, modulo pi
    thin: np.ndarray  #: the strength where it is largest across the edge, else 0
    offset: np.ndarray  #: how far along the normal the edge lies from such a pixel's centre, in pixels
    binary: np.ndarray  #: True on lines of one pixel, chosen by hysteresis
    low: float  #: the thresholds used
    high: float
    contours: list[Contour]  #: the lines as chains of points, longest first


def _trained(method, model):
    """A handle of the model that the method wants, to be destroyed; a null pointer when it wants none."""
    handle = ctypes.c_void_p()
    if method == "learned":
        path = shipped_model("edges") if model is None else model
        if path is None:
            raise FileError("no model edges.safetensors was found: name one by model=, or its folder in $ONDELET_MODELS")
        call("edge_model_read", os.fsencode(path), ctypes.byref(handle))
    elif model is not None:
        raise ValueError(f"method = {method!r} takes no model")
    return handle


def _taken(array: Array) -> np.ndarray:
    """The map moves to NumPy: the structure forgets it."""
    moved = Array.from_buffer_copy(array)
    array.data, array.rank = None, 0
    return take(moved)


def _chains(found: Contours) -> list[Contour]:
    if found.point_count == 0:
        return []
    raw = ctypes.string_at(found.points, found.point_count * 20)
    points = np.frombuffer(raw, np.float32).reshape(-1, 5)
    chains = []
    for i in range(found.count):
        item = found.items[i]
        part = points[item.begin : item.begin + item.count]
        chains.append(Contour(part[:, :2].copy(), part[:, 2].copy(), part[:, 3].copy(), part[:, 4].copy(), item.closed))
    return chains


def edges(image, method: str = "measure", *, model: str | os.PathLike | None = None, **options) -> Edges:
    """Finds the edges of an image [height, width] or [3, height, width].

    :param method: "measure" (shearlets, no training), "learned" (boundaries of things), "gradient", or "coshrem"
    :param model: path of a trained model, for "learned"; None: the one that comes with ondelet
    :param options: kind ("steps" or "ridges"), low, high, contrast: ``print(ondelet.options("edge"))``
    """
    image = as_floats(image, "image")
    config = table("edge").config(method=method, **options)
    trained = _trained(method, model)
    found, lines, contours = EdgeMap(), Array(), Contours()
    try:
        call("edges", ctypes.byref(describe(image)), config, trained, ctypes.byref(found))
        call("edge_select", ctypes.byref(found), ctypes.byref(lines))
        call("edge_trace", ctypes.byref(found), ctypes.byref(lines), ctypes.byref(contours))
        maps = [_taken(array) for array in (found.strength, found.normal_rad, found.thin, found.offset_px)]
        return Edges(*maps, take(lines) > 0.5, found.low, found.high, _chains(contours))
    finally:
        call("contours_free", ctypes.byref(contours))
        call("edge_map_free", ctypes.byref(found))
        call("edge_model_destroy", trained)
