"""The kernel's session: which run is open, and the journal that hears of it.

There is one session in a kernel. It writes to its journal and to nothing else: no network, no
MLflow. Whoever delivers the journal is another process.
"""

from __future__ import annotations

import atexit
import functools
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.project import Project
from jupyter_mlops.runs.delivery.journal import JournalWriter, now_ms
from jupyter_mlops.runs.environment import (
    describe_environment,
    git_state,
    git_tags,
    project_tags,
    user_name,
)
from jupyter_mlops.runs.run import RunKey, RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun
from jupyter_mlops.settings import NOTEBOOK_VARIABLE, ROOT_VARIABLE, RUN_VARIABLE

__all__ = ["ActiveRun", "KernelSession", "close_session", "kernel_session", "notebook_path"]


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that this kernel has open. ``start_time`` is in milliseconds since the epoch.

    ``metrics`` and ``params`` grow with what its cell reports by itself, the newest of each name.
    """

    key: RunKey
    name: str
    experiment: str
    start_time: int
    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)


class KernelSession:
    """Opens runs for cells and reports what they do. Safe from any thread of the kernel.

    Whatever reports raises Unavailable where the journal cannot be written.
    """

    def __init__(self, project: Project, *, step_run: RunKey | None = None) -> None:
        self.project = project
        self.step_run = step_run
        self.active: ActiveRun | None = None
        self._lock = threading.Lock()
        self._journal: JournalWriter | None = None
        self._threads: list[threading.Thread] = []

    @property
    def current(self) -> RunKey | None:
        """The run that a report goes to: the tracked cell's, else the pipeline step's."""
        return self.active.key if self.active else self.step_run

    @property
    def journal(self) -> JournalWriter:
        """The journal of this kernel, begun with its first report."""
        with self._lock:
            if self._journal is None:
                try:
                    self.project.make_state()
                except OSError as error:
                    message = f"{self.project.state} cannot be made: {error.strerror}"
                    hint = "is the folder yours to write?"
                    raise Unavailable(message, hint=hint) from error
                self._journal = JournalWriter(self.project.journals)
                atexit.register(self.close)
            return self._journal

    def begin(
        self, name: str, *, experiment: str | None = None, tags: Mapping[str, str] | None = None
    ) -> ActiveRun:
        """Open a run; git and environment are looked at beside it, off the cell's path."""
        run = ActiveRun(
            new_run_key(), name, experiment or self.project.settings.experiment, now_ms()
        )
        tags = {
            "mlflow.user": user_name(),
            "mlflow.source.type": "NOTEBOOK",
            **project_tags(self.project.root),
            **(tags or {}),
        }
        journal = self.journal
        journal.began(NewRun(run.key, name, run.start_time, run.experiment, self.step_run, tags))
        self.active = run
        if self.step_run is None:
            self._attend()
        self._beside(functools.partial(self._describe, journal, run.key))
        return run

    def log_metrics(self, values: Mapping[str, float], *, step: int = 0) -> None:
        """Report metrics of the current run, which must be open."""
        if (key := self.current) is not None:
            self.journal.metrics(key, values, step=step)
        if self.active:
            self.active.metrics.update(values)

    def log_params(self, values: Mapping[str, str]) -> None:
        """Report parameters of the current run, which must be open."""
        if (key := self.current) is not None:
            self.journal.params(key, values)
        if self.active:
            self.active.params.update(values)

    def end(self, run: ActiveRun, status: RunStatus) -> None:
        """End a run."""
        if self.active is run:
            self.active = None
        self.journal.ended(run.key, status)

    def close(self) -> None:
        """End the journal, after what is looked at beside the runs is written.

        A run that is still open then ends as KILLED.
        """
        atexit.unregister(self.close)
        for thread in self._threads:
            thread.join(2)
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            self.active = None

    def renew_after_fork(self) -> None:
        """Report, in a forked child, on the same run in a journal of the child's own."""
        self._lock = threading.Lock()
        self._journal = None
        self._threads = []

    def _describe(self, journal: JournalWriter, key: RunKey) -> None:
        try:
            if tags := git_tags(git_state(self.project.root)):
                journal.tags(key, tags)
            journal.text(key, "environment/requirements.txt", describe_environment())
        except Unavailable:
            return  # the cell's own reports say so

    def _attend(self) -> None:
        """See to it that somebody delivers: the Jupyter server does, or a small process of ours."""
        from jupyter_mlops.runs.delivery.attend import is_attended

        if is_attended(self.project.journals):
            return
        settings = self.project.settings
        with (self.project.state / "deliver.log").open("ab") as log:
            process = subprocess.Popen(
                # -P: a folder of the user's may hold a click.py or an mlflow/
                [sys.executable, "-P", "-m", "jupyter_mlops.cli.main", "sync", "--attend"],
                cwd=self.project.root,
                # ``mlflow.set_tracking_uri`` in a cell changes the kernel's environment.
                env={**os.environ, "MLFLOW_TRACKING_URI": settings.tracking_uri},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt of the kernel is not meant for it
            )
        self._beside(process.wait, awaited=False)  # else it stays as a zombie when it has ended

    def _beside(self, work: Callable[[], object], *, awaited: bool = True) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        if awaited:
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]


@functools.cache
def kernel_session() -> KernelSession:
    """Return the session of this kernel.

    A kernel that a pipeline or ``jupyter mlops run`` started finds the project and its run in
    the environment; any other belongs to the project around its folder.
    """
    root = os.environ.get(ROOT_VARIABLE, "")
    run = os.environ.get(RUN_VARIABLE, "")
    project = Project.open(Path(root) if root and run else None)
    return KernelSession(project, step_run=RunKey(run) if run else None)


def close_session() -> None:
    """End the session; the next one opens the project anew."""
    if kernel_session.cache_info().currsize:
        kernel_session().close()
    kernel_session.cache_clear()


def _renew_after_fork() -> None:
    if kernel_session.cache_info().currsize:
        kernel_session().renew_after_fork()


# A forked child (multiprocessing) must not write into its parent's journal.
os.register_at_fork(after_in_child=_renew_after_fork)


def notebook_path(namespace: Mapping[str, object]) -> Path | None:
    """Return the notebook that this kernel works for, if it can be told without asking a server."""
    told = (
        os.environ.get(NOTEBOOK_VARIABLE)
        or namespace.get("__vsc_ipynb_file__")  # set by VS Code
        or os.environ.get("JPY_SESSION_NAME")  # set by jupyter_server for its kernels
    )
    path = Path(str(told)) if told else None
    # A console's or another session's name is no path of a notebook.
    return path if path is not None and path.suffix == ".ipynb" else None
