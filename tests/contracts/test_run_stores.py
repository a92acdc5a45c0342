import shutil

import pytest
from mlflow import MlflowClient

from jupyter_mlops.runs.memory_store import MemoryRunStore
from jupyter_mlops.runs.mlflow_store import MlflowRunStore
from jupyter_mlops.testing.run_store_contract import RunStoreContract


class TestMemory(RunStoreContract):
    @pytest.fixture
    def store(self):
        return MemoryRunStore()


class TestMlflowOnSqlite(RunStoreContract):
    @pytest.fixture
    def store(self, empty_mlflow_database, tmp_path):
        shutil.copy(empty_mlflow_database, tmp_path / "mlflow.db")
        uri = f"sqlite:///{tmp_path}/mlflow.db"
        return MlflowRunStore(uri, artifact_root=str(tmp_path / "a"), lock=tmp_path / "lock")


@pytest.mark.slow
class TestMlflowServer(RunStoreContract):
    @pytest.fixture
    def store(self, mlflow_server, tmp_path):
        client = MlflowClient(mlflow_server, mlflow_server)
        experiments = [e.experiment_id for e in client.search_experiments()]
        for run in client.search_runs(experiments):
            client.delete_run(run.info.run_id)
        return MlflowRunStore(mlflow_server, artifact_root="", lock=tmp_path / "lock")
