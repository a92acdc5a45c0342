"""How the command line looks: one console, few colours, plain where nobody looks."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jupyter_mlops.notebooks.text_file import shown_path
from jupyter_mlops.pipelines.execution import StepStatus

__all__ = ["console", "duration", "file_text", "status_text", "table"]

_STYLES = {
    StepStatus.WAITING: ("·", "dim"),
    StepStatus.RUNNING: ("●", "cyan"),
    StepStatus.DONE: ("✓", "green"),
    StepStatus.CACHED: ("=", "blue"),
    StepStatus.FAILED: ("✗", "red"),
    StepStatus.REFUSED: ("!", "yellow"),
    StepStatus.SKIPPED: ("-", "dim"),
    StepStatus.KILLED: ("✗", "magenta"),
}


class _Output(Console):
    """A console that goes quiet when its reader has gone: what is being run goes on."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from here on; rich itself would exit."""
        self.quiet = True
        _discard_output()

    def _check_buffer(self) -> None:
        try:
            super()._check_buffer()
        except OSError:  # the terminal was closed, the disk is full
            self._buffer.clear()
            self.on_broken_pipe()


def console() -> Console:
    """Return a console on standard output; ``NO_COLOR`` and pipes are respected by rich.

    A text is shown as it is: what a user called something is no markup of ours.
    """
    return _Output(highlight=False, soft_wrap=False, markup=False, emoji=False)


def file_text(path: Path) -> str:
    """Return how a file is called in a command that is typed in the working folder."""
    return shlex.quote(shown_path(path))


def status_text(status: StepStatus) -> Text:
    """Return a status as sign and word, told apart without colour."""
    sign, style = _STYLES[status]
    return Text(f"{sign} {'run' if status is StepStatus.DONE else status.value}", style=style)


def duration(seconds: float | None) -> str:
    """Return a time as people write it.

    >>> duration(3.21), duration(75)
    ('3.2 s', '1 min 15 s')
    """
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f} min {rest:.0f} s" if minutes else f"{rest:.1f} s"


def table(columns: Sequence[str], *, right: Sequence[str] = ()) -> Table:
    """Return an empty table."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def _discard_output() -> None:
    with suppress(OSError, ValueError):  # standard output has no descriptor, or is closed
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
