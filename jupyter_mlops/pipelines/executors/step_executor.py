"""Make one step instance: from the cache if its recipe was made before, else by executing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.errors import Invalid, MissingExtra, NotFound
from jupyter_mlops.notebooks.digest import code_digest
from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.notebooks.scraps import read_scraps
from jupyter_mlops.pipelines.cache import StepCache, StepOutput, StepResult
from jupyter_mlops.pipelines.execution import (
    CellBegan,
    ExecutionEvent,
    StepBegan,
    StepOutcome,
    StepStatus,
)
from jupyter_mlops.pipelines.executors.executor import NotebookRun, NotebookStatus
from jupyter_mlops.pipelines.executors.registrar import ModelRequest, Registrar
from jupyter_mlops.pipelines.executors.tracked import RUN_STATUS, TrackedExecutor
from jupyter_mlops.pipelines.expressions import Scope, references, resolve
from jupyter_mlops.pipelines.graph import StepInstance
from jupyter_mlops.pipelines.pipeline import ModelStep, NotebookStep, Pipeline, StepName
from jupyter_mlops.pipelines.recipe import Recipe
from jupyter_mlops.pipelines.spec import step_parameters
from jupyter_mlops.runs.run import RunKey, RunStatus
from jupyter_mlops.runs.tracker import Tracker

__all__ = ["Results", "StepExecutor"]

Results = Mapping[StepName, tuple[StepResult, ...]]
"""What earlier steps left: one result for each instance, in matrix order."""

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

    def execute(
        self, instance: StepInstance, results: Results, publish: Publish
    ) -> tuple[StepOutcome, StepResult | None]:
        """Make one step; the result is None where it did not succeed.

        A step that cannot be made from what earlier steps left (an output that none of them gave)
        is a failed outcome. Raises Unavailable where the run store does not answer.
        """
        try:
            recipe = self._recipe(instance, results)
        except (Invalid, NotFound) as error:
            return StepOutcome(StepStatus.FAILED, message=str(error)), None
        if (cached := self.cache.get(recipe.fingerprint, self.pipeline.folder)) is not None:
            return _outcome(StepStatus.CACHED, cached), cached
        if isinstance(instance.step, ModelStep):
            outcome, result = self._register(instance, recipe, results, publish)
        else:
            outcome, result = self._run(instance, recipe, publish)
        if result is not None:
            self.cache.put(recipe.fingerprint, result, self.pipeline.folder)
        return outcome, result

    def _recipe(self, instance: StepInstance, results: Results) -> Recipe:
        step, scope = instance.step, self._scope(instance, results)
        upstream = {
            f"{name}[{index}].{key}": output.digest or output.value
            for name in step.needs
            for index, result in enumerate(results[name])
            for key, output in result.outputs.items()
        }
        if isinstance(step, ModelStep):
            gates = [{"kind": gate.kind, **gate.options} for gate in step.gates]
            parameters = {
                "model": step.model,
                "source": resolve(step.source, scope),
                "alias": step.alias,
                "gates": gates,
                "metrics": dict(_metrics(step, results)),
            }
            return Recipe(parameters=parameters, upstream=upstream)
        if not isinstance(step, NotebookStep):
            raise TypeError(f"no such kind of step: {type(step).__name__}")
        notebook = read_notebook(step.notebook)
        paths = [str(resolve(path, scope)) for path in step.inputs]
        return Recipe(
            code=code_digest(notebook),
            parameters=step_parameters(step, notebook, scope, instance),
            inputs={path: self._digest(path) for path in paths},
            upstream=upstream,
            kernel=notebook.kernel,
            outputs={name: str(resolve(path, scope)) for name, path in step.outputs.items()},
        )

    def _scope(self, instance: StepInstance, results: Results) -> Scope:
        outputs: dict[str, dict[str, Any]] = {}
        for name in instance.step.needs:
            values = [
                {key: output.value for key, output in result.outputs.items()}
                for result in results[name]
            ]
            if self._is_matrix(name):
                common = set.intersection(*(set(value) for value in values)) if values else set()
                outputs[name] = {key: [value[key] for value in values] for key in sorted(common)}
            else:
                outputs[name] = values[0]
        return Scope(parameters=self.pipeline.parameters, outputs=outputs, matrix=instance.values)

    def _is_matrix(self, name: StepName) -> bool:
        step = self.pipeline.steps[name]
        return isinstance(step, NotebookStep) and bool(step.matrix)

    def _digest(self, path: str) -> str:
        file = self.pipeline.folder / path
        if not file.exists():
            raise NotFound(f"input {path} is not there", hint="make it, or correct the path")
        return fingerprint(file)

    def _run(
        self, instance: StepInstance, recipe: Recipe, publish: Publish
    ) -> tuple[StepOutcome, StepResult | None]:
        step = instance.step
        assert isinstance(step, NotebookStep)  # noqa: S101 - told by the caller
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

        done = self.notebooks.execute(run, key, progress)
        self.tracker.end(key, RUN_STATUS[done.status])
        kept = self._relative(run.output)
        outcome = StepOutcome(
            _STATUS[done.status], message=done.message, notebook=kept, cell=done.cell
        )
        if done.status is not NotebookStatus.DONE:
            return outcome, None
        try:
            outputs = self._outputs(recipe, run.output)
        except (Invalid, NotFound) as error:
            return replace(outcome, status=StepStatus.FAILED, message=str(error)), None
        result = StepResult(outputs, self.tracker.metrics(key), kept)
        return _outcome(StepStatus.DONE, result), result

    def _outputs(self, recipe: Recipe, executed: Path) -> dict[str, StepOutput]:
        """Collect what a notebook left: its scraps, and the files that it was asked to write."""
        outputs = {name: self._scrap(value) for name, value in read_scraps(executed).items()}
        for name, path in recipe.outputs.items():
            if not (self.pipeline.folder / path).exists():
                hint = f"write it in the notebook, or take {name!r} out of the step's outputs"
                raise NotFound(f"the notebook did not write its output {path}", hint=hint)
            outputs[name] = StepOutput(path, fingerprint(self.pipeline.folder / path))
        return outputs

    def _scrap(self, value: Any) -> StepOutput:  # noqa: ANN401 - JSON
        """Return what a notebook handed on, with the digest of the file that it names, if it does."""
        if isinstance(value, str) and value and not Path(value).is_absolute():
            file = (self.pipeline.folder / value).resolve()
            if file.is_file() and file.is_relative_to(self.pipeline.folder.resolve()):
                return StepOutput(value, fingerprint(file))
        return StepOutput(value)

    def _register(
        self,
        instance: StepInstance,
        recipe: Recipe,
        results: Results,
        publish: Publish,
    ) -> tuple[StepOutcome, StepResult | None]:
        step = instance.step
        assert isinstance(step, ModelStep)  # noqa: S101 - told by the caller
        source = recipe.parameters["source"]
        file = self.pipeline.folder / str(source)
        if not isinstance(source, str) or not file.exists():
            message = f"{step.source} is {source!r}, which is no file to register"
            return StepOutcome(StepStatus.FAILED, message=message), None
        key = self.tracker.begin(
            instance.key,
            source=self.pipeline.file,
            parent=self.parent(),
            tags={**self.tags, "mlops.step": instance.key, "mlops.recipe": recipe.fingerprint},
        )
        publish(StepBegan(step=instance.key))
        status = RunStatus.FAILED
        try:
            outcome = self.registrar.register(self._request(step, file, recipe, results, key))
            status = RunStatus.FINISHED
        except (Invalid, NotFound, MissingExtra) as error:
            outcome = StepOutcome(StepStatus.FAILED, message=str(error))
        finally:
            self.tracker.end(key, status)
        if not outcome.status.ok:
            return outcome, None
        outputs = {name: StepOutput(value) for name, value in outcome.outputs.items()}
        return outcome, StepResult(outputs, outcome.metrics, message=outcome.message)

    def _request(
        self, step: ModelStep, file: Path, recipe: Recipe, results: Results, key: RunKey
    ) -> ModelRequest:
        made_by, output = _made_by(step)
        example = next(
            (
                self.pipeline.folder / str(result.outputs[f"{output}.input_example"].value)
                for result in results[made_by]
                if f"{output}.input_example" in result.outputs
            ),
            None,
        )
        return ModelRequest(
            step=step,
            file=file,
            digest=fingerprint(file),
            run=key,
            input_example=example,
            metrics=recipe.parameters["metrics"],
            tags={
                **self.tags,
                "mlops.source": self._relative(self.pipeline.file),
                "mlops.file": str(recipe.parameters["source"]),
                "mlops.recipe": recipe.fingerprint,
            },
        )

    def _relative(self, path: Path) -> str:
        return path.resolve().relative_to(self.root.resolve()).as_posix()


def _outcome(status: StepStatus, result: StepResult) -> StepOutcome:
    outputs = {name: output.value for name, output in result.outputs.items()}
    return StepOutcome(status, outputs, result.metrics, result.message, result.notebook)


def _made_by(step: ModelStep) -> tuple[StepName, str]:
    """Return which step, and which of its outputs, a model comes from."""
    reference = next(iter(references(step.source)))
    return StepName(reference.step), reference.name


def _metrics(step: ModelStep, results: Results) -> Mapping[str, float]:
    return {
        key: value for result in results[_made_by(step)[0]] for key, value in result.metrics.items()
    }
