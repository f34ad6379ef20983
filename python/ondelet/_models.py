# SPDX-License-Identifier: BSD-3-Clause
"""Where the models are that come with ondelet."""
from __future__ import annotations

import os
import pathlib
import sys


def _folders():
    here = pathlib.Path(__file__).resolve().parent
    yield here / "models"  # in a wheel
    yield here.parents[1] / "models"  # in the source tree
    for prefix in (sys.prefix, "/usr/local", "/usr"):
        yield pathlib.Path(prefix) / "share" / "ondelet" / "models"


def shipped_model(name: str) -> str | None:
    """The path of a model that comes with ondelet ("denoise", "edges"), or None. $ONDELET_MODELS names another folder."""
    named = os.environ.get("ONDELET_MODELS")
    for folder in [pathlib.Path(named)] if named else _folders():
        path = folder / f"{name}.safetensors"
        if path.is_file():
            return str(path)
    return None
