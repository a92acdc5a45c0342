"""Deliver, from the reading process, what the project's kernels report."""

from __future__ import annotations

import logging
import time
from threading import Event

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.server.reads.opened import OpenedProject
from jupyter_mlops.server.reads.watch import stamps

__all__ = ["deliver"]

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 2.0  # a writer that dies changes no file: look for that now and then
_LONGEST_PAUSE_SECONDS = 30.0


def deliver(opened: OpenedProject, stop: Event) -> None:
    """Deliver the project's journals as they grow; wait longer and longer where that fails."""
    log = logging.getLogger(__name__)
    journals = opened.project.journals
    pause, delivered, last = _POLL_SECONDS, stamps(()), 0.0
    while not stop.wait(pause):
        if not journals.is_dir():
            continue  # nothing was ever tracked here
        found = stamps(sorted(journals.glob("*.journal")))
        if found == delivered and (not found or time.monotonic() - last < _PATIENCE_SECONDS):
            continue
        try:
            opened.prepare()
            opened.project.deliverer.deliver()
        except MlopsError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("the journals in %s cannot be delivered", journals)
        else:
            pause, delivered, last = _POLL_SECONDS, found, time.monotonic()
            continue
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
