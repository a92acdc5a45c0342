from __future__ import annotations

import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# a busy machine is slow, not wrong
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# A shell that starts us in the background leaves Ctrl-C ignored, for us and for all that we start;
# tests that interrupt want it as a person at a terminal has it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# before anything imports MLflow, and for every process that a test starts
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"


def pytest_configure(config):
    for warning in (
        # MLflow 3.17 asks SQLAlchemy 2.1 for a loader that it will drop
        "ignore:The ``noload`` loader strategy is deprecated:DeprecationWarning",
        # MLflow 3.17 compares the columns of an input example with a range
        "ignore:Operation with range is deprecated:DeprecationWarning",
        # MLflow 3.17 warns of its own types when mlflow.pyfunc is imported, and hides it from users
        "ignore:.*Any type hint is inferred as AnyType:UserWarning",
    ):
        config.addinivalue_line("filterwarnings", warning)


@dataclass(frozen=True)
class MlflowDatabase:
    """An MLflow database and the folder that its runs' files go to."""

    uri: str
    artifacts: Path

    def create_run(self, **metrics: float) -> str:
        from mlflow import MlflowClient

        client = MlflowClient(self.uri, self.uri)
        experiment = client.get_experiment_by_name("tests")
        if experiment is None:
            number = client.create_experiment("tests", artifact_location=str(self.artifacts))
        else:
            number = experiment.experiment_id
        run_id = client.create_run(number).info.run_id
        for key, value in metrics.items():
            client.log_metric(run_id, key, value)
        return run_id


@pytest.fixture(scope="session")
def empty_mlflow_database(tmp_path_factory) -> Path:
    """Made once: MLflow's migrations take a second."""
    from jupyter_mlops.runs.mlflow_store import MlflowRunStore

    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder}/mlflow.db"
    MlflowRunStore(uri, artifact_root=str(folder), lock=folder / "lock").check()
    return folder / "mlflow.db"


@pytest.fixture
def mlflow_database(empty_mlflow_database, tmp_path) -> MlflowDatabase:
    """A database of the test's own."""
    folder = tmp_path / "mlflow"
    folder.mkdir()
    shutil.copy(empty_mlflow_database, folder / "mlflow.db")
    return MlflowDatabase(f"sqlite:///{folder}/mlflow.db", folder / "artifacts")
