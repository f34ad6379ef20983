# SPDX-License-Identifier: BSD-3-Clause
"""Configurations filled from the library's option tables: names, ranges and error texts are the library's own."""
import ctypes
import difflib

from ._library import Option, call, library

_KINDS = {0: "int", 1: "real", 2: "bool", 3: "choice"}


class Table:
    """The option table ond_NAME_options()."""

    def __init__(self, name):
        self.name = name
        function = getattr(library, f"ond_{name}_options")
        function.restype = ctypes.POINTER(Option)
        self._rows = function()
        self.rows = {}
        index = 0
        size = 0
        while self._rows[index].name:
            row = self._rows[index]
            self.rows[row.name.decode()] = row
            size = max(size, row.offset + (8 if row.kind == 1 else 4))
            index += 1
        self.size = (size + 7) // 8 * 8

    def choices(self, name):
        row, choices = self.rows[name], []
        while row.kind == 3 and row.choices[len(choices)]:
            choices.append(row.choices[len(choices)].decode())
        return choices

    def config(self, **options):
        """The struct as bytes, filled with presets and then the options."""
        config = ctypes.create_string_buffer(self.size)
        call("options_default", ctypes.cast(self._rows, ctypes.c_void_p), config)
        for name, value in options.items():
            self._set(config, name, value)
        return config

    def _set(self, config, name, value):
        row = self.rows.get(name)
        if row is None:
            near = difflib.get_close_matches(name, self.rows, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(self.rows)}"
            raise TypeError(f"unknown option {name!r}{hint}")
        kind = _KINDS[row.kind]
        if kind == "choice" and isinstance(value, str):
            text = value.replace("_", "-")
        elif kind == "bool" and isinstance(value, (bool, int)):
            text = "true" if value else "false"
        elif kind in ("int", "real") and not isinstance(value, (str, bytes)):
            text = repr(value.item() if hasattr(value, "item") else value)
        else:
            raise TypeError(f"{name} = {value!r}: {'a name' if kind == 'choice' else 'a number'} is wanted")
        call("option_parse", ctypes.byref(row), text.encode(), config)

    def describe(self):
        """Lines that say what every option is."""
        lines = []
        for name, row in self.rows.items():
            choices = self.choices(name)
            preset = choices[int(row.preset)] if choices else f"{row.preset:g}"
            wanted = " | ".join(choices) if choices else f"{row.minimum:g}..{row.maximum:g}"
            lines.append(f"{name}: {row.help.decode()} ({wanted}; preset {preset})")
        return lines


_tables = {}


def table(name) -> Table:
    if name not in _tables:
        _tables[name] = Table(name)
    return _tables[name]


def options(name: str) -> str:
    """What the options of a part are: "morlet", "spline", "separable", "shearlet", "scattering", "denoise", "threshold",
    "inpaint", "edge", "dwt", "pursuit", "learning", "head". One line each."""
    return "\n".join(table(name).describe())


def split(names, given):
    """Deals options to tables: {table: its options}. One that several tables know goes to the first."""
    dealt = {name: {} for name in names}
    for option, value in given.items():
        owner = next((name for name in names if option in table(name).rows), None)
        if owner is None:
            known = [row for name in names for row in table(name).rows]
            near = difflib.get_close_matches(option, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"unknown option {option!r}{hint}")
        dealt[owner][option] = value
    return dealt
