# SPDX-License-Identifier: BSD-3-Clause
"""Dictionaries, sparse codes and the trainable head."""
import pickle

import numpy as np
import pytest

import ondelet


def test_products_are_adjoint(random):
    dictionary = ondelet.Dictionary(random.standard_normal((4, 2, 3, 5)))
    codes, image = random.standard_normal((4, 16, 20)), random.standard_normal((2, 16, 20))
    left = np.vdot(dictionary.apply(codes).astype(float), image)
    right = np.vdot(codes, dictionary.adjoint(image).astype(float))
    assert left == pytest.approx(right, rel=1e-5)
    norm = np.linalg.norm(dictionary.apply(codes)) ** 2 / np.linalg.norm(codes) ** 2
    assert norm <= dictionary.norm_squared(16, 20) * (1 + 1e-5)


def test_sparse_codes_explain_the_image(random):
    dictionary = ondelet.Dictionary.random(6, 5, seed=1)
    truth = np.where(random.random((6, 24, 24)) < 0.01, random.standard_normal((6, 24, 24)), 0)
    image = dictionary.apply(truth)[0]
    for method in ("ista", "fista", "admm"):
        codes, (report,) = ondelet.pursuit(dictionary, image, method=method, lambda_=0.01, iterations=20000)
        assert report["converged"] and report["nonzeros"] == np.count_nonzero(codes) < 6 * 24 * 24 / 10
        assert np.linalg.norm(dictionary.apply(codes)[0] - image) == pytest.approx(report["residual"], rel=1e-3)
        assert report["residual"] < 0.1 * np.linalg.norm(image)


def test_several_layers(random):
    layers = [ondelet.Dictionary.random(4, 3, seed=1), ondelet.Dictionary.random(5, 3, channels=4, seed=2)]
    codes, reports = ondelet.pursuit(layers, random.standard_normal((16, 16)), method="threshold", lambda_=0.2)
    assert [code.shape for code in codes] == [(4, 16, 16), (5, 16, 16)] and len(reports) == 2
    with pytest.raises(TypeError, match="Dictionary"):
        ondelet.pursuit([], np.zeros((8, 8)))


def test_learning_lowers_the_objective(random, picture_path, tmp_path):
    image = ondelet.image_read(picture_path)
    image = image - ondelet.smooth_part(image, 5)
    patches = [image[i : i + 32, j : j + 32] for i in range(0, 160, 32) for j in range(0, 224, 32)]
    start = ondelet.Dictionary.random(8, 6, seed=3)
    learned, reports = ondelet.learn_dictionary(start, patches * 2, lambda_=0.05)
    half = len(patches)
    assert sum(r["objective"] for r in reports[half:]) < sum(r["objective"] for r in reports[:half])
    again = pickle.loads(pickle.dumps(learned))
    assert np.array_equal(again.filters, learned.filters)
    ondelet.dictionary_write(learned, tmp_path / "d.safetensors")
    (read,) = ondelet.Dictionary.read(tmp_path / "d.safetensors")
    assert np.array_equal(read.filters, learned.filters)


def test_a_head_learns_to_tell_classes_apart(random, tmp_path):
    labels = np.arange(120) % 3
    features = random.standard_normal((120, 5)) + 3 * np.eye(3, 5)[labels]
    head = ondelet.Head.fit(features[:90], labels[:90], kind="linear")
    assert head.classes == 3 and head.inputs == 5
    scores = head(features[90:])
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert (head.predict(features[90:]) == labels[90:]).mean() > 0.9
    head.write(tmp_path / "head.safetensors")
    for again in (ondelet.Head(tmp_path / "head.safetensors"), pickle.loads(pickle.dumps(head))):
        assert np.array_equal(again(features[90:]), scores)
    with pytest.raises(ondelet.ArgumentError):
        ondelet.Head.fit(features, labels + 0.5)
    with pytest.raises(ondelet.ShapeError):
        ondelet.Head.fit(features, labels[:50])
