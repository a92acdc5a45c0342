"""Expressions in a pipeline file: ``${{ steps.prepare.outputs.train }}``.

An expression is a reference and nothing else: there is nothing to compute, so nothing to inject.

    parameters.NAME              a parameter of the pipeline
    matrix.NAME                  the value of this instance of the step
    steps.STEP.outputs.NAME      what a step gave; of a matrix step the list, in matrix order

``$${{`` stands for the text ``${{``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from jupyter_mlops.errors import Invalid

__all__ = ["NAME", "Reference", "Scope", "parse", "references", "resolve", "unknown"]

NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
"""What steps and outputs may be called."""

OPENING = re.compile(r"(?P<escape>\$?)\$\{\{")
FORMS = "parameters.NAME, matrix.NAME or steps.STEP.outputs.NAME"


@dataclass(frozen=True, slots=True)
class Reference:
    """What an expression names; ``step`` is empty unless ``kind`` is ``steps``."""

    kind: str
    name: str
    step: str = ""

    def __str__(self) -> str:
        """Return the reference as it is written."""
        return f"steps.{self.step}.outputs.{self.name}" if self.step else f"{self.kind}.{self.name}"


@dataclass(frozen=True, slots=True)
class Scope:
    """The values that references stand for; ``outputs`` by step and then by name."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    matrix: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def parse(text: str) -> tuple[str | Reference, ...]:
    """Split text into plain pieces and references; raises Invalid for what is neither."""
    return tuple(piece for piece in _pieces(text) if piece != "")


def references(value: object) -> tuple[Reference, ...]:
    """Return every reference in a value, through its lists and dicts, in their order."""
    if isinstance(value, str):
        return tuple(piece for piece in parse(value) if isinstance(piece, Reference))
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return ()
    return tuple(reference for item in value for reference in references(item))


def resolve(value: Any, scope: Scope) -> Any:  # noqa: ANN401 - as many types as YAML has
    """Return ``value`` with every expression replaced by what it stands for.

    Text that is exactly one expression becomes the value itself, of whatever type; inside other
    text a value is written as JSON would, text as it is. Raises Invalid for a name that is not
    there and for a list or dict inside text. What is put in is not looked at again.
    """
    if isinstance(value, str):
        pieces = parse(value)
        if len(pieces) == 1 and isinstance(pieces[0], Reference):
            return _look_up(pieces[0], scope)
        return "".join(piece if isinstance(piece, str) else _text(piece, scope) for piece in pieces)
    if isinstance(value, Mapping):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, scope) for item in value]
    return value


def unknown(reference: Reference, what: str, known: Collection[str]) -> Invalid:
    """Say that a reference leads nowhere, and what it may have meant."""
    wrong = reference.step if what == "step" else reference.name
    near = get_close_matches(wrong, known, n=1)
    some = ", ".join(list(known)[:10])
    hint = f"did you mean {near[0]!r}?" if near else f"known: {some or 'none'}"
    return Invalid(f"${{{{ {reference} }}}}: there is no {what} {wrong!r}", hint=hint)


def _pieces(text: str) -> Iterator[str | Reference]:
    at = 0
    while opening := OPENING.search(text, at):
        yield text[at : opening.start()]
        at = opening.end()
        if opening["escape"]:
            yield "${{"
            continue
        closing = text.find("}}", at)
        if closing < 0:
            raise Invalid("an expression is not closed", hint="end it with }}")
        yield _reference(text[at:closing].strip())
        at = closing + 2
    yield text[at:]


def _reference(text: str) -> Reference:
    match text.split("."):
        case ["parameters" | "matrix" as kind, name] if NAME.fullmatch(name):
            return Reference(kind, name)
        case ["steps", step, "outputs", name] if NAME.fullmatch(step) and NAME.fullmatch(name):
            return Reference("steps", name, step)
    raise Invalid(f"${{{{ {text:.60} }}}} is no reference", hint=f"write {FORMS}")


def _look_up(reference: Reference, scope: Scope) -> object:
    known: Mapping[str, Any]
    if reference.kind == "steps":
        if reference.step not in scope.outputs:
            raise unknown(reference, "step", scope.outputs)
        what, known = "output", scope.outputs[reference.step]
    elif reference.kind == "matrix":
        what, known = "matrix value", scope.matrix
    else:
        what, known = "parameter", scope.parameters
    if reference.name not in known:
        raise unknown(reference, what, known)
    return known[reference.name]


def _text(reference: Reference, scope: Scope) -> str:
    value = _look_up(reference, scope)
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list | tuple):
        message = f"${{{{ {reference} }}}} is a {type(value).__name__}, which cannot stand in text"
        raise Invalid(message, hint="let the expression stand alone")
    return json.dumps(value)
