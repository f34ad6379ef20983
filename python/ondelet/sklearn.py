# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn transformers: rows of pixels in, rows of features out."""
from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # before 1.6

    def validate_data(estimator, X, **options):
        return estimator._validate_data(X, **options)


from .filters import Filters
from .scattering import Scattering
from .sparse import Dictionary, learn_dictionary, pursuit


class _ImageTransformer(TransformerMixin, BaseEstimator):
    """Rows are images, row by row of pixels.

    Without ``image_shape`` a row is laid into the smallest square that holds it, filled up with zeros; sides shorter than
    2^scales are filled up as well, so that rows of any length have features.
    """

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=np.float32)
        self.grid_ = self._grid(X.shape[1])
        self._make()
        return self

    def transform(self, X):
        check_is_fitted(self, "grid_")
        X = validate_data(self, X, dtype=np.float32, reset=False)
        return self._features(self._images(X)).reshape(X.shape[0], -1)

    def _images(self, X):
        if self.image_shape is not None:
            return np.ascontiguousarray(X).reshape((-1, *self.image_shape))
        side = int(np.ceil(np.sqrt(X.shape[1])))
        square = np.zeros((X.shape[0], side * side), np.float32)
        square[:, : X.shape[1]] = X
        images = np.zeros((X.shape[0], *self.grid_), np.float32)
        images[:, :side, :side] = square.reshape((-1, side, side))
        return images

    def _grid(self, count):
        if self.image_shape is not None:
            height, width = self.image_shape
            if height * width != count:
                raise ValueError(f"image_shape is {height} x {width}, X has {count} features a row")
            return height, width
        side = max(int(np.ceil(np.sqrt(count))), 2**self.scales)
        return side, side

    def __sklearn_is_fitted__(self):
        return hasattr(self, "grid_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _more_tags(self):  # before 1.6
        return {"preserves_dtype": ["float32"]}


class ScatteringTransformer(_ImageTransformer):
    """Scattering coefficients of each row.

    :param scales: J
    :param orientations: L of wavelets
    :param pool: "mean": one number a path (invariant to shifts); "none": all samples
    :param log: logarithm of orders above 0
    :param bank: "morlet", "spline" or "shearlet"
    :param image_shape: (height, width)
    """

    def __init__(self, scales=2, orientations=8, order=2, pool="none", log=False, bank="morlet", image_shape=None):
        self.scales = scales
        self.orientations = orientations
        self.order = order
        self.pool = pool
        self.log = log
        self.bank = bank
        self.image_shape = image_shape

    def _make(self):
        options = {} if self.bank == "shearlet" else {"orientations": self.orientations}
        if self.pool not in ("none", "mean"):
            raise ValueError(f"pool = {self.pool!r} is none of: none, mean")
        averaging = "global" if self.pool == "mean" else "local"
        self.plan_ = Scattering(
            self.bank, scales=self.scales, order=self.order, averaging=averaging, log=bool(self.log), **options
        )

    def _features(self, images):
        return self.plan_(images)


class ShearletTransformer(_ImageTransformer):
    """Shearlet coefficients of each row.

    :param scales: of the compactly supported system
    :param pool: "mean": mean modulus of each band, the texture's signature; "none": every coefficient
    """

    def __init__(self, scales=2, pool="mean", image_shape=None):
        self.scales = scales
        self.pool = pool
        self.image_shape = image_shape

    def _make(self):
        if self.pool not in ("none", "mean"):
            raise ValueError(f"pool = {self.pool!r} is none of: none, mean")
        self.filters_ = Filters("shearlet", scales=self.scales, height=self.grid_[0], width=self.grid_[1])

    def _features(self, images):
        rows = []
        for image in images:
            bands = self.filters_.analysis(image)
            rows.append(np.abs(bands).mean(axis=(1, 2, 3)) if self.pool == "mean" else bands.ravel())
        return np.stack(rows)


class SparseCodeTransformer(_ImageTransformer):
    """Sparse codes of each row in a convolutional dictionary, learned from the rows by ``fit`` unless one is given.

    :param atoms, size: of the dictionary, size x size pixels
    :param penalty: λ of the codes
    :param pool: "mean": mean magnitude of each atom's codes; "none": every code
    :param dictionary: filters [atoms, size, size]; None: learned
    """

    def __init__(
        self, atoms=8, size=3, penalty=0.1, iterations=50, pool="mean", dictionary=None, random_state=0, image_shape=None
    ):
        self.atoms = atoms
        self.size = size
        self.penalty = penalty
        self.iterations = iterations
        self.pool = pool
        self.dictionary = dictionary
        self.random_state = random_state
        self.image_shape = image_shape

    @property
    def scales(self):
        return int(np.ceil(np.log2(self.size)))  # the smallest side of an image

    def _make(self):
        if self.pool not in ("none", "mean"):
            raise ValueError(f"pool = {self.pool!r} is none of: none, mean")
        seed = 0 if self.random_state is None else int(self.random_state)
        start = Dictionary.random(self.atoms, self.size, seed=seed) if self.dictionary is None else self.dictionary
        self.dictionary_ = start if isinstance(start, Dictionary) else Dictionary(start)

    def fit(self, X, y=None):
        super().fit(X)
        if self.dictionary is None:
            X = np.asarray(X, dtype=np.float32)
            self.dictionary_, _ = learn_dictionary(self.dictionary_, self._images(X), lambda_=self.penalty)
        return self

    def _features(self, images):
        rows = []
        for image in images:
            codes = pursuit(self.dictionary_, image, lambda_=self.penalty, iterations=self.iterations).codes
            rows.append(np.abs(codes).mean(axis=(1, 2)) if self.pool == "mean" else codes.ravel())
        return np.stack(rows)


__all__ = ["ScatteringTransformer", "ShearletTransformer", "SparseCodeTransformer"]
