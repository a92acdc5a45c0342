from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
import skops.io
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from jupyter_mlops.errors import Invalid, NotFound, Unavailable
from jupyter_mlops.registry import mlflow_registry
from jupyter_mlops.registry.mlflow_registry import MlflowModelRegistry
from jupyter_mlops.settings import load_settings


@pytest.fixture
def registry(mlflow_database):
    return MlflowModelRegistry(mlflow_database.uri)


@pytest.fixture
def client(mlflow_database):
    return MlflowClient(mlflow_database.uri, mlflow_database.uri)


@pytest.fixture
def run_id(mlflow_database):
    return mlflow_database.create_run(auc=0.9)


def test_version_run_and_logged_model_name_one_another(registry, new, run_id, client):
    registry.register(new(run_id=run_id))

    version = client.get_model_version("churn", "1")
    (output,) = client.get_run(run_id).outputs.model_outputs
    logged = client.get_logged_model(output.model_id)
    described = Model.load(version.source)
    assert run_id == version.run_id == logged.source_run_id == described.run_id
    assert logged.model_id == described.model_id
    assert logged.artifact_location == version.source
    assert [{"name": "churn", "version": 1}] == json.loads(logged.tags["mlflow.modelVersions"])
    assert "READY" == logged.status.value


def test_the_files_lie_with_those_of_the_runs_experiment(
    registry, new, run_id, client, mlflow_database
):
    registry.register(new(run_id=run_id))

    source = Path(client.get_model_version("churn", "1").source)
    assert source.is_relative_to(mlflow_database.artifacts)
    assert {"MLmodel", "model.skops", "input_example.json", "requirements.txt"} <= {
        file.name for file in source.iterdir()
    }


def test_the_model_requires_what_it_was_made_with(registry, new, run_id, client):
    registry.register(new(run_id=run_id))

    source = Path(client.get_model_version("churn", "1").source)
    lines = (source / "requirements.txt").read_text().splitlines()
    assert f"skops=={skops.__version__}" in lines
    assert {"mlflow", "numpy", "pandas", "scikit-learn", "scipy", "skops"} == {
        line.partition("==")[0] for line in lines
    }


def test_the_signature_is_that_of_the_example(registry, new, run_id, client):
    registry.register(new(run_id=run_id))

    model = Model.load(client.get_model_version("churn", "1").source)
    assert ["age", "income"] == model.signature.inputs.input_names()
    assert ["long", "double"] == [kind.name for kind in model.signature.inputs.input_types()]
    assert model.signature.outputs is not None


def test_the_process_wide_state_of_mlflow_is_left_alone(
    registry, new, run_id, tmp_path, monkeypatch
):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri(), dict(os.environ)

    registry.register(new(run_id=run_id))
    registry.set_alias("churn", "champion", 1)
    registry.list_models()

    assert before == (mlflow.get_tracking_uri(), mlflow.get_registry_uri(), dict(os.environ))
    assert mlflow.active_run() is None
    assert [] == list(here.iterdir())


def test_the_run_must_exist(registry, new):
    with pytest.raises(NotFound, match="no-such-run"):
        registry.register(new(run_id="no-such-run"))

    assert () == registry.list_models()


def test_a_model_that_cannot_be_uploaded_is_no_version(registry, new, client, tmp_path):
    (tmp_path / "file").touch()
    experiment = client.create_experiment("nowhere", artifact_location=str(tmp_path / "file"))
    run_id = client.create_run(experiment).info.run_id

    with pytest.raises(Unavailable):
        registry.register(new(run_id=run_id))

    assert () == registry.list_models()
    (logged,) = client.search_logged_models([experiment])
    assert "FAILED" == logged.status.value


def test_an_mlflow_model_is_copied_and_told_whose_it_is(registry, new, run_id, client, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {sklearn: {}}\nrun_id: old\nmodel_id: m-old\n")
    (folder / "weights").mkdir()
    (folder / "weights" / "a.bin").write_bytes(b"\0\1")
    before = (folder / "MLmodel").read_bytes()

    registry.register(new(file=folder, run_id=run_id, input_example=None))

    source = Path(client.get_model_version("churn", "1").source)
    assert run_id == Model.load(str(source)).run_id
    assert b"\0\1" == (source / "weights" / "a.bin").read_bytes()
    assert before == (folder / "MLmodel").read_bytes()


@pytest.mark.parametrize(
    "text",
    ["signature: 5\nmetadata: 7", "signature: {inputs: nothing}", "artifact_path: [", "no: 1"],
)
def test_an_mlflow_model_that_mlflow_cannot_describe_is_invalid(
    registry, new, run_id, tmp_path, text
):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "MLmodel").write_text(f"flavors: {{sklearn: {{}}}}\n{text}\n")

    with pytest.raises(Invalid) as raised:
        registry.register(new(file=folder, run_id=run_id, input_example=None))

    assert raised.value.file.startswith(str(folder))
    assert () == registry.list_models()


def test_an_mlflow_model_that_lacks_a_file_is_invalid(registry, new, run_id, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {sklearn: {}}\n")
    (folder / "model.pkl").symlink_to(tmp_path / "gone")

    with pytest.raises(Invalid, match="cannot be copied") as raised:
        registry.register(new(file=folder, run_id=run_id, input_example=None))

    assert str(folder) == raised.value.file


def test_versions_that_others_made_are_shown(registry, run_id, client):
    client.create_registered_model("o'hara", description="made by hand")
    client.create_model_version("o'hara", "/somewhere", run_id=run_id)
    client.create_model_version("o'hara", "/somewhere/else")

    model = registry.get_model("o'hara")

    assert ("made by hand", [None, run_id]) == (
        model.description,
        [version.run_id for version in model.versions],
    )
    assert (model.name,) == tuple(listed.name for listed in registry.list_models())


@pytest.mark.filterwarnings("ignore:.*transition_model_version_stage.*deprecated:FutureWarning")
def test_the_newest_version_is_listed_whatever_stages_there_were(registry, client):
    client.create_registered_model("churn")
    for stage in ("None", "Production", "Staging"):
        version = client.create_model_version("churn", "/somewhere").version
        client.transition_model_version_stage("churn", version, stage)
    client.set_registered_model_alias("churn", "champion", "1")

    (churn,) = registry.list_models()

    assert [3, 1] == [version.version for version in churn.versions]


def test_prompts_are_no_models(registry, client):
    client.register_prompt("greeting", "Hello {{name}}")

    assert () == registry.list_models()
    with pytest.raises(NotFound):
        registry.get_model("greeting")


def test_every_page_is_read(registry, client, monkeypatch):
    monkeypatch.setattr(mlflow_registry, "_PAGE", 2)
    for name in "edcba":
        client.create_registered_model(name)
        client.create_model_version("e", "/somewhere")

    assert [*"abcde"] == [model.name for model in registry.list_models()]
    assert [5, 4, 3, 2, 1] == [version.version for version in registry.get_model("e").versions]


def test_two_registries_in_one_process_do_not_mix(
    registry, new, run_id, empty_mlflow_database, tmp_path
):
    (tmp_path / "other.db").write_bytes(empty_mlflow_database.read_bytes())
    uri = f"sqlite:///{tmp_path}/other.db"
    other = MlflowModelRegistry(uri)
    client = MlflowClient(uri, uri)
    place = str(tmp_path / "other")
    other_run = client.create_run(client.create_experiment("e", artifact_location=place))

    with ThreadPoolExecutor(2) as pool:
        mine = pool.submit(registry.register, new(run_id=run_id))
        theirs = pool.submit(other.register, new(name="risk", run_id=other_run.info.run_id))

    assert (run_id, other_run.info.run_id) == (mine.result().run_id, theirs.result().run_id)
    assert ["churn"] == [model.name for model in registry.list_models()]
    assert ["risk"] == [model.name for model in other.list_models()]


def test_models_can_lie_elsewhere_than_runs(
    new, run_id, mlflow_database, empty_mlflow_database, tmp_path
):
    (tmp_path / "models.db").write_bytes(empty_mlflow_database.read_bytes())
    models = f"sqlite:///{tmp_path}/models.db"

    MlflowModelRegistry(mlflow_database.uri, models).register(new(run_id=run_id))

    assert () == MlflowModelRegistry(mlflow_database.uri).list_models()
    assert 1 == MlflowModelRegistry(models).get_version("churn", 1).version


def test_settings_say_where_models_are(tmp_path, mlflow_database):
    environ = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:1"}
    environ["MLFLOW_REGISTRY_URI"] = mlflow_database.uri
    settings = load_settings(tmp_path, environ=environ)

    # the runs' server is asked as well, and does not answer
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 does not answer"):
        MlflowModelRegistry.from_settings(settings, tmp_path).list_models()

    settings = load_settings(tmp_path, environ={"MLFLOW_TRACKING_URI": mlflow_database.uri})
    assert () == MlflowModelRegistry.from_settings(settings, tmp_path).list_models()


def test_a_server_that_does_not_answer_is_told_in_seconds_and_no_password_with_it():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for place in (f"127.0.0.1:{port}", "127.0.0.1:1", "no-such-host.invalid"):
            start = time.monotonic()
            with pytest.raises(Unavailable) as raised:
                MlflowModelRegistry(f"http://ann:secret@{place}").list_models()
            assert time.monotonic() - start < 10
            assert f"http://{place} does not answer" in str(raised.value)
            assert "secret" not in str(raised.value)


@pytest.mark.parametrize("login", ["ann:p@ss:w?rd", "ann:p%40ss%3Aw%3Frd"])
@pytest.mark.parametrize(
    "text",
    ["at {uri}/api", "no login for {login}", "bad port 'p@ss:w?rd'", "p%40ss%3Aw%3Frd"],
)
def test_no_password_is_told_whatever_mlflow_says(login, text, monkeypatch):
    uri = f"postgresql://{login}@db/mlflow"
    message = text.format(uri=uri, login=login)

    def fail(*_, **__):
        raise MlflowException(message)

    monkeypatch.setattr(mlflow_registry, "MlflowClient", fail)
    with pytest.raises(Unavailable) as raised:
        MlflowModelRegistry(uri).list_models()

    told = "".join(traceback.format_exception(raised.value))
    assert "ss%3Aw" not in told
    assert "ss:w" not in told


def test_a_database_that_is_none_is_unavailable(tmp_path):
    (tmp_path / "mlflow.db").write_text("not a database" * 1000)

    with pytest.raises(Unavailable) as raised:
        MlflowModelRegistry(f"sqlite:///{tmp_path}/mlflow.db").list_models()

    assert raised.value.hint


PLAIN_MLFLOW = """
import json, sys
import mlflow

model = mlflow.pyfunc.load_model("models:/churn@champion")
print(json.dumps({
    "predictions": model.predict(model.input_example).tolist(),
    "inputs": model.metadata.signature.inputs.input_names(),
    "ours": sorted(name for name in sys.modules if name.startswith("jupyter")),
}))
"""


@pytest.fixture
def champion_environ(registry, new, run_id, mlflow_database):
    """Register a champion; return the environment of a process that would use it."""
    registry.register(new(run_id=run_id))
    registry.set_alias("churn", "champion", 1)
    return {**os.environ, "MLFLOW_TRACKING_URI": mlflow_database.uri}


@pytest.mark.slow
def test_plain_mlflow_loads_the_champion_and_predicts(champion_environ):
    command = [sys.executable, "-c", PLAIN_MLFLOW]
    done = subprocess.run(command, env=champion_environ, check=True, capture_output=True)

    expected = {"predictions": [0, 1, 0], "inputs": ["age", "income"], "ours": []}
    assert expected == json.loads(done.stdout)


@pytest.mark.slow
def test_the_command_line_of_mlflow_predicts_with_the_champion(champion_environ, example, tmp_path):
    rows = {"dataframe_split": json.loads(example.read_text())}
    (tmp_path / "input.json").write_text(json.dumps(rows))

    command = [sys.executable, "-m", "mlflow", "models", "predict"]
    command += ["-m", "models:/churn@champion", "--env-manager", "local"]
    command += ["-i", str(tmp_path / "input.json"), "-o", str(tmp_path / "output.json")]
    subprocess.run(command, env=champion_environ, check=True, capture_output=True)

    assert {"predictions": [0, 1, 0]} == json.loads((tmp_path / "output.json").read_text())
