from __future__ import annotations

import time
from queue import Empty, Queue
from threading import Event, Thread

import pytest

from jupyter_mlops.server.channel import Notice
from jupyter_mlops.server.reads.opened import OpenedProjects
from jupyter_mlops.server.reads.watch import _FILES, stamps, watch


@pytest.fixture
def opened(tmp_path):
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "mlops.toml").touch()
    return OpenedProjects(tmp_path, lambda opened: lambda: None).open("trees")


@pytest.fixture
def notices(opened):
    queue, stop = Queue(), Event()
    thread = Thread(target=watch, args=(opened, queue.put, stop))
    thread.start()
    time.sleep(0.3)  # it has looked once
    yield queue
    stop.set()
    thread.join()


def kinds(notices, *, count):
    return sorted(notices.get(timeout=10).what for _ in range(count))


def test_nothing_is_noticed_where_nothing_changes(notices):
    with pytest.raises(Empty):
        notices.get(timeout=0.7)


def test_a_write_into_the_database_is_noticed_for_all_that_it_holds(notices, opened):
    (opened.project.root / "mlflow.db").write_bytes(b"x")

    assert ["models", "runs"] == kinds(notices, count=2)


def test_a_write_beside_the_database_counts_as_one_into_it(notices, opened):
    (opened.project.root / "mlflow.db-wal").write_bytes(b"x")

    assert ["models", "runs"] == kinds(notices, count=2)


def test_a_delivery_is_noticed_even_where_the_store_is_no_file(notices, opened):
    opened.project.journals.mkdir(parents=True)
    (opened.project.journals / "1.state").write_text("{}")

    assert Notice("runs", "trees") == notices.get(timeout=10)


def test_what_is_reported_but_not_delivered_is_not_noticed(notices, opened):
    opened.project.journals.mkdir(parents=True)
    (opened.project.journals / "1.journal").write_text("x")

    with pytest.raises(Empty):
        notices.get(timeout=0.7)


def test_an_execution_is_noticed_from_its_beginning_and_as_it_goes_on(notices, opened):
    folder = opened.project.executions / "20261121-084500-1a2b3c"
    folder.mkdir(parents=True)
    first = notices.get(timeout=10)
    (folder / "events.journal").write_text("x")
    second = notices.get(timeout=10)

    assert [Notice("pipelines", "trees")] * 2 == [first, second]


def test_many_changes_make_few_notices_and_the_last_is_not_lost(notices, opened):
    file = opened.project.executions / "1" / "events.journal"
    file.parent.mkdir(parents=True)
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        with file.open("a") as events:
            events.write("x")
        time.sleep(0.01)
    time.sleep(1.5)

    assert 3 <= notices.qsize() <= 5


def test_a_file_that_is_not_there_has_no_stamp(tmp_path):
    (tmp_path / "a").write_text("xyz")

    found = stamps([tmp_path / "a", tmp_path / "gone"])

    assert [(str(tmp_path / "a"), 3)] == [(name, size) for name, _, size in found]


def test_a_folder_that_cannot_be_read_does_not_end_the_looking(notices, opened, monkeypatch):
    broken = Event()

    def files(opened):
        if broken.is_set():
            raise PermissionError
        return [opened.project.root / "x"]

    monkeypatch.setitem(_FILES, "models", files)
    broken.set()
    time.sleep(0.5)
    broken.clear()
    (opened.project.root / "x").touch()

    assert Notice("models", "trees") == notices.get(timeout=10)
