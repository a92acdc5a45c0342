"""What the server and its reading process say to each other, over a pipe that only they hold."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import BinaryIO, Literal

from jupyter_mlops.server.pages import ErrorPage

__all__ = ["Answer", "Changed", "Channel", "Message", "Notice", "Request"]

Changed = Literal["runs", "pipelines", "models"]


@dataclass(frozen=True, slots=True)
class Request:
    """Ask for a page: which ``read``, for the project that the contents path ``path`` is in."""

    number: int
    read: str
    path: str
    arguments: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The page that a request asked for, as JSON of the wire, or why there is none."""

    number: int
    result: bytes | ErrorPage


@dataclass(frozen=True, slots=True)
class Notice:
    """Say that something of a project changed; ``contents_path`` is the project's root."""

    what: Changed
    contents_path: str


Message = Request | Answer | Notice


class Channel:
    """One end of the pipe. Sending is safe from any thread, receiving belongs to one."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        self._lock = Lock()

    def send(self, message: Message) -> None:
        """Send a message; raises OSError or ValueError when the other side is gone."""
        data = pickle.dumps(message)
        with self._lock:
            self._writer.write(data)
            self._writer.flush()

    def receive(self) -> Message | None:
        """Wait for the next message; None when the other side is gone, or not to be understood."""
        try:
            message: Message = pickle.load(self._reader)  # noqa: S301 - of our own process
        except Exception as error:  # noqa: BLE001 - pickle may raise any
            # The last message may have been cut off. After one that is none, nothing can be read:
            # nobody knows where the next begins.
            if not isinstance(error, EOFError):
                logging.getLogger(__name__).warning("unreadable message: %r", error)
            return None
        return message

    def close(self) -> None:
        """Let the other side know that nothing more comes."""
        with self._lock, suppress(OSError):  # it may be gone, with something of ours unread
            self._writer.close()
