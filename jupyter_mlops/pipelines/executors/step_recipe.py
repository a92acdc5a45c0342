"""Write down what a step instance is made from, now that the steps before it have ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.errors import NotFound
from jupyter_mlops.notebooks.digest import code_digest
from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.pipelines.cache import StepOutput, StepResult
from jupyter_mlops.pipelines.expressions import Scope, resolve
from jupyter_mlops.pipelines.graph import StepInstance
from jupyter_mlops.pipelines.pipeline import NotebookStep, Pipeline, StepName
from jupyter_mlops.pipelines.recipe import Recipe
from jupyter_mlops.pipelines.spec import step_parameters

__all__ = ["Results", "make_recipe", "step_scope"]

Results = Mapping[StepName, tuple[StepResult, ...]]
"""What earlier steps left: one result for each instance, in matrix order."""


def make_recipe(
    pipeline: Pipeline, step: NotebookStep, instance: StepInstance, results: Results, *, root: Path
) -> Recipe:
    """Return the recipe of a notebook step's instance.

    Raises Invalid or NotFound where it cannot be made: an input that is not there, an output that
    no earlier step gave, a notebook that was broken in the meantime.
    """
    scope = step_scope(pipeline, instance, results)
    notebook = read_notebook(step.notebook)
    parameters = step_parameters(step, notebook, scope, instance)
    return Recipe(
        step=instance.key,
        folder=_relative(pipeline.folder, root),
        # papermill replaces an injected cell only if it has parameters to inject
        code=code_digest(notebook, injected=not parameters),
        parameters=parameters,
        inputs={path: _digest(pipeline.folder, path) for path in _inputs(step, scope)},
        upstream={
            f"{name}[{index}].{key}": _content(output)
            for name in step.needs
            for index, result in enumerate(results[name])
            for key, output in result.outputs.items()
        },
        kernel=notebook.kernel,
        outputs={name: str(resolve(path, scope)) for name, path in step.outputs.items()},
    )


def step_scope(pipeline: Pipeline, instance: StepInstance, results: Results) -> Scope:
    """Return what the expressions of an instance stand for."""
    outputs: dict[str, dict[str, Any]] = {}
    for name in instance.step.needs:
        values = [
            {key: output.value for key, output in result.outputs.items()}
            for result in results[name]
        ]
        step = pipeline.steps[name]
        if isinstance(step, NotebookStep) and step.matrix:
            common = set.intersection(*(set(value) for value in values)) if values else set()
            outputs[name] = {key: [value[key] for value in values] for key in sorted(common)}
        else:
            outputs[name] = values[0]
    return Scope(parameters=pipeline.parameters, outputs=outputs, matrix=instance.values)


def _inputs(step: NotebookStep, scope: Scope) -> list[str]:
    """Return the paths of declared inputs; an output of a matrix step is as many."""
    paths: list[str] = []
    for path in step.inputs:
        resolved = resolve(path, scope)
        paths += map(str, resolved) if isinstance(resolved, list) else [str(resolved)]
    return paths


def _content(output: StepOutput) -> Any:  # noqa: ANN401 - JSON
    """Return what counts of an output: its value, and the content of the files that it names."""
    return {"value": output.value, "files": dict(output.files)}


def _digest(folder: Path, path: str) -> str:
    if not (folder / path).exists():
        raise NotFound(f"input {path} is not there", hint="make it, or correct the path")
    return fingerprint(folder / path)


def _relative(folder: Path, root: Path) -> str:
    resolved = folder.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(folder)
