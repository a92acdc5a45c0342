"""Notice what changes in a project, whoever changes it.

Looking at a few times of change costs microseconds; being told by the system would need another
library for each one, and says nothing on network drives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from threading import Event

from jupyter_mlops.server.channel import Changed, Notice
from jupyter_mlops.server.reads.opened import OpenedProject, database

__all__ = ["stamps", "watch"]

Stamps = tuple[tuple[str, int, int], ...]

_POLL_SECONDS = 0.2
_QUIET_SECONDS = 1.0  # the least between two notices of one kind: training writes all the time
_EXECUTIONS = 3  # so many of the newest executions may still be going on


def watch(opened: OpenedProject, notify: Callable[[Notice], None], stop: Event) -> None:
    """Notify of each change, the first at once, those that follow it at most once a second."""
    place = opened.contents_path()
    seen = {what: _look(opened, what) for what in _FILES}
    due = dict.fromkeys(seen, 0.0)
    while not stop.wait(_POLL_SECONDS):
        now = time.monotonic()
        for what in _FILES:
            new = _look(opened, what) if now >= due[what] else None
            if new is not None and new != seen[what]:
                seen[what], due[what] = new, now + _QUIET_SECONDS
                notify(Notice(what, place))


def _look(opened: OpenedProject, what: Changed) -> Stamps | None:
    try:
        return stamps(_FILES[what](opened))
    except OSError:
        return None  # a folder that is just removed, or that may not be read: look again


def stamps(files: Iterable[Path]) -> Stamps:
    """Return name, time of change and size of each file that is there."""
    return tuple(_stamps(files))


def _stamps(files: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        yield str(file), stat.st_mtime_ns, stat.st_size


def _runs(opened: OpenedProject) -> Iterator[Path]:
    # The deliverer writes a state after each delivery, also to a store that is no file.
    yield from sorted(opened.project.journals.glob("*.state"))
    yield from _written(opened.project.settings.tracking_uri)


def _models(opened: OpenedProject) -> Iterator[Path]:
    settings = opened.project.settings
    yield from _written(settings.registry_uri or settings.tracking_uri)


def _pipelines(opened: OpenedProject) -> Iterator[Path]:
    folder = opened.project.executions
    if not folder.is_dir():
        return
    yield folder
    for execution in sorted(folder.iterdir())[-_EXECUTIONS:]:
        yield from sorted(execution.glob("*"))


def _written(uri: str) -> Iterator[Path]:
    if (file := database(uri)) is not None:
        yield file
        yield file.with_name(file.name + "-wal")


_FILES: Mapping[Changed, Callable[[OpenedProject], Iterator[Path]]] = {
    "runs": _runs,
    "pipelines": _pipelines,
    "models": _models,
}
