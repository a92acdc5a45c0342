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
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

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
]

JOURNAL_VERSION = 1

Kind = Literal["opened", "began", "metrics", "params", "tags", "text", "file", "ended"]


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
    """Append records to a new journal in ``folder``. Safe from any thread of one process."""

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        folder.mkdir(parents=True, exist_ok=True)
        # Names sort by the time of their beginning: a parent's journal comes before its children's.
        stem = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(3).hex()}"
        self.path = folder / f"{stem}.journal"
        self._alive = FileLock(folder / f"{stem}.alive")
        self._alive.acquire()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        self._fd = os.open(self.path, flags, 0o600)
        self._torn = False
        self._append(
            "opened",
            RunKey(""),
            {"version": JOURNAL_VERSION, "pid": os.getpid(), "host": socket.gethostname()},
        )

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
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._alive.release()

    def _append(self, kind: Kind, key: RunKey, body: Mapping[str, Any]) -> None:
        line = frame({"k": kind, "r": key, "b": body})
        if self._torn:
            # A full disk cut the last record short: begin a line of our own behind it.
            line = b"\n" + line
        self._torn = True
        view = memoryview(line)
        while view:
            view = view[os.write(self._fd, view) :]
        self._torn = False


def read_records(path: Path, offset: int = 0) -> Iterator[Record]:
    """Read the whole records of a journal from ``offset`` (in bytes) on.

    Lines that are damaged are passed over; an unfinished last line is left for the next time.
    """
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            offset += len(line)
            record = _record(line, offset)
            if record is not None:
                yield record


def frame(data: Mapping[str, Any]) -> bytes:
    """Return a record as a line with its checksum and length."""
    payload = json.dumps(data, separators=(",", ":")).encode()
    return b"%08x %d %b\n" % (zlib.crc32(payload), len(payload), payload)


def unframe(line: bytes) -> dict[str, Any] | None:
    """Return what `frame` was given; None for a damaged line."""
    crc, _, rest = line.rstrip(b"\n").partition(b" ")
    length, _, payload = rest.partition(b" ")
    if not length.isdigit() or int(length) != len(payload):
        return None
    try:
        data = json.loads(payload) if int(crc, 16) == zlib.crc32(payload) else None
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def _record(line: bytes, end: int) -> Record | None:
    data = unframe(line)
    try:
        return Record(data["k"], RunKey(data["r"]), data["b"], end) if data else None
    except KeyError:
        return None


def points(record: Record) -> list[Metric]:
    """Return the points that a ``metrics`` record holds, with the time when they were reported."""
    body = record.body
    return [Metric(key, value, body["time"], body["step"]) for key, value in body["values"].items()]
