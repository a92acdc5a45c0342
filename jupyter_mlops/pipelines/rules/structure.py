"""Rules for each step alone: what things are called, and what a matrix holds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.expressions import NAME
from jupyter_mlops.pipelines.pipeline import NotebookStep, Pipeline
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.yaml_document import KeyPath

__all__ = ["structure"]

INSTANCES_LIMIT = 10_000
"""How many instances a step may have: a slip in a matrix must not fill the machine."""


def structure(pipeline: Pipeline) -> Iterator[Problem]:
    """Find names that cannot be referred to, and matrices that make no sense."""
    for name in pipeline.parameters:
        yield from _name(("parameters", name), "a parameter")
    for name, step in pipeline.steps.items():
        yield from _name(("steps", name), "a step")
        if isinstance(step, NotebookStep):
            yield from _matrix(step)
            for output in step.outputs:
                yield from _name(("steps", name, "outputs", output), "an output")


def _name(path: KeyPath, what: str) -> Iterator[Problem]:
    name = str(path[-1])
    if not NAME.fullmatch(name):
        hint = "begin with a letter or _ and go on with letters, digits, _ and -"
        yield Problem(path, Invalid(f"{name!r} is no name for {what}", hint=hint), at_key=True)


def _matrix(step: NotebookStep) -> Iterator[Problem]:
    at: KeyPath = ("steps", step.name, "matrix")
    count = math.prod(len(values) for values in step.matrix.values())
    if count > INSTANCES_LIMIT:
        message = f"the matrix makes {count:,} instances, more than {INSTANCES_LIMIT:,}"
        yield Problem(at, Invalid(message, hint="take values away"), at_key=True)
        return
    for name, values in step.matrix.items():
        if not NAME.fullmatch(name) or not name.isidentifier():
            hint = "begin with a letter or _ and go on with letters, digits and _"
            error = Invalid(f"{name!r} is no name for a parameter", hint=hint)
            yield Problem((*at, name), error, at_key=True)
        if name in step.parameters:
            hint = "take one away: values of the matrix are passed as parameters"
            error = Invalid(f"{name!r} is in the matrix and in parameters", hint=hint)
            yield Problem((*at, name), error, at_key=True)
        if not values:
            error = Invalid(f"the matrix has no value for {name!r}", hint="give it one or more")
            yield Problem((*at, name), error)
        seen = set()
        for index, value in enumerate(values):
            written = json.dumps(value, sort_keys=True)
            if written in seen:
                error = Invalid(f"the matrix has {value!r:.80} twice", hint="take one away")
                yield Problem((*at, name, index), error)
            seen.add(written)
