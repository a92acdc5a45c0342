"""Execute one notebook as the project is set up."""

from __future__ import annotations

from jupyter_mlops.pipelines.executors.executor import NotebookOutcome, NotebookRun, Progress
from jupyter_mlops.pipelines.executors.tracked import RUN_STATUS, TrackedExecutor
from jupyter_mlops.project.project import Project
from jupyter_mlops.runs.run import RunStatus
from jupyter_mlops.runs.store import RunStore
from jupyter_mlops.runs.tracker import Tracker

__all__ = ["execute_notebook", "open_tracker", "tracked_executor"]


def execute_notebook(
    project: Project,
    run: NotebookRun,
    *,
    name: str = "",
    progress: Progress,
) -> NotebookOutcome:
    """Execute one notebook as a run of its own.

    Raises Unavailable where the run store does not answer, before anything runs.
    """
    with open_tracker(project) as tracker:
        notebooks = tracked_executor(project, tracker)
        key = notebooks.begin(run, name or run.notebook.stem, parent=None, tags={})
        status = RunStatus.KILLED
        try:
            outcome = notebooks.execute(run, key, progress)
            status = RUN_STATUS[outcome.status]
        finally:
            tracker.end(key, status)
    return outcome


def open_tracker(project: Project) -> Tracker:
    """Return a tracker of runs of this project, for a process that may wait."""
    return Tracker(
        project.root,
        project.journals,
        store=lambda: _open_store(project),
        experiment=project.settings.experiment,
    )


def tracked_executor(project: Project, tracker: Tracker) -> TrackedExecutor:
    """Return the project's executor, with what it executes reported to ``tracker``."""
    return TrackedExecutor(
        lambda: project.executor, tracker, root=project.root, settings=project.settings
    )


def _open_store(project: Project) -> RunStore:
    project.make_state()
    return project.runs
