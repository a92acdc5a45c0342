from __future__ import annotations

import asyncio
import os
import signal
import socket
import time

import pytest

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.server.pages import ErrorPage
from jupyter_mlops.server.worker import Worker


@pytest.fixture
def worker(tmp_path, jp_asyncio_loop):
    worker = Worker(tmp_path, lambda notice: None)
    yield worker
    jp_asyncio_loop.run_until_complete(worker.stop())


@pytest.fixture
def silent(tmp_path):
    """A project whose tracking server accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        (tmp_path / "silent").mkdir()
        (tmp_path / "silent" / "mlops.toml").write_text(
            f"tracking_uri = 'http://127.0.0.1:{server.getsockname()[1]}'\n"
        )
        yield server


def a_look(worker):
    return worker.read("project", "", {})


def a_long_look(worker):
    return worker.read("runs", "silent", {"limit": 1, "page_token": ""})


async def connected(server):
    """Wait until the process asks the server that never answers."""
    server.setblocking(False)
    connection, _ = await asyncio.get_running_loop().sock_accept(server)
    return connection


async def test_nothing_is_started_before_somebody_asks(worker):
    assert worker.pid is None

    await a_look(worker)

    assert worker.pid not in (None, os.getpid())


async def test_one_process_does_all_the_reading(worker):
    await asyncio.gather(*(a_look(worker) for _ in range(20)))
    first = worker.pid
    await a_look(worker)

    assert first == worker.pid


async def test_the_next_request_after_its_death_starts_another(worker):
    await a_look(worker)
    first = worker.pid

    os.kill(first, signal.SIGKILL)
    page = await a_look(worker)

    assert isinstance(page, bytes)
    assert worker.pid not in (None, first)


async def test_a_request_that_it_dies_over_is_asked_once_more(worker, silent):
    answer = asyncio.ensure_future(a_long_look(worker))
    with await connected(silent):
        os.kill(worker.pid, signal.SIGKILL)

        page = await answer

    assert isinstance(page, ErrorPage)
    assert "Unavailable" == page.kind  # what the second process found out
    assert "does not answer" in page.message


async def test_a_request_that_it_dies_over_twice_is_given_up(worker, silent):
    answer = asyncio.ensure_future(a_long_look(worker))
    for _ in range(2):
        with await connected(silent):
            os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(Unavailable, match="died twice"):
        await answer


async def test_whoever_asks_waits_no_longer_than_the_deadline(worker, silent):
    await a_look(worker)
    worker._deadline = 0.5

    with pytest.raises(Unavailable, match="no answer within") as error:
        await a_long_look(worker)

    assert error.value.hint
    with await connected(silent):  # and while it still tries, others are answered
        worker._deadline = 60.0
        assert isinstance(await a_look(worker), bytes)


async def test_a_process_that_is_silent_for_too_long_is_replaced(worker, monkeypatch):
    monkeypatch.setattr("jupyter_mlops.server.worker._STUCK_SECONDS", 0.3)
    await a_look(worker)
    first = worker.pid
    os.kill(first, signal.SIGSTOP)
    worker._deadline = 0.5
    with pytest.raises(Unavailable):
        await a_look(worker)
    worker._deadline = 60.0

    assert isinstance(await a_look(worker), bytes)
    assert worker.pid != first


async def test_more_requests_than_the_pipe_holds_are_refused_at_once(worker):
    await a_look(worker)
    os.kill(worker.pid, signal.SIGSTOP)
    worker._deadline = 2.0
    answers = await asyncio.gather(
        *(worker.read("project", "x" * 4000, {}) for _ in range(40)), return_exceptions=True
    )
    os.kill(worker.pid, signal.SIGCONT)

    said = [str(answer) for answer in answers]
    assert 8 == sum("too many requests" in text for text in said)
    assert 32 == sum("no answer within" in text for text in said)


async def test_stopping_leaves_neither_process_nor_zombie(worker):
    await a_look(worker)
    pid = worker.pid

    await worker.stop()

    assert worker.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)  # a zombie could still be signalled


async def test_after_it_was_stopped_it_does_not_start_again(worker):
    await worker.stop()

    with pytest.raises(Unavailable, match="stopping"):
        await a_look(worker)


async def test_ctrl_c_in_the_terminal_does_not_end_it(worker):
    await a_look(worker)
    pid = worker.pid

    os.kill(pid, signal.SIGINT)
    await a_look(worker)

    assert pid == worker.pid


async def test_a_module_in_the_users_folder_is_not_imported_in_the_place_of_ours(
    worker, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pickle.py").write_text("raise RuntimeError('imported from the folder')")

    assert isinstance(await a_look(worker), bytes)


async def test_a_process_that_takes_nothing_blocks_nobody(worker):
    await a_look(worker)
    os.kill(worker.pid, signal.SIGSTOP)
    worker._deadline = 1.0
    began = time.monotonic()

    answers = await asyncio.gather(
        *(worker.read("project", "x" * 200_000, {}) for _ in range(3)), return_exceptions=True
    )

    assert time.monotonic() - began < 5
    assert all("no answer within" in str(answer) for answer in answers)
    os.kill(worker.pid, signal.SIGCONT)


async def test_what_is_printed_when_python_starts_is_no_message(worker, tmp_path, monkeypatch):
    (tmp_path / "startup").mkdir()
    (tmp_path / "startup" / "sitecustomize.py").write_text("print('hello', flush=True)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "startup"))

    assert isinstance(await a_look(worker), bytes)


async def test_after_a_message_that_cannot_be_understood_another_process_answers(
    worker, monkeypatch
):
    await a_look(worker)
    first = worker.pid
    with monkeypatch.context() as patch:
        patch.setattr("jupyter_mlops.server.worker.Answer", None)  # isinstance raises
        with pytest.raises(Unavailable, match="died twice"):
            await a_look(worker)

    assert isinstance(await a_look(worker), bytes)
    assert worker.pid != first


async def test_the_log_says_how_it_died(worker, silent, caplog):
    answer = asyncio.ensure_future(a_long_look(worker))
    with await connected(silent):
        pid = worker.pid
        os.kill(pid, signal.SIGKILL)
        await answer

    assert f"{pid} died with status -9" in caplog.text


async def test_a_host_of_the_servers_settings_may_be_contacted(tmp_path, jp_asyncio_loop):
    (tmp_path / "mlops.toml").write_text("tracking_uri = 'http://mlflow.invalid'\n")
    for hosts, said in (([], "wants to use"), (["mlflow.invalid"], "does not answer")):
        worker = Worker(tmp_path, lambda notice: None, trusted_hosts=hosts)
        page = await worker.read("runs", "", {"limit": 1, "page_token": ""})
        await worker.stop()

        assert said in page.message


async def test_a_store_that_hangs_keeps_nobody_from_the_other_projects(worker, silent):
    hanging = [asyncio.ensure_future(a_long_look(worker)) for _ in range(14)]
    with await connected(silent):
        done, waiting = await asyncio.wait(hanging, timeout=1)
        assert "too many requests wait for this project" in {
            task.result().message.partition("'")[0] for task in done
        }
        assert isinstance(await worker.read("runs", "", {"limit": 1, "page_token": ""}), bytes)
        assert isinstance(await worker.read("project", "silent", {}), bytes)
    for task in waiting:
        task.cancel()


async def test_a_store_that_hangs_does_not_hold_up_the_end(worker, silent):
    answer = asyncio.ensure_future(a_long_look(worker))
    with await connected(silent):
        began = time.monotonic()
        await worker.stop()

        assert time.monotonic() - began < 5
    with pytest.raises(Unavailable, match="stopping"):
        await answer
