"""Deliver, from the reading process, what the project's kernels report."""

from __future__ import annotations

import logging
from threading import Event

from jupyter_mlops.runs.deliver import attend
from jupyter_mlops.server.reads.opened import OpenedProject

__all__ = ["deliver"]

_POLL_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 30.0


def deliver(opened: OpenedProject, stop: Event) -> None:
    """Attend to the project's journals until ``stop``, so that no kernel starts a process for it.

    Where nothing was ever tracked there is nothing to attend to, and nothing is made. Where a
    process of a kernel attends already, this one waits for its end.
    """
    project, pause = opened.project, _POLL_SECONDS
    while not stop.wait(pause):
        if not project.journals.is_dir():
            continue
        try:
            attend(project.deliverer, project.journals, stop=stop.is_set, interval=_POLL_SECONDS)
            pause = _POLL_SECONDS
        except Exception:
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            logging.getLogger(__name__).exception("cannot deliver %s", project.journals)
