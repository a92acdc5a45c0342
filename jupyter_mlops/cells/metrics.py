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
from itertools import islice

from jupyter_mlops.cells.literals import bound_names, literal_params, parse_cell

__all__ = ["as_number", "numeric_results"]

_MOST_KEYS = 50


def numeric_results(
    source: str, namespace: Mapping[str, object], *, result: object = None
) -> dict[str, float]:
    """Return the numbers that a cell left in ``namespace`` and as its last expression's value."""
    found: dict[str, float] = {}
    for name in bound_names(source):
        if name in namespace:
            found |= _numbers(name, namespace[name])
    name = _last_expression(source)
    if result is None or name in literal_params(source):
        return found
    if name:
        return found | _numbers(name, result)
    if isinstance(result, dict):
        return found | _members(result)
    return found | _numbers("result", result)


def as_number(value: object) -> float | None:
    """Return a single real number as a float, anything else as None.

    >>> as_number(True), as_number(3), as_number("3")
    (None, 3.0, None)
    """
    try:
        if _is_array_of_one(value):
            value = value.item()  # type: ignore[attr-defined]
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return None
        return float(value)
    except (ArithmeticError, TypeError, ValueError, RuntimeError):
        return None  # larger than floats go, or a tensor without data


def _is_array_of_one(value: object) -> bool:
    """Tell arrays and tensors without dimensions by what they offer: they are not imported here."""
    if isinstance(value, numbers.Real):
        return False
    shape = getattr(value, "shape", None)
    return isinstance(shape, tuple) and not shape and callable(getattr(value, "item", None))


def _numbers(name: str, value: object) -> dict[str, float]:
    """Return a number under ``name``, or the numbers of a dict under ``name.key``."""
    number = as_number(value)
    if number is not None:
        return {name: number}
    return _members(value, prefix=f"{name}.") if isinstance(value, dict) else {}


def _members(value: dict[object, object], *, prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, item in islice(value.items(), _MOST_KEYS):
        number = as_number(item)
        if isinstance(key, str) and number is not None:
            found[prefix + key] = number
    return found


def _last_expression(source: str) -> str:
    """Return the name that the last expression of a cell is, empty where it is none."""
    body = parse_cell(source).body
    if body and isinstance(body[-1], ast.Expr) and isinstance(body[-1].value, ast.Name):
        return body[-1].value.id
    return ""
