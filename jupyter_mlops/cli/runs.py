"""``jupyter mlops runs`` and ``sync``: list runs, and deliver what the journals hold."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import click
from rich.text import Text

from jupyter_mlops.cli.console import console, duration, table
from jupyter_mlops.project import Project
from jupyter_mlops.runs.delivery.attend import attend
from jupyter_mlops.runs.delivery.deliver import undelivered
from jupyter_mlops.runs.run import Run

__all__ = ["runs", "sync"]

_IDLE_SECONDS = 3


@click.command()
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, one run a line.")
def runs(*, limit: int, as_json: bool) -> None:
    """List the newest runs of this project, of all experiments."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    project = Project.open()
    found: tuple[Run, ...] = ()
    if project.tracked:
        project.prepare()
        found = project.runs.list_runs(limit=limit).runs
    if as_json:
        from jupyter_mlops.wire import to_json

        for run in found:
            click.echo(to_json(run))
        return
    grid = table(["run", "status", "began", "took", "metrics", "source"], right=["took"])
    for run in found:
        grid.add_row(*_row(run))
    console().print(grid if found else "no runs yet: head a cell with %%track")


def _row(run: Run) -> list[Text]:
    began = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.start_time / 1000))
    took = None if run.end_time is None else (run.end_time - run.start_time) / 1000
    metrics = "  ".join(f"{key}={value:.4g}" for key, value in list(run.metrics.items())[:4])
    cells = [run.name, run.status.lower(), began, duration(took), metrics, run.source]
    return [Text(cell) for cell in cells]


@click.command()
@click.option("--attend", "attending", is_flag=True, hidden=True, help="Until no kernel reports.")
def sync(*, attending: bool) -> None:
    """Deliver to the run store what was tracked while it did not answer."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    project = Project.open()
    if attending:
        project.make_state()
        attend(project.deliverer, project.journals, stop=_NoJournals(project.journals))
        return
    if not any(project.journals.glob("*.journal")):
        click.echo("nothing to deliver")
        return
    waiting = undelivered(project.journals)
    project.prepare()
    # Once more than there are bytes for: what a process left open when it died is closed too.
    project.deliverer.deliver()
    project.deliverer.wait(timeout=600)
    click.echo(f"delivered {waiting} bytes")


class _NoJournals:
    """Says stop when there has been no journal, so no kernel that tracks, for some seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._since = time.monotonic()

    def __call__(self) -> bool:
        if any(self._folder.glob("*.journal")):
            self._since = time.monotonic()
        return time.monotonic() - self._since > _IDLE_SECONDS
