"""Deliver, from the reading process, what the project's kernels report."""

from __future__ import annotations

import logging
from threading import Event

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.runs.delivery.attend import attend
from jupyter_mlops.runs.delivery.deliver import Deliverer, undelivered
from jupyter_mlops.server.reads.opened import OpenedProject, database

__all__ = ["deliver"]

_POLL_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 30.0


def deliver(opened: OpenedProject, stop: Event) -> None:
    """Attend to the project's journals until ``stop``, so that no kernel starts a process for it.

    Where nothing was ever tracked there is nothing to attend to, and nothing is made. Where a
    process of a kernel attends already, this one waits for its end; where the store is not
    trusted or not ours to make, it leaves the journals to that process.
    """
    project, pause = opened.project, _POLL_SECONDS
    log = logging.getLogger(__name__)
    while not stop.wait(pause):
        try:
            if not project.journals.is_dir():
                pause = _POLL_SECONDS
                continue
            opened.check_delivery()
            deliverer = _Deliverer(opened)
            attend(deliverer, project.journals, stop=stop.is_set, interval=_POLL_SECONDS)
            pause = _POLL_SECONDS
        except MlopsError as error:
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            log.info("not delivering %s: %s", project.journals, error)
        except Exception:
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            log.exception("cannot deliver %s", project.journals)


class _Deliverer(Deliverer):
    """Makes the database where the server's end waits for it, once there is something to keep."""

    def __init__(self, opened: OpenedProject) -> None:
        super().__init__(opened.project.journals, opened.project.runs)
        self._opened = opened
        self._prepared = database(opened.project.settings.tracking_uri) is None

    def deliver(self) -> bool:
        """Deliver all that is there now."""
        if not self._prepared and undelivered(self._opened.project.journals):
            self._opened.prepare_delivery()
            self._prepared = True
        return super().deliver()
