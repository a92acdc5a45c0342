from __future__ import annotations

import asyncio
import json
import socket

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from jupyter_mlops import wire
from jupyter_mlops.server.pages import ProjectPage, RunDetails, RunsPage


@pytest.fixture
def jp_root_dir(tracked):
    return tracked


async def test_the_project_is_named_with_its_store(fetch, tracked):
    status, page, headers = await fetch("project", params={"path": "trees/train.ipynb"})

    assert 200 == status
    assert ProjectPage("0.1.0", "trees", "trees", f"sqlite:///{tracked}/trees/mlflow.db") == (
        wire.from_json(ProjectPage, json.dumps(page))
    )
    assert "application/json" == headers["Content-Type"]
    assert "no-store" == headers["Cache-Control"]
    assert "nosniff" == headers["X-Content-Type-Options"]


async def test_runs_come_newest_first_with_the_notebook_to_open(fetch):
    status, page, _ = await fetch("runs", params={"path": "trees"})
    rows = wire.from_json(RunsPage, json.dumps(page)).rows

    assert 200 == status
    assert ["depth-4", "depth-2", "grow"] == [row.run.name for row in rows]
    assert {"trees/train.ipynb"} == {row.contents_path for row in rows}
    assert {"c1"} == {row.run.cell_id for row in rows}


async def test_a_run_is_told_with_code_exception_and_children(fetch):
    _, page, _ = await fetch("runs", params={"path": "trees"})
    run_id = page["rows"][-1]["run"]["run_id"]

    status, body, _ = await fetch("runs", run_id, params={"path": "trees"})
    details = wire.from_json(RunDetails, json.dumps(body))

    assert 200 == status
    assert ("model.fit(x, y)\n", "ValueError: no trees\n") == (details.code, details.exception)
    assert ["depth-4", "depth-2"] == [child.run.name for child in details.children]
    assert ["cell/source.py", "exception.txt"] == [a.path for a in details.artifacts]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "1e2", "", "ten", "1000000000000"])
async def test_a_limit_out_of_bounds_is_refused(fetch, limit):
    status, body, _ = await fetch("runs", params={"limit": limit})

    assert (400, "Invalid") == (status, body["kind"])
    assert "from 1 to 500" in body["message"]


@pytest.mark.parametrize(
    "run", ["a" * 31, "A" * 32, "a" * 33, "%27%20OR%201=1", "../project", "x", "sqlite:%2F%2Fx"]
)
async def test_what_is_no_id_of_a_run_never_reaches_the_store(fetch, run):
    status, body, _ = await fetch("runs", run, params={"path": "trees"})

    assert (404, "NotFound") == (status, body["kind"])


@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_an_address_that_we_do_not_have_answers_in_our_shape(jp_fetch, verb):
    with pytest.raises(HTTPClientError) as error:
        await jp_fetch("jupyter-mlops/api/v2", method=verb, allow_nonstandard_methods=True)

    assert 404 == error.value.code
    assert {
        "kind": "NotFound",
        "message": "there is no such address",
        "hint": "all ours begin with /jupyter-mlops/api/v1",
    } == json.loads(error.value.response.body)


async def test_a_verb_that_an_address_does_not_know_answers_in_our_shape(fetch):
    status, body, _ = await fetch("runs", method="DELETE")

    assert 405 == status
    assert {"kind": "Invalid", "message": "Method Not Allowed", "hint": ""} == body


@pytest.mark.parametrize("path", ["..", "trees/../..", "/etc", "out", "out/x"])
async def test_a_path_out_of_what_the_server_shows_is_refused(fetch, tracked, tmp_path, path):
    (tracked / "out").unlink(missing_ok=True)
    (tracked / "out").symlink_to(tmp_path)

    status, body, _ = await fetch("project", params={"path": path})

    assert (400, "Invalid") == (status, body["kind"])
    assert str(tmp_path) not in json.dumps(body)


async def test_settings_that_are_wrong_are_shown_with_file_and_line(fetch, tracked):
    (tracked / "wrong").mkdir(exist_ok=True)
    (tracked / "wrong" / "mlops.toml").write_text("\nexperimnt = 'x'\n")

    status, body, _ = await fetch("project", params={"path": "wrong"})

    assert 400 == status
    assert {
        "kind": "Invalid",
        "message": f"{tracked}/wrong/mlops.toml:2: unknown key 'experimnt'",
        "hint": "did you mean 'experiment'?",
    } == body


async def test_credentials_of_a_store_do_not_reach_the_browser(fetch, tracked):
    (tracked / "remote").mkdir(exist_ok=True)
    uri = "http://ada:secret@127.0.0.1:9/mlflow?key=secret"
    (tracked / "remote" / "mlops.toml").write_text(f"tracking_uri = '{uri}'\n")

    _, page, _ = await fetch("project", params={"path": "remote"})
    status, body, _ = await fetch("runs", params={"path": "remote"})

    assert "http://127.0.0.1:9/mlflow" == page["store"]
    assert (503, "Unavailable") == (status, body["kind"])
    assert "secret" not in json.dumps(body)


async def test_a_page_token_that_is_not_ours_is_refused(fetch):
    status, body, _ = await fetch("runs", params={"path": "trees", "page_token": "x" * 2000})

    assert (400, "Invalid") == (status, body["kind"])


async def test_a_store_that_never_answers_keeps_nobody_else_waiting(fetch, tracked):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (tracked / "silent").mkdir(exist_ok=True)
        (tracked / "silent" / "mlops.toml").write_text(
            f"tracking_uri = 'http://127.0.0.1:{silent.getsockname()[1]}'\n"
        )
        await fetch("runs", params={"path": "trees"})  # MLflow is loaded
        slow = asyncio.ensure_future(fetch("runs", params={"path": "silent"}))
        silent.setblocking(False)
        connection, _ = await asyncio.get_running_loop().sock_accept(silent)
        with connection:
            status, _, _ = await fetch("runs", params={"path": "trees"})

            assert not slow.done()
            assert 200 == status
            status, body, _ = await slow

    assert (503, "Unavailable") == (status, body["kind"])


async def test_who_is_known_but_may_not_is_refused_in_our_shape(fetch, jp_serverapp):
    asked = []

    class ReadOnlyElsewhere(Authorizer):
        def is_authorized(self, handler, user, action, resource):
            asked.append((action, resource))
            return False

    jp_serverapp.web_app.settings["authorizer"] = ReadOnlyElsewhere(parent=jp_serverapp)

    status, body, _ = await fetch("runs")

    assert [("read", "jupyter_mlops")] == asked
    assert (403, "Forbidden") == (status, body["kind"])


async def test_a_query_that_is_not_text_is_refused(fetch, jp_fetch):
    with pytest.raises(HTTPClientError) as error:
        await jp_fetch("jupyter-mlops/api/v1/project", params={"path": b"\xff\xfe"})

    assert 400 == error.value.code
    assert "Invalid" == json.loads(error.value.response.body)["kind"]


@pytest.mark.parametrize("path", ["x" * 4097, "ü" * 2049])
async def test_a_path_that_no_file_can_have_is_refused(fetch, path):
    status, body, _ = await fetch("project", params={"path": path})

    assert (400, "path is too long") == (status, body["message"])


@pytest.mark.parametrize("path", [".ssh", "trees/.git/x"])
async def test_a_hidden_path_is_refused_unless_the_server_shows_them(fetch, path, jp_serverapp):
    status, body, _ = await fetch("project", params={"path": path})
    assert (400, "path is hidden") == (status, body["message"])

    jp_serverapp.contents_manager.allow_hidden = True
    assert 200 == (await fetch("project", params={"path": path}))[0]


async def test_an_address_that_is_none_is_the_projects_mistake(fetch, jp_root_dir, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (jp_root_dir / "bad").mkdir(exist_ok=True)
    (jp_root_dir / "bad" / "mlops.toml").write_text("tracking_uri = 'http://[::1'\n")

    status, body, _ = await fetch("runs", params={"path": "bad"})

    assert (400, "http://[::1 is not an address") == (status, body["message"])


async def test_a_store_that_does_not_answer_is_no_error_of_the_server(
    fetch, jp_root_dir, jp_serverapp, caplog, monkeypatch
):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (jp_root_dir / "gone").mkdir(exist_ok=True)
    (jp_root_dir / "gone" / "mlops.toml").write_text("tracking_uri = 'http://127.0.0.1:9'\n")

    with caplog.at_level("INFO", jp_serverapp.log.name):
        jp_serverapp.log.propagate = True
        status, _, _ = await fetch("runs", params={"path": "gone"})

    assert 503 == status
    told = [record for record in caplog.records if record.name == jp_serverapp.log.name]
    (line,) = [record for record in told if "503" in record.getMessage()]
    assert "INFO" == line.levelname
