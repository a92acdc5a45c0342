"""A run: what MLflow knows of one piece of work."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

__all__ = [
    "Artifact",
    "Metric",
    "Run",
    "RunId",
    "RunKey",
    "RunPage",
    "RunStatus",
    "new_run_key",
]

RunId = NewType("RunId", str)
"""The id that the run store gave a run."""

RunKey = NewType("RunKey", str)
"""The id that we gave a run before any store knew of it; kept as its tag ``mlops.run_key``."""


class RunStatus(StrEnum):
    """MLflow's states of a run."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


@dataclass(frozen=True, slots=True)
class Metric:
    """One point of a metric; ``timestamp`` is in milliseconds since the epoch."""

    key: str
    value: float
    timestamp: int
    step: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its newest values. Times are in milliseconds since the epoch.

    ``source`` is the notebook that made it, relative to the project's root, and ``cell_id`` the
    cell in it; both are empty where they are not known.
    """

    run_id: RunId
    name: str
    status: RunStatus
    experiment: str
    start_time: int
    end_time: int | None = None
    parent_id: RunId | None = None
    user: str = ""
    source: str = ""
    cell_id: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, newest first, and the token that asks for those after them (empty: no more)."""

    runs: tuple[Run, ...] = ()
    next_page_token: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a run; ``size`` is in bytes."""

    path: str
    size: int


def new_run_key() -> RunKey:
    """Make an id for a run that no store knows yet."""
    return RunKey(uuid.uuid4().hex)
