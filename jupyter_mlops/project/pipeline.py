"""Execute a pipeline as the project is set up."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_mlops.errors import Conflict, Invalid
from jupyter_mlops.events import Subscribers
from jupyter_mlops.notebooks.text_file import shown_path
from jupyter_mlops.pipelines.execution import (
    Execution,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionEvent,
    ExecutionId,
    ExecutionJournal,
    StepStatus,
    fold_one,
    new_execution_id,
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
    that cannot be, Conflict where this pipeline's folder is in use by another execution, and
    Unavailable where the run store does not answer.
    """
    with open_tracker(project) as tracker:
        registrar = ProjectRegistrar(lambda: project.registry, tracker)
        _check_gates(pipeline, registrar)
        project.make_state()
        with _alone(project, pipeline):
            execution_id = new_execution_id()
            folder = project.executions / execution_id
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
            count = workers or project.settings.workers
            return _execute(project, steps, run, subscriber=subscriber, workers=count)


def _execute(
    project: Project,
    steps: StepExecutor,
    run: _ExecutionRun,
    *,
    subscriber: Callable[[ExecutionEvent], None],
    workers: int,
) -> Execution:
    """Execute the steps, and tell it all to the journal first and to ``subscriber`` then."""
    graph, live = Graph(steps.pipeline), _Live()
    journal = ExecutionJournal(steps.folder)
    events: Subscribers[ExecutionEvent] = Subscribers()
    for listener in (journal.write, live.take, subscriber):
        events.subscribe(listener)
    scheduler = Scheduler(graph, steps, publish=events.publish, workers=workers)
    status = StepStatus.FAILED
    try:
        events.publish(
            ExecutionBegan(
                execution_id=ExecutionId(steps.folder.name),
                pipeline=steps.pipeline.name,
                file=_relative(steps.pipeline.file, project.root),
                steps=tuple(instance.key for instance in graph.instances),
            )
        )
        status = scheduler.execute()
    except KeyboardInterrupt:
        status = StepStatus.KILLED  # once more, while it was being stopped
        raise
    finally:
        try:
            run.end(_RUN_STATUS.get(status, RunStatus.FINISHED))
            events.publish(ExecutionEnded(status=status))
        finally:
            journal.close()
    return live.execution()


class _Live:
    """Follows the events, so that nothing has to be read back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._execution: Execution | None = None

    def take(self, event: ExecutionEvent) -> None:
        with self._lock:
            self._execution = fold_one(self._execution, event)

    def execution(self) -> Execution:
        if self._execution is None:
            raise RuntimeError("nothing was executed")
        return self._execution


@contextmanager
def _alone(project: Project, pipeline: Pipeline) -> Iterator[None]:
    """Keep two executions out of one folder: they would take each other's files for their own."""
    locks = project.state / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(str(pipeline.folder.resolve()).encode()).hexdigest()[:16]
    lock = FileLock(locks / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = f"a pipeline in {shown_path(pipeline.folder)} is being executed already"
        raise Conflict(message, hint="wait until it has ended, or stop it") from None
    try:
        yield
    finally:
        lock.release()


def _relative(file: Path, root: Path) -> str:
    """Return a pipeline's path relative to the root, also where it is a link to elsewhere."""
    for known in (file, file.resolve()):
        if known.is_relative_to(root):
            return known.relative_to(root).as_posix()
    return str(file)


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
