from dataclasses import dataclass
from threading import Thread

import pytest

from jupyter_mlops.events import Event, Subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(Event):
    times: int = 1


def test_an_event_knows_when_it_happened():
    first, second = Event(), Event()

    assert 0 <= second.time - first.time < 60
    assert 5.0 == Event(time=5.0).time


def test_events_reach_all_subscribers_in_their_order():
    bells = Subscribers[Rang]()
    heard = []
    bells.subscribe(lambda event: heard.append(("first", event.times)))
    bells.subscribe(lambda event: heard.append(("second", event.times)))

    bells.publish(Rang(times=2))
    bells.publish(Rang(times=3))

    assert [("first", 2), ("second", 2), ("first", 3), ("second", 3)] == heard


def test_who_unsubscribed_hears_nothing_more():
    bells = Subscribers[Rang]()
    heard = []
    end = bells.subscribe(heard.append)
    end()
    end()

    bells.publish(Rang())

    assert [] == heard


def test_one_callback_may_subscribe_twice_and_end_one_of_them():
    bells = Subscribers[Rang]()
    heard = []
    end = bells.subscribe(heard.append)
    bells.subscribe(heard.append)
    end()
    event = Rang()

    bells.publish(event)

    assert [event] == heard


def test_a_subscriber_may_unsubscribe_itself_while_it_is_called():
    bells = Subscribers[Rang]()
    heard = []

    def once(event):
        heard.append(event)
        end()

    end = bells.subscribe(once)
    other = []
    bells.subscribe(other.append)

    bells.publish(Rang())
    bells.publish(Rang())

    assert (1, 2) == (len(heard), len(other))


def test_a_subscriber_that_raises_stops_the_publisher():
    bells = Subscribers[Rang]()
    bells.subscribe(lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        bells.publish(Rang())


def test_threads_that_subscribe_at_once_all_hear():
    bells = Subscribers[Rang]()
    heard = []
    threads = [
        Thread(target=lambda: [bells.subscribe(heard.append) for _ in range(50)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    bells.publish(Rang())

    assert 400 == len(heard)
