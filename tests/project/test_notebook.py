"""One notebook, executed by a real kernel with a real store."""

from __future__ import annotations

import subprocess

import pytest

from jupyter_mlops.pipelines.executors.executor import NotebookRun, NotebookStatus
from jupyter_mlops.project import Project
from jupyter_mlops.project.notebook import execute_notebook
from jupyter_mlops.runs.run import RunStatus
from jupyter_mlops.testing.executor_contract import write_notebook

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return Project.open(tmp_path)


def execute(project, *cells):
    notebook = write_notebook(project.root / "train.ipynb", cells)
    run = NotebookRun(
        notebook=notebook, output=project.executions / "1" / "train.ipynb", folder=project.root
    )
    return execute_notebook(project, run, progress=lambda cell, cells: None)


def test_plain_mlflow_in_the_notebook_logs_to_its_run_and_makes_no_other(project):
    outcome = execute(
        project,
        "import mlflow\nmlflow.log_metric('auc', 0.9)\nmlflow.log_param('kind', 'tree')",
        "import jupyter_mlops as mlops\nmlops.log({'loss': 0.1})",
    )

    assert NotebookStatus.DONE == outcome.status
    [run] = project.runs.list_runs().runs
    assert ("train", RunStatus.FINISHED, project.root.name) == (
        run.name,
        run.status,
        run.experiment,
    )
    assert {"auc": 0.9, "loss": 0.1} == run.metrics
    assert {"kind": "tree"} == run.params
    assert ("train.ipynb", "NOTEBOOK") == (run.source, run.tags["mlflow.source.type"])


def test_a_failure_after_plain_mlflow_is_still_a_failure(project):
    outcome = execute(project, "import mlflow\nmlflow.log_metric('auc', 0.9)", "1 / 0")

    assert NotebookStatus.FAILED == outcome.status
    [run] = project.runs.list_runs().runs
    assert RunStatus.FAILED == run.status


def test_the_state_folder_stays_out_of_the_repository(project):
    execute(project, "1")

    said = subprocess.run(
        ["git", "status", "--porcelain"],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".mlops" not in said.stdout
