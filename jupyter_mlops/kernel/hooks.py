"""What happens before and after a cell, and the promise that it never harms the cell.

This is the only place that catches broadly: an error of ours is told once, then tracking steps
aside until the extension is loaded again.
"""

from __future__ import annotations

import functools
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Concatenate, ParamSpec

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

from jupyter_mlops.cells.capture import CellCapture, capture, status_of
from jupyter_mlops.cells.metrics import as_number
from jupyter_mlops.cells.run_card import RunCard
from jupyter_mlops.kernel.display import show_card, update_card
from jupyter_mlops.kernel.session import ActiveRun, KernelSession, notebook_path
from jupyter_mlops.kernel.track_magic import parse_track_line, split_track_line
from jupyter_mlops.runs.run import RunStatus

__all__ = ["CellHooks"]

P = ParamSpec("P")

_TRANSPARENT = {"%%time", "%%capture"}  # cell magics that run their cell as it stands
_CARD_ENTRIES = 50
_CARD_CHARACTERS = 200


def _guarded(
    method: Callable[Concatenate[CellHooks, P], None],
) -> Callable[Concatenate[CellHooks, P], None]:
    @functools.wraps(method)
    def call(self: CellHooks, /, *args: P.args, **kwargs: P.kwargs) -> None:
        if self.failed:
            return
        try:
            method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the promise of this file
            self.failed = True
            _say(
                f"tracking is off, your cells are not affected ({type(error).__name__}: {error}). "
                "Run %reload_ext jupyter_mlops to try again."
            )

    return call


@dataclass(frozen=True, slots=True)
class _TrackedCell:
    info: ExecutionInfo
    run: ActiveRun
    card: RunCard
    options: Namespace
    body: str
    began: float


class CellHooks:
    """Opens a run before a cell that is headed by ``%%track``, and closes it after."""

    def __init__(self, shell: InteractiveShell, session: Callable[[], KernelSession]) -> None:
        self.failed = False
        self._shell = shell
        self._session = session
        self._tracked: _TrackedCell | None = None

    def register(self) -> None:
        """Begin to listen."""
        self._shell.events.register("pre_run_cell", self.before)
        self._shell.events.register("post_run_cell", self.after)

    def unregister(self) -> None:
        """Stop listening."""
        self._shell.events.unregister("pre_run_cell", self.before)
        self._shell.events.unregister("post_run_cell", self.after)

    @_guarded
    def before(self, info: ExecutionInfo) -> None:
        """Open a run where the cell asks for one."""
        parts = split_track_line(info.raw_cell or "")
        if parts is None:
            return
        try:
            options = parse_track_line(parts[0])
        except UsageError:
            return  # the transformer has raised it already: the cell will not run
        if self._tracked is not None:
            _say("a tracked cell is running: what this one does belongs to its run")
            return
        session = self._session()
        if session.active is not None:  # its beginning was interrupted
            session.end(session.active, RunStatus.KILLED)
        self._tracked = self._begin(session, info, options, parts[1])

    @_guarded
    def after(self, result: ExecutionResult | None) -> None:
        """Report what the cell did, and close its run."""
        cell = self._tracked
        if cell is None or not _is_end_of(cell, result):
            return
        self._tracked = None
        error: BaseException | None = KeyboardInterrupt()  # without a result it was broken off
        if result is not None:
            error = result.error_before_exec or result.error_in_exec
        try:
            captured = self._capture(cell, result.result if result else None, error)
        except Exception as mistake:  # noqa: BLE001 - some object of the cell's that is like no other
            _say(f"values of this cell were not looked at ({type(mistake).__name__}: {mistake})")
            captured = CellCapture(status_of(error))
        self._report(cell, captured)

    def _begin(
        self, session: KernelSession, info: ExecutionInfo, options: Namespace, body: str
    ) -> _TrackedCell:
        notebook = notebook_path(self._shell.user_ns)
        tags = dict(tag.split("=", 1) for tag in options.tag)
        if notebook is not None:
            tags["mlflow.source.name"] = _relative(notebook, session.project.root)
        if info.cell_id:
            tags["mlops.cell_id"] = info.cell_id
        if options.description:
            tags["mlflow.note.content"] = options.description
        name = options.name or (notebook.stem if notebook else "cell")
        run = session.begin(name, experiment=options.experiment, tags=tags)
        session.journal.text(run.key, "cell/source.py", body)
        card = RunCard(run.key, run.name, run.experiment, "RUNNING", run.start_time)
        if not options.quiet:
            show_card(card)
        return _TrackedCell(info, run, card, options, body, time.monotonic())

    def _capture(
        self, cell: _TrackedCell, result: object, error: BaseException | None
    ) -> CellCapture:
        return capture(
            self._python(cell.body),
            self._shell.user_ns,
            result=result,
            error=error,
            automatic=not cell.options.no_auto,
        )

    def _python(self, body: str) -> str:
        """Return a cell as Python, without a magic that only watches it."""
        head, _, rest = body.lstrip().partition("\n")
        source = rest if head.split(" ")[0] in _TRANSPARENT else body
        try:
            return str(self._shell.transform_cell(source))
        except Exception:  # noqa: BLE001 - transformers are anybody's, and may refuse a cell
            return source

    def _report(self, cell: _TrackedCell, captured: CellCapture) -> None:
        session, run, options = self._session(), cell.run, cell.options
        finished = captured.status is RunStatus.FINISHED
        # What the cell reported by itself wins over what was found in it, and what the line
        # names over both.
        params = {k: v for k, v in captured.params.items() if k not in run.params}
        metrics = {k: v for k, v in captured.metrics.items() if k not in run.metrics}
        for name, value in self._named(options.params, missing=finished).items():
            metrics.pop(name, None)
            params[name] = _text(value)
        for name, value in self._named(options.metrics, missing=finished).items():
            number = as_number(value)
            if number is None:
                _say(f"{name} is no number but {_text(value)[:80]}")
            else:
                params.pop(name, None)
                metrics[name] = number
        if params:
            session.log_params(params)
        if metrics:
            session.log_metrics(metrics)
        if captured.exception:
            session.journal.text(run.key, "exception.txt", captured.exception)
        session.end(run, captured.status)
        if not options.quiet:
            update_card(_ended_card(cell, captured))

    def _named(self, names: str, *, missing: bool) -> dict[str, object]:
        """Return the variables of a comma-separated list; say which do not exist if it matters."""
        found = {}
        for name in filter(None, (part.strip() for part in names.split(","))):
            if name in self._shell.user_ns:
                found[name] = self._shell.user_ns[name]
            elif missing:
                _say(f"there is no variable {name!r}")
        return found


def _is_end_of(cell: _TrackedCell, result: ExecutionResult | None) -> bool:
    """Tell the end of the tracked cell from that of a cell which it runs (%run, run_cell)."""
    if result is None or result.info is cell.info:
        return True
    # IPython makes a new info for a cell that an interrupt broke off.
    same: bool = result.info is not None and result.info.raw_cell == cell.info.raw_cell
    return same and result.error_in_exec is not None


def _ended_card(cell: _TrackedCell, captured: CellCapture) -> RunCard:
    return replace(
        cell.card,
        status=captured.status.value,
        duration=time.monotonic() - cell.began,
        params={
            name: value[:_CARD_CHARACTERS]
            for name, value in islice(cell.run.params.items(), _CARD_ENTRIES)
        },
        metrics=dict(islice(cell.run.metrics.items(), _CARD_ENTRIES)),
        exception=captured.summary,
    )


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - an object of the user's
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


def _relative(notebook: Path, root: Path) -> str:
    try:
        return notebook.resolve().relative_to(root).as_posix()
    except ValueError:
        return notebook.name


def _say(text: str) -> None:
    sys.stderr.write(f"jupyter-mlops: {text}\n")
