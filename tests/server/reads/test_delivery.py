from __future__ import annotations

import socket
import time
from threading import Event, Thread

import pytest

from jupyter_mlops.runs.delivery.attend import is_attended
from jupyter_mlops.runs.delivery.deliver import undelivered
from jupyter_mlops.runs.delivery.journal import JournalWriter, read_records
from jupyter_mlops.runs.mlflow_database import is_up_to_date
from jupyter_mlops.runs.run import RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun
from jupyter_mlops.server.reads.delivery import deliver
from jupyter_mlops.server.reads.opened import OpenedProjects


@pytest.fixture
def opened(tmp_path):
    (tmp_path / "mlops.toml").write_text("run_store = 'memory'\n")
    return OpenedProjects(tmp_path, lambda opened: lambda: None).open("")


@pytest.fixture
def delivering(opened):
    stop = Event()
    thread = Thread(target=deliver, args=(opened, stop))
    thread.start()
    yield thread
    stop.set()
    thread.join()


def until(condition, *, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_where_nothing_was_tracked_nothing_is_made(delivering, opened):
    time.sleep(0.5)

    assert ["mlops.toml"] == [entry.name for entry in opened.project.root.iterdir()]
    assert delivering.is_alive()


def test_what_a_kernel_reports_is_in_the_store_soon(delivering, opened):
    journal = JournalWriter(opened.project.journals)
    key = new_run_key()
    journal.began(NewRun(key, "grow", 1000, "forest"))
    assert until(lambda: opened.project.runs.find_run(key))
    journal.metrics(key, {"auc": 0.9})
    assert until(lambda: opened.project.runs.list_runs().runs[0].metrics)
    journal.ended(key, RunStatus.FINISHED)
    journal.close()

    assert until(lambda: opened.project.runs.list_runs().runs[0].status == RunStatus.FINISHED)
    assert until(lambda: not list(opened.project.journals.glob("*.journal")))


def test_no_kernel_needs_a_process_of_its_own_while_the_server_delivers(opened):
    opened.project.make_state()
    stop = Event()
    thread = Thread(target=deliver, args=(opened, stop))
    thread.start()

    assert until(lambda: is_attended(opened.project.journals))
    stop.set()
    thread.join()
    assert not is_attended(opened.project.journals)


def test_a_kernel_that_dies_without_a_word_is_found_dead(delivering, opened):
    journal = JournalWriter(opened.project.journals)
    key = new_run_key()
    journal.began(NewRun(key, "grow", 1000, "forest"))
    assert until(lambda: opened.project.runs.find_run(key))
    time.sleep(0.5)  # all of it is delivered; nothing of it changes from now on

    journal._alive.release()  # what the system does for a process that is gone

    assert until(lambda: opened.project.runs.list_runs().runs[0].status == RunStatus.KILLED)


def test_while_the_store_is_gone_all_stays_in_the_journal(tmp_path, caplog):
    (tmp_path / "mlops.toml").write_text("tracking_uri = 'http://127.0.0.1:9'\n")
    opened = OpenedProjects(tmp_path, lambda opened: lambda: None).open("")
    journal = JournalWriter(opened.project.journals)
    journal.began(NewRun(new_run_key(), "grow", 1000, "forest"))
    stop = Event()
    thread = Thread(target=deliver, args=(opened, stop))
    thread.start()
    try:
        assert until(lambda: "does not answer" in caplog.text)
        time.sleep(1.0)
    finally:
        stop.set()
        thread.join()
        journal.close()

    assert 1 <= caplog.text.count("does not answer") <= 3  # not at every look
    opening, began = read_records(journal.path)
    assert ("opened", "began") == (opening.kind, began.kind)
    assert began.end - opening.end == undelivered(opened.project.journals)


def test_a_host_that_only_the_project_names_gets_nothing_and_kernels_look_after_themselves(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("jupyter_mlops.server.trust._is_here", lambda host: False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1.5)
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        (tmp_path / "mlops.toml").write_text(f"tracking_uri = '{uri}'\n")
        opened = OpenedProjects(tmp_path, lambda opened: lambda: None).open("")
        journal = JournalWriter(opened.project.journals)
        journal.began(NewRun(new_run_key(), "grow", 1000, "forest"))
        stop = Event()
        thread = Thread(target=deliver, args=(opened, stop))
        thread.start()
        try:
            with pytest.raises(TimeoutError):
                server.accept()
            assert not is_attended(opened.project.journals)
        finally:
            stop.set()
            thread.join()
            journal.close()


def test_closing_while_the_database_is_made_for_a_kernel_leaves_it_whole(tmp_path):
    (tmp_path / "mlops.toml").touch()
    stop = Event()
    projects = OpenedProjects(tmp_path, lambda opened: stop.set)
    opened = projects.open("")
    journal = JournalWriter(opened.project.journals)
    journal.began(NewRun(new_run_key(), "grow", 1000, "forest"))
    thread = Thread(target=deliver, args=(opened, stop))
    thread.start()
    try:
        assert until(lambda: list(tmp_path.glob(".mlflow.db.*")))
        projects.close()

        assert is_up_to_date(opened.project.settings.tracking_uri)
    finally:
        stop.set()
        thread.join()
        journal.close()
