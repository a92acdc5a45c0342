from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from jupyter_mlops.server.channel import Answer, Channel, Notice, Request
from jupyter_mlops.server.pages import ErrorPage

MESSAGES = [
    Request(1, "runs", "trees", {"limit": 10, "page_token": ""}),
    Answer(1, b'{"rows":[]}'),
    Answer(2, ErrorPage("NotFound", "it is not there", "look elsewhere")),
    Notice("runs", "trees"),
]


@pytest.fixture
def channel():
    """Two ends of a channel."""
    (read, write), (read_back, write_back) = os.pipe(), os.pipe()
    files = [os.fdopen(read, "rb"), os.fdopen(write_back, "wb")]
    files += [os.fdopen(read_back, "rb"), os.fdopen(write, "wb")]
    yield Channel(*files[2:]), Channel(*files[:2])
    for file in files:
        file.close()


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_arrives_as_it_was_sent(channel, message):
    here, there = channel

    here.send(message)

    assert message == there.receive()


def test_messages_arrive_in_their_order(channel):
    here, there = channel

    for message in MESSAGES:
        here.send(message)

    assert MESSAGES == [there.receive() for _ in MESSAGES]


def test_when_the_other_side_is_gone_there_is_no_message(channel):
    here, there = channel

    here.close()

    assert there.receive() is None


def test_a_message_that_was_cut_off_is_none():
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, Path(os.devnull).open("wb") as nowhere:
        with os.fdopen(write, "wb") as writer:
            writer.write(b"\x80\x04\x95\xff\x00")
        assert Channel(reader, nowhere).receive() is None


def test_closing_towards_a_side_that_is_gone_is_quiet(channel):
    here, there = channel
    there._reader.close()
    here._writer.write(b"left in the buffer")

    here.close()


def test_a_message_that_cannot_be_understood_is_none():
    class Unknown:
        def __reduce__(self):
            return (eval, ("1 / 0",))

    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, Path(os.devnull).open("wb") as nowhere:
        with os.fdopen(write, "wb") as writer:
            writer.write(pickle.dumps(Unknown()))
        assert Channel(reader, nowhere).receive() is None
