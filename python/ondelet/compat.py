# SPDX-License-Identifier: BSD-3-Clause
"""Kymatio's interface: ``from ondelet.compat import Scattering2D`` in place of ``from kymatio.numpy import …``.

Same arguments, order of outputs, sizes, types and errors. The filters are held by the library: there are no ``psi`` and
``phi`` dictionaries, and no exchangeable backends.
"""
from __future__ import annotations

import numpy as np

from .scattering import Scattering


class Scattering2D:
    """Scattering of images in Kymatio's geometry.

    :param J: octaves; output is sampled every 2^J pixels
    :param shape: (rows, columns) of the images
    :param L: angles
    :param max_order: 1 or 2
    :param pre_pad: the images are padded already, as Kymatio pads them
    :param out_type: "array", or "list" of {"coef", "j", "n", "theta"}
    """

    def __init__(self, J, shape, L=8, max_order=2, pre_pad=False, backend="numpy", out_type="array", frontend="numpy"):
        name = backend if isinstance(backend, str) else getattr(backend, "name", None)
        if frontend not in ("numpy", "sklearn"):
            raise RuntimeError(f"The frontend '{frontend}' is not valid. Must be 'numpy' or 'sklearn'.")
        if name != "numpy":
            text = "can not be called from" if isinstance(backend, str) else "is not supported by"
            raise ImportError(f"The backend {name} {text} the frontend {frontend}.")
        if out_type not in ("array", "list"):
            raise RuntimeError("The out_type must be one of 'array' and 'list'.")
        self.J, self.L, self.max_order, self.pre_pad = int(J), int(L), int(max_order), bool(pre_pad)
        self.M, self.N = (int(side) for side in shape)
        self.shape, self.backend, self.out_type = (self.M, self.N), backend, out_type
        if 2**self.J > min(self.shape):
            raise RuntimeError("The smallest dimension should be larger than 2^J.")
        if self.max_order not in (1, 2):
            raise RuntimeError(f"max_order = {max_order}, 1 or 2 is wanted.")
        period = 2**self.J
        self._M_padded, self._N_padded = ((side // period + 2) * period for side in self.shape)
        self._plan = Scattering(
            "morlet",
            scales=self.J,
            orientations=self.L,
            order=self.max_order,
            padding="none" if self.pre_pad else "kymatio",
        )

    def _check(self, images):
        if type(images) is not np.ndarray:
            raise TypeError("The input should be a NumPy array.")
        if images.ndim < 2:
            raise RuntimeError("Input array must have at least two dimensions.")
        wanted = (self._M_padded, self._N_padded) if self.pre_pad else self.shape
        if images.shape[-2:] != wanted:
            kind = "Padded" if self.pre_pad else "NumPy"
            raise RuntimeError(f"{kind} array must be of spatial size ({wanted[0]},{wanted[1]}).")

    def scattering(self, images):
        self._check(images)
        kind = images.dtype if images.dtype.kind == "f" else np.dtype(np.float64)
        # Kymatio takes integers as they are.
        flat = np.ascontiguousarray(images, np.float32).reshape((-1,) + images.shape[-2:])
        result = self._plan(flat)
        result = result.reshape(images.shape[:-2] + result.shape[1:]).astype(kind, copy=False)
        if self.out_type == "array":
            return result
        rows = []
        for channel, path in enumerate(self._plan.paths):
            n = tuple(scale * self.L + angle for scale, angle in zip(path["scale"], path["orientation"]))
            coef = result[..., channel, :, :]
            rows.append({"coef": coef, "j": path["scale"], "n": n, "theta": path["orientation"]})
        return rows

    __call__ = scattering

    # scikit-learn's interface: flat rows in, flat rows out.
    def fit(self, X=None, y=None):
        return self

    def transform(self, X):
        X = np.asarray(X)
        images = X.reshape((-1,) + self.shape)
        return self.scattering(images).reshape(X.shape[0], -1)

    predict = transform


__all__ = ["Scattering2D"]
