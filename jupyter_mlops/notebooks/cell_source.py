"""The Python of a code cell, with the lines that only IPython understands made harmless."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from threading import Lock

__all__ = ["ParsedCell", "parse_cell"]

PYTHON_CELL_MAGICS = frozenset({"capture", "prun", "time", "timeit", "track"})
"""Cell magics whose body is Python that runs in the notebook's own namespace."""

OWN_MAGIC = "track"
"""Says how a cell is recorded, not what it does: its line counts for nothing."""

CELL_MAGIC = re.compile(r"%%(\w+)(.*)")
LINE_MAGIC = re.compile(r"(?P<indent>\s*)(?P<text>[%!?].*|[%!]?[\w.]+\?\??\s*)")
ASSIGNED_MAGIC = re.compile(r"(?P<target>\s*[\w.\[\]'\", ]+=\s*)(?P<text>[%!].*)")

WARNINGS = Lock()
"""Python's warning filters belong to the whole process: one thread at a time sets them aside."""


@dataclass(frozen=True, slots=True)
class ParsedCell:
    """Text that Python can parse, line for line where the cell has it, and its syntax tree."""

    text: str
    tree: ast.Module


def parse_cell(source: str) -> ParsedCell | None:
    """Parse a code cell as Python; None where it is not Python, even without its magics.

    A magic becomes a call of ``__ipython__`` with its text, so that a changed magic is a changed
    tree; the line of ``%%track`` becomes a blank one.
    """
    plain = _parse(source)
    if plain is not None:
        return plain
    lines = source.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    magic = CELL_MAGIC.fullmatch(lines[start].rstrip())
    if magic is not None:
        if magic[1] not in PYTHON_CELL_MAGICS:
            return None
        lines[start] = "" if magic[1] == OWN_MAGIC else _call(lines[start])
    return _parse("\n".join(_without_magic(line) for line in lines))


def _without_magic(line: str) -> str:
    if match := LINE_MAGIC.fullmatch(line):
        return match["indent"] + _call(match["text"])
    if match := ASSIGNED_MAGIC.fullmatch(line):
        return match["target"] + _call(match["text"])
    return line


def _call(text: str) -> str:
    return f"__ipython__({text.rstrip()!r})"


def _parse(text: str) -> ParsedCell | None:
    try:
        with WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a notebook's invalid escapes are not our reader's
            return ParsedCell(text, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
