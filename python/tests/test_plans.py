# SPDX-License-Identifier: BSD-3-Clause
"""Banks, transforms and what they promise."""
import pickle

import numpy as np
import pytest

import ondelet

FILTERS = [("morlet", {"scales": 2}), ("spline", {"scales": 2}), ("separable", {}), ("shearlet", {"scales": 2})]


@pytest.mark.parametrize("family, options", FILTERS)
def test_synthesis_inverts_analysis(random, family, options):
    bank = ondelet.Filters(family, height=32, width=48, **options)
    image = random.standard_normal((32, 48)).astype(np.float32)
    error = np.abs(bank.synthesis(bank.analysis(image)) - image).max()
    lower, upper = bank.bounds()
    assert error < 1e-5 * upper / lower
    total = bank.littlewood_paley()
    assert (total.min(), total.max()) == (pytest.approx(lower), pytest.approx(upper))


def test_pickled_plans_are_the_same(random):
    image = random.random((32, 32), np.float32)
    spline = ondelet.Filters("spline", scales=2, height=32, width=32)
    own = ondelet.Filters.from_spectra(
        np.stack([spline.spectrum(i) for i in range(len(spline))]), [spline.info(i) for i in range(len(spline))]
    )
    for bank in (spline, own, spline.dual(), spline.parseval(), ondelet.Filters("morlet").remake(32, 32)):
        again = pickle.loads(pickle.dumps(bank))
        assert np.array_equal(again.analysis(image), bank.analysis(image))
    for plan in (ondelet.Scattering(scales=2, order=1), ondelet.Scattering(own, padding="periodic"), ondelet.Scattering("spline", scales=2)):
        assert np.array_equal(pickle.loads(pickle.dumps(plan))(image), plan(image))
    denoiser = ondelet.Denoiser(32, 32, 0.1, method="wavelet")
    assert np.array_equal(pickle.loads(pickle.dumps(denoiser))(image)[0], denoiser(image)[0])
    dwt = ondelet.Dwt(32, 32, family="haar")
    assert np.array_equal(pickle.loads(pickle.dumps(dwt)).analysis(image), dwt.analysis(image))


def test_paths_say_what_channels_are():
    scattering = ondelet.Scattering(scales=3, orientations=4)
    paths = scattering.paths
    assert len(paths) == len(scattering) == 1 + 3 * 4 + 3 * 16
    assert paths[0]["scale"] == () and paths[1]["scale"] == (0,) and paths[-1]["scale"] == (1, 2)
    assert all(row["parent"] < channel or channel == 0 for channel, row in enumerate(paths))


def test_adjoint_is_the_derivative(random):
    scattering = ondelet.Scattering(scales=2, orientations=2)
    image = random.random((16, 16))
    cotangent = random.standard_normal(scattering(image).shape)
    direction = random.standard_normal(image.shape)
    step = 1e-3
    slope = ((scattering(image + step * direction).astype(float) - scattering(image - step * direction)) * cotangent).sum() / (2 * step)
    found = (scattering.adjoint(image, cotangent).astype(float) * direction).sum()
    assert found == pytest.approx(slope, rel=1e-2)


@pytest.mark.parametrize("options", [{}, {"family": "haar", "border": "periodic"}, {"undecimated": True}])
def test_wavelets_are_inverted(random, options):
    dwt = ondelet.Dwt(33, 40, **options)
    image = random.random((33, 40), np.float32)
    assert np.abs(dwt.synthesis(dwt.analysis(image)) - image).max() < 1e-5
    assert sum(band["height"] * band["width"] for band in dwt.bands()) == len(dwt.analysis(image))


def test_denoising_estimates_the_noise(random, picture_path):
    image = ondelet.image_read(picture_path)
    noisy = image + 0.1 * random.standard_normal(image.shape).astype(np.float32)
    clean, used = ondelet.denoise(noisy, return_noise=True)
    assert used == pytest.approx(0.1, rel=0.1)
    assert np.mean((clean - image) ** 2) < np.mean((noisy - image) ** 2) / 4


def test_resizing_keeps_the_mean(picture_path):
    image = ondelet.image_read(picture_path)
    small = ondelet.image_resize(image, 50, 70)
    assert small.shape == (50, 70) and small.mean() == pytest.approx(image.mean(), abs=2e-3)


def test_options_are_described():
    for name in ("morlet", "scattering", "denoise", "threshold", "inpaint", "dwt", "shearlet", "spline", "separable"):
        assert "preset" in ondelet.options(name)


def test_the_learned_denoiser_wants_its_model(picture_path, monkeypatch, tmp_path):
    monkeypatch.setenv("ONDELET_MODELS", str(tmp_path))  # where none is
    image = ondelet.image_read(picture_path)[:64, :64]
    with pytest.raises(ondelet.ArgumentError, match="model"):
        ondelet.denoise(image, 0.1, method="learned")
    with pytest.raises(ondelet.FormatError):
        ondelet.denoise(image, 0.1, method="learned", model=picture_path)
    with pytest.raises(ondelet.FileError, match="no/such"):
        ondelet.denoise(image, 0.1, method="learned", model="no/such.safetensors")
