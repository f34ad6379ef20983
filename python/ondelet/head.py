# SPDX-License-Identifier: BSD-3-Clause
"""The trainable head: what decides from features."""
from __future__ import annotations

import ctypes
import os
import tempfile
import weakref

import numpy as np

from ._arrays import as_floats, describe, take
from ._config import table
from ._library import Array, call


class Head:
    """A classifier of features: ``Head.fit(features, labels)``, then ``head(features)``.

    Immutable; threads may share it, and it can be pickled. Its files are safetensors, which the program reads.
    """

    def __init__(self, path: str | os.PathLike):
        """Reads a head that :meth:`write` or the program's ``train`` made."""
        handle = ctypes.c_void_p()
        call("head_read", os.fsencode(path), ctypes.byref(handle))
        self._adopt(handle)

    def _adopt(self, handle):
        self._handle = handle
        weakref.finalize(self, call, "head_destroy", handle)
        return self

    @classmethod
    def fit(cls, features, labels, **options) -> "Head":
        """Trains on features [samples, …] and labels 0…classes − 1. Options: ``print(ondelet.options("head"))``."""
        features = as_floats(features, "features")
        labels = np.ascontiguousarray(np.asarray(labels), dtype=np.float32)
        handle = ctypes.c_void_p()
        call(
            "head_fit",
            ctypes.byref(describe(features)),
            ctypes.byref(describe(labels)),
            table("head").config(**options),
            None,
            ctypes.byref(handle),
        )
        return cls.__new__(cls)._adopt(handle)

    def __call__(self, features) -> np.ndarray:
        """[samples, classes]: rows are positive and sum to 1."""
        features = as_floats(features, "features")
        scores = Array()
        call("head_predict", self._handle, ctypes.byref(describe(features)), ctypes.byref(scores))
        return take(scores)

    def predict(self, features) -> np.ndarray:
        """The class of each sample."""
        return self(features).argmax(axis=1)

    @property
    def classes(self) -> int:
        return call("head_classes", self._handle)

    @property
    def inputs(self) -> int:
        """Numbers of one sample."""
        return call("head_inputs", self._handle)

    @property
    def validation_error(self) -> float:
        return call("head_validation_error", self._handle)

    def write(self, path: str | os.PathLike) -> None:
        call("head_write", self._handle, os.fsencode(path))

    def __reduce__(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "head.safetensors")
            self.write(path)
            with open(path, "rb") as file:
                return _rebuild, (file.read(),)


def _rebuild(content):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "head.safetensors")
        with open(path, "wb") as file:
            file.write(content)
        return Head(path)
