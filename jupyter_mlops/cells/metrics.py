"""Find the metrics of a cell: numbers that it computed.

The rule: a name that the cell binds to something that is no literal and that holds a single real
number when the cell has ended (Python's, numpy's or torch's; no booleans); the same inside a dict
with text keys, as ``name.key``; and the value of the last expression, under its name or, where it
has none, as ``result``.
"""

from __future__ import annotations

import ast
import numbers
from collections.abc import Mapping

from jupyter_mlops.cells.literals import bound_names

__all__ = ["as_number", "numeric_results"]

_MOST_KEYS = 50


def numeric_results(
    source: str, namespace: Mapping[str, object], *, result: object = None
) -> dict[str, float]:
    """Return the numbers that a cell left in ``namespace`` and as its last expression's value."""
    found: dict[str, float] = {}
    for name in bound_names(source):
        if name in namespace:
            _add(found, name, namespace[name])
    if result is not None:
        name = _last_expression(source)
        if isinstance(result, Mapping) and not name:
            for key, value in list(result.items())[:_MOST_KEYS]:
                if isinstance(key, str):
                    _add(found, key, value)
        else:
            _add(found, name or "result", result)
    return found


def as_number(value: object) -> float | None:
    """Return a single real number as a float, anything else as None.

    >>> as_number(True), as_number(3), as_number("3")
    (None, 3.0, None)
    """
    if isinstance(value, bool):
        return None
    if not isinstance(value, numbers.Real):
        # Arrays and tensors without dimensions, told by what they offer and not by importing them.
        if getattr(value, "shape", None) != () or not hasattr(value, "item"):
            return None
        value = value.item()
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return None
    try:
        return float(value)
    except (OverflowError, ValueError, TypeError):
        return None


def _add(found: dict[str, float], name: str, value: object) -> None:
    number = as_number(value)
    if number is not None:
        found[name] = number
    elif isinstance(value, dict):
        for key, item in list(value.items())[:_MOST_KEYS]:
            number = as_number(item)
            if isinstance(key, str) and number is not None:
                found[f"{name}.{key}"] = number


def _last_expression(source: str) -> str:
    """Return the name that the last expression of a cell is, empty where it is none."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if body and isinstance(body[-1], ast.Expr) and isinstance(body[-1].value, ast.Name):
        return body[-1].value.id
    return ""
