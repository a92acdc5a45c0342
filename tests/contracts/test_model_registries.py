from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request

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


@pytest.fixture(scope="module")
def mlflow_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port]
    command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _await(uri, process):
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start in a minute")


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
