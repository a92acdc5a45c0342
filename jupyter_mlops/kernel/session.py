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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jupyter_mlops.project import Project
from jupyter_mlops.runs.environment import describe_environment, git_state, git_tags, user_name
from jupyter_mlops.runs.journal import JournalWriter, now_ms
from jupyter_mlops.runs.run import RunKey, RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun
from jupyter_mlops.settings import NOTEBOOK_VARIABLE, ROOT_VARIABLE, RUN_VARIABLE

__all__ = ["ActiveRun", "KernelSession", "kernel_session"]


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that this kernel has open. ``start_time`` is in milliseconds since the epoch."""

    key: RunKey
    name: str
    experiment: str
    start_time: int


class KernelSession:
    """Opens runs for cells and reports what they do."""

    def __init__(self, project: Project, *, step_run: RunKey | None = None) -> None:
        self.project = project
        self.step_run = step_run
        self.active: ActiveRun | None = None
        # What the active run's cell reported by itself, the newest of each name: its card shows it.
        self.metrics: dict[str, float] = {}
        self.params: dict[str, str] = {}
        self._journal: JournalWriter | None = None
        self._threads: list[threading.Thread] = []
        self._described = False

    @property
    def current(self) -> RunKey | None:
        """The run that a report goes to: the tracked cell's, else the pipeline step's."""
        return self.active.key if self.active else self.step_run

    @property
    def journal(self) -> JournalWriter:
        """The journal of this kernel, begun with its first report."""
        if self._journal is None:
            self.project.make_state()
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
        tags = {"mlflow.user": user_name(), "mlflow.source.type": "NOTEBOOK", **(tags or {})}
        new = NewRun(run.key, name, run.start_time, run.experiment, self.step_run, tags)
        self.journal.began(new)
        self.active, self.metrics, self.params = run, {}, {}
        if self.step_run is None:
            self._attend()
        thread = threading.Thread(target=self._describe, args=(run.key,), daemon=True)
        thread.start()
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        return run

    def end(self, run: ActiveRun, status: RunStatus) -> None:
        """End a run."""
        self.journal.ended(run.key, status)
        if self.active == run:
            self.active = None

    def close(self) -> None:
        """End the journal, after what is looked at beside the runs is written."""
        for thread in self._threads:
            thread.join(2)
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _describe(self, key: RunKey) -> None:
        try:
            if tags := git_tags(git_state(self.project.root)):
                self.journal.tags(key, tags)
            self.journal.text(key, "environment/requirements.txt", describe_environment())
        except OSError:
            # A full disk or a folder that went away: the cell's own reports say so.
            return

    def _attend(self) -> None:
        """See to it that somebody delivers: the Jupyter server does, or a small process of ours."""
        from jupyter_mlops.runs.deliver import is_attended

        if is_attended(self.project.journals):
            return
        log = (self.project.state / "deliver.log").open("ab")
        with log:
            subprocess.Popen(
                [sys.executable, "-m", "jupyter_mlops.cli.main", "sync", "--attend"],
                cwd=self.project.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt of the kernel is not meant for it
            )


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


# A forked child (multiprocessing) must not write into its parent's journal.
os.register_at_fork(after_in_child=kernel_session.cache_clear)


def notebook_path(namespace: Mapping[str, object]) -> Path | None:
    """Return the notebook that this kernel works for, if it can be told without asking a server."""
    told = (
        os.environ.get(NOTEBOOK_VARIABLE)
        or os.environ.get("JPY_SESSION_NAME")  # set by jupyter_server for its kernels
        or namespace.get("__vsc_ipynb_file__")  # set by VS Code
    )
    return Path(str(told)) if told else None
