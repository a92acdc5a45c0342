"""Capture a cell: what it was, what came out of it, how it ended."""

from __future__ import annotations

import traceback
from asyncio import CancelledError
from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_mlops.cells.literals import literal_params
from jupyter_mlops.cells.metrics import numeric_results
from jupyter_mlops.runs.run import RunStatus

__all__ = ["CellCapture", "capture", "status_of"]

_SUMMARY_LIMIT = 500


@dataclass(frozen=True, slots=True)
class CellCapture:
    """What a cell did. ``exception`` is its traceback as text, empty where there was none."""

    status: RunStatus
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    exception: str = ""
    summary: str = ""


def capture(
    source: str,
    namespace: Mapping[str, object],
    *,
    result: object = None,
    error: BaseException | None = None,
    automatic: bool = True,
) -> CellCapture:
    """Capture a cell that has ended.

    ``source`` is Python (magics transformed), ``namespace`` the user's, ``result`` the value of
    the last expression. Without ``automatic`` neither parameters nor metrics are looked for.
    """
    status = status_of(error)
    params = literal_params(source) if automatic else {}
    if error is None or status is RunStatus.FINISHED:
        metrics = numeric_results(source, namespace, result=result) if automatic else {}
        return CellCapture(status, params, metrics)
    # No metrics: a cell that failed half-way leaves the numbers of an earlier execution behind.
    return CellCapture(status, params, {}, _traceback(error), _summary(error))


def status_of(error: BaseException | None) -> RunStatus:
    """Return how a cell ended that raised ``error``, or nothing."""
    if error is None:
        return RunStatus.FINISHED
    if isinstance(error, KeyboardInterrupt | CancelledError):  # the latter out of an ``await``
        return RunStatus.KILLED
    if isinstance(error, SystemExit) and error.code in (None, 0, ""):
        return RunStatus.FINISHED
    return RunStatus.FAILED


def _summary(error: BaseException) -> str:
    """Return type and message on one line, whatever the user's exception does to be shown."""
    message = " ".join(str(traceback.TracebackException.from_exception(error)).split())
    name = type(error).__name__
    return (f"{name}: {message}" if message else name)[:_SUMMARY_LIMIT]


def _traceback(error: BaseException) -> str:
    """Format a traceback from the user's first frame on."""
    frames = error.__traceback__
    while frames is not None and _is_shells(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _is_shells(filename: str) -> bool:
    return "/IPython/core/" in filename.replace("\\", "/")
