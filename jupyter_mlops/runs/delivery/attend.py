"""Attend to journals: deliver them as they grow, in one process for each project."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_mlops.errors import MlopsError, Unavailable
from jupyter_mlops.runs.delivery.deliver import Deliverer

__all__ = ["attend", "is_attended"]

_LONGEST_PAUSE_SECONDS = 30.0
_KEPT_PAUSE_SECONDS = 2.0


def is_attended(folder: Path) -> bool:
    """Return whether a process attends to the journals in ``folder`` right now."""
    lock = FileLock(folder / "attended.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def attend(
    deliverer: Deliverer, folder: Path, *, stop: Callable[[], bool], interval: float = 0.1
) -> None:
    """Deliver again and again until ``stop`` says so; return at once where another attends.

    While the store does not answer, everything stays in the journals and it is asked again, after
    pauses that double up to half a minute.
    """
    while not stop():
        lock = FileLock(folder / "attended.lock", thread_local=False)
        try:
            lock.acquire(timeout=1)  # `is_attended` holds it for a moment
        except Timeout:
            return
        try:
            _attend(deliverer, stop, interval)
        finally:
            lock.release()
        # Who began to report just before the release has left it to us: ask ``stop`` once more.


def _attend(deliverer: Deliverer, stop: Callable[[], bool], interval: float) -> None:
    log = logging.getLogger(__name__)
    pause, said = interval, ""
    while not stop():
        try:
            deliverer.deliver()
            pause, said = interval, ""
        except MlopsError as error:
            unavailable = isinstance(error, Unavailable)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS) if unavailable else _KEPT_PAUSE_SECONDS
            if str(error) != said:
                log.warning("%s", said := str(error))
        until = time.monotonic() + pause
        while not stop() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, interval))
