r"""The journal: what a process reports, on disk before the call returns.

One file per writing process, append-only, one record a line::

    <crc32 of the payload, 8 hex digits> <length of the payload in bytes> <payload: JSON>\n

A record is written by one ``os.write``: once the call has returned, ``kill -9`` cannot lose it.
A torn record is told by its length and checksum, and was never acknowledged.
The first record says who writes. While the writer lives it holds a lock on the file beside the
journal (``.alive``); whoever gets that lock knows that the writer is gone.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.runs.run import Metric, RunKey, RunStatus
from jupyter_mlops.runs.store import NewRun

__all__ = [
    "JOURNAL_VERSION",
    "JournalWriter",
    "Kind",
    "Record",
    "frame",
    "now_ms",
    "points",
    "read_records",
    "unframe",
    "whole_size",
]

JOURNAL_VERSION = 1

_BLOCK = 65_536

Kind = Literal["opened", "began", "metrics", "params", "tags", "text", "file", "ended"]

_BODIES: Mapping[Kind, Mapping[str, type]] = {
    "began": {"name": str, "time": int, "experiment": str, "tags": dict},
    "metrics": {"time": int, "step": int, "values": dict},
    "params": {"values": dict},
    "tags": {"values": dict},
    "text": {"path": str, "text": str},
    "file": {"file": str, "path": str},
    "ended": {"time": int, "status": str},
}
"""What the bodies of each kind hold at least."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that was reported; ``end`` is the offset in bytes behind it in its journal."""

    kind: Kind
    key: RunKey
    body: Mapping[str, Any] = field(default_factory=dict)
    end: int = 0


def now_ms() -> int:
    """Return the time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class JournalWriter:
    """Append records to a new journal in ``folder``. Safe from any thread of one process.

    A forked child needs one of its own: the lock that says that the writer lives is not inherited.
    Every verb raises Unavailable where the journal cannot be written, as on a full disk; what was
    reported before is safe, and the next report may succeed again.
    """

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        # A signal's handler may report while the thread that it interrupts is reporting.
        self._lock = threading.RLock()
        self._torn = False
        # Names sort by the time of their beginning: a parent's journal comes before its children's.
        stem = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(3).hex()}"
        self.path = folder / f"{stem}.journal"
        self._alive = FileLock(folder / f"{stem}.alive", thread_local=False)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._alive.acquire()
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
            self._fd = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise _unwritable(folder, error) from error
        writer = {"version": JOURNAL_VERSION, "pid": os.getpid(), "host": socket.gethostname()}
        self._append("opened", RunKey(""), writer)

    def began(self, new: NewRun) -> None:
        """Report that a run began."""
        body = {
            "name": new.name,
            "time": new.start_time,
            "experiment": new.experiment,
            "parent": new.parent,
            "tags": dict(new.tags),
        }
        self._append("began", new.key, body)

    def metrics(self, key: RunKey, values: Mapping[str, float], *, step: int = 0) -> None:
        """Report one point of each metric, now."""
        self._append("metrics", key, {"time": now_ms(), "step": step, "values": dict(values)})

    def params(self, key: RunKey, values: Mapping[str, str]) -> None:
        """Report parameters."""
        self._append("params", key, {"values": dict(values)})

    def tags(self, key: RunKey, values: Mapping[str, str]) -> None:
        """Report tags."""
        self._append("tags", key, {"values": dict(values)})

    def text(self, key: RunKey, path: str, text: str) -> None:
        """Report a text that becomes the artifact ``path``."""
        self._append("text", key, {"path": path, "text": text})

    def file(self, key: RunKey, file: Path, path: str = "") -> None:
        """Report a file that becomes an artifact in the folder ``path``; it must stay."""
        self._append("file", key, {"file": str(file.resolve()), "path": path})

    def ended(self, key: RunKey, status: RunStatus) -> None:
        """Report that a run ended, now."""
        self._append("ended", key, {"time": now_ms(), "status": status.value})

    def close(self) -> None:
        """End the journal; what it holds is delivered, then the file goes."""
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1
                self._alive.release()

    def _append(self, kind: Kind, key: RunKey, body: Mapping[str, Any]) -> None:
        line = frame({"k": kind, "r": key, "b": body})
        with self._lock:
            if self._torn:
                # A full disk cut the last record short: begin a line of our own behind it.
                line = b"\n" + line
            self._torn = True
            view = memoryview(line)
            try:
                while view:
                    view = view[os.write(self._fd, view) :]
            except OSError as error:
                raise _unwritable(self.path, error) from error
            self._torn = False


def read_records(path: Path, offset: int = 0, end: int | None = None) -> Iterator[Record]:
    """Read the whole records of a journal from ``offset`` on, up to ``end`` (both in bytes).

    Lines that are damaged are passed over; an unfinished last line is left for the next time.
    """
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            offset += len(line)
            if not line.endswith(b"\n") or (end is not None and offset > end):
                return
            record = _record(line, offset)
            if record is not None:
                yield record


def whole_size(path: Path) -> int:
    """Return the size in bytes of a journal's finished lines; 0 where it has just been removed."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            at = file.read(end - start).rfind(b"\n")
            if at >= 0:
                return start + at + 1
            end = start
    return 0


def frame(data: Mapping[str, Any]) -> bytes:
    """Return a record as a line with its checksum and length."""
    payload = json.dumps(data, separators=(",", ":")).encode()
    return b"%08x %d %b\n" % (zlib.crc32(payload), len(payload), payload)


def unframe(line: bytes) -> dict[str, Any] | None:
    """Return what `frame` was given; None for a damaged line."""
    head, _, payload = line.removesuffix(b"\n").partition(b"{")
    payload = b"{" + payload
    if head != b"%08x %d " % (zlib.crc32(payload), len(payload)):
        return None
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def points(record: Record) -> list[Metric]:
    """Return the points that a ``metrics`` record holds, with the time when they were reported."""
    body = record.body
    return [Metric(key, value, body["time"], body["step"]) for key, value in body["values"].items()]


def _record(line: bytes, end: int) -> Record | None:
    data = unframe(line) or {}
    kind, key, body = data.get("k"), data.get("r"), data.get("b")
    if not (isinstance(kind, str) and isinstance(key, str) and isinstance(body, dict)):
        return None
    expected = _BODIES.get(cast("Kind", kind), {})
    if any(not isinstance(body.get(name), type_) for name, type_ in expected.items()):
        return None
    return Record(cast("Kind", kind), RunKey(key), body, end)


def _unwritable(path: Path, error: OSError) -> Unavailable:
    message = f"the journal {path} cannot be written: {error.strerror or error}"
    return Unavailable(message, hint="is the disk full, or the folder not yours to write?")
