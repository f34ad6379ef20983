# SPDX-License-Identifier: BSD-3-Clause
"""One exception class for each status of the library; each is also the built-in exception that it resembles."""


class OndeletError(Exception):
    """A call failed. The text is the library's message: the value found and the value wanted."""


class ArgumentError(OndeletError, ValueError):
    """A value outside its range, or a sample that is not finite."""


class ShapeError(OndeletError, ValueError):
    """Shapes that do not fit each other or the plan."""


class AllocationError(OndeletError, MemoryError):
    """Memory is exhausted."""


class FileError(OndeletError, OSError):
    """The operating system refused to open, read, write or rename."""


class FormatError(OndeletError, ValueError):
    """A file is damaged, truncated or not what its name says."""


class UnsupportedError(OndeletError, NotImplementedError):
    """Valid, but not handled by this build."""


class InternalError(OndeletError, RuntimeError):
    """A fault in the library."""


BY_STATUS = {
    1: ArgumentError,
    2: ShapeError,
    3: AllocationError,
    4: FileError,
    5: FormatError,
    6: UnsupportedError,
    7: InternalError,
}
