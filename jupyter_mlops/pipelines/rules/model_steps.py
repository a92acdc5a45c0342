"""Rules for steps that register a model: names that MLflow accepts, and one file to register."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.expressions import Reference, parse
from jupyter_mlops.pipelines.pipeline import ModelStep, NotebookStep, Pipeline, StepName
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.yaml_document import KeyPath

__all__ = ["model_steps"]

ALIAS = re.compile(r"(?!latest$|v[0-9]+$)[\w-]{1,255}", re.IGNORECASE | re.ASCII)
"""What MLflow lets an alias be."""


def model_steps(pipeline: Pipeline) -> Iterator[Problem]:
    """Find what MLflow would refuse, and gates that guard nothing."""
    for step in pipeline.steps.values():
        if isinstance(step, ModelStep):
            yield from _model_step(step, pipeline)


def _model_step(step: ModelStep, pipeline: Pipeline) -> Iterator[Problem]:
    at: KeyPath = ("steps", step.name)
    if not step.model.strip() or set(step.model) & set("/:") or step.model in {".", ".."}:
        error = Invalid(f"{step.model!r} is no name for a model", hint="leave out / and :")
        yield Problem((*at, "model"), error)
    if step.alias is not None and not ALIAS.fullmatch(step.alias):
        hint = "use letters, digits, - and _; latest, v1, v2 and so on are MLflow's own"
        error = Invalid(f"{step.alias!r} is no name for an alias", hint=hint)
        yield Problem((*at, "alias"), error)
    if step.gates and step.alias is None:
        error = Invalid("gates guard an alias, and there is none", hint="add `alias: champion`")
        yield Problem((*at, "gates"), error, at_key=True)
    try:
        _check_source(step, pipeline)
    except Invalid as error:
        yield Problem((*at, "from"), error)


def _check_source(step: ModelStep, pipeline: Pipeline) -> None:
    match parse(step.source):
        case (Reference(kind="steps", step=name),):
            source = pipeline.steps[StepName(name)]
        case _:
            hint = "write it like ${{ steps.train.outputs.model }}"
            raise Invalid("a model comes from exactly one output of a step", hint=hint)
    if isinstance(source, NotebookStep) and source.matrix:
        message = f"step {source.name!r} has a matrix: its output is a list of models"
        raise Invalid(message, hint="let a step in between hand on the best of them")
