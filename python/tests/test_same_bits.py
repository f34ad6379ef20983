# SPDX-License-Identifier: BSD-3-Clause
"""Python gives the bits of the program, which calls the C library."""
import subprocess

import numpy as np
import pytest

import ondelet


def run(program, *arguments):
    subprocess.run([program, *map(str, arguments), "--force", "--quiet"], check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "words, options",
    [
        (["--scales", "4"], {"scales": 4}),
        (["--bank", "spline", "--order", "1", "--log"], {"bank": "spline", "order": 1, "log": True}),
        (["--bank", "shearlet", "--scales", "2"], {"bank": "shearlet", "scales": 2}),
        (["--padding", "kymatio", "--oversampling", "1"], {"padding": "kymatio", "oversampling": 1}),
    ],
)
def test_features(program, picture_path, tmp_path, words, options):
    run(program, "features", picture_path, "-o", tmp_path / "f.npy", *words)
    found = ondelet.Scattering(**options)(ondelet.image_read(picture_path, "gray"))
    assert np.array_equal(found, np.load(tmp_path / "f.npy"))


def test_denoise_threshold_and_inpaint(program, picture_path, tmp_path):
    image = ondelet.image_read(picture_path)[:96, :120]
    np.save(tmp_path / "image.npy", image)
    out = tmp_path / "out.npy"
    run(program, "denoise", tmp_path / "image.npy", "-o", out, "--sigma", "0.08", "--method", "union")
    assert np.array_equal(ondelet.denoise(image, 0.08, method="union"), np.load(out))
    run(program, "threshold", tmp_path / "image.npy", "-o", out, "--keep", "900")
    assert np.array_equal(ondelet.threshold(image, keep=900).image, np.load(out))
    run(program, "threshold", tmp_path / "image.npy", "-o", out, "--keep", "900", "--transform", "wavelet")
    assert np.array_equal(ondelet.threshold(image, ondelet.Dwt(*image.shape), keep=900).image, np.load(out))
    mask = np.random.default_rng(3).random(image.shape) < 0.5
    np.save(tmp_path / "mask.npy", mask.astype(np.float32))
    run(program, "inpaint", tmp_path / "image.npy", "--mask", tmp_path / "mask.npy", "-o", out, "--iterations", "5")
    assert np.array_equal(ondelet.inpaint(image, mask, iterations=5), np.load(out))


def test_written_pictures(program, picture_path, tmp_path):
    image = ondelet.image_read(picture_path)
    ondelet.image_write(image, tmp_path / "a.png")
    run(program, "convert", picture_path, "-o", tmp_path / "b.png")
    assert np.array_equal(ondelet.image_read(tmp_path / "a.png"), ondelet.image_read(tmp_path / "b.png"))
