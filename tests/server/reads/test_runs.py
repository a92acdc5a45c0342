from __future__ import annotations

import json
import math
import shutil

import pytest

from jupyter_mlops import wire
from jupyter_mlops.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.project import Project
from jupyter_mlops.runs.environment import project_tags
from jupyter_mlops.runs.run import new_run_key
from jupyter_mlops.runs.store import NewRun
from jupyter_mlops.server.pages import RunsPage
from jupyter_mlops.server.reads.runs import run_details, runs_page


def key(name):
    return name.encode().hex().ljust(32, "0")


def test_runs_come_newest_first_with_the_notebook_to_open(trees):
    page = runs_page(trees, limit=100, page_token="")

    assert ["depth-4", "depth-2", "grow"] == [row.run.name for row in page.rows]
    assert {"trees/train.ipynb"} == {row.contents_path for row in page.rows}
    assert "" == page.next_page_token


def test_pages_follow_each_other_to_the_last(trees):
    names, token = [], ""
    for _ in range(3):
        page = wire.from_json(RunsPage, wire.to_json(runs_page(trees, limit=1, page_token=token)))
        names += [row.run.name for row in page.rows]
        token = page.next_page_token

    assert ["depth-4", "depth-2", "grow"] == names
    assert "" == token


def test_a_metric_that_json_lacks_travels_as_its_name(trees):
    page = runs_page(trees, limit=1, page_token="")

    assert math.isnan(page.rows[0].run.metrics["loss"])
    assert {"auc": 0.9, "loss": "NaN"} == (
        json.loads(wire.to_json(page))["rows"][0]["run"]["metrics"]
    )


def test_a_run_is_told_with_code_exception_and_children(trees):
    details = run_details(trees, run=key("grow"))

    assert ("model.fit(x, y)\n", "ValueError: no trees\n") == (details.code, details.exception)
    assert ["depth-4", "depth-2"] == [child.run.name for child in details.children]
    assert ["cell/source.py", "exception.txt"] == [a.path for a in details.artifacts]


def test_a_run_without_code_or_exception_has_neither(trees):
    details = run_details(trees, run=key("depth-2"))

    assert ("", "", (), ()) == (
        details.code,
        details.exception,
        details.artifacts,
        details.children,
    )


def test_the_stores_id_and_our_key_name_the_same_run(trees):
    by_key = run_details(trees, run=key("grow"))
    by_id = run_details(trees, run=by_key.row.run.run_id)

    assert wire.to_json(by_key) == wire.to_json(by_id)


@pytest.mark.parametrize("path", ["trees", ""])
def test_a_run_that_is_not_there_is_said_not_to_be(tracked, open_project, path):
    with pytest.raises(NotFound, match=f"there is no run {'0' * 32}"):
        run_details(open_project(tracked, path), run="0" * 32)


@pytest.mark.parametrize("token", ["x", "' OR 1=1", "eyJvZmZzZXQiOiAieCJ9"])
def test_a_page_token_that_is_not_ours_is_refused(trees, token):
    with pytest.raises(Invalid):
        runs_page(trees, limit=1, page_token=token)


def test_looking_at_a_folder_makes_nothing_in_it(tmp_path, open_project):
    (tmp_path / "mlops.toml").touch()

    assert RunsPage() == runs_page(open_project(tmp_path, ""), limit=1, page_token="")
    assert ["mlops.toml"] == [entry.name for entry in tmp_path.iterdir()]


def test_a_damaged_database_is_a_store_that_does_not_answer(tracked, tmp_path, open_project):
    shutil.copytree(tracked / "trees", tmp_path / "trees")
    (tmp_path / "trees" / "mlflow.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    with pytest.raises(Unavailable) as error:
        runs_page(open_project(tmp_path, "trees"), limit=1, page_token="")

    assert "Traceback" not in str(error.value)


def test_a_server_that_went_away_is_noticed_at_once(tmp_path, open_project):
    (tmp_path / "mlops.toml").write_text("tracking_uri = 'http://127.0.0.1:9'\n")
    opened = open_project(tmp_path, "")

    for _ in range(2):
        with pytest.raises(Unavailable, match="does not answer"):
            runs_page(opened, limit=1, page_token="")


def test_a_source_outside_of_what_the_server_shows_cannot_be_opened(tracked, open_project):
    opened = open_project(tracked / "trees", "")

    assert Project.open(tracked / "trees").root == opened.project.root
    assert "train.ipynb" == opened.contents_path("train.ipynb")
    assert "" == opened.contents_path("../other.ipynb")
    assert "" == opened.contents_path("/usr/lib/python3/ipykernel_launcher.py")


@pytest.mark.parametrize(
    ("tags", "shown"),
    [({}, ""), ({"mlops.project": "0" * 16}, ""), (None, "trees/train.ipynb")],
)
def test_on_a_shared_store_only_the_projects_own_runs_lead_to_its_notebooks(
    mlflow_database, tmp_path, open_project, tags, shown
):
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "train.ipynb").touch()
    (tmp_path / "trees" / "mlops.toml").write_text(f"tracking_uri = '{mlflow_database.uri}'\n")
    opened = open_project(tmp_path, "trees")
    tags = project_tags(opened.project.root) if tags is None else tags
    opened.project.runs.create_run(
        NewRun(
            new_run_key(), "fit", 10**14, "x", None, {"mlflow.source.name": "train.ipynb", **tags}
        )
    )

    (row,) = runs_page(opened, limit=1, page_token="").rows

    assert shown == row.contents_path


def test_of_very_many_artifacts_the_first_are_told_and_the_code_all_the_same(trees, monkeypatch):
    monkeypatch.setattr("jupyter_mlops.server.reads.runs._ARTIFACTS", 1)

    details = run_details(trees, run=key("grow"))

    assert 1 == len(details.artifacts)
    assert ("model.fit(x, y)\n", "ValueError: no trees\n") == (details.code, details.exception)


def test_of_very_many_children_the_newest_are_told(trees, monkeypatch):
    monkeypatch.setattr("jupyter_mlops.server.reads.runs._CHILDREN", 1)

    details = run_details(trees, run=key("grow"))

    assert ["depth-4"] == [child.run.name for child in details.children]
