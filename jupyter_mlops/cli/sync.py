"""``jupyter mlops sync``: deliver what the journals hold."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import click

from jupyter_mlops.project import Project
from jupyter_mlops.runs.deliver import attend, undelivered

__all__ = ["sync"]

_IDLE_SECONDS = 3


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
    waiting = undelivered(project.journals) if project.journals.is_dir() else 0
    if waiting:
        project.prepare()
        project.deliverer.wait(timeout=600)
    click.echo(f"delivered {waiting} bytes" if waiting else "nothing to deliver")


class _NoJournals:
    """Says stop when there has been no journal, so no kernel that tracks, for some seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._since = time.monotonic()

    def __call__(self) -> bool:
        if any(self._folder.glob("*.journal")):
            self._since = time.monotonic()
        return time.monotonic() - self._since > _IDLE_SECONDS
