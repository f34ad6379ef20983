# SPDX-License-Identifier: BSD-3-Clause
"""NumPy arrays to and from the library, without copies where the memory already is what it wants."""
import ctypes
import weakref

import numpy as np

from ._library import Array, MAX_RANK, View, call

_SAMPLE_TYPES = {np.dtype(np.uint8): 0, np.dtype(np.uint16): 1, np.dtype(np.float32): 2}


def _check_dtype(array, name):
    if array.dtype in _SAMPLE_TYPES or array.dtype.kind == "f":
        return
    raise TypeError(f"{name} holds {array.dtype} numbers; floats, uint8 or uint16 are wanted")


def describe(array: np.ndarray) -> Array:
    """An ond_array over the memory of a contiguous float32 array, which must outlive it."""
    if array.ndim > MAX_RANK:
        raise ValueError(f"an array has {array.ndim} axes, 0 to {MAX_RANK} are possible")
    described = Array(data=array.ctypes.data, rank=array.ndim, borrowed=True)
    described.shape[: array.ndim] = array.shape
    return described


def as_floats(values, name: str) -> np.ndarray:
    """Contiguous float32 numbers: the array itself where it is that. uint8 and uint16 images become 0..1."""
    array = np.asarray(values)
    _check_dtype(array, name)
    if array.dtype.kind == "u":
        # As the library reads image files: a division in double, rounded once.
        array = array / float(np.iinfo(array.dtype).max)
    return np.ascontiguousarray(array, dtype=np.float32)


def view_of(array: np.ndarray):
    """A View of [..., height, width] images in place, or None when their memory cannot be described by one."""
    if array.dtype not in _SAMPLE_TYPES or not array.dtype.isnative or not 2 <= array.ndim <= MAX_RANK:
        return None
    if array.size == 0 or 0 in array.strides:
        return None
    channels, stride = 1, array.itemsize
    for size, step in zip(reversed(array.shape[:-2]), reversed(array.strides[:-2])):
        if size == 1:
            continue
        if channels == 1:
            stride = step
        elif step != channels * stride:
            return None
        channels *= size
    return View(
        data=array.ctypes.data,
        type=_SAMPLE_TYPES[array.dtype],
        height=array.shape[-2],
        width=array.shape[-1],
        channels=channels,
        row_stride=array.strides[-2],
        pixel_stride=array.strides[-1],
        channel_stride=stride,
    )


def output(shape, out=None) -> np.ndarray:
    """A new float32 array, or the user's when it fits."""
    if out is None:
        return np.empty(shape, np.float32)
    if not isinstance(out, np.ndarray) or out.dtype != np.float32 or not out.flags.c_contiguous or not out.flags.writeable:
        raise TypeError("out is to be a contiguous, writeable float32 array")
    if out.shape != tuple(shape):
        raise ValueError(f"out is {out.shape}, the result is {tuple(shape)}")
    return out


def take(owned: Array) -> np.ndarray:
    """A NumPy array over memory that the library allocated; given back when the last array over it goes."""
    shape = tuple(owned.shape[: owned.rank])
    count = int(np.prod(shape, dtype=np.int64))
    memory = (ctypes.c_float * count).from_address(owned.data)
    weakref.finalize(memory, call, "array_free", ctypes.byref(owned))
    return np.frombuffer(memory, np.float32).reshape(shape)
