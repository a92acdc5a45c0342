from __future__ import annotations

import pytest

from jupyter_mlops.project import Project
from jupyter_mlops.runs.delivery.journal import JournalWriter


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("MLFLOW_TRACKING_URI", "JUPYTER_MLOPS_ROOT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "mlops.toml").write_text("")
    return Project.open(tmp_path)


def test_a_folder_in_which_nothing_was_tracked_says_so_and_stays_as_it_is(project):
    assert not project.tracked
    assert ["mlops.toml"] == [entry.name for entry in project.root.iterdir()]


def test_a_journal_or_a_database_is_something_tracked(project):
    journal = JournalWriter(project.journals)
    assert project.tracked
    journal.close()
    journal.path.unlink()
    assert not project.tracked

    (project.root / "mlflow.db").touch()

    assert project.tracked


def test_a_server_may_know_of_runs(project):
    assert Project.open(project.root, tracking_uri="http://127.0.0.1:9").tracked


def test_the_state_folder_keeps_itself_out_of_git(project):
    project.make_state()
    project.make_state()

    assert "*\n" in (project.state / ".gitignore").read_text()


def test_pipelines_are_found_below_the_root_but_not_in_what_was_installed(project):
    for folder in ("a/b", "node_modules/x", ".hidden", "a/b/c/d/e/f"):
        (project.root / folder).mkdir(parents=True)
        (project.root / folder / "pipeline.yaml").touch()
    (project.root / "other.pipeline.yml").touch()
    (project.root / "pipeline.txt").touch()

    found = [file.relative_to(project.root).as_posix() for file in project.pipeline_files()]

    assert ["a/b/pipeline.yaml", "other.pipeline.yml"] == found


def test_stores_are_built_once_and_only_when_asked_for(project):
    assert {"root", "settings"} == set(vars(project))
    assert project.step_cache is project.step_cache
