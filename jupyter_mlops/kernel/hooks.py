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
from pathlib import Path
from typing import Concatenate, ParamSpec

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

from jupyter_mlops.cells.capture import CellCapture, capture
from jupyter_mlops.cells.metrics import as_number
from jupyter_mlops.cells.run_card import RunCard
from jupyter_mlops.kernel.display import show_card, update_card
from jupyter_mlops.kernel.session import ActiveRun, KernelSession, notebook_path
from jupyter_mlops.kernel.track_magic import parse_track_line, split_track_line

__all__ = ["CellHooks"]

P = ParamSpec("P")


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
            sys.stderr.write(
                f"jupyter-mlops: tracking is off, your cells are not affected "
                f"({type(error).__name__}: {error}). "
                "Run %reload_ext jupyter_mlops to try again.\n"
            )

    return call


@dataclass(frozen=True, slots=True)
class _TrackedCell:
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
        # A cell may run others (%run, run_cell): each "before" has its own "after".
        self._cells: list[_TrackedCell | None] = []

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
        self._cells.append(None)
        parts = split_track_line(info.raw_cell or "")
        if parts is None or self._session().active is not None:
            return
        try:
            options = parse_track_line(parts[0])
        except UsageError:
            return  # the transformer has raised it already: the cell will not run
        self._cells[-1] = self._begin(options, parts[1], cell_id=info.cell_id or "")

    @_guarded
    def after(self, result: ExecutionResult) -> None:
        """Report what the cell did, and close its run."""
        cell = self._cells.pop() if self._cells else None
        if cell is None:
            return
        captured = capture(
            self._shell.transform_cell(cell.body),
            self._shell.user_ns,
            result=result.result,
            error=result.error_before_exec or result.error_in_exec,
            automatic=not cell.options.no_auto,
        )
        self._report(cell, captured)

    def _begin(self, options: Namespace, body: str, *, cell_id: str) -> _TrackedCell:
        session = self._session()
        notebook = notebook_path(self._shell.user_ns)
        tags = dict(tag.split("=", 1) for tag in options.tag)
        if notebook is not None:
            tags["mlflow.source.name"] = _relative(notebook, session.project.root)
        if cell_id:
            tags["mlops.cell_id"] = cell_id
        if options.description:
            tags["mlflow.note.content"] = options.description
        name = options.name or (notebook.stem if notebook else "cell")
        run = session.begin(name, experiment=options.experiment, tags=tags)
        session.journal.text(run.key, "cell/source.py", body)
        card = RunCard(run.key, run.name, run.experiment, "RUNNING", run.start_time)
        if not options.quiet:
            show_card(card)
        return _TrackedCell(run, card, options, body, time.monotonic())

    def _report(self, cell: _TrackedCell, captured: CellCapture) -> None:
        session, key = self._session(), cell.run.key
        params = {**captured.params, **self._named(cell.options.params)}
        metrics = dict(captured.metrics)
        for name, value in self._named(cell.options.metrics).items():
            if (number := as_number(self._shell.user_ns[name])) is not None:
                metrics[name] = number
                params.pop(name, None)
            else:
                sys.stderr.write(f"jupyter-mlops: {name} is no number: {value[:80]}\n")
        if params:
            session.journal.params(key, params)
        if metrics:
            session.journal.metrics(key, metrics)
        if captured.exception:
            session.journal.text(key, "exception.txt", captured.exception)
        session.end(cell.run, captured.status)
        if not cell.options.quiet:
            update_card(
                replace(
                    cell.card,
                    status=captured.status.value,
                    duration=time.monotonic() - cell.began,
                    params={**params, **session.params},
                    metrics={**metrics, **session.metrics},
                    exception=captured.summary,
                )
            )

    def _named(self, names: str) -> dict[str, str]:
        """Return the variables of a comma-separated list that exist, as text."""
        found = {}
        for name in filter(None, (part.strip() for part in names.split(","))):
            if name in self._shell.user_ns:
                found[name] = str(self._shell.user_ns[name])
            else:
                sys.stderr.write(f"jupyter-mlops: there is no variable {name!r}\n")
        return found


def _relative(notebook: Path, root: Path) -> str:
    try:
        return notebook.resolve().relative_to(root).as_posix()
    except ValueError:
        return notebook.name
