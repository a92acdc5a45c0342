"""Rules for steps that register a model: names that MLflow accepts, and one file to register."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jupyter_mlops.errors import Invalid
from jupyter_mlops.model_names import check_alias, check_model_name
from jupyter_mlops.pipelines.expressions import Reference, parse
from jupyter_mlops.pipelines.pipeline import ModelStep, NotebookStep, Pipeline, StepName
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.yaml_document import KeyPath

__all__ = ["model_steps"]


def model_steps(pipeline: Pipeline) -> Iterator[Problem]:
    """Find what MLflow would refuse, and gates that guard nothing."""
    for step in pipeline.steps.values():
        if isinstance(step, ModelStep):
            yield from _model_step(step, pipeline)


def _model_step(step: ModelStep, pipeline: Pipeline) -> Iterator[Problem]:
    at: KeyPath = ("steps", step.name)
    yield from _found((*at, "model"), lambda: check_model_name(step.model))
    if (alias := step.alias) is not None:
        yield from _found((*at, "alias"), lambda: check_alias(alias))
    if step.gates and step.alias is None:
        error = Invalid("gates guard an alias, and there is none", hint="add `alias: champion`")
        yield Problem((*at, "gates"), error, at_key=True)
    yield from _found((*at, "from"), lambda: _check_source(step, pipeline))


def _found(at: KeyPath, check: Callable[[], None]) -> Iterator[Problem]:
    try:
        check()
    except Invalid as error:
        yield Problem(at, error)


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
