"""Find the parameters of a cell: names that it binds to a literal.

The rule: a name without a leading underscore that the cell binds exactly once, on its top level,
to a number, text, boolean, None, or a list, tuple, set or dict of such.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

__all__ = ["bound_names", "literal_params"]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def literal_params(source: str) -> dict[str, str]:
    r"""Return the literal assignments of a cell as parameters, in their order.

    >>> literal_params("alpha = 0.5\nmodel = Ridge(alpha)")
    {'alpha': '0.5'}
    """
    tree = _parse(source)
    times = Counter(name for name, _ in _bindings(tree))
    found: dict[str, str] = {}
    for statement in tree.body:
        for name, value in _assignments(statement):
            if times[name] == 1 and not name.startswith("_") and value and _is_literal(value):
                found[name] = str(ast.literal_eval(value))
    return found


def bound_names(source: str) -> list[str]:
    """Return the names that a cell binds by assigning something that is no literal.

    Assignments inside ``for``, ``if``, ``with`` and ``try`` count, those inside functions and
    classes do not; neither do names with a leading underscore.
    """
    names = {
        name: None
        for name, value in _bindings(_parse(source))
        if not name.startswith("_") and (value is None or not _is_literal(value))
    }
    return list(names)


def _parse(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])  # the cell's own error says what is wrong


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield each name that is assigned, with its value where there is one of its own."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _SCOPES):
            continue
        yield from _assignments(child)
        yield from _bindings(child)


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Tuple | ast.List):
                yield from ((t.id, None) for t in target.elts if isinstance(t, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, None
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id, node.value


def _is_literal(value: ast.expr | None) -> bool:
    if value is None:
        return False
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
