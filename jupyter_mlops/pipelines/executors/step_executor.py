"""Make one step instance: from the cache if its recipe was made before, else by executing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.errors import Invalid, MissingExtra, NotFound
from jupyter_mlops.notebooks.scraps import read_scraps
from jupyter_mlops.pipelines.cache import StepCache, StepOutput, StepResult
from jupyter_mlops.pipelines.execution import (
    CellBegan,
    ExecutionEvent,
    StepBegan,
    StepOutcome,
    StepStatus,
)
from jupyter_mlops.pipelines.executors.executor import NotebookOutcome, NotebookRun, NotebookStatus
from jupyter_mlops.pipelines.executors.registrar import ModelRequest, Registrar
from jupyter_mlops.pipelines.executors.step_outputs import collect_outputs
from jupyter_mlops.pipelines.executors.step_recipe import Results, make_recipe, step_scope
from jupyter_mlops.pipelines.executors.tracked import RUN_STATUS, TrackedExecutor
from jupyter_mlops.pipelines.expressions import references, resolve
from jupyter_mlops.pipelines.graph import StepInstance
from jupyter_mlops.pipelines.pipeline import ModelStep, NotebookStep, Pipeline, StepName
from jupyter_mlops.pipelines.recipe import Recipe
from jupyter_mlops.runs.run import RunKey, RunStatus
from jupyter_mlops.runs.tracker import Tracker

__all__ = ["Made", "StepExecutor"]

Made = tuple[StepOutcome, StepResult | None]
"""How a step ended, and what it left; None where it did not succeed."""

Publish = Callable[[ExecutionEvent], None]

_STATUS = {
    NotebookStatus.DONE: StepStatus.DONE,
    NotebookStatus.FAILED: StepStatus.FAILED,
    NotebookStatus.TIMEOUT: StepStatus.FAILED,
    NotebookStatus.KILLED: StepStatus.KILLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepExecutor:
    """Makes step instances of one pipeline; several at once from several threads.

    ``root`` is the project's, ``folder`` this execution's. ``parent`` opens the execution's own
    run when the first step really runs, and returns it from then on.
    """

    pipeline: Pipeline
    root: Path
    folder: Path
    cache: StepCache
    notebooks: TrackedExecutor
    registrar: Registrar
    tracker: Tracker
    parent: Callable[[], RunKey]
    tags: Mapping[str, str]

    def execute(self, instance: StepInstance, results: Results, publish: Publish) -> Made:
        """Make one step.

        A step that cannot be made from what earlier steps left (an output that none of them gave)
        is a failed outcome. Raises Unavailable where the run store or registry does not answer.
        """
        try:
            if isinstance(instance.step, NotebookStep):
                return self._make(instance, instance.step, results, publish)
            if isinstance(instance.step, ModelStep):
                return self._register(instance, instance.step, results, publish)
        except (Invalid, NotFound, MissingExtra) as error:
            return StepOutcome(StepStatus.FAILED, message=str(error)), None
        raise TypeError(f"no such kind of step: {type(instance.step).__name__}")

    def _make(
        self, instance: StepInstance, step: NotebookStep, results: Results, publish: Publish
    ) -> Made:
        recipe = make_recipe(self.pipeline, step, instance, results, root=self.root)
        cached = self.cache.get(recipe.fingerprint, self.pipeline.folder)
        if cached is not None:
            return _outcome(StepStatus.CACHED, cached), cached
        outcome, result = self._run(instance, step, recipe, publish)
        if result is not None:
            after = make_recipe(self.pipeline, step, instance, results, root=self.root)
            # Somebody edited the notebook or an input meanwhile: nobody knows what it was made of.
            if after == recipe:
                self.cache.put(recipe.fingerprint, result, self.pipeline.folder)
        return outcome, result

    def _run(
        self, instance: StepInstance, step: NotebookStep, recipe: Recipe, publish: Publish
    ) -> Made:
        run = NotebookRun(
            notebook=step.notebook,
            output=self.folder / f"{instance.slug}.ipynb",
            folder=self.pipeline.folder,
            parameters=recipe.parameters,
        )
        tags = {**self.tags, "mlops.step": instance.key, "mlops.recipe": recipe.fingerprint}
        key = self.notebooks.begin(run, instance.key, parent=self.parent(), tags=tags)
        publish(StepBegan(step=instance.key))

        def progress(cell: int, cells: int) -> None:
            publish(CellBegan(step=instance.key, cell=cell, cells=cells))

        status = RunStatus.FAILED
        try:
            done = self.notebooks.execute(run, key, progress)
            outcome, outputs = self._collect(done, run, recipe)
            status = RUN_STATUS[done.status] if outputs is not None else status
            if done.status is NotebookStatus.KILLED:
                status = RunStatus.KILLED
            if outputs is None and done.status is NotebookStatus.DONE:
                self.tracker.journal.text(key, "exception.txt", outcome.message)
        finally:
            self.tracker.end(key, status)
        if outputs is None:
            return outcome, None
        result = StepResult(outputs, self.tracker.metrics(key), outcome.notebook)
        return _outcome(StepStatus.DONE, result), result

    def _collect(
        self, done: NotebookOutcome, run: NotebookRun, recipe: Recipe
    ) -> tuple[StepOutcome, dict[str, StepOutput] | None]:
        """Return how a notebook ended for its step, and what it left if all of it is there."""
        kept = self._relative(run.output) if run.output.exists() else ""
        outcome = StepOutcome(
            _STATUS[done.status], message=done.message, notebook=kept, cell=done.cell
        )
        if done.status is not NotebookStatus.DONE:
            return outcome, None
        try:
            scraps = read_scraps(run.output)
            return outcome, collect_outputs(scraps, recipe.outputs, self.pipeline.folder)
        except (Invalid, NotFound) as error:
            return replace(outcome, status=StepStatus.FAILED, message=str(error)), None

    def _register(
        self, instance: StepInstance, step: ModelStep, results: Results, publish: Publish
    ) -> Made:
        """Ask the registry: it alone knows who holds an alias, so this is never cached."""
        source = resolve(step.source, step_scope(self.pipeline, instance, results))
        file = self.pipeline.folder / str(source)
        if not isinstance(source, str) or not file.exists():
            hint = "hand on the path of a model: mlops.output(NAME, PATH)"
            raise NotFound(f"{step.source} is {source!r}, which is no file to register", hint=hint)
        request = self._request(step, file, results)
        current = self.registrar.current(request)
        if current is not None:
            return current, _result(current)
        tags = {**self.tags, "mlops.step": instance.key}
        key = self.tracker.begin(
            instance.key, source=self.pipeline.file, parent=self.parent(), tags=tags
        )
        publish(StepBegan(step=instance.key))
        status = RunStatus.FAILED
        try:
            outcome = self.registrar.register(request, key)
            status = RunStatus.FINISHED
        finally:
            self.tracker.end(key, status)
        return outcome, _result(outcome) if outcome.status.ok else None

    def _request(self, step: ModelStep, file: Path, results: Results) -> ModelRequest:
        made_by, output = _made_by(step)
        metrics: dict[str, float] = {}
        example: Path | None = None
        for result in results[made_by]:
            metrics |= result.metrics
            if f"{output}.input_example" in result.outputs:
                example = self.pipeline.folder / result.outputs[f"{output}.input_example"].value
        return ModelRequest(
            step=step,
            file=file,
            digest=fingerprint(file),
            input_example=example,
            metrics=metrics,
            tags={
                **self.tags,
                "mlops.source": self._relative(self.pipeline.file),
                "mlops.file": file.relative_to(self.pipeline.folder).as_posix(),
            },
        )

    def _relative(self, path: Path) -> str:
        """Return a path as it is told: relative to the project's root where it lies in it."""
        for known in (path, path.resolve()):
            if known.is_relative_to(self.root):
                return known.relative_to(self.root).as_posix()
        return str(path)


def _outcome(status: StepStatus, result: StepResult) -> StepOutcome:
    outputs = {name: output.value for name, output in result.outputs.items()}
    return StepOutcome(status, outputs, result.metrics, result.message, result.notebook)


def _result(outcome: StepOutcome) -> StepResult:
    outputs: dict[str, Any] = {name: StepOutput(value) for name, value in outcome.outputs.items()}
    return StepResult(outputs, outcome.metrics, message=outcome.message)


def _made_by(step: ModelStep) -> tuple[StepName, str]:
    """Return which step, and which of its outputs, a model comes from."""
    reference = next(iter(references(step.source)))
    return StepName(reference.step), reference.name
