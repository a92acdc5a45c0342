import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from mlflow import MlflowClient

from jupyter_mlops.errors import Conflict, Invalid, NotFound, Unavailable
from jupyter_mlops.runs import mlflow_store
from jupyter_mlops.runs.mlflow_store import MlflowRunStore
from jupyter_mlops.runs.run import Metric, RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun
from jupyter_mlops.settings import load_settings


@pytest.fixture
def uri(empty_mlflow_database, tmp_path):
    shutil.copy(empty_mlflow_database, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path}/mlflow.db"


@pytest.fixture
def store(uri, tmp_path):
    return opened(uri, tmp_path)


@pytest.fixture
def client(uri):
    return MlflowClient(uri, uri)


def opened(uri, folder):
    return MlflowRunStore(uri, artifact_root=str(folder / "artifacts"), lock=folder / "lock")


def new(key=None, *, experiment="churn", **said):
    return NewRun(key or new_run_key(), "fit", 1_000, experiment, **said)


class TestAsMlflowSeesIt:
    def test_a_run_is_one_of_mlflows_own(self, store, client):
        parent = new_run_key()
        store.create_run(new(parent))
        run_id = store.create_run(new(parent=parent, tags={"mlflow.user": "ada"}))
        store.log_params(run_id, {"alpha": "1"})
        store.log_metrics(run_id, [Metric("m", step / 7, 1_000 + step, step) for step in range(9)])
        store.log_text(run_id, "x = 1", "cell/source.py")
        store.end_run(run_id, RunStatus.FINISHED, 9_000)

        run = client.get_run(run_id)

        info = run.info
        assert ("fit", "FINISHED", 1_000, 9_000) == (
            info.run_name,
            info.status,
            info.start_time,
            info.end_time,
        )
        assert "ada" == info.user_id
        assert store.find_run(parent) == run.data.tags["mlflow.parentRunId"]
        assert {"alpha": "1"} == run.data.params
        assert [step / 7 for step in range(9)] == [
            point.value for point in client.get_metric_history(run_id, "m")
        ]
        assert ["cell/source.py"] == [f.path for f in client.list_artifacts(run_id, "cell")]

    def test_a_point_that_is_logged_twice_is_there_once(self, store, client):
        run_id = store.create_run(new())
        points = [Metric("m", float(n), 1_000, n) for n in range(5)]
        points.append(Metric("m", float("nan"), 1_000, 9))
        for _ in range(3):
            store.log_metrics(run_id, points)

        assert 6 == len(client.get_metric_history(run_id, "m"))

    @pytest.mark.parametrize("name", ["churn", "..", "a/b c", "größe", "x" * 250])
    def test_files_of_any_experiment_lie_below_the_artifact_root(
        self, store, client, tmp_path, name
    ):
        run_id = store.create_run(new(experiment=name))
        store.log_text(run_id, "x", "a.txt")

        assert name == store.get_run(run_id).experiment
        (file,) = tmp_path.rglob("a.txt")
        assert (tmp_path / "artifacts") == file.parents[3]

    def test_the_default_experiment_too_keeps_its_files_there(self, tmp_path, monkeypatch):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        store = opened(f"sqlite:///{tmp_path}/new/mlflow.db", tmp_path)
        store.check()

        run_id = store.create_run(new(experiment="Default"))
        store.log_text(run_id, "x", "a.txt")

        (file,) = tmp_path.rglob("a.txt")
        assert file.is_relative_to(tmp_path / "artifacts")
        assert [] == list(elsewhere.iterdir())

    def test_more_experiments_than_one_page_are_all_looked_at(self, store, monkeypatch):
        monkeypatch.setattr(mlflow_store, "_PAGE", 2)
        keys = [new_run_key() for _ in range(5)]
        made = [store.create_run(new(k, experiment=f"e{n}")) for n, k in enumerate(keys)]

        assert made == [store.find_run(key) for key in keys]
        assert 5 == len(store.list_runs().runs)


class TestWhatOthersDelete:
    def test_a_deleted_experiment_is_a_conflict_until_it_is_restored(self, store, client):
        run_id = store.create_run(new())
        number = client.get_run(run_id).info.experiment_id
        client.delete_experiment(number)

        with pytest.raises(Conflict) as raised:
            store.create_run(new())

        assert "experiment 'churn' was deleted" == raised.value.message
        assert f"mlflow experiments restore -x {number}" in raised.value.hint
        client.restore_experiment(number)
        assert store.create_run(new())

    def test_a_deleted_run_is_not_made_anew_and_takes_nothing(self, store, client):
        key = new_run_key()
        run_id = store.create_run(new(key))
        client.delete_run(run_id)

        assert run_id == store.create_run(new(key))
        assert () == store.list_runs().runs
        with pytest.raises(Invalid, match="active"):
            store.set_tags(run_id, {"a": "b"})

    def test_runs_of_a_deleted_experiment_are_not_listed(self, store, client):
        run_id = store.create_run(new())
        kept = store.create_run(new(experiment="kept"))
        client.delete_experiment(client.get_run(run_id).info.experiment_id)

        assert [kept] == [run.run_id for run in store.list_runs().runs]


class TestUnavailable:
    def refused(self, uri, tmp_path, *, within=10.0):
        store = opened(uri, tmp_path)
        began = time.monotonic()
        with pytest.raises(Unavailable) as raised:
            store.check()
        assert time.monotonic() - began < within
        assert raised.value.hint
        return store, str(raised.value)

    def test_a_server_that_is_not_there(self, tmp_path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        store, said = self.refused(f"http://me:secret@{address}", tmp_path)

        assert f"the run store http://{address} does not answer" in said
        assert "secret" not in said
        began = time.monotonic()
        for ask in (store.list_runs, lambda: store.create_run(new())):
            with pytest.raises(Unavailable):
                ask()
        assert time.monotonic() - began < 10

    def test_a_server_that_accepts_and_never_answers(self, tmp_path, monkeypatch):
        monkeypatch.setattr(mlflow_store, "_PROBE_SECONDS", 0.3)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            self.refused(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path)

    @pytest.mark.parametrize("answer", [b"", b"hello\r\n\r\n"])
    def test_a_server_that_speaks_something_else(self, tmp_path, answer):
        def babble():
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            thread = threading.Thread(target=babble)
            thread.start()
            self.refused(f"http://127.0.0.1:{server.getsockname()[1]}", tmp_path)
            thread.join()

    def test_a_server_that_goes_away_is_noticed_before_mlflow_tries_for_minutes(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(mlflow_store, "_TRUST_SECONDS", 0)
        store = opened("http://127.0.0.1:9", tmp_path)
        store._answered = time.monotonic()

        with pytest.raises(Unavailable):
            store.list_runs()

    def test_a_database_that_is_none(self, tmp_path):
        (tmp_path / "mlflow.db").write_text("these are my notes " * 100)
        _, said = self.refused(f"sqlite:///{tmp_path}/mlflow.db", tmp_path)

        assert "not a database" in said
        assert (tmp_path / "mlflow.db").read_text().startswith("these are my notes")

    def test_a_database_in_a_folder_that_cannot_be(self, tmp_path):
        (tmp_path / "file").touch()

        self.refused(f"sqlite:///{tmp_path}/file/mlflow.db", tmp_path)

    @pytest.mark.parametrize("scheme", ["postgresql+nodriver", "mssql+pyodbc"])
    def test_a_database_whose_driver_is_not_installed(self, tmp_path, scheme):
        _, said = self.refused(f"{scheme}://me:secret@127.0.0.1:9/x", tmp_path)

        assert "secret" not in said

    def test_a_folder_of_older_mlflow(self, tmp_path):
        (tmp_path / "mlruns").mkdir()

        _, said = self.refused(str(tmp_path / "mlruns"), tmp_path)

        assert "mlflow migrate-filestore" in said

    @pytest.mark.slow  # MLflow waits 20 s for a lock
    def test_a_database_that_is_locked_by_another(self, store, tmp_path):
        run_id = store.create_run(new())
        other = sqlite3.connect(tmp_path / "mlflow.db")
        other.execute("BEGIN EXCLUSIVE")
        try:
            with pytest.raises(Unavailable):
                store.set_tags(run_id, {"a": "b"})
        finally:
            other.rollback()
            other.close()

        store.set_tags(run_id, {"a": "b"})
        assert "b" == store.get_run(run_id).tags["a"]


@pytest.mark.parametrize("folder", ["my project", "größe", "50% off", "c#", "a+b&c"])
def test_a_project_may_lie_in_a_folder_of_any_name(tmp_path, empty_mlflow_database, folder):
    root = tmp_path / folder
    root.mkdir()
    shutil.copy(empty_mlflow_database, root / "mlflow.db")
    store = MlflowRunStore.from_settings(load_settings(root, environ={}), root / ".mlops")

    run_id = store.create_run(new(experiment=folder))
    store.log_text(run_id, "x = 1", "cell/source.py")

    assert "x = 1" == store.read_text(run_id, "cell/source.py")
    assert (folder, [run_id]) == (
        store.get_run(run_id).experiment,
        [run.run_id for run in store.list_runs().runs],
    )
    assert [root] == list(tmp_path.glob("*"))


def test_a_large_artifact_on_this_machine_is_not_copied_to_be_read(store, tmp_path, monkeypatch):
    run_id = store.create_run(new())
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * 5_000_000)
    store.log_file(run_id, large, "")
    monkeypatch.setattr(shutil, "copyfileobj", None)

    assert "xxx" == store.read_text(run_id, "large.txt", limit=3)


def test_a_name_that_leads_out_is_no_artifact(store, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    run_id = store.create_run(new())
    store.log_text(run_id, "x", "a.txt")

    for path in (f"../{'../' * 9}{tmp_path}/secret.txt", str(tmp_path / "secret.txt")):
        with pytest.raises(NotFound):
            store.read_text(run_id, path)


@pytest.mark.slow
def test_processes_that_begin_on_a_fresh_database_at_once_all_succeed(tmp_path):
    script = (
        "import sys; from pathlib import Path\n"
        "from jupyter_mlops.runs.mlflow_store import MlflowRunStore\n"
        "from jupyter_mlops.runs.run import new_run_key\n"
        "from jupyter_mlops.runs.store import NewRun\n"
        "folder = Path(sys.argv[1])\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "store = MlflowRunStore(f'sqlite:///{folder}/mlflow.db',\n"
        "    artifact_root=str(folder / 'artifacts'), lock=folder / 'state' / 'lock')\n"
        "store.check()\n"
        "print(store.create_run(NewRun(new_run_key(), 'fit', 1, 'churn')))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, str(tmp_path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for process in processes:
        assert "ready\n" == process.stdout.readline()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    made = {process.communicate(timeout=200)[0].strip() for process in processes}

    assert [0] * 6 == [process.returncode for process in processes]
    store = opened(f"sqlite:///{tmp_path}/mlflow.db", tmp_path)
    assert made == {run.run_id for run in store.list_runs().runs}
    assert 6 == len(made)
