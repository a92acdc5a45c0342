from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_mlops.errors import Invalid, Unavailable
from jupyter_mlops.server.reads.opened import OpenedProjects, database


class Attention:
    def __init__(self):
        self.begun, self.ended = [], []

    def __call__(self, opened):
        self.begun.append(opened)
        return lambda: self.ended.append(opened)


@pytest.fixture
def attention():
    return Attention()


@pytest.fixture
def projects(tmp_path, attention):
    for name in ("trees", "rivers"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "mlops.toml").touch()
    return OpenedProjects(tmp_path, attention)


def test_a_project_is_opened_once_wherever_one_looks_in_it(projects, attention):
    opened = [projects.open(path) for path in ("trees", "trees/deep", "trees/deep/new.ipynb")]

    assert [opened[0]] * 3 == opened
    assert [opened[0]] == attention.begun
    assert [] == attention.ended


def test_each_project_is_its_own(projects):
    trees, rivers = projects.open("trees"), projects.open("rivers")

    assert ("trees", "rivers") == (trees.contents_path(), rivers.contents_path())


def test_a_project_is_opened_anew_when_its_settings_change(projects, attention, tmp_path):
    before = projects.open("trees")
    file = tmp_path / "trees" / "mlops.toml"
    file.write_text("experiment = 'other'\n")
    os.utime(file, ns=(1, 1))

    after = projects.open("trees")

    assert "other" == after.project.settings.experiment
    assert ([before, after], [before]) == (attention.begun, attention.ended)


def test_settings_that_became_wrong_are_said_each_time_until_they_are_right(projects, tmp_path):
    projects.open("trees")
    file = tmp_path / "trees" / "mlops.toml"
    file.write_text("nonsense")
    for _ in range(2):
        with pytest.raises(Invalid, match="not valid TOML"):
            projects.open("trees")

    file.write_text("experiment = 'right'\n")

    assert "right" == projects.open("trees").project.settings.experiment


def test_a_project_above_the_servers_root_has_no_contents_path(tmp_path, attention):
    (tmp_path / "mlops.toml").touch()
    (tmp_path / "notebooks").mkdir()

    opened = OpenedProjects(tmp_path / "notebooks", attention).open("")

    assert tmp_path.resolve() == opened.project.root
    assert "" == opened.contents_path()


@pytest.mark.parametrize(
    ("settings", "used"),
    [
        ("", False),
        ("tracking_uri = 'http://127.0.0.1:9'", True),
        ("tracking_uri = 'sqlite:///{root}/other.db'", True),
        ("run_store = 'memory'\nmodel_registry = 'memory'", True),
    ],
)
def test_a_project_is_used_when_there_may_be_something_in_its_store(
    projects, tmp_path, settings, used
):
    (tmp_path / "other.db").touch()
    (tmp_path / "trees" / "mlops.toml").write_text(settings.format(root=tmp_path))

    opened = projects.open("trees")

    assert (used, used) == (opened.used, opened.governed)


def test_models_may_be_elsewhere_than_runs(projects, tmp_path):
    (tmp_path / "trees" / "mlops.toml").write_text("registry_uri = 'http://127.0.0.1:9'")

    opened = projects.open("trees")

    assert (False, True) == (opened.used, opened.governed)


def test_a_project_whose_state_cannot_be_written_says_so(projects, tmp_path):
    (tmp_path / "trees" / ".mlops").write_text("a file in the way")

    with pytest.raises(Unavailable, match="cannot be opened") as error:
        projects.open("trees").prepare_delivery()

    assert ".mlops" in error.value.hint


def test_closing_waits_for_a_database_that_is_being_made(projects, monkeypatch):
    monkeypatch.setattr("jupyter_mlops.server.reads.opened._CLOSE_SECONDS", 0.2)
    opened = projects.open("trees")
    opened._preparing.acquire()

    projects.close()  # not for ever

    opened._preparing.release()
    projects.close()
    assert opened._preparing.acquire(blocking=False)


def test_reading_neither_makes_nor_migrates_a_database(projects, tmp_path):
    file = tmp_path / "trees" / "mlflow.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE diary (day)")
    before = file.read_bytes()
    opened = projects.open("trees")

    for read in (opened.prepare, opened.prepare_registry):
        with pytest.raises(Unavailable, match="no database of the MLflow"):
            read()

    assert before == file.read_bytes()
    found = {entry.name for entry in (tmp_path / "trees").iterdir()}
    assert {"deep", "mlops.toml", "mlflow.db"} == found


@pytest.mark.parametrize("scheme", ["http://{}", "postgresql://{}/m"])
@pytest.mark.parametrize("setting", ["tracking_uri", "registry_uri"])
def test_a_host_that_only_the_project_names_is_not_contacted(
    projects, tmp_path, setting, scheme, monkeypatch
):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setattr("jupyter_mlops.server.trust._is_here", lambda host: False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        uri = scheme.format(f"127.0.0.1:{server.getsockname()[1]}")
        (tmp_path / "trees" / "mlops.toml").write_text(f"{setting} = '{uri}'\n")
        opened = projects.open("trees")
        look = opened.prepare if setting == "tracking_uri" else opened.prepare_registry
        with pytest.raises(Unavailable, match=r"wants to use 127\.0\.0\.1") as error:
            look()
        if setting == "tracking_uri":
            with pytest.raises(Unavailable, match="wants to use"):
                opened.check_delivery()

        assert "trusted_hosts" in error.value.hint
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("kind", ["elsewhere", "link"])
def test_the_server_makes_no_database_for_kernels_but_the_projects_own(projects, tmp_path, kind):
    trees = tmp_path / "trees"
    if kind == "elsewhere":
        (trees / "mlops.toml").write_text(f"tracking_uri = 'sqlite:///{tmp_path}/other.db'\n")
    else:
        (trees / "mlflow.db").symlink_to(tmp_path / "other.db")

    with pytest.raises(Unavailable):
        projects.open("trees").check_delivery()

    projects.open("rivers").check_delivery()


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:////srv/mlflow.db", Path("/srv/mlflow.db")),
        ("sqlite:///mlflow.db", Path("mlflow.db")),
        ("sqlite+pysqlite:////srv/mlflow.db", Path("/srv/mlflow.db")),
        ("sqlite:////srv/mlflow.db?timeout=5", Path("/srv/mlflow.db")),
        ("postgresql://db/m", None),
        ("http://127.0.0.1:5000", None),
        ("databricks", None),
    ],
)
def test_only_sqlite_is_a_file(uri, file):
    assert file == database(uri)


def test_a_project_that_nobody_looks_at_any_more_is_left_alone(projects, attention, monkeypatch):
    opened = [projects.open("trees"), projects.open("rivers")]
    journals = opened[1].project.journals
    journals.mkdir(parents=True)
    (journals / "1.journal").touch()
    projects.forget()
    assert [] == attention.ended
    monkeypatch.setattr("jupyter_mlops.server.reads.opened._IDLE_SECONDS", 0.0)

    projects.forget()

    assert opened[:1] == attention.ended  # of the other, a kernel still reports


def test_a_project_that_is_gone_is_left_alone(projects, attention, tmp_path):
    opened = projects.open("trees")
    shutil.rmtree(tmp_path / "trees")

    projects.forget()

    assert [opened] == attention.ended
