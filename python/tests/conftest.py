# SPDX-License-Identifier: BSD-3-Clause
import os
import pathlib

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.fixture
def picture_path():
    return ROOT / "examples" / "pictures" / "camera.png"


@pytest.fixture
def program():
    found = os.environ.get("ONDELET")
    if not found:
        pytest.skip("ONDELET does not name the program")
    return found


@pytest.fixture
def shared():
    folder = pathlib.Path(os.environ.get("ONDELET_SHARED_DATA", ROOT.parent / "shared"))
    if not folder.exists():
        pytest.skip("no ../shared")
    return folder
