# SPDX-License-Identifier: BSD-3-Clause
"""Kymatio's interface."""
import numpy as np
import pytest

from ondelet.compat import Scattering2D

SHAPE = (32, 40)


def test_any_leading_axes(random):
    scattering = Scattering2D(2, SHAPE, L=3)
    image = random.random(SHAPE)
    one = scattering(image)
    assert one.shape == (1 + 2 * 3 + 9, 8, 10) and one.dtype == np.float64
    for leading in ((1,), (2,), (2, 3), (2, 2, 2)):
        many = scattering(np.broadcast_to(image, leading + SHAPE))
        assert many.shape == leading + one.shape
        assert np.array_equal(many[tuple(0 for _ in leading)], one)
    assert scattering(image.astype(np.float32)).dtype == np.float32


def test_lists_name_scales_and_angles(random):
    image = random.random((2, *SHAPE))
    rows = Scattering2D(2, SHAPE, L=2, out_type="list")(image)
    array = Scattering2D(2, SHAPE, L=2)(image)
    assert [row["j"] for row in rows] == [()] + [(0,)] * 2 + [(1,)] * 2 + [(0, 1)] * 4
    assert [row["theta"] for row in rows] == [(), (0,), (1,), (0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1)]
    assert [row["n"] for row in rows[:6]] == [(), (0,), (1,), (2,), (3,), (0, 2)]
    for channel, row in enumerate(rows):
        assert np.array_equal(row["coef"], array[:, channel])


def test_first_order_alone_is_the_start_of_both(random):
    image = random.random(SHAPE)
    first = Scattering2D(2, SHAPE, max_order=1)(image)
    assert np.array_equal(first, Scattering2D(2, SHAPE)(image)[: len(first)])


def test_padded_images_are_taken_as_they_are(random):
    plain = Scattering2D(2, SHAPE)
    padded = Scattering2D(2, SHAPE, pre_pad=True)
    image = random.random(SHAPE)
    rows, columns = (padded._M_padded - 32) // 2, (padded._N_padded - 40) // 2
    found = padded(np.pad(image, ((rows, rows), (columns, columns)), mode="reflect"))
    assert np.abs(found - plain(image)).max() < 1e-5 * np.abs(found).max()


def test_errors_are_kymatio_s(random):
    scattering = Scattering2D(3, (32, 32))
    with pytest.raises(TypeError, match="input should be"):
        scattering(None)
    with pytest.raises(RuntimeError, match="have at least two dimensions"):
        scattering(np.zeros(32))
    with pytest.raises(RuntimeError, match="NumPy array must be of spatial size"):
        scattering(np.zeros((31, 31)))
    with pytest.raises(RuntimeError, match="Padded array must be of spatial size"):
        Scattering2D(3, (32, 32), pre_pad=True)(np.zeros((31, 31)))
    with pytest.raises(RuntimeError, match="smallest dimension"):
        Scattering2D(10, (10, 10))
    with pytest.raises(RuntimeError, match="is not valid"):
        Scattering2D(2, (10, 10), frontend="doesnotexist")
    with pytest.raises(ImportError, match="can not be called"):
        Scattering2D(2, (10, 10), backend="doesnotexist")
    with pytest.raises(RuntimeError, match="out_type"):
        Scattering2D(2, (10, 10), out_type="matrix")


def test_reference_vectors(shared):
    folder = shared / "refs" / "scattering"
    names = sorted(path.name.removesuffix(".in.npy") for path in folder.glob("2d_*x*_J*_L*.in.npy"))
    compared = 0
    for name in names:
        parts = name.split("_")
        if len(parts) != 5:
            continue  # other options
        image, wanted = np.load(folder / f"{name}.in.npy"), np.load(folder / f"{name}.out.npy")
        found = Scattering2D(int(parts[3][1:]), image.shape[-2:], L=int(parts[4][1:]))(image)
        assert found.shape == wanted.shape, name
        assert np.linalg.norm(found - wanted) < 1e-6 * np.linalg.norm(wanted), name
        compared += 1
    assert compared > 3
