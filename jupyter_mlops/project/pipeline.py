"""Execute a pipeline as the project is set up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from jupyter_mlops.errors import Invalid
from jupyter_mlops.events import Subscribers
from jupyter_mlops.notebooks.text_file import shown_path
from jupyter_mlops.pipelines.execution import (
    Execution,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionEvent,
    ExecutionJournal,
    StepStatus,
    new_execution_id,
    read_execution,
)
from jupyter_mlops.pipelines.executors.step_executor import StepExecutor
from jupyter_mlops.pipelines.graph import Graph
from jupyter_mlops.pipelines.pipeline import ModelStep, Pipeline
from jupyter_mlops.pipelines.scheduler import Scheduler
from jupyter_mlops.project.notebook import open_tracker, tracked_executor
from jupyter_mlops.project.project import Project
from jupyter_mlops.project.registrar import ProjectRegistrar
from jupyter_mlops.runs.run import RunKey, RunStatus
from jupyter_mlops.runs.tracker import Tracker

__all__ = ["execute_pipeline"]

_RUN_STATUS = {
    StepStatus.FAILED: RunStatus.FAILED,
    StepStatus.REFUSED: RunStatus.FINISHED,
    StepStatus.KILLED: RunStatus.KILLED,
}


def execute_pipeline(
    project: Project,
    pipeline: Pipeline,
    *,
    subscriber: Callable[[ExecutionEvent], None],
    workers: int | None = None,
) -> Execution:
    """Execute a pipeline; ``subscriber`` is told every event, from several threads.

    What a step's notebook does is an outcome. Raises Invalid, before anything runs, for a gate
    that cannot be, and Unavailable where the run store does not answer.
    """
    with open_tracker(project) as tracker:
        registrar = ProjectRegistrar(lambda: project.registry, tracker)
        _check_gates(pipeline, registrar)
        execution_id = new_execution_id()
        folder = project.executions / execution_id
        project.make_state()
        journal = ExecutionJournal(folder)
        events: Subscribers[ExecutionEvent] = Subscribers()
        events.subscribe(journal.write)
        events.subscribe(subscriber)
        graph = Graph(pipeline)
        file = pipeline.file.resolve().relative_to(project.root.resolve()).as_posix()
        keys = tuple(instance.key for instance in graph.instances)
        events.publish(
            ExecutionBegan(execution_id=execution_id, pipeline=pipeline.name, file=file, steps=keys)
        )
        run = _ExecutionRun(tracker, pipeline, {"mlops.execution": execution_id})
        steps = StepExecutor(
            pipeline=pipeline,
            root=project.root,
            folder=folder,
            cache=project.step_cache,
            notebooks=tracked_executor(project, tracker),
            registrar=registrar,
            tracker=tracker,
            parent=run.key,
            tags=run.tags,
        )
        status = StepStatus.FAILED
        try:
            scheduler = Scheduler(
                graph=graph,
                steps=steps,
                publish=events.publish,
                workers=workers or project.settings.workers,
            )
            status = scheduler.execute()
        finally:
            events.publish(ExecutionEnded(status=status))
            run.end(_RUN_STATUS.get(status, RunStatus.FINISHED))
            journal.close()
    execution = read_execution(folder)
    if execution is None:  # its journal was removed while it ran
        raise Invalid(f"execution {execution_id} has lost its journal", file=str(folder))
    return execution


class _ExecutionRun:
    """The run of a whole execution, opened when the first step really runs."""

    def __init__(self, tracker: Tracker, pipeline: Pipeline, tags: Mapping[str, str]) -> None:
        self.tags = {**tags, "mlops.pipeline": pipeline.name}
        self._tracker = tracker
        self._pipeline = pipeline
        self._lock = threading.Lock()
        self._key: RunKey | None = None

    def key(self) -> RunKey:
        with self._lock:
            if self._key is None:
                source = self._pipeline.file
                self._key = self._tracker.begin(self._pipeline.name, source=source, tags=self.tags)
                params = {name: str(value) for name, value in self._pipeline.parameters.items()}
                if params:
                    self._tracker.journal.params(self._key, params)
            return self._key

    def end(self, status: RunStatus) -> None:
        if self._key is not None:
            self._tracker.end(self._key, status)


def _check_gates(pipeline: Pipeline, registrar: ProjectRegistrar) -> None:
    for step in pipeline.steps.values():
        if isinstance(step, ModelStep):
            try:
                registrar.check(step)
            except Invalid as error:
                raise Invalid(
                    error.message, hint=error.hint, file=shown_path(pipeline.file), line=step.line
                ) from None
