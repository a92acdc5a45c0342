"""Execute a notebook as a run: the same whether a pipeline or a person asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jupyter_mlops.pipelines.executors.executor import (
    Executor,
    NotebookOutcome,
    NotebookRun,
    NotebookStatus,
    Progress,
)
from jupyter_mlops.runs.run import RunKey, RunStatus
from jupyter_mlops.runs.tracker import Tracker
from jupyter_mlops.settings import NOTEBOOK_VARIABLE, ROOT_VARIABLE, RUN_VARIABLE, Settings

__all__ = ["RUN_STATUS", "TrackedExecutor"]

RUN_STATUS: Mapping[NotebookStatus, RunStatus] = {
    NotebookStatus.DONE: RunStatus.FINISHED,
    NotebookStatus.FAILED: RunStatus.FAILED,
    NotebookStatus.TIMEOUT: RunStatus.FAILED,
    NotebookStatus.KILLED: RunStatus.KILLED,
}


class TrackedExecutor:
    """Executes notebooks by ``executor`` and reports each to ``tracker`` as a run of its own."""

    def __init__(
        self, executor: Executor, tracker: Tracker, *, root: Path, settings: Settings
    ) -> None:
        self._executor = executor
        self._tracker = tracker
        self._environ = {ROOT_VARIABLE: str(root), "MLFLOW_TRACKING_URI": settings.tracking_uri}

    def begin(
        self, run: NotebookRun, name: str, *, parent: RunKey | None, tags: Mapping[str, str]
    ) -> RunKey:
        """Open the run of a notebook that is about to be executed."""
        key = self._tracker.begin(name, source=run.notebook, parent=parent, tags=tags)
        if run.parameters:
            params = {name: str(value) for name, value in run.parameters.items()}
            self._tracker.journal.params(key, params)
        return key

    def execute(self, run: NotebookRun, key: RunKey, progress: Progress) -> NotebookOutcome:
        """Execute a notebook whose run is open; what it logs goes to that run."""
        environ = {
            **run.environ,
            **self._environ,
            RUN_VARIABLE: key,
            NOTEBOOK_VARIABLE: str(run.notebook),
        }
        outcome = self._executor.execute(replace(run, environ=environ), progress)
        if outcome.traceback or outcome.message:
            text = outcome.traceback or outcome.message
            self._tracker.journal.text(key, "exception.txt", text)
        if run.output.exists():
            self._tracker.journal.file(key, run.output, "notebook")
        return outcome

    def cancel(self) -> None:
        """Stop everything that is being executed."""
        self._executor.cancel()
