"""Rules for what steps pass to their notebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.notebooks.notebook import Notebook, read_notebook
from jupyter_mlops.notebooks.parameters import (
    Parameter,
    check_parameter,
    find_parameter,
    read_parameters,
)
from jupyter_mlops.pipelines.expressions import Reference, Scope, references, resolve
from jupyter_mlops.pipelines.graph import expand
from jupyter_mlops.pipelines.pipeline import NotebookStep, Pipeline
from jupyter_mlops.pipelines.rules.outputs import declared_outputs
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.yaml_document import KeyPath

__all__ = ["parameters", "passed"]

Declared = Mapping[str, Parameter] | None


def parameters(pipeline: Pipeline) -> Iterator[Problem]:
    """Find notebooks that cannot be read, and parameters that they do not accept."""
    outputs = declared_outputs(pipeline)
    for step in pipeline.steps.values():
        if not isinstance(step, NotebookStep):
            continue
        at: KeyPath = ("steps", step.name)
        try:
            notebook = read_notebook(step.notebook)
            declared = read_parameters(notebook)
        except NotFound as error:
            yield Problem((*at, "notebook"), Invalid(error.message, hint=error.hint))
        except Invalid as error:
            told = Invalid(f"{error.file}: {error.message}", hint=error.hint)
            yield Problem((*at, "notebook"), error if error.line else told)
        else:
            yield from _names(step, notebook, declared)
            yield from _values(step, notebook, declared, Scope(pipeline.parameters, {}, outputs))


def passed(step: NotebookStep, notebook: Notebook, declared: Declared) -> dict[str, Any]:
    """Return what a step passes to its notebook, by name, expressions and all.

    Its parameters, the values of its matrix and, where the notebook declares a parameter of that
    name, the paths of its outputs; the first of a name counts.
    """
    known = declared or {}
    python = notebook.language == "python"
    matrix = {
        name: f"${{{{ matrix.{name} }}}}" for name in step.matrix if name in known or not python
    }
    outputs = {name: path for name, path in step.outputs.items() if name in known}
    return outputs | matrix | dict(step.parameters)


def _names(step: NotebookStep, notebook: Notebook, declared: Declared) -> Iterator[Problem]:
    at: KeyPath = ("steps", step.name)
    for name in step.parameters:
        yield from _found((*at, "parameters", name), notebook, declared)
    used = {r.name for r in references(step.parameters) if r.kind == "matrix"}
    for name in step.matrix:
        # A value of the matrix may serve under another name, as in `depth: ${{ matrix.d }}`.
        if name not in used:
            yield from _found((*at, "matrix", name), notebook, declared)
    given = passed(step, notebook, declared)
    for parameter in (declared or {}).values():
        if parameter.required and parameter.name not in given:
            message = f"the notebook's parameter {parameter.name!r} has no value"
            hint = "pass one in the step's parameters, or assign a default in the notebook"
            yield Problem((*at, "notebook"), Invalid(message, hint=hint))


def _found(path: KeyPath, notebook: Notebook, declared: Declared) -> Iterator[Problem]:
    try:
        find_parameter(notebook, declared, name=str(path[-1]))
    except Invalid as error:
        yield Problem(path, Invalid(error.message, hint=error.hint), at_key=True)


def _values(
    step: NotebookStep, notebook: Notebook, declared: Declared, scope: Scope
) -> Iterator[Problem]:
    """Check every value that is known before anything ran, for each instance."""
    for name, value in passed(step, notebook, declared).items():
        named = references(value)
        if not all(_is_known(reference, scope) for reference in named):
            continue
        varies = any(reference.kind == "matrix" for reference in named)
        for instance in expand(step) if varies else expand(step)[:1]:
            resolved = resolve(value, Scope(scope.parameters, instance.values, scope.outputs))
            try:
                check_parameter(notebook, declared, name=name, value=resolved)
            except Invalid as error:
                yield Problem(
                    _place(step, name, instance.values), Invalid(error.message, hint=error.hint)
                )
                break


def _is_known(reference: Reference, scope: Scope) -> bool:
    return not reference.step or reference.name in scope.outputs[reference.step]


def _place(step: NotebookStep, name: str, values: Mapping[str, Any]) -> KeyPath:
    at: KeyPath = ("steps", step.name)
    if name in step.parameters:
        return (*at, "parameters", name)
    if name in step.matrix:
        return (*at, "matrix", name, step.matrix[name].index(values[name]))
    return (*at, "outputs", name)
