"""Rules for the files that steps write: below the pipeline's folder, each its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.expressions import Scope, references, resolve
from jupyter_mlops.pipelines.graph import StepInstance, expand
from jupyter_mlops.pipelines.pipeline import NotebookStep, Pipeline
from jupyter_mlops.pipelines.rules.problem import Problem

__all__ = ["declared_outputs", "outputs", "written_by"]


def outputs(pipeline: Pipeline) -> Iterator[Problem]:
    """Find paths that lead out of the pipeline's folder or belong to somebody else."""
    claims = _Claims()
    claims.add(PurePosixPath(pipeline.file.name), "the pipeline file")
    for step in pipeline.steps.values():
        if isinstance(step, NotebookStep):
            notebook = Path(os.path.relpath(step.notebook, pipeline.folder)).as_posix()
            claims.add(PurePosixPath(notebook), f"the notebook of step {step.name!r}")
    for step in pipeline.steps.values():
        wrong: set[str] = set()
        for instance in expand(step):
            for name, value in written_by(instance, pipeline).items():
                if name in wrong:
                    continue
                try:
                    _claim(claims, value, instance, name)
                except Invalid as error:
                    wrong.add(name)
                    yield Problem(("steps", step.name, "outputs", name), error)


def written_by(instance: StepInstance, pipeline: Pipeline) -> dict[str, Any]:
    """Return the paths of an instance's declared outputs, by name."""
    if not isinstance(instance.step, NotebookStep):
        return {}
    scope = Scope(parameters=pipeline.parameters, matrix=instance.values)
    return {name: resolve(path, scope) for name, path in instance.step.outputs.items()}


def declared_outputs(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    """Return what outputs are known to be before anything ran, as expressions see them."""
    known: dict[str, dict[str, Any]] = {}
    for step in pipeline.steps.values():
        written = [written_by(instance, pipeline) for instance in expand(step)]
        if isinstance(step, NotebookStep) and step.matrix:
            known[step.name] = {name: [paths[name] for paths in written] for name in step.outputs}
        else:
            known[step.name] = written[0]
    return known


@dataclass(slots=True)
class _Claims:
    """Whose each path is; ``above`` holds an owner of something in each folder."""

    owners: dict[PurePosixPath, str] = field(default_factory=dict)
    above: dict[PurePosixPath, str] = field(default_factory=dict)

    def add(self, path: PurePosixPath, owner: str) -> None:
        self.owners.setdefault(path, owner)
        for folder in path.parents:
            self.above.setdefault(folder, owner)

    def holder(self, path: PurePosixPath) -> tuple[str, str]:
        """Return how ``path`` stands to what is claimed, and whose that is; empty if free."""
        if path in self.owners:
            return "is", self.owners[path]
        if path in self.above:
            return "holds", self.above[path]
        for folder in path.parents:
            if folder in self.owners:
                return "lies in", self.owners[folder]
        return "", ""


def _claim(claims: _Claims, value: object, instance: StepInstance, name: str) -> None:
    path = _path(value)
    relation, owner = claims.holder(path)
    if relation:
        raise Invalid(f"{path} {relation} {owner}", hint=_advice(instance, name, owner))
    claims.add(path, f"output {name!r} of {instance.key}")


def _advice(instance: StepInstance, name: str, owner: str) -> str:
    step = instance.step
    if isinstance(step, NotebookStep) and f" of {step.name}[" in owner:
        used = {reference.name for reference in references(step.outputs[name])}
        unused = [value for value in step.matrix if value not in used]
        if unused:
            return f"put ${{{{ matrix.{unused[0]} }}}} into the path"
    return "give each a path of its own"


def _path(value: object) -> PurePosixPath:
    if not isinstance(value, str) or "\\" in value or not value.isprintable():
        raise Invalid(f"{value!r:.80} is no path", hint="write it like data/train.parquet")
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        message = f"{value!r:.80} does not lie below the pipeline's folder"
        raise Invalid(message, hint="name it relative to that folder, without ..")
    return path
