# SPDX-License-Identifier: BSD-3-Clause
"""What goes in and out: types, strides, empty and foreign memory, errors."""
import gc
import multiprocessing
import os
import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest

import ondelet


@pytest.fixture(scope="module")
def scattering():
    return ondelet.Scattering(scales=2, orientations=3)


def test_strided_views_give_the_bits_of_contiguous_images(random, scattering):
    for dtype in (np.uint8, np.uint16, np.float32):
        frames = random.integers(0, 200, (2, 70, 60, 3)).astype(dtype)
        for view in (frames[..., 0], frames[:, 5:40, ::2, 1], frames[:, ::-1, :, 2], frames.transpose(0, 3, 1, 2), frames[0, ..., 1]):
            scale = 1 if dtype == np.float32 else np.iinfo(dtype).max
            plain = np.ascontiguousarray((view / scale).astype(np.float32))
            assert np.array_equal(scattering(view), scattering(plain))


def test_contiguous_float32_is_read_in_place_and_written_in_place(random):
    from ondelet._arrays import as_floats, view_of

    image = random.random((9, 8), np.float32)
    assert as_floats(image, "image") is image
    assert view_of(image[::2, 1:]).data == image.ctypes.data + 4
    out = np.empty_like(image)
    assert ondelet.denoise(image, 0.1, method="wavelet", out=out) is out


def test_float64_is_rounded_once(random, scattering):
    image = random.random((20, 20))
    assert np.array_equal(scattering(image), scattering(image.astype(np.float32)))


def test_results_live_as_long_as_they_are_used(picture_path):
    image = ondelet.image_read(picture_path)
    row = image[3]
    wanted = row.copy()
    del image
    gc.collect()
    for _ in range(20):
        ondelet.image_read(picture_path)
    assert np.array_equal(row, wanted)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0,), (3, 0, 4)])
def test_empty_arrays_are_refused(scattering, shape):
    with pytest.raises(ondelet.ShapeError, match="empty"):
        scattering(np.zeros(shape, np.float32))
    with pytest.raises(ValueError):
        ondelet.denoise(np.zeros(shape, np.float32))


@pytest.mark.parametrize("bad", [np.zeros((8, 8), complex), np.zeros((8, 8), np.int64), np.zeros((8, 8), object), "text", None])
def test_wrong_types_are_named(scattering, bad):
    with pytest.raises(TypeError, match="floats, uint8 or uint16"):
        scattering(bad)


def test_a_single_row_is_refused(scattering):
    with pytest.raises(ondelet.ShapeError, match="axes"):
        scattering(np.zeros(16, np.float32))


def test_messages_are_the_library_s(scattering):
    image = np.zeros((16, 16), np.float32)
    image[3, 4] = np.nan
    with pytest.raises(ondelet.ArgumentError, match="nan at row 3, column 4"):
        scattering(image)
    with pytest.raises(ValueError, match="scales = 99 is outside 1..12"):
        ondelet.Filters("morlet", scales=99)
    with pytest.raises(OSError, match="no/such.png"):
        ondelet.image_read("no/such.png")
    with pytest.raises(ondelet.ArgumentError, match="none of: auto"):
        ondelet.denoise(image, method="best")
    with pytest.raises(ondelet.ShapeError, match="larger than the image"):
        scattering(np.zeros((3, 3), np.float32))
    with pytest.raises(ondelet.UnsupportedError):
        ondelet.threshold(np.zeros((32, 32)), ondelet.Filters("morlet"), value=1)


def test_unknown_options_are_named():
    with pytest.raises(TypeError, match="did you mean 'scales'"):
        ondelet.Scattering(scale=3)
    with pytest.raises(TypeError, match="unknown option 'colour'"):
        ondelet.Filters(colour=1)
    with pytest.raises(TypeError, match="a number is wanted"):
        ondelet.Filters(scales="3")
    with pytest.raises(ondelet.ArgumentError, match="whole"):
        ondelet.Filters(scales=2.5)


def test_outputs_must_fit(random):
    image = random.random((8, 8), np.float32)
    with pytest.raises(ValueError, match=r"\(8, 8\)"):
        ondelet.denoise(image, out=np.empty((8, 9), np.float32))
    with pytest.raises(TypeError, match="float32"):
        ondelet.denoise(image, out=np.empty((8, 8)))


def _scatter(image):
    return ondelet.Scattering(scales=2, orientations=3)(image)


def test_forked_children_finish_even_when_the_parent_had_threads(random, scattering):
    images = random.random((4, 32, 32), np.float32)
    ondelet.set_threads(2)
    try:
        wanted = scattering(images)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            found = pool.map_async(_scatter, list(images)).get(timeout=60)
            counts = pool.apply(ondelet.threads)
    finally:
        ondelet.set_threads(1)
    assert counts == 1
    assert np.array_equal(np.stack(found), wanted)


def test_threads_share_a_plan(random, scattering):
    images = random.random((8, 40, 40), np.float32)
    wanted = scattering(images)
    found = [None] * len(images)

    def work(index):
        found[index] = scattering(images[index])

    workers = [threading.Thread(target=work, args=(index,)) for index in range(len(images))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert np.array_equal(np.stack(found), wanted)


def test_other_threads_run_during_a_call(random):
    """The interpreter lock is released: a counter goes on while the library works."""
    image = random.random((256, 256), np.float32)
    running, count = True, 0

    def tick():
        nonlocal count
        while running:
            count += 1

    ticker = threading.Thread(target=tick)
    ticker.start()
    before = count
    ondelet.denoise(image, 0.1, method="shearlet")
    during = count - before
    running = False
    ticker.join()
    assert during > 1000


def test_a_missing_library_is_named():
    environment = dict(os.environ, ONDELET_LIBRARY="/no/such/libondelet.so")
    environment["PYTHONPATH"] = str(pathlib.Path(ondelet.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", "import ondelet"], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "ImportError: libondelet was not found" in done.stderr
    assert "/no/such/libondelet.so" in done.stderr
