"""The deliverer: brings journals to the run store, each record once, whatever dies in between.

Beside each journal lies its ``.state``: how far it was delivered, and which run of the store
belongs to which key. It is replaced atomically after every stretch that was delivered. What is
delivered a second time because a process died before that changes nothing: a run is found by its
key, a point carries the time when it was reported, everything else overwrites itself.

What the store will never take (a parameter that has another value already, a file that is gone)
is refused: the run says so in a tag ``mlops.refused.*``, and the rest goes on. What it may take
one day (its experiment was deleted and can be restored) stays in its journal, and holds up no
other journal.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_mlops.errors import Conflict, Invalid, MlopsError, NotFound, Unavailable
from jupyter_mlops.runs.delivery.fitting import (
    Fitted,
    fit_line,
    fit_metrics,
    fit_params,
    fit_tags,
    fit_text,
)
from jupyter_mlops.runs.delivery.journal import Record, now_ms, points, read_records, whole_size
from jupyter_mlops.runs.run import RunId, RunKey, RunStatus
from jupyter_mlops.runs.store import NewRun, RunStore

__all__ = ["Deliverer", "undelivered"]

_STRETCH = 5000  # records that are held in memory at once
_PATIENCE_SECONDS = 5  # a database that is locked right now answers within this time

_REFUSED = (Conflict, Invalid, NotFound)


def undelivered(folder: Path) -> int:
    """Return how many bytes of the journals in ``folder`` the store does not have yet."""
    return sum(max(0, whole_size(path) - _State.load(path).offset) for path in _journals(folder))


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

        Raises Unavailable where the store does not answer, and at the end what kept a journal
        from being delivered. All that was not delivered stays in the journals.
        """
        kept = self._round()
        for error in (kept or {}).values():
            raise error
        return kept is not None

    def run_id(self, key: RunKey) -> RunId | None:
        """Return the store's id for a run, if it was delivered."""
        for path in _journals(self._folder):
            if (run_id := _State.load(path).runs.get(key)) is not None:
                return run_id
        return self._store.find_run(key)

    def wait(self, *, timeout: float, own: Path | None = None) -> None:
        """Return when the store has all that the journals hold now.

        Delivers itself, or waits for whoever is at it. Raises Unavailable where the store does
        not answer, or after ``timeout`` seconds, and what keeps a journal from being delivered;
        with ``own`` only if it is that journal.
        """
        held = {path: size for path in _journals(self._folder) if (size := whole_size(path))}
        deadline = time.monotonic() + timeout
        patience = time.monotonic() + _PATIENCE_SECONDS
        while held := {p: size for p, size in held.items() if not _is_delivered(p, size)}:
            try:
                kept = self._round()
                patience = time.monotonic() + _PATIENCE_SECONDS
            except Unavailable:
                if time.monotonic() > min(patience, deadline):
                    raise
                kept = None
            for path, error in (kept or {}).items():
                if own in (None, path):
                    raise error
                held.pop(path, None)
            if kept is None:
                time.sleep(0.02)
            if held and time.monotonic() > deadline:
                message = f"the runs were not delivered within {timeout:.0f} s"
                hint = "they stay in the journal; deliver them later: jupyter mlops sync"
                raise Unavailable(message, hint=hint)

    def _round(self) -> dict[Path, MlopsError] | None:
        """Deliver every journal; return why some were not, or None where another is at it."""
        if not self._busy.acquire(blocking=False):
            return None
        try:
            self._lock.acquire(timeout=0)
            try:
                _sweep(self._folder)
                kept = {path: self._attempt(path) for path in _journals(self._folder)}
                return {path: error for path, error in kept.items() if error is not None}
            finally:
                self._lock.release()
        except Timeout:
            return None
        finally:
            self._busy.release()

    def _attempt(self, path: Path) -> MlopsError | None:
        try:
            self._deliver_journal(path)
        except _REFUSED as error:
            return error
        return None

    def _deliver_journal(self, path: Path) -> None:
        # Asked first: what the writer reported before it was gone is then all there.
        writer = _lock_of_the_dead(path)
        try:
            state = _State.load(path)
            end = whole_size(path)
            records = read_records(path, state.offset, end)
            for (key, _), group in groupby(records, key=lambda record: (record.key, record.kind)):
                while stretch := list(islice(group, _STRETCH)):
                    self._deliver_stretch(key, stretch, state)
                    state.offset = stretch[-1].end
                    state.save(path)
            if state.offset < end:  # damaged lines at the end
                state.offset = end
                state.save(path)
            if writer is not None:
                self._end_what_is_open(state)
                _remove(path, writer)
        finally:
            if writer is not None:
                writer.release()

    def _deliver_stretch(self, key: RunKey, stretch: list[Record], state: _State) -> None:
        """Deliver records of one kind and one run that follow each other."""
        kind = stretch[0].kind
        if kind == "opened":
            return
        run_id = self._begin(stretch[0]) if kind == "began" else self._known(key, state)
        if run_id is None:
            return  # its beginning was lost with a damaged line: there is no run to add to
        state.runs[key] = run_id
        if kind == "began":
            state.open.add(key)
            return
        try:
            self._log(run_id, stretch)
        except _REFUSED as error:
            if len(stretch) > 1:  # one must not take the others with it
                for record in stretch:
                    self._deliver_stretch(key, [record], state)
                return
            self._refuse(run_id, {kind: error})
        if kind == "ended":
            state.open.discard(key)

    def _log(self, run_id: RunId, stretch: list[Record]) -> None:
        if stretch[0].kind == "metrics":
            fitted = [point for record in stretch for point in fit_metrics(points(record))]
            self._store.log_metrics(run_id, fitted)
            return
        for record in stretch:
            body = record.body
            match record.kind:
                case "params":
                    self._log_params(run_id, fit_params(body["values"]))
                case "tags":
                    self._log_tags(run_id, fit_tags(body["values"]))
                case "text":
                    self._store.log_text(run_id, fit_text(body["text"]), body["path"])
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
            refused: dict[str, Exception] = {}
            for name, value in fitted.values.items():
                try:
                    self._store.log_params(run_id, {name: value})
                except Conflict as error:
                    refused[f"params.{name}"] = error
            self._refuse(run_id, refused)

    def _log_tags(self, run_id: RunId, fitted: Fitted) -> None:
        self._log_texts(run_id, fitted)
        self._store.set_tags(run_id, fitted.values)

    def _log_texts(self, run_id: RunId, fitted: Fitted) -> None:
        for path, text in fitted.texts.items():
            self._store.log_text(run_id, text, path)

    def _refuse(self, run_id: RunId, refused: dict[str, Exception]) -> None:
        """Say on the run what the store will never take, so that the rest can go on."""
        tags = {
            f"mlops.refused.{what}": str(error) or repr(error) for what, error in refused.items()
        }
        with suppress(*_REFUSED):  # of a run that was deleted meanwhile
            self._store.set_tags(run_id, fit_tags(tags).values)

    def _begin(self, record: Record) -> RunId:
        body = record.body
        parent = RunKey(body["parent"]) if body["parent"] else None
        if parent is not None:
            self._known(parent)
        tags = fit_tags(body["tags"])
        run_id = self._store.create_run(
            NewRun(
                record.key,
                fit_line(body["name"], default="run"),
                body["time"],
                fit_line(body["experiment"], default="default"),
                parent,
                tags.values,
            )
        )
        self._log_texts(run_id, tags)
        return run_id

    def _known(self, key: RunKey, state: _State | None = None) -> RunId | None:
        """Return the store's id of a run, beginning it where its own journal is still to come."""
        if state is not None and (known := state.runs.get(key)):
            return known
        if (known := self.run_id(key)) is not None:
            return known
        for path in _journals(self._folder):
            for record in read_records(path, _State.load(path).offset):
                if record.kind == "began" and record.key == key:
                    return self._begin(record)
        return None

    def _end_what_is_open(self, state: _State) -> None:
        for key in state.open:
            with suppress(*_REFUSED):  # of a run that was deleted meanwhile
                self._store.end_run(state.runs[key], RunStatus.KILLED, now_ms())


@dataclass(slots=True)
class _State:
    offset: int = 0
    runs: dict[RunKey, RunId] = field(default_factory=dict)
    open: set[RunKey] = field(default_factory=set)

    @classmethod
    def load(cls, journal: Path) -> _State:
        try:
            data = json.loads(_state_file(journal).read_text())
            return cls(data["offset"], data["runs"], set(data["open"]))
        except (OSError, ValueError, LookupError, TypeError):
            return cls()  # from the beginning: delivering twice changes nothing

    def save(self, journal: Path) -> None:
        data = {"offset": self.offset, "runs": self.runs, "open": sorted(self.open)}
        file = _state_file(journal)
        new = file.with_suffix(".state.new")
        new.write_text(json.dumps(data))
        new.replace(file)


def _journals(folder: Path) -> Iterator[Path]:
    """Yield the journals, oldest writer first: parents before their children."""
    yield from sorted(folder.glob("*.journal"))


def _state_file(journal: Path) -> Path:
    return journal.with_suffix(".state")


def _is_delivered(journal: Path, size: int) -> bool:
    return not journal.exists() or _State.load(journal).offset >= size


def _lock_of_the_dead(journal: Path) -> FileLock | None:
    """Return the lock that the journal's writer held, if it is gone; None while it lives."""
    lock = FileLock(journal.with_suffix(".alive"), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def _remove(journal: Path, writer: FileLock) -> None:
    """Remove a journal and what lies beside it; whoever dies here leaves the rest to the next."""
    writer.release()
    journal.with_suffix(".alive").unlink(missing_ok=True)
    journal.unlink(missing_ok=True)
    _state_file(journal).unlink(missing_ok=True)


def _sweep(folder: Path) -> None:
    """Remove states whose journal is gone: a deliverer died while it removed them."""
    for state in [*folder.glob("*.state"), *folder.glob("*.state.new")]:
        if not (folder / f"{state.name.partition('.')[0]}.journal").exists():
            state.unlink(missing_ok=True)
