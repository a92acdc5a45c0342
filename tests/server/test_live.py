from __future__ import annotations

import asyncio
import sqlite3

import jsonschema
import pytest

from jupyter_mlops.project import Project
from jupyter_mlops.runs.delivery.journal import JournalWriter
from jupyter_mlops.runs.run import RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun
from jupyter_mlops.server import live
from jupyter_mlops.server.channel import Notice


@pytest.fixture
def events(jp_serverapp):
    """What the server's event bus says of us, from now on."""
    queue = asyncio.Queue()

    async def listen(logger, schema_id, data):
        queue.put_nowait(data)

    jp_serverapp.event_logger.add_listener(schema_id=live.CHANGED, listener=listen)
    return queue


async def test_what_changed_is_put_on_the_event_bus(jp_serverapp, events):
    live.emit(jp_serverapp.event_logger, Notice("runs", "trees"))

    event = await asyncio.wait_for(events.get(), 5)

    assert {"what": "runs", "contents_path": "trees"} == event


def test_an_event_of_another_shape_is_not_emitted(jp_serverapp, events):
    with pytest.raises(jsonschema.ValidationError):
        live.emit(jp_serverapp.event_logger, Notice("weather", "trees"))


async def test_a_run_that_a_kernel_reports_is_announced_and_then_listed(fetch, events, jp_root_dir):
    (jp_root_dir / "trees").mkdir()
    (jp_root_dir / "trees" / "mlops.toml").touch()
    _, before, _ = await fetch("runs", params={"path": "trees"})
    journal = JournalWriter(Project.open(jp_root_dir / "trees").journals)
    key = new_run_key()

    journal.began(NewRun(key, "grow", 1000, "forest"))
    journal.metrics(key, {"auc": 0.9})
    journal.ended(key, RunStatus.FINISHED)
    journal.close()
    names = []
    while names != [("grow", "FINISHED")]:
        event = await asyncio.wait_for(events.get(), 30)
        assert "trees" == event["contents_path"]
        _, page, _ = await fetch("runs", params={"path": "trees"})
        names = [(row["run"]["name"], row["run"]["status"]) for row in page["rows"]]

    assert [] == before["rows"]
    assert {"auc": 0.9} == page["rows"][0]["run"]["metrics"]


async def test_what_others_write_into_the_store_is_announced_too(fetch, events, jp_root_dir):
    (jp_root_dir / "mlops.toml").touch()
    await asyncio.to_thread(Project.open(jp_root_dir).prepare)
    await fetch("runs")
    await asyncio.sleep(0.5)

    with sqlite3.connect(jp_root_dir / "mlflow.db") as database:
        database.execute("create table other (x)")
    database.close()
    kinds = {(await asyncio.wait_for(events.get(), 20))["what"] for _ in range(2)}

    assert {"runs", "models"} == kinds
