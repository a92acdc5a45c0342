"""What runs one notebook, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

__all__ = ["Executor", "NotebookOutcome", "NotebookRun", "NotebookStatus", "Progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRun:
    """A notebook that is to be executed.

    ``notebook`` is read, never written; the executed copy goes to ``output``. ``folder`` is
    where its kernel runs, ``environ`` what that finds in its environment besides ours.
    ``cell_timeout`` and ``start_timeout`` are in seconds; None is no limit.
    """

    notebook: Path
    output: Path
    folder: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    kernel: str = ""
    cell_timeout: float | None = None
    start_timeout: float = 60
    log_output: bool = False
    report_mode: bool = False


class NotebookStatus(StrEnum):
    """How the execution of a notebook ended."""

    DONE = "done"
    FAILED = "failed"
    TIMEOUT = "timeout"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class NotebookOutcome:
    """How it went. ``cell`` counts from 1 over all cells, 0 where no cell is to blame.

    ``message`` is one line, ``traceback`` the whole story; both are empty where all went well.
    """

    status: NotebookStatus
    message: str = ""
    cell: int = 0
    traceback: str = ""


Progress = Callable[[int, int], None]
"""Called with the number of the cell that begins, from 1, and how many there are."""


class Executor(Protocol):
    """Executes notebooks, several at once from several threads.

    A notebook that fails, hangs, or loses its kernel is an outcome and no exception; the executed
    notebook is kept in each case. Whatever happens, no kernel outlives the call.
    """

    def execute(self, run: NotebookRun, progress: Progress) -> NotebookOutcome:
        """Execute one notebook."""
        ...

    def cancel(self) -> None:
        """Stop everything that is being executed: each gives the outcome ``KILLED``, soon."""
        ...
