"""The examples run as the README says, and what they leave is seen by MLflow's own tools."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.project import Project

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "example-notebooks"


def run(folder, *command):
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "JUPYTER_MLOPS"))}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """A copy of the examples in which the pipeline has been executed twice."""
    folder = tmp_path_factory.mktemp("examples") / "example-notebooks"
    ignored = shutil.ignore_patterns(".mlops", "mlflow.db*", "mlartifacts", "data", "models")
    shutil.copytree(EXAMPLES, folder, ignore=ignored)
    said = [run(folder, "jupyter", "mlops", "run", "breast-cancer/pipeline.yaml") for _ in "12"]
    return folder, said


def test_the_pipeline_registers_a_champion(examples):
    _, (first, _) = examples

    assert "breast-cancer version 1 is champion" in first
    assert "test_auc = 0.9" in first


def test_the_second_time_nothing_runs(examples):
    folder, (_, second) = examples

    assert "everything is up to date" in second
    assert 6 == len(Project.open(folder).runs.list_runs().runs) - 1


def test_the_notebooks_are_as_they_were(examples):
    folder, _ = examples

    for notebook in EXAMPLES.rglob("*.ipynb"):
        if ".mlops" not in notebook.parts and "mlartifacts" not in notebook.parts:
            copy = folder / notebook.relative_to(EXAMPLES)
            assert notebook.read_bytes() == copy.read_bytes()


def test_mlflows_own_tools_see_the_runs_and_the_model(examples):
    folder, _ = examples
    program = (
        "import json, sys, mlflow\n"
        "client = mlflow.MlflowClient()\n"
        "version = client.get_model_version_by_alias('breast-cancer', 'champion')\n"
        "model = mlflow.pyfunc.load_model('models:/breast-cancer@champion')\n"
        "runs = mlflow.search_runs(experiment_names=['examples'])\n"
        "assert 'jupyter_mlops' not in sys.modules\n"
        "print(json.dumps([version.version, len(runs), list(model.input_example.columns)[:1],\n"
        "    len(model.predict(model.input_example)), bool(model.metadata.signature),\n"
        "    version.tags['mlops.execution'][:2], version.run_id in set(runs['run_id'])]))\n"
    )

    # in the project's root, with MLflow's own default of ./mlflow.db
    said = run(folder, sys.executable, "-c", program)

    expected = ["1", 7, ["mean radius"], 5, True, "20", True]
    assert expected == [
        str(item) if index == 0 else item
        for index, item in enumerate(json.loads(said.splitlines()[-1]))
    ]


def test_mlflows_command_line_lists_the_same_runs(examples):
    folder, _ = examples
    experiments = run(folder, "mlflow", "experiments", "search")
    number = next(line.split()[0] for line in experiments.splitlines() if " examples " in line)

    said = run(folder, "mlflow", "runs", "list", "--experiment-id", number)

    names = {run.name for run in Project.open(folder).runs.list_runs().runs}
    assert [] == [name for name in names if name not in said]


def test_the_quickstart_runs_from_top_to_bottom_and_its_cells_are_runs(examples):
    folder, _ = examples

    run(folder, "jupyter", "mlops", "run", "quickstart.ipynb")

    runs = {run.name: run for run in Project.open(folder).runs.list_runs().runs}
    assert {"alpha": "0.1"} == runs["ridge-weaker"].params
    assert 0 < runs["ridge"].metrics["r2"] < 1
    assert "less shrinkage" == runs["ridge-weaker"].tags["reason"]
    assert 0 < runs["boosting"].metrics["test_r2"] < 1
    assert {runs["quickstart"].run_id} == {
        runs[name].parent_id for name in ("ridge", "ridge-weaker", "boosting")
    }
