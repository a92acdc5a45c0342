"""What runs one notebook, and how it went."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

__all__ = [
    "OWN_VARIABLE",
    "Executor",
    "NotebookOutcome",
    "NotebookRun",
    "NotebookStatus",
    "Progress",
    "kernel_environ",
]

OWN_VARIABLE = "JUPYTER_MLOPS_OWN_VARIABLES"
"""Names the variables that a process of ours has set for itself: no kernel gets them."""


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
    """How it went.

    ``cell`` counts from 1 over all cells of the notebook that was to be executed (its executed
    copy may hold more: parameters, banners), 0 where no cell is to blame. ``message`` is one
    line, ``traceback`` the whole story; both are empty where all went well.
    """

    status: NotebookStatus
    message: str = ""
    cell: int = 0
    traceback: str = ""


Progress = Callable[[int, int], None]
"""Called with the number of the cell that begins, from 1, and how many there are.

Cells are counted in the notebook that was to be executed. It may be called from another thread.
"""


class Executor(Protocol):
    """Executes notebooks, several at once from several threads.

    A notebook that fails, hangs, or loses its kernel is an outcome and no exception; the executed
    notebook is kept in each case where a cell began. Whatever happens, no kernel outlives the call.
    """

    def execute(self, run: NotebookRun, progress: Progress) -> NotebookOutcome:
        """Execute one notebook."""
        ...

    def cancel(self) -> None:
        """Stop everything, soon: what is being executed or asked for from now on is ``KILLED``."""
        ...


def kernel_environ(run: NotebookRun) -> dict[str, str]:
    """Return what a notebook's kernel finds in its environment: the user's, and the run's."""
    own = os.environ.get(OWN_VARIABLE, "").split()
    inherited = {k: v for k, v in os.environ.items() if k not in (*own, OWN_VARIABLE)}
    return inherited | dict(run.environ)
