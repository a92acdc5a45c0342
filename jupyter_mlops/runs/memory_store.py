"""A run store in memory: for tests, and for a look at the contract in its simplest form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from jupyter_mlops.errors import Conflict, Invalid, NotFound
from jupyter_mlops.runs.delivery.fitting import check_metrics, check_params, check_path, check_tags
from jupyter_mlops.runs.run import Artifact, Metric, Run, RunId, RunKey, RunPage, RunStatus
from jupyter_mlops.runs.store import NewRun, RunStore
from jupyter_mlops.settings import Settings

__all__ = ["MemoryRunStore"]


@dataclass(slots=True)
class _Entry:
    run: Run
    key: RunKey
    points: dict[str, Metric] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


class MemoryRunStore:
    """Keeps runs for as long as it lives."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._entries: dict[RunId, _Entry] = {}

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> MemoryRunStore:  # noqa: ARG003 - the same for all
        """Make an empty store."""
        return cls()

    def check(self) -> None:
        """Do nothing: memory is always ready."""

    def create_run(self, new: NewRun) -> RunId:
        """Begin a run; the same key twice gives the run that exists."""
        check_tags(new.tags)
        with self._lock:
            if (existing := self.find_run(new.key)) is not None:
                return existing
            run_id = RunId(uuid.uuid4().hex)
            run = Run(
                run_id=run_id,
                name=new.name,
                status=RunStatus.RUNNING,
                experiment=new.experiment,
                start_time=new.start_time,
                parent_id=self.find_run(new.parent) if new.parent else None,
                user=new.tags.get("mlflow.user", ""),
                source=new.tags.get("mlflow.source.name", ""),
                cell_id=new.tags.get("mlops.cell_id", ""),
                tags={**new.tags, "mlops.run_key": new.key},
            )
            self._entries[run_id] = _Entry(run, new.key)
            return run_id

    def find_run(self, key: RunKey) -> RunId | None:
        """Return the id of the run that was begun with ``key``, if there is one."""
        with self._lock:
            return next((i for i, entry in self._entries.items() if entry.key == key), None)

    def log_metrics(self, run_id: RunId, metrics: Iterable[Metric]) -> None:
        """Add points; a point that is there already stays one."""
        metrics = list(metrics)
        check_metrics(metrics)
        with self._lock:
            entry = self._entry(run_id)
            # By its text a NaN is the same as another, and by itself it is not.
            entry.points.update((repr(point), point) for point in metrics)
            newest: dict[str, Metric] = {}
            for point in sorted(entry.points.values(), key=lambda p: (p.step, p.timestamp)):
                newest[point.key] = point
            entry.run = replace(entry.run, metrics={k: p.value for k, p in newest.items()})

    def log_params(self, run_id: RunId, params: Mapping[str, str]) -> None:
        """Set parameters; one that has another value already raises Conflict."""
        check_params(params)
        with self._lock:
            entry = self._entry(run_id)
            for key, value in params.items():
                if entry.run.params.get(key, value) != value:
                    message = f"param {key!r} is {entry.run.params[key]!r} already"
                    raise Conflict(message, hint="begin a new run to use another value")
            entry.run = replace(entry.run, params={**entry.run.params, **params})

    def set_tags(self, run_id: RunId, tags: Mapping[str, str]) -> None:
        """Set tags, over what they were."""
        check_tags(tags)
        with self._lock:
            entry = self._entry(run_id)
            entry.run = replace(entry.run, tags={**entry.run.tags, **tags})

    def log_text(self, run_id: RunId, text: str, path: str) -> None:
        """Keep ``text`` as the artifact ``path``, over what it was."""
        check_path(path)
        with self._lock:
            self._entry(run_id).files[path] = text.encode()

    def log_file(self, run_id: RunId, file: Path, path: str) -> None:
        """Keep a copy of ``file`` in the artifact folder ``path``."""
        name = f"{path}/{file.name}" if path else file.name
        check_path(name)
        try:
            data = file.read_bytes()
        except OSError as error:
            hint = "keep it until it is delivered"
            raise NotFound(f"{file} cannot be read: {error.strerror}", hint=hint) from error
        with self._lock:
            self._entry(run_id).files[name] = data

    def end_run(self, run_id: RunId, status: RunStatus, end_time: int) -> None:
        """End a run; ending it again overwrites."""
        with self._lock:
            entry = self._entry(run_id)
            entry.run = replace(entry.run, status=status, end_time=end_time)

    def get_run(self, run_id: RunId) -> Run:
        """Return one run."""
        with self._lock:
            return _copy(self._entry(run_id).run)

    def list_runs(
        self, *, limit: int = 100, page_token: str = "", parent: RunId | None = None
    ) -> RunPage:
        """Return a page of runs, newest first."""
        if page_token and not page_token.isdecimal():
            hint = "pass what the page before gave"
            raise Invalid(f"{page_token!r} is no page token", hint=hint)
        with self._lock:
            runs = [e.run for e in self._entries.values() if parent in (None, e.run.parent_id)]
        runs.sort(key=lambda run: (-run.start_time, run.run_id))
        start = int(page_token or 0)
        more = str(start + limit) if start + limit < len(runs) else ""
        return RunPage(tuple(_copy(run) for run in runs[start : start + limit]), more)

    def list_artifacts(self, run_id: RunId, *, limit: int = 100_000) -> tuple[Artifact, ...]:
        """Return at most ``limit`` artifacts of a run, sorted by path."""
        with self._lock:
            files = self._entry(run_id).files
            return tuple(Artifact(path, len(files[path])) for path in sorted(files)[:limit])

    def read_text(self, run_id: RunId, path: str, *, limit: int = 1_000_000) -> str:
        """Return the first ``limit`` characters of a text artifact."""
        with self._lock:
            files = self._entry(run_id).files
            if path not in files:
                raise NotFound(f"run {run_id} has no artifact {path!r}", hint="list its artifacts")
            return files[path].decode("utf-8", "replace")[:limit]

    def _entry(self, run_id: RunId) -> _Entry:
        if run_id not in self._entries:
            raise NotFound(f"there is no run {run_id}", hint="list the runs to find its id")
        return self._entries[run_id]


def _copy(run: Run) -> Run:
    return replace(run, params=dict(run.params), metrics=dict(run.metrics), tags=dict(run.tags))


if TYPE_CHECKING:
    _: RunStore = MemoryRunStore()
