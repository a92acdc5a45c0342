"""The process that reads for the server.

MLflow is slow to import and may block for minutes when its store does not answer: neither may
happen in the server's process. One process does all the reading. The first request starts it,
the next one after its death starts another, and it ends when its end of the pipe closes: when
the server stops, however it does so.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.server.channel import Answer, Channel, Notice, Request
from jupyter_mlops.server.pages import ErrorPage

__all__ = ["Worker"]

_STOP_SECONDS = 15.0
"""How long a database may still take to be made: half made, MLflow could never open it again."""

_STUCK_SECONDS = 600.0
"""How old a question may get before the process counts as stuck."""

_LEAVE_SECONDS = 15.0
"""How long a process that says nothing more may take to end."""

_MOST_WAITING = 32
"""How many requests may wait; the process has a thread for each."""

_LOG_DESCRIPTOR = 2
"""The server's standard error."""

Result = bytes | ErrorPage


class Worker:
    """Reads pages in a process of its own.

    ``server_root`` is the folder that the server shows; ``on_notice`` is called, in the event
    loop, with what the process says on its own; ``trusted_hosts`` may be contacted because a
    project's file names them. Use it from that loop only.
    """

    def __init__(
        self,
        server_root: Path,
        on_notice: Callable[[Notice], None],
        *,
        trusted_hosts: Iterable[str] = (),
        deadline: float = 60.0,
        log: logging.Logger | logging.LoggerAdapter[logging.Logger] | None = None,
    ) -> None:
        self._server_root = server_root
        self._on_notice = on_notice
        self._trusted_hosts = tuple(trusted_hosts)
        self._deadline = deadline
        self._log = log or logging.getLogger(__name__)
        self._lock = Lock()
        self._process: _Process | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The id of the process, while there is one."""
        return self._process.pid if self._process is not None and self._process.alive else None

    async def read(self, read: str, path: str, arguments: Mapping[str, str | int]) -> Result:
        """Read a page: its JSON, or why there is none.

        Raises Unavailable where the process does not answer in time, or dies twice over one
        request.
        """
        for _ in range(2):
            process = await asyncio.to_thread(self._running, asyncio.get_running_loop())
            answer = asyncio.wrap_future(process.ask(read, path, arguments))
            try:
                return await asyncio.wait_for(answer, self._deadline)
            except _DiedError:
                self._log.warning(
                    "the reading process %d died with status %s", process.pid, process.status
                )
            except TimeoutError:
                raise Unavailable(
                    f"there was no answer within {self._deadline:.0f} s",
                    hint="check that the tracking server answers, then try again",
                ) from None
        raise Unavailable("the reading process died twice", hint="the server's log says why")

    async def stop(self) -> None:
        """End the process, for good."""
        with self._lock:
            self._stopped = True
            process, self._process = self._process, None
        if process is not None:
            await asyncio.to_thread(process.end, patience=_STOP_SECONDS)

    def _running(self, loop: asyncio.AbstractEventLoop) -> _Process:
        with self._lock:
            if self._stopped:
                raise Unavailable("the server is stopping", hint="start it again")
            if self._process is not None and not self._process.usable:
                self._process.end(patience=0.0)
                self._process = None
            if self._process is None:
                say = partial(_say, loop, self._on_notice)
                self._process = _Process([str(self._server_root), *self._trusted_hosts], say)
                self._log.info("reading runs, pipelines and models in process %d", self.pid)
            return self._process


def _say(
    loop: asyncio.AbstractEventLoop, on_notice: Callable[[Notice], None], notice: Notice
) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        loop.call_soon_threadsafe(on_notice, notice)


class _DiedError(Exception):
    """The process died before it had answered."""


@dataclass(frozen=True, slots=True)
class _Question:
    future: Future[Result] = field(default_factory=Future)
    asked: float = field(default_factory=time.monotonic)


class _Process:
    """One life of the reading process."""

    def __init__(self, arguments: list[str], on_notice: Callable[[Notice], None]) -> None:
        (its_reader, ours_to_write), (ours_to_read, its_writer) = os.pipe(), os.pipe()
        try:
            # Pipes of our own: what a library or Python's start-up prints is no message. -P: a
            # file of the user's folder must not stand in for a module of the same name.
            command = [sys.executable, "-P", "-m", "jupyter_mlops.server.reads"]
            self._popen = subprocess.Popen(  # noqa: S603 - our own module
                [*command, str(its_reader), str(its_writer), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=_LOG_DESCRIPTOR,
                pass_fds=(its_reader, its_writer),
            )
        except BaseException:
            os.close(ours_to_write)
            os.close(ours_to_read)
            raise
        finally:
            os.close(its_reader)
            os.close(its_writer)
        self._reader = os.fdopen(ours_to_read, "rb")
        self._channel = Channel(self._reader, os.fdopen(ours_to_write, "wb"))
        self._on_notice = on_notice
        self._numbers = count()
        self._lock = Lock()
        self._waiting: dict[int, _Question] = {}
        self._outbox: SimpleQueue[Request | None] = SimpleQueue()
        self._gone = False
        self._threads = [
            Thread(target=target, name=f"jupyter-mlops-{target.__name__}", daemon=True)
            for target in (self._listen, self._send)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def status(self) -> int | None:
        """The exit status; negative for a signal."""
        return self._popen.poll()

    @property
    def alive(self) -> bool:
        return not self._gone and self._threads[0].is_alive() and self._popen.poll() is None

    @property
    def usable(self) -> bool:
        """Whether it is alive and answers."""
        with self._lock:
            oldest = min((question.asked for question in self._waiting.values()), default=None)
        stuck = oldest is not None and time.monotonic() - oldest > _STUCK_SECONDS
        return self.alive and not stuck

    def ask(self, read: str, path: str, arguments: Mapping[str, str | int]) -> Future[Result]:
        question = _Question()
        question.future.set_running_or_notify_cancel()  # whoever waits may go: the answer comes
        with self._lock:
            if self._gone:
                question.future.set_exception(_DiedError())
                return question.future
            if len(self._waiting) >= _MOST_WAITING:
                raise Unavailable("too many requests are waiting", hint="try again in a minute")
            number = next(self._numbers)
            self._waiting[number] = question
        self._outbox.put(Request(number, read, path, arguments))
        return question.future

    def end(self, *, patience: float) -> None:
        """End the process, by force after ``patience`` seconds; leave no zombie."""
        if patience > 0:
            self._outbox.put(None)
        try:
            self._popen.wait(patience)
        except subprocess.TimeoutExpired:
            self._popen.kill()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        """Send beside the event loop: a pipe that nobody empties takes no more at some time."""
        while (request := self._outbox.get()) is not None:
            try:
                self._channel.send(request)
            except (OSError, ValueError):
                self._fail(request.number)
        self._channel.close()

    def _listen(self) -> None:
        try:
            while (message := self._channel.receive()) is not None:
                if isinstance(message, Answer):
                    with self._lock:
                        question = self._waiting.pop(message.number, None)
                    if question is not None:
                        question.future.set_result(message.result)
                elif isinstance(message, Notice):
                    self._on_notice(message)
        except Exception:
            logging.getLogger(__name__).exception("the reading process is not understood")
        finally:
            self._outbox.put(None)
            self._reader.close()
            try:
                self._popen.wait(_LEAVE_SECONDS)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
            with self._lock:
                self._gone = True
            for number in list(self._waiting):
                self._fail(number)

    def _fail(self, number: int) -> None:
        with self._lock:
            question = self._waiting.pop(number, None)
        if question is not None:
            question.future.set_exception(_DiedError())
