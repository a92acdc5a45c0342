"""Find the parameters of a cell: names that it binds to a literal.

The rule: a name without a leading underscore that the cell binds exactly once, on its top level,
to a number, text, boolean, None, or a list, tuple, set or dict of such.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator

__all__ = ["bound_names", "literal_params", "parse_cell"]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_SCALARS = (bool, int, float, complex, str, type(None))

_Binding = tuple[str, ast.expr | None]
"""A name that is bound, and the value that it gets where there is one of its own."""


def literal_params(source: str) -> dict[str, str]:
    r"""Return the literal assignments of a cell as parameters, in their order.

    >>> literal_params("alpha = 0.5\nmodel = Ridge(alpha)")
    {'alpha': '0.5'}
    """
    tree = parse_cell(source)
    times = Counter(_all_bound(tree))
    found: dict[str, str] = {}
    for statement in tree.body:
        for name, value in _assignments(statement):
            text = _literal(value)
            if text is not None and times[name] == 1 and not name.startswith("_"):
                found[name] = text
    return found


def bound_names(source: str) -> list[str]:
    """Return the names that a cell binds by assigning something that is no literal.

    Assignments inside ``for``, ``if``, ``with`` and ``try`` count, those inside functions and
    classes do not; neither do names with a leading underscore.
    """
    names = {
        name: None
        for node in _own_nodes(parse_cell(source))
        for name, value in _assignments(node)
        if not name.startswith("_") and _literal(value) is None
    }
    return list(names)


def parse_cell(source: str) -> ast.Module:
    """Parse a cell; one that is no Python is empty."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # IPython has shown them when it ran the cell
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])  # the cell's own error says what is wrong


def _own_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk in the order of the source, but not into functions and classes.

    Without recursion: an expression of some thousand terms is as deep as it is long.
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _assignments(node: ast.AST) -> Iterable[_Binding]:
    """Yield what an assignment binds, a tuple of names each with its part of a tuple of values."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return [binding for target in targets for binding in _unpacked(target, value)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return [(name, value)]
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            return [(name, value)]
        case ast.AugAssign(target=ast.Name(id=name)):
            return [(name, None)]
    return []


def _unpacked(target: ast.expr, value: ast.expr | None) -> Iterator[_Binding]:
    match target:
        case ast.Name(id=name):
            yield name, value
        case ast.Starred(value=inner):
            yield from _unpacked(inner, None)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            values: list[ast.expr | None] = [None] * len(targets)
            starred = any(isinstance(inner, ast.Starred) for inner in targets)
            if isinstance(value, ast.Tuple | ast.List) and not starred:
                values = [*value.elts] if len(value.elts) == len(targets) else values
            for inner, part in zip(targets, values, strict=True):
                yield from _unpacked(inner, part)


def _all_bound(tree: ast.AST) -> Iterator[str]:
    """Yield every name as often as the cell binds or deletes it, by whatever statement."""
    hidden: set[ast.AST] = set()  # what a comprehension binds is not seen outside of it
    for node in _own_nodes(tree):
        match node:
            case ast.comprehension(target=target):
                hidden |= set(ast.walk(target))
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if node not in hidden:
                yield name
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name  # a second time: it was bound before
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name


def _literal(value: ast.expr | None) -> str | None:
    """Return the text of a literal; None for anything else."""
    if value is None:
        return None
    try:
        return _text(ast.literal_eval(value), nested=False)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None  # ValueError: also a number of more digits than Python writes


def _text(value: object, *, nested: bool = True) -> str:
    match value:
        case str():
            return repr(value) if nested else value
        case list():
            return f"[{', '.join(map(_text, value))}]"
        case tuple():
            return f"({', '.join(map(_text, value))}{',' if len(value) == 1 else ''})"
        case dict():
            return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in value.items()) + "}"
        case set():  # sorted, so that the same set has the same text in each kernel
            return "{" + ", ".join(sorted(map(_text, value))) + "}" if value else "set()"
    if isinstance(value, _SCALARS):
        return repr(value)
    raise ValueError(type(value).__name__)
