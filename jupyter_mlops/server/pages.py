"""What the endpoints answer: the nouns of the wire, from which ``wire.ts`` is generated.

``contents_path`` is always a path for Jupyter's contents API (relative to the server's root,
with forward slashes), empty where the file lies outside of what the server shows.
Times are in milliseconds since the epoch, durations in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jupyter_mlops.errors import (
    Conflict,
    Invalid,
    MissingExtra,
    MlopsError,
    NotFound,
    Unavailable,
)
from jupyter_mlops.registry.model_version import RegisteredModel
from jupyter_mlops.runs.run import Artifact, Run

__all__ = [
    "ErrorPage",
    "ExecutionRow",
    "ModelsPage",
    "PipelineRow",
    "PipelinesPage",
    "ProjectPage",
    "RunDetails",
    "RunRow",
    "RunsPage",
    "StepRow",
]


ErrorKind = Literal[
    "NotFound", "Invalid", "Conflict", "Unavailable", "MissingExtra", "Forbidden", "Internal"
]

_KINDS: tuple[tuple[type[MlopsError], ErrorKind], ...] = (
    (NotFound, "NotFound"),
    (Invalid, "Invalid"),
    (Conflict, "Conflict"),
    (Unavailable, "Unavailable"),
    (MissingExtra, "MissingExtra"),
)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What every endpoint answers when it cannot do what was asked."""

    kind: ErrorKind
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: Exception) -> ErrorPage:
        """Say what ``error`` says; of one that is none of ours, say nothing but that it was."""
        for branch, kind in _KINDS:
            if isinstance(error, branch):
                place = f"{error.place}: " if isinstance(error, Invalid) and error.place else ""
                return cls(kind, f"{place}{error.message}", error.hint)
        return cls("Internal", "this did not work", "the server's log says why")


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Which project the server shows. ``store`` names the run store without credentials."""

    version: str
    name: str
    contents_path: str
    store: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run and the notebook to open for it."""

    run: Run
    contents_path: str = ""


@dataclass(frozen=True, slots=True)
class RunsPage:
    """Some runs, newest first; ``next_page_token`` is empty on the last page."""

    rows: tuple[RunRow, ...] = ()
    next_page_token: str = ""


@dataclass(frozen=True, slots=True)
class RunDetails:
    """All about one run: ``code`` is the source of the cell or notebook, ``exception`` its end."""

    row: RunRow
    artifacts: tuple[Artifact, ...] = ()
    children: tuple[RunRow, ...] = ()
    code: str = ""
    exception: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a pipeline and how it ended last."""

    name: str
    kind: Literal["notebook", "model"]
    needs: tuple[str, ...] = ()
    status: Literal[
        "none", "running", "done", "cached", "failed", "refused", "skipped", "killed"
    ] = "none"
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """The newest attempt at a pipeline."""

    execution_id: str
    status: Literal["running", "done", "failed", "refused", "killed"]
    start_time: int
    end_time: int | None = None


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """A pipeline file; ``error`` says why it cannot be read, if so."""

    name: str
    contents_path: str
    steps: tuple[StepRow, ...] = ()
    execution: ExecutionRow | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class PipelinesPage:
    """Every pipeline of the project."""

    pipelines: tuple[PipelineRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """Every registered model."""

    models: tuple[RegisteredModel, ...] = ()
