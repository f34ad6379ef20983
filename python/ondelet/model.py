# SPDX-License-Identifier: BSD-3-Clause
"""Trained classifiers with their whole recipe, from images to decisions."""
from __future__ import annotations

import ctypes
import os
import weakref

import numpy as np

from ._arrays import as_floats, describe, take
from ._errors import UnsupportedError
from ._library import Array, call


class Model:
    """What ``ondelet train classify`` makes: ``Model.load("digits.safetensors").predict(images)``.

    Images are [height, width], or several with an axis in front; [count, 3, height, width] for a model of colours. uint8
    and uint16 become 0..1. Immutable; threads may share it, and it can be pickled.
    """

    def __init__(self, path: str | os.PathLike):
        self._path = os.path.abspath(os.fspath(path))
        handle = ctypes.c_void_p()
        call("model_read", os.fsencode(self._path), ctypes.byref(handle))
        self._handle = handle
        weakref.finalize(self, call, "model_destroy", handle)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Model":
        """Reads a model file."""
        return cls(path)

    def __reduce__(self):
        return Model, (self._path,)

    @property
    def class_names(self) -> list[str]:
        count = call("model_classes", self._handle)
        return [call("model_class_name", self._handle, i).decode(errors="replace") for i in range(count)]

    @property
    def image_size(self) -> tuple[int, int] | None:
        """Height and width of the images that it wants; None: any."""
        height, width = ctypes.c_size_t(), ctypes.c_size_t()
        call("model_image_size", self._handle, ctypes.byref(height), ctypes.byref(width))
        return (height.value, width.value) if height.value else None

    def features(self, images) -> np.ndarray:
        """[count, features]: what the head decides from."""
        extractor = call("model_extractor", self._handle)
        if not extractor:
            raise UnsupportedError("the model takes features, not images")
        images = as_floats(images, "images")
        result = Array()
        call("extractor_apply", extractor, ctypes.byref(describe(images)), ctypes.byref(result))
        return take(result)

    def predict_proba(self, images) -> np.ndarray:
        """[count, classes]: rows are positive and sum to 1. A model of features takes [count, features]."""
        function = "model_predict" if call("model_extractor", self._handle) else "model_predict_features"
        images = as_floats(images, "images")
        scores = Array()
        call(function, self._handle, ctypes.byref(describe(images)), ctypes.byref(scores))
        return take(scores)

    def predict(self, images) -> np.ndarray:
        """The name of the class of each image."""
        return np.asarray(self.class_names)[self.predict_proba(images).argmax(axis=1)]
