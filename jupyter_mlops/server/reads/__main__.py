"""The reading process: ``python -m jupyter_mlops.server.reads READER WRITER ROOT [HOST ...]``."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
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

_FORGET_SECONDS = 60.0
_THREADS = 32  # one for each request that the server lets wait


def main(channel: Channel, server_root: Path, trusted_hosts: Iterable[str]) -> None:
    """Answer requests until the server is gone."""
    for name, value in MLFLOW_DEFAULTS.items():
        os.environ.setdefault(name, value)
    logging.basicConfig(format="[%(levelname)1.1s %(asctime)s jupyter_mlops] %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the server's
    projects = OpenedProjects(server_root, partial(_attend, channel), trusted_hosts=trusted_hosts)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="read")
    Thread(target=_forget, args=(projects,), name="forget", daemon=True).start()
    while (message := channel.receive()) is not None:
        if isinstance(message, Request):
            pool.submit(lambda request: channel.send(answer(request, projects)), message)
    projects.close()
    os._exit(0)  # whatever still hangs in a store: nobody waits for it any more


def _forget(projects: OpenedProjects) -> None:
    while True:
        time.sleep(_FORGET_SECONDS)
        projects.forget()


def _attend(channel: Channel, opened: OpenedProject) -> Callable[[], None]:
    """Deliver what the project's kernels report, and tell the server what changes."""
    stop = Event()
    Thread(target=deliver, args=(opened, stop), name="deliver", daemon=True).start()
    Thread(target=watch, args=(opened, channel.send, stop), name="watch", daemon=True).start()
    return stop.set


def _channel(reader: int, writer: int) -> Channel:
    """Take the pipes for us alone, and not for what libraries start."""
    for descriptor in (reader, writer):
        os.set_inheritable(descriptor, False)
    return Channel(os.fdopen(reader, "rb"), os.fdopen(writer, "wb"))


if __name__ == "__main__":
    main(_channel(int(sys.argv[1]), int(sys.argv[2])), Path(sys.argv[3]), sys.argv[4:])
