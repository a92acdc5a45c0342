"""Capture a cell: what it was, what came out of it, how it ended."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_mlops.cells.literals import literal_params
from jupyter_mlops.cells.metrics import numeric_results
from jupyter_mlops.runs.run import RunStatus

__all__ = ["CellCapture", "capture"]


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
    status = _status(error)
    failed = status is not RunStatus.FINISHED
    return CellCapture(
        status=status,
        params=literal_params(source) if automatic else {},
        # A cell that failed half-way leaves the numbers of an earlier execution behind.
        metrics=numeric_results(source, namespace, result=result)
        if automatic and not failed
        else {},
        exception=_traceback(error) if error is not None and failed else "",
        summary=f"{type(error).__name__}: {error}" if error is not None and failed else "",
    )


def _status(error: BaseException | None) -> RunStatus:
    if error is None:
        return RunStatus.FINISHED
    if isinstance(error, KeyboardInterrupt):
        return RunStatus.KILLED
    if isinstance(error, SystemExit) and error.code in (None, 0, ""):
        return RunStatus.FINISHED
    return RunStatus.FAILED


def _traceback(error: BaseException) -> str:
    """Format a traceback from the user's first frame on."""
    frames = error.__traceback__
    while frames is not None and _is_shells(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def _is_shells(filename: str) -> bool:
    return "/IPython/core/" in filename.replace("\\", "/")
