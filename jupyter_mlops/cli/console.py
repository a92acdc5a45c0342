"""How the command line looks: one console, few colours, plain where nobody looks."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jupyter_mlops.pipelines.execution import StepStatus

__all__ = ["console", "duration", "status_text", "table"]

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


def console() -> Console:
    """Return a console on standard output; ``NO_COLOR`` and pipes are respected by rich."""
    return Console(highlight=False, soft_wrap=False)


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
