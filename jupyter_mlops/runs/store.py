"""What the project asks of the place that keeps its runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from jupyter_mlops.runs.run import Artifact, Metric, Run, RunId, RunKey, RunPage, RunStatus
from jupyter_mlops.settings import Settings

__all__ = ["NewRun", "RunStore"]


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is said of a run when it begins. ``start_time`` is in milliseconds since the epoch."""

    key: RunKey
    name: str
    start_time: int
    experiment: str
    parent: RunKey | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


class RunStore(Protocol):
    """Keeps runs, found by its name in the entry-point group ``jupyter_mlops.run_stores``.

    Safe to call from any thread; a call returns when the store has the data.

    The caller owns nothing: every returned value is a copy. Each verb raises ``Unavailable``
    where the store does not answer and ``NotFound`` where a run is not there.
    Keys and values that the store would refuse or cut silently raise ``Invalid``: whoever
    delivers must have made them fit.
    """

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> Self:
        """Make the store for a project; ``state`` is its folder for locks and the like."""
        ...

    def check(self) -> None:
        """Open the store, creating and migrating it where needed; quick when it is ready."""
        ...

    def create_run(self, new: NewRun) -> RunId:
        """Begin a run; the same ``new.key`` twice gives the run that exists."""
        ...

    def find_run(self, key: RunKey) -> RunId | None:
        """Return the id of the run that was begun with ``key``, if there is one."""
        ...

    def log_metrics(self, run_id: RunId, metrics: Iterable[Metric]) -> None:
        """Add points; a point that is there already (same key, time, step, value) stays one."""
        ...

    def log_params(self, run_id: RunId, params: Mapping[str, str]) -> None:
        """Set parameters; one that has another value already raises ``Conflict``."""
        ...

    def set_tags(self, run_id: RunId, tags: Mapping[str, str]) -> None:
        """Set tags, over what they were."""
        ...

    def log_text(self, run_id: RunId, text: str, path: str) -> None:
        """Keep ``text`` as the artifact ``path``, over what it was."""
        ...

    def log_file(self, run_id: RunId, file: Path, path: str) -> None:
        """Keep a copy of ``file`` in the artifact folder ``path`` (empty: the top)."""
        ...

    def end_run(self, run_id: RunId, status: RunStatus, end_time: int) -> None:
        """End a run; ending it again overwrites."""
        ...

    def get_run(self, run_id: RunId) -> Run:
        """Return one run."""
        ...

    def list_runs(
        self, *, limit: int = 100, page_token: str = "", parent: RunId | None = None
    ) -> RunPage:
        """Return a page of runs of all experiments, newest first; ``parent`` keeps its children."""
        ...

    def list_artifacts(self, run_id: RunId, *, limit: int = 100_000) -> tuple[Artifact, ...]:
        """Return at most ``limit`` artifacts of a run, folders walked, sorted by path."""
        ...

    def read_text(self, run_id: RunId, path: str, *, limit: int = 1_000_000) -> str:
        """Return the first ``limit`` characters of a text artifact."""
        ...
