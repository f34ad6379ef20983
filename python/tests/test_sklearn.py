# SPDX-License-Identifier: BSD-3-Clause
import warnings

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

import ondelet
from ondelet.sklearn import ScatteringTransformer, ShearletTransformer, SparseCodeTransformer

ESTIMATORS = [ScatteringTransformer(), ScatteringTransformer(pool="mean", log=True), ShearletTransformer(), SparseCodeTransformer()]


@parametrize_with_checks(ESTIMATORS)
def test_laws_of_scikit_learn(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


def test_rows_are_images(random):
    rows = random.random((3, 16 * 20), np.float32)
    transformer = ScatteringTransformer(image_shape=(16, 20), pool="mean", orientations=4)
    wanted = ondelet.Scattering(scales=2, orientations=4, averaging="global")(rows.reshape(3, 16, 20))
    assert np.array_equal(transformer.fit_transform(rows), wanted.reshape(3, -1))
    with pytest.raises(ValueError, match="16 x 20"):
        clone(transformer).fit(rows[:, :100])
    with pytest.raises(NotFittedError):
        clone(transformer).transform(rows)


def test_textures_are_told_apart(random):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    lines = np.sin(np.arange(16) * 1.5)[:, None] * np.ones(16)
    images = np.stack([(lines if i % 2 else lines.T) + 0.3 * random.standard_normal((16, 16)) for i in range(40)])
    rows, labels = images.reshape(40, -1), np.arange(40) % 2
    for transformer in (
        ScatteringTransformer(pool="mean", image_shape=(16, 16)),
        ShearletTransformer(image_shape=(16, 16)),
        SparseCodeTransformer(size=5, image_shape=(16, 16)),
    ):
        model = make_pipeline(transformer, LogisticRegression()).fit(rows[:20], labels[:20])
        assert model.score(rows[20:], labels[20:]) == 1
