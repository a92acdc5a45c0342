from __future__ import annotations

import pytest
from mlflow import MlflowClient

from jupyter_mlops.registry.memory_registry import MemoryModelRegistry
from jupyter_mlops.registry.mlflow_registry import MlflowModelRegistry
from jupyter_mlops.runs.run import RunId
from jupyter_mlops.testing.model_registry_contract import ModelRegistryContract


class TestMemory(ModelRegistryContract):
    @pytest.fixture
    def registry(self):
        return MemoryModelRegistry()


class TestMlflowOnSqlite(ModelRegistryContract):
    @pytest.fixture
    def registry(self, mlflow_database):
        return MlflowModelRegistry(mlflow_database.uri)

    @pytest.fixture
    def run_id(self, mlflow_database):
        return RunId(mlflow_database.create_run())


@pytest.mark.slow
class TestMlflowServer(ModelRegistryContract):
    @pytest.fixture
    def registry(self, mlflow_server):
        client = MlflowClient(mlflow_server, mlflow_server)
        for model in client.search_registered_models():
            client.delete_registered_model(model.name)
        return MlflowModelRegistry(mlflow_server)

    @pytest.fixture
    def run_id(self, mlflow_server):
        client = MlflowClient(mlflow_server, mlflow_server)
        return RunId(client.create_run("0").info.run_id)
