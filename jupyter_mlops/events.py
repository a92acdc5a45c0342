"""What happened, and who wants to know."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Event", "Subscribers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at a moment; subclasses say what.

    ``time`` is in seconds since the epoch.
    """

    time: float = field(default_factory=time.time)


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription(Generic[E]):
    """One subscription: told from another of the same callback by being another object."""

    callback: Callable[[E], None]


class Subscribers(Generic[E]):
    """Hand each published event to all who subscribed, in their order, in the publisher's thread.

    Both verbs are safe from any thread, and from a subscriber while it is called. A subscriber
    that raises stops the publisher: whoever subscribes decides what may go wrong.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._subscriptions: tuple[_Subscription[E], ...] = ()

    def subscribe(self, callback: Callable[[E], None]) -> Callable[[], None]:
        """Call ``callback`` with every event from now on; return what ends it."""
        mine = _Subscription(callback)
        with self._lock:
            self._subscriptions = (*self._subscriptions, mine)

        def unsubscribe() -> None:
            with self._lock:
                self._subscriptions = tuple(s for s in self._subscriptions if s is not mine)

        return unsubscribe

    def publish(self, event: E) -> None:
        """Hand ``event`` to every subscriber."""
        for subscription in self._subscriptions:
            subscription.callback(event)
