"""The reading process: ``python -m jupyter_mlops.server.reads ROOT [HOST ...]``, over its pipes."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event, Thread

from jupyter_mlops.server.channel import Channel, Request
from jupyter_mlops.server.reads.answer import answer
from jupyter_mlops.server.reads.delivery import deliver
from jupyter_mlops.server.reads.opened import OpenedProject, OpenedProjects
from jupyter_mlops.server.reads.watch import watch
from jupyter_mlops.settings import MLFLOW_DEFAULTS

__all__ = ["main"]

_THREADS = 8  # so many may hang in stores that do not answer before the others wait


def main(server_root: Path, trusted_hosts: Iterable[str]) -> None:
    """Answer requests until the server is gone."""
    for name, value in MLFLOW_DEFAULTS.items():
        os.environ.setdefault(name, value)
    logging.basicConfig(format="[%(levelname)1.1s %(asctime)s jupyter_mlops] %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the server's
    channel = _channel()
    projects = OpenedProjects(server_root, partial(_attend, channel), trusted_hosts=trusted_hosts)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="read")
    while (message := channel.receive()) is not None:
        if isinstance(message, Request):
            pool.submit(lambda request: channel.send(answer(request, projects)), message)
    projects.close()
    os._exit(0)  # whatever still hangs in a store: nobody waits for it any more


def _attend(channel: Channel, opened: OpenedProject) -> Callable[[], None]:
    """Deliver what the project's kernels report, and tell the server what changes."""
    stop = Event()
    Thread(target=deliver, args=(opened, stop), name="deliver", daemon=True).start()
    Thread(target=watch, args=(opened, channel.send, stop), name="watch", daemon=True).start()
    return stop.set


def _channel() -> Channel:
    """Take the pipes for us alone: what a library prints goes to the server's log."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return Channel(reader, writer)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
