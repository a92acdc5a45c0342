from __future__ import annotations

import json
from pathlib import Path

import pytest

# By import and not as a plugin: that gives an event loop and a server's clean-up to every test of
# the whole suite, those that run loops of their own among them.
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError

from jupyter_mlops.project import Project
from jupyter_mlops.runs.run import Metric, RunId, RunKey, RunStatus
from jupyter_mlops.runs.store import NewRun

API = "jupyter-mlops/api/v1"


@pytest.fixture
def jp_server_config(monkeypatch):
    # the extension sets it for the kernels: set here first, so that it is put back
    monkeypatch.setenv("JUPYTER_MLOPS_ROOT", "")
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_mlops": True, "jupyter_server_terminals": False},
            "allow_unauthenticated_access": False,
            "reraise_server_extension_failures": True,
        }
    }


@pytest.fixture
def fetch(jp_fetch):
    """Ask one of our addresses: status, JSON and headers, whatever the status."""

    async def fetch(*parts, **options):
        try:
            response = await jp_fetch(API, *parts, **options)
        except HTTPClientError as error:
            response = error.response
        return response.code, json.loads(response.body), response.headers

    return fetch


@pytest.fixture(scope="session")
def tracked(tmp_path_factory) -> Path:
    """A server's root with a project in the folder ``trees``: a run and its two children."""
    root = tmp_path_factory.mktemp("root").resolve()
    (root / "trees").mkdir()
    (root / "trees" / "mlops.toml").write_text("experiment = 'forest'\n")
    (root / "trees" / "train.ipynb").write_text("{}")
    project = Project.open(root / "trees")
    project.prepare()
    parent = _run(project, "grow", 1000)
    for depth in (2, 4):
        _run(project, f"depth-{depth}", 2000 + depth, parent="grow")
    project.runs.log_text(parent, "model.fit(x, y)\n", "cell/source.py")
    project.runs.log_text(parent, "ValueError: no trees\n", "exception.txt")
    return root


def _run(project: Project, name: str, start: int, *, parent: str = "") -> RunId:
    store = project.runs
    tags = {"mlflow.source.name": "train.ipynb", "mlops.cell_id": "c1", "mlflow.user": "ada"}
    run_id = store.create_run(
        NewRun(run_key(name), name, start, "forest", run_key(parent) if parent else None, tags)
    )
    store.log_params(run_id, {"depth": str(start % 1000)})
    store.log_metrics(run_id, [Metric("auc", 0.9, start), Metric("loss", float("nan"), start)])
    store.end_run(run_id, RunStatus.FINISHED, start + 500)
    return run_id


def run_key(name: str) -> RunKey:
    return RunKey(name.encode().hex().ljust(32, "0"))
