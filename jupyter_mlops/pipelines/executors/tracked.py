"""Execute a notebook as a run: the same whether a pipeline or a person asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
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
    """Executes notebooks and reports each to ``tracker`` as a run of its own.

    ``executor`` gives what executes them; it is asked when the first notebook really runs.
    """

    def __init__(
        self, executor: Callable[[], Executor], tracker: Tracker, *, root: Path, settings: Settings
    ) -> None:
        self._open_executor = executor
        self._opening = threading.Lock()
        self._opened: Executor | None = None
        self._cancelled = False
        self._tracker = tracker
        self._environ = {ROOT_VARIABLE: str(root), "MLFLOW_TRACKING_URI": settings.tracking_uri}
        if settings.registry_uri:
            self._environ["MLFLOW_REGISTRY_URI"] = settings.registry_uri

    @property
    def _executor(self) -> Executor:
        with self._opening:  # all threads share one, so that all of it can be cancelled
            if self._opened is None:
                self._opened = self._open_executor()
                if self._cancelled:
                    self._opened.cancel()
            return self._opened

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
            # Plain mlflow.log_* of the notebook goes to this run, and makes none of its own.
            "MLFLOW_RUN_ID": self._tracker.run_id(key),
            "MLFLOW_EXPERIMENT_NAME": self._tracker.experiment,
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
        with self._opening:
            self._cancelled = True  # also for whoever is about to open the executor
            if self._opened is not None:
                self._opened.cancel()
