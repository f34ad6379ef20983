# SPDX-License-Identifier: BSD-3-Clause
"""The shared library, its structures and its functions. ctypes releases the interpreter lock during every call."""
import ctypes
import ctypes.util
import os
import pathlib
import sys

from ._errors import BY_STATUS, InternalError

MAX_RANK = 6
MAX_ORDER = 4
MAX_LAYERS = 8
INTERFACE = "0.1"  # the soname's version: structures below are laid out as in this one


class Array(ctypes.Structure):
    """ond_array"""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("shape", ctypes.c_size_t * MAX_RANK),
        ("rank", ctypes.c_int),
        ("borrowed", ctypes.c_bool),
    ]


class View(ctypes.Structure):
    """ond_image_view"""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("type", ctypes.c_int),
        ("height", ctypes.c_size_t),
        ("width", ctypes.c_size_t),
        ("channels", ctypes.c_size_t),
        ("row_stride", ctypes.c_ssize_t),
        ("pixel_stride", ctypes.c_ssize_t),
        ("channel_stride", ctypes.c_ssize_t),
    ]


class Option(ctypes.Structure):
    """ond_option"""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("kind", ctypes.c_int),
        ("offset", ctypes.c_size_t),
        ("preset", ctypes.c_double),
        ("minimum", ctypes.c_double),
        ("maximum", ctypes.c_double),
        ("choices", ctypes.POINTER(ctypes.c_char_p)),
        ("help", ctypes.c_char_p),
        ("internal", ctypes.c_bool),
    ]


class FilterInfo(ctypes.Structure):
    """ond_filter_info"""

    _fields_ = [
        ("kind", ctypes.c_int),
        ("scale", ctypes.c_int),
        ("orientation", ctypes.c_int),
        ("angle_rad", ctypes.c_double),
        ("center_frequency", ctypes.c_double),
        ("bandwidth", ctypes.c_double),
        ("subsampling", ctypes.c_int),
        ("one_sided", ctypes.c_bool),
    ]


class Path(ctypes.Structure):
    """ond_scattering_path"""

    _fields_ = [
        ("order", ctypes.c_int),
        ("filter", ctypes.c_size_t * MAX_ORDER),
        ("scale", ctypes.c_int * MAX_ORDER),
        ("orientation", ctypes.c_int * MAX_ORDER),
        ("angle_rad", ctypes.c_double * MAX_ORDER),
        ("parent", ctypes.c_size_t),
    ]


class Geometry(ctypes.Structure):
    """ond_scattering_geometry"""

    _fields_ = [
        ("padded_height", ctypes.c_size_t),
        ("padded_width", ctypes.c_size_t),
        ("output_height", ctypes.c_size_t),
        ("output_width", ctypes.c_size_t),
        ("first_row", ctypes.c_ssize_t),
        ("first_column", ctypes.c_ssize_t),
        ("stride", ctypes.c_size_t),
    ]


class EdgeMap(ctypes.Structure):
    """ond_edge_map"""

    _fields_ = [
        ("strength", Array),
        ("normal_rad", Array),
        ("thin", Array),
        ("offset_px", Array),
        ("low", ctypes.c_double),
        ("high", ctypes.c_double),
    ]


class ContourItem(ctypes.Structure):
    """ond_contour"""

    _fields_ = [("begin", ctypes.c_size_t), ("count", ctypes.c_size_t), ("closed", ctypes.c_bool)]


class Contours(ctypes.Structure):
    """ond_contours; a point is five floats"""

    _fields_ = [
        ("items", ctypes.POINTER(ContourItem)),
        ("count", ctypes.c_size_t),
        ("points", ctypes.c_void_p),
        ("point_count", ctypes.c_size_t),
    ]


class ThresholdReport(ctypes.Structure):
    """ond_threshold_report"""

    _fields_ = [
        ("terms_kept", ctypes.c_size_t),
        ("terms", ctypes.c_size_t),
        ("low_pass_spared", ctypes.c_bool),
        ("relative_error", ctypes.c_double),
        ("threshold", ctypes.c_double),
    ]


class DwtBand(ctypes.Structure):
    """ond_dwt_band"""

    _fields_ = [
        ("level", ctypes.c_int),
        ("orientation", ctypes.c_int),
        ("offset", ctypes.c_size_t),
        ("height", ctypes.c_size_t),
        ("width", ctypes.c_size_t),
        ("gain", ctypes.c_double),
    ]


class DictionaryInfo(ctypes.Structure):
    """ond_dictionary_info"""

    _fields_ = [
        ("atoms", ctypes.c_size_t),
        ("channels", ctypes.c_size_t),
        ("filter_height", ctypes.c_size_t),
        ("filter_width", ctypes.c_size_t),
        ("stride", ctypes.c_size_t),
        ("border", ctypes.c_int),
        ("height", ctypes.c_size_t),
        ("width", ctypes.c_size_t),
    ]


class LayerReport(ctypes.Structure):
    """ond_layer_report"""

    _fields_ = [
        ("iterations", ctypes.c_int),
        ("converged", ctypes.c_bool),
        ("lambda_", ctypes.c_double),
        ("objective", ctypes.c_double),
        ("residual", ctypes.c_double),
        ("gap", ctypes.c_double),
        ("primal", ctypes.c_double),
        ("dual", ctypes.c_double),
        ("nonzeros", ctypes.c_size_t),
    ]


class PursuitReport(ctypes.Structure):
    """ond_pursuit_report"""

    _fields_ = [("layers", ctypes.c_size_t), ("layer", LayerReport * MAX_LAYERS)]


class LearningReport(ctypes.Structure):
    """ond_learning_report"""

    _fields_ = [(name, ctypes.c_double) for name in ("objective", "residual", "density", "filled")]


def _candidates():
    """Where the library may lie: named by the user, beside this file (in a wheel), or installed in the system."""
    named = os.environ.get("ONDELET_LIBRARY")
    if named:
        yield named
        return
    here = pathlib.Path(__file__).parent
    for name in (f"libondelet.so.{INTERFACE}", "libondelet.so", f"libondelet.{INTERFACE}.dylib"):
        if (here / name).exists():
            yield str(here / name)
    yield f"libondelet.so.{INTERFACE}"
    yield str(pathlib.Path(sys.prefix) / "lib" / f"libondelet.so.{INTERFACE}")
    found = ctypes.util.find_library("ondelet")
    if found:
        yield found


def _load():
    reasons = []
    for name in _candidates():
        try:
            library = ctypes.CDLL(name)
        except OSError as error:
            reasons.append(str(error))
            continue
        library.ond_version.restype = ctypes.c_char_p
        version = library.ond_version().decode()
        if version.rpartition(".")[0] != INTERFACE:
            raise ImportError(f"{name} is ondelet {version}, this package wants {INTERFACE}")
        return library
    raise ImportError(
        "libondelet was not found: install ondelet, or set ONDELET_LIBRARY to the path of its shared library"
        + "".join(f"\n  {reason}" for reason in reasons)
    )


library = _load()

_pointer = ctypes.c_void_p
_array = ctypes.POINTER(Array)
_size = ctypes.c_size_t

# name: (result, arguments); "status" raises the exception that the status stands for.
_FUNCTIONS = {
    "version": (ctypes.c_char_p, []),
    "error_message": (ctypes.c_char_p, []),
    "library_version": (ctypes.c_char_p, [ctypes.c_int]),
    "threads": (ctypes.c_int, []),
    "threads_set": ("status", [ctypes.c_int]),
    "array_free": (None, [_array]),
    "options_default": (None, [_pointer, _pointer]),
    "options_check": ("status", [_pointer, _pointer]),
    "option_parse": ("status", [_pointer, ctypes.c_char_p, _pointer]),
    "option_value": (ctypes.c_double, [_pointer, _pointer]),
    "image_read": ("status", [ctypes.c_char_p, ctypes.c_int, _array]),
    "image_write": ("status", [_array, ctypes.c_int, ctypes.c_char_p]),
    "image_resize": ("status", [_array, _size, _size, _array]),
    "image_view_read": ("status", [ctypes.POINTER(View), _array]),
    "morlet_create": ("status", [_pointer, _pointer]),
    "spline_create": ("status", [_pointer, _pointer]),
    "separable_create": ("status", [_pointer, _pointer]),
    "shearlet_create": ("status", [_pointer, _pointer]),
    "filters_create": ("status", [ctypes.c_char_p, _array, ctypes.POINTER(FilterInfo), _pointer]),
    "filters_destroy": (None, [_pointer]),
    "filters_remake": ("status", [_pointer, _size, _size, _pointer]),
    "filters_name": (ctypes.c_char_p, [_pointer]),
    "filters_count": (_size, [_pointer]),
    "filters_height": (_size, [_pointer]),
    "filters_width": (_size, [_pointer]),
    "filters_scales": (ctypes.c_int, [_pointer]),
    "filters_info": (FilterInfo, [_pointer, _size]),
    "filters_spectrum": ("status", [_pointer, _size, _array]),
    "filters_littlewood_paley": ("status", [_pointer, _array]),
    "filters_bounds": ("status", [_pointer, _pointer, _pointer]),
    "filters_dual": ("status", [_pointer, _pointer]),
    "filters_parseval": ("status", [_pointer, _pointer]),
    "filters_analysis": ("status", [_pointer, _array, _array]),
    "filters_adjoint": ("status", [_pointer, _array, _array]),
    "filters_synthesis": ("status", [_pointer, _array, _array]),
    "scattering_create": ("status", [_pointer, _pointer, _pointer]),
    "scattering_destroy": (None, [_pointer]),
    "scattering_paths": (_size, [_pointer]),
    "scattering_path_at": (Path, [_pointer, _size]),
    "scattering_describe": ("status", [_pointer, _size, _size, ctypes.POINTER(Geometry)]),
    "scattering_apply": ("status", [_pointer, _array, _array]),
    "scattering_apply_view": ("status", [_pointer, ctypes.POINTER(View), _array]),
    "scattering_adjoint": ("status", [_pointer, _array, _array, _array]),
    "noise_estimate": ("status", [_array, _pointer]),
    "denoise_model_read": ("status", [ctypes.c_char_p, _pointer]),
    "denoise_model_destroy": (None, [_pointer]),
    "denoiser_create": ("status", [_pointer, _pointer, _size, _size, _pointer]),
    "denoiser_destroy": (None, [_pointer]),
    "denoiser_apply": ("status", [_pointer, _array, _array, _pointer]),
    "threshold": ("status", [_pointer, _array, _pointer, _array, ctypes.POINTER(ThresholdReport)]),
    "threshold_dwt": ("status", [_pointer, _array, _pointer, _array, ctypes.POINTER(ThresholdReport)]),
    "inpaint": ("status", [_pointer, _array, _array, _pointer, _array]),
    "dictionary_create": ("status", [_array, _size, ctypes.c_int, _pointer]),
    "dictionary_random": ("status", [ctypes.POINTER(DictionaryInfo), ctypes.c_uint, _pointer]),
    "dictionary_read": ("status", [ctypes.c_char_p, _pointer, _pointer]),
    "dictionary_write": ("status", [_pointer, _size, ctypes.c_char_p]),
    "dictionary_destroy": (None, [_pointer]),
    "dictionary_describe": (DictionaryInfo, [_pointer]),
    "dictionary_filters": ("status", [_pointer, _array]),
    "dictionary_apply": ("status", [_pointer, _array, _array]),
    "dictionary_adjoint": ("status", [_pointer, _array, _array]),
    "dictionary_norm": ("status", [_pointer, _size, _size, _pointer]),
    "pursuit": ("status", [_pointer, _size, _array, _pointer, _pointer, _array, ctypes.POINTER(PursuitReport)]),
    "smooth_part": ("status", [_array, ctypes.c_double, _array]),
    "learner_create": ("status", [_pointer, _size, _pointer, _pointer]),
    "learner_destroy": (None, [_pointer]),
    "learner_take": ("status", [_pointer, _array, ctypes.POINTER(LearningReport)]),
    "learner_dictionary": ("status", [_pointer, _size, _pointer]),
    "head_fit": ("status", [_array, _array, _pointer, _pointer, _pointer]),
    "head_destroy": (None, [_pointer]),
    "head_predict": ("status", [_pointer, _array, _array]),
    "head_classes": (_size, [_pointer]),
    "head_inputs": (_size, [_pointer]),
    "head_validation_error": (ctypes.c_double, [_pointer]),
    "head_write": ("status", [_pointer, ctypes.c_char_p]),
    "head_read": ("status", [ctypes.c_char_p, _pointer]),
    "edges": ("status", [_array, _pointer, _pointer, ctypes.POINTER(EdgeMap)]),
    "edge_map_free": (None, [ctypes.POINTER(EdgeMap)]),
    "edge_select": ("status", [ctypes.POINTER(EdgeMap), _array]),
    "edge_trace": ("status", [ctypes.POINTER(EdgeMap), _array, ctypes.POINTER(Contours)]),
    "contours_free": (None, [ctypes.POINTER(Contours)]),
    "edge_model_read": ("status", [ctypes.c_char_p, _pointer]),
    "edge_model_destroy": (None, [_pointer]),
    "model_read": ("status", [ctypes.c_char_p, _pointer]),
    "model_destroy": (None, [_pointer]),
    "model_classes": (_size, [_pointer]),
    "model_class_name": (ctypes.c_char_p, [_pointer, _size]),
    "model_image_size": (None, [_pointer, ctypes.POINTER(_size), ctypes.POINTER(_size)]),
    "model_extractor": (_pointer, [_pointer]),
    "model_predict": ("status", [_pointer, _array, _array]),
    "model_predict_features": ("status", [_pointer, _array, _array]),
    "extractor_apply": ("status", [_pointer, _array, _array]),
    "dwt_create": ("status", [_pointer, _size, _size, _pointer]),
    "dwt_destroy": (None, [_pointer]),
    "dwt_bands": (_size, [_pointer]),
    "dwt_band_at": (DwtBand, [_pointer, _size]),
    "dwt_count": (_size, [_pointer]),
    "dwt_analysis": ("status", [_pointer, _array, _array]),
    "dwt_synthesis": ("status", [_pointer, _array, _array]),
}


def _raise_on_failure(status, function, arguments):
    if status:
        message = library.ond_error_message().decode(errors="replace")
        raise BY_STATUS.get(status, InternalError)(message)
    return status


def _declare():
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, "ond_" + name)
        function.argtypes = arguments
        function.restype = ctypes.c_int if result == "status" else result
        if result == "status":
            function.errcheck = _raise_on_failure


_declare()


def call(name, *arguments):
    """Calls ond_NAME."""
    return getattr(library, "ond_" + name)(*arguments)


# A child of fork has none of its parent's threads: it goes on with one. Results do not depend on the number.
os.register_at_fork(after_in_child=lambda: call("threads_set", 1))
