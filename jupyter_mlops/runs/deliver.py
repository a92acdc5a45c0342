"""The deliverer: brings journals to the run store, each record once, whatever dies in between.

Beside each journal lies its ``.state``: how far it was delivered, and which run of the store
belongs to which key. It is replaced atomically after every stretch that was delivered. What is
delivered a second time because a process died before that changes nothing: a run is found by its
key, a point carries the time when it was reported, everything else overwrites itself.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_mlops.errors import Conflict, Invalid, NotFound, Unavailable
from jupyter_mlops.runs.fitting import Fitted, fit_metrics, fit_params, fit_tags
from jupyter_mlops.runs.journal import Record, now_ms, points, read_records
from jupyter_mlops.runs.run import RunId, RunKey, RunStatus
from jupyter_mlops.runs.store import NewRun, RunStore

__all__ = ["Deliverer", "attend", "is_attended", "undelivered"]


def undelivered(folder: Path) -> int:
    """Return how many bytes of the journals in ``folder`` the store does not have yet."""
    return sum(_size(path) - _State.load(path).offset for path in _journals(folder))


class Deliverer:
    """Delivers the journals of one project. Only one does so at a time, under a lock."""

    def __init__(self, folder: Path, store: RunStore) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._store = store
        self._lock = FileLock(folder / "deliver.lock", thread_local=False)
        # A FileLock lets a second thread of its process in.
        self._busy = threading.Lock()

    def deliver(self) -> bool:
        """Deliver all that is there now; return False where another deliverer is at it.

        Raises Unavailable where the store does not answer; all of it stays in the journals.
        """
        if not self._busy.acquire(blocking=False):
            return False
        try:
            with self._lock.acquire(timeout=0):
                for path in _journals(self._folder):
                    self._deliver_journal(path)
        except Timeout:
            return False
        finally:
            self._busy.release()
        return True

    def run_id(self, key: RunKey) -> RunId | None:
        """Return the store's id for a run, if it was delivered."""
        for path in _journals(self._folder):
            if (run_id := _State.load(path).runs.get(key)) is not None:
                return run_id
        return self._store.find_run(key)

    def wait(self, *, timeout: float) -> None:
        """Return when the store has all that the journals hold now.

        Delivers itself, or waits for whoever is at it. Raises Unavailable where the store does
        not answer, or after ``timeout`` seconds.
        """
        held = {path: size for path in _journals(self._folder) if (size := _size(path))}
        deadline = time.monotonic() + timeout
        while any(p.exists() and _State.load(p).offset < size for p, size in held.items()):
            if not self.deliver():
                time.sleep(0.02)
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"the runs were not delivered within {timeout:.0f} s",
                    hint="they stay in the journal; deliver them later: jupyter mlops sync",
                )

    def _deliver_journal(self, path: Path) -> None:
        writer = _writer_lock(path)
        state = _State.load(path)
        records = read_records(path, state.offset)
        for kind, group in groupby(records, key=lambda record: (record.key, record.kind)):
            stretch = list(group)
            self._deliver_stretch(kind[0], stretch, state)
            state.offset = stretch[-1].end
            state.save(path)
        if writer is not None:
            self._bury(path, state, writer)

    def _deliver_stretch(self, key: RunKey, stretch: list[Record], state: _State) -> None:
        """Deliver records of one kind and one run that follow each other."""
        kind = stretch[0].kind
        if kind == "opened":
            return
        if kind == "began":
            state.runs[key] = self._store.create_run(self._new_run(stretch[0]))
            state.open.add(key)
            return
        run_id = state.runs.get(key) or self.run_id(key)
        if run_id is None:
            return  # its beginning was lost with a damaged line: there is no run to add to
        state.runs[key] = run_id
        try:
            self._log(run_id, stretch)
        except (Conflict, Invalid, NotFound) as error:
            # The store will never take it. Say so on the run, and go on with the rest.
            self._store.set_tags(run_id, fit_tags({f"mlops.refused.{kind}": str(error)}).values)
        if kind == "ended":
            state.open.discard(key)

    def _log(self, run_id: RunId, stretch: list[Record]) -> None:
        if stretch[0].kind == "metrics":
            values = [point for record in stretch for point in points(record)]
            self._store.log_metrics(run_id, fit_metrics(values))
            return
        for record in stretch:
            body = record.body
            match record.kind:
                case "params":
                    self._log_params(run_id, fit_params(body["values"]))
                case "tags":
                    fitted = fit_tags(body["values"])
                    self._store.set_tags(run_id, fitted.values)
                    self._log_texts(run_id, fitted)
                case "text":
                    self._store.log_text(run_id, body["text"], body["path"])
                case "file":
                    self._store.log_file(run_id, Path(body["file"]), body["path"])
                case "ended":
                    self._store.end_run(run_id, RunStatus(body["status"]), body["time"])
                case _:
                    pass  # a kind that a newer version writes

    def _log_params(self, run_id: RunId, fitted: Fitted) -> None:
        """Log parameters; one that has another value already is refused, the others are kept."""
        self._log_texts(run_id, fitted)
        try:
            self._store.log_params(run_id, fitted.values)
        except Conflict:
            refused = ""
            for name, value in fitted.values.items():
                try:
                    self._store.log_params(run_id, {name: value})
                except Conflict as error:
                    refused = str(error)
            raise Conflict(refused) from None

    def _log_texts(self, run_id: RunId, fitted: Fitted) -> None:
        for path, text in fitted.texts.items():
            self._store.log_text(run_id, text, path)

    def _new_run(self, record: Record) -> NewRun:
        body = record.body
        parent = RunKey(body["parent"]) if body["parent"] else None
        if parent is not None and self.run_id(parent) is None:
            self._begin_parent(parent)
        fitted = fit_tags(body["tags"])
        return NewRun(
            record.key, body["name"], body["time"], body["experiment"], parent, fitted.values
        )

    def _begin_parent(self, key: RunKey) -> None:
        """Begin a run that an older journal got after it had had its turn in this round."""
        for path in _journals(self._folder):
            for record in read_records(path, _State.load(path).offset):
                if record.kind == "began" and record.key == key:
                    self._store.create_run(self._new_run(record))
                    return

    def _bury(self, path: Path, state: _State, writer: FileLock) -> None:
        """Close what a writer that is gone left open, and remove its journal."""
        for key in state.open:
            self._store.end_run(state.runs[key], RunStatus.KILLED, now_ms())
        path.unlink(missing_ok=True)
        _state_file(path).unlink(missing_ok=True)
        writer.release()
        Path(writer.lock_file).unlink(missing_ok=True)


@dataclass(slots=True)
class _State:
    offset: int = 0
    runs: dict[RunKey, RunId] = field(default_factory=dict)
    open: set[RunKey] = field(default_factory=set)

    @classmethod
    def load(cls, journal: Path) -> _State:
        try:
            data = json.loads(_state_file(journal).read_text())
        except (OSError, ValueError):
            return cls()
        return cls(data["offset"], data["runs"], set(data["open"]))

    def save(self, journal: Path) -> None:
        data = {"offset": self.offset, "runs": self.runs, "open": sorted(self.open)}
        file = _state_file(journal)
        new = file.with_suffix(".state.new")
        new.write_text(json.dumps(data))
        new.replace(file)


def _journals(folder: Path) -> Iterator[Path]:
    """Yield the journals, oldest writer first: parents before their children."""
    yield from sorted(folder.glob("*.journal"))


def _size(path: Path) -> int:
    """Return a file's size in bytes, 0 where it has just been removed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _state_file(journal: Path) -> Path:
    return journal.with_suffix(".state")


def _writer_lock(journal: Path) -> FileLock | None:
    """Return the lock that the journal's writer held, if it is gone; None while it lives."""
    lock = FileLock(journal.with_suffix(".alive"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def is_attended(folder: Path) -> bool:
    """Return whether a process attends to the journals in ``folder`` right now."""
    lock = FileLock(folder / "attended.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def attend(
    deliverer: Deliverer,
    folder: Path,
    *,
    stop: Callable[[], bool],
    interval: float = 0.1,
) -> None:
    """Deliver again and again until ``stop`` says so; return at once where another attends.

    While the store does not answer, everything stays in the journals and it is asked again, after
    pauses that double up to half a minute.
    """
    lock = FileLock(folder / "attended.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return
    pause = interval
    try:
        while not stop():
            try:
                deliverer.deliver()
                pause = interval
            except Unavailable:
                pause = min(2 * pause, 30.0)
            time.sleep(pause)
    finally:
        lock.release()
