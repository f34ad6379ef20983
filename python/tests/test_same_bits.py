# SPDX-License-Identifier: BSD-3-Clause
"""Python gives the bits of the program, which calls the C library."""
import os
import pickle
import shutil
import subprocess

import numpy as np
import pytest

import ondelet


def run(program, *arguments):
    # Without the user's measured FFT plans, whose rounding is another: the package has none.
    clean = {**os.environ, "XDG_CACHE_HOME": "/nonexistent"}
    subprocess.run([program, *map(str, arguments), "--force", "--quiet"], check=True, stdout=subprocess.DEVNULL, env=clean)


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


def test_denoise_with_what_is_shipped(program, picture_path, tmp_path):
    image = ondelet.image_read(picture_path)[:96, :120]
    np.save(tmp_path / "image.npy", image)
    for method in ("auto", "learned"):
        run(program, "denoise", tmp_path / "image.npy", "-o", tmp_path / "o.npy", "--sigma", "0.1", "--method", method)
        assert np.array_equal(ondelet.denoise(image, 0.1, method=method), np.load(tmp_path / "o.npy"))


@pytest.mark.parametrize("method, options", [("measure", {}), ("measure", {"kind": "ridges"}), ("gradient", {}), ("learned", {})])
def test_edges(program, picture_path, tmp_path, method, options):
    image = ondelet.image_read(picture_path)[100:196, 100:220]
    np.save(tmp_path / "image.npy", image)
    words = [f"--{name}={value}" for name, value in options.items()]
    run(program, "edges", tmp_path / "image.npy", "-o", tmp_path / "e.npy", "--method", method, *words)
    found = ondelet.edges(image, method, **options)
    assert np.array_equal(found.strength, np.load(tmp_path / "e.npy"))
    assert found.strength.shape == found.normal.shape == found.thin.shape == found.binary.shape == image.shape
    assert found.binary.dtype == bool and np.all(found.thin[found.binary] > 0)
    assert found.contours or method == "learned"  # which may find the picture too small
    assert all(len(chain.points) == len(chain.strength) for chain in found.contours)
    assert sum(len(chain.points) for chain in found.contours) >= 0.9 * found.binary.sum()


def test_the_same_features_by_every_way(program, picture_path, tmp_path):
    """The C library by ctypes, the program in three formats, shards, many processes."""
    images = np.random.default_rng(1).random((40, 24, 24), np.float32)
    np.save(tmp_path / "images.npy", images)
    wanted = ondelet.Scattering(scales=2)(images)
    words = [tmp_path / "images.npy", "--scales", "2", "--planning", "estimate"]
    run(program, "features", *words, "-o", tmp_path / "f.npy")
    assert np.array_equal(wanted, np.load(tmp_path / "f.npy"))
    run(program, "features", *words, "-o", tmp_path / "f.csv")
    table = np.loadtxt(tmp_path / "f.csv", np.float32, delimiter=",", skiprows=1)
    assert np.array_equal(wanted.reshape(40, -1), table)
    for i in range(3):
        run(program, "features", *words[:3], "-o", tmp_path / f"s{i}.npy", "--shard", f"{i}/3")
    run(program, "merge", *(tmp_path / f"s{i}.npy" for i in range(3)), "-o", tmp_path / "m.npy")
    assert np.array_equal(wanted, np.load(tmp_path / "m.npy"))


def test_the_same_features_by_many_processes(program, tmp_path):
    many = os.environ.get("ONDELET_MPI")
    h5dump = shutil.which("h5dump")
    if not many or not h5dump or not shutil.which("mpirun"):
        pytest.skip("no ondelet-mpi, mpirun or h5dump")
    images = np.random.default_rng(1).random((40, 24, 24), np.float32)
    np.save(tmp_path / "images.npy", images)
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    started = subprocess.run(
        ["mpirun", "--oversubscribe", "-n", "2", many, "features", tmp_path / "images.npy", "-o", tmp_path / "f.h5",
         "--scales", "2"], env={**os.environ, **root}, capture_output=True, timeout=200)
    assert started.returncode == 0, started.stderr
    subprocess.run([h5dump, "-d", "/features", "-b", "LE", "-o", tmp_path / "raw", tmp_path / "f.h5"], check=True,
                   stdout=subprocess.DEVNULL)
    wanted = ondelet.Scattering(scales=2)(images)
    assert np.array_equal(np.fromfile(tmp_path / "raw", "<f4").reshape(wanted.shape), wanted)


def test_models(program, tmp_path):
    random = np.random.default_rng(5)
    images = random.random((60, 16, 16)).astype(np.float32)
    images[30:, :, ::2] *= 0.2
    labels = np.repeat([0, 1], 30)
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "labels.npy", labels.astype(np.uint8))
    run(program, "train", "classify", tmp_path / "images.npy", tmp_path / "labels.npy", "-o", tmp_path / "m.safetensors")
    model = ondelet.Model.load(tmp_path / "m.safetensors")
    scores = model.predict_proba(images)
    assert scores.shape == (60, 2) and np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    said = subprocess.run([program, "predict", tmp_path / "m.safetensors", tmp_path / "images.npy"], check=True,
                          capture_output=True, text=True).stdout
    assert model.image_size == (16, 16)
    assert model.features(images).shape[0] == 60
    assert np.mean(model.predict(images) == np.asarray(model.class_names)[labels]) > 0.9
    rows = [line.split(",") for line in said.splitlines()[1:]]
    column = said.splitlines()[0].split(",").index("label")
    assert [row[column] for row in rows] == list(model.predict(images))
    assert np.array_equal(pickle.loads(pickle.dumps(model)).predict_proba(images), scores)


def test_bad_input_says_what_the_library_says(tmp_path):
    with pytest.raises(ondelet.FileError, match="No such file"):
        ondelet.Model.load(tmp_path / "none.safetensors")
    (tmp_path / "wrong.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ondelet.FormatError, match="wrong.safetensors"):
        ondelet.Model.load(tmp_path / "wrong.safetensors")
    with pytest.raises(ondelet.FormatError):
        ondelet.edges(np.zeros((32, 32), np.float32), "learned", model=tmp_path / "wrong.safetensors")
    with pytest.raises(TypeError, match="int64"):
        ondelet.edges(np.zeros((32, 32), np.int64))
    with pytest.raises(ondelet.ShapeError):
        ondelet.edges(np.zeros((0, 4), np.float32))
    with pytest.raises(ondelet.ArgumentError, match="nan|finite"):
        ondelet.edges(np.full((32, 32), np.nan, np.float32))
    with pytest.raises(ondelet.UnsupportedError):
        ondelet.edges(np.ones((32, 32), np.float32), "gradient", kind="ridges")
    with pytest.raises(TypeError, match="did you mean 'kind'"):
        ondelet.edges(np.ones((32, 32), np.float32), knd="ridges")
    with pytest.raises(ValueError, match="takes no model"):
        ondelet.edges(np.ones((32, 32), np.float32), "gradient", model="x")
    assert np.array_equal(  # not contiguous
        ondelet.edges(np.arange(4096, dtype=np.float32).reshape(64, 64).T / 4096).strength,
        ondelet.edges(np.ascontiguousarray(np.arange(4096, dtype=np.float32).reshape(64, 64).T) / 4096).strength,
    )
