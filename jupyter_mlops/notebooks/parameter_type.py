"""What type of value a parameter takes, and which values are plain enough to be passed."""

from __future__ import annotations

import ast
from typing import Any

from jupyter_mlops.errors import Invalid

__all__ = ["accepts", "check_plain", "kind_of", "kind_of_annotation"]

KINDS = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "str": (str,),
    "list": (list,),
    "dict": (dict,),
    # plain values know no tuple: a list takes its place
    "tuple": (list,),
    "None": (type(None),),
}
"""The exact types of a plain value that a type name accepts: True is no int here."""

OLD_SPELLINGS = {"List": "list", "Tuple": "tuple", "Dict": "dict"}
DEPTH = 20
"""How deeply a value's lists and dicts may be nested."""


def kind_of(value: object) -> str:
    """Return the kind of a plain value or of a default; ``any`` where it has none, as of None."""
    return _known(type(value).__name__)


def kind_of_annotation(annotation: str) -> str:
    """Return the one kind that an annotation allows beside None, else ``any``."""
    kinds = {_kind(part) for part in _alternatives(_expression(annotation))} - {"None"}
    return kinds.pop() if len(kinds) == 1 else "any"


def accepts(annotation: str, value: object) -> bool:
    """Tell whether a plain value fits a type as written; a type that is not known accepts all."""
    return _accepts(_expression(annotation), value)


def check_plain(value: Any, name: str, file: str = "", *, depth: int = DEPTH) -> None:  # noqa: ANN401
    """Raise Invalid unless ``value`` is text, a number, boolean, None or lists and dicts of them.

    Subclasses do not count: what they turn into as Python source is not known.
    """
    kind = type(value)
    if depth < 0:
        raise Invalid(f"{name} is nested more than {DEPTH} deep", file=file)
    if kind is list:
        for item in value:
            check_plain(item, name, file, depth=depth - 1)
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise Invalid(f"{name} has the key {key!r}, which is not text", file=file)
            check_plain(item, name, file, depth=depth - 1)
    elif value is not None and kind not in {str, int, float, bool}:
        hint = "pass text, a number, true or false, none, or lists and dicts of them"
        raise Invalid(
            f"{name} is of type {kind.__name__}, which cannot be passed", hint=hint, file=file
        )


def _expression(annotation: str) -> ast.expr | None:
    try:
        return ast.parse(annotation.strip("'\""), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _name(node: ast.expr | None) -> str:
    """Return ``Optional`` of ``Optional`` and of ``typing.Optional``."""
    if isinstance(node, ast.Constant) and node.value is None:
        return "None"
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return OLD_SPELLINGS.get(name, name)


def _alternatives(node: ast.expr | None) -> list[ast.expr | None]:
    """Take a union apart, in any of its spellings."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    if isinstance(node, ast.Subscript):
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if _name(node.value) == "Optional":
            return [*_alternatives(items[0]), ast.Constant(None)]
        if _name(node.value) == "Union":
            return [part for item in items for part in _alternatives(item)]
    return [node]


def _kind(node: ast.expr | None) -> str:
    name = _name(node.value) if isinstance(node, ast.Subscript) else _name(node)
    if name == "Literal" and isinstance(node, ast.Subscript):
        kinds = {kind_of(value) for value in _choices(node)}
        return kinds.pop() if len(kinds) == 1 else "any"
    return _known(name)


def _known(name: str) -> str:
    kind = "list" if name == "tuple" else name
    return kind if kind in KINDS else "any"


def _accepts(node: ast.expr | None, value: object) -> bool:
    parts = _alternatives(node)
    if len(parts) > 1:
        return any(_accepts(part, value) for part in parts)
    if isinstance(node, ast.Subscript):
        if _name(node.value) == "Literal":
            return any(type(choice) is type(value) and choice == value for choice in _choices(node))
        return _accepts(node.value, value) and _items_fit(node, value)
    types = KINDS.get(_name(node))
    return types is None or type(value) in types


def _items_fit(node: ast.Subscript, value: object) -> bool:
    """Check what is in a ``list[X]`` and the values of a ``dict[str, X]``."""
    container = _name(node.value)
    if container == "list" and isinstance(value, list):
        return all(_accepts(node.slice, item) for item in value)
    if container == "dict" and isinstance(value, dict) and isinstance(node.slice, ast.Tuple):
        return all(_accepts(node.slice.elts[-1], item) for item in value.values())
    return True


def _choices(node: ast.Subscript) -> list[object]:
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    try:
        return [ast.literal_eval(item) for item in items]
    except ValueError:
        return []
