"""An execution: one attempt at a pipeline, told by its events.

Each execution has a folder ``.mlops/executions/<id>/`` with an append-only ``events.journal`` and
the executed notebooks. `Execution` is a pure fold over the events: what is shown live and what is
read back later are the same.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NewType

from filelock import FileLock, Timeout

from jupyter_mlops.events import Event
from jupyter_mlops.runs.delivery.journal import frame, unframe

__all__ = [
    "CellBegan",
    "Execution",
    "ExecutionBegan",
    "ExecutionEnded",
    "ExecutionEvent",
    "ExecutionId",
    "ExecutionJournal",
    "StepBegan",
    "StepEnded",
    "StepOutcome",
    "StepState",
    "StepStatus",
    "fold",
    "fold_one",
    "latest_execution",
    "new_execution_id",
    "read_execution",
]

ExecutionId = NewType("ExecutionId", str)

EVENTS_FILE = "events.journal"
ALIVE_FILE = "alive.lock"


class StepStatus(StrEnum):
    """How far a step is, or how it ended."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CACHED = "cached"
    FAILED = "failed"
    REFUSED = "refused"
    SKIPPED = "skipped"
    KILLED = "killed"

    @property
    def ok(self) -> bool:
        """Whether steps that need this one can use what it made."""
        return self in (StepStatus.DONE, StepStatus.CACHED)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How a step ended, and what it left.

    ``outputs`` are plain values by name, ``message`` says in one line why it failed or what it
    registered, ``notebook`` is the executed notebook relative to the project's root, and ``cell``
    the number of the failing cell, from 1.
    """

    status: StepStatus
    outputs: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    message: str = ""
    notebook: str = ""
    cell: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEvent(Event):
    """Something that happened in an execution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionBegan(ExecutionEvent):
    """A pipeline is being executed; ``file`` is relative to the project's root."""

    execution_id: ExecutionId
    pipeline: str
    file: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan(ExecutionEvent):
    """A step instance runs."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBegan(ExecutionEvent):
    """Cell number ``cell`` (from 1) of ``cells`` runs."""

    step: str
    cell: int
    cells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded(ExecutionEvent):
    """A step instance has ended, or is not going to begin."""

    step: str
    outcome: StepOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEnded(ExecutionEvent):
    """Nothing of this execution runs any more."""

    status: StepStatus


@dataclass(frozen=True, slots=True)
class StepState:
    """A step instance as far as the events tell. Times are in seconds since the epoch."""

    status: StepStatus = StepStatus.WAITING
    began: float | None = None
    ended: float | None = None
    cell: int = 0
    cells: int = 0
    outcome: StepOutcome | None = None

    @property
    def duration(self) -> float | None:
        """How long it ran, in seconds."""
        if self.began is None or self.ended is None:
            return None
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Execution:
    """One attempt at a pipeline, as far as its events tell."""

    execution_id: ExecutionId
    pipeline: str
    file: str
    began: float
    status: StepStatus = StepStatus.RUNNING
    ended: float | None = None
    steps: Mapping[str, StepState] = field(default_factory=dict)


def new_execution_id() -> ExecutionId:
    """Make an id that sorts by time (UTC, with milliseconds): ``20261121-084500-123-1a2b3c``."""
    now = time.time_ns() // 1_000_000
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now // 1000))
    return ExecutionId(f"{stamp}-{now % 1000:03d}-{secrets.token_hex(3)}")


def fold(events: Iterable[ExecutionEvent]) -> Execution | None:
    """Tell an execution from its events; None before it began."""
    execution: Execution | None = None
    for event in events:
        execution = fold_one(execution, event)
    return execution


def fold_one(execution: Execution | None, event: ExecutionEvent) -> Execution | None:
    """Return the execution as it is after one more event."""
    if isinstance(event, ExecutionBegan):
        steps = dict.fromkeys(event.steps, StepState())
        return Execution(event.execution_id, event.pipeline, event.file, event.time, steps=steps)
    if execution is None:
        return None
    if isinstance(event, ExecutionEnded):
        return replace(execution, status=event.status, ended=event.time)
    if isinstance(event, StepBegan | CellBegan | StepEnded):
        before = execution.steps.get(event.step, StepState())
        steps = {**execution.steps, event.step: _next_step(before, event)}
        return replace(execution, steps=steps)
    return execution


def _next_step(state: StepState, event: StepBegan | CellBegan | StepEnded) -> StepState:
    match event:
        case StepBegan():
            return replace(state, status=StepStatus.RUNNING, began=event.time)
        case CellBegan():
            return replace(state, cell=event.cell, cells=event.cells)
        case StepEnded():
            status = event.outcome.status
            return replace(state, status=status, ended=event.time, outcome=event.outcome)


class ExecutionJournal:
    """Keeps the events of one execution. Safe from any thread of one process.

    While it is open it holds a lock beside the events: whoever gets that lock knows that an
    execution without an end was killed.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._alive = FileLock(folder / ALIVE_FILE)
        self._alive.acquire()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._fd = os.open(folder / EVENTS_FILE, flags, 0o600)

    def write(self, event: ExecutionEvent) -> None:
        """Append an event; it is on disk, safe from ``kill -9``, when this returns."""
        view = memoryview(frame({"k": type(event).__name__, "b": asdict(event)}))
        while view:
            view = view[os.write(self._fd, view) :]

    def close(self) -> None:
        """End the journal."""
        os.close(self._fd)
        self._alive.release()


def read_execution(folder: Path) -> Execution | None:
    """Read an execution back from its folder; None where there is none.

    One that has no end, and whose process is gone, was killed.
    """
    alive = _is_alive(folder)  # asked first: it may end while the events are read
    try:
        lines = (folder / EVENTS_FILE).read_bytes().splitlines()
    except OSError:
        return None
    execution = fold(event for line in lines if (event := _event(unframe(line))) is not None)
    if execution is None or execution.ended is not None or alive:
        return execution
    return _killed(execution)


def _is_alive(folder: Path) -> bool:
    if not (folder / ALIVE_FILE).exists():
        return False
    lock = FileLock(folder / ALIVE_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # a folder that is not ours to lock
        return False
    lock.release()
    return False


def _killed(execution: Execution) -> Execution:
    open_states = (StepStatus.WAITING, StepStatus.RUNNING)
    steps = {
        name: replace(state, status=StepStatus.KILLED) if state.status in open_states else state
        for name, state in execution.steps.items()
    }
    return replace(execution, status=StepStatus.KILLED, steps=steps)


def latest_execution(executions: Path, file: str) -> Execution | None:
    """Return the newest execution of the pipeline ``file`` (relative to the project's root)."""
    folders = sorted((f for f in executions.glob("*") if f.is_dir()), reverse=True)
    for folder in folders:
        execution = read_execution(folder)
        if execution is not None and execution.file == file:
            return execution
    return None


_EVENTS = {
    kind.__name__: kind
    for kind in (ExecutionBegan, StepBegan, CellBegan, StepEnded, ExecutionEnded)
}


def _event(record: Mapping[str, Any] | None) -> ExecutionEvent | None:
    """Make an event of a record; None for damage and for kinds that a newer version writes."""
    if record is None or record.get("k") not in _EVENTS:
        return None
    body = dict(record["b"])
    if "outcome" in body:
        outcome = body["outcome"]
        body["outcome"] = StepOutcome(**{**outcome, "status": StepStatus(outcome["status"])})
    if "status" in body:
        body["status"] = StepStatus(body["status"])
    if "steps" in body:
        body["steps"] = tuple(body["steps"])
    return _EVENTS[record["k"]](**body)
