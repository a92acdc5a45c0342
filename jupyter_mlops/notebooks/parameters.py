"""The parameters of a notebook: what its cell tagged ``parameters`` declares, and what fits it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.cell_source import ParsedCell, parse_cell
from jupyter_mlops.notebooks.notebook import Cell, Notebook
from jupyter_mlops.notebooks.parameter_type import accepts, check_plain, kind_of, kind_of_annotation
from jupyter_mlops.notebooks.text_file import shown_path

__all__ = [
    "PARAMETERS_TAG",
    "Parameter",
    "check_parameter",
    "check_parameters",
    "find_parameter",
    "read_parameters",
]

PARAMETERS_TAG = "parameters"
"""papermill's tag of the cell that holds the defaults."""

TYPE_COMMENT = re.compile(r"type:\s*(?P<type>[^\s#]+)\s*#?\s*(?P<help>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A name that the parameters cell assigns.

    ``source`` is the default as written (empty: the name is only annotated, so a value must be
    given); ``default`` its value where ``is_literal``. ``annotation`` is the type as written.
    ``kind`` is ``int``, ``float``, ``str``, ``bool``, ``list``, ``dict`` or, where that is not
    known, ``any``. ``line`` counts from 1 within the cell.
    """

    name: str
    source: str
    default: Any = None
    is_literal: bool = False
    annotation: str = ""
    kind: str = "any"
    help: str = ""
    line: int = 1

    @property
    def required(self) -> bool:
        """Whether the notebook cannot run unless a value is given."""
        return not self.source

    @property
    def expected(self) -> str:
        """Return the type that a value must have, as a person would write it."""
        return self.annotation or self.kind


def read_parameters(notebook: Notebook) -> dict[str, Parameter] | None:
    """Return what the notebook's parameters cell declares, by name and in its order.

    None where no cell is tagged ``parameters``. Raises Invalid where that cell is not code, or
    not Python in a notebook that is.
    """
    cell = _parameters_cell(notebook)
    if cell is None:
        return None
    if notebook.language != "python":
        return {}
    parsed = parse_cell(cell.source)
    if parsed is None:
        message = f"the cell tagged {PARAMETERS_TAG} is not valid Python"
        raise Invalid(message, hint="run that cell to see why", file=shown_path(notebook.path))
    return {parameter.name: parameter for parameter in _declared(parsed)}


def check_parameters(notebook: Notebook, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``given`` if the notebook accepts every name and value of it.

    A value must be plain (text, number, boolean, None, or lists and dicts of them), so that
    nothing in it can be executed, and fit the parameter's annotation or else its default's type;
    text is never turned into a number. Raises Invalid, naming the parameter and the file.
    Of a notebook in another language than Python only the names' form and the values are checked.
    """
    declared = read_parameters(notebook)
    for name, value in given.items():
        check_parameter(notebook, declared, name=name, value=value)
    missing = [p.name for p in (declared or {}).values() if p.required and p.name not in given]
    if missing:
        message = f"parameter {missing[0]!r} has no value"
        hint = "give one, or assign a default in the notebook"
        raise Invalid(message, hint=hint, file=shown_path(notebook.path))
    return dict(given)


def check_parameter(
    notebook: Notebook, declared: Mapping[str, Parameter] | None, *, name: str, value: object
) -> None:
    """Raise Invalid unless the notebook, which declares ``declared``, accepts this one value."""
    file = shown_path(notebook.path)
    parameter = find_parameter(notebook, declared, name=name)
    check_plain(value, f"parameter {name!r}", file)
    if parameter is None or accepts(parameter.annotation or parameter.kind, value):
        return
    message = f"parameter {name!r} must be {parameter.expected}, not {value!r:.80}"
    raise Invalid(message, hint=f"that is of type {type(value).__name__}", file=file)


def find_parameter(
    notebook: Notebook, declared: Mapping[str, Parameter] | None, *, name: str
) -> Parameter | None:
    """Return what the notebook declares as ``name``; None where its language is not read.

    Raises Invalid where it declares no such thing, or nothing at all.
    """
    file = shown_path(notebook.path)
    if declared is None:
        hint = f"tag the cell that assigns the defaults {PARAMETERS_TAG!r}"
        message = f"the notebook accepts no parameters, but {name!r} is given"
        raise Invalid(message, hint=hint, file=file)
    if not str(name).isidentifier():
        raise Invalid(f"{name!r} is no name of a parameter", hint="see its cell", file=file)
    if name in declared:
        return declared[name]
    if notebook.language != "python":
        return None
    near = get_close_matches(name, declared, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    hint += f"it declares: {', '.join(declared) or 'none'}"
    raise Invalid(f"the notebook has no parameter {name!r}", hint=hint, file=file)


def _parameters_cell(notebook: Notebook) -> Cell | None:
    tagged = (cell for cell in notebook.cells if PARAMETERS_TAG in cell.tags)
    cell = next(tagged, None)
    if cell is not None and cell.kind != "code":
        message = f"the first cell tagged {PARAMETERS_TAG} is {cell.kind}, not code"
        raise Invalid(message, hint="tag the code cell instead", file=shown_path(notebook.path))
    return cell


def _declared(cell: ParsedCell) -> Iterator[Parameter]:
    """Yield what the cell assigns at its top level; what stands in an ``if`` is no default."""
    comments = _comments(cell.text)
    for statement in cell.tree.body:
        if isinstance(statement, ast.Assign):
            targets, annotation = statement.targets, ""
        elif isinstance(statement, ast.AnnAssign):
            targets, annotation = [statement.target], ast.unparse(statement.annotation)
        else:
            continue
        comment = comments.get(statement.end_lineno or statement.lineno, "")
        match = TYPE_COMMENT.fullmatch(comment)
        if match is not None:  # the way of papermill and of Python before annotations
            annotation, comment = annotation or match["type"], match["help"]
        for target in targets:
            if isinstance(target, ast.Name):
                yield _parameter(
                    target, statement.value, cell=cell, annotation=annotation, comment=comment
                )


def _parameter(
    target: ast.Name, value: ast.expr | None, *, cell: ParsedCell, annotation: str, comment: str
) -> Parameter:
    literal = False
    default = None
    if value is not None:
        with suppress(ValueError, TypeError, RecursionError):  # computed when the cell runs
            default, literal = ast.literal_eval(value), True
    kind = kind_of(default) if literal else "any"
    return Parameter(
        name=target.id,
        source="" if value is None else ast.get_source_segment(cell.text, value) or "",
        default=default,
        is_literal=literal,
        annotation=annotation,
        kind=kind_of_annotation(annotation) if annotation else kind,
        help=comment,
        line=target.lineno,
    )


def _comments(text: str) -> dict[int, str]:
    """Return each line's comment without its ``#``."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }
