"""Rules for expressions: is it one, and is there what it names?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.expressions import Reference, parse, unknown
from jupyter_mlops.pipelines.pipeline import ModelStep, NotebookStep, Pipeline, Step, StepName
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.yaml_document import KeyPath

__all__ = ["expressions", "wrong_references"]


def wrong_references(pipeline: Pipeline) -> Iterator[Problem]:
    """Find expressions that are none, or that name what is not there."""
    for name, step in pipeline.steps.items():
        for key, value in expressions(step).items():
            for path, text in _texts(value, ("steps", name, key)):
                try:
                    pieces = parse(text)
                    for piece in pieces:
                        if isinstance(piece, Reference):
                            _check(piece, step, key, pipeline)
                            if len(pieces) > 1:
                                _check_in_text(piece, step, pipeline)
                except Invalid as error:
                    yield Problem(path, error)


def expressions(step: Step) -> dict[str, Any]:
    """Return what of a step may hold expressions, by its key in the file."""
    if isinstance(step, ModelStep):
        return {"from": step.source}
    if isinstance(step, NotebookStep):
        return {"parameters": step.parameters, "inputs": step.inputs, "outputs": step.outputs}
    return {}


def _texts(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _check(reference: Reference, step: Step, key: str, pipeline: Pipeline) -> None:
    if reference.kind == "parameters":
        if reference.name not in pipeline.parameters:
            raise unknown(reference, "parameter", pipeline.parameters)
    elif reference.kind == "matrix":
        matrix = step.matrix if isinstance(step, NotebookStep) else {}
        if not matrix:
            message = f"${{{{ {reference} }}}}: step {step.name!r} has no matrix"
            raise Invalid(message, hint="give it one, or use a parameter")
        if reference.name not in matrix:
            raise unknown(reference, "matrix value", matrix)
    else:
        _check_step(reference, step, key, pipeline)


def _check_in_text(reference: Reference, step: Step, pipeline: Pipeline) -> None:
    """Refuse what is known to be a list or dict beside other text."""
    if reference.kind == "parameters":
        values = [pipeline.parameters[reference.name]]
    elif reference.kind == "matrix":
        values = list(step.matrix[reference.name]) if isinstance(step, NotebookStep) else []
    else:
        source = pipeline.steps[StepName(reference.step)]
        values = [[]] if isinstance(source, NotebookStep) and source.matrix else []
    for value in values:
        if isinstance(value, list | dict):
            message = f"${{{{ {reference} }}}} is a {type(value).__name__}, not text"
            raise Invalid(message, hint="let the expression stand alone")


def _check_step(reference: Reference, step: Step, key: str, pipeline: Pipeline) -> None:
    written = f"${{{{ {reference} }}}}"
    if key == "outputs":
        message = f"{written}: where a step writes must be known before anything runs"
        raise Invalid(message, hint="use parameters and values of the matrix in paths")
    if reference.step == step.name:
        hint = "a declared output is passed to the notebook as the parameter of that name"
        raise Invalid(f"{written}: a step cannot use its own output", hint=hint)
    source = pipeline.steps.get(StepName(reference.step))
    if source is None:
        raise unknown(reference, "step", [name for name in pipeline.steps if name != step.name])
    if isinstance(source, ModelStep):
        message = f"{written}: step {reference.step!r} registers a model and has no outputs"
        raise Invalid(message, hint="use the output that it registers")
